"""Payments derived from totals: to the cent, never negative, on the days the rule says."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any, cast

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine
from seawall.core.steps import Steps
from seawall.portfolio import cashflow, tape
from seawall.portfolio.mapping import Totals

Line = dict[str, Any]
MONEY = ("regular", "last_amount", "principal", "interest", "late_fee", "recovered",
         "collection_cost")  # fmt: skip
TOTALS = pa.schema(
    [("file", pa.int32()), ("row", pa.int32()), ("loan_id", pa.string()),
     ("last_on", pa.date32()), ("recovered_on", pa.date32())]
    + [(name, pa.int64()) for name in MONEY]
)  # fmt: skip
FIRST_DUE = date(2023, 1, 15)


def known(loan_id: str = "L", **changes: object) -> Line:
    plain: Line = {"file": 0, "row": 1, "loan_id": loan_id, "last_on": date(2023, 4, 20),
                   "recovered_on": None} | dict.fromkeys(MONEY, 0)  # fmt: skip
    return {**plain, "regular": 10_00, **changes}


def due_dates(count: int) -> list[date]:
    return [FIRST_DUE + timedelta(days=30 * k) for k in range(count)]


def plan(loan_id: str, interest: list[int], principal: list[int]) -> list[Line]:
    """A schedule; money in cents."""
    return [
        {"loan_id": loan_id, "number": k + 1, "due_on": day, "principal": p, "interest": i}
        for k, (day, i, p) in enumerate(
            zip(due_dates(len(interest)), interest, principal, strict=True)
        )
    ]


def derived(engine: DuckEngine, totals: list[Line], schedule: list[Line]) -> dict[str, list[Line]]:
    """The payments of each loan in order of their days, money in cents."""
    names = ["loan_id", "number", "due_on", "principal", "interest", "fee"]
    cents = pa.table({n: [each.get(n, 0) for each in schedule] for n in names[:5]} if schedule
                     else {n: pa.array([], pa.int64()) for n in names[:5]})  # fmt: skip
    engine.show("in_cents", cents)
    money = "CAST(principal / 100.0 AS DECIMAL(18,2)), CAST(interest / 100.0 AS DECIMAL(18,2))"
    plain = engine.table(Steps().then("i", f"SELECT loan_id::VARCHAR, number::INTEGER, "
                                           f"due_on::VARCHAR::DATE, {money}, 0::DECIMAL(18,2) "
                                           "FROM in_cents"))  # fmt: skip
    engine.show("instalment", plain.rename_columns(names).cast(tape.INSTALMENT.schema))
    engine.show("totals", pa.Table.from_pylist(totals, schema=TOTALS))
    found: dict[str, list[Line]] = {}
    rows = engine.table(cashflow.payments("totals")).to_pylist()
    for row in sorted(rows, key=lambda r: (r["paid_on"], r["payment_id"])):
        cents_of = {
            k: None if row[k] is None else int(row[k] * 100)
            for k in ("amount", "late_fee", "collection_cost", "principal", "interest", "fee")
        }
        found.setdefault(row["loan_id"], []).append(row | cents_of)
    return found


def random_loans(count: int, seed: int) -> Iterator[tuple[Line, list[Line]]]:
    chance = Random(seed)  # noqa: S311 -- a seeded test, not a secret
    for number in range(count):
        loan_id, times = f"L{number:04}", chance.randrange(0, 15)
        interest = sorted((chance.randrange(0, 300) for _ in range(times)), reverse=True)
        principal = [chance.randrange(1, 2000) for _ in range(times)]
        top = sum(principal) + 2_00
        yield (
            known(
                loan_id,
                regular=chance.choice([1, 99, 700, 1500, 4000]),
                last_on=FIRST_DUE + timedelta(days=chance.randrange(-40, 500)),
                last_amount=chance.choice([0, 1, 700, chance.randrange(0, 2 * top)]),
                principal=chance.choice([0, chance.randrange(0, top), sum(principal)]),
                interest=chance.choice([0, chance.randrange(0, 1000), sum(interest)]),
                late_fee=chance.choice([0, 0, chance.randrange(0, 500)]),
                recovered=chance.choice([0, chance.randrange(0, 900)]),
                recovered_on=date(2025, 1, 1),
                collection_cost=chance.randrange(0, 90),
            ),
            plan(loan_id, interest, principal),
        )


def walked(total: Line, schedule: list[Line]) -> list[tuple[date, int]]:
    """The docstring's rule, walked date by date: (day, cash in cents)."""
    cash = total["principal"] + total["interest"] + total["late_fee"]
    final = min(total["last_amount"], cash)
    rest, laid = cash - final, []
    before = [line["due_on"] for line in schedule if line["due_on"] < total["last_on"]]
    for day in before:
        part = rest if day == before[-1] else min(rest, total["regular"])
        laid.append((day, part))
        rest -= part
    laid.append((total["last_on"], final + rest))
    return [(day, part) for day, part in laid if part > 0]


