"""People: their latent risk, what of it shows in their attributes, and who comes back."""

from dataclasses import dataclass, field

import numpy as np

from seawall.core.period import month_start
from seawall.simulator.chance import (
    Days,
    Floats,
    Ints,
    generator,
    normal_of,
    pick,
    quantile,
    uniform_of,
)
from seawall.simulator.declaration import Lender
from seawall.simulator.truth import Plan

_LATENT, _INCOME, _NOISE, _AGE, _REGION, _EMPLOYMENT, _EDUCATION, _HOME, _HOUSEHOLD = range(
    100, 109
)
"""Purposes of the numbers that are functions of a customer, so that they never change."""

_BUREAU_MOST = 1_000.0


@dataclass(frozen=True)
class Persons:
    """Attributes of the applicants of a month, arrays of one length.

    Attributes:
        latent: latent risk, standard normal over all people.
        noise: what the score sees of a person besides the risk, standard normal.
        income_score: standard normal score of the income, which amounts follow.
        income: a year, whole units of currency; `debt_share` monthly debts over monthly income.
        household: customers of one household share this number, and their address.
        shared: whether the application comes from the household's device.
    """

    customer: Ints
    latent: Floats
    noise: Floats
    region: Ints
    birth_year: Ints
    employment: Ints
    education: Ints
    home: Ints
    income_score: Floats
    income: Ints
    debt_share: Floats
    bureau: Floats
    lenders: Ints
    inquiries: Ints
    household: Ints
    shared: Ints


def latent_of(customer: Ints, plan: Plan) -> Floats:
    """The latent risk of customers."""
    return normal_of(customer, plan.seed, _LATENT)


def persons(customer: Ints, shift: Floats, plan: Plan, lender: Lender, month: int) -> Persons:
    """The people behind applications of a month.

    Args:
        customer: customer numbers.
        shift: what a weakening channel adds to the risk that shows in borrowing elsewhere.
        plan: the simulation's plan.
        lender: whose traits people have.
        month: month of application.
    """
    traits, seed = lender.traits, plan.seed
    chance = generator(seed, 1, month)
    latent, size = latent_of(customer, plan), len(customer)
    income_score = normal_of(customer, seed, _INCOME)
    log_income = traits.income_spread * income_score + traits.income_risk * latent
    bureau_level, bureau_scale = traits.bureau
    seen = traits.bureau_seen
    bureau = bureau_level - bureau_scale * (
        seen * latent + np.sqrt(1 - seen**2) * normal_of(customer, seed, _NOISE + 100)
    )
    lenders = chance.poisson(traits.lenders_mean * np.exp(traits.lenders_risk * (latent + shift)))
    inquiries = lenders + chance.poisson(
        traits.inquiries_mean * np.exp(traits.inquiries_risk * (latent + shift))
    )
    age = quantile(traits.age, normal_of(customer, seed, _AGE)) + traits.age_risk * latent
    return Persons(
        customer=customer,
        latent=latent,
        noise=normal_of(customer, seed, _NOISE),
        region=_fixed(customer, seed, _REGION, [r.weight for r in lender.regions.values()]),
        birth_year=month_start(plan.first_month).year
        - np.maximum(age, traits.age_least).astype(np.int64),
        employment=_fixed(customer, seed, _EMPLOYMENT, list(traits.employment.values())),
        education=_fixed(customer, seed, _EDUCATION, list(traits.education.values())),
        home=_fixed(customer, seed, _HOME, list(traits.home.values())),
        income_score=income_score,
        income=(traits.income_median * np.exp(log_income) / 100).astype(np.int64) * 100,
        debt_share=quantile(traits.debt_share, chance.standard_normal(size)),
        bureau=np.clip(np.round(bureau), 0, _BUREAU_MOST),
        lenders=lenders,
        inquiries=inquiries,
        household=_households(customer, lender, seed),
        shared=(chance.random(size) < traits.household_share).astype(np.int64),
    )


def _fixed(customer: Ints, seed: int, purpose: int, weights: list[float]) -> Ints:
    return pick(uniform_of(customer, seed, purpose), weights)


def _households(customer: Ints, lender: Lender, seed: int) -> Ints:
    """A share of people live with the next few; the others alone."""
    size = lender.traits.household_size
    block = customer // size
    together = uniform_of(block, seed, _HOUSEHOLD) < lender.traits.household_share
    return np.where(together, block * size, customer)


@dataclass
class Returning:
    """Customers of one product who may come back, each at most once at a time.

    Attributes:
        customer, earlier: who, and how many loans of the product he has had.
        free_on: from when he may have another.
    """

    customer: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    earlier: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    free_on: Days = field(default_factory=lambda: np.zeros(0, "M8[D]"))

    def add(self, customer: Ints, earlier: Ints, free_on: Days) -> None:
        """Note customers who may come back."""
        self.customer = np.concatenate((self.customer, customer))
        self.earlier = np.concatenate((self.earlier, earlier))
        self.free_on = np.concatenate((self.free_on, free_on))

    def take(
        self, chance: np.random.Generator, day: np.datetime64, *, size: int, fade_days: float
    ) -> tuple[Ints, Ints]:
        """Up to `size` customers who come back in the month that begins on a day.

        Drawn without replacement with weights that fade with time (Efraimidis and Spirakis 2006,
        Weighted random sampling with a reservoir). Who is drawn leaves.

        Returns:
            Their numbers, and how many loans they have had.
        """
        free = np.flatnonzero(self.free_on < day)
        since = (day - self.free_on[free]).astype(np.int64)
        keys = -chance.exponential(size=len(free)) * np.exp(np.minimum(since / fade_days, 500))
        taken = free[np.argsort(-keys, kind="stable")[:size]]
        found = self.customer[taken], self.earlier[taken]
        stays = np.ones(len(self.customer), bool)
        stays[taken] = False
        self.customer, self.earlier = self.customer[stays], self.earlier[stays]
        self.free_on = self.free_on[stays]
        return found
