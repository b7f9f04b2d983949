"""The ground truth: which troubles are planted in a simulation, where and when."""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from seawall.core.period import month_end, month_index, month_start
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.simulator.declaration import Kind, Lender, Planted, Segment

_RING_TOKENS = 900


UNTIL_LEAST, UNTIL_MOST = date(1995, 1, 1), date(2090, 12, 31)


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

    def __post_init__(self) -> None:
        """A plan with nothing in it is a mistake of the caller."""
        if self.loans < 1 or self.months < 1 or self.seed < 0:
            raise UnableToPlan(self.loans, self.months, self.seed)
        if not UNTIL_LEAST <= self.until <= UNTIL_MOST:
            raise UnableToPlanUntil(self.until)

    @property
    def first_month(self) -> int:
        """The first simulated month, as `period.month_index` counts."""
        return month_index(self.until) - self.months + 1


@dataclass(frozen=True)
class Trouble:
    """One planted trouble: what, in which segment, from when to when, and how large.

    Attributes:
        changes: what `size` is: a factor on the hazard of missing instalments, the share of a
            month's loans, days, an addition to annual rates, a factor on complaints.
        segment: contract columns and their values that it is confined to; empty is everywhere.
        starts_on, ends_on: both included.
        build_up_months: months over which it reaches its size.
        token_prefix: how the shared tokens of a fraud ring begin, after their letter.
    """

    id: str
    kind: Kind
    title: Text
    segment: dict[Segment, str]
    starts_on: date
    ends_on: date
    changes: str
    size: float
    build_up_months: int = 1
    token_prefix: str = ""

    def covers(self, month: int) -> bool:
        """Whether it is on in a month."""
        return month_index(self.starts_on) <= month <= month_index(self.ends_on)

    def built_up(self, month: int) -> float:
        """How much of it is there in a month that it covers: rises to 1."""
        return min(1.0, (month - month_index(self.starts_on) + 1) / self.build_up_months)


def planted(plan: Plan, lender: Lender) -> tuple[Trouble, ...]:
    """The troubles of a plan, in the order of their beginnings.

    One that would begin after the last known day is left out.
    """
    troubles = [_placed(plan, each, place) for place, each in enumerate(lender.troubles)]
    begun = [trouble for trouble in troubles if trouble.starts_on <= plan.until]
    return tuple(sorted(begun, key=lambda trouble: trouble.starts_on))


def _placed(plan: Plan, declared: Planted, place: int) -> Trouble:
    first, last = (
        plan.first_month + round(each * (plan.months - 1)) for each in (declared.from_, declared.to)
    )
    starts = month_start(first).replace(day=declared.day)
    ends = month_end(month_start(last))
    if declared.kind == "outage":
        ends = starts + timedelta(days=int(declared.size) - 1)
    ring = declared.kind == "fraud_ring"
    return Trouble(
        id=declared.id,
        kind=declared.kind,
        title=declared.title,
        segment=declared.segment,
        starts_on=starts,
        ends_on=min(ends, plan.until),
        changes=declared.changes,
        size=declared.size,
        build_up_months=declared.months,
        token_prefix=str(_RING_TOKENS + place) if ring else "",
    )


_LOOKS: dict[Kind, tuple[str, str, str, str]] = {
    "weakening_channel": ("loan", "disbursed_on", "", ""),
    "fraud_ring": ("application", "applied_at", "", ""),
    "outage": ("event", "happened_at", "kind", "payment_failed"),
    "regional_shock": ("loan", "disbursed_on", "", ""),
    "rate_rise": ("series", "observed_on", "series_id", "policy_rate"),
    "complaint_surge": ("event", "happened_at", "kind", "complaint"),
}
"""Per kind: the table with its traces, their date, and a column with the value that marks them."""


def affected(trouble: Trouble, name: str, chunk: pa.Table) -> int:
    """How many rows of a chunk a trouble touches; sum them over a simulation's chunks.

    These are the loans of a weakening channel's or a struck region's segment (for a region: all
    made up to its end), the applications of a fraud ring, failed payments of an outage, days of a
    raised rate, complaints of a surge's product and time.

    Args:
        trouble: one of `planted`.
        name: the chunk's table.
        chunk: rows as `lender.simulate` yields them.
    """
    table, day, column, value = _LOOKS[trouble.kind]
    if name != table:
        return 0
    on = chunk[day].cast(pa.date32(), safe=False)
    mask = pc.less_equal(on, pa.scalar(trouble.ends_on))
    if trouble.kind != "regional_shock":
        mask = pc.and_(mask, pc.greater_equal(on, pa.scalar(trouble.starts_on)))
    if trouble.token_prefix:
        mask = pc.and_(mask, pc.starts_with(chunk["device_token"], "d" + trouble.token_prefix))
    for marked, wanted in (*trouble.segment.items(), (column, value)):
        if marked:
            mask = pc.and_kleene(mask, pc.equal(chunk[marked], wanted))
    return int(pc.sum(mask.cast(pa.int64())).as_py() or 0)


class UnableToPlanUntil(Unable, ValueError):
    """A plan's last day is so far off that its loans would leave the contract's dates."""

    def __init__(self, until: date) -> None:
        super().__init__(
            Text(
                en="a simulation ends between {least} and {most}, and not on {until}",
                zh="模拟的终止日须在 {least} 与 {most} 之间，不能是 {until}",
            ),
            least=UNTIL_LEAST,
            most=UNTIL_MOST,
            until=until,
        )


class UnableToPlan(Unable, ValueError):
    """A plan asks for nothing, or with a seed that is none."""

    def __init__(self, loans: int, months: int, seed: int) -> None:
        super().__init__(
            Text(
                en="a plan needs at least one loan, one month and a seed of 0 or more; this has {loans} "
                "loans, {months} months, seed {seed}",
                zh="模拟方案至少需要一笔贷款、一个月，种子不小于 0；现为 {loans} 笔贷款、{months} 个月、"
                "种子 {seed}",
            ),
            loans=loans,
            months=months,
            seed=seed,
        )
