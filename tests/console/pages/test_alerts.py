"""Alerts on screen: lists, one with its account, taking it on, silences; every change is in the ledger."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from unittest.mock import patch

import duckdb
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.acts import handling
from seawall.acts.alert_cases import ended_alerts, ever_raised, fields_of, open_alerts, spelled
from seawall.acts.signing import now
from seawall.acts.silencing import silences
from seawall.cases.case import Actor, Command
from seawall.console import place
from seawall.core.engine import DuckEngine
from seawall.core.institution import HOUSE
from seawall.core.steps import Steps
from seawall.office import accounting, alert_lists, alerts, measuring, warning
from seawall.office.alert_lists import Asked
from seawall.office.homes import Home
from seawall.office.turns import Turns
from seawall.records import case_register, watch_register
from seawall.records.models import Person
from seawall.warning import explaining
from seawall.warning.cause import Cause

As = Callable[[str], Client]


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[-2_000:]
    return unescape(answer.text)


def entries(home: Home, kind: str) -> list[dict[str, object]]:
    return [each.told for each in home.ledger_reader.entries() if each.told["kind"] == kind]


def test_every_open_alert_is_listed_the_worst_first(as_: As) -> None:
    told = text(as_("alice"), "/alerts/")
    opened = open_alerts()
    assert opened
    places = [(-alert.level, told.index(row.case_id)) for alert, row in opened.values()]
    assert [place for _, place in sorted(places)] == sorted(place for _, place in places)


def test_ended_alerts_are_listed_with_what_they_became(as_: As) -> None:
    told = text(as_("alice"), "/alerts/?over")
    ended = [
        row.case_id for row in case_register.listed(case_register.Listed("alert", False, most=50))
    ]
    assert ended
    assert all(case_id in told for case_id in ended)
    assert not any(row.case_id in told for _, row in open_alerts().values())


@pytest.mark.parametrize("ended", [False, True])
def test_pages_of_a_list_hold_each_alert_once(
    lender: Home,
    monkeypatch: pytest.MonkeyPatch,
    ended: bool,  # noqa: FBT001 - a case's column
) -> None:
    del lender
    monkeypatch.setattr(alert_lists, "PAGE", 5)
    man, seen, after = place.watchman(), list[str](), None
    while True:
        page = alert_lists.page(man, Asked(HOUSE, ended=ended, after=after), now())
        assert len(page.rows) <= 5
        seen += [row.case_id for row in page.rows]
        if not (after := page.next):
            break
    whole = len(list(ended_alerts())) if ended else len(open_alerts())
    assert len(seen) == len(set(seen)) == whole
    assert len(list(ever_raised())) >= whole


@pytest.mark.parametrize("ended", [False, True])
def test_a_filter_shows_what_fits_and_nothing_else(
    lender: Home,
    ended: bool,  # noqa: FBT001 - a case's column
) -> None:
    del lender
    man = place.watchman()
    every = alert_lists.page(man, Asked(HOUSE, ended=ended), now()).rows
    some = every[0]
    assert some.indicator is not None
    for asked, fitting in (
        (Asked(HOUSE, ended=ended, level="red"), [row for row in every if row.level == "red"]),
        (Asked(HOUSE, ended=ended, risk=some.indicator.risk), [row for row in every if _risk(row) == _risk(some)]),
        (Asked(HOUSE, ended=ended, indicator=some.indicator.id),
         [row for row in every if row.cause.indicator == some.cause.indicator]),
    ):  # fmt: skip
        found = alert_lists.page(man, asked, now()).rows
        assert {row.case_id for row in found} == {row.case_id for row in fitting}


def _risk(row: alert_lists.Listed) -> str:
    return "" if row.indicator is None else row.indicator.risk


def test_a_list_is_taken_away_whole_by_who_may(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_lists, "PAGE", 3)
    for query, cases in (
        ("", {row.case_id for _, row in open_alerts().values()}),
        ("over&", {row.case_id for row in case_register.listed(case_register.Listed("alert", is_open=False))}),
    ):  # fmt: skip
        answer = as_("alice").get(f"/alerts/?{query}as=csv")
        told = b"".join(answer).decode()
        assert {line.partition(",")[0] for line in told.splitlines()[1:]} == cases
    assert as_("ivan").get("/alerts/?as=csv").status_code == 403


def test_an_alert_says_what_the_command_says(as_: As, lender: Home) -> None:
    cause, (_, row) = next(iter(open_alerts().items()))
    declared = warning.indicator(cause.indicator)
    reading = measuring.read(lender)
    past = alerts.became(lender, cause.indicator)
    told = text(as_("alice"), f"/alerts/{row.case_id}/why")
    account = accounting.account(reading, declared, cause.segment, past)
    for sentence in explaining.sentences(account):
        assert sentence.en in told
    page = text(as_("alice"), f"/alerts/{row.case_id}/")
    assert declared.title.en in page
    assert explaining.said(fields_of(row)["value"], warning.trends()[declared.measure].unit) in page
    for outcome, times in past:
        assert f"{outcome.en} {times}" in page


def test_who_asks_while_others_wait_for_an_account_is_told_when_to_come_again(
    as_: As, lender: Home
) -> None:
    del lender
    _, row = next(iter(open_alerts().values()))
    with patch.object(alert_lists, "TURNS", Turns(waiting_most=0)):
        answer = as_("alice").get(f"/alerts/{row.case_id}/why")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "too many ask at once" in answer.text


def test_an_account_gives_its_engine_back_whether_or_not_the_book_knows_the_segment(
    as_: As, lender: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[DuckEngine]()

    def engine(home: Home) -> DuckEngine:
        made.append(DuckEngine(home.folder / "scratch"))
        return made[-1]

    monkeypatch.setattr(type(lender), "engine", engine)
    _, row = next(iter(open_alerts().values()))
    assert as_("alice").get(f"/alerts/{row.case_id}/why").status_code == 200
    with (
        patch.object(accounting, "account", side_effect=LookupError),
        pytest.raises(LookupError),
    ):
        alert_lists.account(place.watchman(), row.case_id)
    assert len(made) == 2
    for each in made:
        with pytest.raises(duckdb.ConnectionException):
            each.table(Steps().then("one", "SELECT 1 AS one"))


def test_a_part_of_the_page_is_only_that_part(as_: As) -> None:
    _, row = next(iter(open_alerts().values()))
    answer = as_("alice").get(f"/alerts/{row.case_id}/why", headers={"hx-request": "true"})
    assert "<html" not in answer.text
    assert "<li>" in answer.text


def test_an_analyst_takes_an_alert_on_and_the_ledger_tells(as_: As, lender: Home) -> None:
    _, row = next((a, r) for a, r in open_alerts().values() if r.state == "raised")
    bob = as_("bob")
    assert "acknowledge" in bob.get(f"/alerts/{row.case_id}/").text
    path = f"/cases/{row.case_id}/do/acknowledge/now"
    form = {"key": "once", "revision": str(row.revision), "back": "alert"}
    for _ in range(2):
        answer = bob.post(path, form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/alerts/{row.case_id}/")
    standing = case_register.standing(row.case_id)
    assert standing is not None
    assert standing.state == "acknowledged"
    mine = [e for e in entries(lender, "case.acknowledge") if row.case_id in str(e["subject"])]
    assert [e["actor"] for e in mine].count("bob") == 1
    page = text(bob, f"/alerts/{row.case_id}/")
    assert "Acknowledge" in page
    assert path not in page, "it is done, and not offered again"
    assert f"/cases/{row.case_id}/do/investigate/now" in page
    assert "/do/act/now" not in page, "what needs words is on the case's page"
    late = bob.post(f"/cases/{row.case_id}/do/investigate/now", form | {"key": "late"})
    assert late.status_code == 422, "the alert is not as it was when he looked"


def test_who_may_not_take_an_alert_on_is_told_why(as_: As) -> None:
    _, row = next((a, r) for a, r in open_alerts().values() if r.state == "raised")
    erin, dana = as_("erin"), as_("dana")
    path = f"/cases/{row.case_id}/do/acknowledge/now"
    assert path not in erin.get(f"/alerts/{row.case_id}/").text
    assert erin.post(path).status_code == 422
    assert dana.post(path).status_code == 403
    standing = case_register.standing(row.case_id)
    assert standing is not None
    assert standing.state == "raised"


def test_an_alert_is_seen_and_done_by_its_unit_alone(as_: As, lender: Home) -> None:
    """One of the whole house, one of a unit, one of another house; and who works in each place."""
    del lender
    ours = next(row for _, row in open_alerts().values() if row.state == "raised").case_id
    online, elsewhere = _raised("house/online"), _raised("other")
    for name, unit in (("olga", "house/online"), ("paul", "house/partners")):
        Person.objects.create(
            name=name, shown=name, unit=unit, added_us=1, roles='["risk_analyst"]'
        )
    for name, sees in (("bob", {ours, online}), ("olga", {online}), ("paul", set[str]())):
        client = as_(name)
        listed = text(client, "/alerts/")
        assert {each for each in (ours, online, elsewhere) if each in listed} == sees
        taken = b"".join(as_("alice").get("/alerts/?as=csv")).decode()
        assert online in taken
        assert elsewhere not in taken
        for each in (ours, online, elsewhere):
            found = {
                client.get(f"/alerts/{each}/").status_code,
                client.post(f"/cases/{each}/do/comment/now").status_code,
            }
            assert (404 in found) == (each not in sees), (name, each, found)
            assert each in sees or client.get(f"/alerts/{each}/why").status_code == 404
    over = _raised("other", over=True)
    assert over not in text(as_("alice"), "/alerts/?over")


def _raised(unit: str, *, over: bool = False) -> str:
    """An alert of a unit, as a machine of the unit would raise it."""
    machine, desk = Actor("watch", frozenset({"machine"}), unit), place.cases().desk
    fields: dict[str, object] = {
        "indicator": "api_errors", "segment": "–", "level": "red", "as_of": "2026-01-31", "since": "2026-01-01",
        "cause": spelled(Cause("api_errors", (("channel", f"{unit} {over}"),))), "due_at": "2026-01-31T00:00:00Z",
    }  # fmt: skip
    command = Command("raise", machine, desk.clock(), f"raise {unit} {over}", fields)
    came = handling.open_case(desk, "alert", command)
    assert came.case is not None, came.problems
    if over:
        clear = Command("clear", machine, desk.clock(), f"clear {unit}", {})
        assert not handling.handle(desk, came.case.id, clear).problems
    return came.case.id


def test_a_silence_is_asked_for_kept_told_and_listed(as_: As, lender: Home) -> None:
    alice = as_("alice")
    given = {"indicator": "api_errors", "reason": "The gateway is replaced.", "hours": "6",
             "segment": "channel=app", "key": "s"}  # fmt: skip
    before = len(entries(lender, "warning.silence"))
    for _ in range(2):
        assert alice.post("/alerts/silence", given).status_code == 303
    (kept,) = [each for each in silences(now()) if each.reason == given["reason"]]
    assert (kept.by, kept.indicator, kept.segment) == ("alice", "api_errors", (("channel", "app"),))
    assert kept.until - kept.since == timedelta(hours=6)
    assert len(entries(lender, "warning.silence")) == before + 1
    told = text(alice, "/alerts/silences")
    assert given["reason"] in told
    assert "in force" in told


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"hours": "soon"}, "silence-span"),
        ({"hours": "-1"}, "silence-span"),
        ({"hours": "nan"}, "silence-span"),
        ({"hours": "99999"}, "silence-span"),
        ({"reason": " "}, "silence-refused"),
        ({"indicator": ""}, "silence-refused"),
        ({"segment": "app"}, "silence-segment"),
    ],
)
def test_a_silence_that_cannot_be_says_why_and_keeps_what_was_written(
    as_: As, lender: Home, wrong: dict[str, str], code: str
) -> None:
    before = len(entries(lender, "warning.silence"))
    given = {"indicator": "api_errors", "reason": "A reason to keep.", "hours": "6"} | wrong
    answer = as_("alice").post("/alerts/silence", given)
    assert answer.status_code == 422
    assert code in answer.text
    assert wrong.get("reason", "A reason to keep.") in answer.text
    assert len(entries(lender, "warning.silence")) == before


def test_who_looks_only_silences_nothing(as_: As) -> None:
    dana = as_("dana")
    assert '/alerts/silence"' not in dana.get("/alerts/silences").text
    assert dana.post("/alerts/silence", {}).status_code == 403


def test_a_silence_shows_on_the_board_and_in_the_list(as_: As) -> None:
    alice = as_("alice")
    _, row = next(iter(open_alerts().values()))
    name = fields_of(row)["indicator"]
    given = {"indicator": name, "reason": "Known.", "hours": "1", "key": "t"}
    assert alice.post("/alerts/silence", given).status_code == 303
    assert "silenced" in text(alice, f"/alerts/?indicator={name}")
    assert "silenced" in text(alice, "/indicators/")


def test_silences_page_by_page(lender: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from seawall.office import quieting  # noqa: PLC0415

    del lender
    monkeypatch.setattr(quieting, "PAGE", 1)
    seen, after = list[str](), None
    while True:
        rows, after = quieting.page(after, now())
        seen += [each.silence.id for each in rows]
        if not after:
            break
    assert seen == [str(number) for number, _ in watch_register.silence_page(None, 100)]


def test_lists_ask_the_database_as_often_for_many_as_for_few(as_: As) -> None:
    alice = as_("alice")
    alice.get("/alerts/")
    counts = {}
    for path in ("/indicators/backtest", "/alerts/", "/alerts/?over", "/alerts/silences"):
        with CaptureQueriesContext(connection) as asked:
            alice.get(path)
        counts[path] = len(asked)
    frame = counts["/indicators/backtest"]
    assert [counts[path] - frame for path in list(counts)[1:]] == [3, 2, 1]
    assert max(counts.values()) <= 12
