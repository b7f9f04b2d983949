"""Which open alert explains which: so that one trouble wakes people once.

An alert is the child of an open alert of an indicator that it names under `explained_by`, directly
or over others, for the same or a wider segment, whatever their levels; and of an open alert of its
own indicator for a wider segment that is at least as bad. A segment that is worse than the whole
book stands for itself: there lies the trouble. A narrower alert never explains a wider one; what
drives a wide alert is told by `explaining`, not by silence.

A parent explains also while it is acknowledged or silenced: its children are the same trouble. One
whose data is stale explains nothing.

Parents go round in no circle, and wider is a strict order, so that in every family one alert
remains without a parent, and is told.
"""

from collections.abc import Iterator, Mapping

from seawall.warning.cause import Cause, within
from seawall.warning.indicator import Indicator


def parents(levels: Mapping[Cause, int], indicators: Mapping[str, Indicator]) -> dict[Cause, Cause]:
    """The alert that explains each, for those that are explained.

    Args:
        levels: of the alerts that can explain and be explained.
        indicators: by id.

    Returns:
        By child: the nearest parent; of several, the one with the widest segment.
    """
    by_indicator: dict[str, list[Cause]] = {}
    for cause in sorted(levels):
        by_indicator.setdefault(cause.indicator, []).append(cause)
    found = {}
    for cause, level in levels.items():
        ranked = [
            (depth, len(other.segment), other)
            for name, depth in _ancestors(cause.indicator, indicators)
            for other in by_indicator.get(name, ())
            if within(cause.segment, other.segment)
            and (depth > 0 or (other != cause and levels[other] >= level))
        ]
        if ranked:
            found[cause] = min(ranked)[2]
    return found


def _ancestors(name: str, indicators: Mapping[str, Indicator]) -> Iterator[tuple[str, int]]:
    """An indicator and all that may explain it, each with its distance."""
    seen, row, depth = {name}, [name], 0
    while row:
        yield from ((each, depth) for each in row)
        above = {
            parent for each in row if each in indicators for parent in indicators[each].explained_by
        }
        row, depth = sorted(above - seen), depth + 1
        seen |= above
