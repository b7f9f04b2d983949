"""Schedules against published annuity values and plain recursion in decimals."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine
from seawall.core.steps import Steps
from seawall.portfolio import schedule
from seawall.portfolio.mapping import Schedule

CENT = Decimal("0.01")
LEVEL = Schedule(
    kind="level", loan_id="id", principal="principal", count="times", first_due_on="first",
    annual_rate="rate", instalment="instalment",
)  # fmt: skip
FLAT = Schedule(
    kind="flat", loan_id="id", principal="principal", count="times", first_due_on="first",
    every="30 days", fee="fee",
)  # fmt: skip
Line = dict[str, Any]


def loan(**changes: object) -> Line:
    plain: Line = {
        "loan_id": "L1", "principal": Decimal("10000.00"), "times": 12,
        "first_due_on": date(2024, 1, 31), "annual_rate": 0.24,
        "instalment": Decimal("945.60"), "fee": Decimal("0.00"),
    }  # fmt: skip
    return {**plain, **changes}


def planned(engine: DuckEngine, declared: Schedule, *loans: Line) -> list[Line]:
    schema = pa.schema([
        ("loan_id", pa.string()), ("principal", pa.decimal128(18, 2)), ("times", pa.int32()),
        ("first_due_on", pa.date32()), ("annual_rate", pa.float64()),
        ("instalment", pa.decimal128(18, 2)), ("fee", pa.decimal128(18, 2)),
    ])  # fmt: skip
    engine.show("terms", pa.Table.from_pylist(list(loans), schema=schema))
    lines: list[Line] = engine.table(schedule.instalments(declared, "terms")).to_pylist()
    return lines


def test_a_level_loan_of_ten_thousand_at_24_percent_costs_945_60_a_month(
    engine: DuckEngine,
) -> None:
    # 10,000 over 12 months at 2 % a month: 945.5960 in every annuity table.
    lines = planned(engine, LEVEL, loan())
    assert [line["number"] for line in lines] == list(range(1, 13))
    assert all(line["principal"] + line["interest"] == Decimal("945.60") for line in lines[:-1])
    assert abs(lines[-1]["principal"] + lines[-1]["interest"] - Decimal("945.5960")) < Decimal(
        "0.06"
    )
    assert lines[0]["interest"] == Decimal("200.00")
    assert sum(line["principal"] for line in lines) == Decimal("10000.00")
    # Total interest of that loan: 12 x 945.5960 - 10,000 = 1,347.15.
    assert abs(sum(line["interest"] for line in lines) - Decimal("1347.15")) < Decimal("0.06")


@pytest.mark.parametrize(
    ("principal", "rate", "times"),
    [("10000", 0.24, 12), ("35000", 0.0532, 60), ("500", 3.65, 6), ("1000000", 0.12, 360)],
)
def test_the_balance_follows_the_plain_recursion(
    engine: DuckEngine, principal: str, rate: float, times: int
) -> None:
    lent, monthly = Decimal(principal), Decimal(str(rate)) / 12
    exact = lent * monthly / (1 - (1 + monthly) ** -times)
    instalment = exact.quantize(CENT, ROUND_HALF_UP)
    lines = planned(
        engine, LEVEL,
        loan(principal=lent, annual_rate=rate, times=times, instalment=instalment),
    )  # fmt: skip
    owed, left = lent, lent
    for line in lines[:-1]:
        owed = owed * (1 + monthly) - instalment
        left -= line["principal"]
        assert left == owed.quantize(CENT, ROUND_HALF_UP), line["number"]
        assert line["principal"] + line["interest"] == instalment
        assert line["fee"] == 0
    assert lines[-1]["principal"] == left
    assert lines[-1]["interest"] == (left * monthly).quantize(CENT, ROUND_HALF_UP)


def test_a_level_loan_without_interest_is_principal_only(engine: DuckEngine) -> None:
    lines = planned(
        engine, LEVEL,
        loan(principal=Decimal(1000), annual_rate=0.0, times=3, instalment=Decimal("333.34")),
    )  # fmt: skip
    assert [line["principal"] for line in lines] == [
        Decimal("333.34"), Decimal("333.34"), Decimal("333.32"),
    ]  # fmt: skip
    assert [line["interest"] for line in lines] == [0, 0, 0]


def test_a_level_loan_with_a_wrong_instalment_still_sums_to_what_was_lent(
    engine: DuckEngine,
) -> None:
    too_much = loan(loan_id="much", instalment=Decimal("2500.00"))
    too_little = loan(loan_id="little", instalment=Decimal("1.00"))
    lines = planned(engine, LEVEL, too_much, too_little)
    for loan_id in ("much", "little"):
        own = [line for line in lines if line["loan_id"] == loan_id]
        assert sum(line["principal"] for line in own) == Decimal("10000.00")
        assert all(line["principal"] >= 0 and line["interest"] >= 0 for line in own)


def test_monthly_due_dates_keep_to_the_month_end_where_the_day_is_missing(
    engine: DuckEngine,
) -> None:
    dates = [line["due_on"] for line in planned(engine, LEVEL, loan(times=4))]
    assert dates == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]


def test_thirty_day_due_dates_step_by_thirty_days(engine: DuckEngine) -> None:
    dates = [line["due_on"] for line in planned(engine, FLAT, loan(times=3))]
    assert dates == [date(2024, 1, 31), date(2024, 3, 1), date(2024, 3, 31)]


@pytest.mark.parametrize("times", [1, 2, 3, 7, 36])
def test_a_flat_schedule_sums_to_the_cent_and_only_the_last_part_differs(
    engine: DuckEngine, times: int
) -> None:
    lent, fee = Decimal("1000.01"), Decimal("150.05")
    lines = planned(engine, FLAT, loan(principal=lent, fee=fee, times=times))
    assert sum(line["principal"] for line in lines) == lent
    assert sum(line["fee"] for line in lines) == fee
    assert {line["interest"] for line in lines} == {0}
    assert len({(line["principal"], line["fee"]) for line in lines[:-1]}) <= 1
    share = (lent / times).quantize(CENT, ROUND_HALF_UP)
    assert all(line["principal"] == share for line in lines[:-1])
    assert all(line["principal"] >= 0 and line["fee"] >= 0 for line in lines)


@pytest.mark.parametrize("times", [-1, 0, schedule.COUNT_MOST + 1])
def test_a_senseless_number_of_instalments_gives_no_schedule(
    engine: DuckEngine, times: int
) -> None:
    assert planned(engine, FLAT, loan(times=times)) == []


def test_terms_come_from_the_declared_formulas(engine: DuckEngine) -> None:
    raw = (
        "(SELECT 1 AS file, 7 AS row, 'x' AS id, 12.345 AS principal, 2 AS times, "
        "'2024-02-30' AS first, 9 AS fee) AS rows"
    )
    steps = Steps().then("terms", schedule.terms(FLAT, raw, lambda text: text))
    (line,) = engine.table(steps).to_pylist()
    assert (line["file"], line["row"], line["loan_id"], line["times"]) == (1, 7, "x", 2)
    assert line["fee"] == Decimal("9.00")
    assert line["principal"] in (Decimal("12.34"), Decimal("12.35"))
    assert line["first_due_on"] is None  # there is no such day
