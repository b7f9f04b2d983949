"""For each route that names an object: an object of the house, so that the guards can be tried on it."""

from collections.abc import Callable

from seawall.acts.alert_cases import open_alerts
from seawall.office.homes import Home
from seawall.records import starting
from seawall.records.rows import rows

Kwargs = dict[str, object]


def bob(home: Home) -> Kwargs:
    """A person of the house."""
    del home
    return {"name": "bob"}


def no_token(home: Home) -> Kwargs:
    """A number that no token has: revoking it is refused after the guards."""
    del home
    return {"number": 999}


def decision(home: Home) -> Kwargs:
    """A decision made for the whole house."""
    entries = home.ledger_reader.entries()
    return {"entry": next(each.number for each in entries if each.told["kind"] == "decision")}


def first_entry(home: Home) -> Kwargs:
    """The first entry of the ledger."""
    del home
    return {"number": 0}


def indicator(home: Home) -> Kwargs:
    """An indicator that is shipped."""
    del home
    return {"name": "approval_rate"}


def alert(home: Home) -> Kwargs:
    """An open alert."""
    starting.start(home.records)
    return {"case_id": next(iter(open_alerts().values()))[1].case_id}


def growth(home: Home) -> Kwargs:
    """A measure."""
    del home
    return {"name": "growth"}


def growth_csv(home: Home) -> Kwargs:
    """A chart's figures."""
    return {**growth(home), "form": "csv"}


def case(home: Home) -> Kwargs:
    """A case of the whole house."""
    starting.start(home.records)
    found = rows("CaseNow").filter(kind="incident", unit="").values_list("case_id", flat=True)
    return {"case_id": found[0]}


def case_verb(home: Home) -> Kwargs:
    """The same, and a verb of every kind."""
    return {**case(home), "verb": "comment"}


def case_file(home: Home) -> Kwargs:
    """The same, and a file that it does not have."""
    return {**case(home), "sha256": "0" * 64}


def many(home: Home) -> Kwargs:
    """A verb for cases of which none is chosen."""
    del home
    return {"verb": "comment"}


def drill(home: Home) -> Kwargs:
    """A drill that was played."""
    starting.start(home.records)
    return {"case_id": rows("CaseNow").filter(kind="drill").values_list("case_id", flat=True)[0]}


def drill_sheet(home: Home) -> Kwargs:
    """A drill that is shipped."""
    del home
    return {"name": "gateway_down_on_payday"}


def playbook(home: Home) -> Kwargs:
    """A playbook that is shipped."""
    del home
    return {"name": "payment_outage"}


def policy(home: Home) -> Kwargs:
    """A policy in force."""
    del home
    return {"policy": "instalment_loan"}


def proposal(home: Home) -> Kwargs:
    """The proposal that brought it there: approving or publishing it again is refused after the guards."""
    return {**policy(home), "number": 1}


EXAMPLES: dict[str, Callable[[Home], Kwargs]] = {
    "person": bob,
    "person_assign": bob,
    "person_leave": bob,
    "person_invite": bob,
    "person_review": bob,
    "person_reset": bob,
    "person_confirm": bob,
    "person_refuse": bob,
    "token_confirm": no_token,
    "token_refuse": no_token,
    "token_revoke": no_token,
    "decision": decision,
    "decision_again": decision,
    "decision_open": decision,
    "entry": first_entry,
    "entry_proof": first_entry,
    "indicator": indicator,
    "alert": alert,
    "alert_why": alert,
    "portfolio_measure": growth,
    "portfolio_chart": growth_csv,
    "case": case,
    "case_file": case_file,
    "case_attach": case,
    "case_verb": case_verb,
    "case_do": case_verb,
    "case_do_as_asked": case_verb,
    "case_approve": case_verb,
    "case_withdraw": case_verb,
    "cases_do": many,
    "drill": drill_sheet,
    "drill_plan": drill_sheet,
    "playbook": playbook,
    "drill_run": drill,
    "drill_start": drill,
    "drill_give": drill,
    "drill_note": drill,
    "drill_end": drill,
    "policy": policy,
    "policy_rules": policy,
    "policy_values": policy,
    "policy_tables": policy,
    "policy_cases": policy,
    "policy_versions": policy,
    "policy_diff": policy,
    "policy_history": policy,
    "policy_replay": policy,
    "policy_replay_begin": policy,
    "policy_edit": policy,
    "policy_look": policy,
    "policy_keep": policy,
    "policy_drop": policy,
    "policy_whole": policy,
    "policy_propose": policy,
    "policy_roll_back": policy,
    "policy_run": proposal,
    "policy_proposal": proposal,
    "policy_report": proposal,
    "policy_approve": proposal,
    "policy_publish": proposal,
}
"""By the route's name."""
