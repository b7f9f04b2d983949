"""Recovery, LGD, transitions and collections against walks over single loans in plain Python.

The walks know the facts and `lender.course` only: nothing that our SQL derived.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine
from seawall.core.measure import Question
from seawall.core.steps import Steps
from seawall.office import measuring
from seawall.portfolio import collections, recovery, summary, tape, transition
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import settlement
from tests.portfolio import lender
from tests.portfolio.lender import Loan, State, course

AS_OF = date(2024, 12, 31)
Row = dict[str, Any]


@dataclass(frozen=True)
class Walked:
    """Random loans with their courses, and an engine that derived the same book."""

    engine: DuckEngine
    book: tuple[Loan, ...]
    courses: dict[str, dict[date, State]]
    contacts: list[Row]

    def answer(self, steps: Steps) -> list[Row]:
        rows: list[Row] = self.engine.table(steps).to_pylist()
        return rows


def walked(engine: DuckEngine, conventions: Conventions, book: tuple[Loan, ...]) -> Walked:
    lender.show(engine, book)
    engine.show("calendar", calendar(lender.FIRST_DAY, AS_OF))
    engine.show("settlement", engine.table(settlement(AS_OF)))
    engine.show("month_end", engine.table(month_end(AS_OF, conventions)))
    contacts = lender.contacts(book, seed=6)
    engine.show("contact", pa.Table.from_pylist(contacts, tape.CONTACT.schema))
    courses = {loan.loan_id: course(loan, AS_OF) for loan in book}
    return Walked(engine, book, courses, contacts)


def plain(book: tuple[Loan, ...]) -> tuple[Loan, ...]:
    """Loans whose cash the walk applies exactly as documented: no part payment counts as whole."""
    return tuple(loan for loan in book if loan.paid_share is None)


@pytest.fixture
def walk(engine: DuckEngine, conventions: Conventions) -> Walked:
    return walked(engine, conventions, plain(lender.loans(2_000, seed=21)))


def index(day: date) -> int:
    return day.year * 12 + day.month - 1


@dataclass(frozen=True)
class Workout:
    """A charged-off loan: when, how much, and what came back by months since; money in cents."""

    start: date
    lost: int
    back: tuple[int, ...]
    net: tuple[int, ...]
    rate: float | None


def workouts(walk: Walked) -> list[Workout]:
    found = []
    for loan in walk.book:
        ends = [end for end, state in walk.courses[loan.loan_id].items()
                if state.status == "charged_off"]  # fmt: skip
        if not ends:
            continue
        after = [p for p in loan.paid if loan.charged_off_on and p.on > loan.charged_off_on]
        months = [[p for p in after if (p.on.year, p.on.month) == (e.year, e.month)] for e in ends]
        found.append(Workout(
            start=ends[0],
            lost=walk.courses[loan.loan_id][ends[0]].charged_off,
            back=tuple(sum(p.amount for p in month) for month in months),
            net=tuple(sum(p.amount - p.cost for p in month) for month in months),
            rate=loan.annual_rate,
        ))  # fmt: skip
    return found


def test_recovery_curves_follow_one_cohort_to_where_its_youngest_was_last_seen(
    walk: Walked, conventions: Conventions
) -> None:
    cohorts: dict[date, list[Workout]] = defaultdict(list)
    for each in workouts(walk):
        cohorts[date(each.start.year, (each.start.month - 1) // 3 * 3 + 1, 1)].append(each)
    expected = {
        (cohort, age): (
            len(members),
            sum(m.lost for m in members),
            sum(sum(m.back[: age + 1]) for m in members),
            sum(sum(m.net[: age + 1]) for m in members),
        )
        for cohort, members in cohorts.items()
        for age in range(min(len(m.back) for m in members))
    }
    told = walk.answer(recovery.curves(conventions).steps(Question(AS_OF)))
    assert {(r["cohort"], r["months_since"]) for r in told} == expected.keys()
    assert len(cohorts) > 4
    for row in told:
        loans, lost, back, net = expected[row["cohort"], row["months_since"]]
        assert row["loans"] == loans
        assert (row["charged_off"], row["recovered"]) == (Decimal(lost) / 100, Decimal(back) / 100)
        assert row["net_recovery_rate"] == pytest.approx(net / lost)
        assert row["realised_loss"] == pytest.approx(1 - net / lost)
    for one, other in pairwise(told):
        if one["cohort"] == other["cohort"]:
            assert (one["loans"], one["charged_off"]) == (other["loans"], other["charged_off"])
            assert one["recovery_rate"] <= other["recovery_rate"]


@pytest.mark.parametrize("rated", [True, False])
def test_lgd_adds_up_what_each_age_brought_back(
    engine: DuckEngine, conventions: Conventions, *, rated: bool
) -> None:
    book = plain(lender.loans(2_000, seed=22))
    book = tuple(loan for loan in book if loan.annual_rate is not None) if rated else book
    walk = walked(engine, conventions, book)
    gone = workouts(walk)
    back = net = discounted = 0.0
    told = walk.answer(recovery.lgd(conventions).steps(Question(AS_OF)))
    assert [row["months_since"] for row in told] == list(range(max(len(w.back) for w in gone)))
    for age, row in enumerate(told):
        seen = [w for w in gone if len(w.back) > age]
        lost = sum(w.lost for w in seen)
        assert (row["loans"], row["charged_off"]) == (len(seen), Decimal(lost) / 100)
        back += sum(w.back[age] for w in seen) / lost
        net += sum(w.net[age] for w in seen) / lost
        discounted += sum(w.net[age] / (1 + (w.rate or 0) / 12) ** age for w in seen) / lost
        assert row["recovery_rate"] == pytest.approx(back)
        assert row["net_recovery_rate"] == pytest.approx(net)
        assert row["lgd"] == pytest.approx(1 - net)
        assert row["lgd_discounted"] == (pytest.approx(1 - discounted) if rated else None)
    assert all(one["recovery_rate"] <= other["recovery_rate"] for one, other in pairwise(told))


def bucket(conventions: Conventions, state: State) -> str:
    if state.status != "open":
        return state.status
    limits = [(each.code, each.most or 10**6) for each in conventions.buckets]
    late = next(code for code, most in limits if state.days_past_due <= most)
    return "current" if state.days_past_due == 0 else late


def test_the_matrix_counts_every_open_loan_and_only_the_unobserved_leave_it(
    walk: Walked, conventions: Conventions
) -> None:
    moves: Counter[tuple[str, str]] = Counter()
    opened: Counter[str] = Counter()
    unobserved: Counter[str] = Counter()
    owed: Counter[tuple[str, str]] = Counter()
    since = index(AS_OF) - conventions.window_months
    for loan in walk.book:
        months = walk.courses[loan.loan_id]
        for end, state in months.items():
            if state.status != "open" or not since <= index(end) < index(AS_OF):
                continue
            here = bucket(conventions, state)
            opened[here] += 1
            later = [e for e in months if index(e) == index(end) + 1]
            if not later:
                assert index(loan.observed_on) <= index(end) + 1
                unobserved[here] += 1
                continue
            move = here, bucket(conventions, months[later[0]])
            moves[move] += 1
            owed[move] += state.balance
    told = walk.answer(transition.matrix(conventions).steps(Question(AS_OF)))
    assert {(r["state"], r["next_state"]): r["loans"] for r in told} == moves
    assert {(r["state"], r["next_state"]): r["balance"] for r in told} == {
        move: Decimal(cents) / 100 for move, cents in owed.items()
    }
    assert sum(unobserved.values()) > 20
    assert {"repaid", "charged_off"} <= {to for _, to in moves}
    for row in told:
        accounted = opened[row["state"]] - unobserved[row["state"]]
        assert row["share"] == pytest.approx(row["loans"] / accounted)


@pytest.mark.parametrize("as_of", [AS_OF, date(2024, 5, 17)])
def test_every_loan_is_open_ended_or_told_to_be_unobserved(
    walk: Walked, conventions: Conventions, as_of: date
) -> None:
    latest = max(end for months in walk.courses.values() for end in months if end <= as_of)
    told: Counter[str] = Counter()
    for loan in walk.book:
        if loan.disbursed_on > latest:
            continue
        ends = [end for end in walk.courses[loan.loan_id] if end <= latest]
        last = walk.courses[loan.loan_id][ends[-1]].status if ends else "open"
        seen = ends and ends[-1] == latest
        told["ended" if last != "open" else "open" if seen else "unobserved"] += 1
    [row] = walk.answer(summary.measure(conventions).steps(Question(as_of)))
    assert told["unobserved"] > 20
    assert row["open_loans"] == told["open"]
    assert row["unobserved_loans"] == told["unobserved"]
    parts = walk.answer(summary.measure(conventions).steps(Question(as_of, ("vintage_quarter",))))
    assert sum(part["unobserved_loans"] for part in parts) == told["unobserved"]


def owed_and_met(
    loan: Loan, before: State, now: State, month: tuple[date, date]
) -> tuple[int, int]:
    """What a month asked of a loan and how much of it was met, from schedule and cash alone."""
    charged = loan.charged_off_on or date.max
    cash = [(p.on, p.amount - p.late_fee) for p in loan.paid if p.on <= charged]
    paid_before, paid = (sum(c for on, c in cash if on <= end) for end in month)
    due_before, due = (sum(d.whole for d in loan.dues if d.on <= end) for end in month)
    asked = max(0, due_before - paid_before) + due - due_before
    met = min(paid - paid_before, asked)
    if now.status == "open":
        return met + max(0, due - paid), met
    closed_clean = now.status == "repaid" and now.waived <= before.waived
    return (met, met) if closed_clean else (asked, met)


def test_a_month_collects_no_more_of_a_loan_than_it_owed(
    walk: Walked, conventions: Conventions
) -> None:
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for loan in walk.book:
        for (start, before), (end, now) in pairwise(walk.courses[loan.loan_id].items()):
            if before.status != "open":
                continue
            owed, met = owed_and_met(loan, before, now, (start, end))
            assert 0 <= met <= owed
            charged = loan.charged_off_on or date.max
            cash = sum(
                p.amount - p.late_fee for p in loan.paid if start < p.on <= min(end, charged)
            )
            late = before.days_past_due > 0
            sums[end].update(owed=owed, met=met, ahead=cash - met,
                             late_owed=owed * late, late_met=met * late)  # fmt: skip
    told = walk.answer(collections.measure(conventions).steps(Question(AS_OF)))
    checked = [row for row in told if row["month_end"] > date(2024, 10, 1)]
    assert len(checked) == 3
    for row in checked:  # by then no loan is in its first month
        month = sums[row["month_end"]]
        for name in ("owed", "met", "ahead", "late_owed"):
            assert row[name] == Decimal(month[name]) / 100, (row["month_end"], name)
        assert row["met_share"] == pytest.approx(month["met"] / month["owed"])
        assert row["late_met_share"] == pytest.approx(month["late_met"] / month["late_owed"])


@pytest.mark.parametrize("as_of", [AS_OF, date(2024, 3, 31)])
def test_only_promises_whose_day_has_come_are_kept_or_broken(
    walk: Walked, conventions: Conventions, as_of: date
) -> None:
    loans = {loan.loan_id: loan for loan in walk.book}
    due: Counter[tuple[int, int]] = Counter()
    kept: Counter[tuple[int, int]] = Counter()
    money: Counter[tuple[int, int]] = Counter()
    came: Counter[tuple[int, int]] = Counter()
    for contact in walk.contacts:
        loan, day, month = (loans[contact["loan_id"]], contact["contacted_at"].date(),
                            (contact["contacted_at"].year, contact["contacted_at"].month))  # fmt: skip
        promised = contact["promised_on"]
        if promised is None or promised > min(as_of, loan.observed_on):
            continue
        paid = sum(p.amount for p in loan.paid if day <= p.on <= promised)
        asked = contact["promised_amount"]
        due[month] += 1
        kept[month] += paid > 0 if asked is None else paid >= asked * 100
        money[month] += 0 if asked is None else int(asked * 100)
        came[month] += 0 if asked is None else min(paid, int(asked * 100))
    told = walk.answer(collections.measure(conventions).steps(Question(as_of)))
    assert any(row["promises_due"] < row["promises"] for row in told)
    for row in told:
        month = row["month_end"].year, row["month_end"].month
        assert row["promises_due"] == due[month]
        assert row["kept_share"] == (
            pytest.approx(kept[month] / due[month]) if due[month] else None
        )
        assert row["kept_amount_share"] == (
            pytest.approx(came[month] / money[month]) if money[month] else None
        )


def test_every_law_holds_of_random_loans(walk: Walked, conventions: Conventions) -> None:
    reading = measuring.Reading(walk.engine, None, conventions, AS_OF, AS_OF, AS_OF, "CNY")  # type: ignore[arg-type]
    assert {law.en: broken for law, broken in measuring.check(reading) if broken} == {}
