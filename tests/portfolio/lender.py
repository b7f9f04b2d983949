"""Random loans for the tests, and the state of each at a month-end, walked day by day.

Written from the documented rules only, in whole cents and plain Python, loan by loan.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from seawall.core.engine import DuckEngine
from seawall.portfolio import tape

PARTS = ("fee", "interest", "principal")


@dataclass(frozen=True)
class Due:
    """An instalment; money in cents."""

    on: date
    fee: int
    interest: int
    principal: int

    @property
    def whole(self) -> int:
        return self.fee + self.interest + self.principal


@dataclass(frozen=True)
class Paid:
    """A payment; money in cents; the parts are the servicer's word, where he gave it."""

    on: date
    amount: int
    late_fee: int = 0
    given: tuple[int, int, int] | None = None
    cost: int = 0


@dataclass(frozen=True)
class Loan:
    """A loan with all its facts."""

    loan_id: str
    disbursed_on: date
    dues: tuple[Due, ...]
    paid: tuple[Paid, ...]
    observed_on: date
    charged_off_on: date | None = None
    closed_on: date | None = None
    waterfall: str = "fee-interest-principal"
    paid_share: Decimal | None = None
    annual_rate: float | None = None

    @property
    def lent(self) -> int:
        return sum(due.principal for due in self.dues)


@dataclass(frozen=True)
class State:
    """A loan at a month-end; sums since disbursement; money in cents."""

    status: str
    days_past_due: int
    worst_days: int
    balance: int
    arrears: int
    principal: int
    interest: int
    fee: int
    overpaid: int
    charged_off: int
    waived: int
    recovered: int
    late_fee: int


def month_ends(first: date, last: date) -> Iterator[date]:
    """Month-ends from the month of `first` up to the day `last`."""
    year, month = first.year, first.month
    while (end := date(year, month, calendar.monthrange(year, month)[1])) <= last:
        yield end
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def course(loan: Loan, as_of: date) -> dict[date, State]:
    """The loan at every month-end of its life that is known at `as_of`."""
    known_to = min(loan.observed_on, as_of)
    if loan.disbursed_on > as_of:
        return {}
    cash = [p for p in loan.paid if p.on <= known_to and not _is_recovery(loan, p)]
    ended = _ended_on(loan, cash)
    said = loan.closed_on if loan.closed_on is not None and loan.closed_on <= known_to else None
    closed = said if ended is None else ended
    ends = list(month_ends(loan.disbursed_on, known_to))
    lost_first = loan.charged_off_on is not None and loan.charged_off_on < (closed or date.max)
    if closed is not None and not lost_first:
        last = max([closed, *(p.on for p in loan.paid if p.on <= known_to)])
        ends = [end for end in ends if (end.year, end.month) <= (last.year, last.month)]
    states: dict[date, State] = {}
    worst = charged_off = waived = 0
    for end in ends:
        state = _state(loan, [p for p in cash if p.on <= end], end, ended, closed)
        worst = max(worst, state.days_past_due)
        left = loan.lent - state.principal
        before = list(states.values())[-1].status if states else "open"
        charged_off += left if (state.status, before) == ("charged_off", "open") else 0
        waived = left if state.status == "repaid" else 0
        recovered = sum(p.amount for p in loan.paid if p.on <= end and _is_recovery(loan, p))
        states[end] = State(**{
            **vars(state), "worst_days": worst, "charged_off": charged_off, "waived": waived,
            "recovered": recovered,
        })  # fmt: skip
    return states


def _is_recovery(loan: Loan, payment: Paid) -> bool:
    return loan.charged_off_on is not None and payment.on > loan.charged_off_on


def _ended_on(loan: Loan, cash: list[Paid]) -> date | None:
    """The first day on which cash covers the schedule, or all principal and the charges so far.

    Not where the servicer's own allocation leaves principal unpaid.
    """
    given = [p.given[2] for p in cash if p.given is not None]
    if given and sum(given) < loan.lent:
        return None
    for day in sorted({p.on for p in cash}):
        so_far = sum(p.amount - p.late_fee for p in cash if p.on <= day)
        charges = sum(due.fee + due.interest for due in loan.dues if due.on <= day)
        if so_far >= sum(due.whole for due in loan.dues) or so_far >= loan.lent + charges:
            return day
    return None


def _unpaid(loan: Loan, cash: int) -> list[Due]:
    """The instalments that do not count as paid: cash goes to the oldest first."""
    share = Decimal(1) if loan.paid_share is None else loan.paid_share
    unpaid: list[Due] = []
    for number, due in enumerate(loan.dues, start=1):
        wanted = due.whole if number == len(loan.dues) else int(due.whole * share)
        if cash < wanted:
            unpaid.append(due)
        cash = max(0, cash - due.whole) if cash >= due.whole else cash - due.whole
    return unpaid


