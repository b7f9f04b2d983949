"""Every trend against a second method: plain Python over the rows of a simulated book."""

import math
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest

from seawall.core.engine import DuckEngine
from seawall.core.measure import Period, Span, Trend, period_start
from seawall.office import packs, tables
from seawall.simulator.truth import Plan
from tests.office import plainly, trending

TRENDS = tables.trends(packs.conventions())
LAST = date(2025, 12, 31)
MONTHS, WEEKS = (date(2024, 11, 1), date(2025, 11, 30)), (date(2025, 9, 1), date(2025, 10, 12))
"""A year with the planted ring, outage and surge; and weeks among them."""


@pytest.fixture(scope="module")
def book() -> Iterator[plainly.Book]:
    facts = trending.rough(trending.simulated(Plan(loans=2_500, seed=9, until=LAST)))
    engine = trending.opened(facts, DuckEngine(threads=1, memory="1GB"))
    yield plainly.Book(engine)
    engine.close()


def test_every_trend_has_a_second_method() -> None:
    assert {trend.name for trend in TRENDS} == plainly.METHODS.keys()


@pytest.mark.parametrize("trend", TRENDS, ids=lambda trend: trend.name)
def test_the_second_method_agrees(book: plainly.Book, trend: Trend) -> None:
    seen: list[plainly.Row] = []
    for period in (each for each in trend.periods if each != "day"):
        for by in ((), trend.segments[1:2] or trend.segments[:1]):
            seen += agreed(book, trend, period, by)
    assert any(row["part"] for row in seen), (
        "nothing ever happened that the methods could differ on"
    )


def agreed(
    book: plainly.Book, trend: Trend, period: Period, by: tuple[str, ...]
) -> list[plainly.Row]:
    """The rows, of which each was found by the second method too."""
    span = Span(*(MONTHS if period == "month" else WEEKS), period, by)
    rows: list[plainly.Row] = book.engine.table(trend.steps(span)).to_pylist()
    for row in rows:
        part, whole = plainly.METHODS[trend.name](
            book,
            period_start(row["ends_on"], period),
            row["ends_on"],
            partial(_alike, {name: row[name] for name in by}),
        )
        where = (row, part, whole)
        assert close(row["part"], part), where
        assert close(row["whole"], whole), where
    return rows


def _alike(wanted: plainly.Row, row: plainly.Row) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def close(told: float | None, other: float | None) -> bool:
    if told is None or other is None:
        return told is other
    return math.isclose(told, other, rel_tol=1e-9, abs_tol=1e-9)
