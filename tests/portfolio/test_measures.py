"""Measures against a second method: plain Python over the derived rows of a simulated book."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from seawall.acts.simulating import make_lender
from seawall.core.steps import Steps
from seawall.office import homes, measuring, packs
from seawall.simulator.truth import Plan

Row = dict[str, Any]
END = date(2025, 12, 31)


class Book:
    """A simulated book, its rows, and its measures' answers."""

    def __init__(self, at: homes.Home) -> None:
        self.reading = measuring.read(at)
        self.loans = {row["loan_id"]: row for row in self.rows("loan")}
        self.months = self.rows("month_end")

    def rows(self, table: str) -> list[Row]:
        steps = Steps().then("all_rows", f"SELECT * FROM {table}")
        found: list[Row] = self.reading.engine.table(steps).to_pylist()
        return found

    def answer(self, name: str, *by: str) -> list[Row]:
        told: list[Row] = self.reading.answer(self.reading.measure(name), by).to_pylist()
        return told


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    at = homes.home(tmp_path_factory.mktemp("measures"))
    plan = Plan(loans=2_000, seed=11)
    make_lender(at.desk(), plan, packs.lender(), progress=lambda *_: None)
    return Book(at)


def total(rows: list[Row], name: str, where: Callable[[Row], bool] = lambda _: True) -> Decimal:
    return sum((row[name] for row in rows if where(row)), Decimal(0))


def test_the_summary_by_channel_adds_up_to_the_whole(book: Book) -> None:
    [whole] = book.answer("summary")
    parts = book.answer("summary", "channel")
    assert whole["loans"] == len(book.loans)
    for name in ("loans", "disbursed", "open_loans", "balance", "arrears", "charged_off"):
        assert sum(part[name] for part in parts) == whole[name], name
    last = [row for row in book.months if row["month_end"] == END]
    assert whole["balance"] == total(last, "balance")
    late = total(last, "balance", lambda row: row["days_past_due"] > 90)
    assert whole["share_90_plus"] == pytest.approx(float(late / whole["balance"]))


