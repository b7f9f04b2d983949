"""The ground truth: which troubles are planted in a simulation, where and when."""

from dataclasses import dataclass
from datetime import date

from seawall.core.period import month_end, month_index, month_start
from seawall.core.text import Text
from seawall.simulator.declaration import Kind, Lender


@dataclass(frozen=True)
class Plan:
    """A simulation's plan.

    Attributes:
        loans: how many loans are disbursed, exactly.
        seed: the same seed gives the same lender, to the cent.
        months: how many months are simulated.
        until: the last day that is known; the last month is its month.
    """

    loans: int = 20_000
    seed: int = 1
    months: int = 36
    until: date = date(2025, 12, 31)

    @property
    def first_month(self) -> int:
        """The first simulated month, as `period.month_index` counts."""
        return month_index(self.until) - self.months + 1


@dataclass(frozen=True)
class Trouble:
    """One planted trouble: what, in which segment, from when to when, and how large.

    `size` is a factor on hazards or counts, a share of loans (fraud ring), days (outage) or a
    change of an annual rate (rate rise).
    """

    id: str
    kind: Kind
    title: Text
    segment: dict[str, str]
    starts_on: date
    ends_on: date
    size: float

    def covers(self, month: int) -> bool:
        """Whether it is on in a month."""
        return month_index(self.starts_on) <= month <= month_index(self.ends_on)


def planted(plan: Plan, lender: Lender) -> tuple[Trouble, ...]:
    """The troubles of a plan, in the order of their beginnings."""
    troubles: list[Trouble] = []
    for each in lender.troubles:
        first = plan.first_month + round(each.from_ * (plan.months - 1))
        last = plan.first_month + round(each.to * (plan.months - 1))
        ends = month_end(month_start(last))
        starts = month_start(first)
        if each.kind == "outage":
            starts = starts.replace(day=12)
            ends = starts.replace(day=starts.day + int(each.size) - 1)
        troubles.append(
            Trouble(each.id, each.kind, each.title, each.segment, starts, min(ends, plan.until),
                    each.size)
        )  # fmt: skip
    return tuple(sorted(troubles, key=lambda trouble: trouble.starts_on))
