"""Who is who: names that mean one person, and delegates, who are taken for whom they act for."""

import unicodedata
from collections.abc import Iterable

from seawall.cases.case import Actor, Case, Request

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def one(name: str) -> str:
    """A name as it is compared: width, letters' case and blanks make nobody another person.

    >>> one("  Ａlice  SMITH ") == one("alice smith")
    True
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def readable(name: str) -> bool:
    """Whether a name is all to be seen: two that look the same are then spelled the same."""
    return bool(one(name)) and not any(unicodedata.category(each) in _UNSEEN for each in name)


def persons(name: str, on_behalf_of: str | None) -> frozenset[str]:
    """Who stands behind an act: who did it, and for whom."""
    return frozenset(map(one, filter(None, (name, on_behalf_of))))


def kin(people: Iterable[str], acting: Iterable[tuple[str, str]]) -> frozenset[str]:
    """People, with all who acted for one of them and all for whom one of them acted."""
    known = frozenset(map(one, people))
    pairs = [(one(delegate), one(principal)) for delegate, principal in acting]
    delegates = {delegate for delegate, principal in pairs if principal in known}
    principals = {principal for delegate, principal in pairs if delegate in known}
    return known | delegates | principals


def interested(case: Case, request: Request) -> frozenset[str]:
    """Who may not approve a request: makers, the last editor, who asked, and their delegates."""
    asked = persons(request.asked_by, request.on_behalf_of)
    return kin({*case.makers, case.last_editor, *asked}, case.acting)


def standing(case: Case, request: Request) -> tuple[tuple[str, str | None], ...]:
    """The approvals that count: each by somebody who has no interest, and who is none before."""
    taken = interested(case, request)
    counted: list[tuple[str, str | None]] = []
    for name, on_behalf_of in request.approvals:
        behind = persons(name, on_behalf_of)
        if not behind & taken:
            counted.append((name, on_behalf_of))
            taken |= kin(behind, case.acting)
    return tuple(counted)


def approvers(case: Case, request: Request) -> frozenset[str]:
    """Who has approved a request, with their delegates and those they act for."""
    names = (each for approval in standing(case, request) for each in approval if each)
    return kin(names, case.acting)


def did(case: Case, verb: str, actor: Actor) -> bool:
    """Whether an actor, or one whose delegate he is, or his delegate, ever did a verb."""
    done = kin(case.done_by.get(verb, ()), case.acting)
    return bool(done & persons(actor.name, actor.on_behalf_of))
