"""What an event makes of a case. The one place where cases change: by a step, and by a fold."""

from collections.abc import Mapping
from dataclasses import replace

from seawall.cases import running
from seawall.cases.act import ASK, EDIT, command_of, intent, joined, laid
from seawall.cases.case import Case, Event, Request, Value
from seawall.cases.kind import Kind

_ABOUT = (ASK, "approve", "withdraw")


def applied(kind: Kind, case: Case | None, event: Event) -> Case:
    """The case after an event that may follow (`step` sees to that).

    Args:
        kind: the version that the event was made under.
        case: as it was; none where the event opened it.
        event: what happened.
    """
    before = case or _unopened(kind, event)
    given = _given(kind, event)
    makes = case is None or bool(given)
    after = replace(
        before,
        kind_digest=event.kind_digest,
        state=event.state,
        ended=kind.states[event.state].final,
        fields=laid(before.fields, given),
        revision=event.number,
        changed_at=event.at,
        state_since=before.state_since if before.state == event.state else event.at,
        makers=before.makers | {*_behind(event)} if makes else before.makers,
        last_editor=event.actor if makes else before.last_editor,
        done_by=_done_by(before, event),
        acting=before.acting | _acting(event),
        links=joined(before.links, event.links),
        asked=_asked(_waiting(before, event, given), event),
        settled=before.settled or bool(event.approved),
        keys={**before.keys, event.key: intent(command_of(event))},
        head=event.digest,
    )
    return replace(after, clocks=running.runs(kind, case, after, event))


def _unopened(kind: Kind, event: Event) -> Case:
    """The case as if it had been there before its first event."""
    at = event.at
    return Case(
        id=event.case, kind=kind.id, kind_digest=kind.digest, unit=event.unit, state="", ended=False, fields={},
        revision=0, opened_at=at, changed_at=at, state_since=at, makers=frozenset(), last_editor="",
        done_by={}, acting=frozenset(), links=(), clocks={}, asked={}, settled=False, keys={}, head="",
    )  # fmt: skip


def _given(kind: Kind, event: Event) -> Mapping[str, Value]:
    """What an event set of the case's own fields."""
    if event.verb not in kind.verbs and event.verb != EDIT:
        return {}
    return _plain(event.fields)


def _plain(fields: Mapping[str, object]) -> dict[str, Value]:
    """Fields of events, which hold nothing but plain values."""
    return {
        name: value
        for name, value in fields.items()
        if value is None or isinstance(value, str | int | float)
    }


def _behind(event: Event) -> tuple[str, ...]:
    return (event.actor, event.on_behalf_of) if event.on_behalf_of else (event.actor,)


def _done_by(case: Case, event: Event) -> Mapping[str, tuple[str, ...]]:
    done = (*case.done_by.get(event.verb, ()), *_behind(event))
    return {**case.done_by, event.verb: tuple(dict.fromkeys(done))}


def _acting(event: Event) -> frozenset[tuple[str, str]]:
    return frozenset({(event.actor, event.on_behalf_of)} if event.on_behalf_of else ())


def _waiting(case: Case, event: Event, given: Mapping[str, Value]) -> Mapping[str, Request]:
    """The requests that an event leaves waiting: none, if it changed what they are about."""
    moved = event.state != case.state or event.kind_digest != case.kind_digest
    return {} if moved or given or event.links else case.asked


def _asked(waiting: Mapping[str, Request], event: Event) -> dict[str, Request]:
    """What waits for approval after an event that left these waiting."""
    about = str(event.fields["verb"]) if event.verb in _ABOUT else event.verb
    rest = {verb: request for verb, request in waiting.items() if verb != about}
    if event.verb == ASK:
        return {**rest, about: _request(event)}
    if event.verb == "approve":
        approval = (event.actor, event.on_behalf_of)
        request = waiting[about]
        return {**rest, about: replace(request, approvals=(*request.approvals, approval))}
    return rest


def _request(event: Event) -> Request:
    asked = command_of(event)
    return Request(
        verb=asked.verb, digest=str(event.fields["digest"]),
        asked_by=event.actor, on_behalf_of=event.on_behalf_of, at=event.at,
        fields=_plain(asked.fields), reason=event.reason, links=asked.links,
    )  # fmt: skip
