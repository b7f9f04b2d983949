"""When the clocks of a case are due: its runs, counted as its kind and the calendars say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from seawall.cases.calendar import Calendar
from seawall.cases.case import ClockRun
from seawall.cases.clock import Clock, Extension, Pause, State, standing
from seawall.cases.kind import Clock as Declared
from seawall.cases.kind import Kind
from seawall.cases.limit import Limit
from seawall.core.problem import Unable
from seawall.core.text import Text

ALWAYS = "always"
"""The calendar of a clock that names none."""


@dataclass(frozen=True)
class Due:
    """When one clock of a case is due.

    Attributes:
        clock: its name.
        owner: the role that is told.
        at: the last instant in time (UTC, aware); None while a pause holds it open.
        provisional: whether it depends on holidays that are not yet published.
        warns: when warnings are due, in order.
        state: as of the time asked.
    """

    clock: str
    owner: str
    at: datetime | None
    provisional: bool
    warns: tuple[datetime, ...]
    state: State


def deadlines(
    kind: Kind, runs: Mapping[str, ClockRun], calendars: Mapping[str, Calendar], as_of: datetime
) -> tuple[Due, ...]:
    """When each clock that counts in a case is due, those that were stopped too.

    Args:
        kind: the version of the kind that the case goes by.
        runs: the case's clocks.
        calendars: by name; those that the kind's clocks name, and `always`.
        as_of: the time of which the states are; UTC, aware.

    Raises:
        UnableToFindCalendar: a clock's calendar is not among them.
    """
    counting = ((name, run) for name, run in runs.items() if run.applies)
    return tuple(_due(kind.clocks[name], run, calendars, as_of) for name, run in counting)


def _due(
    declared: Declared, run: ClockRun, calendars: Mapping[str, Calendar], as_of: datetime
) -> Due:
    deadline, state = standing(kept(declared, run, calendars), as_of)
    return Due(
        run.name, declared.owner, deadline.at and _aware(deadline.at), deadline.provisional,
        tuple(map(_aware, deadline.warns)), state,
    )  # fmt: skip


def kept(declared: Declared, run: ClockRun, calendars: Mapping[str, Calendar]) -> Clock:
    """A run as the clocks' own value. Raises `UnableToFindCalendar`."""
    name = declared.calendar or ALWAYS
    if name not in calendars or declared.limit is None:
        raise UnableToFindCalendar(name)
    return Clock(
        limit=declared.limit, started_at=run.started_at, calendar=calendars[name],
        pauses=tuple(Pause(begins, ends) for begins, ends in run.pauses),
        extensions=_extensions(declared, declared.limit, run), stopped_at=run.stopped_at,
    )  # fmt: skip


def _extensions(declared: Declared, limit: Limit, run: ClockRun) -> tuple[Extension, ...]:
    steps = declared.longer[: run.extensions]
    longer = (limit.model_copy(update={"within": within}) for within in steps)
    return tuple(Extension(reason=declared.extension or "-", to=each) for each in longer)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


class UnableToFindCalendar(Unable, LookupError):
    """A clock counts by a calendar that was not given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="a clock counts by calendar {name}, which is not here",
                zh="时钟按日历 {name} 计算，但此处没有该日历",
            ),
            name=name,
        )
