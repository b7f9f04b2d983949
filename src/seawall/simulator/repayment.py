"""How loans are repaid: a walk over due dates, all loans of a month at once.

At each due date an open loan is on time or behind by some instalments. On time, it misses with the
loan's hazard, pays off wholly with a small chance, and pays otherwise, early or late within the
grace the product shows. Behind, it catches up, pays one, or pays nothing, by the product's odds;
behind by more than the product allows, it is charged off.
"""

from dataclasses import dataclass, field

import numpy as np

from seawall.simulator.chance import Days, Flags, Floats, Ints
from seawall.simulator.declaration import Lender, Product
from seawall.simulator.schedules import Schedules

_BEHIND_MOST = 12
"""How many rhythm dates a loan is followed past its last instalment."""


def _numbers() -> list[Ints]:
    return [np.zeros(0, np.int64)]


def _dates() -> list[Days]:
    return [np.zeros(0, "M8[D]")]


def _flags() -> list[Flags]:
    return [np.zeros(0, bool)]


@dataclass
class Cash:
    """Payments and contacts as growing lists of arrays, one per due date after an empty one."""

    loan: list[Ints] = field(default_factory=_numbers)
    day: list[Days] = field(default_factory=_dates)
    amount: list[Ints] = field(default_factory=_numbers)
    late_days: list[Ints] = field(default_factory=_numbers)
    missed_loan: list[Ints] = field(default_factory=_numbers)
    missed_day: list[Days] = field(default_factory=_dates)
    missed_pays: list[Flags] = field(default_factory=_flags)
    missed_paid_on: list[Days] = field(default_factory=_dates)


@dataclass(frozen=True)
class Conditions:
    """What the loans of a month meet: hazard factors per loan, and per loan and calendar month."""

    hazard: Floats
    shocks: dict[int, Floats]
    cheats: Flags
    outage: tuple[np.datetime64, np.datetime64] | None
    until: np.datetime64


