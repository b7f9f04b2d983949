"""Schedules: the published annuity, and every cent of principal returned."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from seawall.simulator import schedules
from seawall.simulator.schedules import Terms, annuity
from tests.simulator.conftest import Book


def test_a_level_instalment_is_the_published_annuity() -> None:
    """10,000 at 24 % over 12 months is 945.5960 a month, in any loan calculator."""
    got = annuity(np.array([1_000_000]), np.array([0.24]), np.array([12]))
    assert got.tolist() == [94_560]


def test_a_level_instalment_agrees_with_a_balance_walked_by_hand() -> None:
    """At the exact instalment the balance ends within half a cent a month of zero."""
    balance, level = Decimal(1_000_000), Decimal(94_560)
    for _ in range(12):
        balance = balance * (1 + Decimal("0.24") / 12) - level
    assert abs(balance) < 12


def test_the_last_instalment_takes_the_rounding() -> None:
    made = schedules.schedules(_terms(date(2024, 1, 31), count=12, rate=0.24), extra=0)
    whole = (made.principal + made.interest + made.fee)[0]
    assert made.principal.sum() == 1_000_000
    assert set(whole[:-1].tolist()) == {94_560}
    assert 0 < abs(int(whole[-1]) - 94_560) <= 12


def test_monthly_dates_are_cut_to_the_months_length_and_come_back() -> None:
    made = schedules.schedules(_terms(date(2024, 1, 31), count=3, rate=0.12), extra=1)
    assert made.due[0].tolist() == [
        date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31),
    ]  # fmt: skip


def test_a_flat_loan_returns_equal_parts_and_the_fee_each_time() -> None:
    made = schedules.schedules(_terms(date(2024, 1, 1), count=3, days=30, fee=2_000), extra=0)
    assert made.principal[0].tolist() == [333_333, 333_333, 333_334]
    assert made.fee[0].tolist() == [2_000] * 3
    assert made.interest[0].tolist() == [0] * 3
    assert made.owed[0, -1] == 1_006_000


def _terms(on: date, *, count: int, rate: float = 0.0, days: int = 0, fee: int = 0) -> Terms:
    return Terms(
        disbursed=np.array([on], "M8[D]"),
        principal=np.array([1_000_000]),
        count=np.array([count]),
        days=np.array([days]),
        rate=np.array([rate]),
        fee=np.array([fee]),
        flat=np.array([fee > 0]),
    )


def test_every_schedule_returns_the_principal_in_level_instalments_but_the_last(
    book: Book,
) -> None:
    lent = dict(zip(*_columns(book["loan"], "loan_id", "principal"), strict=True))
    plans: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in book["instalment"].to_pylist():
        plans[row["loan_id"]].append(row)
    assert plans.keys() == lent.keys()
    for loan_id, plan in plans.items():
        assert sum(row["principal"] for row in plan) == lent[loan_id]
        assert [row["number"] for row in plan] == list(range(1, len(plan) + 1))
        sums = [row["principal"] + row["interest"] + row["fee"] for row in plan]
        assert len(set(sums[:-1])) <= 1
        assert abs(sums[-1] - sums[0]) <= Decimal("0.01") * len(sums)
        assert all(a["due_on"] < b["due_on"] for a, b in pairwise(plan))


def test_the_mean_number_of_instalments_is_about_twelve(book: Book) -> None:
    assert 11 < book["instalment"].num_rows / book["loan"].num_rows < 13


def _columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]
