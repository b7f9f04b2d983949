"""What a policy means: typed steps in the order in which they can be computed, then rules.

Scores and tables become the same two kinds of step, so that everything after this module knows
three things only: a `Define` (a value by an expression), a `Lookup` (values by rows), a `Check`
(a rule's truth).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from seawall.core.expression.language import Expression
from seawall.core.expression.types import Type, Value
from seawall.core.problem import Place
from seawall.core.text import Text
from seawall.policy.declaration import Hit, Input, Outcome
from seawall.policy.window import Meaning

Collect = Literal["sum", "min", "max"]
SEVERITY: dict[str, int] = {"ignore": 0, "note": 0, "approve": 0, "refer": 1, "decline": 2}
OUTCOMES: tuple[Outcome, ...] = ("approve", "refer", "decline")
"""By severity: the outcome is the most severe that any rule asks for."""


@dataclass(frozen=True)
class Define:
    """A value by an expression over inputs and earlier values.

    Attributes:
        told: what people read in place of an expression that the policy's text does not hold.
    """

    name: str
    expression: Expression
    told: Text | None = None

    @property
    def gives(self) -> tuple[str, ...]:
        """The names it gives."""
        return (self.name,)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names it reads."""
        return self.expression.names


@dataclass(frozen=True)
class LookupRow:
    """A row: it matches where every cell is true.

    Attributes:
        cells: the conditions, each with the name of the column it is about.
        condition: all of them as one; None where there are none: then the row always matches.
        gives: a value per output.
    """

    cells: tuple[tuple[str, Expression], ...]
    condition: Expression | None
    gives: tuple[Expression, ...]


@dataclass(frozen=True)
class LookupOutput:
    """What a lookup gives, before rounding."""

    name: str
    type: Type
    collect: Collect | None
    otherwise: Expression | None


@dataclass(frozen=True)
class Lookup:
    """Values by rows; see `declaration.Table` for the hit policies and for what unknown means.

    A lookup that collects has one output.
    """

    name: str
    hit: Hit
    rows: tuple[LookupRow, ...]
    outputs: tuple[LookupOutput, ...]

    @property
    def gives(self) -> tuple[str, ...]:
        """The names it gives."""
        return tuple(output.name for output in self.outputs)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names it reads."""
        read = [e for row in self.rows for e in (row.condition, *row.gives)]
        read += [output.otherwise for output in self.outputs]
        return tuple(dict.fromkeys(name for each in read if each for name in each.names))


Step = Define | Lookup


@dataclass(frozen=True)
class Check:
    """A rule as it is asked: its truth, and what follows from it.

    Attributes:
        id: the rule's; `missing:NAME` and `offer:NAME` for what a policy asks of itself.
        expression: TRUE, FALSE or NULL (unknown).
        then: what follows from TRUE.
        unknown: what follows from NULL.
        reason: what the customer may be told where it holds.
        roots: the inputs and features its answer hangs on.
        waits: why it cannot be answered at all: its law is not verified; None where it can.
        source: where it comes from.
        meant: what the rule says, where that is not asked because its law is not verified.
        verified_on: when somebody compared it with its law; None for rules of the house too.
    """

    id: str
    expression: Expression
    then: Literal["decline", "refer", "note"]
    unknown: Literal["decline", "refer", "ignore"]
    reason: Text
    roots: tuple[str, ...]
    waits: Text | None
    source: str
    meant: Expression | None = None
    verified_on: date | None = None

    def follows(self, truth: Value) -> int:
        """The severity that follows from a truth value."""
        if truth is None:
            return SEVERITY[self.unknown]
        return SEVERITY[self.then] if truth else 0


@dataclass(frozen=True)
class Program:
    """A policy, ready to be compiled.

    Attributes:
        inputs: what it asks of an application, in order.
        features: what it asks of the past, in order; supplied beside the inputs.
        types: the type of every name: inputs, features, values.
        titles: what people call every name.
        steps: in an order in which each can be computed.
        checks: in the order in which reasons are told.
        offer: the values an approval carries.
        digest: SHA-256 of what the policy says.
        files: the texts it was read from, the base first.
        find_places: finds `places`.
    """

    id: str
    title: Text
    inputs: dict[str, Input]
    features: dict[str, Meaning]
    types: dict[str, Type]
    titles: dict[str, Text]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    offer: tuple[str, ...]
    as_of: str | None
    customer: str | None
    digest: str
    files: tuple[str, ...] = field(default=())
    find_places: Callable[[], Mapping[str, Place]] = field(default=dict, compare=False, repr=False)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where things stand, by name.

        Rules as `rules.ID`, tables as `tables.NAME`, characteristics as `SCORE.PART`, rows and
        bands as `…#NUMBER`.
        """
        return self.find_places()

    def check(self, id_: str) -> Check:
        """The check of this id."""
        return next(check for check in self.checks if check.id == id_)

    @property
    def asked(self) -> tuple[str, ...]:
        """Every name a decision must be given: inputs, then features."""
        return (*self.inputs, *self.features)
