"""How a limit counts, in whole microseconds over a calendar that is laid out."""

import calendar as gregorian
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from seawall.cases import shifts
from seawall.cases.limit import Limit, Of, Unit, Warn
from seawall.cases.shifts import DAY_US, HOUR_US, MINUTE_US, CalendarTime, Scale, WorkingTime
from seawall.core import period

_UNIT_US: dict[Unit, int] = {"minutes": MINUTE_US, "hours": HOUR_US}
_CALENDAR_TIME = CalendarTime()
_WHOLE = 100
_DOUBT_DAYS = 3
"""A shift over midnight ends on the day after, and a zone may skip a day: no moment is later."""

Closed = tuple[tuple[int, int], ...]


class End(NamedTuple):
    """Where a limit ends.

    Attributes:
        at: the instant.
        day: the last day on whose being worked it depends, by the wall.
    """

    at: int
    day: int


@dataclass(frozen=True)
class Count:
    """A limit, counted from a start, with pauses.

    A pause holds the instants after its begin, up to and with its end: what is due at the very
    instant at which a pause begins is due then.

    Attributes:
        pauses: begin and end, in order; only the last may have no end.
    """

    limit: Limit
    start: int
    pauses: tuple[tuple[int, int | None], ...]
    time: WorkingTime

    def end(self) -> End | None:
        """Where the limit ends; None while a pause holds it open.

        Pauses are met one after the other, as they came: one that begins only when the limit, with
        those before it, is over, no longer moves anything.
        """
        closed: Closed = ()
        found = self._end(closed)
        for begins, ends in self.pauses:
            if begins >= found.at:
                break
            if ends is None:
                return None
            closed = (*closed, (begins, ends))
            found = self._end(closed)
        return found

    def ran(self, of: Of, until: int) -> int:
        """How much time, of one kind, ran from the start to a time."""
        scale = self._scale(of)
        passed = scale.passed(until) - scale.passed(self.start)
        for begins, ends in self._before(until):
            passed -= scale.passed(min(ends, until)) - scale.passed(begins)
        return passed

    def warns(self, end: int) -> Iterator[int]:
        """When warnings are due, for a limit that ends then; never before the start."""
        for warn in self.limit.warns:
            of = self.limit.within.of if warn.before is None else warn.before.of
            amount = _until_warning(warn, self.ran(of, end))
            yield self._after(self._scale(of), amount, self._before(end))

    def _scale(self, of: Of) -> Scale:
        return self.time if of == "working" else _CALENDAR_TIME

    def _before(self, until: int) -> Closed:
        return tuple(
            (begins, until if ends is None else ends)
            for begins, ends in self.pauses
            if begins < until
        )

    def _end(self, pauses: Closed) -> End:
        end = self._end_of_days if self.limit.within.counts_days else self._end_of_time
        found = end(pauses)
        if found.day not in self.time.days:
            raise shifts.UnableToReach
        return found

    def _end_of_time(self, pauses: Closed) -> End:
        within = self.limit.within
        amount = within.amount * _UNIT_US[within.unit]
        at = self._after(self._scale(within.of), amount, pauses)
        return End(at, (self.time.wall.shown(at) - 1) // DAY_US)

    def _after(self, scale: Scale, amount: int, pauses: Closed) -> int:
        """The first instant, from the start on, at which so much time has run."""
        goal = scale.passed(self.start) + amount
        for begins, ends in pauses:
            begun = scale.passed(begins)
            if begun >= goal:
                break
            goal += scale.passed(ends) - begun
        return max(scale.instant(goal), self.start)

    def _end_of_days(self, pauses: Closed) -> End:
        """The n-th day at whose moment the clock ran; in months, as many days as those have."""
        days = self.time.worked_days if self.limit.within.of == "working" else self.time.days
        first = self._first(days)
        place = first + self._days() - 1
        for begins, ends in pauses:
            paused = max(self._moments(days, begins), first)
            if paused <= place:
                place += max(self._moments(days, ends), first) - paused
        day = _at(days, place)
        rolled = self._rolled(day, pauses)
        return End(self._moment(rolled), max(day, rolled))

    def _first(self, days: Sequence[int]) -> int:
        """The place of the first day that may count; its moment comes after the start.

        Yesterday's closing may come after it too, where a shift goes over midnight: it is not asked.
        """
        first_day = self._start_day() + (not self.limit.counts_first_day)
        return max(self._moments(days, self.start), bisect_left(days, first_day))

    def _days(self) -> int:
        within = self.limit.within
        if within.unit == "days":
            return within.amount
        day = self._start_day()
        return shifts.day_number(_months_after(shifts.day_at(day), within.amount)) - day

    def _start_day(self) -> int:
        return self.time.wall.shown(self.start) // DAY_US

    def _moments(self, days: Sequence[int], at: int) -> int:
        """How many of the days have had their moment at a time; only days about then are in doubt."""
        shown = self.time.wall.shown(at) // DAY_US
        low, high = bisect_left(days, shown - _DOUBT_DAYS), bisect_right(days, shown + 1)
        return bisect_right(days, at, low, high, key=self._moment)

    def _moment(self, day: int) -> int:
        """The instant at which a limit ends that ends on this day."""
        if self.limit.ends == "same_time":
            tail = self.time.wall.shown(self.start) % DAY_US
        else:
            tail = self.time.closing(day) if self.limit.ends == "closing" else DAY_US
        return self.time.wall.first(day * DAY_US + tail)

    def _rolled(self, day: int, pauses: Closed) -> int:
        if self.limit.rolls == "none" or self.time.works(day):
            return day
        days = self.time.worked_days
        after = bisect_left(days, day)
        if self.limit.rolls == "following":
            return self._following(after, pauses)
        since = pauses[-1][1] if pauses else self.start
        before = _at(days, after - 1)
        return before if self._moment(before) > since else day

    def _following(self, place: int, pauses: Closed) -> int:
        """The first worked day from a place on at whose moment the clock ran."""
        days = self.time.worked_days
        for begins, ends in pauses:
            if begins < self._moment(_at(days, place)) <= ends:
                place = self._moments(days, ends)
        return _at(days, place)


def _at(days: Sequence[int], place: int) -> int:
    if not 0 <= place < len(days):
        raise shifts.UnableToReach
    return days[place]


def _until_warning(warn: Warn, whole: int) -> int:
    if warn.before is None:
        return -(-whole * (warn.share or 0) // _WHOLE)
    return max(whole - warn.before.amount * _UNIT_US[warn.before.unit], 0)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last.

    >>> _months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    first = period.month_start(period.month_index(day) + months)
    last = gregorian.monthrange(first.year, first.month)[1]
    return first.replace(day=min(day.day, last))
