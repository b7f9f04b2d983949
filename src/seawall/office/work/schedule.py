"""The schedule: a pack of cron lines, each naming a task; and when an entry was last due.

Cron lines are those of Debian's cron, in the schedule's time zone: an entry at an hour that a change of the clocks
leaves out is due when the clocks have gone on, and one at an hour that comes twice is due once.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from seawall.core import pack
from seawall.core.text import Text
from seawall.office.packs import PACKS

_CONFIG: Final = ConfigDict(frozen=True, extra="forbid")
_MINUTE: Final = timedelta(minutes=1)
_ID: Final = r"^[a-z][a-z0-9_]{0,62}$"


def _cron(line: str) -> str:
    try:
        CronSim(line, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f"this is no cron line: {error}") from None
    if len(line.split()) != len(("minute", "hour", "day", "month", "weekday")):
        raise ValueError("a cron line has five parts: minute, hour, day, month, weekday")
    return line


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("this is no time zone, such as Asia/Shanghai")
    return name


class Entry(BaseModel):
    """Something that is done again and again.

    Attributes:
        id: by which its runs are known.
        title: as people read it.
        cron: when it is due.
        task: what is done; see `tasks.TASKS`.
    """

    model_config = _CONFIG

    id: Annotated[str, Field(pattern=_ID)]
    title: Text
    cron: Annotated[str, AfterValidator(_cron)]
    task: str


class Schedule(BaseModel):
    """What is done when.

    Attributes:
        since: from when on it is so.
        zone: whose clocks the cron lines mean.
        keep_days: how long it is kept what became of work, by its state; the last run of each entry stays.
    """

    model_config = _CONFIG

    since: date
    title: Text
    rationale: Text
    zone: Annotated[str, AfterValidator(_zone)]
    keep_days: dict[str, Annotated[int, Field(ge=1)]]
    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _once(self) -> "Schedule":
        names = [each.id for each in self.entries]
        if len(names) != len(set(names)):
            raise ValueError("an entry is there twice")
        return self

    def entry(self, id_: str) -> Entry:
        """The entry of an id."""
        return next(each for each in self.entries if each.id == id_)

    def last_due(self, entry: Entry, at: datetime) -> datetime:
        """When an entry was due last, by a time; both aware, the answer in UTC."""
        before = at.astimezone(ZoneInfo(self.zone)).replace(second=0, microsecond=0) + _MINUTE
        return next(CronSim(entry.cron, before, reverse=True)).astimezone(UTC)

    def next_due(self, entry: Entry, at: datetime) -> datetime:
        """When an entry is due next, after a time; both aware, the answer in UTC."""
        return next(CronSim(entry.cron, at.astimezone(ZoneInfo(self.zone)))).astimezone(UTC)


class Example(BaseModel):
    """When an entry is due, after a time.

    Attributes:
        after: from when on it is asked.
        due: the next times, in order.
    """

    model_config = _CONFIG

    name: str
    entry: str
    after: AwareDatetime
    due: tuple[AwareDatetime, ...]


class Examples(BaseModel):
    """The cases beside a schedule."""

    model_config = _CONFIG

    cases: tuple[Example, ...]


def shipped() -> Schedule:
    """The shipped schedule."""
    return pack.read(PACKS / "schedule" / "schedule.yaml", Schedule)


def examples() -> Examples:
    """The cases beside it."""
    return pack.read(PACKS / "schedule" / "schedule.cases.yaml", Examples)


def wrong(schedule: Schedule, told: Examples) -> Iterator[str]:
    """Names of cases that do not come out."""
    for case in told.cases:
        entry, at, found = schedule.entry(case.entry), case.after, []
        for _ in case.due:
            at = schedule.next_due(entry, at)
            found.append(at)
        if found != list(case.due):
            yield case.name
