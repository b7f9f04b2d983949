"""Contractual schedules of many loans at once, in whole cents."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seawall.portfolio import tape
from seawall.simulator.chance import Days, Flags, Floats, Ints
from seawall.simulator.columns import money, rows

AFTER_DAYS = 30
"""Past its schedule a loan without monthly dates is looked at every so many days."""


@dataclass(frozen=True)
class Terms:
    """The terms of n loans, arrays of shape (n,).

    Attributes:
        disbursed: days of disbursement.
        principal: cents.
        count: instalments.
        days: days between instalments; 0 for months.
        rate: annual rate of loans that bear interest.
        fee: cents of flat fee per instalment; 0 where the loan bears interest.
        flat: loans with a flat fee instead of interest.
    """

    disbursed: Days
    principal: Ints
    count: Ints
    days: Ints
    rate: Floats
    fee: Ints
    flat: Flags


@dataclass(frozen=True)
class Schedules:
    """Schedules of n loans over at most k instalments; beyond a loan's last one money is zero.

    Attributes:
        disbursed, count: day, and instalments, per loan, shape (n,).
        due: due dates, shape (n, k + extra); past the last instalment they go on.
        principal, interest, fee: cents, shape (n, k).
        owed: running sums of all three, shape (n, k + 1), starting with 0.
    """

    disbursed: Days
    count: Ints
    due: Days
    principal: Ints
    interest: Ints
    fee: Ints
    owed: Ints


def annuity(principal: Ints, rate: Floats, count: Ints) -> Ints:
    """The level instalment in cents: P r / (1 - (1 + r)^-n), r the monthly rate, r > 0.

    >>> int(annuity(np.array([1_000_000]), np.array([0.24]), np.array([12]))[0])
    94560
    """
    monthly = rate / 12
    return np.round(principal * monthly / (1 - (1 + monthly) ** -count)).astype(np.int64)


def schedules(terms: Terms, *, extra: int) -> Schedules:
    """Level instalments for loans that bear interest, equal parts plus fee for the others.

    Interest is a twelfth of the annual rate on the balance; the last instalment takes the
    rounding.

    Args:
        terms: the loans' terms.
        extra: how many dates to give after the longest schedule.
    """
    n, k = len(terms.count), int(terms.count.max())
    level = np.zeros(n, np.int64)
    bearing = ~terms.flat
    level[bearing] = annuity(terms.principal[bearing], terms.rate[bearing], terms.count[bearing])
    equal = terms.principal // terms.count
    parts = np.zeros((3, n, k), np.int64)
    balance = terms.principal.copy()
    for turn in range(k):
        charged = np.round(balance * terms.rate / 12).astype(np.int64)
        interest = np.where(terms.flat, 0, charged)
        share = np.where(terms.flat, equal, np.minimum(level - interest, balance))
        share = np.where(terms.count == turn + 1, balance, share)
        for place, part in enumerate((share, interest, terms.fee)):
            parts[place, :, turn] = np.where(terms.count > turn, part, 0)
        balance = balance - parts[0, :, turn]
    owed = np.zeros((n, k + 1), np.int64)
    np.cumsum(parts.sum(axis=0), axis=1, out=owed[:, 1:])
    due = _dates(terms, k + extra)
    return Schedules(terms.disbursed, terms.count, due, parts[0], parts[1], parts[2], owed)


def _dates(terms: Terms, turns: int) -> Days:
    """Every so many days, or the same day of each month, cut to the month's length."""
    turn = np.arange(1, turns + 1)[None, :]
    days, count = terms.days[:, None], terms.count[:, None]
    after = np.where(turn <= count, days * turn, days * count + AFTER_DAYS * (turn - count))
    regular = terms.disbursed[:, None] + after.astype("m8[D]")
    month = terms.disbursed.astype("M8[M]")
    start = (month[:, None] + turn).astype("M8[D]")
    length = ((month[:, None] + turn + 1).astype("M8[D]") - start).astype(np.int64)
    day = (terms.disbursed - month.astype("M8[D]")).astype(np.int64)[:, None]
    dates: Days = np.where(days > 0, regular, start + np.minimum(day, length - 1))
    return dates


def table(made: Schedules, loan_ids: pa.Array) -> pa.Table:
    """The `instalment` rows."""
    alive = np.arange(made.principal.shape[1])[None, :] < made.count[:, None]
    loan, turn = np.nonzero(alive)
    columns = {
        "loan_id": loan_ids.take(pa.array(loan)),
        "number": turn + 1,
        "due_on": made.due[loan, turn],
        "principal": money(made.principal[loan, turn]),
        "interest": money(made.interest[loan, turn]),
        "fee": money(made.fee[loan, turn]),
    }
    return rows(tape.INSTALMENT, columns)
