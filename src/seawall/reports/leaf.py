"""A report before it is a page or paper: its head, its sections, their tables and charts."""

from dataclasses import dataclass
from decimal import Decimal

from seawall.core.measure import Column
from seawall.core.text import Text
from seawall.reports.charts import Spec

ROWS_TOLD = 24
"""A table that runs over time shows so many of its latest rows."""


@dataclass(frozen=True)
class Grid:
    """A table to print: columns, and rows of values; `caption` where there are several."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    caption: Text | None = None


@dataclass(frozen=True)
class Section:
    """One section: heading, meaning, source, chart and tables."""

    name: str
    title: Text
    meaning: Text
    source: str
    chart: Spec | None
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Aside:
    """A list before the sections: something the reader must know; items may have a date."""

    title: Text
    meaning: Text
    items: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Leaf:
    """A report.

    Attributes:
        about: under the title: of which day, of what.
        tiles: the figures at its head.
    """

    title: Text
    about: Text
    tiles: tuple[tuple[Column, object], ...]
    sections: tuple[Section, ...]
    aside: Aside | None = None


def shown(value: object, column: Column) -> Text:
    """A value for people, in both languages."""
    if isinstance(value, Text):
        return value
    if isinstance(value, str) and value in column.labels:
        return column.labels[value]
    text = _plain(value, column)
    return Text(en=text, zh=text)


def _plain(value: object, column: Column) -> str:
    if value is None:
        return "–"
    if column.unit in ("share", "rate_annual"):
        return f"{float(str(value)):.2%}"
    if isinstance(value, Decimal):
        return f"{value:,.0f}"
    if column.unit == "index":
        return f"{float(str(value)):.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
