"""Who reads cases of which kinds: by what the kind in force says, whatever version a case was opened under."""

from collections.abc import Mapping

from seawall.cases import people
from seawall.cases.case import Actor
from seawall.cases.kind import Kind
from seawall.office.cases import Counter, Seen
from seawall.records.case_lists import Line


def kinds(counter: Counter, roles: frozenset[str]) -> tuple[str, ...] | None:
    """The kinds that somebody with these roles reads; None where he reads them all."""
    known: Mapping[str, Kind] = counter.desk.kinds.in_force
    mine = tuple(name for name, kind in known.items() if kind.read_by(roles))
    return None if len(mine) == len(known) else mine


def reads_line(counter: Counter, actor: Actor, line: Line) -> bool:
    """Whether a case of a list may be shown to somebody: of a kind that he reads, or in his hands."""
    return _reads(counter, actor, line.kind) or line.assignee == people.one(actor.name)


def reads(counter: Counter, actor: Actor, seen: Seen) -> bool:
    """Whether somebody reads a case: as `reads_line`, and whoever opened one sees what became of it."""
    field = seen.kind.assignee
    has_it = field is not None and people.one(str(seen.case.fields.get(field, ""))) == people.one(
        actor.name
    )
    return has_it or seen.events[0].actor == actor.name or _reads(counter, actor, seen.kind.id)


def _reads(counter: Counter, actor: Actor, kind: str) -> bool:
    declared = counter.desk.kinds.in_force.get(kind)
    return declared is not None and declared.read_by(actor.roles)
