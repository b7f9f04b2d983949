"""Month-ends against a slow walk of every loan, and the laws that money keeps."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from seawall.core.engine import DuckEngine
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import WHOLE, Slice, settlement, slices
from tests.portfolio.lender import (
    FIRST_DAY,
    Due,
    Loan,
    Paid,
    State,
    course,
    loans,
    month_ends,
    show,
)

Line = dict[str, Any]
Rows = dict[tuple[str, date], Line]
AS_OF = date(2024, 12, 31)
SUMMED = {
    "principal": "principal_paid", "interest": "interest_paid", "fee": "fee_paid",
    "overpaid": "overpaid", "charged_off": "charged_off", "waived": "waived",
    "recovered": "recovered", "late_fee": "late_fee",
}  # fmt: skip


def built(
    engine: DuckEngine, conventions: Conventions, as_of: date = AS_OF, part: Slice = WHOLE
) -> Rows:
    """Our month-ends over the relations shown, money in cents."""
    engine.show("calendar", calendar(FIRST_DAY, as_of))
    engine.show("settlement", engine.table(settlement(as_of, part)))
    rows = engine.table(month_end(as_of, conventions, part)).to_pylist()
    return {
        (row["loan_id"], row["month_end"]): {
            name: int(value * 100) if isinstance(value, Decimal) else value
            for name, value in row.items()
        }
        for row in sorted(rows, key=lambda each: (each["loan_id"], each["month_end"]))
    }


def of_loan(rows: Rows, loan_id: str) -> dict[date, State]:
    """Our rows of one loan as the walk's states: flows summed up to each month-end."""
    states: dict[date, State] = {}
    sums = dict.fromkeys(SUMMED, 0)
    for (owner, end), row in rows.items():
        if owner == loan_id:
            sums = {name: sums[name] + row[ours] for name, ours in SUMMED.items()}
            stocks: dict[str, Any] = {
                name: row[name]
                for name in ("status", "days_past_due", "worst_days", "balance", "arrears")
            }
            states[end] = State(**{**stocks, **sums})
    return states


def bucket(state: State) -> str:
    if state.status != "open":
        return state.status
    cuts = {"current": 0, "1-30": 30, "31-60": 60, "61-90": 90, "91-180": 180, "180+": 10**6}
    return next(name for name, most in cuts.items() if state.days_past_due <= most)


def agree(rows: Rows, book: tuple[Loan, ...], as_of: date) -> None:
    """Every loan of the book at every month-end, exact to the cent."""
    by_loan: dict[str, Rows] = {}
    for key, row in rows.items():
        by_loan.setdefault(key[0], {})[key] = row
    for loan in book:
        walked = course(loan, as_of)
        ours = of_loan(by_loan.get(loan.loan_id, {}), loan.loan_id)
        assert ours.keys() == walked.keys(), loan
        for end, state in walked.items():
            assert ours[end] == state, (end, loan)
            assert rows[loan.loan_id, end]["bucket"] == bucket(state)


def has_part_payments_that_count(loan: Loan) -> bool:
    """Whether a part of an instalment counts as paid, and nobody says what the cash paid."""
    share = loan.paid_share is not None and loan.paid_share < 1
    return share and not any(paid.given for paid in loan.paid)


def is_paid_on_after_a_payoff(loan: Loan) -> bool:
    """Whether cash covers the whole schedule, but on a day after it had covered a payoff."""
    before = replace(loan, closed_on=None, charged_off_on=None)
    days = sorted({paid.on for paid in loan.paid})
    sums = {d: sum(p.amount - p.late_fee for p in before.paid if p.on <= d) for d in days}
    whole = [d for d in days if sums[d] >= sum(due.whole for due in loan.dues)]
    payoff = [
        d for d in days
        if sums[d] >= loan.lent + sum(due.fee + due.interest for due in loan.dues if due.on <= d)
    ]  # fmt: skip
    return bool(whole and payoff and payoff[0] < whole[0])


