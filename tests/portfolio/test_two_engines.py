"""One text, two engines: every derivation and every measure gives the same numbers on both."""

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine, Engine
from seawall.core.measure import Measure, Question
from seawall.core.spark import SparkEngine
from seawall.core.steps import Steps
from seawall.office import packs, tables
from seawall.portfolio import invariants, tape
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import loans_and_receipts, settlement, slices, starts
from tests.portfolio import lender

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(
        find_spec("pyspark") is None or shutil.which("java") is None,
        reason="pyspark or a Java runtime is not on this machine",
    ),
]

LOANS = 300
AS_OF = date(2024, 12, 31)
MEASURES = tables.measures(packs.conventions())
# Java that lives for a minute is quicker without its slow, thorough compiler.
SHORT = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}

# Segments with an unknown value each, so that unknowns meet each other in every join.
_SEGMENTS = """
SELECT * EXCLUDE (nr) REPLACE (
  'C' || CAST(nr % 97 AS VARCHAR) AS customer_token,
  'P' || CAST(nr % 3 AS VARCHAR) AS product,
  CASE nr % 4 WHEN 0 THEN NULL ELSE '地区' || CAST(nr % 4 AS VARCHAR) END AS region,
  CASE nr % 5 WHEN 0 THEN NULL ELSE 'H' || CAST(nr % 5 AS VARCHAR) END AS channel)
FROM (SELECT *, CAST(SUBSTR(loan_id, 2) AS INTEGER) AS nr FROM loan) AS numbered
ORDER BY loan_id"""


@dataclass(frozen=True)
class Pair:
    """Both engines over the same facts, each with what it derived itself."""

    engines: tuple[Engine, Engine]
    derived: dict[str, tuple[pa.Table, pa.Table]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    duck = DuckEngine(threads=2, memory="2GB")
    spark = SparkEngine(tmp_path_factory.mktemp("spark"), partitions=1, settings=SHORT)
    facts = _facts(duck)
    engines = (duck, spark)
    for engine in engines:
        for name, rows in facts.items():
            engine.show(name, rows)
    yield Pair(engines, _derived(engines, packs.conventions()))
    duck.close()
    spark.close()


def _facts(duck: DuckEngine) -> dict[str, pa.Table]:
    book = lender.loans(LOANS, seed=5)
    lender.show(duck, book)
    facts = {each.name: each.schema.empty_table() for each in tape.TABLES}
    for name in ("loan", "instalment", "payment"):
        facts[name] = duck.table(_one(f"SELECT * FROM {name}"))
    facts["loan"] = duck.table(_one(_SEGMENTS))
    facts["contact"] = pa.Table.from_pylist(lender.contacts(book, seed=6), tape.CONTACT.schema)
    facts["calendar"] = calendar(lender.FIRST_DAY, AS_OF)
    return facts


def _derived(
    engines: tuple[Engine, Engine], conventions: Conventions
) -> dict[str, tuple[pa.Table, pa.Table]]:
    """What each engine derives; the month-ends of each follow from its own settlement."""
    found = {}
    for name, steps in {
        "settlement": settlement(AS_OF),
        "month_end": month_end(AS_OF, conventions),
    }.items():
        duck, spark = (engine.table(steps) for engine in engines)
        for engine, rows in zip(engines, (duck, spark), strict=True):
            engine.show(name, rows)
        found[name] = (duck, spark)
    return found


def test_settlements_and_month_ends_are_derived_alike(pair: Pair) -> None:
    for name, key in (("settlement", "number"), ("month_end", "month_end")):
        order = [("loan_id", "ascending"), (key, "ascending")]
        duck, spark = (rows.sort_by(order) for rows in pair.derived[name])
        # Derived tables become files that either engine reads: not even a type may differ.
        assert duck.schema.equals(spark.schema), name
        assert_same(duck, spark)
        assert duck.num_rows > LOANS


def test_the_book_holds_every_kind_of_life(pair: Pair) -> None:
    rows, _ = pair.derived["month_end"]
    assert set(rows["status"].to_pylist()) == {"open", "repaid", "charged_off"}
    assert set(rows["bucket"].to_pylist()) == set(packs.conventions().states())
    for flow in ("prepaid", "recovered", "waived", "overpaid", "late_fee", "collection_cost"):
        assert any(amount > 0 for amount in rows[flow].to_pylist()), flow


@pytest.mark.parametrize(
    "by",
    [
        (),
        ("channel", "vintage_quarter"),
        pytest.param(("product", "region"), marks=pytest.mark.soak),
    ],
    ids=str,
)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_is_the_same_on_both(
    pair: Pair, measure: Measure, by: tuple[str, ...]
) -> None:
    steps = measure.steps(Question(AS_OF, by))
    duck, spark = (engine.table(steps) for engine in pair.engines)
    assert duck.num_rows > 0
    assert_same(duck, spark)


def test_every_law_is_the_same_on_both(pair: Pair) -> None:
    told = invariants.of_measures(Question(AS_OF), packs.conventions())
    for law in (*invariants.LAWS, *told):
        assert_same(*(engine.table(law.steps) for engine in pair.engines))


@pytest.mark.parametrize("size", [1_000, 77, pytest.param(10, marks=pytest.mark.soak)])
def test_every_loan_is_in_exactly_one_slice_on_both(pair: Pair, size: int) -> None:
    for engine in pair.engines:
        cuts = slices(engine.table(starts(size))["loan_id"].to_pylist())
        found: list[str] = []
        for part in cuts:
            steps = loans_and_receipts(AS_OF, part).until("loans")
            slice_ = engine.table(steps)["loan_id"].to_pylist()
            assert len(slice_) == size or part is cuts[-1]
            found += slice_
        assert sorted(found) == sorted(
            engine.table(_one("SELECT * FROM loan"))["loan_id"].to_pylist()
        )


def test_what_spark_derives_and_writes_duckdb_measures(pair: Pair, tmp_path: Path) -> None:
    duck, spark = pair.engines
    spark.write(_one("SELECT * FROM month_end"), tmp_path / "month_end")
    duck.show("written", tuple((tmp_path / "month_end").glob("*.parquet")))
    order = " FROM {} ORDER BY loan_id, month_end"
    first, second = (
        duck.table(_one("SELECT *" + order.format(name))) for name in ("month_end", "written")
    )
    assert first.equals(second)


def _one(sql: str) -> Steps:
    return Steps().then("answer", sql)


def _kind(type_: pa.DataType) -> str:
    """A type as far as engines agree: DuckDB's sums of counts and of money are wider than Spark's.

    A decimal never stands for a float, though: one is exact, the other is not.
    """
    if pa.types.is_decimal(type_):
        return f"exact, {type_.scale} places"
    return "exact, 0 places" if pa.types.is_integer(type_) else str(type_)


def assert_same(duck: pa.Table, spark: pa.Table) -> None:
    assert duck.column_names == spark.column_names
    assert [_kind(t) for t in duck.schema.types] == [_kind(t) for t in spark.schema.types]
    assert duck.num_rows == spark.num_rows
    for name in duck.column_names:
        for one, other in zip(duck[name].to_pylist(), spark[name].to_pylist(), strict=True):
            if isinstance(one, float) and isinstance(other, float):
                assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), (name, one, other)
            else:
                assert one == other, (name, one, other)
