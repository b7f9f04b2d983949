"""What the portfolio's risk report tells, in which order: sections with a chart and a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from seawall.core.measure import Column, Measure
from seawall.core.text import Text, verbatim
from seawall.reports import charts
from seawall.reports.charts import Spec
from seawall.reports.leaf import SEGMENTS, Aside, Grid, Leaf, Section, grid

BROKEN_DOWN: dict[str, tuple[str, ...]] = {
    "summary": ("product", "channel", "region", "grade"),
    "early_default": ("channel",),
}
"""Which measures the report also breaks down, and by which segments."""

TITLE = Text(en="Portfolio risk report", zh="资产组合风险报告")
_AS_OF = Text(en="as of {day}; amounts in {currency}", zh="截至 {day}；金额单位 {currency}")
PLANTED = Text(en="Planted troubles", zh="植入的问题")
PLANTED_MEANING = Text(
    en="This book is a simulation. These troubles were planted in it; a good warning finds them.",
    zh="本账册为模拟数据。以下问题为人工植入，良好的预警应能发现它们。",
)


@dataclass(frozen=True)
class Told:
    """What there is to tell.

    Attributes:
        answers: by measure name, and by `name:segment` where broken down.
        troubles: planted troubles, where the book is a simulation.
        caught: by the trouble's id, when and by what an alert caught it; None where nobody watched.
    """

    as_of: date
    currency: str
    measures: dict[str, Measure]
    answers: dict[str, pa.Table]
    marks: tuple[int, ...]
    brought: tuple[str, ...]
    troubles: tuple[dict[str, object], ...]
    caught: Mapping[str, Text] | None = None


def leaf(told: Told) -> Leaf:
    """The whole report."""
    day = _AS_OF.filled(day=told.as_of, currency=told.currency)
    sources = "".join(f" · {each}" for each in (", ".join(told.brought),) if each)
    troubles = tuple(
        (f"{each['starts_on']} – {each['ends_on']}", _planted(each, told.caught))
        for each in told.troubles
    )
    return Leaf(
        title=TITLE,
        about=Text(en=day.en + sources, zh=day.zh + sources),
        tiles=tiles(told),
        sections=sections(told),
        aside=Aside(PLANTED, PLANTED_MEANING, troubles) if troubles else None,
    )


def _planted(trouble: dict[str, object], caught: Mapping[str, Text] | None) -> Text:
    """A planted trouble, and when it was caught, where somebody watched."""
    title = Text.model_validate(trouble["title"])
    if caught is None:
        return title
    how = caught.get(str(trouble["id"]), _MISSED)
    return Text(en=f"{title.en}: {how.en}", zh=f"{title.zh}：{how.zh}")


_MISSED = Text(en="not caught", zh="未捕捉到")


def tiles(told: Told) -> tuple[tuple[Column, object], ...]:
    """The figures at the head of the report."""
    row = told.answers["summary"].to_pylist()[0]
    return tuple((column, row[column.name]) for column in told.measures["summary"].columns)


def sections(told: Told) -> tuple[Section, ...]:
    """The sections, in order; one whose answer is empty says so by an empty table."""
    return tuple(
        Section(name, measure.title, measure.meaning, measure.source,
                chart(measure, told.answers[name], told.marks), _grids(name, told))
        for name, measure in told.measures.items()
    )  # fmt: skip


def worded(measure: Measure) -> Measure:
    """A measure whose rows are segments calls them by their names for people."""
    columns = (replace(c, labels=SEGMENTS) if c.name == "segment" else c for c in measure.columns)
    return replace(measure, columns=tuple(columns))


def chart(measure: Measure, rows: pa.Table, marks: tuple[int, ...]) -> Spec | None:
    """A measure's answer as a chart; None where it has none, or there is nothing to draw.

    Args:
        measure: what was asked, not broken down.
        rows: its answer.
        marks: of the conventions, those vintages are followed over.
    """
    draw, drawn = _CHARTS.get(measure.name), _drawn(measure.name, rows)
    return draw(worded(measure), drawn, marks) if draw is not None and drawn.num_rows else None


@dataclass(frozen=True)
class Part:
    """One segment's chart beside those of the others: what the segment is called, and its values."""

    title: Text
    values: tuple[str | None, ...]
    chart: Spec


