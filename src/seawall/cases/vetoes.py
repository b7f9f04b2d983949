"""What stands against an act: each function finds all of one sort."""

from collections.abc import Iterator
from datetime import datetime

from seawall.cases import guards, people, problems
from seawall.cases.act import EDIT, TOLD, UPGRADE, Act
from seawall.cases.case import Case, written
from seawall.cases.kind import TEXT_MOST, Kind
from seawall.cases.running import can_extend
from seawall.core.canonical import UnableToSpell, canonical
from seawall.core.institution import inside
from seawall.core.problem import Problem

KEY_MOST = 200
UNIT_MOST = 120
_NUL = "\\u0000"


def of_words(act: Act) -> Iterator[Problem]:
    """Names, keys and reasons that no act can have."""
    command, actor, key = act.command, act.command.actor, act.command.key
    for name in (actor.name, *(() if actor.on_behalf_of is None else (actor.on_behalf_of,))):
        if not people.readable(name):
            yield act.problem(problems.NAME_UNCLEAR, name=ascii(name))
    if actor.on_behalf_of and people.one(actor.on_behalf_of) == people.one(actor.name):
        yield act.problem(problems.ON_OWN_BEHALF)
    if not key.strip() or len(key) > KEY_MOST:
        yield act.problem(problems.KEY_UNCLEAR, most=KEY_MOST)
    told = {"verb": command.verb, "key": key, "reason": command.reason, "unit": actor.unit}
    for what, value in {**told, "links": command.links, "roles": sorted(actor.roles)}.items():
        most = UNIT_MOST if what == "unit" else TEXT_MOST
        if not _spelled(value) or len(value) > most:
            yield act.problem(problems.TEXT_UNCLEAR, what=what, most=most)


def _spelled(value: object) -> bool:
    """Whether JSON can spell it, and every database keep it: PostgreSQL has no place for U+0000."""
    try:
        text = canonical(value).decode()
    except UnableToSpell:
        return False
    return _NUL not in text.replace("\\\\", "")


def of_time(act: Act, as_of: datetime) -> Iterator[Problem]:
    """Whether the act is after the case's last event and not after now."""
    at, since = act.command.at, act.case.changed_at if act.case else None
    if at.tzinfo is None or at > as_of or (since is not None and at < since):
        least = written(since) if since else "-"
        yield act.problem(problems.TIME, at=at.isoformat(), least=least, most=written(as_of))


def of_version(act: Act) -> Iterator[Problem]:
    """Whether the kind is the version that the case goes by."""
    case, digest = act.case, act.kind.digest
    if case is None:
        return
    moves = act.command.verb == UPGRADE and case.kind == act.kind.id
    if case.kind_digest != digest and not moves:
        yield act.problem(problems.VERSION, pinned=case.kind_digest[:12], given=digest[:12])


def of_case(act: Act) -> Iterator[Problem]:
    """Whether the act is about the case as it is, by somebody of its unit."""
    case, command = act.case, act.command
    if case is None:
        return
    if command.revision not in (None, case.revision):
        yield act.problem(problems.MOVED_ON, seen=command.revision, now=case.revision)
    if not within(case.unit, command.actor.unit):
        yield act.problem(problems.UNIT, unit=case.unit, other=command.actor.unit)


def of_verb(act: Act) -> Iterator[Problem]:
    """Whether there is such a verb, and a case that it needs."""
    known = ", ".join(act.kind.verbs)
    if not act.is_own and act.command.verb in TOLD.keys() | {EDIT}:
        yield _not_opened(act)
    elif not act.is_own:
        yield act.problem(problems.VERB_UNKNOWN, kind=act.kind.id, known=known)


def _not_opened(act: Act) -> Problem:
    known = ", ".join(name for name, verb in act.kind.verbs.items() if verb.opens)
    return act.problem(problems.NOT_OPENED, known=known)


def of_fields(act: Act) -> Iterator[Problem]:
    """Whether the fields are those of the verb, readable, and all that it needs."""
    allowed = {name: act.kind.fields[name] for name in act.kind.settable(act.verb)}
    yield from act.misfits(allowed, act.kind.needed(act.verb))


def of_role(act: Act, roles: frozenset[str]) -> Iterator[Problem]:
    """Whether the actor has one of these roles."""
    if not act.command.actor.roles & roles:
        yield act.problem(problems.ROLE, roles=", ".join(sorted(roles)))


def of_reason(act: Act, *, wanted: bool) -> Iterator[Problem]:
    """Whether the act says why, where it must."""
    if wanted and not act.command.reason.strip():
        yield act.problem(problems.REASON_MISSING, most=TEXT_MOST)


def of_links(act: Act) -> Iterator[Problem]:
    """Whether the links lead where the kind says, and are not too many."""
    declared = act.kind.links
    for name, to in act.command.links:
        if name not in declared or to.rpartition("-")[0] not in declared[name].to:
            known = "; ".join(f"{each} → {', '.join(link.to)}" for each, link in declared.items())
            kind = act.kind.id
            yield act.problem(problems.LINK_UNKNOWN, kind=kind, link=name, case=to, known=known)
    for name, link in declared.items():
        if sum(each == name for each, _ in act.links) > link.most:
            yield act.problem(problems.LINK_MOST, link=name, most=link.most)


def of_duties(act: Act) -> Iterator[Problem]:
    """Whether the actor did what is kept apart from the verb."""
    if act.case is None:
        return
    for other in act.verb.duties:
        if people.did(act.case, other, act.command.actor):
            yield act.problem(problems.DUTIES, other=other)


def of_state(act: Act) -> Iterator[Problem]:
    """Whether the verb is done in the state that the case is in."""
    kind, case = act.kind, act.case
    if case is None and not act.verb.opens:
        yield _not_opened(act)
    elif case is not None and not kind.leads(act.verb, case.state):
        yield closed(act, case)


def closed(act: Act, case: Case) -> Problem:
    """That the state does not allow the verb, and what it does allow."""
    return act.problem(
        problems.STATE, state=case.state, known=", ".join(ways(act.kind, case)) or "-"
    )


def ways(kind: Kind, case: Case) -> list[str]:
    """The kind's own verbs that lead on from where a case is."""
    here = case.state
    return [n for n, verb in kind.verbs.items() if here in kind.states and kind.leads(verb, here)]


def of_extension(act: Act) -> Iterator[Problem]:
    """Whether a verb that extends clocks finds one that runs and may still be extended."""
    clocks, runs = act.kind.clocks, act.case.clocks if act.case else {}
    extended = [name for name, clock in clocks.items() if clock.extension == act.command.verb]
    if extended and not any(
        name in runs and can_extend(clocks[name], runs[name]) for name in extended
    ):
        yield act.problem(problems.NOT_EXTENDED, clocks=", ".join(extended))


def of_guard(act: Act) -> Iterator[Problem]:
    """Whether the verb's condition is true of the case as it would be."""
    guard = act.verb.guard
    if guard is not None and guards.truth(act.kind, guard, act.sight) is not True:
        yield act.problem(problems.GUARD, guard=guard)


def within(unit: str, above: str) -> bool:
    """Whether a unit is the other one, or part of it; "" is the whole institution.

    >>> within("cn/shanghai", "cn"), within("cn", "cn/shanghai"), within("cnx", "cn")
    (True, False, False)
    """
    return not above or inside(unit, above)
