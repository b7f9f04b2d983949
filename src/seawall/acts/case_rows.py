"""Events and cases as the register keeps them, and back."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from seawall.cases import people
from seawall.cases.case import Case, ClockRun, Event, written
from seawall.cases.kind import Kind
from seawall.core.canonical import canonical
from seawall.core.period import microseconds
from seawall.records.case_register import CaseRow, EventRow, Need

TICK = "tick:"
"""How the keys of what clocks do begin."""
_SILENT = frozenset({"ask", "approve", "withdraw", "comment", "attach", "link", "warn", "breach"})
TITLE_MOST, ASSIGNEE_MOST = 200, 120


class Times(NamedTuple):
    """What clocks want of a case's row.

    Attributes:
        look_at: when they want to be looked at next; None where nothing is left to tell.
        due_at: the earliest deadline of one that runs, past ones too; None where none runs.
    """

    look_at: datetime | None
    due_at: datetime | None


NEVER = Times(None, None)


def row_of(event: Event) -> EventRow:
    """An event as it is kept."""
    about = event.fields["digest"] if event.verb in {"ask", "approve"} else event.approved
    return EventRow(
        case_id=event.case,
        place=event.number,
        key=event.key,
        kind_digest=event.kind_digest,
        verb=event.verb,
        actor=event.actor,
        on_behalf_of=event.on_behalf_of or "",
        at_us=microseconds(event.at),
        state=event.state,
        edits=bool(event.fields) and event.verb not in _SILENT,
        concerns=str(about),
        body=canonical(event.content).decode(),
        digest=event.digest,
        previous=event.previous,
    )


def event_of(row: EventRow) -> Event:
    """The event that a row's body tells of."""
    told: dict[str, Any] = json.loads(row.body)
    told["at"] = datetime.fromisoformat(told["at"]).astimezone(UTC)
    told["roles"] = tuple(told["roles"])
    told["links"] = tuple((name, to) for name, to in told["links"])
    return Event(**told)


def case_row(case: Case, kind: Kind, times: Times) -> CaseRow:
    """A case as lists look it up.

    Args:
        case: as its events leave it.
        kind: the version that it goes by.
        times: of its clocks.
    """
    return CaseRow(
        case_id=case.id,
        kind=case.kind,
        kind_digest=case.kind_digest,
        unit=case.unit,
        state=case.state,
        is_open=not kind.states[case.state].final,
        revision=case.revision,
        head=case.head,
        content=canonical(_content(case)).decode(),
        opened_us=microseconds(case.opened_at),
        changed_us=microseconds(case.changed_at),
        next_us=us_of(times.look_at),
        title=titled(case, kind),
        assignee=_assignee(case, kind),
        waits=bool(case.asked),
        due_us=us_of(times.due_at),
    )


def us_of(at: datetime | None) -> int | None:
    """A time as rows hold it."""
    return None if at is None else microseconds(at)


def titled(case: Case, kind: Kind) -> str:
    """What a case is called by: the first line of the field that its kind puts first; empty without one."""
    told = case.fields.get(kind.heading) if kind.heading else None
    lines = told.strip().splitlines() if isinstance(told, str) else []
    return lines[0][:TITLE_MOST] if lines else ""


def _assignee(case: Case, kind: Kind) -> str:
    """Who has a case in hand, as names are compared."""
    told = case.fields.get(kind.assignee) if kind.assignee else None
    return people.one(told)[:ASSIGNEE_MOST] if isinstance(told, str) else ""


def _content(case: Case) -> Mapping[str, object]:
    """What lists and clocks need of a case without reading its events."""
    return {
        "clocks": {name: _run(run) for name, run in case.clocks.items()},
        "ticks": sorted(key for key in case.keys if key.startswith(TICK)),
        "fields": case.fields,
        "links": [list(link) for link in case.links],
        "waits": sorted(case.asked),
        "last_editor": case.last_editor,
        "state_since": written(case.state_since),
    }


def _run(run: ClockRun) -> dict[str, object]:
    return {
        "triggered_at": written(run.triggered_at),
        "started_at": written(run.started_at),
        "pauses": [[written(begins), ends and written(ends)] for begins, ends in run.pauses],
        "stopped_at": run.stopped_at and written(run.stopped_at),
        "extensions": run.extensions,
        "applies": run.applies,
    }


def waiting_and_told(row: CaseRow) -> tuple[dict[str, ClockRun], frozenset[str]]:
    """The clocks of a case that still wait for something, and what its clocks told already, by its row."""
    content = json.loads(row.content)
    told = content["clocks"].items()
    waiting = {
        name: _run_of(name, run) for name, run in told if run["applies"] and not run["stopped_at"]
    }
    return waiting, frozenset(content["ticks"])


def _run_of(name: str, run: Mapping[str, Any]) -> ClockRun:
    return ClockRun(
        name=name,
        triggered_at=_moment(run["triggered_at"]),
        started_at=_moment(run["started_at"]),
        pauses=tuple((_moment(begins), ends and _moment(ends)) for begins, ends in run["pauses"]),
        extensions=run["extensions"],
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def needs_of(kind: Kind) -> dict[str, Need]:
    """How many others must approve each verb, as the database asks for it."""
    return {
        name: Need(verb.approval.people, always=verb.approval.when is None)
        for name, verb in kind.verbs.items()
        if verb.approval is not None
    }


def events_of(rows: Sequence[EventRow]) -> list[Event]:
    """The events of rows, in order."""
    return [event_of(row) for row in rows]
