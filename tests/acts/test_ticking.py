"""Clocks tick: each warning and each lateness is told once, and only while it still counts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts import handling, ticking
from seawall.acts.handling import Desk, Kinds
from seawall.acts.proving import prove
from seawall.acts.ticking import recount, tick
from seawall.cases.calendar import Calendar
from seawall.cases.case import Actor, Case, Command
from seawall.ledger import log
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office import kinds, packs
from seawall.records import case_register as register
from seawall.records import starting

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
LATEST = MONDAY.replace(year=2036)
CARE = Actor("alice", frozenset({"customer_care"}))
GIVEN = {
    "customer": "person_7Qabc", "jurisdiction": "uk", "channel": "phone", "subject": "price",
    "summary": "The fee is too high.",
}  # fmt: skip


@pytest.fixture(scope="module")
def calendars() -> dict[str, Calendar]:
    return {name: packs.calendar(name) for name in packs.calendars()}


@pytest.fixture
def desk(tmp_path: Path, calendars: dict[str, Calendar]) -> Iterator[Desk]:
    starting.start(tmp_path / "office.sqlite")
    ledger = log.start(
        SqliteStore(tmp_path / "ledger.sqlite"), Signer("lender.example/ledger", seed=bytes(32))
    )
    timer = partial(ticking.times, calendars=calendars)
    yield Desk(
        ledger, Kinds({name: kinds.kind(name) for name in ("complaint",)}), timer, lambda: LATEST
    )
    connections.close_all()


def opened(desk: Desk, at: datetime = MONDAY, key: str = "1") -> Case:
    case = handling.open_case(desk, "complaint", Command("receive", CARE, at, key, GIVEN)).case
    assert case is not None
    return case


def told(case: Case) -> list[tuple[str, str, str]]:
    rows = register.events(case.id)
    return [(r.verb, r.actor, r.body) for r in rows if r.verb in {"warn", "breach"}]


def test_a_clock_warns_and_is_noted_late_once(desk: Desk, calendars: dict[str, Calendar]) -> None:
    """Three working days of eight hours in Shanghai: half of them are over on Tuesday noon, all on Thursday night."""
    case = opened(desk)
    assert tick(desk, calendars, datetime(2026, 3, 2, 9, tzinfo=UTC)) == 0
    late = datetime(2026, 3, 6, 1, tzinfo=UTC)
    assert tick(desk, calendars, late) == 2
    assert tick(desk, calendars, late) == 0
    assert [verb for verb, _, _ in told(case)] == ["warn", "breach"]
    notices = [
        row
        for row, _ in register.errands("notify", "waiting")
        if '"to": "complaint_manager"' in row.content
    ]
    assert len(notices) == 2
    assert prove(desk).problems == ()


def test_what_was_done_in_time_is_not_noted(desk: Desk, calendars: dict[str, Calendar]) -> None:
    case = opened(desk)
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    handling.handle(desk, case.id, Command("acknowledge", CARE, at, "2"))
    assert tick(desk, calendars, datetime(2026, 3, 20, tzinfo=UTC)) == 0
    assert told(case) == []
    # Eight weeks from 2 March end on 27 April (FCA DISP 1.6.2R).
    assert tick(desk, calendars, datetime(2026, 4, 20, tzinfo=UTC)) == 2
    assert [verb for verb, _, _ in told(case)] == ["warn", "warn"]
    assert tick(desk, calendars, datetime(2026, 4, 28, 12, tzinfo=UTC)) == 1


def test_an_ended_case_has_no_clock(desk: Desk, calendars: dict[str, Calendar]) -> None:
    case = opened(desk)
    officer = Actor("bob", frozenset({"complaint_manager"}))
    asked = handling.handle(
        desk, case.id, Command("drop", officer, MONDAY, "2", reason="He withdrew it.")
    ).case
    assert asked is not None
    fields = {"verb": "drop", "digest": asked.asked["drop"].digest}
    compliance = Actor("carol", frozenset({"compliance_officer"}))
    handling.handle(desk, case.id, Command("approve", compliance, MONDAY, "3", fields))
    done = handling.handle(
        desk, case.id, Command("drop", officer, MONDAY, "4", reason="He withdrew it.")
    )
    assert done.problems == ()
    standing = register.standing(case.id)
    assert standing is not None
    assert standing.next_us is None
    assert tick(desk, calendars, datetime(2027, 1, 1, tzinfo=UTC)) == 0


def test_a_calendar_published_anew_moves_what_is_open(
    desk: Desk, calendars: dict[str, Calendar]
) -> None:
    case = opened(desk)
    before = register.standing(case.id)
    assert recount(desk, calendars) == 0
    elsewhere = {**calendars, "cn_office": calendars["us_federal"]}
    assert recount(desk, elsewhere) == 1
    after = register.standing(case.id)
    assert before is not None
    assert after is not None
    assert after.next_us != before.next_us
    assert after.revision == before.revision
