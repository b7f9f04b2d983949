"""Underwriting: score, decision, limit and price of a month's applications."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seawall.portfolio import tape
from seawall.simulator.chance import Floats, Ints, generator
from seawall.simulator.columns import Values, ids, known, label, money, rows, same
from seawall.simulator.declaration import Lender
from seawall.simulator.demand import CENT, Applications
from seawall.simulator.truth import Plan

OUTCOMES = ("approve", "refer", "decline")
REASONS = ("multi_borrowing", "too_many_inquiries", "affordability", "low_score")
_APPROVE, _REFER, _DECLINE = range(3)
_LOW_SCORE = 3
_NEVER, _ALWAYS = 1e6, 1e9
_SECOND = np.timedelta64(1_000_000, "us")


@dataclass(frozen=True)
class Decisions:
    """The answers to a month's applications, arrays of one length.

    Attributes:
        outcome: place in `OUTCOMES`; `reason` in `REASONS`, -1 for approvals.
        grade: place in the lender's grades, and `rate` a year, by the score's place in its product.
        limit: cents.
        lent: which applications became loans, in the order of their numbers.
    """

    outcome: Ints
    reason: Ints
    score: Floats
    grade: Ints
    rate: Floats
    limit: Ints
    lent: Ints


def decide(asked: Applications, plan: Plan, lender: Lender, month: int) -> Decisions:
    """Decide a month: the best-ranked of each product are approved, most of them take it up."""
    rule, chance = lender.underwriting, generator(plan.seed, 3, month)
    score = _scores(asked, lender)
    broken = _rules(asked, lender)
    rank = score + rule.override * chance.standard_normal(asked.size)
    rank = np.where(broken >= 0, rank - _NEVER, rank) + np.where(asked.ring >= 0, _ALWAYS, 0)
    outcome = np.full(asked.size, _DECLINE, np.int64)
    taken: list[Ints] = []
    for place, quota in enumerate(asked.quotas):
        mine = np.flatnonzero(asked.product == place)
        best = mine[np.argsort(-rank[mine], kind="stable")]
        approved = best[: min(round(int(quota) / rule.take_up), len(best))]
        if len(approved) == 0:
            continue
        near = (rank[mine] >= rank[approved].min() - rule.refer_band) & (broken[mine] < 0)
        outcome[mine[near]] = _REFER
        outcome[approved] = _APPROVE
        wishes = chance.random(len(approved)) - (asked.ring[approved] >= 0)
        taken.append(approved[np.argsort(wishes, kind="stable")[: int(quota)]])
    lent = np.sort(np.concatenate(taken)) if taken else np.zeros(0, np.int64)
    reason = np.where(outcome == _APPROVE, -1, np.where(broken >= 0, broken, _LOW_SCORE))
    grade, rate = _price(asked, score, lent, lender)
    steps = np.array([p.amount.step * CENT for p in lender.products.values()])[asked.product]
    roomy = asked.granted * (1 + rule.headroom * chance.random(asked.size))
    whole = np.ceil(roomy / steps).astype(np.int64) * steps
    limit = np.where(asked.asked > asked.granted, asked.granted, whole)
    return Decisions(outcome, reason, np.round(score, 1), grade, rate, limit, lent)


def _scores(asked: Applications, lender: Lender) -> Floats:
    points, seen = lender.underwriting.score, lender.risk.seen
    standard = seen * asked.people.latent + np.sqrt(1 - seen**2) * asked.people.noise
    known_for = points.per_earlier * np.minimum(asked.earlier, points.earlier_most)
    score: Floats = points.centre - points.scale * standard + known_for
    for declared in (each for each in lender.troubles if each.kind == "fraud_ring"):
        score = np.where(asked.ring >= 0, declared.score + score * 0, score)
    return score


def _rules(asked: Applications, lender: Lender) -> Ints:
    """The first hard rule an application breaks, as a place in `REASONS`; -1 where none."""
    rule, people = lender.underwriting, asked.people
    return np.select(
        [
            people.lenders > rule.lenders_most,
            people.inquiries > rule.inquiries_most,
            people.debt_share > rule.debt_share_most,
        ],
        [np.int64(0), np.int64(1), np.int64(2)],
        np.int64(-1),
    )


def _price(asked: Applications, score: Floats, lent: Ints, lender: Lender) -> tuple[Ints, Floats]:
    """Grade and rate by the place of the score among the month's loans of the product."""
    grades = list(lender.grades.values())
    edges = np.concatenate(([0.0], np.cumsum([grade.share for grade in grades])))
    place = np.zeros(asked.size)
    for product in np.unique(asked.product):
        mine = asked.product == product
        ordered = np.sort(-score[lent[mine[lent]]])
        place[mine] = np.searchsorted(ordered, -score[mine], side="left") / max(len(ordered), 1)
    place = np.clip(place, 0, edges[-1] - 1e-9)
    grade = np.clip(np.searchsorted(edges, place, side="right") - 1, 0, len(grades) - 1)
    best, worst = (np.array([each.rates[turn] for each in grades])[grade] for turn in (0, 1))
    within = (place - edges[grade]) / np.maximum(edges[grade + 1] - edges[grade], 1e-9)
    return grade.astype(np.int64), np.round(best + (worst - best) * within, 4)


