"""How loans are repaid: a walk over due dates, all loans of a month at once.

At each due date an open loan is on time, or behind by some instalments. On time, it misses with
its hazard, pays off wholly with a small chance (interest ahead is forgiven, flat fees are not), and
pays otherwise, early or late by less than a month. Behind, it catches up, pays one instalment, or
pays nothing, by the product's odds. Once its oldest unpaid instalment is older than the product
allows, it is charged off. The walk goes a little past the last known day and is cut there
afterwards, so that the end of the book is like its middle.
"""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from seawall.simulator.chance import Days, Flags, Floats, Ints, at
from seawall.simulator.climate import Climate
from seawall.simulator.declaration import Lender, Product
from seawall.simulator.schedules import AFTER_DAYS, Schedules

_AHEAD = np.timedelta64(40, "D")
"""How far past the last known day due dates are walked: payments come up to a month early."""

_CERTAIN = 0.97
"""No hazard is more than this."""

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Shock:
    """A factor on the hazard of some loans in some months (as `M8[M]` integers), both included."""

    loans: Flags
    first: int
    last: int
    size: float


@dataclass(frozen=True)
class Conditions:
    """What the n loans of a month meet.

    Attributes:
        product: place of each loan's product.
        hazard: factor on its product's hazard of missing, shape (n,).
        trait: its punctuality, standard normal over these loans; high is late.
        cheats: never pay.
        shocks: regional troubles.
        outages: first and last days on which payments fail.
        climate: season and cycle.
        until: the last known day.
    """

    product: Ints
    hazard: Floats
    trait: Floats
    cheats: Flags
    shocks: tuple[Shock, ...]
    outages: tuple[tuple[np.datetime64, np.datetime64], ...]
    climate: Climate
    until: np.datetime64


@dataclass
class Log:
    """What happened, as growing lists of arrays, one entry per due date.

    Attributes:
        paid: loan, day, cents, and days late of the oldest instalment it pays.
        missed: loan, due date, instalments behind, cents in arrears, day of the next payment.
        failed: loan and day of payments that failed in an outage.
    """

    paid: list[tuple[Ints, Days, Ints, Ints]] = field(default_factory=list)
    missed: list[tuple[Ints, Days, Ints, Ints, Days]] = field(default_factory=list)
    failed: list[tuple[Ints, Days]] = field(default_factory=list)


