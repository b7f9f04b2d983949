"""What somebody may do with a case now, and what stands against the rest: what a page offers him."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from seawall.cases import approving, guards, problems, vetoes
from seawall.cases.act import EDIT, Act
from seawall.cases.built_in import BUILT_IN, editable
from seawall.cases.case import Actor, Case, Command, Request
from seawall.cases.kind import MACHINE, Approval, Field, Kind
from seawall.core.problem import Problem
from seawall.core.text import Text

_NOTHING: Mapping[str, str] = {}
_OFFERED = (EDIT, "link", "comment", "attach")
"""Built-in verbs that people choose; approving and withdrawing are offered with each request."""


@dataclass(frozen=True)
class Choice:
    """A verb, as it is offered to somebody.

    Attributes:
        fields: what may be set by it, in the kind's order.
        needed: those of them that must be given.
        reason: whether it must say why.
        links: whether links belong to it.
        approval: by whom others must approve it; None where nobody has to. Whether they have to may hang on
            what is given.
        waiting: what was asked for under this verb already.
        against: what stands against it, whatever is given; none where he may do it.
    """

    verb: str
    title: Text
    fields: dict[str, Field]
    needed: frozenset[str] = frozenset()
    reason: bool = False
    links: bool = False
    approval: Approval | None = None
    waiting: Request | None = None
    against: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request for approval, as somebody meets it.

    Attributes:
        title: of the verb that waits.
        missing: how many more people must approve.
        by: roles that may.
        against: why he may not approve it; none where he may.
        kept: why he may not withdraw it; none where he may.
    """

    request: Request
    title: Text
    missing: int
    by: tuple[str, ...]
    against: tuple[Problem, ...]
    kept: tuple[Problem, ...]


def choices(kind: Kind, case: Case, actor: Actor, as_of: datetime) -> tuple[Choice, ...]:
    """Every verb that leads on from where a case is, and the built-in ones, with what stands against each.

    What can only be told of what is given (a guard over a field that the verb sets) stands against nothing here;
    the machine judges it when it is done.
    """
    own = (_own(Act(kind, case, _command(verb, actor, as_of))) for verb in vetoes.ways(kind, case))
    people = (each for each in own if set(kind.verbs[each.verb].roles) != {MACHINE})
    return (*people, *(_built_in(kind, case, verb, actor, as_of) for verb in _OFFERED))


def one(kind: Kind, case: Case, verb: str, actor: Actor, as_of: datetime) -> Choice | None:
    """One verb, whether or not it leads on from where the case is; None where the kind has none such."""
    if verb in _OFFERED:
        return _built_in(kind, case, verb, actor, as_of)
    known = verb in kind.verbs and not kind.verbs[verb].opens
    return _own(Act(kind, case, _command(verb, actor, as_of))) if known else None


def openings(kind: Kind, actor: Actor, as_of: datetime) -> tuple[Choice, ...]:
    """The verbs that open a case of a kind, for people."""
    names = [name for name, verb in kind.verbs.items() if verb.opens]
    own = (_own(Act(kind, None, _command(name, actor, as_of))) for name in names)
    return tuple(each for each in own if set(kind.verbs[each.verb].roles) != {MACHINE})


def requests(kind: Kind, case: Case, actor: Actor, as_of: datetime) -> tuple[Asked, ...]:
    """What waits for approval in a case, and whether somebody may approve or withdraw it."""
    return tuple(_asked(kind, case, waiting, actor, as_of) for waiting in case.asked.values())


def moves(kind: Kind, roles: frozenset[str]) -> tuple[str, ...]:
    """The states in which somebody with these roles can do something of the kind's own, ends excepted."""
    mine = [verb for verb in kind.verbs.values() if roles.intersection(verb.roles)]
    return tuple(
        name
        for name, state in kind.states.items()
        if not state.final and any(kind.leads(verb, name) for verb in mine)
    )


def approves(kind: Kind, roles: frozenset[str]) -> frozenset[str]:
    """The verbs of a kind that somebody with these roles may approve."""
    return frozenset(
        name
        for name, verb in kind.verbs.items()
        if verb.approval and roles.intersection(verb.approval.by)
    )


def _command(
    verb: str, actor: Actor, as_of: datetime, told: Mapping[str, str] = _NOTHING
) -> Command:
    return Command(verb, actor, as_of, "-", told)


