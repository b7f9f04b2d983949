"""What a backtest of alerts tells: each trouble beside when it was caught, each series with signals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from seawall.core.measure import Column, Period, Unit
from seawall.core.text import Text
from seawall.reports.charts import PALETTE, Spec
from seawall.reports.leaf import Grid, Leaf, Section

LEVEL_COLOURS = {"amber": "#d99a1b", "red": "#c2372e"}
"""Amber and red are for verdicts only."""

_FIGURES = {"share": ".1%", "rate_annual": ".1%", "money": ".3~s", "count": ".3~s"}
_TIME: Spec = {
    "type": "temporal", "title": None,
    "axis": {"format": "%Y-%m", "labelOverlap": True,
             "tickCount": {"interval": "month", "step": 1}},
}  # fmt: skip


@dataclass(frozen=True)
class Catch:
    """A trouble, and the first alert of an indicator that counts for it.

    Attributes:
        full_on: when the trouble has its full effect.
        caught_on: when the alert was raised.
    """

    trouble: Text
    starts_on: date
    ends_on: date
    full_on: date
    indicator: Text | None = None
    caught_on: date | None = None

    @property
    def delay_days(self) -> int | None:
        """From the trouble's start to the alert; None where it was missed."""
        return None if self.caught_on is None else (self.caught_on - self.starts_on).days

    @property
    def lead_days(self) -> int | None:
        """From the alert to the trouble's full effect; None where it was missed."""
        return None if self.caught_on is None else (self.full_on - self.caught_on).days


@dataclass(frozen=True)
class Line:
    """A series at the end of a period: its value, what is normal, its held level."""

    ends_on: date
    value: float | None
    low: float | None
    high: float | None
    level: str


@dataclass(frozen=True)
class Watched:
    """An indicator in one segment.

    Attributes:
        name: unique in the report, of letters, digits and dashes.
        bands: days from and to which a trouble that it should see was on.
        limits: the values from which it is amber, and red, where they are declared.
        period: of its values; a month's stands at its own tick, and not at the next month's.
    """

    name: str
    title: Text
    meaning: Text
    unit: Unit
    source: str
    lines: tuple[Line, ...]
    bands: tuple[tuple[date, date], ...] = ()
    limits: tuple[tuple[str, float], ...] = ()
    period: Period = "day"


@dataclass(frozen=True)
class Scored:
    """What the alerts of one indicator, or of all, were worth."""

    title: Text
    alerts: int
    false_monthly: float
    precision: float | None
    recall: float | None
    delay_days: int | None
    lead_days: int | None
    noise_to_signal: float | None
    usefulness: float | None


@dataclass(frozen=True)
class Told:
    """What there is to tell.

    Attributes:
        catches: per trouble, and per indicator that caught it; one without indicator where missed.
        scores: the first is of all indicators together.
    """

    title: Text
    about: Text
    rules: Text
    catches: tuple[Catch, ...]
    scores: tuple[Scored, ...]
    watched: tuple[Watched, ...]
    source: str


def leaf(told: Told) -> Leaf:
    """The whole report."""
    first = told.scores[0]
    shown = ("alerts", "recall", "precision", "false_monthly", "delay_days", "lead_days")
    tiles = tuple(
        (column, getattr(first, column.name)) for column in _SCORES if column.name in shown
    )
    return Leaf(told.title, told.about, tiles, tuple(_sections(told)))


def _sections(told: Told) -> Iterator[Section]:
    yield Section("troubles", _TROUBLES, told.rules, told.source,
                  timeline(told.catches), (_catches(told.catches),))  # fmt: skip
    rows = tuple(tuple(getattr(each, c.name) for c in _SCORES) for each in told.scores)
    yield Section("scores", _SCORED, SCORED_MEANING, told.source, None, (Grid(_SCORES, rows),))
    for each in told.watched:
        yield Section(
            each.name, each.title, each.meaning, each.source, course(each), (figures(each),)
        )


