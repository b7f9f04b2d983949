"""A report before it is a page or paper: its head, its sections, their tables and charts."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from seawall.core.measure import Column, Measure
from seawall.core.text import Text, verbatim
from seawall.reports.charts import Spec

SEGMENTS = {
    "product": Text(en="product", zh="产品"),
    "channel": Text(en="channel", zh="渠道"),
    "partner": Text(en="partner", zh="合作方"),
    "region": Text(en="region", zh="地区"),
    "grade": Text(en="grade", zh="等级"),
    "purpose": Text(en="purpose", zh="用途"),
    "currency": Text(en="currency", zh="币种"),
    "customer_token": Text(en="customer", zh="客户"),
    "vintage_year": Text(en="year of disbursement", zh="放款年份"),
    "vintage_quarter": Text(en="quarter of disbursement", zh="放款季度"),
}
"""What segments are called in headings."""
NUMERIC = ("count", "money", "share", "rate_annual", "days", "months", "index")
"""Units of which figures stand at the right."""
_BY = Text(en="by {segment}", zh="按{segment}")
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


def grid(measure: Measure, rows: pa.Table, by: str | None = None) -> Grid:
    """A measure's answer as a table, with the segment it is broken down by in front.

    Of one that runs over time, only its latest rows.
    """
    head = () if by is None else (Column(by, "label", SEGMENTS[by]),)
    columns = (*head, *measure.columns)
    over_time = measure.columns[0].unit == "date"
    kept = rows.slice(max(0, rows.num_rows - ROWS_TOLD)) if over_time else rows
    cells = tuple(tuple(row[column.name] for column in columns) for row in kept.to_pylist())
    return Grid(columns, cells, None if by is None else _BY.filled(segment=SEGMENTS[by]))


def headed(measure: Measure, by: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of an answer: the segments, then the measure's own; its own where its rows are segments."""
    own = {column.name for column in measure.columns}
    segments = () if "segment" in own else by
    titles = {name: SEGMENTS.get(name, verbatim(name)) for name in segments}
    return (*(Column(name, "label", titles[name]) for name in segments), *measure.columns)


def shown(value: object, column: Column) -> Text:
    """A value for people, in both languages."""
    if isinstance(value, Text):
        return value
    if isinstance(value, str) and value in column.labels:
        return column.labels[value]
    text = _plain(value, column)
    return verbatim(text)


def briefly(value: object, column: Column) -> Text:
    """An amount or count at a glance, to three or four digits: 9.35 bn, 93.5 亿; anything else as `shown`."""
    if column.unit not in ("money", "count") or not isinstance(value, int | float | Decimal):
        return shown(value, column)
    return Text(en=_rounded(float(value), _ENGLISH), zh=_rounded(float(value), _CHINESE))


_ENGLISH = ((1e9, " bn"), (1e6, " m"))
_CHINESE = ((1e8, " 亿"), (1e4, " 万"))


def _rounded(value: float, scales: tuple[tuple[float, str], ...]) -> str:
    for scale, name in scales:
        if abs(value) >= scale:
            some = value / scale
            places = 2 - min(2, len(f"{abs(some):.0f}") - 1)
            return f"{some:,.{places}f}{name}"
    return f"{value:,.0f}"


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
