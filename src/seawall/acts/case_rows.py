"""Events and cases as the register keeps them, and back."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from seawall.cases.case import Case, Event, written
from seawall.cases.kind import Kind
from seawall.core.canonical import canonical
from seawall.core.period import microseconds
from seawall.records.case_register import CaseRow, EventRow, Need

_SILENT = frozenset({"ask", "approve", "withdraw", "comment", "link", "warn", "breach"})


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


def case_row(case: Case, kind: Kind, next_at: datetime | None) -> CaseRow:
    """A case as lists look it up.

    Args:
        case: as its events leave it.
        kind: the version that it goes by.
        next_at: when the next of its clocks warns or runs out.
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
        next_us=None if next_at is None else microseconds(next_at),
    )


def _content(case: Case) -> Mapping[str, object]:
    """What lists show of a case without reading its events."""
    return {
        "fields": case.fields,
        "links": [list(link) for link in case.links],
        "waits": sorted(case.asked),
        "last_editor": case.last_editor,
        "state_since": written(case.state_since),
    }


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
