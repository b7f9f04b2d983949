"""The simulated lender: the book's tables as a stream of values, month by month.

Each month of disbursement is simulated on its own to the end of what is known, so memory stays
flat however many loans there are, and no month's chance moves another's.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from seawall.core.period import month_index
from seawall.portfolio import tape
from seawall.simulator import people, schedules, surroundings
from seawall.simulator.chance import (
    Days,
    Flags,
    Floats,
    Ints,
    generator,
    ids,
    known,
    label,
    money,
    rows,
)
from seawall.simulator.declaration import Lender
from seawall.simulator.people import Applicants
from seawall.simulator.repayment import Conditions, Walk, extra_turns
from seawall.simulator.schedules import Schedules
from seawall.simulator.truth import Plan, Trouble, planted

_EPOCH = 1970 * 12
_WEAKENING_MONTHS = 3
_OUTCOMES = ("promise", "refused", "reached", "wrong_party", "no_answer")


def simulate(plan: Plan, lender: Lender) -> Iterator[tuple[str, pa.Table]]:
    """Simulate a lender.

    Yields:
        Names of tables of the contract with rows in the contract's schema; a table comes in many
        chunks. The same plan and lender give the same rows in the same order.
    """
    troubles = planted(plan, lender)
    population = people.Population(plan, lender, troubles)
    made = 0
    for turn, loans in enumerate(_volumes(plan, lender)):
        index = plan.first_month + turn
        applicants = population.month(index, loans)
        yield from people.tables(applicants, plan, lender).items()
        if loans:
            yield from _Month(plan, lender, troubles).tables(index, applicants, made)
        made += loans
    yield from surroundings.tables(plan, lender, troubles)


def _volumes(plan: Plan, lender: Lender) -> list[int]:
    """Loans per month: growth times season, by largest remainder so that they sum exactly."""
    turns = np.arange(plan.months)
    season = np.array(lender.season_volume)[(plan.first_month + turns) % 12]
    weights = (1 + lender.growth_monthly) ** turns * season
    shares = weights / weights.sum() * plan.loans
    counts = np.floor(shares).astype(int)
    counts[np.argsort(-(shares - counts), kind="stable")[: plan.loans - counts.sum()]] += 1
    return [int(count) for count in counts]


class _Month:
    """The loans disbursed in one month."""

    def __init__(self, plan: Plan, lender: Lender, troubles: tuple[Trouble, ...]) -> None:
        self._plan = plan
        self._lender = lender
        self._troubles = troubles
        self._until = np.datetime64(plan.until, "D")

    def tables(
        self, index: int, applicants: Applicants, made: int
    ) -> Iterator[tuple[str, pa.Table]]:
        """The month's loans, schedules, payments and contacts; `made` loans came before."""
        taken = np.flatnonzero(applicants.lent)
        loan_ids = ids("L", made + np.arange(len(taken)))
        planned = self._schedules(applicants, taken)
        chance = generator(self._plan.seed, 3, index)
        walk = Walk(planned, applicants.product[taken], self._lender, chance)
        walk.run(self._conditions(index, applicants, taken))
        yield "loan", self._loans(applicants, taken, loan_ids, walk)
        yield "instalment", schedules.table(planned, loan_ids)
        yield "payment", self._payments(index, walk, planned, loan_ids)
        yield "contact", self._contacts(index, walk, loan_ids)

    def _schedules(self, applicants: Applicants, taken: Ints) -> Schedules:
        products = list(self._lender.products.values())
        fees = np.array([product.fee_rate or 0.0 for product in products])
        terms = schedules.Terms(
            disbursed=applicants.day[taken],
            principal=applicants.amount[taken],
            count=applicants.instalments[taken],
            days=applicants.days[taken],
            rate=people.rates(applicants, self._lender)[taken],
            fee_rate=fees[applicants.product[taken]],
        )
        return schedules.schedules(terms, extra=extra_turns(products))

    def _conditions(self, index: int, applicants: Applicants, taken: Ints) -> Conditions:
        lender = self._lender
        channel_risk = np.array([each.risk for each in lender.channels.values()])
        region_risk = np.array([each.risk for each in lender.regions.values()])
        spread = lender.risk.spread
        hazard = (
            np.exp(spread * applicants.risk[taken] - spread**2 / 2)
            * channel_risk[applicants.channel[taken]]
            * region_risk[applicants.region[taken]]
            * self._weakening(index, applicants, taken)
        )
        first, last = index, month_index(self._plan.until)
        shocks = {
            month - _EPOCH: self._shock(month, applicants, taken)
            for month in range(first, last + 1)
        }
        outages = [each for each in self._troubles if each.kind == "outage"]
        outage = (
            (np.datetime64(outages[0].starts_on), np.datetime64(outages[0].ends_on))
            if outages else None
        )  # fmt: skip
        return Conditions(hazard, shocks, applicants.ring[taken], outage, self._until)

    def _weakening(self, index: int, applicants: Applicants, taken: Ints) -> Floats:
        factor = np.ones(len(taken))
        for each in (trouble for trouble in self._troubles if trouble.covers(index)):
            if each.kind == "weakening_channel":
                months = index - month_index(each.starts_on) + 1
                size = each.size ** (min(months, _WEAKENING_MONTHS) / _WEAKENING_MONTHS)
                factor[self._inside(each, applicants, taken)] *= size
        return factor

    def _shock(self, month: int, applicants: Applicants, taken: Ints) -> Floats:
        macro = self._lender.macro
        point = 100 * (surroundings.unemployment(month, macro) - macro.unemployment)
        base = self._lender.season_risk[month % 12] * np.exp(macro.risk_per_point * point / 100)
        factor = np.full(len(taken), base)
        for each in (trouble for trouble in self._troubles if trouble.covers(month)):
            if each.kind == "regional_shock":
                factor[self._inside(each, applicants, taken)] *= each.size
        return factor

    def _inside(self, trouble: Trouble, applicants: Applicants, taken: Ints) -> Flags:
        names = {
            "channel": list(self._lender.channels),
            "region": list(self._lender.regions),
            "product": list(self._lender.products),
        }
        inside = np.ones(len(taken), bool)
        for segment, value in trouble.segment.items():
            inside &= getattr(applicants, segment)[taken] == names[segment].index(value)
        return inside

    def _loans(
        self, applicants: Applicants, taken: Ints, loan_ids: pa.Array, walk: Walk
    ) -> pa.Table:
        size, lender = len(taken), self._lender
        flat = np.array([p.fee_rate is not None for p in lender.products.values()])
        rates = pa.array(people.rates(applicants, lender)[taken])
        gone = walk.charged_off <= self._until
        return rows(tape.LOAN, {
            "loan_id": loan_ids,
            "application_id": ids("A", applicants.number[taken]),
            "customer_token": ids("c", applicants.customer[taken]),
            **people.segments(applicants, lender, taken),
            "grade": label(list(lender.grades), people.grades(applicants, lender)[taken]),
            "principal": money(applicants.amount[taken]),
            "annual_rate": known(rates, ~flat[applicants.product[taken]]),
            "term_days": people.term_days(applicants)[taken],
            "disbursed_on": applicants.day[taken],
            "charged_off_on": known(pa.array(walk.charged_off), gone),
            "observed_on": np.full(size, self._until),
            "waterfall": pa.repeat("fee-interest-principal", size),
        })  # fmt: skip

    def _payments(self, index: int, walk: Walk, planned: Schedules, loan_ids: pa.Array) -> pa.Table:
        loan, day, amount, late = (
            np.concatenate(each)
            for each in (walk.paid.loan, walk.paid.day, walk.paid.amount, walk.paid.late_days)
        )
        rule = self._lender.late_fee
        fee = np.where(late > rule.after_days, np.round(amount * rule.share), 0).astype(np.int64)
        again = self._recoveries(index, walk, planned)
        loan = np.concatenate((loan, again[0]))
        day = np.concatenate((day, again[1]))
        whole = np.concatenate((amount + fee, again[2]))
        fees = np.concatenate((fee, np.zeros(len(again[0]), np.int64)))
        cost = np.concatenate((np.zeros(len(amount), np.int64), again[3]))
        seen = np.flatnonzero(day <= self._until)
        numbers = (index - self._plan.first_month + 1) * 10_000_000 + np.arange(len(seen))
        return rows(tape.PAYMENT, {
            "payment_id": ids("P", numbers, 10),
            "loan_id": loan_ids.take(pa.array(loan[seen])),
            "paid_on": day[seen],
            "amount": money(whole[seen]),
            "late_fee": money(fees[seen]),
            "collection_cost": money(cost[seen]),
        })  # fmt: skip

    def _recoveries(
        self, index: int, walk: Walk, planned: Schedules
    ) -> tuple[Ints, Days, Ints, Ints]:
        """Some charged-off loans pay a part of their principal, within two years."""
        chance = generator(self._plan.seed, 4, index)
        gone = np.flatnonzero(walk.charged_off <= self._until)
        products = [product.recovery for product in self._lender.products.values()]
        of = walk.product[gone]
        share, mean, cost = (
            np.array([getattr(each, name) for each in products])[of]
            for name in ("share", "mean", "cost")
        )
        unpaid = np.arange(planned.principal.shape[1])[None, :] >= walk.settled[gone][:, None]
        owed = np.where(unpaid, planned.principal[gone], 0).sum(axis=1)
        part = np.minimum(1.0, mean * chance.gamma(2.0, 0.5, len(gone)))
        amount = np.floor(owed * part).astype(np.int64)
        day = walk.charged_off[gone] + (1 + chance.exponential(200, len(gone))).astype("m8[D]")
        pays = (chance.random(len(gone)) < share) & (amount > 0)
        paid = amount[pays]
        return gone[pays], day[pays], paid, np.round(paid * cost[pays]).astype(np.int64)

    def _contacts(self, index: int, walk: Walk, loan_ids: pa.Array) -> pa.Table:
        chance, rule = generator(self._plan.seed, 5, index), self._lender.contacts
        loan, day, pays, paid_on = (
            np.concatenate(each)
            for each in (walk.paid.missed_loan, walk.paid.missed_day, walk.paid.missed_pays,
                         walk.paid.missed_paid_on)
        )  # fmt: skip
        often = np.repeat(np.arange(len(loan)), chance.poisson(rule.per_missed, len(loan)))
        minute = chance.integers(9 * 60, 20 * 60, len(often)) - 60 * self._lender.utc_offset_hours
        on = day[often] + chance.integers(1, 15, len(often)).astype("m8[D]")
        often, on, minute = (each[on <= self._until] for each in (often, on, minute))
        size = len(often)
        reached = chance.random(size) < rule.reached
        willing = np.where(pays[often], rule.promise_if_paying, rule.promise)
        promises = reached & (chance.random(size) < willing)
        honest = pays[often] & (chance.random(size) < rule.kept)
        promised = np.where(honest, np.maximum(paid_on[often], on), on + np.timedelta64(5, "D"))
        refuses = chance.random(size) < rule.refused
        wrong = chance.random(size) < rule.wrong_party
        outcome = np.select([promises, reached & refuses, reached, wrong], [0, 1, 2, 3], 4)
        medium = np.minimum(chance.integers(0, 4, size), 2)
        numbers = (index - self._plan.first_month + 1) * 10_000_000 + np.arange(size)
        return rows(tape.CONTACT, {
            "contact_id": ids("T", numbers, 10),
            "loan_id": loan_ids.take(pa.array(loan[often])),
            "contacted_at": on.astype("M8[us]") + minute * np.timedelta64(60_000_000, "us"),
            "medium": label(("call", "ai_call", "message"), medium),
            "outcome": label(_OUTCOMES, outcome),
            "agent_token": ids("g", chance.integers(0, 40, size), 3),
            "agency": known(pa.repeat("harbour", size), chance.random(size) < rule.agency),
            "promised_on": known(pa.array(promised), promises),
        })  # fmt: skip
