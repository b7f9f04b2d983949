"""Answers of measures as tables on a terminal."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Literal

import pyarrow as pa
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table
from rich.text import Text as Plain

from seawall.cli.screen import Screen
from seawall.core.measure import Column, Measure, Unit
from seawall.core.text import Text
from seawall.reports.leaf import headed

ROWS_SHOWN = 60
_COLUMNS_ACROSS = 7
_BETWEEN = 3
_SIGNS = 4  # a Chinese heading breaks anywhere, but not into less
_KEYS: frozenset[Unit] = frozenset(("label", "date", "months"))
_RIGHT: frozenset[Unit] = frozenset(
    ("count", "money", "share", "rate_annual", "days", "hours", "months", "index")
)


def answer(
    screen: Screen,
    measure: Measure,
    by: tuple[str, ...],
    rows: pa.Table,
    about: Text | None = None,
) -> None:
    """A measure's answer as a table; a long one is cut, and says how to get the rest.

    Args:
        screen: where it is shown.
        measure: what was asked.
        by: the segments it is broken down by.
        rows: the answer.
        about: said behind the title: of when it is.
    """
    if not screen.quiet:
        said = f"  {about.in_(screen.language)}" if about else ""
        screen.show(f"[bold]{escape(measure.title.in_(screen.language))}[/]{escape(said)}")
    columns = headed(measure, by)
    if rows.num_rows == 1 and len(columns) > _COLUMNS_ACROSS:
        screen.show(_down(screen, columns, rows.to_pylist()[0]))
        return
    newest = columns[0].unit == "date" and columns[1].unit != "months"
    start = max(0, rows.num_rows - ROWS_SHOWN) if newest else 0
    cells = {
        column.name: [_cell(screen, value, column) for value in values]
        for column in columns
        for values in [rows.column(column.name).slice(start, ROWS_SHOWN).to_pylist()]
    }
    for block in _blocks(screen, columns, cells):
        screen.show(_across(screen, block, cells))
    if rows.num_rows == 0:
        screen.say(_NONE)
    if rows.num_rows > ROWS_SHOWN:
        screen.say(_NEWEST if newest else _CUT, shown=ROWS_SHOWN, rows=rows.num_rows)


def _across(screen: Screen, columns: tuple[Column, ...], cells: dict[str, list[str]]) -> Table:
    """A table; where headings in one line would not fit, each column is as narrow as it may be."""
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    titles = [column.title.in_(screen.language) for column in columns]
    narrow = [_width(screen, column, cells) for column in columns]
    wide = [max(cell_len(title), width) for title, width in zip(titles, narrow, strict=True)]
    tight = sum(wide) + _BETWEEN * len(columns) > screen.width
    for column, title, width in zip(columns, titles, narrow if tight else wide, strict=True):
        justify: Literal["left", "right"] = "right" if column.unit in _RIGHT else "left"
        table.add_column(title, justify=justify, width=width, overflow="fold")
    for row in zip(*(cells[column.name] for column in columns), strict=True):
        table.add_row(*map(_bare, row))
    return table


def _blocks(
    screen: Screen, columns: tuple[Column, ...], cells: dict[str, list[str]]
) -> Iterator[tuple[Column, ...]]:
    """Columns that fit side by side; each block begins with those that say what a row is."""
    keys = tuple(takewhile(lambda column: column.unit in _KEYS, columns))
    block = keys
    for column in columns[len(keys) :]:
        wider = (*block, column)
        taken = sum(_width(screen, each, cells) + _BETWEEN for each in wider)
        if taken > screen.width and block != keys:
            yield block
            wider = (*keys, column)
        block = wider
    yield block


def _width(screen: Screen, column: Column, cells: dict[str, list[str]]) -> int:
    """What a column needs so that no figure is cut: its cells, or its heading's longest word."""
    title = column.title.in_(screen.language)
    words = title.split() if screen.language == "en" else [title[:_SIGNS]]
    return max(map(cell_len, (*words, *cells[column.name])))


def _cell(screen: Screen, value: object, column: Column) -> str:
    if isinstance(value, str) and value in column.labels:
        return column.labels[value].in_(screen.language)
    return shown(value, column.unit)


def _down(screen: Screen, columns: tuple[Column, ...], row: dict[str, object]) -> Table:
    """One wide row, set down the page."""
    table = Table(show_edge=False, show_header=False, pad_edge=False, box=None)
    table.add_column()
    table.add_column(justify="right")
    for column in columns:
        value = shown(row[column.name], column.unit)
        table.add_row(column.title.in_(screen.language), _bare(value))
    return table


def _bare(text: str) -> Plain:
    """A value as it is: brackets in it are no markup, and control characters reach no terminal."""
    return Plain("".join(each if each.isprintable() else "\ufffd" for each in text))


_NONE = Text(
    en="Nothing to show: there are no such facts up to this date.",
    zh="无数据：截至该日没有相关事实。",
)
_NEWEST = Text(
    en="… the last {shown} of {rows} rows; --format csv gives them all.",
    zh="…… 共 {rows} 行，显示最后 {shown} 行；用 --format csv 取全部。",
)
_CUT = Text(
    en="… {shown} of {rows} rows; --format csv gives them all.",
    zh="…… 共 {rows} 行，显示 {shown} 行；用 --format csv 取全部。",
)


def shown(value: object, unit: Unit) -> str:
    """A value as people read it: thousands separated, shares as per cent, a dash for none."""
    if value is None:
        return "–"
    form = _FORMS.get(unit)
    if form is None or isinstance(value, date):
        return str(value)
    return format(value if isinstance(value, Decimal | int) else float(str(value)), form)


_FORMS: dict[Unit, str] = {
    "share": ".2%", "rate_annual": ".2%", "money": ",.2f", "index": ".4f",
    "count": ",.0f", "days": ",.0f", "hours": ",.2f", "months": ",.0f",
}  # fmt: skip
