"""The simulated lender: the book's tables as a stream of values, month by month.

Each month of disbursement is simulated on its own to the end of what is known, so memory stays
flat however many loans there are; what months share is who has had a loan and may come back.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from seawall.core.period import month_index
from seawall.portfolio import tape
from seawall.simulator import collecting, demand, events, schedules, series, underwriting
from seawall.simulator.chance import Days, Floats, Ints
from seawall.simulator.climate import Climate, climate
from seawall.simulator.cohort import Cohort, Made, Simulation
from seawall.simulator.columns import ids, known, label, money, rows, same
from seawall.simulator.declaration import Lender
from seawall.simulator.demand import CENT, Demand
from seawall.simulator.repayment import Conditions, Shock, Walk, extra_turns
from seawall.simulator.schedules import Schedules, Terms
from seawall.simulator.truth import Plan, planted

_EPOCH = 1970 * 12
_WATERFALL = "fee-interest-principal"
_FEE_DAYS = 30
_NEVER = np.datetime64("9999-12-31")


def simulate(plan: Plan, lender: Lender) -> Iterator[tuple[str, pa.Table]]:
    """Simulate a lender.

    Args:
        plan: how many loans, over which time, from which seed.
        lender: what the lender is like: the pack `simulator/lender.yaml`.

    Yields:
        Names of tables of the contract with rows in the contract's schema; a table comes in many
        chunks. The same plan and lender give the same rows in the same order.
    """
    by = Simulation(plan, lender, planted(plan, lender))
    asking, weather, first = Demand(plan, lender, by.troubles), climate(plan, lender), 0
    for turn, loans in enumerate(demand.volumes(plan, lender)):
        if loans == 0:
            continue
        month = plan.first_month + turn
        asked = asking.month(month, loans)
        made = Made(by, month, first, asked, underwriting.decide(asked, plan, lender, month))
        cohort = Cohort(made, _repaid(made, weather))
        _may_return(asking, cohort)
        yield from underwriting.tables(asked, made.decided, plan, lender, month).items()
        yield from _tables(cohort)
        first += loans
    for chunk in series.tables(plan, lender, weather, by.troubles):
        yield "series", chunk
    for chunk in events.of_operations(by):
        yield "event", chunk


def _tables(cohort: Cohort) -> Iterator[tuple[str, pa.Table]]:
    yield "loan", _loans(cohort)
    yield "instalment", schedules.table(cohort.walk.made, cohort.made.ids)
    yield "payment", collecting.payments(cohort)
    yield "contact", collecting.contacts(cohort)
    for chunk in events.of_loans(cohort):
        yield "event", chunk


def _repaid(made: Made, weather: Climate) -> Walk:
    """The month's loans, walked to the end of what is known."""
    walk = Walk(
        _scheduled(made), _conditions(made, weather), made.by.lender, made.by.chance(5, made.month)
    )
    walk.run()
    return walk


def _scheduled(made: Made) -> Schedules:
    asked, taken = made.asked, made.taken
    products = list(made.by.lender.products.values())
    rates = np.array([product.fee_rate or 0.0 for product in products])[asked.product[taken]]
    flat = np.array([product.fee_rate is not None for product in products])[asked.product[taken]]
    principal, days = asked.granted[taken], asked.days[taken]
    lasting = np.where(days > 0, days, _FEE_DAYS) / _FEE_DAYS
    fee = np.round(principal * rates * lasting / CENT).astype(np.int64) * CENT
    terms = Terms(
        disbursed=asked.day[taken],
        principal=principal,
        count=asked.instalments[taken],
        days=days,
        rate=made.decided.rate[taken],
        fee=fee,
        flat=flat,
    )
    return schedules.schedules(terms, extra=extra_turns(products))


def _conditions(made: Made, weather: Climate) -> Conditions:
    lender, latent = made.by.lender, made.asked.people.latent[made.taken]
    channels = np.array([channel.risk for channel in lender.channels.values()])
    regions = np.array([region.risk for region in lender.regions.values()])
    spread = np.array([product.spread for product in lender.products.values()])
    hazard = np.exp(spread[made.segment("product")] * latent) * _weakened(made)
    hazard *= channels[made.segment("channel")] * regions[made.segment("region")]
    shocks = tuple(
        Shock(made.inside(trouble), month_index(trouble.starts_on) - _EPOCH,
              month_index(trouble.ends_on) - _EPOCH, trouble.size)
        for trouble in made.by.of_kind("regional_shock")
    )  # fmt: skip
    outages = tuple(
        (np.datetime64(trouble.starts_on), np.datetime64(trouble.ends_on))
        for trouble in made.by.of_kind("outage")
    )
    return Conditions(
        product=made.segment("product"),
        hazard=hazard,
        trait=_standard(latent, made.segment("product")),
        cheats=made.asked.ring[made.taken] >= 0,
        shocks=shocks,
        outages=outages,
        climate=weather,
        until=np.datetime64(made.by.plan.until),
    )


def _standard(latent: Floats, product: Ints) -> Floats:
    """Latent risk with mean 0 and deviation 1 within each product, so that delays keep theirs."""
    trait = np.zeros(len(latent))
    for place in np.unique(product):
        mine = product == place
        trait[mine] = (latent[mine] - latent[mine].mean()) / max(float(latent[mine].std()), 1e-9)
    return trait


def _weakened(made: Made) -> Floats:
    """What weakening channels do to the loans they bring in this month."""
    factor = np.ones(len(made.taken))
    for trouble in made.by.of_kind("weakening_channel"):
        if trouble.covers(made.month):
            factor[made.inside(trouble)] *= trouble.size ** trouble.built_up(made.month)
    return factor


def _may_return(asking: Demand, cohort: Cohort) -> None:
    """Note who may come back: after repayment, or after some months of paying on time."""
    made, walk = cohort.made, cohort.walk
    free = np.where(np.isnat(walk.ended), _NEVER, walk.ended)
    for place, product in enumerate(made.by.lender.products.values()):
        mine = np.flatnonzero(made.segment("product") == place)
        on = free[mine]
        if product.returns_after is not None:
            turn = min(product.returns_after, walk.made.due.shape[1]) - 1
            clean = walk.first_missed[mine] >= product.returns_after
            on = np.where(clean, np.minimum(walk.made.due[mine, turn], on), on)
        on = np.where(walk.met.cheats[mine], _NEVER, on)
        keep = on < _NEVER
        taken = made.taken[mine[keep]]
        asking.returning[place].add(
            made.asked.people.customer[taken], made.asked.earlier[taken] + 1, on[keep]
        )


def _loans(cohort: Cohort) -> pa.Table:
    made, walk, lender = cohort.made, cohort.walk, cohort.made.by.lender
    size, taken = len(made.taken), made.taken
    flat = np.array([product.fee_rate is not None for product in lender.products.values()])
    gone: Days = walk.charged_off
    return rows(tape.LOAN, {
        "loan_id": made.ids,
        "application_id": ids("A", made.asked.number[taken]),
        "customer_token": ids("c", made.asked.people.customer[taken]),
        **underwriting.segments(made.asked, lender, taken),
        "grade": label(lender.grades, made.decided.grade[taken]),
        "principal": money(made.asked.granted[taken]),
        "annual_rate": known(made.decided.rate[taken], ~flat[made.segment("product")]),
        "term_days": underwriting.term_days(made.asked)[taken],
        "disbursed_on": made.asked.day[taken],
        "charged_off_on": known(gone, gone <= walk.met.until),
        "observed_on": np.full(size, walk.met.until),
        "waterfall": same(_WATERFALL, size),
    })  # fmt: skip