def timeline(catches: tuple[Catch, ...]) -> Spec:
    """A bar a trouble, its full effect as a tick, and a point where each indicator caught it."""
    once = {catch.trouble: catch for catch in catches}.values()
    bars = [{"trouble": _said(each.trouble), "first": _day(each.starts_on),
             "last": _day(each.ends_on)} for each in once]  # fmt: skip
    ticks = [{"trouble": _said(each.trouble), "on": _day(each.full_on)} for each in once]
    points = [
        {
            "trouble": _said(each.trouble),
            "on": _day(each.caught_on),
            "indicator": _said(each.indicator),
        }
        for each in catches
        if each.caught_on is not None and each.indicator is not None
    ]
    rows = {"field": "trouble", "type": "nominal", "sort": None, "title": None,
            "axis": {"labelLimit": 220}}  # fmt: skip
    return {
        "height": {"step": 34},
        "encoding": {"y": rows},
        "layer": [
            {"data": {"values": bars},
             "mark": {"type": "bar", "height": 16, "color": "#a9c9dd", "cornerRadius": 3},
             "encoding": {"x": _TIME | {"field": "first"}, "x2": {"field": "last"}}},
            {"data": {"values": ticks},
             "mark": {"type": "tick", "height": 24, "thickness": 2, "color": "#123a57"},
             "encoding": {"x": _TIME | {"field": "on"}}},
            {"data": {"values": points},
             "mark": {"type": "point", "filled": True, "size": 70, "color": LEVEL_COLOURS["red"],
                      "opacity": 0.75},
             "encoding": {"x": _TIME | {"field": "on"},
                          "tooltip": [{"field": "indicator", "title": ""},
                                      {"field": "on", "type": "temporal", "title": ""}]}},
        ],
    }  # fmt: skip


def course(watched: Watched) -> Spec:
    """A series with its normal range as a band, troubles shaded, limits ruled, and signals as points."""
    rows = [{"on": _day(each.ends_on), "value": each.value, "low": each.low, "high": each.high}
            for each in watched.lines]  # fmt: skip
    signals = [{"on": _day(each.ends_on), "value": each.value, "level": each.level}
               for each in watched.lines if each.level in LEVEL_COLOURS]  # fmt: skip
    bands = [{"first": _day(first), "last": _day(last)} for first, last in watched.bands]
    form = _FIGURES.get(watched.unit, ".3~g")
    time = _TIME | ({"timeUnit": "yearmonth"} if watched.period == "month" else {})
    number = {"type": "quantitative", "title": None, "axis": {"format": form},
              "scale": {"zero": False}}  # fmt: skip
    tip = [
        {"field": "on", "type": "temporal", "title": ""},
        {"field": "value", "format": form, "title": ""},
    ]
    x = time | {"field": "on"}
    return {
        "height": 220,
        "layer": [
            {"data": {"values": bands}, "mark": {"type": "rect", "color": "#94546a", "opacity": 0.12},
             "encoding": {"x": time | {"field": "first"}, "x2": {"field": "last"}}},
            {"data": {"values": rows}, "mark": {"type": "area", "color": "#a9c9dd", "opacity": 0.4},
             "encoding": {"x": x, "y": number | {"field": "low"}, "y2": {"field": "high"}}},
            *({"data": {"values": rows},
               "mark": {"type": "line", "strokeDash": [4, 3], "strokeWidth": 1, "color": "#6b7f95"},
               "encoding": {"x": x, "y": number | {"field": edge}}} for edge in ("low", "high")),
            *({"data": {"values": [{"limit": limit}]},
               "mark": {"type": "rule", "color": LEVEL_COLOURS[level], "strokeWidth": 1},
               "encoding": {"y": number | {"field": "limit"}}} for level, limit in watched.limits),
            {"data": {"values": rows},
             "mark": {"type": "line", "color": PALETTE[0], "strokeWidth": 1.8},
             "encoding": {"x": x, "y": number | {"field": "value"}, "tooltip": tip}},
            {"data": {"values": signals}, "mark": {"type": "point", "filled": True, "size": 60},
             "encoding": {"x": x, "y": number | {"field": "value"}, "tooltip": tip,
                          "color": {"field": "level", "type": "nominal", "legend": None,
                                    "scale": {"domain": list(LEVEL_COLOURS),
                                              "range": list(LEVEL_COLOURS.values())}}}},
        ],
    }  # fmt: skip