def _own(act: Act) -> Choice:
    kind, verb = act.kind, act.verb
    settable = kind.settable(verb)
    return Choice(
        verb=act.command.verb,
        title=verb.title,
        fields={name: field for name, field in kind.fields.items() if name in settable},
        needed=kind.needed(verb),
        reason=verb.reason,
        links=_asks_for_links(act),
        approval=_approval(act),
        waiting=act.case.asked.get(act.command.verb) if act.case else None,
        against=_first(_against(act)),
    )


def _against(act: Act) -> Iterator[Iterator[Problem]]:
    """What stands against an act whatever is given, turn by turn."""
    yield vetoes.of_case(act)
    yield vetoes.of_role(act, frozenset(act.verb.roles))
    yield vetoes.of_duties(act)
    yield vetoes.of_state(act)
    yield vetoes.of_extension(act)
    yield _guarded(act)
    yield _unapproved(act)


def _asks_for_links(act: Act) -> bool:
    """Whether the verb's guard looks at links: then they are given with it."""
    guard = act.verb.guard
    names = guards.names(act.kind, guard) if guard else ()
    return any(name.startswith(guards.HAS_LINK) for name in names)


def _guarded(act: Act) -> Iterator[Problem]:
    """The guard, where nothing that is given can change what it says."""
    guard = act.verb.guard
    if guard is None:
        return
    names = set(guards.names(act.kind, guard))
    linked = {f"{guards.HAS_LINK}{name}" for name in act.kind.links}
    if not names & (act.kind.settable(act.verb) | linked):
        yield from vetoes.of_guard(act)


def _unapproved(act: Act) -> Iterator[Problem]:
    """That what was asked for is not approved by enough people yet."""
    waiting = act.case.asked.get(act.command.verb) if act.case else None
    if act.case is None or waiting is None or act.verb.approval is None:
        return
    if lacking := approving.missing(act.kind, act.case, waiting):
        roles = ", ".join(act.verb.approval.by)
        yield act.problem(problems.NOT_APPROVED, missing=lacking, roles=roles)


def _approval(act: Act) -> Approval | None:
    """Who must approve; where the condition hangs on nothing that is given, only if it is so."""
    approval = act.verb.approval
    if approval is None or approval.when is None:
        return approval
    given = set(guards.names(act.kind, approval.when)) & act.kind.settable(act.verb)
    return approval if given else approving.needed(act)


def _built_in(kind: Kind, case: Case, verb: str, actor: Actor, as_of: datetime) -> Choice:
    act = Act(kind, case, _command(verb, actor, as_of))
    fields = editable(kind, case, actor.roles) if verb == EDIT else {}
    return Choice(
        verb=verb,
        title=BUILT_IN[verb].title,
        fields=fields,
        reason=verb == "comment",
        links=verb == "link",
        against=_first(_against_built_in(act, fields)),
    )


def _against_built_in(act: Act, fields: dict[str, Field]) -> Iterator[Iterator[Problem]]:
    verb, case = act.command.verb, act.case
    yield vetoes.of_case(act)
    yield vetoes.of_role(act, act.kind.roles)
    if case is not None and verb in (EDIT, "link") and case.ended:
        yield iter((vetoes.closed(act, case),))
    if verb == EDIT and case is not None:
        yield _not_edited(act, case, fields)
    if verb == "link" and not act.kind.links:
        facts = {"kind": act.kind.id, "link": "-", "case": "-", "known": "-"}
        yield iter((act.problem(problems.LINK_UNKNOWN, **facts),))


def _not_edited(act: Act, case: Case, fields: dict[str, Field]) -> Iterator[Problem]:
    if case.settled:
        yield act.problem(problems.SETTLED)
    elif not fields:
        yield act.problem(problems.FIELD_NOT_SET, field="-", known="-")


def _asked(kind: Kind, case: Case, waiting: Request, actor: Actor, as_of: datetime) -> Asked:
    approval = kind.verbs[waiting.verb].approval
    told = {"verb": waiting.verb, "digest": waiting.digest}
    approve = Act(kind, case, _command("approve", actor, as_of, told))
    withdraw = Act(kind, case, _command("withdraw", actor, as_of, {"verb": waiting.verb}))
    return Asked(
        request=waiting,
        title=kind.verbs[waiting.verb].title,
        missing=approving.missing(kind, case, waiting),
        by=approval.by if approval else (),
        against=_first(iter((vetoes.of_case(approve), approving.approves(approve, case)))),
        kept=_first(iter((vetoes.of_case(withdraw), approving.withdraws(withdraw, case)))),
    )


def _first(turns: Iterator[Iterator[Problem]]) -> tuple[Problem, ...]:
    """What the first turn to find something found."""
    for turn in turns:
        if found := tuple(turn):
            return found
    return ()
