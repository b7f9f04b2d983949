"""Who works here: people are added, change roles and units, leave, and their access is reviewed; one entry each.

Nobody is deleted: the ledger knows his name. What gives somebody more than he has waits for a second person, who
confirms or refuses it; what takes away never waits. Only where nobody else ever could confirm, as in a new house, one
person is enough, and the entry and the row say so (`second`).

Of all who change access one at a time reads, decides, tells and writes (`register.held`): no act gives back what another
took meanwhile. The entry is durable before the row changes; an act that the ledger knows already changes nothing, so that a
form sent again cannot give back what was taken away since. Where a process stops in between, `change_telling.compare`
tells, and the act is done again under another key.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from seawall.acts import second
from seawall.acts.change_telling import RECORDER
from seawall.acts.signing import Signed, checked
from seawall.cases.kind import MACHINE
from seawall.core.period import microseconds
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import people_register as register
from seawall.records.people_register import Asked, PersonRow, UnableToKeepPerson


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be added.

    Attributes:
        name: as the ledger will know him.
        shown: as people know him.
        roles: role ids.
        unit: the part of the institution that he belongs to.

    Raises:
        UnableToSignAs: the name is none to act under.
    """

    name: str
    shown: str
    roles: tuple[str, ...]
    unit: str
    email: str | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        """Refuse a name that could be spelt in two ways."""
        checked(self.name)


@register.held()
def add(ledger: Ledger, who: Newcomer, signed: Signed, *, confirming: Collection[str]) -> None:
    """Add a person, and ask for his roles; he cannot sign in before he has set a password.

    Args:
        ledger: keeps the entry.
        who: the newcomer.
        signed: who adds him.
        confirming: the roles whose people confirm what others ask.

    Raises:
        UnableToKeepPerson: the name, or the address, is another's, or a machine's.
        UnableToAppend: the act's key was used for somebody else.
    """
    if who.name in {MACHINE, RECORDER, *register.machines()}:
        raise UnableToKeepPerson(who.name)
    bare = PersonRow(who.name, who.shown, who.email, (), who.unit, who.language,
                     is_active=True, added_us=microseconds(signed.at))  # fmt: skip
    row = _asking(bare, who.roles, who.unit, signed, confirming)
    register.refuse_taken(row)
    if not _known(ledger, "person.add", row.name, signed):
        ledger.append(_entry("person.add", who.name, signed, _left(row)))
    register.add(row)


@register.held()
def assign(
    ledger: Ledger,
    name: str,
    wanted: tuple[Sequence[str], str],
    signed: Signed,
    *,
    confirming: Collection[str],
) -> None:
    """Ask that a person has these roles and this unit, in the place of what he has; what he loses, he loses now.

    Raises:
        UnableToFindPerson: there is nobody of this name.
        UnableToAssign: somebody changes his own roles.
    """
    before = _another(name, signed)
    roles, unit = wanted
    row = _asking(before, roles, unit, signed, confirming)
    told = {**_left(row), "before": {"roles": list(before.roles), "unit": before.unit}}
    if not _known(ledger, "person.assign", name, signed):
        ledger.append(_entry("person.assign", name, signed, told))
        _keep(row)


@register.held()
def confirm(ledger: Ledger, name: str, signed: Signed, *, seen_us: int) -> None:
    """Let count what another asked for a person.

    Args:
        ledger: keeps the entry.
        name: of the person.
        signed: who confirms; neither he himself nor who asked.
        seen_us: when that was asked which he looked at: what was asked since is not confirmed by it.

    Raises:
        UnableToFindPerson: there is nobody of this name.
        UnableToAssign: somebody would decide about his own access.
        UnableToConfirm: somebody would confirm what he asked himself, or what is not asked any more; or the person did
            not come in yet, so that nobody can have asked him.
    """
    row = _another(name, signed)
    if _known(ledger, second.CONFIRM, name, signed):
        return
    asked = _seen(row, seen_us)
    if asked.by == signed.by:
        raise second.UnableToConfirm(second.OWN)
    if not register.came_in(name):
        raise second.UnableToConfirm(second.NOT_IN)
    alone = row.alone and second.stands_alone(ledger, signed.by)
    given = row._replace(roles=asked.roles, unit=asked.unit, asked=None, alone=alone)
    told = {**_left(given), "asked_by": asked.by}
    ledger.append(_entry(second.CONFIRM, name, signed, told))
    _keep(given)


@register.held()
def refuse(ledger: Ledger, name: str, signed: Signed, *, seen_us: int, reason: str) -> None:
    """What was asked for a person is asked no more; he keeps what he has. Arguments and errors as `confirm`'s."""
    row = _another(name, signed)
    if _known(ledger, "person.refuse", name, signed):
        return
    asked = _seen(row, seen_us)
    told = {**_left(row._replace(asked=None)), "refused": second.told(asked), "reason": reason}
    ledger.append(_entry("person.refuse", name, signed, told))
    register.change(name, asked=None)


def _seen(row: PersonRow, seen_us: int) -> Asked:
    """What is asked for a person, where it is what somebody looked at. Raises UnableToConfirm."""
    if row.asked is None or row.asked.at_us != seen_us or not row.is_active:
        raise second.UnableToConfirm(second.GONE)
    return row.asked


@register.held()
def leave(ledger: Ledger, name: str, signed: Signed, *, reason: str) -> None:
    """A person does not sign in any more, and nothing waits for him. Raises as `assign`."""
    _another(name, signed)
    if ledger.append(_entry("person.leave", name, signed, {"reason": reason})).new:
        register.change(name, is_active=False, asked=None)


