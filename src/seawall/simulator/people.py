"""Applicants of one month: who asks, for what, and who of them gets a loan.

A latent risk moves each person's hazard; attributes and the bureau score see only part of it. The
best-scored applications are approved, as many as the month lends; the rest is declined or referred.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seawall.core.period import month_end, month_start
from seawall.portfolio import tape
from seawall.simulator.chance import (
    Days,
    Flags,
    Floats,
    Ints,
    choose,
    generator,
    ids,
    known,
    label,
    money,
    rows,
)
from seawall.simulator.declaration import Lender
from seawall.simulator.truth import Plan, Trouble

_EMPLOYMENT = ("employed", "self_employed", "student", "retired", "none")
_EDUCATION = ("secondary", "vocational", "bachelor", "graduate")
_HOME = ("own", "rent", "family")


@dataclass(frozen=True)
class Applicants:
    """One month's applications, as arrays of one length; `lent` marks those that got a loan."""

    number: Ints
    customer: Ints
    day: Days
    channel: Ints
    region: Ints
    product: Ints
    purpose: Ints
    amount: Ints
    instalments: Ints
    days: Ints
    risk: Floats
    score: Floats
    ring: Flags
    lent: Flags


class Population:
    """The people of a simulation; returning customers keep their region and latent risk."""

    def __init__(self, plan: Plan, lender: Lender, troubles: tuple[Trouble, ...]) -> None:
        self._plan = plan
        self._lender = lender
        self._rings = [trouble for trouble in troubles if trouble.kind == "fraud_ring"]
        self._customers = 0
        self._applications = 0

    def month(self, index: int, loans: int) -> Applicants:
        """The applicants of one month, of whom exactly `loans` are lent to."""
        lender, chance = self._lender, generator(self._plan.seed, 1, index)
        size = max(loans + 1, round(loans / lender.approval_rate))
        customer = self._who(chance, size)
        region, latent = self._traits(customer)
        ring = self._ring(index, chance, size, loans)
        channel = choose(chance, [each.weight for each in lender.channels.values()], size)
        channel[ring], region[ring] = self._ring_segment()
        product, instalments, days, amount = self._wants(chance, size)
        seen = lender.risk.seen
        noise = chance.standard_normal(size)
        score = 620 - 60 * (seen * latent + np.sqrt(1 - seen**2) * noise)
        score[ring] = 700
        lent = np.zeros(size, bool)
        lent[np.argsort(-score, kind="stable")[:loans]] = True
        first = np.datetime64(month_start(index))
        length = month_end(month_start(index)).day
        numbers = self._applications + np.arange(size)
        self._applications += size
        return Applicants(
            numbers, customer, first + chance.integers(0, length, size), channel, region, product,
            choose(chance, list(lender.purposes.values()), size), amount, instalments, days,
            latent, score, ring, lent,
        )  # fmt: skip

    def _who(self, chance: np.random.Generator, size: int) -> Ints:
        fresh = self._customers + np.arange(size)
        again = (chance.random(size) < self._lender.repeat_share) & (self._customers > size)
        known_ones = chance.integers(0, max(self._customers, 1), size)
        self._customers += size
        return np.where(again, known_ones, fresh)

    def _traits(self, customer: Ints) -> tuple[Ints, Floats]:
        """Region and latent risk as functions of the customer, so that they never change."""
        uniform = _hashed(customer, self._plan.seed)
        regions = [region.weight for region in self._lender.regions.values()]
        edges = np.cumsum(regions) / np.sum(regions)
        region = np.minimum(np.searchsorted(edges, uniform), len(regions) - 1)
        first, second = (_hashed(customer, self._plan.seed + turn) for turn in (1, 2))
        normal = np.sqrt(-2 * np.log1p(-first)) * np.cos(2 * np.pi * second)
        return region.astype(np.int64), normal

    def _ring(self, index: int, chance: np.random.Generator, size: int, loans: int) -> Flags:
        share = sum(trouble.size for trouble in self._rings if trouble.covers(index))
        ring = np.zeros(size, bool)
        if share:
            ring[chance.permutation(size)[: max(3, round(share * loans))]] = True
        return ring

    def _ring_segment(self) -> tuple[int, int]:
        if not self._rings:
            return 0, 0
        segment = self._rings[0].segment
        channels, regions = list(self._lender.channels), list(self._lender.regions)
        return channels.index(segment["channel"]), regions.index(segment["region"])

    def _wants(self, chance: np.random.Generator, size: int) -> tuple[Ints, Ints, Ints, Ints]:
        products = list(self._lender.products.values())
        product = choose(chance, [each.weight for each in products], size)
        instalments, days, amount = (np.zeros(size, np.int64) for _ in range(3))
        for place, each in enumerate(products):
            mine = np.flatnonzero(product == place)
            term = choose(chance, [term.weight for term in each.terms], len(mine))
            instalments[mine] = np.array([term.instalments for term in each.terms])[term]
            days[mine] = np.array([term.days or 0 for term in each.terms])[term]
            drawn = each.amount.median * np.exp(
                each.amount.spread * chance.standard_normal(len(mine))
            )
            cut = np.clip(drawn, each.amount.least, each.amount.most)
            amount[mine] = (cut // each.amount.step * each.amount.step).astype(np.int64) * 100
        return product, instalments, days, amount


def tables(applicants: Applicants, plan: Plan, lender: Lender) -> dict[str, pa.Table]:
    """The `application` and `decision` rows of one month."""
    size = len(applicants.number)
    chance = generator(plan.seed, 2, int(applicants.number[0]))
    at = applicants.day.astype("M8[us]") + chance.integers(0, 57_600, size) * np.timedelta64(
        1_000_000, "us"
    )
    application = rows(tape.APPLICATION, {
        "application_id": ids("A", applicants.number), "applied_at": at,
        **_person(applicants, chance, lender), **_terms(applicants, lender),
    })  # fmt: skip
    outcome = np.where(applicants.lent, 0, np.where(chance.random(size) < lender.referred, 1, 2))
    declined = ~applicants.lent
    reasons = ("low_score", "too_many_inquiries", "multi_borrowing", "affordability")
    decision = rows(tape.DECISION, {
        "decision_id": ids("D", applicants.number),
        "application_id": ids("A", applicants.number),
        "decided_at": at + chance.integers(2, 240, size) * np.timedelta64(1_000_000, "us"),
        "outcome": label(("approve", "refer", "decline"), outcome),
        "reason": known(label(reasons, choose(chance, [5, 2, 2, 1], size)), declined),
        "limit_amount": known(money(applicants.amount), applicants.lent),
        "annual_rate": known(pa.array(rates(applicants, lender)), applicants.lent),
        "score": np.round(applicants.score, 1),
        "policy": pa.repeat("tidewater-simulated-1", size),
    })  # fmt: skip
    return {"application": application, "decision": decision}


def grades(applicants: Applicants, lender: Lender) -> Ints:
    """The grade of each application, cut so that lent ones have the declared shares."""
    shares = np.cumsum([grade.share for grade in lender.grades.values()])[:-1]
    graded = applicants.score[applicants.lent] if applicants.lent.any() else applicants.score
    cuts = np.quantile(graded, 1 - shares)
    places: Ints = np.sum(applicants.score[:, None] < cuts[None, :], axis=1).astype(np.int64)
    return places


def rates(applicants: Applicants, lender: Lender) -> Floats:
    """The annual rate of each application; by grade."""
    table: Floats = np.array([grade.rate for grade in lender.grades.values()])
    by_application: Floats = table[grades(applicants, lender)]
    return by_application


def _person(
    applicants: Applicants, chance: np.random.Generator, lender: Lender
) -> dict[str, pa.Array | Floats | Ints]:
    size, risk, ring = len(applicants.number), applicants.risk, applicants.ring
    device = np.where(ring, 900_000_000, applicants.customer)
    moved = np.where(chance.random(size) < lender.shared_devices, applicants.customer // 3, device)
    income = np.round(np.exp(11.2 - 0.16 * risk + 0.45 * chance.standard_normal(size)), -2)
    lenders = chance.poisson(np.exp(0.1 + 0.35 * risk))
    return {
        "customer_token": ids("c", applicants.customer),
        "birth_year": (2000 - np.clip(chance.gamma(4, 4, size) - 2 * risk, -5, 45)).astype(int),
        "employment": label(_EMPLOYMENT, choose(chance, [70, 18, 5, 4, 3], size)),
        "education": label(_EDUCATION, choose(chance, [30, 28, 34, 8], size)),
        "home": label(_HOME, choose(chance, [38, 40, 22], size)),
        "income_annual": money((income * 100).astype(np.int64)),
        "debt_monthly": money((income / 12 * chance.beta(2, 6, size) * 100).astype(np.int64)),
        "bureau_score": np.round(applicants.score + 10 * chance.standard_normal(size)),
        "inquiries_6m": lenders + chance.poisson(0.8, size),
        "open_lenders": lenders,
        "device_token": ids("d", np.where(ring, 900_000_000, moved), 9),
        "address_token": ids("h", np.where(ring, 900_000_000, applicants.customer), 9),
        "contact_token": ids("k", np.where(ring, 900_000_000, applicants.customer), 9),
    }


def _terms(applicants: Applicants, lender: Lender) -> dict[str, pa.Array | Ints]:
    return {
        **segments(applicants, lender, np.arange(len(applicants.number))),
        "amount": money(applicants.amount),
        "term_days": term_days(applicants),
    }


def term_days(applicants: Applicants) -> Ints:
    """The term in days; months count 365/12."""
    monthly = np.round(applicants.instalments * 365 / 12).astype(np.int64)
    return np.where(applicants.days > 0, applicants.instalments * applicants.days, monthly)


def segments(applicants: Applicants, lender: Lender, taken: Ints) -> dict[str, pa.Array]:
    """Product, channel, partner, region, purpose and currency of some of the applications."""
    channels = list(lender.channels)
    partner = np.full(len(taken), -1)
    names: list[str] = []
    for channel, partners in lender.partners.items():
        mine = applicants.channel[taken] == channels.index(channel)
        spread = applicants.customer[taken] % len(partners)
        partner = np.where(mine, len(names) + spread, partner)
        names.extend(partners)
    return {
        "product": label(list(lender.products), applicants.product[taken]),
        "channel": label(channels, applicants.channel[taken]),
        "partner": known(label(names, np.maximum(partner, 0)), partner >= 0),
        "region": label(list(lender.regions), applicants.region[taken]),
        "purpose": label(list(lender.purposes), applicants.purpose[taken]),
        "currency": pa.repeat(lender.currency, len(taken)),
    }


def _hashed(numbers: Ints, seed: int) -> Floats:
    """A uniform number in (0, 1) for each integer: SplitMix64 (Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        x = numbers.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return ((x >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53
