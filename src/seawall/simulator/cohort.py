"""A cohort: the loans disbursed in one month, with all that is known of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from seawall.simulator.chance import Flags, Ints, generator
from seawall.simulator.columns import ids
from seawall.simulator.declaration import Lender, Segment
from seawall.simulator.demand import Applications
from seawall.simulator.repayment import Walk
from seawall.simulator.truth import Plan, Trouble
from seawall.simulator.underwriting import Decisions

_BLOCK = 10_000_000


@dataclass(frozen=True)
class Simulation:
    """What stays the same from month to month."""

    plan: Plan
    lender: Lender
    troubles: tuple[Trouble, ...]

    def chance(self, *purpose: int) -> np.random.Generator:
        """Chance of its own for a purpose."""
        return generator(self.plan.seed, *purpose)

    def of_kind(self, kind: str) -> tuple[Trouble, ...]:
        """The planted troubles of a kind."""
        return tuple(trouble for trouble in self.troubles if trouble.kind == kind)

    @property
    def offset(self) -> np.timedelta64:
        """Local time minus UTC."""
        return np.timedelta64(self.lender.utc_offset_hours, "h")


@dataclass(frozen=True)
class Made:
    """The loans made in a month.

    Attributes:
        first: how many loans were made before.
        taken: places of the loans' applications among the month's.
    """

    by: Simulation
    month: int
    first: int
    asked: Applications
    decided: Decisions

    @property
    def taken(self) -> Ints:
        """Places of the loans' applications."""
        return self.decided.lent

    @cached_property
    def ids(self) -> pa.Array:
        """The loans' ids."""
        return ids("L", self.first + np.arange(len(self.taken)))

    def segment(self, name: Segment) -> Ints:
        """Places of the loans' channel, region or product."""
        places: Ints = getattr(self.asked, name)[self.taken]
        return places

    def inside(self, trouble: Trouble) -> Flags:
        """Which loans are in a trouble's segment."""
        mine = np.ones(len(self.taken), bool)
        for name, value in trouble.segment.items():
            mine &= self.segment(name) == self.by.lender.names(name).index(value)
        return mine

    def numbers(self, size: int) -> Ints:
        """Numbers for so many rows of one table, from the month's own block."""
        return (self.month - self.by.plan.first_month + 1) * _BLOCK + np.arange(size)


@dataclass(frozen=True)
class Cohort:
    """The loans of a month, and their repayment."""

    made: Made
    walk: Walk
