"""Laws can be broken: for each, a book in which one figure was changed by hand."""

import pytest

from seawall.core.engine import DuckEngine
from seawall.core.measure import Question
from seawall.core.steps import Steps
from seawall.office import packs
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.invariants import LAWS, of_measures
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import settlement
from tests.portfolio import lender
from tests.portfolio.test_walks import AS_OF

# The last month-ends of open loans, and those of loans charged off before.
OPEN = "status = 'open' AND month_end = DATE '2024-12-31'"
LATER = "bucket = 'charged_off' AND opening_bucket = 'charged_off'"

# Law; table; a column, what it becomes, and where.
CHANGED = [
    ("balance_not_negative", "month_end", "balance", "-1", OPEN),
    ("cash_applied", "month_end", "interest_paid", "interest_paid + 0.01", OPEN),
    ("cash_complete", "payment", "amount", "amount + 0.01", "TRUE"),
    ("balance_moves", "month_end", "balance", "balance + 1", OPEN),
    ("openings_are_closings", "month_end", "opening_bucket", "'current'", OPEN),
    ("openings_are_closings", "month_end", "opening_arrears", "opening_arrears + 1", OPEN),
    ("ended_is_ended", "month_end", "bucket", "'repaid'", LATER),
    ("ended_is_ended", "month_end", "arrears", "5", LATER),
    ("schedule_sums", "instalment", "principal", "principal + 1", "number = 1"),
    ("matrix_complete", "month_end", "opening_bucket", "NULL", OPEN),
    ("matrix_complete", "month_end", "opening_balance", "opening_balance + 1", OPEN),
    ("recovery_denominators", "month_end", "charged_off", "1", LATER),
]
# Law; table; which rows are lost.
LOST = [
    ("cash_complete", "month_end", "status = 'repaid'"),
    ("every_instalment_derived", "settlement", "number = 2"),
    ("months_without_gaps", "month_end", "months_on_book = 3"),
    ("open_loans_go_on", "month_end", f"loan_id < 'L00300' AND {OPEN}"),
    ("vintage_denominators", "month_end", "months_on_book = 0"),
]
BROKEN = [
    *((law, table, (f"SELECT * REPLACE (CASE WHEN {where} THEN {value} ELSE {column} END AS {column})"
       f" FROM {table}")) for law, table, column, value, where in CHANGED),
    *((law, table, f"SELECT * FROM {table} WHERE NOT ({where})") for law, table, where in LOST),
]  # fmt: skip


@pytest.fixture(scope="module")
def book() -> DuckEngine:
    engine = DuckEngine(threads=2, memory="2GB")
    lender.show(engine, lender.loans(600, seed=31))
    engine.show("calendar", calendar(lender.FIRST_DAY, AS_OF))
    engine.show("settlement", engine.table(settlement(AS_OF)))
    engine.show("month_end", engine.table(month_end(AS_OF, packs.conventions())))
    return engine


def violations(engine: DuckEngine, conventions: Conventions) -> dict[str, int]:
    laws = (*LAWS, *of_measures(Question(AS_OF), conventions))
    return {law.name: engine.table(law.steps).to_pylist()[0]["violations"] for law in laws}


def test_every_law_holds_until_a_figure_is_changed(
    book: DuckEngine, conventions: Conventions
) -> None:
    assert not any(violations(book, conventions).values())
    assert violations(book, conventions).keys() == {law for law, _, _ in BROKEN}


@pytest.mark.parametrize(("law", "table", "sql"), BROKEN)
def test_a_law_that_is_broken_is_told(
    book: DuckEngine, conventions: Conventions, law: str, table: str, sql: str
) -> None:
    right = book.table(Steps().then("right", f"SELECT * FROM {table}"))
    book.show(table, book.table(Steps().then("wrong", sql)).cast(right.schema))
    try:
        assert violations(book, conventions)[law] > 0
    finally:
        book.show(table, right)
