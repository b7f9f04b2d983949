"""A list as people take it away: its heading, its columns, its rows, in whichever language.

How it is written: `sheet.csv` here, of any length; `workbook.write` (XLSX) and `printed.document` (PDF), up to so many rows.
"""

import csv as delimited
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from seawall.core.measure import Column
from seawall.core.problem import Unable
from seawall.core.spreadsheet import harmless
from seawall.core.text import Language, Text

ROWS_AT_ONCE = 1_000
"""Rows are written in pieces of so many: memory is bounded, however long the list."""
YES, NO = Text(en="yes", zh="是"), Text(en="no", zh="否")
NOTHING = Text(en="", zh="")


@dataclass(frozen=True)
class Sheet:
    """A list to take away.

    Attributes:
        title: what it is.
        columns: names, units and headings, in order.
        rows: as many values as there are columns: None, text (`Text` or `str`), truth, numbers, days,
            and times in UTC. Read once, while it is written: a generator over a cursor is right.
        about: of what and of when: filters, the day, the snapshot.
    """

    title: Text
    columns: tuple[Column, ...]
    rows: Iterable[tuple[object, ...]]
    about: Text = NOTHING


def csv(sheet: Sheet, language: Language) -> Iterator[bytes]:
    """The list as CSV (RFC 4180, UTF-8), in pieces; it begins with the mark by which Excel sees UTF-8.

    Numbers are plain (a share is a fraction of one), days and times ISO 8601, so that programs read
    it too. A text that a spreadsheet would compute is marked as text.
    """
    heads = [harmless(column.title.in_(language)) for column in sheet.columns]
    yield "\ufeff".encode() + _lines([heads])
    rows = iter(sheet.rows)
    while piece := list(islice(rows, ROWS_AT_ONCE)):
        yield _lines([_cells(sheet.columns, row, language) for row in piece])


def limited(
    rows: Iterable[tuple[object, ...]], most: int, form: str
) -> Iterator[tuple[object, ...]]:
    """The rows, where a form bears them all: a list is not cut, so that nobody takes a part for the whole.

    Raises:
        UnableToBearRows: there are more.
    """
    for number, row in enumerate(rows):
        if number == most:
            raise UnableToBearRows(form, most)
        yield row


def said(value: object, column: Column, language: Language) -> object:
    """A value in one language: a code by its name, truth as a word; numbers and days as they are."""
    if isinstance(value, str):
        return column.labels[value].in_(language) if value in column.labels else value
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, bool):
        return (YES if value else NO).in_(language)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _cells(
    columns: tuple[Column, ...], row: tuple[object, ...], language: Language
) -> list[object]:
    return [
        _cell(said(value, column, language)) for value, column in zip(row, columns, strict=True)
    ]


def _cell(value: object) -> object:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    return "" if value is None else value


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    delimited.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


class UnableToBearRows(Unable, ValueError):
    """A list is longer than a form bears."""

    def __init__(self, form: str, most: int) -> None:
        super().__init__(
            Text(
                en="{form} bears {most:,} rows, and this list has more: narrow it by its filters, or take it as CSV, which "
                "has them all",
                zh="{form} 最多 {most:,} 行，该列表超出此数：请用筛选条件缩小范围，或导出 CSV（行数不限）",
            ),
            form=form,
            most=most,
        )