def _applied(loan: Loan, cash: int) -> dict[str, int]:
    """Cash along the schedule: the oldest instalment first, its parts in the waterfall's order."""
    applied = dict.fromkeys(PARTS, 0)
    for due in loan.dues:
        for part in loan.waterfall.split("-"):
            paid = min(cash, getattr(due, part))
            applied[part] += paid
            cash -= paid
    return applied


def _state(
    loan: Loan, cash: list[Paid], end: date, ended: date | None, closed: date | None
) -> State:
    so_far = sum(p.amount - p.late_fee for p in cash)
    if any(p.given for p in cash):
        fee, interest, principal = (sum((p.given or (0, 0, 0))[n] for p in cash) for n in range(3))
    elif ended is not None and ended <= end:
        by_then = sum(p.amount - p.late_fee for p in cash if p.on <= ended)
        unpaid = _unpaid(loan, by_then)
        earned = [due for due in loan.dues if due.on <= ended or due not in unpaid]
        principal = loan.lent
        fee = min(sum(due.fee for due in earned), so_far - principal)
        interest = min(sum(due.interest for due in loan.dues), so_far - principal - fee)
    else:
        applied = _applied(loan, so_far)
        fee, interest, principal = (applied[part] for part in PARTS)
    charged = loan.charged_off_on
    status = "open"
    if closed is not None and closed <= end and (charged is None or closed <= charged):
        status = "repaid"
    elif charged is not None and charged <= end:
        status = "charged_off"
    is_open = status == "open"
    late = [due.on for due in _unpaid(loan, so_far) if due.on <= end]
    scheduled = sum(due.whole for due in loan.dues if due.on <= end)
    return State(
        status=status,
        days_past_due=(end - late[0]).days if is_open and late else 0,
        worst_days=0,
        balance=loan.lent - principal if is_open else 0,
        arrears=max(0, scheduled - so_far) if is_open else 0,
        principal=principal, interest=interest, fee=fee,
        overpaid=so_far - principal - interest - fee,
        charged_off=0, waived=0, recovered=0,
        late_fee=sum(p.late_fee for p in cash),
    )  # fmt: skip


FIRST_DAY = date(2023, 1, 1)


def loans(count: int, seed: int) -> tuple[Loan, ...]:
    """Random loans of every kind of life."""
    chance = Random(seed)  # noqa: S311 -- a seeded test, not a secret
    made = (_loan(f"L{number:05}", chance) for number in range(count))
    rates = (None if number % 3 == 0 else number % 40 / 100 for number in range(count))
    return tuple(replace(loan, annual_rate=rate) for loan, rate in zip(made, rates, strict=False))


def _loan(loan_id: str, chance: Random) -> Loan:
    disbursed = FIRST_DAY + timedelta(days=chance.randrange(0, 600))
    step = chance.choice([7, 14, 30, 30, 31])
    times = chance.randrange(1, 9)
    dues = tuple(
        Due(
            disbursed + timedelta(days=step * k),
            fee=chance.choice([0, 0, 5_00, chance.randrange(0, 30_00)]),
            interest=chance.choice([0, chance.randrange(1, 60_00)]),
            principal=chance.randrange(1_00, 300_00),
        )
        for k in range(1, times + 1)
    )
    charged = dues[-1].on + timedelta(days=chance.randrange(-20, 200))
    charged_off_on = max(charged, disbursed) if chance.random() < 0.25 else None
    paid = tuple(sorted(_payments(dues, disbursed, charged_off_on, chance), key=lambda p: p.on))
    closed_on = None
    if chance.random() < 0.2:
        # The source closes the account with, or after, the last cash it took.
        last = max([disbursed, *(p.on for p in paid)])
        closed_on = last + timedelta(days=chance.choice([0, 0, 3, 45]))
    return Loan(
        loan_id, disbursed, dues, paid,
        observed_on=max(disbursed, chance.choice([date(2024, 12, 31)] * 3 + [
            disbursed + timedelta(days=chance.randrange(0, 400))])),
        charged_off_on=charged_off_on, closed_on=closed_on,
        waterfall=chance.choice(tape.WATERFALLS),
        paid_share=Decimal(chance.choice(["1", "0.85", "0.9", "0.5"]))
        if chance.random() < 0.4 else None,
    )  # fmt: skip