@register.held()
def come_back(
    ledger: Ledger, name: str, signed: Signed, *, reason: str, confirming: Collection[str]
) -> bool:
    """A person who left signs in again, as `reset`; whether it was done now. Raises as `assign`."""
    row = _anew(_another(name, signed), signed, confirming)
    return _shut_out(ledger, "person.return", row, signed, reason)


@register.held()
def reset(
    ledger: Ledger, name: str, signed: Signed, *, reason: str, confirming: Collection[str]
) -> bool:
    """A person lost his password or his second factor: he is let in as a newcomer is, and his roles are asked again.

    Whoever gives him the link could use it himself: so nothing that he could do is done by it before another confirms.
    His factors are the console's, which takes them away after this.

    Returns:
        whether it was done now: sent again, nothing is taken from him that he has set up meanwhile.

    Raises:
        UnableToFindPerson, UnableToAssign: as `assign`.
    """
    row = _anew(_another(name, signed), signed, confirming)
    return _shut_out(ledger, "person.reset", row, signed, reason)


def _anew(before: PersonRow, signed: Signed, confirming: Collection[str]) -> PersonRow:
    """A person as a newcomer: what he had, or what was asked for him, is asked."""
    had = before.asked or before
    bare = before._replace(roles=(), asked=None)
    return _asking(bare, had.roles, had.unit, signed, confirming)


def _shut_out(ledger: Ledger, kind: str, row: PersonRow, signed: Signed, reason: str) -> bool:
    if _known(ledger, kind, row.name, signed):
        return False
    ledger.append(_entry(kind, row.name, signed, {**_left(row), "reason": reason}))
    register.shut_out(row.name, is_active=True, **_changed(row))
    return True


@register.held()
def review(ledger: Ledger, name: str, signed: Signed, *, keeps: bool, note: str) -> None:
    """Say that somebody looked at what a person may, and whether it shall stay so. Raises as `assign`.

    That one person alone gave it is settled by who keeps it, unless his own access goes back to one alone.
    """
    row = _another(name, signed)
    if _known(ledger, "person.review", name, signed):
        return
    alone = row.alone and not (keeps and not second.stands_alone(ledger, signed.by))
    told = {"roles": list(row.roles), "unit": row.unit, "keeps": keeps, "note": note}
    settled = {"alone": alone} if row.alone else {}
    ledger.append(_entry("person.review", name, signed, told | settled))
    register.change(name, reviewed_us=microseconds(signed.at), alone=alone)


@register.held()
def invite(ledger: Ledger, name: str, signed: Signed, *, confirming: Collection[str]) -> bool:
    """A person who cannot sign in yet is given a link by which he sets a password; the ledger tells of it, not the link.

    Whoever makes the link could use it: roles that count already, as of newcomers of older versions, are asked anew.

    Returns:
        whether it was told now: a link is made for each entry, and none beside.

    Raises:
        UnableToFindPerson: there is nobody of this name.
        UnableToInvite: he has come in: a link would make whoever has it that person.
    """
    before = register.person_of(name)
    if register.came_in(name):
        raise UnableToInvite(name)
    if _known(ledger, "person.invite", name, signed):
        return False
    row = _anew(before, signed, confirming) if before.roles else before
    ledger.append(_entry("person.invite", name, signed, _left(row)))
    _keep(row)
    return True


def _another(name: str, signed: Signed) -> PersonRow:
    """The person that somebody else decides about. Raises as `assign`."""
    row = register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    return row


def _asking(
    row: PersonRow,
    roles: Sequence[str],
    unit: str,
    signed: Signed,
    confirming: Collection[str],
) -> PersonRow:
    """A person after somebody asked this for him."""
    asked = Asked(tuple(sorted(roles)), unit, signed.by, microseconds(signed.at))
    return second.asking(row, asked, alone=second.nobody_else(confirming, {row.name, signed.by}))


def _known(ledger: Ledger, kind: str, name: str, signed: Signed) -> bool:
    """Whether the ledger was told of this act: done again, it finds others things than it did, and changes nothing."""
    known = ledger.find(signed.act)
    return known is not None and (known.told["kind"], known.told["subject"]) == (
        kind,
        f"person:{name}",
    )


def _left(row: PersonRow) -> dict[str, object]:
    """What an act leaves a person: what counts, what waits, and whether a second person lacked."""
    body: dict[str, object] = {"roles": list(row.roles), "unit": row.unit}
    if row.asked:
        body["asked"] = second.told(row.asked)
    return body | ({"alone": True} if row.alone else {})


def _keep(row: PersonRow) -> None:
    register.change(row.name, **_changed(row))


def _changed(row: PersonRow) -> dict[str, object]:
    return {"roles": row.roles, "unit": row.unit, "asked": row.asked, "alone": row.alone}


def _entry(kind: str, name: str, signed: Signed, body: dict[str, object]) -> Entry:
    return Entry(
        kind=kind,
        subject=f"person:{name}",
        actor=signed.by,
        at=signed.at,
        act=signed.act,
        body=body,
    )


class UnableToAssign(Unable, ValueError):
    """Somebody would decide about his own access."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="{name} cannot decide about his own access: another person does",
                zh="{name} 不能决定自己的访问权限：须由他人办理",
            ).filled(name=name)
        )


class UnableToInvite(Unable, ValueError):
    """A person has come in already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="{name} can sign in already: who lost his password or second factor is let in anew, "
                "and his roles wait for a second person",
                zh="{name} 已可登录：如遗失密码或双因素，请办理重置，其角色须由第二人重新确认",
            ).filled(name=name)
        )