@pytest.mark.parametrize("as_of", [AS_OF, date(2024, 5, 17), date(2023, 6, 30)])
@pytest.mark.parametrize("seed", [11, 12])
def test_every_loan_at_every_month_end_is_as_the_slow_walk_says(
    engine: DuckEngine, conventions: Conventions, as_of: date, seed: int
) -> None:
    book = tuple(
        loan
        for loan in loans(700, seed)
        if not has_part_payments_that_count(loan) and not is_paid_on_after_a_payoff(loan)
    )
    assert len(book) > 450
    show(engine, book)
    agree(built(engine, conventions, as_of), book, as_of)


def test_a_payoff_stands_when_more_cash_comes_in(
    engine: DuckEngine, conventions: Conventions
) -> None:
    book = tuple(loan for loan in loans(2000, 13) if is_paid_on_after_a_payoff(loan)
                 and not has_part_payments_that_count(loan))  # fmt: skip
    assert book
    show(engine, book)
    agree(built(engine, conventions), book, AS_OF)


def test_part_payments_that_count_are_as_late_as_whole_ones(
    engine: DuckEngine, conventions: Conventions
) -> None:
    """Their split differs from a strict walk: principal bears the shortfall (see the contract)."""
    book = tuple(loan for loan in loans(1500, 14) if has_part_payments_that_count(loan)
                 and not is_paid_on_after_a_payoff(loan))  # fmt: skip
    show(engine, book)
    rows = built(engine, conventions)
    for loan in book:
        for end, state in course(loan, AS_OF).items():
            ours = of_loan(rows, loan.loan_id)[end]
            assert (ours.status, ours.days_past_due, ours.arrears, ours.recovered) == (
                state.status, state.days_past_due, state.arrears, state.recovered,
            )  # fmt: skip
            assert ours.principal + ours.interest + ours.fee + ours.overpaid == (
                state.principal + state.interest + state.fee + state.overpaid
            )


def test_history_does_not_change_when_later_payments_become_known(
    engine: DuckEngine, conventions: Conventions
) -> None:
    book = tuple(loan for loan in loans(600, 15) if not is_paid_on_after_a_payoff(loan))
    show(engine, book)
    earlier = built(engine, conventions, date(2024, 3, 31))
    later = built(engine, conventions)
    assert earlier.keys() <= later.keys()
    for key, row in earlier.items():
        assert row == later[key], key


@pytest.fixture(scope="module")
def rows(conventions: Conventions) -> Rows:
    engine = DuckEngine(threads=2)
    show(engine, loans(800, 16))
    found = built(engine, conventions)
    engine.close()
    return found


def test_a_balance_and_arrears_are_never_negative(rows: Rows) -> None:
    assert rows
    for key, row in rows.items():
        assert min(row["balance"], row["arrears"], row["days_past_due"]) >= 0, key
        assert min(row["charged_off"], row["waived"], row["recovered"], row["late_fee"]) >= 0, key


def test_cash_is_principal_interest_fee_and_overpaid(rows: Rows) -> None:
    for key, row in rows.items():
        parts = ("principal_paid", "interest_paid", "fee_paid", "overpaid")
        assert row["cash"] == sum(row[part] for part in parts), key


def test_what_was_lent_is_owed_paid_waived_or_charged_off(rows: Rows) -> None:
    lent = {loan.loan_id: loan.lent for loan in loans(800, 16)}
    gone: dict[str, int] = {}
    for (loan_id, end), row in rows.items():
        moved = row["principal_paid"] + row["waived"] + row["charged_off"]
        gone[loan_id] = gone.get(loan_id, 0) + moved
        assert row["balance"] + gone[loan_id] == lent[loan_id], (loan_id, end)


def test_every_payment_known_stands_in_a_month(rows: Rows) -> None:
    ours: dict[str, int] = {}
    for (loan_id, _), row in rows.items():
        received = row["cash"] + row["late_fee"] + row["recovered"]
        ours[loan_id] = ours.get(loan_id, 0) + received
    for loan in loans(800, 16):
        ends = list(month_ends(loan.disbursed_on, min(loan.observed_on, AS_OF)))
        known = [paid.amount for paid in loan.paid if ends and paid.on <= ends[-1]]
        assert ours.get(loan.loan_id, 0) == sum(known), loan


