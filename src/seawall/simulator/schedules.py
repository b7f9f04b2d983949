"""Contractual schedules of many loans at once, in whole cents."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seawall.portfolio import tape
from seawall.simulator.chance import Days, Floats, Ints, money, rows


@dataclass(frozen=True)
class Schedules:
    """Schedules of n loans over at most k instalments; beyond a loan's last one all is zero.

    Attributes:
        count: instalments per loan, shape (n,).
        due: due dates, shape (n, k); past the last instalment they go on in the same rhythm.
        principal, interest, fee: cents, shape (n, k).
        owed: running sums of all three, shape (n, k + 1), starting with 0.
    """

    count: Ints
    due: Days
    principal: Ints
    interest: Ints
    fee: Ints
    owed: Ints


def annuity(principal: Ints, rate: Floats, count: Ints) -> Ints:
    """The level instalment in cents: P r / (1 - (1 + r)^-n), r the monthly rate.

    >>> int(annuity(np.array([1_000_000]), np.array([0.24]), np.array([12]))[0])
    94560
    """
    monthly = rate / 12
    return np.round(principal * monthly / (1 - (1 + monthly) ** -count)).astype(np.int64)


@dataclass(frozen=True)
class Terms:
    """The terms of n loans, arrays of shape (n,).

    Attributes:
        disbursed: days of disbursement.
        principal: cents.
        count: instalments.
        days: days between instalments; 0 for months.
        rate: annual rate.
        fee_rate: flat fee per instalment over principal; 0 where the loan bears interest.
    """

    disbursed: Days
    principal: Ints
    count: Ints
    days: Ints
    rate: Floats
    fee_rate: Floats


def schedules(terms: Terms, *, extra: int) -> Schedules:
    """Schedules of loans: interest-bearing where `fee_rate` is 0, else flat.

    Args:
        terms: the loans' terms.
        extra: how many rhythm dates to give after the longest schedule.
    """
    count, principal, rate, fee_rate = terms.count, terms.principal, terms.rate, terms.fee_rate
    n, k = len(count), int(count.max())
    flat = fee_rate > 0
    level = annuity(principal, np.where(flat, 0.12, rate), count)
    equal = principal // count
    parts = np.zeros((3, n, k), np.int64)
    balance = principal.copy()
    for turn in range(k):
        last, alive = count == turn + 1, count > turn
        interest = np.where(flat, 0, np.round(balance * rate / 12).astype(np.int64))
        share = np.where(
            last, balance, np.where(flat, equal, np.minimum(level - interest, balance))
        )
        fee = np.round(principal * fee_rate).astype(np.int64)
        for place, part in enumerate((share, interest, fee)):
            parts[place, :, turn] = np.where(alive, part, 0)
        balance = balance - np.where(alive, share, 0)
    owed = np.zeros((n, k + 1), np.int64)
    np.cumsum(parts.sum(axis=0), axis=1, out=owed[:, 1:])
    due = _dates(terms.disbursed, terms.days, k + extra)
    return Schedules(count, due, parts[0], parts[1], parts[2], owed)


def _dates(disbursed: Days, days: Ints, turns: int) -> Days:
    """Rhythm dates: every so many days, or the same day of each month, cut to its length."""
    turn = np.arange(1, turns + 1)
    regular = disbursed[:, None] + (days[:, None] * turn[None, :]).astype("m8[D]")
    month = disbursed.astype("M8[M]")[:, None] + turn[None, :]
    start = month.astype("M8[D]")
    length = ((month + 1).astype("M8[D]") - start).astype(np.int64)
    day = (disbursed - disbursed.astype("M8[M]").astype("M8[D]")).astype(np.int64)
    monthly = start + np.minimum(day[:, None], length - 1)
    dates: Days = np.where(days[:, None] > 0, regular, monthly)
    return dates


def table(made: Schedules, loan_ids: pa.Array) -> pa.Table:
    """The `instalment` rows."""
    k = made.principal.shape[1]
    alive = np.arange(k)[None, :] < made.count[:, None]
    loan, turn = np.nonzero(alive)
    return rows(tape.INSTALMENT, {
        "loan_id": loan_ids.take(pa.array(loan)),
        "number": turn + 1,
        "due_on": made.due[loan, turn],
        "principal": money(made.principal[loan, turn]),
        "interest": money(made.interest[loan, turn]),
        "fee": money(made.fee[loan, turn]),
    })  # fmt: skip
