"""What pages of cases say beside the words of their kinds: how long a clock still has, and values of fields."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from seawall.cases.limit import Time as Amount
from seawall.cases.playbook import Within
from seawall.console.templatetags.seawall import moment, said
from seawall.core.period import utc
from seawall.core.text import Text
from seawall.office import packs
from seawall.reports.sheet import NO, YES

register = template.Library()
_NO_TIME = timedelta(0)
_STATES = {
    "stopped": Text(en="done", zh="已完成"),
    "paused": Text(en="paused", zh="已暂停"),
    "running": Text(en="{span} left", zh="剩余 {span}"),
    "warned": Text(en="due soon: {span} left", zh="即将到期：剩余 {span}"),
    "breached": Text(en="late by {span}", zh="已超时 {span}"),
}
_COLOURS = {"warned": "amber", "breached": "red", "stopped": "quiet", "paused": "quiet"}
_SPANS = (
    (
        timedelta(days=1),
        timedelta(hours=1),
        Text(en="{more} d {less} h", zh="{more} 天 {less} 小时"),
    ),
    (
        timedelta(hours=1),
        timedelta(minutes=1),
        Text(en="{more} h {less} min", zh="{more} 小时 {less} 分"),
    ),
)
_LIMITS = {
    ("calendar", "minutes"): Text(en="{n} minutes", zh="{n} 分钟"),
    ("calendar", "hours"): Text(en="{n} hours", zh="{n} 小时"),
    ("calendar", "days"): Text(en="{n} days", zh="{n} 天"),
    ("calendar", "months"): Text(en="{n} months", zh="{n} 个月"),
    ("working", "minutes"): Text(en="{n} working minutes", zh="{n} 个工作分钟"),
    ("working", "hours"): Text(en="{n} working hours", zh="{n} 个工作小时"),
    ("working", "days"): Text(en="{n} working days", zh="{n} 个工作日"),
}
_MINUTES = Text(en="{more} min", zh="{more} 分")
_DONE = Text(en="—", zh="—")


def span(length: timedelta) -> Text:
    """A length of time in words, in its two largest units.

    >>> span(timedelta(days=2, hours=3, minutes=59)).en
    '2 d 3 h'
    """
    for large, small, words in _SPANS:
        if length >= large:
            return words.filled(more=length // large, less=(length % large) // small)
    return _MINUTES.filled(more=max(0, length // timedelta(minutes=1)))


@register.filter
def limit(within: Amount) -> str:
    """How long something may take, in words."""
    return said(_LIMITS[within.of, within.unit].filled(n=within.amount))


@register.simple_tag
def within_words(within: Within) -> str:
    """A playbook's limit in words; hours and days of a playbook run through nights."""
    working = within.unit.startswith("working_")
    key = ("working" if working else "calendar", within.unit.removeprefix("working_"))
    return said(_LIMITS[key].filled(n=within.count))


@lru_cache(maxsize=1)
def _roles() -> Mapping[str, Text]:
    return packs.roles().titles


@register.filter
def role(name: str) -> str:
    """What people call a role."""
    return said(_roles().get(name, name))


@register.filter
def roles(names: Iterable[str]) -> str:
    """What people call some roles."""
    return " / ".join(role(name) for name in names)


@register.simple_tag
def left(state: str, at: datetime | None, now: datetime) -> str:
    """How long a clock still has, or by how much it is late."""
    length = abs(at - now) if at else _NO_TIME
    return said(_STATES[state].filled(span=span(length)))


@register.filter
def colour(state: str) -> str:
    """The colour of a clock's state; amber and red are thresholds."""
    return _COLOURS.get(state, "")


@register.simple_tag
def until(at: datetime | None, now: datetime) -> str:
    """How long a deadline is away, or how long it has passed."""
    if at is None:
        return said(_DONE)
    away = utc(at) - utc(now)
    return said(_STATES["breached" if away < _NO_TIME else "running"].filled(span=span(abs(away))))


@register.filter
def known(value: object) -> str | SafeString:
    """A field's value: times in the person's zone, truth as a word, choices by their names; people's text as text."""
    if isinstance(value, bool):
        return said(YES if value else NO)
    if isinstance(value, datetime):
        return moment(value)
    return said(value) if isinstance(value, Text) else conditional_escape(str(value))
