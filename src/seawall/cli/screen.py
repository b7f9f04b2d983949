"""Speaking on a terminal: tables, progress, problems; errors without tracebacks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

import typer
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Plain

from seawall.cli.later import later
from seawall.core.measure import Column, Measure, Unit
from seawall.core.problem import Problem
from seawall.core.text import LANGUAGES, Language, Text

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.reports import leaf
else:
    (leaf,) = later("seawall.reports.leaf")

ROWS_SHOWN = 60
_WIDTH_PIPED = 200
_COLUMNS_ACROSS = 7
_BETWEEN = 3
_SIGNS = 4  # a Chinese heading breaks anywhere, but not into less
_KEYS: frozenset[Unit] = frozenset(("label", "date", "months"))
_RIGHT: frozenset[Unit] = frozenset(
    ("count", "money", "share", "rate_annual", "days", "months", "index")
)

DOING = {
    "simulating": Text(en="simulating the lender", zh="模拟放贷机构"),
    "reading": Text(en="reading files", zh="读取文件"),
    "checking": Text(en="checking rows", zh="校验数据"),
    "month-ends": Text(en="deriving month-ends", zh="推导月末状态"),
    "measures": Text(en="computing measures", zh="计算指标"),
}


class Screen:
    """A terminal in one language; quiet ones show results and problems only."""

    def __init__(self, language: Language, *, quiet: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        # Not on a terminal there is no width to respect, and a cut figure is a wrong one.
        self._out = Console() if Console().is_terminal else Console(width=_WIDTH_PIPED)
        self._errors = Console(stderr=True)

    def say(self, text: Text, **facts: object) -> None:
        """A line that a quiet screen leaves out."""
        if not self.quiet:
            self._out.print(escape(text.filled(**facts).in_(self.language)), soft_wrap=True)

    def result(self, text: str) -> None:
        """A line that is always shown, as it is."""
        self._out.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, drawn: RenderableType) -> None:
        """Something drawn by rich; always shown."""
        self._out.print(drawn)

    def problem(self, problem: Problem) -> None:
        """A problem: where, what, and what to do."""
        colour = "yellow" if problem.kind.severity == "warning" else "red"
        sentence = escape(problem.sentence(self.language))
        self._errors.print(f"[{colour}]{sentence}[/]", soft_wrap=True, highlight=False)

    def finding(self, grade: Literal["information", "warning", "error"], sentence: str) -> None:
        """A line among results, coloured by how much it matters."""
        style = {"information": "cyan", "warning": "yellow", "error": "red"}[grade]
        self._out.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)

    def failure(self, sentence: str) -> None:
        """A machine's or a call's failure, in one line."""
        self._errors.print(f"[red]{escape(sentence)}[/]", soft_wrap=True, highlight=False)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, float], None]]:
        """A bar per kind of work; silent where quiet or not on a terminal."""
        bars = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(), console=self._errors,
            disable=self.quiet or not self._errors.is_terminal,
        )  # fmt: skip
        tasks: dict[str, int] = {}
        with bars:

            def told(what: str, fraction: float) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(DOING[what].in_(self.language), total=1.0)
                bars.update(bars.task_ids[list(tasks).index(what)], completed=fraction)

            yield told

    def answer(self, measure: Measure, by: tuple[str, ...], rows: pa.Table) -> None:
        """A measure's answer as a table; a long one is cut, and says how to get the rest."""
        if not self.quiet:
            self._out.print(f"[bold]{escape(measure.title.in_(self.language))}[/]")
        columns = headed(measure, by)
        if rows.num_rows == 1 and len(columns) > _COLUMNS_ACROSS:
            self._out.print(self._down(columns, rows.to_pylist()[0]))
            return
        cells = {
            column.name: [self._cell(value, column) for value in values]
            for column in columns
            for values in [rows.column(column.name).slice(0, ROWS_SHOWN).to_pylist()]
        }
        for block in self._blocks(columns, cells):
            self._out.print(self._across(block, cells))
        if rows.num_rows == 0:
            self.say(_NONE)
        if rows.num_rows > ROWS_SHOWN:
            self.say(_CUT, shown=ROWS_SHOWN, rows=rows.num_rows)

    def _across(self, columns: tuple[Column, ...], cells: dict[str, list[str]]) -> Table:
        """A table; where headings in one line would not fit, each column is as narrow as it may be."""
        table = Table(show_edge=False, header_style="bold", pad_edge=False)
        titles = [column.title.in_(self.language) for column in columns]
        narrow = [self._width(column, cells) for column in columns]
        wide = [max(cell_len(title), width) for title, width in zip(titles, narrow, strict=True)]
        tight = sum(wide) + _BETWEEN * len(columns) > self._out.width
        for column, title, width in zip(columns, titles, narrow if tight else wide, strict=True):
            justify: Literal["left", "right"] = "right" if column.unit in _RIGHT else "left"
            table.add_column(title, justify=justify, width=width, overflow="fold")
        for row in zip(*(cells[column.name] for column in columns), strict=True):
            table.add_row(*map(_bare, row))
        return table

    def _blocks(
        self, columns: tuple[Column, ...], cells: dict[str, list[str]]
    ) -> Iterator[tuple[Column, ...]]:
        """Columns that fit side by side; each block begins with those that say what a row is."""
        keys = tuple(takewhile(lambda column: column.unit in _KEYS, columns))
        block = keys
        for column in columns[len(keys) :]:
            wider = (*block, column)
            taken = sum(self._width(each, cells) + _BETWEEN for each in wider)
            if taken > self._out.width and block != keys:
                yield block
                wider = (*keys, column)
            block = wider
        yield block

    def _width(self, column: Column, cells: dict[str, list[str]]) -> int:
        """What a column needs so that no figure is cut: its cells, or its heading's longest word."""
        title = column.title.in_(self.language)
        words = title.split() if self.language == "en" else [title[:_SIGNS]]
        return max(map(cell_len, (*words, *cells[column.name])))

    def _cell(self, value: object, column: Column) -> str:
        if isinstance(value, str) and value in column.labels:
            return column.labels[value].in_(self.language)
        return shown(value, column.unit)

    def _down(self, columns: tuple[Column, ...], row: dict[str, object]) -> Table:
        """One wide row, set down the page."""
        table = Table(show_edge=False, show_header=False, pad_edge=False, box=None)
        table.add_column()
        table.add_column(justify="right")
        for column in columns:
            value = shown(row[column.name], column.unit)
            table.add_row(column.title.in_(self.language), _bare(value))
        return table