def test_collection_cost_stands_in_the_month_of_the_recovery(rows: Rows) -> None:
    ours = sum(row["collection_cost"] for row in rows.values())
    known = 0
    for loan in loans(800, 16):
        ends = list(month_ends(loan.disbursed_on, min(loan.observed_on, AS_OF)))
        known += sum(paid.cost for paid in loan.paid if ends and paid.on <= ends[-1])
    assert ours == known


def test_a_month_opens_as_the_last_one_ended(rows: Rows) -> None:
    for (loan_id, end), row in rows.items():
        was = rows.get((loan_id, end.replace(day=1) - timedelta(days=1)))
        for name in ("balance", "arrears"):
            assert row[f"opening_{name}"] == (was[name] if was else 0)
        assert row["opening_bucket"] == (was["bucket"] if was else None)
        assert row["opening_worst_days"] == (was["worst_days"] if was else 0)
        assert row["months_on_book"] == (was["months_on_book"] + 1 if was else 0)


def test_slices_together_are_the_whole_book(engine: DuckEngine, conventions: Conventions) -> None:
    show(engine, loans(300, 17))
    whole = built(engine, conventions)
    parts = [built(engine, conventions, part=part) for part in slices(["L00100", "L00200"])]
    assert sum(len(part) for part in parts) == len(whole)
    assert all(parts)
    assert {key: row for part in parts for key, row in part.items()} == whole


def single(**changes: Any) -> Loan:  # noqa: ANN401 -- any field of a loan
    """1,000.00 in two instalments of 500.00 + 50.00 interest, due end of January and February."""
    plain = Loan(
        "L", date(2023, 1, 1),
        (Due(date(2023, 1, 31), 0, 50_00, 500_00), Due(date(2023, 2, 28), 0, 50_00, 500_00)),
        (), observed_on=AS_OF,
    )  # fmt: skip
    return replace(plain, **changes)


def lived(engine: DuckEngine, conventions: Conventions, loan: Loan) -> dict[date, Line]:
    show(engine, (loan,))
    return {end: row for (_, end), row in built(engine, conventions).items()}


def test_a_due_date_on_the_month_end_itself_is_not_yet_past_due(
    engine: DuckEngine, conventions: Conventions
) -> None:
    rows = lived(engine, conventions, single())
    january, february = rows[date(2023, 1, 31)], rows[date(2023, 2, 28)]
    assert (january["bucket"], january["days_past_due"]) == ("current", 0)
    assert january["arrears"] == 550_00
    assert (february["bucket"], february["days_past_due"]) == ("1-30", 28)


def test_a_payoff_forgives_interest_not_yet_due(
    engine: DuckEngine, conventions: Conventions
) -> None:
    paid = (Paid(date(2023, 1, 20), 1000_00),)
    rows = lived(engine, conventions, single(paid=paid))
    assert list(rows) == [date(2023, 1, 31)]
    row = rows[date(2023, 1, 31)]
    assert (row["status"], row["balance"], row["principal_paid"]) == ("repaid", 0, 1000_00)
    assert (row["interest_paid"], row["waived"], row["prepaid"]) == (0, 0, 500_00)


def test_what_the_source_closed_unpaid_is_waived(
    engine: DuckEngine, conventions: Conventions
) -> None:
    loan = single(paid=(Paid(date(2023, 1, 20), 550_00),), closed_on=date(2023, 3, 5))
    rows = lived(engine, conventions, loan)
    assert [row["status"] for row in rows.values()] == ["open", "open", "repaid"]
    assert rows[date(2023, 3, 31)]["waived"] == 500_00


def test_cash_after_charge_off_is_recovery_and_cash_on_its_day_is_not(
    engine: DuckEngine, conventions: Conventions
) -> None:
    day = date(2023, 6, 15)
    paid = (Paid(day, 100_00), Paid(day + timedelta(days=1), 70_00, cost=7_00))
    rows = lived(engine, conventions, single(paid=paid, charged_off_on=day))
    june = rows[date(2023, 6, 30)]
    assert (june["status"], june["cash"], june["recovered"]) == ("charged_off", 100_00, 70_00)
    assert (june["charged_off"], june["collection_cost"]) == (950_00, 7_00)
    assert june["principal_paid"] == 50_00


