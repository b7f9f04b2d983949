"""A series as a small drawing beside its number: a line, gaps where nothing is known, points above green."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawall.reports.warning import LEVEL_COLOURS, Line

WIDTH, HEIGHT = 120, 28
_MARGIN = 3


@dataclass(frozen=True)
class Spark:
    """What to draw, in a box of `WIDTH` by `HEIGHT`.

    Attributes:
        path: the line, as SVG writes paths; empty where nothing is known.
        points: the periods above green: across, down, level.
        last: the last known value's place; None where there is none, or where it is one of these points.
    """

    path: str
    points: tuple[tuple[float, float, str], ...]
    last: tuple[float, float] | None


def spark(lines: Sequence[Line]) -> Spark:
    """The drawing of a series, oldest first.

    >>> from datetime import date
    >>> days = [date(2026, 1, day) for day in (1, 2, 3)]
    >>> told = zip(days, (1.0, None, 3.0), ("green", "unknown", "red"), strict=True)
    >>> drawn = spark([Line(day, value, None, None, level) for day, value, level in told])
    >>> drawn.path, drawn.points
    ('M3.0 25.0M117.0 3.0', ((117.0, 3.0, 'red'),))
    """
    known = [each.value for each in lines if each.value is not None]
    if not known:
        return Spark("", (), None)
    low, high = min(known), max(known)
    places = [
        None if each.value is None else (_across(at, len(lines)), _down(each.value, low, high))
        for at, each in enumerate(lines)
    ]
    path, joined = "", False
    for place in places:
        if place is not None:
            path += f"{'L' if joined else 'M'}{place[0]} {place[1]}"
        joined = place is not None
    points = tuple(
        (*place, each.level)
        for place, each in zip(places, lines, strict=True)
        if place is not None and each.level in LEVEL_COLOURS
    )
    last = next(place for place in reversed(places) if place is not None)
    return Spark(path, points, None if any(each[:2] == last for each in points) else last)


def _across(at: int, count: int) -> float:
    return round(_MARGIN + (WIDTH - 2 * _MARGIN) * at / max(count - 1, 1), 1)


def _down(value: float, low: float, high: float) -> float:
    share = 0.5 if high == low else (value - low) / (high - low)
    return round(HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * share, 1)