class Walk:
    """The walk of one month's loans over their due dates."""

    def __init__(
        self, made: Schedules, product: Ints, lender: Lender, chance: np.random.Generator
    ) -> None:
        self._made = made
        self.product = product
        self.products = list(lender.products.values())
        self._parts = lender.part_payments
        self._chance = chance
        n = len(made.count)
        self.settled = np.zeros(n, np.int64)
        self.cash = np.zeros(n, np.int64)
        self.ended = np.zeros(n, bool)
        self.charged_off = np.full(n, np.datetime64("NaT"), "M8[D]")
        self.paid = Cash()

    def run(self, conditions: Conditions) -> None:
        """Walk over every due date up to the end of what is known."""
        turns = self._made.due.shape[1]
        for turn in range(turns):
            due = self._made.due[:, turn]
            loans = np.flatnonzero(~self.ended & (due <= conditions.until))
            if len(loans) == 0:
                break
            self._charge_off(loans, due)
            loans = loans[~self.ended[loans]]
            self._step(turn, loans, due[loans], conditions)

    def _charge_off(self, loans: Ints, due: Days) -> None:
        """Loans whose oldest unpaid instalment is too old by this date."""
        place = np.minimum(self.settled[loans], self._made.count[loans] - 1)
        oldest = self._made.due[loans, place]
        limit = oldest + self._of(loans, "charge_off_days").astype("m8[D]")
        gone = (limit <= due[loans]) & (self.settled[loans] < self._made.count[loans])
        self.charged_off[loans[gone]] = limit[gone]
        self.ended[loans[gone]] = True

    def _step(self, turn: int, loans: Ints, due: Days, conditions: Conditions) -> None:
        fallen = np.minimum(turn + 1, self._made.count[loans])
        behind = np.maximum(turn, 0) - self.settled[loans]
        behind = np.minimum(behind, self._made.count[loans] - self.settled[loans])
        late = behind > 0
        pays = np.where(late, self._healed(loans, behind, fallen), 0)
        fresh = ~late & (turn < self._made.count[loans])
        misses = self._misses(loans, due, conditions)
        pays = np.where(fresh & ~misses, 1, pays)
        pays[conditions.cheats[loans]] = 0
        leaves = fresh & (pays == 1) & (
            self._chance.random(len(loans)) < self._of(loans, "prepay")
        ) & (self.cash[loans] == self._made.owed[loans, self.settled[loans]])  # fmt: skip
        days = np.where(late, self._chance.integers(0, 27, len(loans)), self._delay(loans))
        days = np.where(leaves, 0, days)
        paid_on = self._shifted(due + days.astype("m8[D]"), conditions)
        self._note_missed(loans, due, (pays == 0) | late, pays > 0, paid_on)
        self._pay(loans, pays, leaves, paid_on, turn)
        self._part_pay(loans[fresh & misses], due[fresh & misses], conditions)

    def _misses(self, loans: Ints, due: Days, conditions: Conditions) -> Flags:
        month = due.astype("M8[M]").astype(np.int64)
        factor = np.ones(len(loans))
        for each in np.unique(month):
            mine = month == each
            factor[mine] = conditions.shocks[int(each)][loans[mine]]
        chance = self._of(loans, "miss") * conditions.hazard[loans] * factor
        return self._chance.random(len(loans)) < np.minimum(chance, 0.95)

    def _healed(self, loans: Ints, behind: Ints, fallen: Ints) -> Ints:
        """How many instalments those behind pay: all that fell due, one, or none."""
        drawn = self._chance.random(len(loans))
        whole, one = np.zeros(len(loans)), np.zeros(len(loans))
        for place, product in enumerate(self.products):
            mine = self.product[loans] == place
            table = np.array(product.heal)
            row = np.minimum(behind[mine], len(table)) - 1
            whole[mine], one[mine] = table[row, 0], table[row, 1]
        all_due = fallen - self.settled[loans]
        return np.where(drawn < whole, all_due, np.where(drawn < whole + one, 1, 0))

    def _delay(self, loans: Ints) -> Ints:
        """Days after the due date on which those who pay do so; negative is early."""
        drawn, days = self._chance.random(len(loans)), np.zeros(len(loans), np.int64)
        spread = self._chance.random(len(loans))
        for place, product in enumerate(self.products):
            mine = self.product[loans] == place
            grace = product.grace
            cuts = np.cumsum([grace.early, grace.on_day, grace.week])
            kind = np.searchsorted(cuts, drawn[mine])
            low = np.array([-7, 0, 1, 8])[kind]
            width = np.array([7, 1, 7, 21])[kind]
            days[mine] = low + np.floor(spread[mine] * width).astype(np.int64)
        return days

    def _shifted(self, paid_on: Days, conditions: Conditions) -> Days:
        """Payments meant for the days of an outage arrive when it is over."""
        if conditions.outage is None:
            return paid_on
        first, last = conditions.outage
        hit = (paid_on >= first) & (paid_on <= last)
        return np.where(hit, last + 1 + self._chance.integers(0, 3, len(paid_on)), paid_on)

    def _pay(self, loans: Ints, pays: Ints, leaves: Flags, paid_on: Days, turn: int) -> None:
        upto = np.minimum(self.settled[loans] + pays, self._made.count[loans])
        level = self._made.owed[loans, upto]
        rest = np.minimum(turn + 1, self._made.principal.shape[1])
        ahead = np.zeros(len(loans), np.int64)
        ahead[leaves] = self._made.principal[loans[leaves], rest:].sum(axis=1)
        amount = level + ahead - self.cash[loans]
        paying = (pays > 0) & (amount > 0)
        place = np.minimum(self.settled[loans], self._made.count[loans] - 1)
        late = (paid_on - self._made.due[loans, place]).astype(np.int64)
        self._receive(loans[paying], paid_on[paying], amount[paying], late[paying])
        self.cash[loans[paying]] += amount[paying]
        self.settled[loans] = np.where(leaves, self._made.count[loans], upto)
        self.ended[loans] |= self.settled[loans] >= self._made.count[loans]

    def _part_pay(self, loans: Ints, due: Days, conditions: Conditions) -> None:
        """Some of those who miss pay a part of the instalment on its day."""
        some = self._chance.random(len(loans)) < self._parts.share
        some &= ~conditions.cheats[loans]
        loans, due = loans[some], due[some]
        owed = self._made.owed[loans, self.settled[loans] + 1] - self.cash[loans]
        amount = np.floor(owed * self._parts.part).astype(np.int64)
        paying = amount > 0
        self._receive(loans[paying], due[paying], amount[paying], np.zeros(paying.sum(), np.int64))
        self.cash[loans[paying]] += amount[paying]

    def _receive(self, loans: Ints, day: Days, amount: Ints, late: Ints) -> None:
        self.paid.loan.append(loans)
        self.paid.day.append(day)
        self.paid.amount.append(amount)
        self.paid.late_days.append(late)

    def _note_missed(
        self, loans: Ints, due: Days, missed: Flags, pays: Flags, paid_on: Days
    ) -> None:
        self.paid.missed_loan.append(loans[missed])
        self.paid.missed_day.append(due[missed])
        self.paid.missed_pays.append(pays[missed])
        self.paid.missed_paid_on.append(paid_on[missed])

    def _of(self, loans: Ints, name: str) -> Floats:
        return np.array([getattr(each, name) for each in self.products])[self.product[loans]]


def extra_turns(products: list[Product]) -> int:
    """How many rhythm dates are needed after a schedule for its last missed instalment to age."""
    shortest = min((term.days or 30) for each in products for term in each.terms)
    longest = max(each.charge_off_days for each in products)
    return min(_BEHIND_MOST, longest // shortest + 1)
