"""Open what follows from a case: a dispute becomes a complaint, a weak control a finding.

A verb may declare that a case of another kind opens by it; its event queues an errand, and `follow` takes it
up. The machine opens the new case with what the old one knows, as of the event: fields of one name and type.
The key of the errand is that of the new case, so that it is opened once. What cannot be opened is given up
with its reason, for `case tick` to list: a person opens it then.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from seawall.acts import handling
from seawall.acts.case_rows import events_of
from seawall.acts.handling import Desk, UnableToFindKind, errand_key
from seawall.cases.case import Actor, Case, Command, Event
from seawall.cases.fold import fold
from seawall.cases.kind import MACHINE, Kind
from seawall.core.period import microseconds, span_us
from seawall.core.problem import Unable
from seawall.records import case_register as register
from seawall.records.case_register import ErrandRow, Outcome

OPEN = "open"
FOLLOWER = "follower-1"
HOLD = timedelta(minutes=1)
"""How long whoever opens a case has for it, and the wait until it is tried again."""
TRIES = 5
_TOGETHER = 200
_SAID_MOST = 300


def follow(desk: Desk, at: datetime) -> int:
    """Open the cases that wait to be opened; how many were.

    Args:
        desk: where cases are handled.
        at: now, UTC and aware.
    """
    opened = 0
    for errand in register.take(OPEN, microseconds(at), span_us(HOLD), _TOGETHER):
        try:
            outcome, said = _opened(desk, errand)
        except UnableToFindKind as error:
            outcome, said = "dead", str(error)
        except Unable as error:  # somebody was quicker, or the database is away: not for ever
            if errand.tried < TRIES:
                register.put_off(errand, microseconds(at + HOLD), str(error)[:_SAID_MOST])
                continue
            outcome, said = "dead", str(error)
        register.finish(errand, outcome, said[:_SAID_MOST])
        opened += outcome == "done"
    return opened


def _opened(desk: Desk, errand: ErrandRow) -> tuple[Outcome, str]:
    """Open what one errand asks for: what came of it, and why."""
    events = events_of(register.events(errand.case_id))[: errand.place]
    versions = {each.kind_digest: desk.kinds.of(each.kind_digest) for each in events}
    wanted = _declared(versions, events, errand)
    if wanted is None:
        return "dead", "no event of the case asks for it: the errand is not of the house"
    old, event = fold(versions, events), events[-1]
    kind = versions[event.kind_digest]
    if _leads_already(kind, old, wanted):
        return "dropped", f"{old.id} leads to a case of kind {wanted} already"
    new = desk.kinds.opening(wanted)
    verb = _opening(new)
    came = handling.open_case(desk, wanted, _command(new, verb, (kind, old), (event, errand)))
    if came.case is None:
        return "dead", "; ".join(each.message.en for each in came.problems)
    return "done", came.case.id


def _declared(versions: Mapping[str, Kind], events: list[Event], errand: ErrandRow) -> str | None:
    """The kind that the event's verb says is opened: the row of an errand alone opens nothing."""
    if not events or events[-1].number != errand.place:
        return None
    event = events[-1]
    verb = versions[event.kind_digest].verbs.get(event.verb)
    effects = [pair for each in verb.effects for pair in each.items()] if verb else []
    for place, (task, wanted) in enumerate(effects):
        if task == OPEN and errand.key == errand_key(event, OPEN, place):
            return wanted
    return None


def _leads_already(kind: Kind, old: Case, wanted: str) -> bool:
    """Whether somebody linked such a case before, and there is no place for another one."""
    count = [name for name, _ in old.links].count
    return any(wanted in link.to and count(name) >= link.most for name, link in kind.links.items())


def _opening(kind: Kind) -> str:
    """The verb by which the machine opens a case; where none is its own, the first, for its refusal."""
    opening = [name for name, verb in kind.verbs.items() if verb.opens]
    allowed = [name for name in opening if MACHINE in kind.verbs[name].roles]
    return (allowed or opening)[0]


def _command(
    new: Kind, verb: str, origin: tuple[Kind, Case], cause: tuple[Event, ErrandRow]
) -> Command:
    (kind, old), (event, errand) = origin, cause
    links = [(name, old.id) for name, link in new.links.items() if kind.id in link.to][:1]
    return Command(
        verb=verb,
        actor=Actor(FOLLOWER, frozenset({MACHINE}), unit=old.unit),
        at=event.at,
        key=errand.key,
        fields=dict(_carried(new, verb, kind, old.fields)),
        reason=f"{event.verb}: {old.id}",
        links=tuple(links),
    )


def _carried(
    new: Kind, verb: str, kind: Kind, known: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """What the old case knows and the new one may be told: fields of one name and type."""
    for name in new.settable(new.verbs[verb]):
        if name in known and kind.fields[name].type == new.fields[name].type:
            yield name, known[name]