class Walk:
    """The walk of one month's loans over their due dates.

    Attributes:
        settled: instalments paid in full, shape (n,).
        cash: cents received towards the schedule.
        charged_off, ended: days; NaT where it did not happen.
        first_missed: number of the first missed instalment, from 0; very large where none was.
    """

    def __init__(
        self, made: Schedules, conditions: Conditions, lender: Lender, chance: np.random.Generator
    ) -> None:
        self.made = made
        self.met = conditions
        self.log = Log()
        self._lender = lender
        self._products = list(lender.products.values())
        self._tables = _Tables(self._products, made.principal.shape[1])
        self._chance = chance
        n = len(made.count)
        self.settled = np.zeros(n, np.int64)
        self.cash = np.zeros(n, np.int64)
        self.charged_off, self.ended = (np.full(n, np.datetime64("NaT"), "M8[D]") for _ in "12")
        self.first_missed = np.full(n, _NEVER)
        self._open = np.ones(n, bool)
        self._last_paid = np.full(n, np.datetime64(0, "D"))

    def run(self) -> None:
        """Walk over every due date up to the end of what is known."""
        for turn in range(self.made.due.shape[1] - 1):
            due = self.made.due[:, turn]
            loans = np.flatnonzero(self._open & (due <= self.met.until + _AHEAD))
            self._charge_off(loans, due[loans])
            loans = loans[self._open[loans]]
            if len(loans):
                self._step(turn, loans)

    def _charge_off(self, loans: Ints, due: Days) -> None:
        limit = self._limit(loans)
        gone = limit <= due
        self.charged_off[loans[gone]] = limit[gone]
        self._open[loans[gone]] = False

    def _limit(self, loans: Ints) -> Days:
        """When a loan is charged off if its oldest unpaid instalment stays unpaid."""
        oldest: Days = self.made.due[loans, self.settled[loans]]
        limit: Days = oldest + self._tables.charge_off_days[self.met.product[loans]]
        return limit

    def _step(self, turn: int, loans: Ints) -> None:
        """One due date of the loans that are open at it."""
        due = self.made.due[loans, turn]
        count, settled = self.made.count[loans], self.settled[loans]
        behind = np.minimum(turn, count) - settled
        factor = self._factor(loans, due)
        late = behind > 0
        misses = ~late & self._misses(turn, loans, factor)
        wants = np.where(late, self._healed(turn, loans, behind, factor), np.where(misses, 0, 1))
        wants[self.met.cheats[loans]] = 0
        leaves = self._leaves(turn, loans, ~late & (wants > 0))
        day = self._paid_on(turn, loans, late, leaves)
        wants[day >= self._limit(loans)] = 0
        paying = wants > 0
        behind_now = np.where(late | ~paying, np.minimum(turn + 1, count) - settled, 0)
        self._note_missed(loans, due, behind_now, np.where(paying, day, np.datetime64("NaT", "D")))
        self._pay(turn, loans[paying], wants[paying], leaves[paying], day[paying])
        self._part_pay(turn, loans[misses & ~paying])

    def _factor(self, loans: Ints, due: Days) -> Floats:
        """What season, cycle and regional troubles do to these loans at these dates."""
        month = due.astype("M8[M]").astype(np.int64)
        factor = self.met.climate.at(month + 1970 * 12)
        for shock in self.met.shocks:
            hit = shock.loans[loans] & (month >= shock.first) & (month <= shock.last)
            factor[hit] *= shock.size
        return factor

    def _misses(self, turn: int, loans: Ints, factor: Floats) -> Flags:
        hazard = self._tables.miss[self.met.product[loans], min(turn, self._tables.turns - 1)]
        again = np.where(self.first_missed[loans] < turn, self._lender.risk.relapse, 1.0)
        chance = hazard * self.met.hazard[loans] * factor * again
        misses: Flags = self._chance.random(len(loans)) < np.minimum(chance, _CERTAIN)
        fresh = misses & (self.first_missed[loans] == _NEVER)
        self.first_missed[loans[fresh]] = turn
        return misses

    def _healed(self, turn: int, loans: Ints, behind: Ints, factor: Floats) -> Ints:
        """How many instalments those behind pay: all that fell due, one, or none."""
        odds = self._tables.heal[
            self.met.product[loans], np.clip(behind, 1, self._tables.depth) - 1
        ]
        odds = odds / factor[:, None] ** self._lender.macro.heal_elasticity
        drawn = self._chance.random(len(loans))
        every = np.minimum(turn + 1, self.made.count[loans]) - self.settled[loans]
        return np.where(drawn < odds[:, 0], every, np.where(drawn < odds.sum(axis=1), 1, 0))

    def _leaves(self, turn: int, loans: Ints, pays: Flags) -> Flags:
        """Who pays the whole loan off: of those who have never been behind by part of a payment."""
        odds = self._tables.prepay[self.met.product[loans], min(turn, self._tables.turns - 1)]
        exact = self.cash[loans] == self.made.owed[loans, self.settled[loans]]
        before_last = turn + 1 < self.made.count[loans]
        leaves: Flags = self._chance.random(len(loans)) < odds
        leaves &= pays & exact & before_last
        return leaves

    def _paid_on(self, turn: int, loans: Ints, late: Flags, leaves: Flags) -> Days:
        """The day of each payment; never before an earlier one of the same loan."""
        due, after = self.made.due[loans, turn], self.made.due[loans, turn + 1]
        before = self.made.due[loans, turn - 1] if turn else self.made.disbursed[loans]
        days = self._delays(loans)
        # Short schedules: early payments fall on the days since the date before, none on that date.
        gap = np.maximum((due - before).astype(np.int64) - 1, 1)
        days = np.where(days < 0, -((-days - 1) % gap + 1), days)
        room = (after - due).astype(np.int64)
        behind = np.floor(self._chance.random(len(loans)) * (room - 2)).astype(np.int64)
        days = np.where(late, behind, np.minimum(days, room - 1))
        # Interest is forgiven only for what has not fallen due, so such a payoff keeps to the date.
        exact = leaves & ~self._tables.flat[self.met.product[loans]]
        day = due + np.where(exact, 0, days).astype("m8[D]")
        day = np.maximum(day, self._last_paid[loans])
        return self._shifted(loans, day)

    def _delays(self, loans: Ints) -> Ints:
        """Days after the due date on which those who pay do so; negative is early."""
        own, n = self._lender.risk.delay, len(loans)
        score = own * self.met.trait[loans] + np.sqrt(1 - own**2) * self._chance.standard_normal(n)
        spread = self._chance.random(n)
        days = np.zeros(n, np.int64)
        for place, table in enumerate(self._tables.delays):
            mine = self.met.product[loans] == place
            kind = np.searchsorted(table.edges, score[mine])
            days[mine] = table.low[kind] + np.floor(spread[mine] * table.width[kind])
        return days

    def _shifted(self, loans: Ints, day: Days) -> Days:
        """Payments meant for the days of an outage fail and arrive when it is over."""
        most = self._lender.operations.retry_days
        for first, last in self.met.outages:
            hit = (day >= first) & (day <= last)
            retry = self._chance.integers(1, most + 1, len(day)).astype("m8[D]")
            self.log.failed.append((loans[hit], day[hit]))
            day = np.where(hit, last + retry, day)
        return day

    def _pay(self, turn: int, loans: Ints, wants: Ints, leaves: Flags, day: Days) -> None:
        count, settled = self.made.count[loans], self.settled[loans]
        upto = np.minimum(settled + wants, count)
        amount = self.made.owed[loans, upto] - self.cash[loans]
        amount[leaves] += self._ahead(turn, loans[leaves])
        late = (day - self.made.due[loans, settled]).astype(np.int64)
        self._receive(loans, day, amount, late)
        self.settled[loans] = np.where(leaves, count, upto)
        done = self.settled[loans] >= count
        self._open[loans[done]] = False
        self.ended[loans[done]] = day[done]

    def _ahead(self, turn: int, loans: Ints) -> Ints:
        """What a payoff adds to the instalment: principal ahead, and flat fees in full."""
        principal = self.made.principal[loans, turn + 1 :].sum(axis=1)
        fees = self.made.fee[loans, turn + 1 :].sum(axis=1)
        ahead: Ints = principal + fees
        return ahead

    def _part_pay(self, turn: int, loans: Ints) -> None:
        """Some of those who miss pay a part of the instalment, some days late."""
        share, part = self._lender.risk.late_part
        some = (self._chance.random(len(loans)) < share) & ~self.met.cheats[loans]
        loans = loans[some]
        owed = self.made.owed[loans, self.settled[loans] + 1] - self.cash[loans]
        amount = np.floor(owed * part).astype(np.int64)
        late = self._chance.integers(0, AFTER_DAYS // 2, len(loans))
        day = self.made.due[loans, turn] + late.astype("m8[D]")
        day = np.maximum(day, self._last_paid[loans])
        good = amount > 0
        self._receive(loans[good], day[good], amount[good], late[good])

    def _receive(self, loans: Ints, day: Days, amount: Ints, late: Ints) -> None:
        self.log.paid.append((loans, day, amount, late))
        self.cash[loans] += amount
        self._last_paid[loans] = day

    def _note_missed(self, loans: Ints, due: Days, behind: Ints, pays_on: Days) -> None:
        bad = behind > 0
        loans, behind = loans[bad], behind[bad]
        arrears = self.made.owed[loans, self.settled[loans] + behind] - self.cash[loans]
        self.log.missed.append((loans, due[bad], behind, arrears, pays_on[bad]))


@dataclass(frozen=True)
class _Delays:
    """Cuts on the normal scale, and the first day and number of days of each part."""

    edges: Floats
    low: Ints
    width: Ints


class _Tables:
    """The products' odds as arrays, by product and turn."""

    def __init__(self, products: list[Product], turns: int) -> None:
        number = np.arange(1, turns + 1)
        self.turns = turns
        self.miss = np.array([each.miss * at(each.aging, number) for each in products])
        self.flat = np.array([each.fee_rate is not None for each in products])
        self.prepay = np.array([at(each.prepay, number) for each in products])
        self.depth = max(len(each.heal) for each in products)
        self.heal = np.array([
            [(rung.all, rung.one) for rung in (each.heal + each.heal[-1:] * self.depth)][: self.depth]
            for each in products
        ])  # fmt: skip
        self.charge_off_days = np.array([each.charge_off_days for each in products], "m8[D]")
        self.delays = [_delays(each) for each in products]


def _delays(product: Product) -> _Delays:
    shares = np.cumsum([delay.share for delay in product.delays])[:-1]
    edges = np.array([NormalDist().inv_cdf(float(np.clip(s, 1e-9, 1 - 1e-9))) for s in shares])
    low, high = (np.array([delay.days[turn] for delay in product.delays]) for turn in (0, 1))
    return _Delays(edges, low, high - low + 1)


def extra_turns(products: list[Product]) -> int:
    """How many dates are needed after a schedule for its last missed instalment to age."""
    return max(each.charge_off_days for each in products) // AFTER_DAYS + 3