def tables(
    asked: Applications, decided: Decisions, plan: Plan, lender: Lender, month: int
) -> dict[str, pa.Table]:
    """The `application` and `decision` rows of a month; those not decided by the end have none."""
    offset = np.timedelta64(lender.utc_offset_hours, "h")
    application = rows(tape.APPLICATION, {
        "application_id": ids("A", asked.number),
        "applied_at": asked.local_at - offset,
        "amount": money(asked.asked),
        "term_days": term_days(asked),
        **segments(asked, lender, np.arange(asked.size)),
        **_person(asked, lender),
    })  # fmt: skip
    return {"application": application, "decision": _decisions(asked, decided, plan, lender, month)}


def _decisions(
    asked: Applications, decided: Decisions, plan: Plan, lender: Lender, month: int
) -> pa.Table:
    rule, chance = lender.underwriting, generator(plan.seed, 4, month)
    seconds = chance.integers(*rule.seconds, size=asked.size)
    hours = chance.integers(*rule.refer_hours, size=asked.size)
    took = np.where(decided.outcome == _REFER, hours * 3600, seconds)
    # A loan is paid out on the day it is asked for, so it is decided on that day.
    day_end = asked.day.astype("M8[us]") + np.timedelta64(1, "D").astype("m8[us]") - _SECOND
    local = asked.local_at + took * _SECOND
    local = np.where(decided.outcome == _APPROVE, np.minimum(local, day_end), local)
    flat = np.array([p.fee_rate is not None for p in lender.products.values()])[asked.product]
    approved = decided.outcome == _APPROVE
    made = rows(tape.DECISION, {
        "decision_id": ids("D", asked.number),
        "application_id": ids("A", asked.number),
        "decided_at": local - np.timedelta64(lender.utc_offset_hours, "h"),
        "outcome": label(OUTCOMES, decided.outcome),
        "reason": known(label(REASONS, np.maximum(decided.reason, 0)), decided.reason >= 0),
        "limit_amount": known(money(decided.limit), approved),
        "annual_rate": known(decided.rate, approved & ~flat),
        "score": decided.score,
        "policy": same(rule.policy, asked.size),
    })  # fmt: skip
    return made.filter(pa.array(local < np.datetime64(plan.until, "D") + 1))


def _person(asked: Applications, lender: Lender) -> dict[str, Values]:
    people, traits = asked.people, lender.traits
    ring = asked.ring >= 0
    device = np.where(people.shared > 0, people.household, people.customer)
    monthly = people.income / 12 * people.debt_share
    return {
        "customer_token": ids("c", people.customer),
        "birth_year": people.birth_year,
        "employment": label(traits.employment, people.employment),
        "education": label(traits.education, people.education),
        "home": label(traits.home, people.home),
        "income_annual": money(people.income * CENT),
        "debt_monthly": money(np.round(monthly).astype(np.int64) * CENT),
        "bureau_score": people.bureau,
        "inquiries_6m": people.inquiries,
        "open_lenders": people.lenders,
        "device_token": ids("d", np.where(ring, asked.ring, device), 9),
        "address_token": ids("h", np.where(ring, asked.ring, people.household), 9),
        "contact_token": ids("k", np.where(ring, asked.ring, people.customer), 9),
    }


def term_days(asked: Applications) -> Ints:
    """The term in days; a month counts 365/12."""
    monthly = np.round(asked.instalments * 365 / 12).astype(np.int64)
    return np.where(asked.days > 0, asked.instalments * asked.days, monthly)


def segments(asked: Applications, lender: Lender, taken: Ints) -> dict[str, Values]:
    """Product, channel, partner, region, purpose and currency of some of the applications."""
    names: list[str] = []
    partner = np.full(len(taken), -1, np.int64)
    for place, channel in enumerate(lender.channels.values()):
        if channel.partners:
            mine = asked.channel[taken] == place
            spread = asked.number[taken] % len(channel.partners)
            partner = np.where(mine, len(names) + spread, partner)
            names.extend(channel.partners)
    return {
        "product": label(lender.products, asked.product[taken]),
        "channel": label(lender.channels, asked.channel[taken]),
        "partner": known(label([*names, ""], partner % (len(names) + 1)), partner >= 0),
        "region": label(lender.regions, asked.region[taken]),
        "purpose": label(lender.purposes, asked.purpose[taken]),
        "currency": same(lender.currency, len(taken)),
    }