def _bare(text: str) -> Plain:
    """A value as it is: brackets in it are no markup, and control characters reach no terminal."""
    return Plain("".join(each if each.isprintable() else "\ufffd" for each in text))


_NONE = Text(
    en="Nothing to show: the book holds no such facts up to this date.",
    zh="无数据：截至该日账册中没有相关事实。",
)
_CUT = Text(
    en="… {shown} of {rows} rows; --format csv gives them all.",
    zh="…… 共 {rows} 行，显示 {shown} 行；用 --format csv 取全部。",
)


def headed(measure: Measure, by: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of an answer: the segments, then the measure's own."""
    own = {column.name for column in measure.columns}
    segments = () if "segment" in own else by
    titles = {name: leaf.SEGMENTS.get(name, Text(en=name, zh=name)) for name in segments}
    return (*(Column(name, "label", titles[name]) for name in segments), *measure.columns)


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
    "count": ",.0f", "days": ",.0f", "months": ",.0f",
}  # fmt: skip


def language(asked: str | None) -> Language:
    """The language asked for, or the environment's, or English."""
    if asked is not None and asked not in LANGUAGES:
        msg = f"{asked!r} is not spoken here: en or zh / 只支持 en 或 zh"
        raise typer.BadParameter(msg, param_hint="--lang")
    said = asked or os.environ.get("SEAWALL_LANG") or os.environ.get("LANG") or "en"
    return "zh" if said.lower().startswith("zh") else "en"
