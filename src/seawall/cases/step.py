"""The machine: a command to the event it leads to, or to every reason why it may not be.

It holds nothing and asks nobody: the same kind, case and command give the same answer. Whoever
calls it writes the event and the case together, or neither.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from seawall.cases import approving, built_in, problems, vetoes
from seawall.cases.act import ASK, Act, intent
from seawall.cases.applying import applied
from seawall.cases.built_in import BUILT_IN
from seawall.cases.case import Case, Command, Effect, Event, Json, opened_id
from seawall.cases.kind import Kind
from seawall.core.problem import Problem

LATE = ("warn", "breach")


@dataclass(frozen=True)
class Stepped:
    """What was done: the case after it, the events to be written, and what should follow."""

    case: Case
    events: tuple[Event, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Refused:
    """What was not done, and all that the first turn to find something found."""

    problems: tuple[Problem, ...]


def step(kind: Kind, case: Case | None, command: Command, as_of: datetime) -> Stepped | Refused:
    """Do one thing with a case.

    Args:
        kind: the version of the kind that the case goes by; for `upgrade`, the one it shall go by.
        case: as it stands; None opens one, under `opened_id(kind.id, command.key)`.
        command: what somebody wants done.
        as_of: now, in UTC: nothing is done later than that.
    """
    act = Act(kind, case, command)
    if found := tuple(vetoes.of_words(act)):
        return Refused(found)
    if case is not None and command.key in case.keys:
        return _again(act, case)
    for turn in _turns(act, as_of):
        if found := tuple(turn):
            return Refused(found)
    event = _event(act)
    after = applied(kind, case, event)
    return Stepped(after, (event,), tuple(_effects(act, event)))


def _again(act: Act, case: Case) -> Stepped | Refused:
    """A key that was used: the same act changes nothing, another one is refused."""
    command = replace(act.command, fields=act.given)
    readable = act.given.keys() == act.command.fields.keys()
    if readable and intent(command) == case.keys[command.key]:
        return Stepped(case, (), ())
    return Refused((act.problem(problems.KEY_REUSED, key=act.command.key),))


def _turns(act: Act, as_of: datetime) -> Iterator[Iterable[Problem]]:
    """What is asked of an act, turn by turn; a later turn may rely on what those before found good."""
    yield chain(vetoes.of_time(act, as_of), vetoes.of_version(act), vetoes.of_case(act))
    if act.case is not None and act.command.verb in BUILT_IN:
        yield from built_in.turns(act, act.case)
        return
    yield vetoes.of_verb(act)
    yield chain(vetoes.of_role(act, frozenset(act.verb.roles)), vetoes.of_fields(act),
                vetoes.of_reason(act, wanted=act.verb.reason), vetoes.of_links(act))  # fmt: skip
    yield vetoes.of_duties(act)
    yield chain(vetoes.of_state(act), vetoes.of_extension(act))
    yield vetoes.of_guard(act)
    yield approving.waits(act)


def _event(act: Act) -> Event:
    """What happens, once nothing stands against it: the act itself, or that approval is asked for."""
    case, command = act.case, act.command
    waiting = act.is_own and approving.needed(act) is not None
    asks = waiting and approving.request(act) is None
    told: dict[str, Json] = {**act.given}
    if asks:
        told = {"verb": command.verb, "digest": act.digest, "set": told,
                "links": [list(link) for link in command.links]}  # fmt: skip
    return Event(
        case=case.id if case else opened_id(act.kind.id, command.key),
        number=case.revision + 1 if case else 1,
        key=command.key,
        verb=ASK if asks else command.verb,
        actor=command.actor.name,
        on_behalf_of=command.actor.on_behalf_of,
        roles=tuple(sorted(command.actor.roles)),
        unit=command.actor.unit,
        at=command.at,
        state=case.state if asks and case else act.state,
        fields=told,
        reason=command.reason,
        links=() if asks else command.links,
        kind_digest=act.kind.digest,
        approved=act.digest if waiting and not asks else "",
        previous=case.head if case else "",
    )


def _effects(act: Act, event: Event) -> Iterator[Effect]:
    """What should follow: what the verb declares, and word to whoever must approve or is late."""
    known: dict[str, Json] = {"case": event.case, "event": event.number, "verb": event.verb}
    if event.verb == ASK:
        approval = act.verb.approval
        about: dict[str, Json] = {"verb": event.fields["verb"], "digest": event.fields["digest"]}
        for role in approval.by if approval else ():
            yield Effect("notify", role, {**known, **about})
    elif act.is_own:
        for declared in act.verb.effects:
            for kind, to in declared.items():
                yield Effect(kind, to, known)
    elif event.verb in LATE:
        clock = str(event.fields["clock"])
        yield Effect("notify", act.kind.clocks[clock].owner, {**known, "clock": clock})
