"""A calendar laid out as working time, so that a question is a look-up and no walk.

Times are whole microseconds since 1970 in UTC; days are counted from 1970-01-01. Whether it is
working time is asked of the clock on the wall, minute by minute: where clocks are set forward, the
hour that does not exist is not worked; where they are set back, the hour that comes twice is worked
twice. A wall-clock time, as the end of a day, is the first instant at which the wall shows that time
or a later one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from seawall.cases.calendar import DAY_MINUTES, WEEKDAYS, Calendar
from seawall.core import period
from seawall.core.problem import Unable
from seawall.core.text import Text

FIRST, LAST = date(1990, 1, 1), date(2090, 1, 1)
"""What is laid out: from the first day on, up to the last, which is not of it."""

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = DAY_MINUTES * MINUTE_US

_EPOCH = date(1970, 1, 1)
_EPOCH_WEEKDAY = _EPOCH.weekday()
_SECOND_US = 1_000_000
_WEEKDAYS = len(WEEKDAYS)

Ints = NDArray[np.int64]


class UnableToReach(Unable, ValueError):
    """A time lies outside the years that are laid out."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="the time is not between {first} and {last}: no calendar is laid out there",
                zh="时间不在 {first} 与 {last} 之间：此范围之外没有编排日历",
            ),
            first=FIRST,
            last=LAST,
        )


class Scale(Protocol):
    """A way in which time passes: always, or in working hours only. It never goes back."""

    def passed(self, at_us: int) -> int:
        """How much of it has passed at a time, in microseconds, from a start that never changes."""

    def instant(self, passed_us: int) -> int:
        """The first time at which so much has passed."""


class CalendarTime:
    """The scale on which all time counts."""

    def passed(self, at_us: int) -> int:
        """The time itself."""
        return at_us

    def instant(self, passed_us: int) -> int:
        """The time itself."""
        return passed_us


class Wall:
    """The clock on a zone's walls, as stretches of one offset from UTC."""

    def __init__(self, zone: str) -> None:
        starts, offsets = zip(*_offsets(ZoneInfo(zone)), strict=True)
        self.starts: Sequence[int] = starts
        self.offsets: Sequence[int] = offsets
        ends = (*starts[1:], day_number(LAST) * DAY_US)
        self.ends: Sequence[int] = ends
        self._ends_shown = [end + offset for end, offset in zip(ends, offsets, strict=True)]

    def shown(self, at_us: int) -> int:
        """What the wall shows at a time, as if it were UTC."""
        return at_us + self.offsets[max(bisect_right(self.starts, at_us) - 1, 0)]

    def first(self, shown_us: int) -> int:
        """The first instant at which the wall shows this or a later time."""
        stretch = bisect_right(self._ends_shown, shown_us)
        if stretch == len(self.starts):
            raise UnableToReach
        return max(self.starts[stretch], shown_us - self.offsets[stretch])


