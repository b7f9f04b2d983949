"""What people do in an exercise, noted as comments of the drill's case: read by people, and by the fold that scores it.

A note is one line behind a mark: what was done, with which step, and what else there is to say of it. So an exercise
is in the case's own chain, and in the ledger, event by event.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import get_args

from seawall.cases import case, playbook_run
from seawall.cases.drill import Drill
from seawall.cases.playbook_run import Event, PlaybookRun, UnableToFold, What

MARK = "[drill]"
INJECT = "inject"
_NONE = "-"
_PARTS = 5
WHATS: dict[str, What] = {each: each for each in get_args(What) if each != "started"}
"""What a note can tell."""


def written(event: Event) -> str:
    """An event as a note.

    >>> at = datetime(2026, 1, 1)
    >>> written(Event("known", at, "ivan", name="outage", value=True))
    '[drill] known - outage true'
    >>> written(Event("done", at, "ivan", "assess"))
    '[drill] done assess'
    """
    value = _NONE if event.value is None else json.dumps(event.value, ensure_ascii=False)
    parts = [MARK, event.what, event.step or _NONE, event.name or _NONE, value]
    while parts[-1] == _NONE:
        parts.pop()
    return " ".join(parts)


def inject(number: int) -> str:
    """The note that an inject was given; the first has number 1."""
    return f"{MARK} {INJECT} {number}"


def read(note: str, at: datetime, by: str) -> Event | None:
    """The event that a note tells of; None where it tells of none."""
    mark, what, step, name, value = (*note.split(" ", _PARTS - 1), *[_NONE] * _PARTS)[:_PARTS]
    if mark != MARK or what not in WHATS:
        return None
    try:
        told = None if value == _NONE else json.loads(value)
    except ValueError:
        return None
    if isinstance(told, list | dict):
        return None
    of, called = (None if each == _NONE else each for each in (step, name))
    return Event(WHATS[what], at, by, of, called, told)


def given(events: Iterable[case.Event]) -> dict[int, datetime]:
    """When each inject was given, by its number."""
    found: dict[int, datetime] = {}
    for event in _comments(events):
        mark, _, number = event.reason.rpartition(" ")
        if mark == f"{MARK} {INJECT}" and number.isascii() and number.isdigit():
            found.setdefault(int(number), event.at)
    return found


def played(events: Sequence[case.Event], began_at: datetime, by: str) -> tuple[Event, ...]:
    """The events of an exercise that a drill's case tells of, from when it began."""
    told = (read(event.reason, event.at, event.actor) for event in _comments(events))
    later = (each for each in told if each is not None and each.at >= began_at)
    return (Event("started", began_at, by), *later)


def run(planned: Drill, events: Sequence[Event], as_of: datetime) -> PlaybookRun:
    """The exercise that events make; a note that no exercise can have counts for nothing."""
    left = list(events)
    while True:
        try:
            return playbook_run.fold(planned.plan, left, as_of, exercise=True)
        except UnableToFold as error:
            if error.event is None or error.event.what == "started":
                raise
            left.remove(error.event)


def _comments(events: Iterable[case.Event]) -> Iterator[case.Event]:
    return (event for event in events if event.verb == "comment")
