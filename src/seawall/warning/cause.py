"""What an alert is about: one indicator in one segment."""

from dataclasses import dataclass

Segment = tuple[tuple[str, str], ...]
"""Columns and their values, in the order of the columns' names; empty is the whole book."""


def segment(**values: str) -> Segment:
    """A segment by its columns.

    >>> segment(region="west", channel="app")
    (('channel', 'app'), ('region', 'west'))
    """
    return tuple(sorted(values.items()))


def within(narrow: Segment, wide: Segment) -> bool:
    """Whether all of one segment lies in another: the other asks nothing that it does not say.

    >>> within(segment(channel="app", region="west"), segment(channel="app"))
    True
    >>> within((), segment(channel="app"))
    False
    """
    return set(wide) <= set(narrow)


def overlap(one: Segment, other: Segment) -> bool:
    """Whether two segments can have a loan in common: no column is told with two values.

    >>> overlap(segment(channel="app"), segment(region="west"))
    True
    >>> overlap(segment(channel="app"), segment(channel="web"))
    False
    """
    told = dict(one)
    return all(told.get(name, value) == value for name, value in other)


@dataclass(frozen=True, order=True)
class Cause:
    """What an alert is about; at most one alert is open for each."""

    indicator: str
    segment: Segment = ()

    def __str__(self) -> str:
        """For logs and tests.

        >>> str(Cause("late_share", segment(channel="app")))
        'late_share[channel=app]'
        """
        inside = ", ".join(f"{name}={value}" for name, value in self.segment)
        return f"{self.indicator}[{inside}]" if inside else self.indicator
