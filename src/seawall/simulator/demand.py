"""Demand: the applications of one month — who asks, through which channel, for what."""

from dataclasses import dataclass

import numpy as np

from seawall.core.period import month_end, month_index, month_start
from seawall.simulator.chance import (
    Days,
    Floats,
    Ints,
    choose,
    generator,
    named,
    quantile,
)
from seawall.simulator.declaration import Lender, Product, Segment
from seawall.simulator.people import Persons, Returning, persons
from seawall.simulator.truth import Plan, Trouble

CENT = 100
_SECOND = np.timedelta64(1_000_000, "us")
_HOUR_SECONDS = 3600
_RING_BLOCK = 1_000_000
_RING_MONTH = 10_000


@dataclass(frozen=True)
class Applications:
    """The applications of a month, arrays of one length, products in order.

    Attributes:
        number: of the application, over the whole simulation.
        earlier: loans of the product the customer has had before.
        day: local date; `local_at` local time.
        granted: amount, in cents, the lender would lend; `asked` what is asked for.
        days: days between instalments; 0 for months.
        ring: members of a fraud ring: the group within the ring; -1 for everybody else.
        quotas: loans to make per product.
    """

    number: Ints
    people: Persons
    earlier: Ints
    day: Days
    local_at: Days
    channel: Ints
    region: Ints
    product: Ints
    purpose: Ints
    asked: Ints
    granted: Ints
    instalments: Ints
    days: Ints
    ring: Ints
    quotas: Ints

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.number)


def volumes(plan: Plan, lender: Lender) -> list[int]:
    """Loans per month: growth times season, by largest remainder so that they sum exactly."""
    turns = np.arange(plan.months)
    season = np.array(lender.volume.season)[(plan.first_month + turns) % 12]
    weights = (1 + lender.volume.growth_monthly) ** turns * season
    weights[-1] *= plan.until.day / month_end(plan.until).day
    shares = weights / weights.sum() * plan.loans
    counts = np.floor(shares).astype(int)
    counts[np.argsort(-(shares - counts), kind="stable")[: plan.loans - counts.sum()]] += 1
    return [int(count) for count in counts]


