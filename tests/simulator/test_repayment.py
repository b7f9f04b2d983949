"""Repayment, re-checked from outside: every loan's cash is walked again, in plain Python."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from seawall.core.engine import DuckEngine
from seawall.portfolio.settlement import settlement
from seawall.simulator.declaration import Lender
from tests.simulator.conftest import PLAN, Book


@dataclass(frozen=True)
class Story:
    """One loan: its row, schedule, and payments before and after charge-off."""

    loan: dict[str, Any]
    plan: list[dict[str, Any]]
    paid: list[dict[str, Any]]
    recovered: list[dict[str, Any]]

    @property
    def owed(self) -> Decimal:
        return sum((_whole(row) for row in self.plan), Decimal(0))

    @property
    def cash(self) -> Decimal:
        return sum((_cash(row) for row in self.paid), Decimal(0))

    def payoff(self) -> tuple[date, Decimal] | None:
        """The first day on which cash covers all charges so far and the whole principal."""
        cash = Decimal(0)
        for row in self.paid:
            cash += _cash(row)
            charges = sum(
                (due["interest"] + due["fee"] for due in self.plan if due["due_on"] <= row["paid_on"]),
                Decimal(0),
            )  # fmt: skip
            if cash >= charges + self.loan["principal"]:
                return row["paid_on"], cash - charges - self.loan["principal"]
        return None

    def oldest_unpaid(self) -> date | None:
        """The due date of the first instalment that the cash does not cover."""
        left = self.cash
        for row in self.plan:
            left -= _whole(row)
            if left < 0:
                return date.fromisoformat(str(row["due_on"]))
        return None


def _whole(row: dict[str, Any]) -> Decimal:
    return Decimal(row["principal"] + row["interest"] + row["fee"])


def _cash(row: dict[str, Any]) -> Decimal:
    return Decimal(row["amount"] - row["late_fee"])


@pytest.fixture(scope="module")
def stories(book: Book) -> list[Story]:
    return list(_stories(book))


def _stories(book: Book) -> Iterator[Story]:
    plans: dict[str, list[dict[str, Any]]] = defaultdict(list)
    paid: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in book["instalment"].to_pylist():
        plans[row["loan_id"]].append(row)
    for row in sorted(book["payment"].to_pylist(), key=lambda row: row["paid_on"]):
        paid[row["loan_id"]].append(row)
    for loan in book["loan"].to_pylist():
        end = loan["charged_off_on"] or date.max
        mine = paid[loan["loan_id"]]
        before = [row for row in mine if row["paid_on"] <= end]
        yield Story(loan, plans[loan["loan_id"]], before, [r for r in mine if r["paid_on"] > end])


def test_cash_never_exceeds_what_is_owed(stories: list[Story]) -> None:
    for story in stories:
        recovered = sum((row["amount"] for row in story.recovered), Decimal(0))
        assert story.cash + recovered <= story.owed
        assert all(row["late_fee"] < row["amount"] for row in story.paid)


def test_at_closure_cash_is_exactly_what_is_owed(stories: list[Story]) -> None:
    closed = [(story, story.payoff()) for story in stories if story.payoff() is not None]
    assert len(closed) > 1000
    early = 0
    for story, payoff in closed:
        assert payoff is not None
        day, left_over = payoff
        assert story.paid[-1]["paid_on"] == day
        if story.cash < story.owed:
            early += 1
            assert left_over == 0
            assert day in {row["due_on"] for row in story.plan} or _shifted(day)
    assert early > 100


def _shifted(day: date) -> bool:
    """Only payments held back by the outage leave their due date."""
    return day.day in range(16, 20)


def test_the_book_derives_the_same_closures(stories: list[Story], book: Book) -> None:
    engine = DuckEngine(threads=1)
    for name in ("loan", "instalment", "payment"):
        engine.show(name, book[name])
    rows = engine.table(settlement(PLAN.until)).to_pylist()
    engine.close()
    ended = {row["loan_id"]: row["ended_on"] for row in rows}
    for story in stories:
        payoff = story.payoff()
        assert ended[story.loan["loan_id"]] == (payoff[0] if payoff else None)


def test_nothing_is_paid_before_disbursement(stories: list[Story]) -> None:
    for story in stories:
        assert all(row["paid_on"] > story.loan["disbursed_on"] for row in story.paid)


def test_a_loan_is_charged_off_on_the_day_its_oldest_due_date_gets_too_old(
    stories: list[Story], lender: Lender
) -> None:
    gone = 0
    for story in stories:
        oldest = story.oldest_unpaid()
        if oldest is None or (story.payoff() and not story.loan["charged_off_on"]):
            assert story.loan["charged_off_on"] is None
            continue
        days = lender.products[story.loan["product"]].charge_off_days
        limit = oldest + timedelta(days=days)
        gone += limit <= PLAN.until
        assert story.loan["charged_off_on"] == (limit if limit <= PLAN.until else None)
    assert gone > 100


def test_after_charge_off_there_are_only_recoveries_and_they_cost(stories: list[Story]) -> None:
    recovered = [row for story in stories for row in story.recovered]
    assert len(recovered) > 50
    assert all(row["late_fee"] == 0 for row in recovered)
    assert sum(row["collection_cost"] for row in recovered) > 0
    assert all(row["collection_cost"] == 0 for story in stories for row in story.paid)


def test_payments_come_early_on_time_late_in_part_and_after_a_miss(stories: list[Story]) -> None:
    late = [
        (story.paid[0]["paid_on"] - story.plan[0]["due_on"]).days for story in stories if story.paid
    ]
    assert min(late) < -7
    assert late.count(0) > len(late) / 4
    assert sum(0 < days <= 30 for days in late) > 100
    assert sum(days > 30 for days in late) > 10
    parts = sum(_cash(story.paid[0]) < _whole(story.plan[0]) for story in stories if story.paid)
    assert parts > 3


def test_the_servicers_own_allocation_stays_unknown(book: Book) -> None:
    for name in ("principal", "interest", "fee"):
        assert book["payment"][name].null_count == book["payment"].num_rows
    assert book["loan"]["closed_on"].null_count == book["loan"].num_rows
