"""Machines show a token with each request: without one, or without the scope, nothing is answered."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from ninja.security import HttpBearer

from seawall.acts import granting
from seawall.acts.signing import now
from seawall.cases.case import Actor
from seawall.cases.kind import MACHINE
from seawall.console import access
from seawall.core.institution import HOUSE
from seawall.office import units
from seawall.office.turns import Pace

PACE: Final = Pace(per_second=100, at_once=500)
"""Of one machine's requests in one process; decisions have a way, and a bound, of their own."""


@dataclass(frozen=True)
class Machine:
    """Who asks.

    Attributes:
        name: as the ledger knows it.
        unit: the part of the institution that it asks for.
        scopes: what its token opens besides what was asked.
    """

    name: str
    unit: str
    scopes: frozenset[str]

    def sees(self, unit: str) -> bool:
        """Whether what belongs to a unit is its to see; an empty unit is the house."""
        return units.sees(self.unit, unit)

    @property
    def actor(self) -> Actor:
        """How it handles cases, which call the whole institution by no name."""
        return Actor(self.name, frozenset({MACHINE}), "" if self.unit == HOUSE else self.unit)


class Token(HttpBearer):
    """Lets machines in whose token has a scope.

    Args:
        scope: a permission that machines may be given at all.
    """

    openapi_bearerFormat = "swl_…"  # noqa: N815 - the specification's own word

    def __init__(self, scope: str) -> None:
        super().__init__()
        if scope not in access.machine():
            raise ValueError(f"no machine may be given {scope!r}")
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Machine | None:
        """Who asks; None where nobody is known to.

        Raises:
            UnableToLetIn: as `authenticate`.
            UnableToComeSoOften: he asks too often.
        """
        machine: Machine | None = super().__call__(request)
        if machine is not None:
            PACE.come(machine.name)
        return machine

    def authenticate(self, request: HttpRequest, token: str) -> Machine | None:  # noqa: ARG002
        """Who shows a token; None where it opens nothing.

        Raises:
            UnableToLetIn: it opens something else, or is of a part of the house where the scope is the whole's.
        """
        held = granting.holder(token, now())
        if held is None:
            return None
        scopes = held.scopes & access.machine()
        if self.scope not in scopes:
            raise UnableToLetIn(self.scope)
        if self.scope in granting.WHOLE and held.unit != HOUSE:
            raise UnableToLetIn(self.scope, of=held.unit)
        return Machine(held.name, held.unit, scopes)


class Asking(HttpRequest):
    """A request of a machine that was let in."""

    auth: Machine


class UnableToLetIn(Exception):
    """A token does not have the scope that a route needs, or not `of` the unit that it is of."""

    def __init__(self, scope: str, *, of: str = "") -> None:
        self.scope = scope
        self.of = of
        super().__init__(scope)
