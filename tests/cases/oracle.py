"""A slow second method: it walks minute by minute and asks each what the clock on the wall shows.

Nothing of it is taken from the room but declarations and values: no stretches of work, no sums laid
out beforehand, no bisection. Offsets are asked of `zoneinfo` every quarter of an hour (no zone has
changed within one since 1972); days are asked of the library one by one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from seawall.cases.calendar import WEEKDAYS, Calendar
from seawall.cases.clock import Clock, Pause
from seawall.cases.limit import Limit, Warn

EPOCH = datetime(1970, 1, 1)
MINUTE = 60_000_000
FIRST, LAST = datetime(2024, 1, 1), datetime(2028, 1, 1)
CHUNK = 5 * 1_440
LENGTHS = {"minutes": MINUTE, "hours": 60 * MINUTE}

Held = list[tuple[int, int]]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]


def us(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_at(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)


class Oracle:
    """Every minute of four years: what the wall shows, and whether it is worked."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.zone)
        self.public = None
        if calendar.holidays is not None:
            self.public = calendar.holidays.of(range(FIRST.year - 1, LAST.year + 2))
        self.first = us(FIRST) // MINUTE
        count = us(LAST) // MINUTE - self.first
        quarters = [self._offset_minutes(FIRST + timedelta(minutes=n)) for n in range(0, count, 15)]
        self.shown = np.arange(self.first, self.first + count) + np.repeat(quarters, 15)
        rows = {}
        for day in range(int(self.shown[0]) // 1_440, int(self.shown[-1]) // 1_440 + 1):
            rows[day] = self._row(date(1970, 1, 1) + timedelta(days=day))
        least = min(rows)
        table = np.array([rows[day] for day in sorted(rows)])
        self.worked = table[self.shown // 1_440 - least, self.shown % 1_440]

    def _offset_minutes(self, at: datetime) -> int:
        offset = at.replace(tzinfo=UTC).astimezone(self.zone).utcoffset()
        assert offset is not None
        return offset // timedelta(minutes=1)

    def works(self, day: date) -> bool:
        told = None
        for dated in self.calendar.days:
            if dated.on <= day <= (dated.until or dated.on):
                told = dated.worked
        if told is not None:
            return told
        if self.public is not None and day in self.public.weekend_workdays:
            return True
        if self.public is not None and day in self.public:
            return False
        return WEEKDAYS[day.weekday()] not in self.calendar.weekend

    def _texts(self, day: date) -> Iterator[tuple[int, int]]:
        """The shifts that begin on a day that is worked: minutes from its midnight."""
        name = WEEKDAYS[day.weekday()]
        if name in self.calendar.weekend and self.calendar.worked_weekend_as is not None:
            name = self.calendar.worked_weekend_as
        for shift in self.calendar.shifts:
            if name in shift.on:
                begins, ends = (
                    int(text[:2]) * 60 + int(text[3:]) for text in (shift.begins, shift.ends)
                )
                yield begins, ends + 1_440 * (ends <= begins)

    def minute_is_worked(self, day: date, minute: int) -> bool:
        yesterday = day - timedelta(days=1)
        return any(
            begins <= minute + later < ends
            for begun, later in ((day, 0), (yesterday, 1_440))
            if self.works(begun)
            for begins, ends in self._texts(begun)
        )

    def _row(self, day: date) -> NDArray[np.bool_]:
        row = np.zeros(1_440, dtype=bool)
        for begun, later in ((day, 0), (day - timedelta(days=1), 1_440)):
            if self.works(begun):
                for begins, ends in self._texts(begun):
                    row[max(begins - later, 0) : max(ends - later, 0)] = True
        return row

    # How much ran, and when so much had run.

    def pieces(self, of: str, begin: int, events: list[int]) -> Iterator[tuple[Ints, Truths]]:
        """Edges of pieces of minutes, and which pieces are of the kind of time asked for."""
        for low in range(begin // MINUTE, us(LAST) // MINUTE, CHUNK):
            edges = np.arange(low, low + CHUNK + 1) * MINUTE
            inside = sorted(
                {each for each in events if edges[0] < each < edges[-1] and each % MINUTE}
            )
            if inside:
                edges = np.insert(edges, np.searchsorted(edges, inside), inside)
            minute = edges[:-1] // MINUTE - self.first
            yield (
                edges,
                self.worked[minute] if of == "working" else np.ones(len(minute), dtype=bool),
            )

    def running(
        self, of: str, start: int, held: Held, until: int | None = None
    ) -> Iterator[tuple[Ints, Ints]]:
        """Edges of pieces of minutes, and how much of each ran."""
        events = [start, *(at for each in held for at in each), *([] if until is None else [until])]
        for edges, kind in self.pieces(of, start, events):
            runs = kind & (edges[:-1] >= start)
            if until is not None:
                runs &= edges[1:] <= until
            for begins, ends in held:
                runs &= ~((edges[:-1] >= begins) & (edges[1:] <= ends))
            yield edges, np.diff(edges) * runs

    def ran(self, of: str, start: int, held: Held, until: int) -> int:
        total = 0
        for edges, lengths in self.running(of, start, held, until):
            total += int(lengths.sum())
            if edges[-1] >= until:
                return total
        raise AssertionError("out of range")

    def when(self, of: str, start: int, held: Held, amount: int) -> int:
        if amount == 0:
            return start
        left = amount
        for edges, lengths in self.running(of, start, held):
            run = np.cumsum(lengths)
            if run[-1] >= left:
                piece = int(np.argmax(run >= left))
                return int(edges[piece + 1] - (run[piece] - left))
            left -= int(run[-1])
        raise AssertionError("out of range")

    # Days.

    def wall_reaches(self, shown: int) -> int:
        """The first instant at which the wall shows a time, or a later one."""
        low = shown // MINUTE - 15 * 60 - self.first
        walls = self.shown[low : low + 2 * 1_440] * MINUTE
        minute = int(np.argmax(walls + MINUTE > shown))
        return int((low + minute + self.first) * MINUTE + max(0, shown - int(walls[minute])))

    def shown_at(self, at: int) -> int:
        return int(self.shown[at // MINUTE - self.first]) * MINUTE + at % MINUTE

    def moment(self, limit: Limit, start: int) -> Callable[[date], int]:
        def of(day: date) -> int:
            midnight = us(datetime(day.year, day.month, day.day))
            if limit.ends == "same_time":
                return self.wall_reaches(midnight + self.shown_at(start) % (1_440 * MINUTE))
            if limit.ends == "end_of_day":
                return self.wall_reaches(midnight + 1_440 * MINUTE)
            return self.wall_reaches(midnight + max(ends for _, ends in self._texts(day)) * MINUTE)

        return of

    def days(self, limit: Limit, start: int, held: Held) -> int:
        moment = self.moment(limit, start)
        today = moment_at(self.shown_at(start)).date()
        left = limit.within.amount
        if limit.within.unit == "months":
            left = (months_later(today, left) - today).days
        day = today - timedelta(days=1)
        while left:
            day += timedelta(days=1)
            if day == today and not limit.counts_first_day:
                continue
            if limit.within.of == "working" and not self.works(day):
                continue
            at = moment(day)
            left -= at > start and not paused(held, at)
        if limit.rolls == "none" or self.works(day):
            return at
        if limit.rolls == "following":
            while not self.works(day) or paused(held, moment(day)):
                day += timedelta(days=1)
            return moment(day)
        before = day
        while not self.works(before):
            before -= timedelta(days=1)
        resumed = max([start, *(ends for _, ends in held)])
        return moment(before) if moment(before) > resumed else at

    # A clock.

    def end(self, clock: Clock, limit: Limit) -> int | None:
        start, held = us(clock.started_at), Held()

        def found() -> int:
            if limit.within.unit in LENGTHS:
                amount = limit.within.amount * LENGTHS[limit.within.unit]
                return self.when(limit.within.of, start, held, amount)
            return self.days(limit, start, held)

        at = found()
        for pause in clock.pauses:
            if us(pause.begins) >= at:
                return at
            if pause.ends is None:
                return None
            held.append((us(pause.begins), us(pause.ends)))
            at = found()
        return at

    def due(self, clock: Clock) -> tuple[datetime | None, tuple[datetime, ...]]:
        limit = lengthened(clock)
        at = self.end(clock, limit)
        if at is None:
            return None, ()
        start = us(clock.started_at)
        held = [closed(each, at) for each in clock.pauses if us(each.begins) < at]
        warns = [self._warn(each, limit.within.of, start, held, at) for each in limit.warns]
        return moment_at(at), tuple(moment_at(each) for each in sorted(warns))

    def _warn(self, warn: Warn, of: str, start: int, held: Held, at: int) -> int:
        if warn.before is not None:
            of = warn.before.of
        whole = self.ran(of, start, held, at)
        if warn.before is None:
            assert warn.share is not None
            return self.when(of, start, held, (whole * warn.share + 99) // 100)
        before = warn.before.amount * LENGTHS[warn.before.unit]
        return self.when(of, start, held, max(0, whole - before))

    def elapsed(self, clock: Clock, as_of: datetime) -> timedelta:
        now = min(as_of, clock.stopped_at or as_of)
        until = us(now)
        held = [closed(each, until) for each in clock.pauses if us(each.begins) < until]
        ran = self.ran(lengthened(clock).within.of, us(clock.started_at), held, until)
        return timedelta(microseconds=ran)

    def state(self, clock: Clock, as_of: datetime) -> str:
        if clock.stopped_at is not None and clock.stopped_at <= as_of:
            return "stopped"
        pauses = [each for each in clock.pauses if each.begins <= as_of]
        is_paused = bool(pauses) and (pauses[-1].ends is None or pauses[-1].ends > as_of)
        if is_paused:
            pauses[-1] = Pause(pauses[-1].begins)
        seen = Clock(clock.limit, clock.started_at, clock.calendar, tuple(pauses), clock.extensions)
        at, warns = self.due(seen)
        if at is not None and as_of > at:
            return "breached"
        if is_paused:
            return "paused"
        return "warned" if any(each <= as_of for each in warns) else "running"


def closed(pause: Pause, until: int) -> tuple[int, int]:
    return us(pause.begins), until if pause.ends is None else us(pause.ends)


def paused(held: Held, at: int) -> bool:
    return any(begins < at <= ends for begins, ends in held)


def lengthened(clock: Clock) -> Limit:
    limit = clock.limit
    for extension in clock.extensions:
        told = limit.model_dump()
        if extension.to is not None:
            limit = extension.to
        else:
            told["within"]["amount"] += extension.plus
            limit = Limit.model_validate(told)
    return limit


def months_later(day: date, months: int) -> date:
    """The same day so many months on; where there is none, the day before that, and so on."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError
