"""Watching a home: alerts come and go as cases, what was taken on is not told again, late facts correct."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts import handling
from seawall.acts.alert_cases import ever_raised, open_alerts
from seawall.acts.ingesting import Batch, ingest
from seawall.acts.proving import prove
from seawall.acts.signing import Signed
from seawall.acts.silencing import silence, silences
from seawall.acts.simulating import make_lender
from seawall.cases.case import Actor, Command
from seawall.core.period import month_ends
from seawall.ledger.audit import audit
from seawall.office import (
    accounting,
    alert_lists,
    alerts,
    homes,
    indicator_board,
    measuring,
    packs,
)
from seawall.office.alert_lists import Asked
from seawall.office.alerts import Watchman
from seawall.office.homes import Home
from seawall.records import case_register, watch_register
from seawall.simulator.truth import Plan
from seawall.warning.alert import Silence
from seawall.warning.cause import Cause
from seawall.warning.waiting import waits

ANALYST = Actor("carol", frozenset({"risk_analyst"}))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small lender with its planted troubles, watched month by month."""
    folder = tmp_path_factory.mktemp("watched") / "home"
    home = homes.make(folder, "lender.example/ledger")
    make_lender(
        home.desk(), Plan(loans=2_500, seed=5, months=24), packs.lender(), progress=lambda *_: None
    )
    man = alerts.watchman(home)
    reading = measuring.read(home)
    for _ in man.watch_through(list(month_ends(reading.first, reading.as_of))):
        pass
    return folder


@pytest.fixture
def man(simulated: Path) -> Watchman:
    return alerts.watchman(homes.home(simulated))


def holds(home: Home, man: Watchman) -> None:
    assert prove(man.desk).problems == ()
    assert audit(home.ledger).problems == ()


def test_planted_troubles_are_caught_and_the_cases_prove_it(simulated: Path, man: Watchman) -> None:
    home = homes.home(simulated)
    caught = alerts.caught(home, measuring.read(home))
    assert caught is not None
    # An outage and a rate rise leave no doubt, however small the lender is.
    assert {"outage", "rate_rise"} <= set(caught)
    holds(home, man)


def test_watching_again_changes_nothing(simulated: Path, man: Watchman) -> None:
    before = list(case_register.every_event())
    ((_, came),) = man.watch_through([date(2025, 12, 31)])
    assert (came.raised, came.updated, came.cleared, came.told, came.looked_at) == (
        (),
        (),
        (),
        0,
        0,
    )
    assert list(case_register.every_event()) == before
    del simulated


def test_level_and_verdict_are_the_same_on_every_face(man: Watchman) -> None:
    at = datetime(2026, 1, 1, 3, tzinfo=UTC)
    board = indicator_board.board(man, at)
    rows = [row for _, _, some in board.risks for row in some if row.now is not None]
    listed = {each.cause: each for each in alert_lists.page(man, Asked("house"), at).rows}
    waiting = [row for row in rows if waits(row.level, row.verdict)]
    assert waiting
    assert listed
    for row in (*waiting, *(row for row in rows if row.now and row.now.cause in listed)):
        assert row.now is not None
        cause, declared = row.now.cause, row.indicator
        reading = measuring.read(man.home, row.now.ends_on)
        by = next(each for each in declared.by if set(each) == {name for name, _ in cause.segment})
        _, told = accounting.shown(reading, declared, by)
        inside = [each for each in told.to_pylist() if all(each[n] == v for n, v in cause.segment)]
        stands = (accounting.LEVELS[row.level], accounting.LEVELS[row.verdict])
        assert (inside[-1]["level"], inside[-1]["verdict"]) == stands, cause
        account = accounting.account(reading, declared, cause.segment)
        assert (account.level, account.verdict) == (row.level, row.verdict), cause
        if cause in listed:
            assert listed[cause].level == stands[0], cause
            assert listed[cause].verdict == row.verdict, cause


def test_no_alert_was_raised_before_its_data(simulated: Path, man: Watchman) -> None:
    del simulated, man
    for cause, (alert, row) in open_alerts().items():
        assert alert.since <= alert.raised_at.date(), cause
        assert row.state == "raised"


def test_a_late_fact_corrects_the_value_and_the_old_one_stays(
    simulated: Path, man: Watchman
) -> None:
    home = homes.home(simulated)
    lines = tuple(
        (n, json.dumps({"table": "event", "event_id": f"late{n}", "happened_at": "2025-12-10T03:00:00Z",
                        "kind": "payment_failed", "subject": "c1", "product": "instalment"}))
        for n in range(1, 8)
    )  # fmt: skip
    came = ingest(home.desk(), Batch("late", lines))
    looked = man.look(came)
    assert looked is not None
    corrected = {each.cause: each for each in looked.corrected}
    failed = corrected[Cause("payments_failed")]
    assert failed.ends_on == date(2025, 12, 10)
    assert failed.now == (failed.before or 0) + 7
    told = watch_register.history("payments_failed", "[]", "2025-12-10")
    assert [each.value for each in told] == [failed.before, failed.now]
    again = man.look(came)
    assert again is not None
    assert again.corrected == ()
    holds(home, man)


def test_what_was_taken_on_is_told_to_nobody_until_it_rises(simulated: Path, man: Watchman) -> None:
    home = homes.home(simulated)
    cause, (alert, row) = next(iter(open_alerts().items()))
    command = Command("acknowledge", ANALYST, datetime.now(UTC), "ack-1")
    assert handling.handle(man.desk, row.case_id, command).problems == ()
    taken = open_alerts()[cause][0]
    assert taken.acknowledged == alert.level
    man.watch()
    assert open_alerts()[cause][0].notices == alert.notices
    holds(home, man)


def test_a_silence_is_kept_told_and_ends(simulated: Path, man: Watchman) -> None:
    home = homes.home(simulated)
    since, until = datetime(2026, 11, 1), datetime(2026, 11, 2)  # noqa: DTZ001 - the house's times
    asked = Silence("", "The gateway is replaced.", "alice", since, until, indicator="api_errors")
    assert silence(man.desk.ledger, asked, Signed("s1", "alice", since))
    assert not silence(man.desk.ledger, asked, Signed("s1", "alice", since))
    (kept,) = silences(datetime(2026, 11, 1, 12))  # noqa: DTZ001 - the house's times
    assert (kept.reason, kept.by, kept.until, kept.indicator) == (
        asked.reason,
        "alice",
        until,
        "api_errors",
    )
    assert silences(datetime(2027, 1, 1)) == ()  # noqa: DTZ001 - the house's times
    assert len(list(ever_raised())) >= len(open_alerts())
    holds(home, man)
    connections.close_all()
