"""Every page, and what it needs."""

from typing import Final

from django.urls import include, path
from django.views.decorators.http import require_GET, require_POST

from seawall.console import accounts
from seawall.console.api.main import api, nowhere
from seawall.console.pages import (
    alerts,
    charts,
    confirming,
    decisions,
    drills,
    failures,
    indicators,
    ledger,
    own,
    people,
    settings,
    setup,
    today,
    tour,
    work,
)
from seawall.console.pages.cases import deeds as case_deeds
from seawall.console.pages.cases import many as case_many
from seawall.console.pages.cases import opening as case_opening
from seawall.console.pages.cases import queue as case_queue
from seawall.console.pages.cases import record as case_record
from seawall.console.pages.policies import editing, proposing, reading, running
from seawall.console.pages.portfolio import views as portfolio
from seawall.console.routing import SIGNED_IN, Route, patterns

_POLICY: Final = "policies/<slug:policy>"
_PROPOSAL: Final = f"{_POLICY}/proposals/<int:number>"

# One page a line, however long: a table that is read.
# fmt: off
ROUTES: Final[tuple[Route, ...]] = (
    Route("", today.page, "today", "today.read", of="unit"),
    Route("tour/", tour.page, "tour", SIGNED_IN),

    Route("portfolio/", portfolio.overview, "portfolio", "portfolio.read", of="whole"),
    Route("portfolio/measures/", portfolio.every, "portfolio_measures", "portfolio.read", of="whole"),
    Route("portfolio/chart/<slug:name>.<str:form>", portfolio.chart, "portfolio_chart", "portfolio.export", of="whole"),
    Route("portfolio/<slug:name>/", portfolio.measure, "portfolio_measure", "portfolio.read", of="whole"),

    Route("decisions/", decisions.page, "decisions", "decisions.read", of="unit"),
    Route("decisions/new", decisions.form, "decision_form", "decisions.decide", of="unit"),
    Route("decisions/make", decisions.decide, "decision_decide", "decisions.decide", "POST", of="unit"),
    Route("decisions/<int:entry>/", decisions.one, "decision", "decisions.read", of="unit"),
    Route("decisions/<int:entry>/again", decisions.again, "decision_again", "decisions.replay", of="unit"),
    Route("decisions/<int:entry>/open", decisions.open_, "decision_open", "people.open", "POST", of="unit"),

    Route("policies/", reading.listing, "policies", "policies.read"),
    Route("policies/new", reading.start, "policy_new", "policies.propose"),
    Route(f"{_POLICY}/", reading.overview, "policy", "policies.read"),
    Route(f"{_POLICY}/rules/", reading.rules, "policy_rules", "policies.read"),
    Route(f"{_POLICY}/values/", reading.values, "policy_values", "policies.read"),
    Route(f"{_POLICY}/tables/", reading.tables, "policy_tables", "policies.read"),
    Route(f"{_POLICY}/cases/", reading.cases, "policy_cases", "policies.read"),
    Route(f"{_POLICY}/versions/", reading.versions, "policy_versions", "policies.read"),
    Route(f"{_POLICY}/differences/", reading.differences, "policy_diff", "policies.read"),
    Route(f"{_POLICY}/history/", reading.history, "policy_history", "policies.read"),
    Route(f"{_POLICY}/replay/", running.replay, "policy_replay", "policies.read"),
    Route(f"{_POLICY}/replay/begin", running.begin, "policy_replay_begin", "policies.replay", method="POST"),
    Route(f"{_POLICY}/runs/<int:number>/", running.run, "policy_run", "policies.read"),
    Route(f"{_POLICY}/edit/", editing.edit, "policy_edit", "policies.propose"),
    Route(f"{_POLICY}/edit/look", editing.look, "policy_look", "policies.propose", method="POST"),
    Route(f"{_POLICY}/edit/keep", editing.keep, "policy_keep", "policies.propose", method="POST"),
    Route(f"{_POLICY}/edit/drop", editing.drop, "policy_drop", "policies.propose", method="POST"),
    Route(f"{_POLICY}/edit/whole", editing.whole, "policy_whole", "policies.propose", method="POST"),
    Route(f"{_POLICY}/edit/propose", editing.propose, "policy_propose", "policies.propose", method="POST"),
    Route(f"{_PROPOSAL}/", proposing.proposal, "policy_proposal", "policies.read"),
    Route(f"{_PROPOSAL}/report", proposing.report, "policy_report", "policies.read"),
    Route(f"{_PROPOSAL}/approve", proposing.approve, "policy_approve", "policies.approve", method="POST"),
    Route(f"{_PROPOSAL}/publish", proposing.publish, "policy_publish", "policies.publish", method="POST"),
    Route(f"{_POLICY}/roll-back", proposing.roll_back, "policy_roll_back", "policies.publish", method="POST"),

    Route("indicators/", indicators.board, "indicators", "indicators.read"),
    Route("indicators/backtest", indicators.backtest, "backtest", "indicators.read"),
    Route("indicators/<slug:name>/", indicators.one, "indicator", "indicators.read"),

    Route("alerts/", alerts.listed, "alerts", "alerts.read"),
    Route("alerts/silences", alerts.silences, "silences", "alerts.read"),
    Route("alerts/silence", alerts.silence, "silence", "alerts.silence", method="POST"),
    Route("alerts/<slug:case_id>/", alerts.one, "alert", "alerts.read", of="unit"),
    Route("alerts/<slug:case_id>/why", alerts.why, "alert_why", "alerts.read", of="unit"),

    Route("cases/", case_queue.page, "cases", "cases.read", of="unit"),
    Route("cases/board", case_queue.board, "cases_board", "cases.read", of="unit"),
    Route("cases/filters/keep", case_queue.keep, "cases_keep", "cases.read", "POST", of="unit"),
    Route("cases/filters/drop", case_queue.drop, "cases_drop", "cases.read", "POST", of="unit"),
    Route("cases/many", case_many.page, "cases_many", "cases.handle", of="unit"),
    Route("cases/many/<slug:verb>", case_many.do, "cases_do", "cases.handle", "POST", of="unit"),
    Route("cases/new/", case_opening.page, "case_new", "cases.open", of="unit"),
    Route("cases/new/form", case_opening.form, "case_form", "cases.open", of="unit"),
    Route("cases/new/open", case_opening.open_, "case_open", "cases.open", "POST", of="unit"),
    Route("cases/<slug:case_id>/", case_record.page, "case", "cases.read", of="unit"),
    Route("cases/<slug:case_id>/files/<slug:sha256>", case_record.file, "case_file", "cases.read", of="unit"),
    Route("cases/<slug:case_id>/attach", case_deeds.attach, "case_attach", "cases.handle", "POST", of="unit"),
    Route("cases/<slug:case_id>/do/<slug:verb>", case_deeds.form, "case_verb", "cases.handle", of="unit"),
    Route("cases/<slug:case_id>/do/<slug:verb>/now", case_deeds.do, "case_do", "cases.handle", "POST", of="unit"),
    Route("cases/<slug:case_id>/asked/<slug:verb>/do", case_deeds.do_as_asked, "case_do_as_asked", "cases.handle", "POST", of="unit"),
    Route("cases/<slug:case_id>/asked/<slug:verb>/approve", case_deeds.approve, "case_approve", "cases.handle", "POST", of="unit"),
    Route("cases/<slug:case_id>/asked/<slug:verb>/withdraw", case_deeds.withdraw, "case_withdraw", "cases.handle", "POST", of="unit"),

    Route("drills/", drills.page, "drills", "drills.read"),
    Route("drills/playbooks/<slug:name>", drills.playbook, "playbook", "drills.read"),
    Route("drills/<slug:name>/", drills.sheet, "drill", "drills.read"),
    Route("drills/<slug:name>/plan", drills.plan, "drill_plan", "drills.run", "POST"),
    Route("drills/run/<slug:case_id>", drills.run, "drill_run", "drills.read", of="unit"),
    Route("drills/run/<slug:case_id>/start", drills.start, "drill_start", "drills.run", "POST", of="unit"),
    Route("drills/run/<slug:case_id>/give", drills.give, "drill_give", "drills.run", "POST", of="unit"),
    Route("drills/run/<slug:case_id>/note", drills.note, "drill_note", "drills.run", "POST", of="unit"),
    Route("drills/run/<slug:case_id>/end", drills.end, "drill_end", "drills.run", "POST", of="unit"),

    Route("ledger/", ledger.page, "ledger", "ledger.read", of="whole"),
    Route("ledger/<int:number>/", ledger.entry, "entry", "ledger.read", of="whole"),
    Route("ledger/<int:number>/proof", ledger.proof, "entry_proof", "ledger.read", of="whole"),
    Route("ledger/proofs", ledger.proofs, "ledger_proofs", "ledger.read", of="whole"),
    Route("ledger/verify", ledger.verify, "ledger_verify", "ledger.verify", "POST", of="whole"),
    Route("ledger/pack", ledger.pack, "ledger_pack", "ledger.export", of="whole"),
    Route("ledger/checkpoint", ledger.checkpoint, "ledger_checkpoint", "ledger.read", of="whole"),
    Route("ledger/key", ledger.key, "ledger_key", "ledger.read", of="whole"),

    Route("people/", people.listing, "people", "users.read", of="unit"),
    Route("people/waiting", confirming.page, "confirmations", "users.review", of="unit"),
    Route("people/tokens/<int:number>/confirm", confirming.confirm_token, "token_confirm", "users.review", method="POST", of="unit"),
    Route("people/tokens/<int:number>/refuse", confirming.refuse_token, "token_refuse", "users.review", method="POST", of="unit"),
    Route("people/access", people.matrix, "access", "users.read"),
    Route("people/add", people.adding, "person_add", "users.manage", of="unit"),
    Route("people/add", people.add, "person_add", "users.manage", method="POST", of="unit"),
    Route("people/<str:name>/", people.page, "person", "users.read", of="unit"),
    Route("people/<str:name>/assign", people.assign, "person_assign", "users.manage", method="POST", of="unit"),
    Route("people/<str:name>/leave", people.leave, "person_leave", "users.manage", method="POST", of="unit"),
    Route("people/<str:name>/invite", people.invite, "person_invite", "users.manage", method="POST", of="unit"),
    Route("people/<str:name>/reset", people.reset, "person_reset", "users.manage", method="POST", of="unit"),
    Route("people/<str:name>/confirm", confirming.confirm, "person_confirm", "users.review", method="POST", of="unit"),
    Route("people/<str:name>/refuse", confirming.refuse, "person_refuse", "users.review", method="POST", of="unit"),
    Route("people/<str:name>/review", people.review, "person_review", "users.review", method="POST", of="unit"),

    Route("settings/", settings.page, "settings", "settings.read"),
    Route("settings/work/", work.page, "work", "work.read"),
    Route("settings/work/ask", work.ask, "work_ask", "settings.manage", method="POST"),
    Route("settings/tokens/", settings.tokens, "tokens", "tokens.manage", of="unit"),
    Route("settings/tokens/grant", settings.grant, "token_grant", "tokens.manage", method="POST", of="unit"),
    Route("settings/tokens/<int:number>/revoke", settings.revoke, "token_revoke", "tokens.manage", method="POST", of="unit"),

    Route("me/", own.page, "own", SIGNED_IN),
    Route("me/change", own.change, "own_change", SIGNED_IN, method="POST"),
)
# fmt: on

urlpatterns = [
    *patterns(ROUTES),
    path("language", require_POST(own.speak), name="speak"),
    path("charts/<str:version>.js", require_GET(charts.library), name="vega"),
    path("setup/", require_GET(setup.page), name="setup"),
    path("setup/make", require_POST(setup.make), name="setup_make"),
    path("accounts/", include(accounts.patterns())),
    path("api/v1/", api.urls),
    path("api/<path:rest>", nowhere, name="nowhere"),
]
handler403 = failures.denied
handler404 = failures.missing
handler500 = failures.failed
