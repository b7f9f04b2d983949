"""Who works here: people are added, change roles and units, leave, and their access is reviewed; one entry each.

Nobody is deleted: the ledger knows his name. The entry is told before the row changes, under a key of its own, so that
a process that stops in between has told of what is then done by the same call again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from seawall.acts.signing import Signed, checked
from seawall.core.period import microseconds
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.records import people_register as register
from seawall.records.people_register import PersonRow


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
        UnableToKeepPerson: the name, or the address, is another's.
    """
    row = PersonRow(who.name, who.shown, who.email, tuple(sorted(who.roles)), who.unit, who.language,
                    is_active=True, added_us=microseconds(signed.at))  # fmt: skip
    register.add(row)
    ledger.append(
        _entry("person.add", who.name, signed, {"roles": list(row.roles), "unit": row.unit})
    )


def assign(ledger: Ledger, name: str, roles: Sequence[str], unit: str, signed: Signed) -> None:
    """Give a person these roles and this unit, in the place of what he had.

    Raises:
        UnableToFindPerson: there is nobody of this name.
        UnableToAssign: somebody changes his own roles.
    """
    before = register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    told: dict[str, object] = {
        "roles": sorted(roles),
        "unit": unit,
        "before": {"roles": list(before.roles), "unit": before.unit},
    }
    ledger.append(_entry("person.assign", name, signed, told))
    register.change(name, roles=tuple(roles), unit=unit)


def leave(ledger: Ledger, name: str, signed: Signed, *, reason: str) -> None:
    """A person does not sign in any more. Raises as `assign`."""
    register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    ledger.append(_entry("person.leave", name, signed, {"reason": reason}))
    register.change(name, is_active=False)


def come_back(ledger: Ledger, name: str, signed: Signed, *, reason: str) -> None:
    """A person who left signs in again. Raises as `assign`."""
    register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    ledger.append(_entry("person.return", name, signed, {"reason": reason}))
    register.change(name, is_active=True)


def review(ledger: Ledger, name: str, signed: Signed, *, keeps: bool, note: str) -> None:
    """Say that somebody looked at what a person may, and whether it shall stay so. Raises as `assign`."""
    row = register.person_of(name)
    if name == signed.by:
        raise UnableToAssign(name)
    told = {"roles": list(row.roles), "unit": row.unit, "keeps": keeps, "note": note}
    ledger.append(_entry("person.review", name, signed, told))
    register.change(name, reviewed_us=microseconds(signed.at))


def invite(ledger: Ledger, name: str, signed: Signed) -> None:
    """A person is given a link by which he sets a password, once; the ledger tells that it was made, not the link.

    Raises:
        UnableToFindPerson: there is nobody of this name.
    """
    register.person_of(name)
    ledger.append(_entry("person.invite", name, signed, {}))


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
