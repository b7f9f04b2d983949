"""Cash as payment rows, and what follows missed instalments: contacts, late fees, recoveries."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seawall.portfolio import tape
from seawall.simulator.chance import Days, Floats, Ints, choose
from seawall.simulator.cohort import Cohort
from seawall.simulator.columns import ids, known, label, money, rows
from seawall.simulator.declaration import Contacts
from seawall.simulator.repayment import Walk

OUTCOMES = ("promise", "refused", "reached", "wrong_party", "no_answer")
_LONGEST_WAIT = 30
_MINUTE = np.timedelta64(60_000_000, "us")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Cash:
    """Payments of a month's loans, arrays of one length, cents; `fee` is part of `amount`."""

    loan: Ints
    day: Days
    amount: Ints
    fee: Ints
    cost: Ints


def payments(cohort: Cohort) -> pa.Table:
    """The `payment` rows: towards the schedule, with late fees, then recoveries."""
    parts = (_scheduled(cohort), _recoveries(cohort))
    loan, day, amount, fee, cost = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("loan", "day", "amount", "fee", "cost")
    )
    seen = np.flatnonzero(day <= cohort.walk.met.until)
    return rows(tape.PAYMENT, {
        "payment_id": ids("P", cohort.made.numbers(len(seen)), 10),
        "loan_id": cohort.made.ids.take(pa.array(loan[seen])),
        "paid_on": day[seen],
        "amount": money(amount[seen]),
        "late_fee": money(fee[seen]),
        "collection_cost": money(cost[seen]),
    })  # fmt: skip


def _scheduled(cohort: Cohort) -> Cash:
    log = cohort.walk.log
    loan, day, amount, late = (np.concatenate(each) for each in zip(*log.paid, strict=True))
    rule = cohort.made.by.lender.late_fee
    fee = np.where(late > rule.after_days, np.round(amount * rule.share), 0).astype(np.int64)
    return Cash(loan, day, amount + fee, fee, np.zeros(len(loan), np.int64))


def _recoveries(cohort: Cohort) -> Cash:
    """Some charged-off loans pay a part of their unpaid principal, in one or more payments."""
    walk, chance = cohort.walk, cohort.made.by.chance(6, cohort.made.month)
    gone = np.flatnonzero(walk.charged_off <= walk.met.until)
    rules = [product.recovery for product in cohort.made.by.lender.products.values()]
    place = walk.met.product[gone]
    share, mean, shape, most, days, cost = (
        np.array([getattr(rule, name) for rule in rules])[place]
        for name in ("share", "mean", "shape", "payments", "days", "cost")
    )
    part = np.minimum(mean / shape * chance.standard_gamma(shape), 1.0)
    total = np.floor(_unpaid_principal(walk, gone) * part).astype(np.int64)
    times = 1 + np.floor(chance.random(len(gone)) * most).astype(np.int64)
    times = np.where((chance.random(len(gone)) < share) & (total >= times), times, 0)
    which = np.repeat(np.arange(len(gone)), times)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)
    each = total[which] // times[which]
    amount = each + np.where(turn == 0, total[which] - each * times[which], 0)
    wait = 1 + np.floor(chance.exponential(size=len(which)) * days[which]).astype(np.int64)
    day = walk.charged_off[gone[which]] + _running(wait, turn).astype("m8[D]")
    nothing = np.zeros(len(which), np.int64)
    paid_for = np.round(amount * cost[which]).astype(np.int64)
    return Cash(gone[which], day, amount, nothing, paid_for)


def _running(wait: Ints, turn: Ints) -> Ints:
    """Sums of the waits since turn 0 of each group."""
    total = np.cumsum(wait)
    starts = np.maximum.accumulate(np.where(turn == 0, np.arange(len(turn)), 0))
    since: Ints = total - (total - wait)[starts]
    return since


