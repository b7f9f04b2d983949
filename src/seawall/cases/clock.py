"""A clock of a case: when it is due, what of its limit has run, and in which state it is.

Everything is a function of values: the limit, the start, the calendar, pauses, extensions, and, where
the present matters, `as_of`. Nothing reads a clock.

Limits in minutes and hours measure time: the deadline is the first instant at which so much time,
without pauses, has passed. Limits in days and months count moments: every day has one, its closing,
its midnight or the time of day of the start, and the deadline is the n-th of them, after the day of
the start, at which the clock ran. A pause that begins at the deadline or later changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from seawall.cases import shifts
from seawall.cases.calendar import Calendar
from seawall.cases.counting import Count
from seawall.cases.limit import Limit
from seawall.core import period
from seawall.core.problem import Unable
from seawall.core.text import Text

State = Literal["running", "paused", "warned", "breached", "stopped"]


class UnableToKeepClock(Unable, ValueError):
    """What is told of a clock cannot have been."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the clock cannot be kept: {why}", zh="时钟不能成立：{why}"), why=why
        )


@dataclass(frozen=True)
class Pause:
    """A stretch in which a clock does not run; without `ends`, it has not been resumed."""

    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True)
class Extension:
    """More time: so much more of the limit's unit, or a new limit, counted from the same start.

    Whoever may grant it, and by whose approval, is not the clock's to know.

    Attributes:
        reason: why; on record.
    """

    reason: str
    plus: int | None = None
    to: Limit | None = None

    def __post_init__(self) -> None:
        """Check that it is one of the two, and has a reason."""
        if not self.reason.strip():
            raise UnableToKeepClock(Text(en="an extension has no reason", zh="延期没有理由"))
        if (self.plus is None) == (self.to is None) or (self.plus is not None and self.plus < 1):
            raise UnableToKeepClock(
                Text(
                    en="an extension adds to the limit, or sets a new one",
                    zh="延期须增加期限或另设期限",
                )
            )


@dataclass(frozen=True)
class Clock:
    """A clock: its limit, when it started, and what happened to it since. Times are UTC.

    Attributes:
        pauses: in order; only the last may be open.
        stopped_at: when what was due was done, or was no longer due.
    """

    limit: Limit
    started_at: datetime
    calendar: Calendar
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        """Check that the times are in order."""
        times = [self.started_at]
        for pause in self.pauses:
            times += [pause.begins] if pause.ends is None else [pause.begins, pause.ends]
        if any(pause.ends is None for pause in self.pauses[:-1]):
            raise UnableToKeepClock(
                Text(
                    en="a pause began before the one before it was resumed",
                    zh="前一次暂停尚未恢复，又开始了暂停",
                )
            )
        if any(period.utc(a) > period.utc(b) for a, b in pairwise(times)):
            raise UnableToKeepClock(
                Text(en="start and pauses are not in order", zh="起始与暂停的时间次序不对")
            )

    @property
    def limit_in_force(self) -> Limit:
        """The limit with its extensions."""
        limit = self.limit
        for extension in self.extensions:
            limit = limit.longer(extension.plus) if extension.plus else extension.to or limit
        return limit


@dataclass(frozen=True)
class Deadline:
    """When a clock is due.

    Attributes:
        at: the last instant in time (UTC); None while a pause holds it open.
        provisional: whether it depends on days whose holidays are not yet published.
        warns: when warnings are due, in order; none while `at` is open.
    """

    at: datetime | None
    provisional: bool = False
    warns: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Recomputed:
    """A clock's deadline under the calendar it had, and under a later one."""

    old: Deadline
    new: Deadline

    @property
    def moved(self) -> bool:
        """Whether the deadline itself is another."""
        return self.old.at != self.new.at


def due(clock: Clock) -> Deadline:
    """When a clock is due, by all that is told of it.

    >>> from datetime import date
    >>> from seawall.core.text import Text
    >>> always = Calendar(title=Text(en="always", zh="全天候"), since=date(2026, 1, 1), cite="example",
    ...     zone="UTC", weekend=(), shifts=({"begins": "00:00", "ends": "24:00"},))
    >>> due(Clock(Limit(within="36 calendar hours"), datetime(2026, 1, 1), always)).at
    datetime.datetime(2026, 1, 2, 12, 0)
    """
    count = _count(clock)
    end = count.end()
    if end is None:
        return Deadline(None)
    known = clock.calendar.known_until
    asked = known is not None and count.limit.asks_working_days
    return Deadline(
        period.moment_at(end.at),
        provisional=asked and shifts.day_at(end.day) > (known or date.max),
        warns=tuple(sorted(period.moment_at(each) for each in count.warns(end.at))),
    )


def elapsed(clock: Clock, as_of: datetime) -> timedelta:
    """What has run of a clock, without pauses, until it was stopped.

    Working time where the limit is one of working time or days; else all time.
    """
    seen = _seen(clock, as_of)
    until = as_of if seen.stopped_at is None else seen.stopped_at
    count = _count(seen)
    until_us = max(shifts.microseconds(until), count.start)
    return timedelta(microseconds=count.ran(count.limit.within.of, until_us))


def state_at(clock: Clock, as_of: datetime) -> State:
    """A clock's state as it was seen at a time; what came later is not seen.

    What is done at the very instant of the deadline is in time. Before its start a clock runs, and
    nothing of it has run.
    """
    seen = _seen(clock, as_of)
    return "stopped" if seen.stopped_at is not None else _state(seen, due(seen), as_of)


def standing(clock: Clock, as_of: datetime) -> tuple[Deadline, State]:
    """A clock's deadline by all that is told of it, and its state as it was seen at a time."""
    deadline, seen = due(clock), _seen(clock, as_of)
    # Mostly nothing came later, and what was seen is due when the clock is: counting is what takes long.
    return deadline, _state(seen, deadline if seen.pauses == clock.pauses else due(seen), as_of)


def _state(seen: Clock, deadline: Deadline, as_of: datetime) -> State:
    if seen.stopped_at is not None:
        return "stopped"
    now = period.utc(as_of)
    if deadline.at is not None and now > deadline.at:
        return "breached"
    if seen.pauses and seen.pauses[-1].ends is None:
        return "paused"
    return "warned" if any(now >= each for each in deadline.warns) else "running"


def recomputed(clock: Clock, published: Calendar) -> Recomputed:
    """A clock's deadline by its own calendar and by a later version of it."""
    return Recomputed(due(clock), due(replace(clock, calendar=published)))


def _count(clock: Clock) -> Count:
    return Count(
        limit=clock.limit_in_force,
        start=shifts.microseconds(clock.started_at),
        pauses=tuple(
            (
                shifts.microseconds(each.begins),
                None if each.ends is None else shifts.microseconds(each.ends),
            )
            for each in clock.pauses
        ),
        time=shifts.working_time(clock.calendar),
    )


def _seen(clock: Clock, as_of: datetime) -> Clock:
    """A clock without what came after a time."""
    now = period.utc(as_of)
    stopped = clock.stopped_at
    if not clock.pauses and (stopped is None or period.utc(stopped) <= now):
        return clock
    pauses = tuple(
        Pause(each.begins) if each.ends is None or period.utc(each.ends) > now else each
        for each in clock.pauses
        if period.utc(each.begins) <= now
    )
    stopped = None if stopped is None or period.utc(stopped) > now else stopped
    return replace(clock, pauses=pauses, stopped_at=stopped)