def test_a_recovery_after_the_source_closed_a_charged_off_loan_is_not_lost(
    engine: DuckEngine, conventions: Conventions
) -> None:
    loan = single(
        charged_off_on=date(2023, 6, 15), closed_on=date(2023, 6, 20),
        paid=(Paid(date(2023, 8, 1), 70_00),),
    )  # fmt: skip
    rows = lived(engine, conventions, loan)
    assert sum(row["recovered"] for row in rows.values()) == 70_00


def test_cash_after_the_source_closed_the_loan_does_not_pay_what_was_waived(
    engine: DuckEngine, conventions: Conventions
) -> None:
    loan = single(
        closed_on=date(2023, 3, 5),
        paid=(Paid(date(2023, 1, 20), 550_00), Paid(date(2023, 4, 3), 80_00)),
    )  # fmt: skip
    rows = lived(engine, conventions, loan)
    gone = sum(row["principal_paid"] + row["waived"] for row in rows.values())
    assert gone == 1000_00
    assert sum(row["cash"] for row in rows.values()) == 630_00


def test_an_instalment_of_nothing_is_never_past_due(
    engine: DuckEngine, conventions: Conventions
) -> None:
    grace = Due(date(2023, 1, 15), 0, 0, 0)
    loan = single(dues=(grace, Due(date(2023, 12, 31), 0, 50_00, 1000_00)))
    rows = lived(engine, conventions, loan)
    assert rows[date(2023, 3, 31)]["arrears"] == 0
    assert rows[date(2023, 3, 31)]["days_past_due"] == 0


def test_a_loan_is_not_known_after_the_last_day_its_source_knows(
    engine: DuckEngine, conventions: Conventions
) -> None:
    rows = lived(engine, conventions, single(observed_on=date(2023, 3, 30)))
    assert list(rows) == [date(2023, 1, 31), date(2023, 2, 28)]


def test_what_fell_due_first_is_paid_first_however_it_is_numbered(
    engine: DuckEngine, conventions: Conventions
) -> None:
    plain = single(paid=(Paid(date(2023, 1, 31), 550_00),))
    rows = lived(engine, conventions, replace(plain, dues=plain.dues[::-1]))
    assert rows == lived(engine, conventions, plain)
    assert rows[date(2023, 2, 28)]["days_past_due"] == 0
    assert rows[date(2023, 3, 31)]["days_past_due"] == 31


def test_a_servicer_who_parts_only_some_payments_of_a_loan_is_not_followed(
    engine: DuckEngine, conventions: Conventions
) -> None:
    days = date(2023, 1, 31), date(2023, 2, 28)
    parted = Paid(days[0], 550_00, given=(0, 50_00, 500_00))
    loan = single(paid=(parted, Paid(days[1], 550_00)))
    rows = lived(engine, conventions, loan)
    assert rows == lived(engine, conventions, single(paid=tuple(Paid(d, 550_00) for d in days)))
    assert rows[days[1]]["status"] == "repaid"


def test_late_fees_alone_need_no_parts(engine: DuckEngine, conventions: Conventions) -> None:
    parted = Paid(date(2023, 1, 31), 550_00, given=(0, 100_00, 450_00))
    loan = single(paid=(parted, Paid(date(2023, 2, 1), 5_00, late_fee=5_00)))
    rows = lived(engine, conventions, loan)
    assert rows[date(2023, 1, 31)]["balance"] == rows[date(2023, 2, 28)]["balance"] == 550_00


def test_cash_after_the_charge_off_of_a_loan_that_was_settled_before_is_not_lost(
    engine: DuckEngine, conventions: Conventions
) -> None:
    paid = (Paid(date(2023, 1, 20), 1000_00), Paid(date(2023, 5, 3), 70_00, cost=7_00))
    rows = lived(engine, conventions, single(paid=paid, charged_off_on=date(2023, 3, 1)))
    assert rows[date(2023, 5, 31)]["status"] == "repaid"
    assert [sum(row[name] for row in rows.values()) for name in (
        "cash", "recovered", "collection_cost", "charged_off")] == [1000_00, 70_00, 7_00, 0]  # fmt: skip