def test_random_totals_are_met_to_the_cent_without_a_negative_part(engine: DuckEngine) -> None:
    loans = list(random_loans(600, seed=1))
    found = derived(engine, [t for t, _ in loans], [line for _, s in loans for line in s])
    for total, schedule in loans:
        every = found.get(total["loan_id"], [])
        regular = [p for p in every if not p["payment_id"].endswith("-R")]
        if not schedule and total["principal"] + total["interest"] + total["late_fee"]:
            continue  # see the test of a loan without a schedule
        for name in ("principal", "interest", "late_fee"):
            assert sum(p[name] for p in regular) == total[name], (name, total)
        for p in regular:
            assert p["principal"] + p["interest"] + p["fee"] + p["late_fee"] == p["amount"], p
            assert min(p["principal"], p["interest"], p["fee"], p["late_fee"]) >= 0, p
            assert p["amount"] > 0
            assert p["collection_cost"] == 0
        recovered = [p for p in every if p["payment_id"].endswith("-R")]
        assert sum(p["amount"] for p in recovered) == total["recovered"]
        assert len({p["payment_id"] for p in every}) == len(every)


def test_cash_lies_on_the_days_the_rule_says(engine: DuckEngine) -> None:
    loans = [each for each in random_loans(600, seed=2) if each[1]]
    found = derived(engine, [t for t, _ in loans], [line for _, s in loans for line in s])
    for total, schedule in loans:
        regular = [
            (p["paid_on"], p["amount"])
            for p in found.get(total["loan_id"], [])
            if not p["payment_id"].endswith("-R")
        ]
        assert regular == walked(total, schedule), total


def test_a_loan_paid_as_scheduled_pays_each_instalments_own_interest(engine: DuckEngine) -> None:
    interest, principal = [2_00, 1_50, 1_00, 50], [8_00, 8_50, 9_00, 9_50]
    schedule = plan("L", interest, principal)
    total = known(
        last_on=due_dates(4)[-1], last_amount=10_00, principal=35_00, interest=5_00,
    )  # fmt: skip
    payments = derived(engine, [total], schedule)["L"]
    assert [p["paid_on"] for p in payments] == due_dates(4)
    assert [p["interest"] for p in payments] == interest
    assert [p["principal"] for p in payments] == principal


def test_missed_instalments_are_the_latest_ones(engine: DuckEngine) -> None:
    schedule = plan("L", [2_00] * 6, [8_00] * 6)
    # Two instalments' cash before a last payment of one, long after the fifth due date.
    total = known(
        last_on=due_dates(6)[4] + timedelta(days=5), last_amount=10_00, principal=24_00,
        interest=6_00,
    )  # fmt: skip
    payments = derived(engine, [total], schedule)["L"]
    assert [(p["paid_on"], p["amount"]) for p in payments] == [
        (due_dates(6)[0], 10_00), (due_dates(6)[1], 10_00), (total["last_on"], 10_00),
    ]  # fmt: skip


def test_more_cash_than_instalments_is_a_prepayment_on_the_last_due_date(
    engine: DuckEngine,
) -> None:
    schedule = plan("L", [2_00] * 12, [8_00] * 12)
    total = known(
        last_on=due_dates(12)[2], last_amount=10_00, principal=90_00, interest=6_00,
    )  # fmt: skip
    payments = derived(engine, [total], schedule)["L"]
    assert [p["amount"] for p in payments] == [10_00, 76_00, 10_00]


def test_late_fees_come_last(engine: DuckEngine) -> None:
    schedule = plan("L", [2_00] * 3, [8_00] * 3)
    total = known(
        last_on=due_dates(3)[2], last_amount=15_00, principal=24_00, interest=6_00, late_fee=5_00,
    )  # fmt: skip
    payments = derived(engine, [total], schedule)["L"]
    assert [p["late_fee"] for p in payments] == [0, 0, 5_00]
    running = [sum(p["late_fee"] for p in payments[:k]) for k in range(len(payments) + 1)]
    assert all(a <= b for a, b in pairwise(running))


def test_a_recovery_is_one_payment_without_parts_and_bears_the_cost(engine: DuckEngine) -> None:
    total = known(recovered=40_00, recovered_on=date(2024, 5, 6), collection_cost=7_20)
    (payment,) = derived(engine, [total], plan("L", [1], [1]))["L"]
    assert payment["payment_id"] == "L-R"
    assert payment["paid_on"] == date(2024, 5, 6)
    assert (payment["amount"], payment["collection_cost"]) == (40_00, 7_20)
    assert (payment["principal"], payment["interest"], payment["fee"]) == (None, None, None)


def test_nothing_received_is_no_payment(engine: DuckEngine) -> None:
    assert derived(engine, [known()], plan("L", [1], [1])) == {}


def test_totals_come_from_the_declared_formulas_in_cents(engine: DuckEngine) -> None:
    declared = Totals(
        loan_id="'x'", regular="10.01", last_on="DATE '2024-01-02'", last_amount="NULL",
        principal="1.005", interest="0.29", late_fee="0", recovered="3", recovered_on="NULL",
        collection_cost="0.5",
    )  # fmt: skip
    rows = "(SELECT 0 AS file, 1 AS row)"
    (line,) = engine.table(
        Steps().then("totals", cashflow.totals(declared, rows, lambda text: text))
    ).to_pylist()
    assert line["regular"] == 1001
    assert line["interest"] == 29
    assert line["last_amount"] == 0
    assert line["last_on"] == date(2024, 1, 2)
    assert line["recovered_on"] is None


@pytest.mark.parametrize("cash", ["principal", "interest", "late_fee"])
def test_a_loan_without_a_schedule_still_keeps_its_cash(engine: DuckEngine, cash: str) -> None:
    payments = derived(engine, [known(**cast("dict[str, Any]", {cash: 12_34}))], []).get("L", [])
    assert [(p["paid_on"], p["amount"], p[cash]) for p in payments] == [
        (date(2023, 4, 20), 12_34, 12_34)
    ]
