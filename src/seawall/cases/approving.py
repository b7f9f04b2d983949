"""What others must approve: what waits, what is missing, and who may say yes."""

from collections.abc import Iterator

from seawall.cases import guards, people, problems, vetoes
from seawall.cases.act import Act
from seawall.cases.case import Case, Request
from seawall.cases.kind import Approval, Kind
from seawall.core.problem import Problem


def needed(act: Act) -> Approval | None:
    """The approval that an act needs, if it does; where its condition is not known, it does."""
    approval = act.verb.approval
    if approval and approval.when and guards.truth(act.kind, approval.when, act.sight) is False:
        return None
    return approval


def request(act: Act) -> Request | None:
    """What waits for approval under exactly what the act would do."""
    waiting = act.case.asked.get(act.command.verb) if act.case else None
    return waiting if waiting and waiting.digest == act.digest else None


def missing(kind: Kind, case: Case, waiting: Request) -> int:
    """How many more people must approve a request."""
    approval = kind.verbs[waiting.verb].approval
    return max(0, (approval.people if approval else 0) - len(people.standing(case, waiting)))


def waits(act: Act) -> Iterator[Problem]:
    """Whether the act was asked for already, and not enough people have approved it."""
    approval, waiting = needed(act), request(act)
    if act.case is None or approval is None or waiting is None:
        return
    lacking = missing(act.kind, act.case, waiting)
    if lacking:
        roles = ", ".join(approval.by)
        yield act.problem(problems.NOT_APPROVED, missing=lacking, roles=roles)


def named(act: Act, case: Case) -> Request | None:
    """The request that a built-in verb speaks of."""
    return case.asked.get(str(act.command.fields.get("verb")))


def is_asked(act: Act, case: Case) -> Iterator[Problem]:
    """Whether what is spoken of waits for approval."""
    if named(act, case) is None:
        about, known = act.command.fields.get("verb"), ", ".join(case.asked) or "-"
        yield act.problem(problems.NOTHING_ASKED, verb=about, known=known)


def approves(act: Act, case: Case) -> Iterator[Problem]:
    """Whether the actor may approve, approves exactly what is asked, and is another person."""
    waiting = named(act, case)
    approval = act.kind.verbs[waiting.verb].approval if waiting else None
    if waiting is None or approval is None:
        return
    yield from vetoes.of_role(act, frozenset(approval.by))
    if act.command.fields.get("digest") != waiting.digest:
        yield act.problem(problems.ANOTHER_DIGEST, digest=waiting.digest)
    yield from _another_person(act, case, waiting)


def _another_person(act: Act, case: Case, waiting: Request) -> Iterator[Problem]:
    """Neither who made or asked for it, nor who approved it already, nor a delegate of theirs."""
    actor = act.command.actor
    behind = people.persons(actor.name, actor.on_behalf_of)
    if behind & people.interested(case, waiting):
        yield act.problem(problems.OWN_CHANGE)
    elif behind & people.approvers(case, waiting):
        yield act.problem(problems.APPROVED_TWICE, missing=missing(act.kind, case, waiting))


def withdraws(act: Act, case: Case) -> Iterator[Problem]:
    """Whether the actor asked for it, or may do what was asked for."""
    waiting, actor = named(act, case), act.command.actor
    if waiting is None:
        return
    asked = people.persons(waiting.asked_by, waiting.on_behalf_of)
    if not asked & people.persons(actor.name, actor.on_behalf_of):
        yield from vetoes.of_role(act, frozenset(act.kind.verbs[waiting.verb].roles))
