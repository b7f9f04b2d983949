"""Every shipped policy decides a simulated book in two ways: one by one, and in SQL.

The whole demo book is the benchmark's (`bench/replay.py`).
"""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine
from seawall.core.spark import SparkEngine
from seawall.office import packs
from tests.acts import shipped_book

LOANS, LEAST, ON_SPARK = 8_000, 20_000, 1_500
# Java that lives for a minute is quicker without its slow, thorough compiler.
SHORT = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    made = shipped_book.applications(LOANS, seed=11)
    assert made.num_rows >= LEAST
    return made


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    made = DuckEngine(threads=2, memory="2GB")
    yield made
    made.close()


@pytest.mark.parametrize("name", packs.policies())
def test_a_policy_decides_a_book_in_duckdb_as_one_by_one(
    name: str, rows: pa.Table, engine: DuckEngine, tmp_path: Path
) -> None:
    past = shipped_book.past(engine, rows, tmp_path)
    found = shipped_book.compared(past, packs.policy(name))
    assert found.differences == []
    assert found.applications == rows.num_rows
    assert len(found.outcomes) >= 2


@pytest.mark.spark
@pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="pyspark or a Java runtime is not on this machine",
)
def test_a_policy_decides_a_book_in_spark_as_one_by_one(rows: pa.Table, tmp_path: Path) -> None:
    """One of them, on some applications: what Spark's optimizer makes of a policy must have an end."""
    engine = SparkEngine(tmp_path / "spark", partitions=1, settings=SHORT)
    some = rows.slice(0, ON_SPARK)
    found = shipped_book.compared(
        shipped_book.past(engine, some, tmp_path), packs.policy("micro_loan")
    )
    engine.close()
    assert found.differences == []
    assert found.applications == ON_SPARK
    assert len(found.outcomes) >= 2
