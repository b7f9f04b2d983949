"""The register of background work. Rows move on by compare-and-swap: one worker at a time holds one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from django.db import close_old_connections, connections
from django.db.models import Max

from seawall.records.rows import rows as _rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Literal["waiting", "running", "done", "failed"]
_OPEN = ("waiting", "running")


class WorkRow(NamedTuple):
    """A piece of work; fields as in `work_models.Work`."""

    number: int
    key: str
    plan: str
    task: str
    lane: str
    arguments: str
    asked_by: str
    state: str
    asked_us: int
    next_us: int
    tried: int
    worker: str
    started_us: int | None
    ended_us: int | None
    result: str
    problem: str


class Wanted(NamedTuple):
    """Work to be asked for; fields as in `work_models.Work`."""

    key: str
    plan: str
    task: str
    lane: str
    arguments: str
    asked_by: str
    asked_us: int


def ask(wanted: Wanted) -> tuple[WorkRow, bool]:
    """Ask for work, once for its key; whether it was new."""
    defaults = {**wanted._asdict(), "state": "waiting", "next_us": wanted.asked_us, "tried": 0, "result": "{}"}  # fmt: skip
    row, new = _rows("Work").get_or_create(key=wanted.key, defaults=defaults)
    return WorkRow(*(getattr(row, name) for name in WorkRow._fields)), new


def take(lanes: Sequence[str], worker: str, *, now_us: int, hold_us: int) -> WorkRow | None:
    """Take up the work that waits longest, or whose worker holds it no longer; None where there is none."""
    waiting = _rows("Work").filter(state__in=_OPEN, lane__in=lanes, next_us__lte=now_us)
    for each in waiting.order_by("next_us", "number").values_list(*WorkRow._fields)[:10]:
        row = WorkRow(*each)
        taken = row._replace(
            state="running", next_us=now_us + hold_us, tried=row.tried + 1,
            worker=worker, started_us=now_us, ended_us=None,
        )  # fmt: skip
        if _as_read(row).update(**taken._asdict()):
            return taken
    return None


def hold(row: WorkRow, until_us: int) -> bool:
    """Go on holding work; False where another worker has it by now."""
    return bool(_held(row).update(next_us=until_us))


def finish(
    row: WorkRow, state: State, *, at_us: int, result: str = "{}", problem: str = ""
) -> bool:
    """Say what came of work; False where another worker has it by now."""
    done = {"state": state, "ended_us": at_us, "result": result, "problem": problem}
    return bool(_held(row).update(**done))


def give_back(row: WorkRow, at_us: int) -> bool:
    """Let another worker take work at once, as if it had not been begun; False where one has it by now."""
    return bool(_held(row).update(state="waiting", next_us=at_us, tried=row.tried - 1))


def row(number: int) -> WorkRow | None:
    """A piece of work; None where there is none of this number."""
    found = _rows("Work").filter(number=number).values_list(*WorkRow._fields).first()
    return None if found is None else WorkRow(*found)


def last_of(plan: str) -> WorkRow | None:
    """What was last asked for by an entry of the schedule."""
    rows = _rows("Work").filter(plan=plan).order_by("-asked_us")
    found = rows.values_list(*WorkRow._fields).first()
    return None if found is None else WorkRow(*found)


def last_of_plans() -> dict[str, WorkRow]:
    """What was last asked for by each entry of the schedule, in one question."""
    planned = _rows("Work").exclude(plan="").order_by()
    last = planned.values("plan").annotate(last=Max("number")).values("last")
    found = _rows("Work").filter(number__in=last).values_list(*WorkRow._fields)
    return {row.plan: row for row in (WorkRow(*each) for each in found)}


def listed(most: int, *, before: int | None = None, asked_by: str | None = None) -> list[WorkRow]:
    """Work, the newest first; of all, or of whoever asked; numbers below one where it is given."""
    rows = _rows("Work").order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    if asked_by is not None:
        rows = rows.filter(asked_by=asked_by)
    return [WorkRow(*each) for each in rows.values_list(*WorkRow._fields)[:most]]


def latest(task: str, told: str, most: int) -> list[WorkRow]:
    """The latest work of a task whose arguments hold a text, the newest first."""
    rows = _rows("Work").filter(task=task, arguments__contains=told).order_by("-number")
    return [WorkRow(*each) for each in rows.values_list(*WorkRow._fields)[:most]]


def forget(until_us: int, state: State) -> int:
    """Remove work in a state that was over by a time, all but the last of each plan; how much."""
    over = _rows("Work").filter(state=state, ended_us__lt=until_us)
    newest = [row.number for plan in _plans() if (row := last_of(plan)) is not None]
    count, _ = over.exclude(number__in=newest).delete()
    return int(count)


def _plans() -> list[str]:
    rows = _rows("Work").exclude(plan="").order_by("plan")
    return list(rows.values_list("plan", flat=True).distinct())


def refresh() -> None:
    """Let go of connections that failed, so that a database that came back is used again."""
    close_old_connections()


def let_go() -> None:
    """Close this thread's connections."""
    connections.close_all()


def _as_read(row: WorkRow) -> "QuerySet[Any]":
    same = {name: getattr(row, name) for name in ("number", "state", "next_us", "tried")}
    return _rows("Work").filter(**same)


def _held(row: WorkRow) -> "QuerySet[Any]":
    held = {name: getattr(row, name) for name in ("number", "tried", "worker")}
    return _rows("Work").filter(**held, state="running")