class Demand:
    """Applications month by month; remembers who has had a loan and may come back."""

    def __init__(self, plan: Plan, lender: Lender, troubles: tuple[Trouble, ...]) -> None:
        self._plan = plan
        self._lender = lender
        self._products = list(lender.products.values())
        self._rings = [trouble for trouble in troubles if trouble.kind == "fraud_ring"]
        self._weak = [trouble for trouble in troubles if trouble.kind == "weakening_channel"]
        self._customers = 0
        self._applications = 0
        self.returning = [Returning() for _ in self._products]

    def month(self, month: int, loans: int) -> Applications:
        """The applications of a month in which so many loans are to be made."""
        lender, chance = self._lender, generator(self._plan.seed, 2, month)
        weights = np.array([product.weight for product in self._products])
        quotas = chance.multinomial(loans, weights / weights.sum()).astype(np.int64)
        sizes = self._sizes(quotas)
        product = np.repeat(np.arange(len(quotas)), sizes)
        ring = self._ring(month, quotas, product)
        customer, earlier = self._who(chance, month, sizes, ring)
        channel = named(chance, {k: c.weight for k, c in lender.channels.items()}, len(product))
        self._place(channel, ring, "channel")
        people = persons(customer, self._shift(month, channel, product), self._plan, lender, month)
        region = people.region.copy()
        self._place(region, ring, "region")
        instalments, days, asked, granted = self._wants(chance, product, earlier, people)
        day = self._days(chance, month, len(product))
        numbers = self._applications + np.arange(len(product))
        self._applications += len(product)
        return Applications(
            number=numbers, people=people, earlier=earlier, day=day,
            local_at=self._times(chance, day), channel=channel, region=region, product=product,
            purpose=named(chance, lender.purposes, len(product)), asked=asked, granted=granted,
            instalments=instalments, days=days, ring=ring, quotas=quotas,
        )  # fmt: skip

    def _sizes(self, quotas: Ints) -> Ints:
        rule = self._lender.underwriting
        wanted = np.ceil(quotas / (rule.approval_rate * rule.take_up)).astype(np.int64)
        return np.where(quotas > 0, np.maximum(wanted, quotas + 1), 0)

    def _who(
        self, chance: np.random.Generator, month: int, sizes: Ints, ring: Ints
    ) -> tuple[Ints, Ints]:
        """Customers who come back, then new ones; ring members are new."""
        first = np.datetime64(month_start(month))
        found, before = [], []
        for place, product in enumerate(self._products):
            size = int(sizes[place])
            # Returning customers' applications are mostly approved: so many as loans want them.
            wanted = round(size * self._lender.underwriting.approval_rate * product.returning)
            known, earlier = self.returning[place].take(
                chance, first, size=wanted, fade_days=product.returns_days
            )
            fresh = self._customers + np.arange(size - len(known))
            self._customers += len(fresh)
            order = chance.permutation(size)
            found.append(np.concatenate((known, fresh))[order])
            before.append(np.concatenate((earlier, np.zeros(len(fresh), np.int64)))[order])
        customer, earlier = np.concatenate(found), np.concatenate(before)
        members = np.flatnonzero(ring >= 0)
        customer[members] = self._customers + np.arange(len(members))
        self._customers += len(members)
        earlier[members] = 0
        return customer, earlier

    def _shift(self, month: int, channel: Ints, product: Ints) -> Floats:
        """How much riskier a weakening channel's people look in their borrowing elsewhere."""
        shift, names = np.zeros(len(channel)), self._lender.names("channel")
        spread = np.array([each.spread for each in self._products])[product]
        for each in (trouble for trouble in self._weak if trouble.covers(month)):
            mine = channel == names.index(each.segment["channel"])
            shift[mine] = each.built_up(month) * np.log(each.size) / spread[mine]
        return shift

    def _ring(self, month: int, quotas: Ints, product: Ints) -> Ints:
        """Ring members by group; of the ring's product, or of that with most loans."""
        ring = np.full(len(product), -1, np.int64)
        for trouble in (each for each in self._rings if each.covers(month)):
            declared = next(each for each in self._lender.troubles if each.id == trouble.id)
            names = list(self._lender.products)
            kind = trouble.segment.get("product")
            place = names.index(kind) if kind else int(np.argmax(quotas))
            size = max(3, round(trouble.size * quotas.sum()))
            members = np.flatnonzero((product == place) & (ring < 0))[
                : min(size, int(quotas[place]))
            ]
            base = int(trouble.token_prefix) * _RING_BLOCK
            group = (month - month_index(trouble.starts_on)) * _RING_MONTH
            ring[members] = base + group + np.arange(len(members)) // declared.members
        return ring

    def _place(self, values: Ints, ring: Ints, segment: Segment) -> None:
        for trouble in self._rings:
            wanted = trouble.segment.get(segment)
            if wanted is not None:
                mine = ring // _RING_BLOCK == int(trouble.token_prefix)
                values[mine] = self._lender.names(segment).index(wanted)

    def _wants(
        self, chance: np.random.Generator, product: Ints, earlier: Ints, people: Persons
    ) -> tuple[Ints, Ints, Ints, Ints]:
        size, follows = len(product), self._lender.traits.amount_income
        instalments, days, granted = (np.zeros(size, np.int64) for _ in range(3))
        own = chance.standard_normal(size)
        score = follows * people.income_score + np.sqrt(1 - follows**2) * own
        for place, each in enumerate(self._products):
            mine = np.flatnonzero(product == place)
            term = choose(chance, [term.weight for term in each.terms], len(mine))
            instalments[mine] = np.array([term.instalments for term in each.terms])[term]
            days[mine] = np.array([term.days or 0 for term in each.terms])[term]
            scale = np.array([term.scale for term in each.terms])[term]
            granted[mine] = _amounts(each, score[mine], earlier[mine], scale)
        share, most = self._lender.underwriting.cut
        less = np.where(chance.random(size) < share, most * chance.random(size), 0.0)
        steps = np.array([each.amount.step * CENT for each in self._products])[product]
        asked = np.ceil(granted / (1 - less) / steps).astype(np.int64) * steps
        return instalments, days, asked, granted

    def _days(self, chance: np.random.Generator, month: int, size: int) -> Days:
        first = month_start(month)
        last = min(month_end(first), self._plan.until)
        days = np.datetime64(first) + np.arange(last.day)
        weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday, Monday is 0
        weights = np.array(self._lender.volume.weekdays)[weekday]
        drawn: Days = days[choose(chance, list(weights), size)]
        return drawn

    def _times(self, chance: np.random.Generator, day: Days) -> Days:
        hour = choose(chance, self._lender.volume.hours, len(day))
        second = hour * _HOUR_SECONDS + chance.integers(0, _HOUR_SECONDS, len(day))
        times: Days = day.astype("M8[us]") + second * _SECOND
        return times


def _amounts(product: Product, score: Floats, earlier: Ints, scale: Floats) -> Ints:
    """Amounts in cents: by income, growing with the customer's loans, in steps."""
    rule = product.amount
    grown = 1 + rule.per_earlier * np.maximum(earlier + 1 - rule.grows_from, 0)
    amount = np.minimum(quantile(rule.quantiles, score) * grown * scale, rule.most)
    steps = np.maximum(np.round(amount / rule.step), 1).astype(np.int64)
    return steps * rule.step * CENT
