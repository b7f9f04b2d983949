"""Which alerts of the past had no explanation when they were raised: those that people are told of."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from seawall.warning.backtest import Alarm, Course, alarms
from seawall.warning.cause import Cause
from seawall.warning.explained import parents
from seawall.warning.holding import GREEN
from seawall.warning.indicator import Indicator


def unexplained(courses: Sequence[Course], indicators: Mapping[str, Indicator]) -> Iterator[Alarm]:
    """The alerts that no other explained on the day they were raised.

    Args:
        courses: of all indicators together; each may have periods of its own.
        indicators: by id.
    """
    found = [alarm for course in courses for alarm in alarms(course)]
    for day in sorted({alarm.on for alarm in found}):
        explained = parents(_open(courses, day), indicators)
        yield from (each for each in found if each.on == day and each.cause not in explained)


def _open(courses: Sequence[Course], day: date) -> dict[Cause, int]:
    """The alerts that are open at the end of a day, and their levels."""
    levels = {}
    for course in courses:
        known = bisect_right(course.ends_on, day)
        if known and course.levels[known - 1] > GREEN:
            levels[course.cause] = int(course.levels[known - 1])
    return levels
