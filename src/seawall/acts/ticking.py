"""Let clocks tick: who is on duty warns of what is due soon, and notes what was not done in time.

Each warning and each lateness is an event of the case, once for each deadline; the owner of the clock is told.
A case's row says when its clocks want to be looked at next, so that a look costs what is due and not what is
open. When a calendar is published anew, `recount` says it anew for every open case.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from seawall.acts import handling
from seawall.acts.case_rows import TICK, waiting_and_told
from seawall.acts.handling import Desk
from seawall.cases.calendar import Calendar
from seawall.cases.case import Actor, Case, ClockRun, Command, written
from seawall.cases.due import Due, deadlines
from seawall.cases.kind import MACHINE, Kind
from seawall.core.period import microseconds
from seawall.records import case_register as register
from seawall.records.case_register import Listed

CLOCK = Actor("clock-1", frozenset({MACHINE}))
_TOGETHER = 500


class Tick(NamedTuple):
    """Something that a clock has to tell.

    Attributes:
        verb: `warn` or `breach`.
        at: when.
        due: when what it is about is due.
    """

    verb: str
    clock: str
    at: datetime
    due: datetime

    @property
    def key(self) -> str:
        """Of the command, so that it is told once."""
        return f"{TICK}{self.verb}:{self.clock}:{written(self.at)}"


def ticks(dues: tuple[Due, ...]) -> Iterator[Tick]:
    """What running clocks have to tell, ever."""
    for each in dues:
        if each.at is not None and each.state not in ("stopped", "paused"):
            yield from (Tick("warn", each.clock, warn, each.at) for warn in each.warns)
            yield Tick("breach", each.clock, each.at, each.at)


def next_at(kind: Kind, case: Case, calendars: Mapping[str, Calendar]) -> datetime | None:
    """When a case's clocks want to be looked at next; None where nothing is left to tell."""
    if kind.states[case.state].final:
        return None
    waiting = {name: run for name, run in case.clocks.items() if run.runs}
    return _next(kind, waiting, case.keys, calendars)


def _next(
    kind: Kind,
    waiting: Mapping[str, ClockRun],
    told: Collection[str],
    calendars: Mapping[str, Calendar],
) -> datetime | None:
    dues = deadlines(kind, waiting, calendars, datetime.max.replace(tzinfo=UTC))
    in_order = sorted(ticks(dues), key=lambda each: each.at)
    return next((each.at for each in in_order if each.key not in told), None)


def tick(desk: Desk, calendars: Mapping[str, Calendar], at: datetime) -> int:
    """Warn of, and note, what is due by now; how many events that were.

    Args:
        desk: where cases are handled.
        calendars: by name.
        at: now, UTC and aware.
    """
    done = 0
    while due := register.due(microseconds(at), _TOGETHER):
        before = done
        for row in due:
            done += _told(desk, row.case_id, calendars, at)
        if done == before:  # somebody else told it all, or a case refuses: another look later
            break
    return done


def _told(desk: Desk, case_id: str, calendars: Mapping[str, Calendar], at: datetime) -> int:
    """Tell what one case's clocks have to tell by now."""
    row = register.standing(case_id)
    if row is None:
        return 0
    kind = desk.kinds.of(row.kind_digest)
    waiting, told = waiting_and_told(row)
    dues = deadlines(kind, waiting, calendars, at)
    by_now = [each for each in ticks(dues) if each.at <= at and each.key not in told]
    for each in sorted(by_now, key=lambda each: each.at):
        fields = {"clock": each.clock, "due": written(each.due)}
        handling.handle(desk, case_id, Command(each.verb, CLOCK, at, each.key, fields))
    if not by_now:
        recounted(desk, row, calendars)
    return len(by_now)


def recounted(desk: Desk, row: register.CaseRow, calendars: Mapping[str, Calendar]) -> bool:
    """Say anew when a case's clocks want to be looked at; whether that is another time than before."""
    kind = desk.kinds.of(row.kind_digest)
    then = _next(kind, *waiting_and_told(row), calendars) if row.is_open else None
    next_us = None if then is None else microseconds(then)
    return next_us != row.next_us and register.restate(row, next_us)


def recount(desk: Desk, calendars: Mapping[str, Calendar]) -> int:
    """Count every open case's clocks again, as after a calendar was published; how many moved."""
    open_ones = register.listed_all(Listed(most=_TOGETHER))
    moved = 0
    while some := list(islice(open_ones, _TOGETHER)):
        with register.change():
            moved += sum(recounted(desk, row, calendars) for row in some)
    return moved
