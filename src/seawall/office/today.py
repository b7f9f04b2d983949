"""What waits for somebody: alerts, cases he can move, approvals that he can give, deadlines, drills, proposals."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from seawall.acts.case_rows import events_of
from seawall.acts.granting import Token
from seawall.cases import choices, people
from seawall.cases.case import Actor
from seawall.cases.choices import Asked
from seawall.cases.fold import fold
from seawall.core.period import microseconds
from seawall.office import queues, readers, units
from seawall.office.cases import Counter
from seawall.office.confirmations import Confirmations, confirmations
from seawall.office.queues import Shown
from seawall.records import case_lists, policy_register
from seawall.records import case_register as register
from seawall.records.case_lists import Which
from seawall.records.people_register import PersonRow
from seawall.records.policy_register import Waiting

MOST = 10
"""Of each sort, with one more to tell that there are more."""
AHEAD = timedelta(days=7)
"""How far deadlines are looked ahead for."""
_LOOKED_AT = 200
"""Of what is sifted afterwards, by what only a kind can tell."""
_FOLDED_MOST = 30
ALERT, DRILL = "alert", "drill"


@dataclass(frozen=True)
class Approvable:
    """Something that somebody may approve."""

    case: Shown
    asked: Asked


@dataclass(frozen=True)
class Today:
    """What waits for somebody; each at most `MOST + 1`, the last only to say that there are more.

    Attributes:
        alerts: that are open and that he can move.
        mine: cases that name him.
        movable: other cases in a state from which one of his roles leads on.
        approvals: what he may approve.
        deadlines: that passed or come within `AHEAD`, of kinds that his roles have to do with; the first first.
        drills: planned and running.
        proposals: policies that he may approve.
        people, tokens: access that he may confirm.
    """

    alerts: tuple[Shown, ...]
    mine: tuple[Shown, ...]
    movable: tuple[Shown, ...]
    approvals: tuple[Approvable, ...]
    deadlines: tuple[Shown, ...]
    drills: tuple[Shown, ...]
    proposals: tuple[Waiting, ...]
    people: tuple[PersonRow, ...]
    tokens: tuple[tuple[int, Token], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing waits at all."""
        return not any(vars(self).values())


def today(counter: Counter, actor: Actor, *, policies: bool, reviews: bool) -> Today:
    """What waits for somebody now, in a fixed number of questions to the database.

    Args:
        counter: where cases are handled.
        actor: who asks, with his roles and his unit.
        policies: whether he may approve policies.
        reviews: whether he may confirm what others ask of access.
    """
    known = case_lists.known_units()
    sees = units.seen(actor.unit, known)
    lists = _lists(counter, actor, sees)
    if sees is None:  # the index of deadlines begins with units
        lists["deadlines"] = replace(lists["deadlines"], units=known)
    sifted = {name: lists.pop(name) for name in ("waits", "deadlines")}
    found = case_lists.several(sifted, _LOOKED_AT) | case_lists.several(lists, 2 * MOST + 2)
    cases = {name: queues.shown(counter, lines) for name, lines in found.items()}
    named = {each.line.case_id for each in cases["mine"]}
    touched = {kind.id for kind in counter.desk.kinds.in_force.values() if kind.roles & actor.roles}
    access = confirmations(actor.name, actor.unit) if reviews else Confirmations()
    return Today(
        alerts=_first(cases["alerts"]),
        mine=_first(cases["mine"]),
        movable=_first(each for each in cases["movable"] if each.line.case_id not in named),
        approvals=tuple(_approvable(counter, cases["waits"], actor)),
        deadlines=_first(each for each in cases["deadlines"] if each.line.kind in touched),
        drills=_first(cases["drills"]),
        proposals=_proposals(actor) if policies else (),
        people=access.people[: MOST + 1],
        tokens=access.tokens[: MOST + 1],
    )


def _first(cases: Iterable[Shown]) -> tuple[Shown, ...]:
    return tuple(each for each, _ in zip(cases, range(MOST + 1), strict=False))


def _lists(counter: Counter, actor: Actor, sees: tuple[str, ...] | None) -> dict[str, Which]:
    kinds = counter.desk.kinds.in_force
    moves = {
        name: tuple((name, state) for state in choices.moves(kind, actor.roles))
        for name, kind in kinds.items()
    }
    others = tuple(place for name, places in moves.items() if name != ALERT for place in places)
    drills = tuple((DRILL, state) for state in sorted(kinds[DRILL].open_states()))
    reads = readers.kinds(counter, actor.roles)
    until_us = microseconds(counter.desk.clock() + AHEAD)
    return {
        "mine": Which(units=sees, assignee=people.one(actor.name)),
        "waits": Which(units=sees, kinds=reads, waits=True, is_open=None),
        "deadlines": Which(units=sees, kinds=reads, due_until_us=until_us, order="due"),
        "drills": Which(units=sees, places=drills),
        "alerts": Which(units=sees if moves[ALERT] else (), places=moves[ALERT]),
        "movable": Which(units=sees if others else (), places=others),
    }


def _approvable(counter: Counter, waiting: Iterable[Shown], actor: Actor) -> Iterable[Approvable]:
    """What waits for an approval that somebody may give; only the machine knows, so that cases are folded."""
    close = [each for each in waiting if choices.approves(each.kind, actor.roles)][:_FOLDED_MOST]
    events = register.events_of_all([each.line.case_id for each in close])
    for each in close:
        told = events_of(events[each.line.case_id])
        versions = counter.desk.kinds.several({event.kind_digest for event in told})
        case, who = fold(versions, told), units.acting(actor, each.line.unit)
        for asked in choices.requests(each.kind, case, who, counter.desk.clock()):
            if not asked.against:
                yield Approvable(each, asked)


def _proposals(actor: Actor) -> tuple[Waiting, ...]:
    """Proposed versions that somebody else wrote, and that he did not approve yet."""
    return tuple(
        each
        for each in policy_register.waiting(MOST + 1)
        if actor.name not in each.makers and actor.name not in each.approved_by
    )
