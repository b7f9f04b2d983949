"""What a page of the portfolio is asked about, as its address says it: the day, which loans, broken down by what."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict

from seawall.core.measure import Selection
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office.answering import FILTERS, Answers, Asked, Choice
from seawall.office.presenting import UNKNOWN
from seawall.portfolio import segments
from seawall.reports.leaf import SEGMENTS

BY = (*FILTERS, "partner", "purpose", *segments.VINTAGES)
"""What pages offer to break down by."""


@dataclass(frozen=True)
class Filters:
    """The address's query, understood.

    Attributes:
        by: segments to break down by.
        only: which loans alone.
        as_of: the analysis date; the book's last month-end where None.
    """

    by: tuple[str, ...]
    only: Selection
    as_of: date | None

    def asked(self, measure: str) -> Asked:
        """The question about a measure."""
        return Asked(measure, self.by, self.only, self.as_of)

    @property
    def query(self) -> str:
        """The query as it is written, for links that keep it; with its question mark, or empty."""
        return _query((*(("by", name) for name in self.by), *self._selected()))

    @property
    def whole(self) -> str:
        """The query of the same loans, not broken down."""
        return _query(self._selected())

    def query_of(self, values: tuple[str | None, ...]) -> str:
        """The query of one segment of what it is broken down by, alone; empty where none can say that."""
        if not set(self.by) <= set(FILTERS):
            return ""
        chosen = zip(self.by, values, strict=True)
        pairs = [(name, value or UNKNOWN) for name, value in chosen]
        rest = (pair for pair in self._selected() if pair[0] not in self.by)
        return _query((*pairs, *rest))

    def _selected(self) -> tuple[tuple[str, str], ...]:
        days = {"as_of": self.as_of, "made_from": self.only.made_from,
                "made_until": self.only.made_until}  # fmt: skip
        among = ((name, v or UNKNOWN) for name, values in self.only.among for v in values)
        return (*among, *((name, day.isoformat()) for name, day in days.items() if day))


def read(query: QueryDict) -> Filters:
    """Understand a query; what is empty, or names nothing known, asks for nothing.

    Raises:
        UnableToReadDay: a day is none.
    """
    among = tuple(
        (name, tuple(None if value == UNKNOWN else value for value in values))
        for name in FILTERS
        if (values := [value for value in query.getlist(name) if value])
    )
    only = Selection(among, _day(query, "made_from"), _day(query, "made_until"))
    by = tuple(dict.fromkeys(name for name in query.getlist("by") if name in BY))
    return Filters(by, only, _day(query, "as_of"))


@dataclass(frozen=True)
class Option:
    """A value to choose, and whether it is chosen."""

    value: str
    loans: int
    chosen: bool


@dataclass(frozen=True)
class Field:
    """A segment to choose values of."""

    name: str
    title: Text
    options: tuple[Option, ...]

    @property
    def chosen(self) -> int:
        """How many values are chosen."""
        return sum(option.chosen for option in self.options)


def fields(answers: Answers, filters: Filters) -> tuple[Field, ...]:
    """The segments that a form offers; a chosen value that is not among the frequent ones is there too."""
    chosen = dict(filters.only.among)
    return tuple(
        Field(name, SEGMENTS[name], _options(choices, chosen.get(name, ())))
        for name, choices in answers.choices().items()
    )


def _options(choices: tuple[Choice, ...], chosen: tuple[str | None, ...]) -> tuple[Option, ...]:
    offered = [each.value for each in choices]
    more = (Choice(value, 0) for value in chosen if value not in offered)
    return tuple(
        Option(each.value or UNKNOWN, each.loans, each.value in chosen)
        for each in (*choices, *more)
    )


def _day(query: QueryDict, name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnableToReadDay(text) from None


def _query(pairs: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


class UnableToReadDay(Unable, ValueError):
    """A day in an address is none."""

    def __init__(self, text: str) -> None:
        super().__init__(
            Text(
                en="{text} is no day: write it as 2025-12-31",
                zh="{text} 不是日期：请写成 2025-12-31 的形式",
            ),
            text=text[:40],
        )
