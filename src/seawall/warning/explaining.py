"""An alert explains itself: the number, its normal range, since when, what drives it, what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from seawall.core.measure import Trend, Unit
from seawall.core.text import Text, verbatim
from seawall.warning import naming, waiting
from seawall.warning.cause import Cause, Segment
from seawall.warning.contribution import Effect
from seawall.warning.holding import UNKNOWN
from seawall.warning.indicator import Indicator
from seawall.warning.naming import Values

PERIODS: dict[str, Text] = {
    "day": Text(en="day", zh="日"),
    "week": Text(en="week", zh="周"),
    "month": Text(en="month", zh="月"),
}
_DRIVERS_TOLD = 3


@dataclass(frozen=True)
class Account:
    """All there is to say about a cause at the end of a period.

    Attributes:
        trend: what the indicator watches.
        value, sample: of the period; the sample is None where the trend has none.
        level: that is held.
        verdict: of this period alone.
        normal: the range its detectors hold to be normal; an open end, or an unknown one, is None.
        since: the end of the period in which it left green; None where it is green.
        along: the column that `effects` go by.
        effects: what narrower segments add to its change against its normal periods.
        compared: the ends of the first and last of those periods.
        past: what became of earlier alerts of this indicator, and how often.
        explained_by: the open alert it is a child of.
        titles, names: what people call segment columns, and their values.
    """

    indicator: Indicator
    trend: Trend
    cause: Cause
    ends_on: date
    value: float | None
    sample: float | None
    level: int
    normal: tuple[float | None, float | None] = (None, None)
    since: date | None = None
    verdict: int = UNKNOWN
    effects: tuple[Effect, ...] = ()
    along: str = ""
    compared: tuple[date, date] | None = None
    past: tuple[tuple[Text, int], ...] = ()
    explained_by: Cause | None = None
    titles: Mapping[str, Text] = field(default_factory=dict)
    names: Values = field(default_factory=dict)


def sentences(account: Account) -> Iterator[Text]:
    """The account as sentences, the most important first."""
    yield _number(account)
    yield from _normal(account)
    if account.since is not None:
        yield _SINCE.filled(day=account.since)
    if account.explained_by is not None:
        yield _PARENT.filled(cause=account.explained_by)
    yield from _drivers(account)
    yield from _past(account)
    yield from _what_to_do(account)


def _number(account: Account) -> Text:
    about = _OF.filled(n=f"{account.sample:,.0f}") if account.sample is not None else _NOTHING
    return _NUMBER.filled(
        title=account.indicator.title,
        where=place(account.cause.segment, account.titles, account.names),
        period=PERIODS[account.indicator.period],
        day=account.ends_on,
        value=said(account.value, account.trend.unit),
        about=about,
        level=waiting.told(account.level, account.verdict),
    )


def _normal(account: Account) -> Iterator[Text]:
    (low, high), unit = account.normal, account.trend.unit
    if low is not None and high is not None:
        yield _BETWEEN.filled(low=said(low, unit), high=said(high, unit))
    elif high is not None:
        yield _UP_TO.filled(high=said(high, unit))
    elif low is not None:
        yield _FROM.filled(low=said(low, unit))


def _drivers(account: Account) -> Iterator[Text]:
    if not account.effects or account.compared is None:
        return
    unit = account.trend.unit
    change = sum(each.total for each in account.effects)
    first, last = account.compared
    yield _CHANGE.filled(change=said(change, unit, signed=True), first=first, last=last)
    for each in account.effects[:_DRIVERS_TOLD]:
        facts = {name: said(amount, unit, signed=True) for name, amount in
                 (("total", each.total), ("rate", each.rate), ("mix", each.mix))}  # fmt: skip
        additive = account.trend.arithmetic in ("count", "level")
        segment = naming.said(account.names, account.along, each.segment)
        yield (_ADDS if additive else _DRIVES).filled(segment=segment, **facts)
    rest = sum(each.total for each in account.effects[_DRIVERS_TOLD:])
    if len(account.effects) > _DRIVERS_TOLD:
        others = len(account.effects) - _DRIVERS_TOLD
        yield _OTHERS.filled(n=others, total=said(rest, unit, signed=True))


def _past(account: Account) -> Iterator[Text]:
    if account.past:
        whole = sum(n for _, n in account.past)
        parts = [_BECAME.filled(n=n, outcome=outcome) for outcome, n in account.past]
        listed = Text(en=", ".join(p.en for p in parts), zh="，".join(p.zh for p in parts))
        yield _PAST.filled(whole=whole, parts=listed)


def _what_to_do(account: Account) -> Iterator[Text]:
    declared = account.indicator
    if declared.advice is not None:
        yield declared.advice
    elif declared.playbook is not None:
        yield _PLAYBOOK.filled(name=declared.playbook)


def place(segment: Segment, titles: Mapping[str, Text], names: Values) -> Text:
    """A segment in words.

    Args:
        segment: the whole book where empty.
        titles: what people call columns.
        names: what they call values.
    """
    if not segment:
        return _BOOK
    told = [
        (titles.get(column, verbatim(column)), naming.said(names, column, value))
        for column, value in segment
    ]
    return Text(
        en=", ".join(f"{title.en} {value.en}" for title, value in told),
        zh="、".join(f"{title.zh} {value.zh}" for title, value in told),
    )


def columns(segmentation: tuple[str, ...]) -> Text:
    """A segmentation in words.

    >>> columns(("channel", "region")).en
    'channel and region'
    """
    if not segmentation:
        return _BOOK
    return Text(en=" and ".join(segmentation), zh=" × ".join(segmentation))


def said(value: float | None, unit: Unit, *, signed: bool = False) -> str:
    """A value as people read it; a change with its sign, that of a share in percentage points.

    >>> said(0.0312, "share"), said(0.0021, "share", signed=True), said(1234.5, "money")
    ('3.12%', '+0.21 pp', '1,234.50')
    """
    if value is None:
        return "–"
    sign = "+" if signed else ""
    if unit in ("share", "rate_annual"):
        # A change that rounds to nothing has no sign to be told by.
        return f"{round(value * 100, 2) + 0.0:{sign}.2f} pp" if signed else f"{value:.2%}"
    if unit in ("count", "days", "months"):
        return f"{value:{sign},.0f}" if value == round(value) else f"{value:{sign},.1f}"
    return f"{value:{sign},.2f}"


_BOOK = Text(en="the whole book", zh="全部账册")
_NOTHING = Text(en="", zh="")
_OF = Text(en=", of {n} observations", zh="，样本量 {n}")
_NUMBER = Text(
    en="{title}, {where}: {value} in the {period} to {day}{about}; {level}.",
    zh="{title}（{where}）：截至 {day} 的{period}度值为 {value}{about}；{level}。",
)
_BETWEEN = Text(en="Normal is {low} to {high}.", zh="正常范围为 {low} 至 {high}。")
_UP_TO = Text(en="Normal is {high} or less.", zh="正常范围为不超过 {high}。")
_FROM = Text(
    en="Normal is {low} or more: lower is worse.", zh="正常范围为不低于 {low}，越低越不利。"
)
_SINCE = Text(
    en="It has not been green since the period to {day}.", zh="自截至 {day} 的周期起不再为绿色。"
)
_PARENT = Text(en="It is explained by {cause}.", zh="可由 {cause} 解释。")
_CHANGE = Text(
    en="Against the periods from {first} to {last} it changed by {change}:",
    zh="与 {first} 至 {last} 各周期相比，变化 {change}：",
)
_DRIVES = Text(
    en="{segment}: {total} ({rate} by its own rate, {mix} by its weight).",
    zh="{segment}：{total}（自身水平 {rate}，占比变化 {mix}）。",
)
_ADDS = Text(en="{segment}: {total}.", zh="{segment}：{total}。")
_OTHERS = Text(en="{n} others together: {total}.", zh="其余 {n} 项合计：{total}。")
_BECAME = Text(en="{n} {outcome}", zh="{outcome} {n} 次")
_PAST = Text(
    en="Of {whole} earlier alerts of this indicator: {parts}.",
    zh="该指标此前 {whole} 次预警中：{parts}。",
)
_PLAYBOOK = Text(en="Playbook: {name}.", zh="处置预案：{name}。")
