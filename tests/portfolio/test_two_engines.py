"""One text, two engines: every derivation and every measure gives the same numbers on both."""

import math
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from seawall import office
from seawall.acts.simulating import make_lender
from seawall.core.engine import Engine
from seawall.core.measure import Measure, Question
from seawall.core.spark import SparkEngine
from seawall.portfolio import invariants, tape
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import settlement
from seawall.simulator.truth import Plan

pytestmark = [
    pytest.mark.spark,
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(
        find_spec("pyspark") is None or shutil.which("java") is None,
        reason="pyspark or a Java runtime is not on this machine",
    ),
]

AS_OF = date(2025, 6, 30)
MEASURES = office.measures(office.conventions())


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    home = office.home(tmp_path_factory.mktemp("two"))
    plan = Plan(loans=400, seed=5, months=24, until=AS_OF)
    make_lender(home.desk(), plan, office.lender(), progress=lambda *_: None)
    book = home.book.snapshot()
    duck, spark = home.engine(), SparkEngine(tmp_path_factory.mktemp("spark"), partitions=1)
    for engine in (duck, spark):
        for table in tape.TABLES:
            engine.show(table.name, book.tables[table.name])
        for name in ("month_end", "settlement"):
            engine.show(name, book.tables[name])
        engine.show("calendar", calendar(date(2023, 6, 1), AS_OF))
    yield duck, spark
    duck.close()
    spark.close()


def test_settlements_and_month_ends_are_derived_alike(engines: tuple[Engine, Engine]) -> None:
    conventions = office.conventions()
    for steps, order in (
        (settlement(AS_OF), ["loan_id", "number"]),
        (month_end(AS_OF, conventions), ["loan_id", "month_end"]),
    ):
        answers = [engine.table(steps) for engine in engines]
        sorted_ = [a.sort_by([(name, "ascending") for name in order]) for a in answers]
        assert_same(*sorted_)
        assert sorted_[0].num_rows > 1_000


@pytest.mark.parametrize("by", [(), ("product", "vintage_quarter")], ids=str)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_is_the_same_on_both(
    engines: tuple[Engine, Engine], measure: Measure, by: tuple[str, ...]
) -> None:
    steps = measure.steps(Question(AS_OF, by))
    duck, spark = (engine.table(steps) for engine in engines)
    assert duck.num_rows > 0
    assert_same(duck, spark)


def test_every_law_is_the_same_on_both(engines: tuple[Engine, Engine]) -> None:
    for law in invariants.LAWS:
        counts = [engine.table(law.steps).to_pylist()[0]["violations"] for engine in engines]
        assert counts == [0, 0], law.name


def test_an_engine_writes_what_it_answers(engines: tuple[Engine, Engine], tmp_path: Path) -> None:
    steps = MEASURES[1].steps(Question(AS_OF))
    _, spark = engines
    spark.write(steps, tmp_path / "out")
    spark.show("written", tuple(sorted((tmp_path / "out").glob("*.parquet"))))
    assert list((tmp_path / "out").glob("*.parquet"))


def assert_same(duck: pa.Table, spark: pa.Table) -> None:
    assert duck.column_names == spark.column_names
    assert duck.num_rows == spark.num_rows
    for name in duck.column_names:
        for one, other in zip(duck[name].to_pylist(), spark[name].to_pylist(), strict=True):
            if isinstance(one, float) and isinstance(other, float):
                assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), (name, one, other)
            elif isinstance(one, Decimal) or isinstance(other, Decimal):
                assert (
                    Decimal(str(one)) == Decimal(str(other)) if one is not None else other is None
                )
            else:
                assert one == other, (name, one, other)
