"""What holds for every trend: no hindsight, no gap, segments that add up, one text for two engines."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from seawall.core.by_period import counted
from seawall.core.engine import DuckEngine, Engine
from seawall.core.measure import Period, Span, Trend
from seawall.core.steps import spark
from seawall.office import packs, tables
from seawall.portfolio.trends.facts import LOAN_SEGMENTS as LOANS_BY
from seawall.portfolio.trends.facts import LOANS
from seawall.simulator.truth import Plan
from tests.office import trending

TRENDS = tables.trends(packs.conventions())
ASKED = [(trend, period) for trend in TRENDS for period in trend.periods]
IDS = [f"{trend.name}-{period}" for trend, period in ASKED]
FIRST, LAST = date(2023, 7, 1), date(2025, 12, 31)
CUTS = (date(2024, 9, 30), date(2025, 6, 15))
"""A month's end, and a Sunday in the middle of one."""
RECENT = timedelta(days=120)

Key = tuple[object, ...]


@pytest.fixture(scope="module")
def books() -> Iterator[dict[date, Engine]]:
    facts = trending.rough(trending.simulated(Plan(loans=2_000, seed=5, until=LAST)))
    every = {LAST: facts} | {day: trending.cut(facts, day) for day in CUTS}
    made = {
        day: trending.opened(known, DuckEngine(threads=1, memory="1GB"))
        for day, known in every.items()
    }
    yield made
    for engine in made.values():
        engine.close()


def spanned(period: Period, until: date, by: tuple[str, ...] = ()) -> Span:
    """The last months; of days only the last weeks, which is what a day's indicator looks at."""
    first = FIRST if period == "month" else until - RECENT
    return Span(first, until, period, by)


def rows(engine: Engine, trend: Trend, span: Span) -> dict[Key, dict[str, Any]]:
    """The answer by segment and period; each may be told once."""
    told = engine.table(trend.steps(span))
    assert told.column_names == [*span.by, "ends_on", "part", "whole"]
    found = {tuple(row[name] for name in (*span.by, "ends_on")): row for row in told.to_pylist()}
    assert len(found) == told.num_rows
    return found


def assert_same(told: dict[Key, dict[str, Any]], known: dict[Key, dict[str, Any]]) -> None:
    """Rows are equal; sums of floats may differ by the order they were added up in."""
    assert told.keys() == known.keys()
    for key, row in known.items():
        for name in ("part", "whole"):
            one, other = told[key][name], row[name]
            assert (one is None) == (other is None), (key, name)
            assert one is None or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), (key, name)


def check_no_hindsight(books: dict[date, Engine], trend: Trend, period: Period) -> None:
    for cut in CUTS:
        for by in ((), trend.segments[1:3]):
            span = spanned(period, cut, by)
            known = rows(books[cut], trend, span)
            assert_same(rows(books[LAST], trend, span), known)
            longer = rows(books[LAST], trend, Span(span.first, LAST, period, by))
            seen = {key: row for key, row in longer.items() if row["ends_on"] <= cut}
            assert_same({key: seen[key] for key in known}, known)
            unmet = [row for key, row in seen.items() if key not in known]
            assert all(not row["part"] for row in unmet)


@pytest.mark.parametrize(("trend", "period"), ASKED, ids=IDS)
def test_no_trend_knows_what_came_later(
    books: dict[date, Engine], trend: Trend, period: Period
) -> None:
    check_no_hindsight(books, trend, period)


def test_a_trend_that_knows_what_came_later_is_found_out(books: dict[date, Engine]) -> None:
    ever_lost = ("SUM(CASE WHEN l.charged_off_on IS NOT NULL THEN 1 ELSE 0 END)", "COUNT(*)")
    peeks = replace(
        TRENDS[0],
        segments=LOANS_BY,
        steps=lambda span: counted(LOANS, span, "share", sums=ever_lost),
    )
    with pytest.raises(AssertionError):
        check_no_hindsight(books, peeks, "month")


@pytest.mark.parametrize(("trend", "period"), ASKED, ids=IDS)
def test_every_period_and_every_segment_met_has_its_row(
    books: dict[date, Engine], trend: Trend, period: Period
) -> None:
    for by in ((), trend.segments[:1]):
        span = spanned(period, LAST, by)
        times: dict[Key, list[date]] = defaultdict(list)
        for key, row in rows(books[LAST], trend, span).items():
            times[key[:-1]].append(row["ends_on"])
        assert times or by
        assert all(tuple(ends) == span.ends() for ends in times.values())


@pytest.mark.parametrize("trend", TRENDS, ids=lambda trend: trend.name)
def test_every_trend_is_also_written_for_spark(trend: Trend) -> None:
    for period in trend.periods:
        assert spark(trend.steps(spanned(period, LAST, trend.segments[:2])).sql())


def test_names_of_trends_are_given_once() -> None:
    assert len({trend.name for trend in TRENDS}) == len(TRENDS)
