"""The simulated lender: reproducible, exact in number, and in the contract."""

from collections import Counter
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from seawall.portfolio import tape
from seawall.simulator.declaration import Lender
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan, UnableToPlan
from tests.simulator.conftest import PLAN, Book, gathered


def test_the_same_seed_gives_the_same_chunks_to_the_byte(lender: Lender) -> None:
    small = Plan(loans=400, seed=3, months=8)
    one, other = (_bytes(small, lender) for _ in range(2))
    assert one == other


def _bytes(plan: Plan, lender: Lender) -> bytes:
    sink = pa.BufferOutputStream()
    for name, rows in simulate(plan, lender):
        sink.write(name.encode())
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
    return bytes(sink.getvalue())


def test_another_seed_gives_another_lender(lender: Lender) -> None:
    one, other = (gathered(Plan(loans=400, seed=seed, months=8), lender) for seed in (3, 4))
    assert one["payment"] != other["payment"]
    assert one["application"]["birth_year"] != other["application"]["birth_year"]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(loans=1, months=1, until=date(2025, 3, 5)),
        Plan(loans=7, months=12),
        Plan(loans=50, months=2, until=date(2024, 2, 29)),
        Plan(loans=300, months=90, seed=9),
    ],
)
def test_exactly_the_loans_asked_for_are_disbursed(plan: Plan, lender: Lender) -> None:
    book = gathered(plan, lender)
    assert book["loan"].num_rows == plan.loans
    assert book["application"].num_rows > plan.loans
    assert set(book) == {table.name for table in tape.TABLES}


@pytest.mark.parametrize("wrong", [{"loans": 0}, {"months": 0}, {"seed": -1}])
def test_a_plan_for_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UnableToPlan, match="at least one loan"):
        Plan(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", tape.TABLES, ids=lambda table: table.name)
def test_a_table_has_the_contracts_schema_and_no_key_twice(table: tape.Table, book: Book) -> None:
    rows = book[table.name]
    assert rows.schema == table.schema
    assert rows.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows


@pytest.mark.parametrize("table", tape.TABLES, ids=lambda table: table.name)
def test_every_value_keeps_the_contracts_limits(table: tape.Table, book: Book) -> None:
    for column in table.columns:
        values = book[table.name][column.name]
        if column.required:
            assert values.null_count == 0, column.name
        if column.among:
            assert set(values.drop_null().unique().to_pylist()) <= set(column.among)
        if len(values) == values.null_count:
            continue
        if column.least is not None:
            assert float(pc.min(values).as_py()) >= column.least, column.name
        if column.most is not None:
            assert float(pc.max(values).as_py()) <= column.most, column.name


@pytest.mark.parametrize("table", tape.TABLES, ids=lambda table: table.name)
def test_dates_come_in_the_contracts_order(table: tape.Table, book: Book) -> None:
    for first, second in table.order:
        pairs = book[table.name].select([first, second]).drop_null()
        assert pc.all(pc.less_equal(pairs[first], pairs[second])).as_py() is not False


def test_ids_are_short_and_of_one_length(book: Book) -> None:
    for table in tape.TABLES:
        if table.name in {"instalment", "series"}:
            continue
        lengths = pc.unique(pc.utf8_length(book[table.name][table.key[0]])).to_pylist()
        assert len(lengths) == 1
        assert lengths[0] <= 12


def test_no_fact_is_later_than_what_is_known(book: Book) -> None:
    for table in tape.TABLES:
        for column in table.columns:
            planned = column.name in {"due_on", "promised_on"}
            if column.type in {"date", "time"} and not planned:
                latest = pc.max(book[table.name][column.name].cast(pa.date32(), safe=False))
                assert (latest.as_py() or date.min) <= PLAN.until, (table.name, column.name)


def test_every_loan_has_one_approved_application_of_its_customer(book: Book) -> None:
    asked = {row["application_id"]: row for row in book["application"].to_pylist()}
    answers = {row["application_id"]: row for row in book["decision"].to_pylist()}
    for loan in book["loan"].to_pylist():
        application, answer = asked[loan["application_id"]], answers[loan["application_id"]]
        assert answer["outcome"] == "approve"
        assert loan["principal"] <= min(answer["limit_amount"], application["amount"])
        assert loan["annual_rate"] == answer["annual_rate"]
        for name in ("customer_token", "product", "channel", "region", "partner", "term_days"):
            assert loan[name] == application[name]


def test_some_applications_are_declined_with_a_reason_that_is_true(book: Book) -> None:
    asked = {row["application_id"]: row for row in book["application"].to_pylist()}
    outcomes = Counter(row["outcome"] for row in book["decision"].to_pylist())
    assert 0.35 < outcomes["approve"] / outcomes.total() < 0.50
    assert outcomes["refer"] > 0
    for row in book["decision"].to_pylist():
        assert (row["reason"] is None) == (row["outcome"] == "approve")
        if row["reason"] == "multi_borrowing":
            assert asked[row["application_id"]]["open_lenders"] > 5


def test_a_customer_keeps_his_birth_year_and_does_not_return_before_he_may(book: Book) -> None:
    born: dict[str, int] = {}
    for row in book["application"].to_pylist():
        assert born.setdefault(row["customer_token"], row["birth_year"]) == row["birth_year"]
    loans = Counter(book["loan"]["customer_token"].to_pylist())
    assert max(loans.values()) >= 5


def test_people_are_tokens_only(book: Book) -> None:
    for name, letter in (("customer_token", "c"), ("device_token", "d"), ("address_token", "h")):
        match = pc.match_substring_regex(book["application"][name], f"^{letter}[0-9]+$")
        assert pc.all(match).as_py()


def test_the_score_sees_some_of_the_risk(book: Book) -> None:
    scores = {row["application_id"]: row["score"] for row in book["decision"].to_pylist()}
    old = [row for row in book["loan"].to_pylist() if row["disbursed_on"] < date(2024, 7, 1)]
    ranked = sorted(old, key=lambda row: scores[row["application_id"]])
    half = len(ranked) // 2
    lost = [sum(row["charged_off_on"] is not None for row in part)
            for part in (ranked[:half], ranked[half:])]  # fmt: skip
    assert lost[0] > 1.5 * lost[1]
