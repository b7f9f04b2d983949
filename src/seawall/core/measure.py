"""A measure: a named function from facts to numbers, by date and segment, written as SQL steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from seawall.core.steps import Steps
from seawall.core.text import Text

Unit = Literal["label", "date", "count", "money", "share", "rate_annual", "days", "months", "index"]


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
class Question:
    """What is asked of a measure.

    Attributes:
        as_of: the analysis date; facts after it are not seen.
        by: segment columns of the loan to break the answer down by, in order.
    """

    as_of: date
    by: tuple[str, ...] = ()

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
Arithmetic = Literal["share", "mean", "count", "level"]


@dataclass(frozen=True)
class Span:
    """What is asked of a trend."""

    first: date
    until: date
    period: Period
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trend:
    """A measure told period by period."""

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