def test_delinquency_buckets_cut_where_the_convention_says(book: Book) -> None:
    counts: Counter[str] = Counter()
    for row in book.months:
        if row["month_end"] == END and row["status"] == "open":
            days = int(str(row["days_past_due"]))
            cuts = ((0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"))
            counts[next((name for most, name in cuts if days <= most), "180+")] += 1
    assert {row["bucket"]: row["loans"] for row in book.answer("delinquency")} == counts


def test_vintage_curves_count_first_hits_over_a_constant_denominator(book: Book) -> None:
    first_late: dict[object, int] = {}
    for row in sorted(book.months, key=lambda row: row["months_on_book"]):
        if int(str(row["days_past_due"])) > 30 or row["bucket"] == "charged_off":
            first_late.setdefault(row["loan_id"], int(str(row["months_on_book"])))
    cohorts: dict[date, list[object]] = defaultdict(list)
    for loan in book.loans.values():
        cohorts[loan["disbursed_on"].replace(day=1)].append(loan["loan_id"])
    curves = book.answer("vintage")
    for point in curves:
        members = cohorts[point["vintage"]]
        assert point["loans"] == len(members)
        age = int(str(point["months_on_book"]))
        ever = sum(first_late.get(loan, 999) <= age for loan in members)
        assert point["ever_30"] == pytest.approx(ever / len(members))
    for earlier, later in pairwise(curves):
        if earlier["vintage"] == later["vintage"]:
            assert later["ever_90"] >= earlier["ever_90"]
            assert later["charged_off_share"] >= earlier["charged_off_share"]


def test_roll_and_cure_follow_single_loans_from_month_to_month(book: Book) -> None:
    by_loan = {(row["loan_id"], row["month_end"]): row for row in book.months}
    opened: Counter[object] = Counter()
    cured: Counter[object] = Counter()
    for (loan, day), row in by_loan.items():
        before = by_loan.get((loan, date(2025, 10, 31)))
        if day == date(2025, 11, 30) and before is not None and before["status"] == "open":
            opened[before["bucket"]] += 1
            cured[before["bucket"]] += row["bucket"] in ("current", "repaid")
    told = [r for r in book.answer("cure_rate") if r["month_end"] == date(2025, 11, 30)]
    assert {r["state"]: r["loans"] for r in told} == {
        state: n for state, n in opened.items() if state != "current"
    }
    for row in told:
        assert row["share"] == pytest.approx(cured[row["state"]] / opened[row["state"]])


def test_prepayment_is_annualised_as_sifma_defines(book: Book) -> None:
    for row in book.answer("prepayment"):
        smm, cpr = float(str(row["smm"])), float(str(row["cpr"]))
        assert cpr == pytest.approx(1 - (1 - smm) ** 12)
        assert 0 <= smm <= 1


def test_concentration_is_the_textbooks(book: Book) -> None:
    owed: dict[Any, float] = defaultdict(float)
    for row in book.months:
        if row["month_end"] == END and row["balance"] > 0:
            owed[book.loans[row["loan_id"]]["region"]] += float(str(row["balance"]))
    amounts = sorted(owed.values())
    shares = [amount / sum(amounts) for amount in amounts]
    n, hhi = len(shares), sum(share**2 for share in shares)
    gini = sum(abs(a - b) for a in amounts for b in amounts) / (2 * n * sum(amounts))
    [told] = book.answer("concentration", "region")
    assert told["hhi"] == pytest.approx(hhi)
    assert told["normalised_hhi"] == pytest.approx((hhi - 1 / n) / (1 - 1 / n))
    assert told["gini"] == pytest.approx(gini)
    assert told["top_1"] == pytest.approx(max(shares))


def test_growth_compares_with_the_same_month_a_year_before(book: Book) -> None:
    lent: dict[tuple[int, int], Any] = defaultdict(int)
    for loan in book.loans.values():
        day = loan["disbursed_on"]
        lent[day.year, day.month] += loan["principal"]
    row = next(r for r in book.answer("growth") if r["month_end"] == date(2025, 6, 30))
    assert row["disbursed"] == lent[2025, 6]
    assert row["growth_year"] == pytest.approx(float(lent[2025, 6]) / float(lent[2024, 6]) - 1)
    mix = [r for r in book.answer("growth", "product") if r["month_end"] == date(2025, 6, 30)]
    assert sum(float(str(r["disbursed_mix"])) for r in mix) == pytest.approx(1)


def test_yield_and_loss_are_twelve_times_the_month_over_average_balance(book: Book) -> None:
    day = date(2025, 9, 30)
    month = [row for row in book.months if row["month_end"] == day]
    average = (total(month, "opening_balance") + total(month, "balance")) / 2
    income = total(month, "interest_paid") + total(month, "fee_paid") + total(month, "late_fee")
    loss = (total(month, "charged_off") + total(month, "waived") - total(month, "recovered")
            + total(month, "collection_cost"))  # fmt: skip
    row = next(r for r in book.answer("earnings") if r["month_end"] == day)
    assert row["yield_rate"] == pytest.approx(float(12 * income / average), rel=1e-6)
    assert row["net_loss_rate"] == pytest.approx(float(12 * loss / average), rel=1e-6)


def test_nothing_after_the_analysis_date_is_seen(book: Book) -> None:
    past = replace(book.reading, as_of=date(2024, 6, 30))
    [then] = past.answer(past.measure("summary")).to_pylist()
    made = [x for x in book.loans.values() if x["disbursed_on"] <= date(2024, 6, 30)]
    assert then["loans"] == len(made)
    last = [row for row in book.months if row["month_end"] == date(2024, 6, 30)]
    assert then["balance"] == total(last, "balance")