def _offsets(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Where each offset begins, and the offset, both in microseconds."""
    first, last = (day_number(day) * DAY_US for day in (FIRST, LAST))
    yield first, _offset(zone, first)
    for before, after in pairwise(range(first, last + 1, DAY_US)):
        if _offset(zone, before) != _offset(zone, after):
            changed = _change(zone, before, after)
            yield changed, _offset(zone, changed)


def _change(zone: ZoneInfo, before_us: int, after_us: int) -> int:
    """The second at which the offset of the earlier time ends."""
    offset = _offset(zone, before_us)
    seconds = range(before_us, after_us + 1, _SECOND_US)
    return seconds[bisect_left(seconds, True, key=lambda at: _offset(zone, at) != offset)]


def _offset(zone: ZoneInfo, at_us: int) -> int:
    moment = period.moment_at(at_us).replace(tzinfo=UTC).astimezone(zone)
    return (moment.utcoffset() or timedelta()) // timedelta(microseconds=1)


class WorkingTime:
    """A calendar's days and working time; itself the scale on which only working time counts.

    Attributes:
        wall: the clock by which it is worked.
        days: every day that is laid out.
        worked_days: those that are worked, in order.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.wall = _wall(calendar.zone)
        first, last = day_number(FIRST), day_number(LAST)
        self.days = range(first, last)
        weekday = (np.arange(first, last) + _EPOCH_WEEKDAY) % _WEEKDAYS
        worked = _worked(calendar, weekday)
        begins, ends = _on_the_wall(calendar, weekday, worked)
        begins, ends = _in_utc(begins, ends, self.wall)
        self.worked_days: Sequence[int] = (np.flatnonzero(worked) + first).tolist()
        self._worked = frozenset(self.worked_days)
        self._closings = [_closing(calendar, n) for n in range(_WEEKDAYS)]
        self._begins: list[int] = begins.tolist()
        self._ends: list[int] = ends.tolist()
        self._passed: list[int] = [0, *np.cumsum(ends - begins).tolist()]

    def works(self, day: int) -> bool:
        """Whether a day is worked."""
        return day in self._worked

    def closing(self, day: int) -> int:
        """When the last shift of a worked day ends by the wall, in microseconds after its midnight."""
        return self._closings[(day + _EPOCH_WEEKDAY) % _WEEKDAYS]

    def passed(self, at_us: int) -> int:
        """How much working time has passed at a time, in microseconds."""
        stretch = bisect_right(self._begins, at_us) - 1
        if stretch < 0:
            return 0
        return self._passed[stretch] + min(at_us, self._ends[stretch]) - self._begins[stretch]

    def instant(self, passed_us: int) -> int:
        """The first time at which so much working time has passed: a closing, not the next opening."""
        stretch = max(bisect_left(self._passed, passed_us) - 1, 0)
        if stretch == len(self._begins):
            raise UnableToReach
        return self._begins[stretch] + passed_us - self._passed[stretch]


def working_time(calendar: Calendar) -> WorkingTime:
    """A calendar laid out; of equal calendars it is done once."""
    same = _SAME.get(id(calendar))
    if same is None:
        if len(_SAME) >= _LAID_MOST:
            _SAME.clear()
        same = _SAME[id(calendar)] = (calendar, _laid(calendar))
    return same[1]


# One and the same calendar is found without comparing it: to hash and compare a calendar takes as long as
# to count by it. Each is held here, so that no other can have its id.
_SAME: dict[int, tuple[Calendar, WorkingTime]] = {}
_LAID_MOST = 64


@lru_cache(maxsize=_LAID_MOST)
def _laid(calendar: Calendar) -> WorkingTime:
    return WorkingTime(calendar)


@lru_cache(maxsize=64)
def _wall(zone: str) -> Wall:
    return Wall(zone)


def day_number(day: date) -> int:
    """A day, counted from 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH).days


_FIRST_US = (day_number(FIRST) + 1) * DAY_US
_LAST_US = (day_number(LAST) - 1) * DAY_US


def day_at(number: int) -> date:
    """The day with this number."""
    return _EPOCH + timedelta(days=number)


def microseconds(moment: datetime) -> int:
    """A time as microseconds since 1970 (UTC).

    Raises:
        UnableToReach: it is outside the years that are laid out.
    """
    at_us = period.microseconds(moment)
    if not _FIRST_US <= at_us < _LAST_US:
        raise UnableToReach
    return at_us


def _worked(calendar: Calendar, weekday: Ints) -> NDArray[np.bool_]:
    weekend = [WEEKDAYS.index(each) for each in calendar.weekend]
    worked = ~np.isin(weekday, weekend)
    first = day_number(FIRST)
    for day, is_worked in calendar.exceptions(range(FIRST.year, LAST.year + 1)).items():
        if FIRST <= day < LAST:
            worked[day_number(day) - first] = is_worked
    return worked


def _on_the_wall(calendar: Calendar, weekday: Ints, worked: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Begin and end of every stretch of work as the wall shows them; what overlaps counts once."""
    first = day_number(FIRST)
    stretches = [
        np.add.outer((np.flatnonzero(worked & (weekday == n)) + first) * DAY_US, shift)
        for n, name in enumerate(WEEKDAYS)
        for shift in np.array(calendar.shifts_of(name), dtype=np.int64) * MINUTE_US
    ]
    every = np.concatenate(stretches)
    every = every[np.argsort(every[:, 0], kind="stable")]
    reached = np.maximum.accumulate(every[:, 1])
    fresh = np.concatenate(([True], every[1:, 0] > reached[:-1]))
    last = np.concatenate((fresh[1:], [True]))
    return every[fresh, 0], reached[last]


def _in_utc(begins: Ints, ends: Ints, wall: Wall) -> tuple[Ints, Ints]:
    """Stretches on the wall as times: each offset's part of them, cut where the offset changes."""
    parts = []
    for start, end, offset in zip(wall.starts, wall.ends, wall.offsets, strict=True):
        low = np.searchsorted(ends, start + offset, side="right")
        high = np.searchsorted(begins, end + offset, side="left")
        cut = np.stack((begins[low:high], ends[low:high])) - offset
        parts.append(np.clip(cut, start, end))
    joined = np.concatenate(parts, axis=1)
    return joined[0], joined[1]


def _closing(calendar: Calendar, weekday: int) -> int:
    shifts = calendar.shifts_of(WEEKDAYS[weekday])
    return max((ends for _, ends in shifts), default=DAY_MINUTES) * MINUTE_US
