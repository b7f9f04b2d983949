"""Verbs that every kind has: what each must be told, and what stands against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seawall.cases import approving, guards, problems, values, vetoes
from seawall.cases.act import TOLD, Act
from seawall.cases.case import Case
from seawall.cases.kind import MACHINE, Field, Kind
from seawall.core.problem import Problem
from seawall.core.text import Text


@dataclass(frozen=True)
class BuiltIn:
    """A verb of every kind.

    Attributes:
        title: what people call it.
        checks: what stands against it, turn by turn.
    """

    title: Text
    checks: tuple[Callable[[Act, Case], Iterator[Problem]], ...]


def turns(act: Act, case: Case) -> Iterator[Iterator[Problem]]:
    """What is asked of a built-in verb, turn by turn."""
    for check in BUILT_IN[act.command.verb].checks:
        yield check(act, case)


def editable(kind: Kind, case: Case, roles: frozenset[str]) -> dict[str, Field]:
    """The fields that somebody with these roles may edit: what his verbs set without approval.

    What tells whether approval is needed is not edited either; and after an approved act, nothing.
    """
    mine = (verb for verb in kind.verbs.values() if roles.intersection(verb.roles))
    free = {name for verb in mine for name in kind.settable(verb)}
    names = set() if case.settled else free - bound(kind)
    return {name: field for name, field in kind.fields.items() if name in names}


def bound(kind: Kind) -> frozenset[str]:
    """The fields that acts under approval set, or by which it is told whether they need it."""
    held: set[str] = set()
    for verb in kind.verbs.values():
        if verb.approval:
            held |= kind.settable(verb)
            held.update(guards.names(kind, verb.approval.when) if verb.approval.when else ())
    return frozenset(held)


def _somebody(act: Act, _: Case) -> Iterator[Problem]:
    """Whoever has anything to do with cases of the kind."""
    yield from vetoes.of_role(act, act.kind.roles)


def _machine(act: Act, _: Case) -> Iterator[Problem]:
    yield from vetoes.of_role(act, frozenset({MACHINE}))


def _tells(act: Act, _: Case) -> Iterator[Problem]:
    told = TOLD[act.command.verb]
    yield from act.misfits(told, frozenset(name for name in told if told[name].required))


def _says_why(act: Act, _: Case) -> Iterator[Problem]:
    yield from vetoes.of_reason(act, wanted=True)


def _open(act: Act, case: Case) -> Iterator[Problem]:
    """Nothing of a case in a final state changes, but by a verb that names the state."""
    if case.ended:
        yield vetoes.closed(act, case)


def _edits(act: Act, case: Case) -> Iterator[Problem]:
    if case.settled:
        yield act.problem(problems.SETTLED)
        return
    allowed = editable(act.kind, case, act.command.actor.roles)
    yield from act.misfits(allowed, frozenset())
    if not act.command.fields:
        yield act.problem(problems.FIELD_NOT_SET, field="-", known=", ".join(allowed) or "-")


def _links(act: Act, _: Case) -> Iterator[Problem]:
    yield from vetoes.of_links(act)
    if not act.command.links:
        facts = {"kind": act.kind.id, "link": "-", "case": "-"}
        yield act.problem(problems.LINK_UNKNOWN, **facts, known=", ".join(act.kind.links) or "-")


def _runs(act: Act, case: Case) -> Iterator[Problem]:
    """Whether the clock that is spoken of runs."""
    running = [name for name, run in case.clocks.items() if run.runs]
    clock = act.command.fields["clock"]
    if clock not in running:
        yield act.problem(problems.CLOCK_UNKNOWN, clock=clock, known=", ".join(running) or "-")


def _owner(act: Act, _: Case) -> Iterator[Problem]:
    yield from vetoes.of_role(act, frozenset({act.kind.owner}))


def _upgrades(act: Act, case: Case) -> Iterator[Problem]:
    """Whether the new version has the state that the case is in, and can hold its fields."""
    kind = act.kind
    if kind.digest == case.kind_digest:
        yield act.problem(problems.UPGRADE_SAME)
    if case.state not in kind.open_states():
        known = ", ".join(sorted(kind.open_states()))
        yield act.problem(problems.UPGRADE_STATE, state=case.state, known=known)
    for name, value in case.fields.items():
        if name not in kind.fields or not values.fits(value, kind.fields[name]):
            yield act.problem(problems.UPGRADE_FIELD, name, field=name)


BUILT_IN: dict[str, BuiltIn] = {
    "approve": BuiltIn(
        Text(en="Approve what is asked for", zh="批准申请"),
        (_somebody, _tells, approving.is_asked, approving.approves),
    ),
    "withdraw": BuiltIn(
        Text(en="Withdraw what was asked for", zh="撤回申请"),
        (_somebody, _tells, approving.is_asked, approving.withdraws),
    ),
    "edit": BuiltIn(Text(en="Edit fields", zh="编辑字段"), (_somebody, _open, _edits)),
    "link": BuiltIn(Text(en="Link", zh="关联"), (_somebody, _tells, _open, _links)),
    "comment": BuiltIn(Text(en="Comment", zh="备注"), (_somebody, _tells, _says_why)),
    "attach": BuiltIn(Text(en="Attach a file", zh="上传附件"), (_somebody, _tells)),
    "upgrade": BuiltIn(
        Text(en="Go by another version of the kind", zh="改用该类别的另一版本"),
        (_owner, _tells, _says_why, _open, _upgrades),
    ),
    "warn": BuiltIn(
        Text(en="Warn that a clock runs out soon", zh="预警时钟即将到期"),
        (_machine, _tells, _open, _runs),
    ),
    "breach": BuiltIn(
        Text(en="Note that a clock ran out", zh="登记时钟超时"),
        (_machine, _tells, _open, _runs),
    ),
}
