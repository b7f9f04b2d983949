"""Ask for work in the background, and see what became of it; the office's database is open.

What is asked for is a row before the asking returns: it is done, or told as failed, and never lost. It may be
done twice, where a worker was killed at its end; tasks are such that this changes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from seawall.acts.signing import Signed
from seawall.core.period import microseconds, moment_at, utc
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.office.work import results
from seawall.office.work.schedule import Schedule
from seawall.office.work.tasks import Task, task
from seawall.records import work_register as register
from seawall.records.work_register import Wanted, WorkRow

_PLANNER = "schedule"
PATIENCE = timedelta(minutes=5)
"""After what is due, before it is late."""


@dataclass(frozen=True)
class Job:
    """A piece of work as people see it; times are UTC.

    Attributes:
        plan: the schedule's entry; empty where somebody asked.
        state: `waiting`, `running`, `done` or `failed`.
        tried: how often a worker began it; more than once where one was killed.
        result: what came of it, as its task says.
        problem: why it failed; None where it did not.
    """

    number: int
    task: str
    title: Text
    plan: str
    state: str
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tried: int
    result: Mapping[str, object]
    problem: Text | None

    @property
    def came(self) -> Text:
        """What came of it, in words."""
        return results.told(self.result)

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed")


def ask(name: str, arguments: Mapping[str, object], signed: Signed) -> Job:
    """Ask for work; asked again as the same act, it is the same work.

    Args:
        name: the task's, as in `tasks.TASKS`.
        arguments: as the task declares them.
        signed: who asks.

    Raises:
        UnableToFindTask: there is no such task.
        UnableToAskFor: the arguments are not what the task takes.
    """
    asked = task(name)
    try:
        told = asked.arguments.model_validate(arguments)
    except ValidationError as error:
        raise UnableToAskFor(name, verbatim(str(error.errors()[0]["msg"]))) from None
    at_us = microseconds(signed.at)
    wanted = Wanted(signed.act, "", name, asked.lane, told.model_dump_json(), signed.by, at_us)
    row, _ = register.ask(wanted)
    return _job(row)


def plan(schedule: Schedule, since: datetime, at: datetime) -> int:
    """Ask for what is due by the schedule, each due time once whoever asks; how much was new.

    What was due several times while nobody worked is done once. An entry whose last run is not over waits for it.

    Args:
        schedule: what is due when.
        since: an entry that was never run is not due before then.
        at: now; both are aware.
    """
    new = 0
    for entry in schedule.entries:
        due = schedule.last_due(entry, at)
        last = register.last_of(entry.id)
        earliest = microseconds(since) if last is None else last.asked_us + 1
        if microseconds(due) < earliest or (last is not None and not _job(last).over):
            continue
        wanted = Wanted(f"{entry.id}:{due:%Y-%m-%dT%H:%MZ}", entry.id, entry.task, task(entry.task).lane,
                        "{}", _PLANNER, microseconds(due))  # fmt: skip
        new += register.ask(wanted)[1]
    return new


def job(number: int) -> Job:
    """A piece of work.

    Raises:
        UnableToFindJob: there is none of this number.
    """
    row = register.row(number)
    if row is None:
        raise UnableToFindJob(number)
    return _job(row)


def listed(most: int, *, before: int | None = None, asked_by: str | None = None) -> list[Job]:
    """Work, the newest first; of everybody, or of whoever asked; numbers below one where it is given."""
    return [_job(row) for row in register.listed(most, before=before, asked_by=asked_by)]


def latest(task: str, told: str, most: int) -> list[Job]:
    """The latest work of a task whose arguments hold a text, the newest first."""
    return [_job(row) for row in register.latest(task, told, most)]


def last_runs(schedule: Schedule) -> dict[str, Job | None]:
    """The last run of each entry of the schedule; None where there was none."""
    rows = register.last_of_plans()
    return {each.id: _job(rows[each.id]) if each.id in rows else None for each in schedule.entries}


def late(schedule: Schedule, at: datetime, runs: Mapping[str, Job | None]) -> tuple[str, ...]:
    """Entries of the schedule that are not done though they were due: no worker works, or one is stuck.

    An entry that was never run is not waited for, as long as others are run.

    Args:
        schedule: what is due when.
        at: now, aware.
        runs: what `last_runs` says.
    """
    if not any(runs.values()):
        return tuple(runs)
    before = at - PATIENCE
    return tuple(
        entry.id
        for entry in schedule.entries
        for last in [runs[entry.id]]
        if last is not None and last.asked_at < utc(schedule.last_due(entry, before))
    )


def result_text(result: Mapping[str, object]) -> str:
    """What came of work, as its row holds it."""
    return json.dumps(result, ensure_ascii=False)


def _job(row: WorkRow) -> Job:
    return Job(
        row.number, row.task, _title(row.task), row.plan, row.state, row.asked_by, moment_at(row.asked_us),
        moment_at(row.started_us), moment_at(row.ended_us), row.tried, json.loads(row.result),
        Text.model_validate_json(row.problem) if row.problem else None,
    )  # fmt: skip


def _title(name: str) -> Text:
    """The task's; its name where an earlier release had it."""
    try:
        found: Task = task(name)
    except Unable:
        return verbatim(name)
    return found.title


class UnableToAskFor(Unable, ValueError):
    """A task does not take these arguments."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(
                en="{name} does not take these arguments: {why}", zh="{name} 不接受这些参数：{why}"
            ),
            name=name,
            why=why,
        )


class UnableToFindJob(Unable, LookupError):
    """There is no work of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Text(en="there is no work of number {number}", zh="没有编号为 {number} 的任务"),
            number=number,
        )
