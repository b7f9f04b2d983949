"""The event log: the one relation that every process measure reads, and its events in order.

A row says that something happened to a case. Rows of a case are ordered by time, and rows of one
moment by `ordinal`, the order in which they were written down: systems write several events within
one clock tick, and then only the file knows which came first.
"""

from datetime import datetime, time

import pyarrow as pa

from seawall.core.measure import Question
from seawall.core.period import microseconds
from seawall.core.steps import Steps, quoted
from seawall.core.text import Text

SCHEMA = pa.schema([
    pa.field("case_id", pa.string(), nullable=False),
    pa.field("activity", pa.string(), nullable=False),
    pa.field("happened_us", pa.int64(), nullable=False),
    pa.field("ordinal", pa.int64(), nullable=False),
    pa.field("actor", pa.string()),
    pa.field("lifecycle", pa.string()),
])  # fmt: skip
"""The columns of `log`; `happened_us` counts microseconds since 1970 (UTC), whole, so that both
engines subtract alike; `ordinal` is unique in a case. `lifecycle` is schedule, start or complete in
any case of letters; NULL is complete, any other word is a row like others that is no work. A log may
have more columns, attributes that a `Question.by` can name: an attribute of a case is that of its
first row.
"""

ACTIVITY = Text(en="activity", zh="活动")
CASES = Text(en="cases", zh="案件数")
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_EPOCH_TO_MONDAY_DAYS = 3


def events(question: Question) -> Steps:
    """The step `events`: what had happened by the end of the analysis date, with each row's `position`.

    Positions count from 1 in each case.
    """
    order = "OVER (PARTITION BY case_id ORDER BY happened_us, ordinal)"
    attributes = "".join(f"FIRST_VALUE({name}) {order} AS {name}, " for name in question.by)
    return Steps().then("events", f"""
SELECT {attributes}case_id, activity, happened_us, actor,
  COALESCE(LOWER(lifecycle), {quoted("complete")}) AS lifecycle, ROW_NUMBER() {order} AS position
FROM log
WHERE happened_us < {_end_us(question)}""", kept=True)  # fmt: skip


def _end_us(question: Question) -> int:
    """The midnight after the analysis date."""
    return microseconds(datetime.combine(question.as_of, time.min)) + _DAY_US


def grouped(question: Question, *more: str) -> str:
    """A GROUP BY clause over the segments and more columns; empty where there is none."""
    names = (*question.by, *more)
    return f"GROUP BY {', '.join(names)}" if names else ""


def ordered(question: Question, *more: str) -> str:
    """An ORDER BY clause over the segments and more columns."""
    names = (*(f"{name} NULLS LAST" for name in question.by), *more)
    return f"ORDER BY {', '.join(names)}" if names else ""


def over(question: Question, *more: str, order: str = "") -> str:
    """A window over the rows of one segment (and of more columns), running where an order is given."""
    names = (*question.by, *more)
    partition = f"PARTITION BY {', '.join(names)}" if names else ""
    running = f" ORDER BY {order} ROWS UNBOUNDED PRECEDING" if order else ""
    return f"OVER ({partition}{running})"


def ranked(question: Question, *more: str, by: str) -> str:
    """Columns `place` and `places`: where a row stands among its group by a value, and of how many."""
    partition = ", ".join((*question.by, *more))
    head = f"PARTITION BY {partition} " if partition else ""
    return (
        f"ROW_NUMBER() OVER ({head}ORDER BY {by}) AS place, "
        f"COUNT(*) OVER ({head.rstrip()}) AS places"
    )


def nearest_rank(value: str, tenths: int = 9) -> str:
    """The value at nine tenths of its group by nearest rank, over rows with `place` and `places`.

    Interpolated percentiles are not the same on every engine; the nearest rank is a value that
    occurred, and the same everywhere.
    """
    return f"MIN(CASE WHEN 10 * place >= {tenths} * places THEN {value} END)"


def hours(microseconds_sql: str) -> str:
    """Microseconds as hours."""
    return f"CAST({microseconds_sql} AS DOUBLE) / {_HOUR_US}"


def median_hours(microseconds_sql: str) -> str:
    """The median of microseconds, as hours; of an even number, halfway between the middle two."""
    return f"MEDIAN(CAST({microseconds_sql} AS DOUBLE)) / {_HOUR_US}"


def ratio(part: str, whole: str) -> str:
    """A share as SQL: floating, NULL where there is no whole."""
    return f"CAST({part} AS DOUBLE) / NULLIF(CAST({whole} AS DOUBLE), 0)"


def day(microseconds_sql: str) -> str:
    """The day (UTC) of a moment."""
    return f"DATE '1970-01-01' + {_days(microseconds_sql)}"


def monday(microseconds_sql: str) -> str:
    """The Monday of the week (UTC) of a moment: 1970 began on a Thursday."""
    days = _days(microseconds_sql)
    return f"DATE '1970-01-01' + ({days} - (({days} + {_EPOCH_TO_MONDAY_DAYS}) % 7))"


def _days(microseconds_sql: str) -> str:
    return f"CAST(FLOOR(CAST({microseconds_sql} AS DOUBLE) / {_DAY_US}) AS INTEGER)"
