"""Who may what: roles × permissions × units, as `packs/access/access.yaml` declares; what is not there is denied."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, model_validator

from seawall.cases.kind import MACHINE
from seawall.core import pack
from seawall.core.institution import HOUSE, inside
from seawall.core.text import Text
from seawall.office.packs import PACKS
from seawall.records.models import Person

FILE: Final = PACKS / "access" / "access.yaml"
EMPLOYEE: Final = "employee"
"""The role that goes with every other."""
GRAVE: Final = frozenset(
    {"people.open", "decisions.decide", "users.review", "users.manage", "tokens.manage"}
)
"""What no password alone opens, by whatever role."""
WHOLE: Final = frozenset(
    {"portfolio.read", "portfolio.export", "ledger.read", "ledger.verify", "ledger.export"}
)
"""What shows all units' data at once: for people of the whole house."""
CHANGING: Final = frozenset(
    {"policies.replay", "policies.propose", "policies.approve", "policies.publish", "alerts.silence", "settings.manage"}
)  # fmt: skip
"""What changes the house's own things and nothing of a unit's: for people of the whole house, too."""
_CONFIG = ConfigDict(extra="forbid", frozen=True)


class Role(BaseModel):
    """What a role may.

    Attributes:
        groups: whose permissions it shares.
        may: further permissions.
        privileged: whether who has it signs in with a second factor, always.
    """

    model_config = _CONFIG

    groups: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    privileged: bool = False


class Access(BaseModel):
    """The declaration; reading it refuses what is not declared, and a grave permission without a second factor."""

    model_config = _CONFIG

    permissions: dict[str, Text]
    groups: dict[str, tuple[str, ...]]
    roles: dict[str, Role]
    alone: tuple[str, ...] = ()
    units: dict[str, Text]

    @model_validator(mode="after")
    def _known(self) -> Self:
        named = {p for group in self.groups.values() for p in group}
        named |= {p for role in self.roles.values() for p in role.may}
        if unknown := sorted(named - set(self.permissions)):
            raise ValueError(f"no such permissions: {', '.join(unknown)}")
        groups = {group for role in self.roles.values() for group in role.groups}
        if unknown := sorted(groups - set(self.groups)):
            raise ValueError(f"no such groups: {', '.join(unknown)}")
        if unknown := sorted(set(self.alone) - set(self.roles)):
            raise ValueError(f"no such roles: {', '.join(unknown)}")
        if astray := [unit for unit in self.units if not inside(unit, HOUSE)]:
            raise ValueError(f"units lie within {HOUSE!r}: {', '.join(astray)}")
        return self

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        """A machine comes with a token, and has no second factor."""
        people = {name: role for name, role in self.roles.items() if name != MACHINE}
        loose = [
            name for name, role in people.items() if not role.privileged and GRAVE & self.of([name])
        ]
        if loose:
            raise ValueError(f"must be privileged, for what they may: {', '.join(loose)}")
        return self

    def apart(self, roles: Iterable[str]) -> str | None:
        """The role that cannot be one person's together with the others; None where they go together."""
        held = set(roles) - {EMPLOYEE}
        return next((role for role in self.alone if role in held and len(held) > 1), None)

    def of(self, roles: Iterable[str]) -> frozenset[str]:
        """All that some roles may together; a role that is not declared may nothing."""
        known = [self.roles[role] for role in roles if role in self.roles]
        shared = {p for role in known for group in role.groups for p in self.groups[group]}
        return frozenset(shared | {p for role in known for p in role.may})


@lru_cache(maxsize=1)
def declared() -> Access:
    """The declaration in force."""
    return pack.read(FILE, Access)


def roles(person: Person) -> frozenset[str]:
    """A person's roles."""
    return frozenset(json.loads(person.roles))


def permissions(person: Person) -> frozenset[str]:
    """All that a person may; nothing once he may not sign in any more."""
    return declared().of(roles(person)) if person.is_active else frozenset()


def may(person: Person, permission: str) -> bool:
    """Whether a person may do something."""
    return permission in permissions(person)


def privileged(person: Person) -> bool:
    """Whether a person must sign in with a second factor."""
    return any(
        declared().roles[role].privileged for role in roles(person) if role in declared().roles
    )


def sees(person: Person, unit: str) -> bool:
    """Whether what belongs to a unit is a person's to see; an empty unit is the house."""
    return inside(unit or HOUSE, person.unit)


def whole(person: Person) -> bool:
    """Whether a person works for the whole house, and not for a part of it or for another."""
    return person.unit == HOUSE


def within_reach(person: Person) -> frozenset[str]:
    """What a person may, less what his unit keeps him from wherever it is asked for."""
    return permissions(person) - (frozenset() if whole(person) else WHOLE | CHANGING)


def confirming() -> frozenset[str]:
    """The roles whose people confirm what others ask of access."""
    known = declared()
    return frozenset(role for role in known.roles if "users.review" in known.of([role]))


def machine() -> frozenset[str]:
    """All that a machine's token may be given."""
    return declared().of([MACHINE])
