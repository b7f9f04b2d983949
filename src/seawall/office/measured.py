"""Measures that machines ask: an answer with how it was computed and from what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from seawall.core.measure import Column, Measure
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import measuring, tables
from seawall.office.homes import Home
from seawall.reports import leaf

ROWS_MOST = 20_000
"""Of one answer."""


@dataclass(frozen=True)
class Answered:
    """A measure's answer.

    Attributes:
        as_of: the analysis date.
        month_end: the last month-end up to then, whose balances are told.
        currency: what amounts are in.
        columns: the segments asked for, then the measure's own.
        sql: the steps that answered.
        files: what the book held: its files' names.
    """

    measure: Measure
    as_of: date
    month_end: date
    currency: str
    columns: tuple[Column, ...]
    rows: pa.Table
    sql: str
    files: tuple[str, ...]


def named(home: Home, name: str) -> Measure:
    """A measure by its name.

    Raises:
        UnableToFindMeasure: there is none of this name.
    """
    known = {each.name: each for each in tables.measures(home.conventions)}
    if name not in known:
        raise UnableToFindMeasure(tuple(known))
    return known[name]


def answer(home: Home, name: str, by: Sequence[str] = (), as_of: date | None = None) -> Answered:
    """Ask a measure of the book as it is now.

    Args:
        home: whose book.
        name: the measure's.
        by: segments to break it down by, from `portfolio.segments.NAMES`.
        as_of: the analysis date; the last month-end of the book where None.

    Raises:
        UnableToFindMeasure: there is none of this name.
        UnableToReadEmptyBook, UnableToLookThere: as `measuring.read`.
        UnableToTellSoMuch: so many rows are no answer.
    """
    measure, asked = named(home, name), tuple(by)
    reading = measuring.read(home, as_of)
    try:
        rows = reading.answer(measure, asked)
        if rows.num_rows > ROWS_MOST:
            raise UnableToTellSoMuch(rows.num_rows)
        sql = measuring.steps_text(reading, measure, asked)
    finally:
        reading.engine.close()
    files = tuple(sorted(f"{each.parent.name}/{each.name}" for each in reading.snapshot.files))
    return Answered(measure, reading.as_of, reading.month_end, reading.currency,
                    leaf.headed(measure, asked), rows, sql, files)  # fmt: skip


class UnableToFindMeasure(Unable, LookupError):
    """There is no such measure."""

    def __init__(self, known: tuple[str, ...]) -> None:
        listed = ", ".join(known)
        super().__init__(
            Text(en="there is no such measure; there are: {known}", zh="没有此指标；现有：{known}"),
            known=listed,
        )


class UnableToTellSoMuch(Unable, ValueError):
    """An answer has more rows than anybody reads."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            Text(en="the answer has {rows:,} rows, and {most:,} at most are told: ask by fewer segments",
                 zh="结果共 {rows:,} 行，最多给出 {most:,} 行：请减少分组"),
            rows=rows, most=ROWS_MOST,
        )  # fmt: skip
