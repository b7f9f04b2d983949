"""Contacts against the rules, by the examples that the rules' texts suggest."""

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from seawall.conduct import contacting
from seawall.core.engine import DuckEngine
from seawall.core.measure import Span, Trend
from seawall.office import packs
from seawall.portfolio import tape

TRENDS = {trend.name: trend for trend in contacting.trends(packs.conduct())}
MARCH = Span(date(2025, 3, 1), date(2025, 3, 31), "month")
CHINA = timedelta(hours=8)


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """A local time of March 2025 in China, as the book keeps it (UTC)."""
    return datetime(2025, 3, day, hour, minute, second) - CHINA  # noqa: DTZ001 - the book's times are UTC


def contact(when: datetime, outcome: str = "no_answer", medium: str = "call") -> dict[str, Any]:
    return {"loan_id": "L1", "contacted_at": when, "outcome": outcome, "medium": medium}


def told(engine: DuckEngine, name: str, rows: list[dict[str, Any]]) -> tuple[float, float]:
    full = [
        dict.fromkeys(tape.CONTACT.schema.names) | {"contact_id": f"K{turn:03}"} | row
        for turn, row in enumerate(rows)
    ]
    engine.show("contact", pa.Table.from_pylist(full, tape.CONTACT.schema))
    loan = dict.fromkeys(tape.LOAN.schema.names) | {"loan_id": "L1", "customer_token": "c1"}
    engine.show("loan", pa.Table.from_pylist([loan], tape.LOAN.schema))
    trend: Trend = TRENDS[name]
    [row] = engine.table(trend.steps(MARCH)).to_pylist()
    return row["part"], row["whole"]


@pytest.mark.parametrize(
    ("when", "breaks"),
    [
        (at(5, 7, 59, 59), 1),
        (at(5, 8), 0),
        (at(5, 21, 59, 59), 0),
        (at(5, 22), 1),
        (at(5, 0, 30), 1),
    ],
)
def test_nobody_is_contacted_between_22_and_8_local_time(
    engine: DuckEngine, when: datetime, breaks: int
) -> None:
    assert told(engine, "contact_hours_breach", [contact(when)]) == (breaks, 1)


def test_a_letter_has_no_hour(engine: DuckEngine) -> None:
    assert told(engine, "contact_hours_breach", [contact(at(5, 3), medium="letter")]) == (0, 0)


def test_the_fourth_conversation_of_a_day_is_too_many(engine: DuckEngine) -> None:
    spoken = [contact(at(5, hour), "reached", "ai_call") for hour in (9, 10, 11, 12)]
    assert told(engine, "contact_daily_breach", spoken[:3]) == (0, 3)
    assert told(engine, "contact_daily_breach", spoken) == (1, 4)
    unanswered = [*spoken[:3], contact(at(5, 13)), contact(at(6, 9), "reached")]
    assert told(engine, "contact_daily_breach", unanswered) == (0, 4)


def test_seven_calls_in_seven_days_are_borne_and_the_eighth_is_not(engine: DuckEngine) -> None:
    daily = [contact(at(day)) for day in range(1, 8)]
    assert told(engine, "contact_weekly_breach", daily) == (0, 7)
    assert told(engine, "contact_weekly_breach", [*daily, contact(at(7, 18))]) == (1, 8)
    assert told(engine, "contact_weekly_breach", [*daily, contact(at(8))]) == (0, 8)


def test_calls_of_the_month_before_count_towards_the_seven(engine: DuckEngine) -> None:
    earlier = [contact(at(1) - timedelta(days=1, minutes=turn)) for turn in range(7, 0, -1)]
    assert told(engine, "contact_weekly_breach", [*earlier, contact(at(1))]) == (1, 1)


@pytest.mark.parametrize(("day", "breaks"), [(2, 1), (7, 1), (8, 0)])
def test_a_conversation_is_followed_by_six_days_of_quiet(
    engine: DuckEngine, day: int, breaks: int
) -> None:
    calls = [contact(at(1), "reached"), contact(at(day))]
    assert told(engine, "contact_after_talk", calls) == (breaks, 2)
