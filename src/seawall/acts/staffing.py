"""Who works here: people are added, change roles and units, leave, and their access is reviewed; one entry each.

Nobody is deleted: the ledger knows his name. The entry is durable before the row changes; an act that the ledger knows
already changes nothing, so that a form sent again cannot give back what was taken away meanwhile. Where a process stops
in between, `change_telling.compare` tells, and the act is done again under another key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seawall.acts.change_telling import RECORDER
from seawall.acts.signing import Signed, checked
from seawall.cases.kind import MACHINE
from seawall.core.period import microseconds
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import people_register as register
from seawall.records.people_register import PersonRow, UnableToKeepPerson


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


def add(ledger: Ledger, who: Newcomer, signed: Signed) -> None:
    """Add a person; he cannot sign in before he has set a password.

    Raises:
        UnableToKeepPerson: the name, or the address, is another's, or a machine's.
        UnableToAppend: the act's key was used for somebody else.
    """
    if who.name in {MACHINE, RECORDER, *register.machines()}:
        raise UnableToKeepPerson(who.name)
    row = PersonRow(who.name, who.shown, who.email, tuple(sorted(who.roles)), who.unit, who.language,
                    is_active=True, added_us=microseconds(signed.at))  # fmt: skip
    register.refuse_taken(row)
    ledger.append(
        _entry("person.add", who.name, signed, {"roles": list(row.roles), "unit": row.unit})
    )
    register.add(row)


def assign(ledger: Ledger, name: str, roles: Sequence[str], unit: str, signed: Signed) -> None:
    """Give a person these roles and this unit, in the place of what he had.

    Raises:
        UnableToFindPerson: there is nobody of this name.
        UnableToAssign: somebody changes his own roles.
    """
    before = _another(name, signed)
    told: dict[str, object] = {
        "roles": sorted(roles),
        "unit": unit,
        "before": {"roles": list(before.roles), "unit": before.unit},
    }
    if ledger.append(_entry("person.assign", name, signed, told)).new:
        register.change(name, roles=tuple(roles), unit=unit)


def leave(ledger: Ledger, name: str, signed: Signed, *, reason: str) -> None:
    """A person does not sign in any more. Raises as `assign`."""
    _another(name, signed)
    if ledger.append(_entry("person.leave", name, signed, {"reason": reason})).new:
        register.change(name, is_active=False)


def come_back(ledger: Ledger, name: str, signed: Signed, *, reason: str) -> None:
    """A person who left signs in again. Raises as `assign`."""
    _another(name, signed)
    if ledger.append(_entry("person.return", name, signed, {"reason": reason})).new:
        register.change(name, is_active=True)


def review(ledger: Ledger, name: str, signed: Signed, *, keeps: bool, note: str) -> None:
    """Say that somebody looked at what a person may, and whether it shall stay so. Raises as `assign`."""
    row = _another(name, signed)
    told = {"roles": list(row.roles), "unit": row.unit, "keeps": keeps, "note": note}
    if ledger.append(_entry("person.review", name, signed, told)).new:
        register.change(name, reviewed_us=microseconds(signed.at))


def invite(ledger: Ledger, name: str, signed: Signed) -> bool:
    """A person is given a link by which he sets a password, once; the ledger tells that it was made, not the link.

    Returns:
        whether it was told now: a link is made for each entry, and none beside.

    Raises:
        UnableToFindPerson: there is nobody of this name.
    """
    register.person_of(name)
    return ledger.append(_entry("person.invite", name, signed, {})).new


def _another(name: str, signed: Signed) -> PersonRow:
    """The person that somebody else decides about. Raises as `assign`."""
    row = register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    return row


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
