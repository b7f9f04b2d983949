"""Which clocks run in a case: started, held, stopped and extended by its events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from seawall.cases import guards
from seawall.cases.case import Case, ClockRun, Event
from seawall.cases.kind import Clock, Kind
from seawall.core.expression import types

_NOON = time(12)


@dataclass(frozen=True)
class _Moment:
    """What a clock can see of an event."""

    verb: str
    entered: str | None
    state: str
    at: datetime
    sight: Mapping[str, types.Value]

    def among(self, names: tuple[str, ...]) -> bool:
        """Whether the event did one of these verbs, or led into one of these states."""
        return self.verb in names or self.entered in names


def runs(kind: Kind, before: Case | None, after: Case, event: Event) -> dict[str, ClockRun]:
    """The latest run of each clock, after an event.

    Args:
        kind: what declares them.
        before: the case before the event; None where that opened it.
        after: the case after it, but for the clocks themselves.
        event: what happened.
    """
    moved = before is None or before.state != after.state
    sight = guards.sight(kind, after, after.fields, after.links, event.at)
    moment = _Moment(event.verb, after.state if moved else None, after.state, event.at, sight)
    held = before.clocks if before else {}
    found = {name: _run(kind, name, held.get(name), moment) for name in kind.clocks}
    return {name: run for name, run in found.items() if run is not None}


def _run(kind: Kind, name: str, run: ClockRun | None, moment: _Moment) -> ClockRun | None:
    clock = kind.clocks[name]
    waits = run is not None and run.stopped_at is None
    if not waits and moment.among(clock.starts):
        times = run.times + 1 if run else 1
        run, waits = ClockRun(name, moment.at, moment.at, times), True
    if run is None or not waits:
        return run
    since, applies = _since(clock, run, moment), _applies(kind, clock, moment)
    if (since, applies) != (run.started_at, run.applies):
        run = replace(run, started_at=since, applies=applies)
    if moment.verb == clock.extension and can_extend(clock, run):
        run = replace(run, extensions=run.extensions + 1)
    if moment.among(clock.stops):
        return replace(_held(run, moment, held=False), stopped_at=moment.at)
    return _held(run, moment, held=moment.state in clock.pauses)


def can_extend(clock: Clock, run: ClockRun) -> bool:
    """Whether a clock runs, and there is a longer time to extend it to."""
    return run.runs and run.extensions < len(clock.longer)


def _since(clock: Clock, run: ClockRun, moment: _Moment) -> datetime:
    """From when a run counts: for the first one what a field says, if it is known and earlier."""
    told = moment.sight.get(clock.since) if clock.since and run.times == 1 else None
    if not isinstance(told, date):
        return run.triggered_at
    # A day's noon in UTC is on that day in every zone where a lender may be.
    at = told if isinstance(told, datetime) else datetime.combine(told, _NOON)
    return min(at.replace(tzinfo=UTC), run.triggered_at)


def _applies(kind: Kind, clock: Clock, moment: _Moment) -> bool:
    return clock.when is None or guards.truth(kind, clock.when, moment.sight) is True


def _held(run: ClockRun, moment: _Moment, *, held: bool) -> ClockRun:
    """A run that stands still, or goes on."""
    still = bool(run.pauses) and run.pauses[-1][1] is None
    if held and not still:
        return replace(run, pauses=(*run.pauses, (moment.at, None)))
    if still and not held:
        since = run.pauses[-1][0]
        return replace(run, pauses=(*run.pauses[:-1], (since, moment.at)))
    return run