def _payments(
    dues: tuple[Due, ...], disbursed: date, charged_off_on: date | None, chance: Random
) -> list[Paid]:
    habit = chance.choice(["on time", "late", "stops", "pays off", "random", "overpays", "nothing"])
    stop = chance.randrange(0, len(dues) + 1)
    cash: list[tuple[date, int]] = []
    for number, due in enumerate(dues):
        if habit == "nothing" or (habit in ("stops", "pays off") and number >= stop):
            break
        delay = {"late": chance.randrange(0, 70), "random": chance.randrange(-20, 50)}.get(habit, 0)
        share = chance.choice([0.3, 0.86, 1.0, 1.7]) if habit == "random" else 1.0
        day = max(disbursed, due.on + timedelta(days=delay))
        if share == 1.0 and chance.random() < 0.2:
            cash.append((day, due.whole // 3))
            cash.append((day, due.whole - due.whole // 3))
        else:
            cash.append((day, int(due.whole * share)))
    if habit == "pays off" and stop < len(dues):
        day = max(disbursed, dues[stop].on - timedelta(days=chance.randrange(0, 9)))
        left = sum(due.principal for due in dues[stop:])
        cash.append((day, left + chance.choice([0, 0, 1_00, 40_00])))
    if habit == "overpays":
        cash.append((dues[-1].on + timedelta(days=chance.randrange(0, 40)), 20_00))
    found = [_paid(day, amount, chance) for day, amount in cash if amount > 0]
    given = chance.random() < 0.3
    found = _given(dues, found, charged_off_on) if given else found
    if charged_off_on is not None:
        for _ in range(chance.randrange(0, 3)):
            day = charged_off_on + timedelta(days=chance.randrange(1, 90))
            found.append(Paid(day, chance.randrange(1, 200_00), cost=chance.randrange(0, 5_00)))
    return found


def _paid(day: date, amount: int, chance: Random) -> Paid:
    late_fee = chance.choice([0, 0, 0, 2_50])
    return Paid(day, amount + late_fee, late_fee)


def _given(dues: tuple[Due, ...], paid: list[Paid], charged_off_on: date | None) -> list[Paid]:
    """A servicer who pays principal first and writes it down; what is over he books as a fee."""
    left = sum(due.principal for due in dues)
    found: list[Paid] = []
    for p in sorted(paid, key=lambda each: each.on):
        if charged_off_on is not None and p.on > charged_off_on:
            found.append(p)
            continue
        cash = p.amount - p.late_fee
        principal = min(left, cash)
        interest = (cash - principal) // 2
        found.append(Paid(p.on, p.amount, p.late_fee, (cash - principal - interest, interest,
                                                       principal)))  # fmt: skip
        left -= principal
    return found


def contacts(book: tuple[Loan, ...], seed: int) -> list[dict[str, Any]]:
    """Rows of `contact` for half of the instalments; a third of them promises, some without sum."""
    chance = Random(seed)  # noqa: S311 -- a seeded test, not a secret
    rows: list[dict[str, Any]] = []
    for loan in book:
        for due in loan.dues:
            if chance.random() < 0.5:
                continue
            day = due.on + timedelta(days=chance.randrange(1, 20))
            outcome = chance.choice(["no_answer", "reached", "promise"])
            promised = outcome == "promise"
            share = chance.choice([50, 100, 100, None])
            rows.append({
                "contact_id": f"K{len(rows)}", "loan_id": loan.loan_id, "medium": "call",
                # Around midnight, where a clock that is not UTC would move the day.
                "contacted_at": datetime.combine(day, time(chance.choice([0, 23]), 30)),
                "outcome": outcome,
                "promised_on": day + timedelta(days=chance.choice([5, 60])) if promised else None,
                "promised_amount": _money(due.whole * share // 100) if promised and share else None,
            })  # fmt: skip
    return [dict.fromkeys(tape.CONTACT.schema.names) | row for row in rows]


def show(engine: DuckEngine, book: tuple[Loan, ...]) -> None:
    """Make the loans readable as the contract's tables."""
    lent = [
        {
            "loan_id": each.loan_id, "customer_token": "c", "product": "p", "currency": "EUR",
            "principal": _money(each.lent), "term_days": 30, "disbursed_on": each.disbursed_on,
            "charged_off_on": each.charged_off_on, "closed_on": each.closed_on,
            "observed_on": each.observed_on, "waterfall": each.waterfall,
            "annual_rate": each.annual_rate,
            "paid_share": None if each.paid_share is None else float(each.paid_share),
        }
        for each in book
    ]  # fmt: skip
    dues = [
        {"loan_id": each.loan_id, "number": n, "due_on": due.on}
        | {part: _money(getattr(due, part)) for part in PARTS}
        for each in book
        for n, due in enumerate(each.dues, start=1)
    ]
    payments = [
        {
            "payment_id": f"{each.loan_id}-{n}", "loan_id": each.loan_id, "paid_on": paid.on,
            "amount": _money(paid.amount), "late_fee": _money(paid.late_fee),
            "collection_cost": _money(paid.cost),
        }
        | ({} if paid.given is None
           else {p: _money(c) for p, c in zip(PARTS, paid.given, strict=True)})
        for each in book
        for n, paid in enumerate(each.paid)
    ]  # fmt: skip
    for table, rows in ((tape.LOAN, lent), (tape.INSTALMENT, dues), (tape.PAYMENT, payments)):
        full = [dict.fromkeys(table.schema.names) | row for row in rows]
        engine.show(table.name, pa.Table.from_pylist(full, schema=table.schema))


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100
