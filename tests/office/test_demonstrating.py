"""A demonstration is of today: what its persons did lies behind, what waits is of this week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.acts.alert_cases import fields_of, open_alerts
from seawall.acts.simulating import make_lender
from seawall.core.period import moment_at
from seawall.office import demonstrating, homes, packs
from seawall.office.demonstrating import Demonstrated
from seawall.office.homes import Home
from seawall.office.settings import Settings
from seawall.records import case_register, starting
from seawall.records.case_register import Listed
from seawall.simulator.truth import Plan

UNTIL = date(2026, 3, 18)
MORNING = datetime(2026, 3, 19, 4, tzinfo=UTC)
"""When somebody looks at a lender that is known until the day before."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = homes.make(
        tmp_path_factory.mktemp("demo") / "home", demonstrating.ORIGIN, settings=Settings()
    )
    plan = Plan(loans=500, seed=3, months=14, until=UNTIL)
    make_lender(made.desk(), plan, packs.lender(), progress=lambda *_: None)
    return made


@pytest.fixture(scope="module")
def done(home: Home) -> Iterator[tuple[Demonstrated, dict[str, list[float]]]]:
    told: dict[str, list[float]] = {}
    yield (
        demonstrating.demonstrate(home, lambda what, at: told.setdefault(what, []).append(at)),
        told,
    )
    starting.stop()


@given(st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1)))  # noqa: DTZ001 - made UTC below
def test_the_last_day_is_the_last_that_was_looked_at(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    day = demonstrating.last_day(at)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # A day's end is looked at an hour after it (`office.alerts`), and people come in at two.
    assert timedelta(hours=27) <= at - midnight < timedelta(hours=27 + 24)


def test_nothing_that_was_done_lies_in_the_future(done: object) -> None:
    del done
    rows = case_register.listed(Listed("", is_open=None, most=100_000))
    assert len(rows) > 10
    assert max(row.changed_us for row in rows) <= MORNING.timestamp() * 1e6


def test_old_alerts_were_taken_on_the_morning_after_and_new_ones_wait(
    done: tuple[Demonstrated, object],
) -> None:
    told, _ = done
    opened = [row for _, row in open_alerts().values()]
    assert told.open == len(opened) > 0
    waiting = [row for row in opened if row.state == "raised"]
    assert told.waiting == len(waiting)
    for row in waiting:
        assert (MORNING - moment_at(row.changed_us)).days <= demonstrating.LEFT_DAYS + 1
    kinds = {row.kind for row in case_register.listed(Listed(is_open=True, most=100_000))}
    assert kinds >= {"complaint", "drill"}
    every = case_register.listed(Listed("alert", is_open=None, most=100_000))
    assert any(row.state == "acted" or "measures" in fields_of(row) for row in every)


def test_all_of_it_is_told_while_it_is_done(
    done: tuple[Demonstrated, dict[str, list[float]]],
) -> None:
    assert done[0].sound
    names = ("publishing", "deciding", "watching", "handling", "backtesting", "verifying")
    assert tuple(done[1]) == names
    for shares in done[1].values():
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