def _catches(catches: tuple[Catch, ...]) -> Grid:
    return Grid(_CATCHES, tuple(tuple(getattr(each, c.name) for c in _CATCHES) for each in catches))


def figures(watched: Watched) -> Grid:
    """The latest periods of a series as a table."""
    columns = (
        Column("ends_on", "date", Text(en="period to", zh="截至")),
        Column("value", watched.unit, Text(en="value", zh="值")),
        Column("low", watched.unit, Text(en="normal from", zh="正常下限")),
        Column("high", watched.unit, Text(en="normal to", zh="正常上限")),
        Column("level", "label", Text(en="level", zh="级别"), _LEVELS),
    )
    latest = watched.lines[-24:]
    return Grid(columns, tuple(tuple(getattr(e, c.name) for c in columns) for e in latest))


def _day(day: date) -> str:
    """A bare date is midnight in Greenwich to JavaScript, and the day before west of it."""
    return f"{day.isoformat()}T00:00"


def _said(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


_LEVELS = {
    "green": Text(en="green", zh="绿色"),
    "amber": Text(en="amber", zh="黄色"),
    "red": Text(en="red", zh="红色"),
    "unknown": Text(en="no verdict", zh="无判定"),
}
_TROUBLES = Text(en="Troubles, and when they were caught", zh="问题及其被发现的时间")
_SCORED = Text(en="What the alerts were worth", zh="预警的价值")
SCORED_MEANING = Text(
    en="Recall: troubles caught over all. Precision: alerts that count for a trouble over all alerts. "
    "Delay: days from a trouble's start to its first alert; lead: days from that alert to its full "
    "effect; medians over troubles. Noise-to-signal below 1 tells more than nothing. Usefulness: what "
    "of the cost of never looking is saved.",
    zh="召回率：被发现的问题占比。精确率：对应真实问题的预警占比。滞后：自问题开始至首次预警的天数；"
    "提前：自该预警至问题完全显现的天数；均为各问题的中位数。噪声信号比低于1方有信息价值。"
    "效用：相对于完全不监测所节省的成本比例。",
)
_CATCHES = (
    Column("trouble", "label", Text(en="trouble", zh="问题")),
    Column("starts_on", "date", Text(en="starts", zh="开始")),
    Column("full_on", "date", Text(en="full effect", zh="完全显现")),
    Column("indicator", "label", Text(en="caught by", zh="发现指标")),
    Column("caught_on", "date", Text(en="caught", zh="发现时间")),
    Column("delay_days", "days", Text(en="delay, days", zh="滞后（天）")),
    Column("lead_days", "days", Text(en="lead, days", zh="提前（天）")),
)
_SCORES = (
    Column("title", "label", Text(en="indicator", zh="指标")),
    Column("alerts", "count", Text(en="alerts", zh="预警数")),
    Column("recall", "share", Text(en="recall", zh="召回率")),
    Column("precision", "share", Text(en="precision", zh="精确率")),
    Column("false_monthly", "index", Text(en="false alarms a month", zh="月均误报")),
    Column("delay_days", "days", Text(en="delay, days", zh="滞后（天）")),
    Column("lead_days", "days", Text(en="lead, days", zh="提前（天）")),
    Column("noise_to_signal", "index", Text(en="noise to signal", zh="噪声信号比")),
    Column("usefulness", "share", Text(en="usefulness", zh="效用")),
)
