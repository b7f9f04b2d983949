"""The simulated lender: reproducible, in the contract, to the cent, with its troubles visible."""

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from seawall import office
from seawall.portfolio import tape
from seawall.simulator.lender import simulate
from seawall.simulator.schedules import annuity
from seawall.simulator.truth import Plan, planted

RING_DEVICE = "d900000000"
PLAN = Plan(loans=8_000, seed=7, months=30, until=date(2025, 6, 30))


def gathered(plan: Plan) -> dict[str, pa.Table]:
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for name, rows in simulate(plan, office.lender()):
        parts[name].append(rows)
    return {name: pa.concat_tables(several) for name, several in parts.items()}


@pytest.fixture(scope="module")
def book() -> dict[str, pa.Table]:
    return gathered(PLAN)


def test_the_same_seed_gives_the_same_lender_to_the_byte() -> None:
    small = Plan(loans=400, seed=3, months=8)
    assert gathered(small) == gathered(small)


def test_another_seed_gives_another_lender() -> None:
    one, other = (gathered(Plan(loans=400, seed=seed, months=8)) for seed in (3, 4))
    assert one["payment"] != other["payment"]


def test_exactly_the_loans_asked_for_are_disbursed(book: dict[str, pa.Table]) -> None:
    assert book["loan"].num_rows == PLAN.loans
    assert gathered(Plan(loans=7, months=12))["loan"].num_rows == 7


def test_every_table_has_the_contracts_schema_keys_and_required_values(
    book: dict[str, pa.Table],
) -> None:
    assert set(book) == {table.name for table in tape.TABLES}
    for table in tape.TABLES:
        rows = book[table.name]
        assert rows.schema == table.schema
        keys = rows.group_by(list(table.key)).aggregate([]).num_rows
        assert keys == rows.num_rows, table.name
        for column in table.columns:
            values = rows[column.name]
            if column.required:
                assert values.null_count == 0, (table.name, column.name)
            if column.among:
                assert set(values.drop_null().to_pylist()) <= set(column.among)
            if column.least is not None and rows.num_rows > values.null_count:
                assert float(pc.min(values).as_py()) >= column.least, (table.name, column.name)


def test_a_level_instalment_is_the_published_annuity() -> None:
    """10,000 at 24 % over 12 months is 945.5960 a month, in any loan calculator."""
    got = annuity(np.array([1_000_000]), np.array([0.24]), np.array([12]))
    assert got.tolist() == [94_560]


def test_schedules_return_the_principal_in_equal_instalments_but_the_last(
    book: dict[str, pa.Table],
) -> None:
    loans = {row["loan_id"]: row for row in book["loan"].to_pylist()}
    plans: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in book["instalment"].to_pylist():
        plans[row["loan_id"]].append(row)
    for loan_id, plan in plans.items():
        assert sum(row["principal"] for row in plan) == loans[loan_id]["principal"]
        assert [row["number"] for row in plan] == list(range(1, len(plan) + 1))
        sums = {row["principal"] + row["interest"] + row["fee"] for row in plan[:-1]}
        assert len(sums) <= 1


def test_no_fact_is_later_than_what_is_known(book: dict[str, pa.Table]) -> None:
    assert pc.max(book["payment"]["paid_on"]).as_py() <= PLAN.until
    assert pc.max(book["loan"]["disbursed_on"]).as_py() <= PLAN.until
    assert pc.max(book["contact"]["contacted_at"]).as_py().date() <= PLAN.until
    assert pc.max(book["event"]["happened_at"]).as_py().date() <= PLAN.until


def test_nobody_pays_more_than_the_schedule_and_late_fees(book: dict[str, pa.Table]) -> None:
    owed: dict[str, Any] = defaultdict(int)
    for row in book["instalment"].to_pylist():
        owed[row["loan_id"]] += row["principal"] + row["interest"] + row["fee"]
    paid: dict[str, Any] = defaultdict(int)
    for row in book["payment"].to_pylist():
        paid[row["loan_id"]] += row["amount"] - row["late_fee"]
    assert all(cash <= owed[loan] for loan, cash in paid.items())


def test_the_truth_lists_every_planted_kind_inside_the_simulated_months() -> None:
    troubles = planted(PLAN, office.lender())
    kinds = {"weakening_channel", "fraud_ring", "outage", "regional_shock", "rate_rise"}
    assert kinds | {"complaint_surge"} == {trouble.kind for trouble in troubles}
    assert all(date(2023, 1, 1) <= t.starts_on <= t.ends_on <= PLAN.until for t in troubles)


def test_the_fraud_ring_shares_one_device_and_never_pays(book: dict[str, pa.Table]) -> None:
    applications = book["application"].to_pylist()
    ring = {row["application_id"] for row in applications if row["device_token"] == RING_DEVICE}
    assert len(ring) >= 3
    loans = {r["loan_id"] for r in book["loan"].to_pylist() if r["application_id"] in ring}
    recovered_late = {
        r["loan_id"]: r["charged_off_on"] for r in book["loan"].to_pylist() if r["loan_id"] in loans
    }
    paid = [r for r in book["payment"].to_pylist() if r["loan_id"] in loans]
    assert loans
    assert all(r["paid_on"] > (recovered_late[r["loan_id"]] or date.max) for r in paid)


def test_the_weakened_channel_is_worse_than_before_and_than_the_others(
    book: dict[str, pa.Table],
) -> None:
    trouble = next(t for t in planted(PLAN, office.lender()) if t.kind == "weakening_channel")
    cohorts: dict[tuple[bool, bool], list[bool]] = defaultdict(list)
    for row in book["loan"].to_pylist():
        if row["product"] == "instalment" and row["disbursed_on"] < date(2024, 8, 1):
            during = trouble.starts_on <= row["disbursed_on"] <= trouble.ends_on
            mine = row["channel"] == trouble.segment["channel"]
            lost = row["charged_off_on"] is not None
            cohorts[mine, during].append(lost)
    rate = {key: sum(lost) / len(lost) for key, lost in cohorts.items()}
    assert rate[True, True] > 1.4 * rate[False, True]
    assert rate[True, True] > rate[True, False]


def test_no_payment_arrives_during_the_outage(book: dict[str, pa.Table]) -> None:
    outage = next(t for t in planted(PLAN, office.lender()) if t.kind == "outage")
    healed = {row["loan_id"] for row in book["loan"].to_pylist() if row["charged_off_on"]}
    days = [
        row["paid_on"] for row in book["payment"].to_pylist()
        if outage.starts_on <= row["paid_on"] <= outage.ends_on and row["loan_id"] not in healed
    ]  # fmt: skip
    after = sum(row["paid_on"] > outage.ends_on for row in book["payment"].to_pylist())
    assert after > 0
    assert len(days) < 0.1 * after / 30
