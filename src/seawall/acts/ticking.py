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
from seawall.acts.case_rows import NEVER, TICK, Times, us_of, waiting_and_told
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


def times(kind: Kind, case: Case, calendars: Mapping[str, Calendar]) -> Times:
    """When a case's clocks want to be looked at next, and when the first of them is due."""
    if kind.states[case.state].final:
        return NEVER
    waiting = {name: run for name, run in case.clocks.items() if run.runs}
    return _times(kind, waiting, case.keys, calendars)


def _times(
    kind: Kind,
    waiting: Mapping[str, ClockRun],
    told: Collection[str],
    calendars: Mapping[str, Calendar],
) -> Times:
    dues = deadlines(kind, waiting, calendars, datetime.max.replace(tzinfo=UTC))
    in_order = sorted(ticks(dues), key=lambda each: each.at)
    look_at = next((each.at for each in in_order if each.key not in told), None)
    return Times(look_at, min((each.at for each in dues if each.at), default=None))


def tick(desk: Desk, calendars: Mapping[str, Calendar], at: datetime) -> int:
    """Warn of, and note, what is due by now; how many events that were.

    Args:
        desk: where cases are handled.
        calendars: by name.
        at: now, UTC and aware.
    """
    done = 0
    while due := register.due(microseconds(at), _TOGETHER):
        came = [_told(desk, row.case_id, calendars, at) for row in due]
        done += sum(told for told, _ in came)
        if not any(moved for _, moved in came):
            break  # somebody else told it all, or a case refuses: another look later
    return done


def _told(
    desk: Desk, case_id: str, calendars: Mapping[str, Calendar], at: datetime
) -> tuple[int, bool]:
    """Tell what one case's clocks have to tell by now: how much that was, and whether its row moved on."""
    row = register.standing(case_id)
    if row is None:
        return 0, False
    kind = desk.kinds.of(row.kind_digest)
    waiting, told = waiting_and_told(row)
    dues = deadlines(kind, waiting, calendars, at)
    by_now = [each for each in ticks(dues) if each.at <= at and each.key not in told]
    for each in sorted(by_now, key=lambda each: each.at):
        fields = {"clock": each.clock, "due": written(each.due)}
        handling.handle(desk, case_id, Command(each.verb, CLOCK, at, each.key, fields))
    return len(by_now), bool(by_now) or recounted(desk, row, calendars)


def recounted(desk: Desk, row: register.CaseRow, calendars: Mapping[str, Calendar]) -> bool:
    """Say anew when a case's clocks want to be looked at and are due; whether that is another time than before."""
    kind = desk.kinds.of(row.kind_digest)
    then = _times(kind, *waiting_and_told(row), calendars) if row.is_open else NEVER
    found = (us_of(then.look_at), us_of(then.due_at))
    return found != (row.next_us, row.due_us) and register.restate(row, *found)


def recount(desk: Desk, calendars: Mapping[str, Calendar]) -> int:
    """Count every open case's clocks again, as after a calendar was published; how many moved."""
    open_ones = register.listed_all(Listed(most=_TOGETHER))
    moved = 0
    while some := list(islice(open_ones, _TOGETHER)):
        with register.change():
            moved += sum(recounted(desk, row, calendars) for row in some)
    return moved