def _unpaid_principal(walk: Walk, loans: Ints) -> Ints:
    """Principal of the instalments not settled, never more than all that is owed, cents."""
    made = walk.made
    unpaid = np.arange(made.principal.shape[1])[None, :] >= walk.settled[loans][:, None]
    principal = np.where(unpaid, made.principal[loans], 0).sum(axis=1)
    left: Ints = np.minimum(principal, made.owed[loans, made.count[loans]] - walk.cash[loans])
    return left


def contacts(cohort: Cohort) -> pa.Table:
    """The `contact` rows: after missed due dates, until the next payment."""
    made, walk = cohort.made, cohort.walk
    rule, chance = made.by.lender.contacts, made.by.chance(7, made.month)
    loan, due, behind, arrears, pays_on = (
        np.concatenate(each) for each in zip(*walk.log.missed, strict=True)
    )
    paying = ~np.isnat(pays_on)
    last = np.where(paying, pays_on, due + _LONGEST_WAIT)
    room = np.maximum((last - due).astype(np.int64) - rule.from_day, 0)
    times = chance.poisson(rule.per_missed * np.minimum(room / _LONGEST_WAIT, 1))
    which = np.repeat(np.arange(len(loan)), times)
    wait = rule.from_day + np.floor(chance.random(len(which)) * room[which]).astype(np.int64)
    on = due[which] + wait.astype("m8[D]")
    gone = walk.charged_off[loan[which]]
    kept = (on <= walk.met.until) & (np.isnat(gone) | (on < gone))
    which, on = which[kept], on[kept]
    local = (
        on.astype("M8[us]")
        + chance.integers(rule.hours[0] * 60, rule.hours[1] * 60, len(on)) * _MINUTE
    )
    outcome, promised = _outcomes(chance, rule, on, pays_on[which])
    return rows(tape.CONTACT, {
        "contact_id": ids("T", made.numbers(len(on)), 10),
        "loan_id": made.ids.take(pa.array(loan[which])),
        "contacted_at": local - made.by.offset,
        "outcome": label(OUTCOMES, outcome),
        "promised_on": known(promised, outcome == 0),
        "promised_amount": known(money(arrears[which]), outcome == 0),
        **_who_by_what(chance, rule, behind[which]),
    })  # fmt: skip


def _outcomes(
    chance: np.random.Generator, rule: Contacts, on: Days, pays_on: Days
) -> tuple[Ints, Days]:
    """Outcomes as places in `OUTCOMES`, and the days promised."""
    size, paying = len(on), ~np.isnat(pays_on)
    drawn: list[Floats] = [chance.random(size) for _ in range(5)]
    reached = drawn[0] < rule.reached
    promises = reached & (drawn[1] < np.where(paying, rule.promise_paying, rule.promise))
    refuses = reached & ~paying & (drawn[2] < rule.refused)
    wrong = drawn[3] < rule.wrong_party
    outcome = np.select([promises, refuses, reached, wrong], [0, 1, 2, 3], 4)
    given = chance.integers(*rule.promise_days, size=size, endpoint=True).astype("m8[D]")
    true = paying & (drawn[4] < rule.kept) & (pays_on > on)
    return outcome, np.where(true, pays_on, on + given)


def _who_by_what(chance: np.random.Generator, rule: Contacts, behind: Ints) -> dict[str, pa.Array]:
    """Medium by the number of missed instalments; agents, or agencies for old debts."""
    size = len(behind)
    names = sorted({name for weights in rule.media for name in weights})
    medium = np.zeros(size, np.int64)
    step = np.minimum(behind, len(rule.media)) - 1
    for place, weights in enumerate(rule.media):
        mine = step == place
        medium[mine] = choose(chance, [weights.get(name, 0.0) for name in names], int(mine.sum()))
    person = np.isin(medium, [names.index(name) for name in ("call", "visit") if name in names])
    outside = behind >= rule.agency_from
    agency = choose(chance, list(rule.agencies.values()), size)
    agent = ids("g", chance.integers(0, rule.agents, size), 3)
    return {
        "medium": label(names, medium),
        "agent_token": known(agent, person),
        "agency": known(label(rule.agencies, agency), outside),
    }
