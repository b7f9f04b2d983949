"""A measure: a named function from facts to numbers, by date and segment, written as SQL steps.

A `Measure` tells the book at one analysis date; a `Trend` tells one number period by period, each
as it could be known at its period's end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from seawall.core.period import month_end
from seawall.core.steps import Steps
from seawall.core.text import Text

Unit = Literal[
    "label", "date", "count", "money", "share", "rate_annual", "milliseconds", "minutes", "hours",
    "days", "months", "index",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a measure's answer: its name, unit and bilingual heading.

    `share` is a fraction of one (0.25 is 25 %); `rate_annual` the same, per year; `money` is in
    the book's currency; `index` is a pure number without unit.

    Attributes:
        labels: what people call the codes that a label column holds; a code without one is itself.
    """

    name: str
    unit: Unit
    title: Text
    labels: Mapping[str, Text] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Selection:
    """Which loans alone are asked about; every loan where nothing is named.

    Attributes:
        among: segment columns of the loan, each with the values that count; None is a loan without one.
        made_from: the first day of disbursement that counts.
        made_until: the last one.
    """

    among: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    made_from: date | None = None
    made_until: date | None = None

    def __bool__(self) -> bool:
        """Whether it leaves any loan out."""
        return bool(self.among or self.made_from or self.made_until)


EVERY = Selection()


@dataclass(frozen=True)
class Question:
    """What is asked of a measure.

    Attributes:
        as_of: the analysis date; facts after it are not seen.
        by: segment columns of the loan to break the answer down by, in order.
        only: of which loans. A measure that asks after the book's own calendar, such as its last
            month-end, reads the whole book for it.
    """

    as_of: date
    by: tuple[str, ...] = ()
    only: Selection = EVERY

    @property
    def day(self) -> str:
        """The analysis date as a SQL literal."""
        return f"DATE '{self.as_of.isoformat()}'"

    def keys(self, table: str | None = None) -> str:
        """The segment columns as the head of a SELECT or GROUP BY list, each with its comma."""
        prefix = f"{table}." if table else ""
        return "".join(f"{prefix}{name}, " for name in self.by)


@dataclass(frozen=True)
class Measure:
    """A measure's declaration.

    Attributes:
        name: what commands and packs call it.
        title: its heading.
        meaning: how the number is computed and from what, for people.
        columns: the answer's columns after the segment columns, in order.
        steps: the SQL that answers a question.
        source: where the definition comes from.
    """

    name: str
    title: Text
    meaning: Text
    columns: tuple[Column, ...]
    steps: Callable[[Question], Steps]
    source: str


Period = Literal["day", "week", "month"]
"""A week ends on Sunday (ISO 8601), a month on its last day."""

Arithmetic = Literal["share", "mean", "count", "level"]
"""How a trend's value comes of its row: `part / whole` for a share and a mean, `part` alone for a
count of a period and for a level at its end."""


@dataclass(frozen=True)
class Span:
    """What is asked of a trend: the periods that end between two days, both included.

    Attributes:
        by: segment columns to break the answer down by, in order.

    Raises:
        UnableToSpan: no period ends between the two days.

    >>> Span(date(2024, 1, 15), date(2024, 3, 1), "month").ends()
    (datetime.date(2024, 1, 31), datetime.date(2024, 2, 29))
    """

    first: date
    until: date
    period: Period
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A span without a period is a mistake of the caller."""
        if not self.ends():
            raise UnableToSpan(self.first, self.until, self.period)

    def ends(self) -> tuple[date, ...]:
        """The last day of every period, in order."""
        days = (self.until - self.first).days + 1
        every = (self.first + timedelta(days=turn) for turn in range(max(days, 0)))
        return tuple(day for day in every if period_end(day, self.period) == day)

    def keys(self, table: str | None = None) -> str:
        """The segment columns as the head of a SELECT or GROUP BY list, each with its comma."""
        prefix = f"{table}." if table else ""
        return "".join(f"{prefix}{name}, " for name in self.by)


def period_end(day: date, period: Period) -> date:
    """The last day of the period that a day lies in.

    >>> period_end(date(2024, 5, 1), "week")
    datetime.date(2024, 5, 5)
    """
    if period == "month":
        return month_end(day)
    return day + timedelta(days=6 - day.weekday()) if period == "week" else day


def period_start(end: date, period: Period) -> date:
    """The first day of the period that ends on a day.

    >>> period_start(date(2024, 2, 29), "month")
    datetime.date(2024, 2, 1)
    """
    if period == "month":
        return end.replace(day=1)
    return end - timedelta(days=6) if period == "week" else end


@dataclass(frozen=True)
class Trend:
    """A trend's declaration: one number, period by period.

    The answer has the segment columns asked for (text), `ends_on`, `part` and `whole`: one row for
    every period of the span and every combination of segments met in it, ordered by segments and
    time. `whole` is the sample that a share or a mean rests on, NULL for counts and levels; a period
    in which nothing happened has zeros, a level that is not known is NULL.

    The law of no hindsight: a period's row is the same whether the book holds later facts or was cut
    off at the period's end.

    Attributes:
        name: what indicators call it.
        meaning: how the number is computed and from what, for people.
        unit: of the value.
        periods: what it can be asked by.
        segments: what it can be broken down by.
        reads: the tables of the book that it reads, derived ones included.
        steps: the SQL that answers.
        source: where the definition comes from.
    """

    name: str
    title: Text
    meaning: Text
    unit: Unit
    arithmetic: Arithmetic
    periods: tuple[Period, ...]
    segments: tuple[str, ...]
    reads: tuple[str, ...]
    steps: Callable[[Span], Steps]
    source: str


class UnableToSpan(ValueError):
    """A span holds no whole period's end."""

    def __init__(self, first: date, until: date, period: Period) -> None:
        super().__init__(f"no {period} ends between {first} and {until}: ask for a longer span")
