"""Periods, and what stands at their ends."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.core.by_period import Facts, standing
from seawall.core.engine import DuckEngine
from seawall.core.measure import Period, Span, UnableToSpan, period_end, period_start

DAYS = st.dates(date(1999, 12, 1), date(2032, 1, 31))
PERIODS = st.sampled_from(("day", "week", "month"))


@given(DAYS, PERIODS)
def test_a_day_lies_between_its_periods_first_and_last_day(day: date, period: Period) -> None:
    end = period_end(day, period)
    start = period_start(end, period)
    assert start <= day <= end
    assert period_end(start, period) == end
    assert period_end(start - timedelta(days=1), period) == start - timedelta(days=1)


@given(DAYS, st.integers(0, 100), PERIODS)
def test_a_span_tells_each_end_within_it_once(first: date, size: int, period: Period) -> None:
    until = first + timedelta(days=size)
    every = (first + timedelta(days=turn) for turn in range(size + 1))
    wanted = [day for day in every if period_end(day, period) == day]
    if wanted:
        assert list(Span(first, until, period).ends()) == wanted
    else:
        with pytest.raises(UnableToSpan, match="ask for a longer span"):
            Span(first, until, period)


def test_what_stands_had_begun_and_not_ended(engine: DuckEngine) -> None:
    things = pa.table({
        "began": [date(2024, 1, 5), date(2024, 2, 10), date(2024, 2, 11), date(2023, 1, 1)],
        "ended": [date(2024, 2, 29), None, date(2024, 2, 12), date(2023, 6, 1)],
        "kind": ["a", "b", "b", "a"],
    })  # fmt: skip
    engine.show("thing", things)
    facts = Facts("thing t", "t.began", {"kind": "t.kind"})
    span = Span(date(2024, 1, 31), date(2024, 3, 31), "month")
    whole = engine.table(standing(facts, span, ended="t.ended"))
    assert whole["part"].to_pylist() == [1, 1, 1]
    by_kind = engine.table(
        standing(facts, Span(*_dates(span), "month", ("kind",)), ended="t.ended")
    )
    assert by_kind["part"].to_pylist() == [1, 0, 0, 0, 1, 1]


def _dates(span: Span) -> tuple[date, date]:
    return span.first, span.until
