"""What pages about indicators and alerts say: values in their unit, segments in words, small drawings."""

from collections.abc import Sequence

from django import template

from seawall.acts import alert_cases
from seawall.core.measure import Unit
from seawall.core.text import Text
from seawall.office import packs
from seawall.reports import sparkline as drawing
from seawall.reports.leaf import SEGMENTS
from seawall.reports.warning import Line
from seawall.warning import explaining, waiting
from seawall.warning.cause import Segment

register = template.Library()


@register.filter
def measured(value: float | None, unit: Unit) -> str:
    """A value as people read it, in an indicator's unit."""
    return explaining.said(value, unit)


@register.filter
def where(segment: Segment) -> Text:
    """A segment in words."""
    return explaining.place(segment, SEGMENTS, packs.names())


@register.filter
def waits(level: int | str, verdict: int | str | None) -> Text | None:
    """What stands beside a level: the last verdict, where it waits for another one."""
    if not isinstance(verdict, int):
        return None
    held = alert_cases.LEVELS.index(level) if isinstance(level, str) else level
    return waiting.note(held, verdict) if waiting.waits(held, verdict) else None


@register.filter
def asked_as(segment: Segment) -> str:
    """A segment as an address asks for it."""
    return ",".join(f"{name}={value}" for name, value in segment)


@register.inclusion_tag("console/indicators/sparkline.html")
def sparkline(lines: Sequence[Line]) -> dict[str, object]:
    """A series as a small drawing."""
    return {
        "drawn": drawing.spark(lines), "lines": lines, "width": drawing.WIDTH, "height": drawing.HEIGHT,
    }  # fmt: skip
