"""Every shipped policy decides a simulated book in two ways: one by one, and in SQL.

The whole demo book is the benchmark's (`bench/replay.py`).
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.core.engine import DuckEngine
from seawall.office import packs
from tests.acts import shipped_book

LOANS, LEAST = 8_000, 20_000


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