def parts(
    measure: Measure, rows: pa.Table, by: tuple[str, ...], marks: tuple[int, ...]
) -> tuple[Part, ...]:
    """A chart for each segment of an answer that is broken down, in the answer's order, of one scale."""
    keys = list(dict.fromkeys(zip(*(rows[name].to_pylist() for name in by), strict=True)))
    drawn = [
        Part(_called(key), key, spec)
        for key in keys[:PARTS_MOST]
        if (spec := chart(measure, rows.filter(_of(by, key)), marks)) is not None
    ]
    charts.alike([part.chart for part in drawn])
    return tuple(drawn)


PARTS_MOST = 8


def _called(key: tuple[str | None, ...]) -> Text:
    name = " · ".join("–" if value is None else value for value in key)
    return verbatim(name)


def _of(by: tuple[str, ...], key: tuple[str | None, ...]) -> pc.Expression:
    found = pc.scalar(True)
    for name, value in zip(by, key, strict=True):
        column = pc.field(name)
        found = found & (column.is_null() if value is None else column == value)
    return found


def _drawn(name: str, rows: pa.Table) -> pa.Table:
    """What of an answer is drawn: beside what is current, no bar of what is late could be seen."""
    return rows.filter(pc.field("bucket") != "current") if name == "delinquency" else rows


_Draw = Callable[[Measure, pa.Table, tuple[int, ...]], Spec]

_CHARTS: dict[str, _Draw] = {
    "delinquency": lambda m, rows, _: charts.bars(m, rows, x="bucket", y="balance"),
    "growth": lambda m, rows, _: charts.lines(m, rows, x="month_end", ys=("disbursed", "balance")),
    "vintage": lambda m, rows, marks: charts.cohorts(
        m,
        rows,
        x="months_on_book",
        ys=(*(f"ever_{mark}" for mark in marks), "charged_off_share"),
    ),
    "early_default": lambda m, rows, _: charts.grouped(
        m, rows, x="payment", group="days", y="share"
    ),
    "transition": lambda m, rows, _: charts.matrix(m, rows),
    "roll_rate": lambda m, rows, _: charts.lines(
        m, rows, x="month_end", ys=("share",), series="state"
    ),
    "cure_rate": lambda m, rows, _: charts.lines(
        m, rows, x="month_end", ys=("share",), series="state"
    ),
    "prepayment": lambda m, rows, _: charts.lines(m, rows, x="month_end", ys=("cpr", "smm")),
    "recovery": lambda m, rows, _: charts.cohorts(
        m, rows, x="months_since", ys=("net_recovery_rate", "recovery_rate", "realised_loss")
    ),
    "lgd": lambda m, rows, _: charts.lines(
        m,
        rows,
        x="months_since",
        ys=("recovery_rate", "net_recovery_rate", "lgd", "lgd_discounted"),
    ),
    "concentration": lambda m, rows, _: charts.bars(m, rows, x="segment", y="normalised_hhi"),
    "earnings": lambda m, rows, _: charts.lines(
        m, rows, x="month_end", ys=("yield_rate", "net_loss_rate", "margin_rate")
    ),
    "collections": lambda m, rows, _: charts.lines(
        m, rows, x="month_end", ys=("met_share", "late_met_share", "kept_share")
    ),
}


def _grids(name: str, told: Told) -> tuple[Grid, ...]:
    measure = worded(told.measures[name])
    whole = [] if name == "summary" else [grid(measure, told.answers[name])]
    parts = [grid(measure, told.answers[f"{name}:{by}"], by) for by in BROKEN_DOWN.get(name, ())]
    return tuple(each for each in (*whole, *parts) if each.rows)
