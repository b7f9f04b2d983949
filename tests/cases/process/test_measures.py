"""Process measures against a second, row-by-row count, and against logs counted by hand."""

import math
import shutil
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.cases.process import log, tables
from seawall.core.engine import DuckEngine, Engine
from seawall.core.measure import Measure, Question
from seawall.core.spark import SparkEngine
from tests.cases.process import naive
from tests.cases.process.naive import HOUR_US, Row, Rows

MEASURES = {each.name: each for each in tables.measures()}
AS_OF = date(2026, 3, 31)
BEGIN_US = 1_767_225_600_000_000  # 2026-01-01, a Thursday
KIND = pa.schema([*log.SCHEMA, ("kind", pa.string())])
# Names that a careless separator would take apart, and numbers that codes could be taken for.
NAMES = ("a", "b", "a → b", "a b", "1", "1 2")


def rows_of(each: tuple[int, int, str, str | None, str | None]) -> Row:
    case, quarter_hours, activity, actor, lifecycle = each
    return {
        "case_id": f"c{case}", "activity": activity, "actor": actor, "lifecycle": lifecycle,
        "happened_us": BEGIN_US + quarter_hours * HOUR_US // 4, "kind": (None, "x", "y")[case % 3],
    }  # fmt: skip


events = st.tuples(
    st.integers(0, 6), st.integers(0, 1200) | st.integers(0, 3), st.sampled_from(NAMES),
    st.sampled_from((None, "p", "q")),
    st.sampled_from((None, "complete", "COMPLETE", "START", "start", "schedule", "suspend")),
).map(rows_of)  # fmt: skip
logs = st.lists(events, min_size=1, max_size=60).map(
    lambda rows: [{**row, "ordinal": n} for n, row in enumerate(rows)]
)


def table(rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(rows, KIND)


def asked(engine: Engine, name: str, rows: Rows, by: tuple[str, ...] = ()) -> Rows:
    engine.show("log", table(rows))
    found: Rows = engine.table(MEASURES[name].steps(Question(AS_OF, by))).to_pylist()
    return found


def keyed(rows: Rows, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Rows without regard to their order, floats to nine digits."""
    return sorted(
        tuple(
            f"{row[name]:.9g}" if isinstance(row[name], float) else str(row[name]) for name in names
        )
        for row in rows
    )


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    made = DuckEngine(threads=1, memory="1GB")
    yield made
    made.close()


def test_every_measure_has_a_second_count() -> None:
    assert naive.MEASURES.keys() == MEASURES.keys()


@pytest.mark.parametrize("name", MEASURES)
def test_measures_are_what_a_row_by_row_count_gives(duck: DuckEngine, name: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(logs)
    def compare(rows: Rows) -> None:
        wanted = naive.MEASURES[name](rows)
        found = asked(duck, name, list(reversed(rows)))
        assert len(found) == len(wanted)
        if wanted:
            names = tuple(wanted[0])
            assert keyed(found, names) == keyed(wanted, names)
            assert {c.name for c in MEASURES[name].columns} - set(names) <= {
                "variant", "share_so_far"
            }  # fmt: skip

    compare()


@pytest.mark.parametrize("name", MEASURES)
def test_a_breakdown_is_each_part_alone(duck: DuckEngine, name: str) -> None:
    @settings(max_examples=8, deadline=None)
    @given(logs)
    def compare(rows: Rows) -> None:
        found = asked(duck, name, rows, ("kind",))
        for kind in (None, "x", "y"):
            part = [row for row in rows if row["kind"] == kind]
            wanted = naive.MEASURES[name](part) if part else []
            names = tuple(wanted[0]) if wanted else ()
            told = [row for row in found if row["kind"] == kind]
            assert keyed(told, names) == keyed(wanted, names)

    compare()


@given(rows=logs)
@settings(max_examples=25, deadline=None)
def test_shares_sum_to_one_and_edges_lead_from_ends_to_ends(duck: DuckEngine, rows: Rows) -> None:
    told = asked(duck, "variants", rows)
    assert math.isclose(told[-1]["share_so_far"], 1.0)
    assert [row["variant"] for row in told] == list(range(1, len(told) + 1))
    edges, ends = asked(duck, "graph", rows), {r["activity"]: r for r in asked(duck, "ends", rows)}
    for name in {row["activity"] for row in rows}:
        # What comes into an activity is what goes out of it.
        into = sum(row["times"] for row in edges if row["next_activity"] == name)
        out = sum(row["times"] for row in edges if row["activity"] == name)
        outer = ends.get(name, {"started": 0, "ended": 0})
        assert into + outer["started"] == out + outer["ended"]


def made(*told: tuple[str, str, float, str | None, str | None]) -> Rows:
    return [
        {"case_id": case, "activity": activity, "happened_us": BEGIN_US + int(at * HOUR_US),
         "ordinal": n, "lifecycle": lifecycle, "actor": actor, "kind": None}
        for n, (case, activity, at, lifecycle, actor) in enumerate(told)
    ]  # fmt: skip


def test_rows_of_one_moment_keep_the_order_of_the_file(duck: DuckEngine) -> None:
    rows = made(("1", "z", 0, None, None), ("1", "a", 0, None, None), ("1", "m", 0, None, None))
    assert [row["path"] for row in asked(duck, "variants", rows)] == ["z → a → m"]


def test_waiting_ends_where_work_begins(duck: DuckEngine) -> None:
    rows = made(
        ("1", "apply", 0, "COMPLETE", None),
        ("1", "check", 1, "SCHEDULE", None),
        ("1", "check", 3, "START", "ann"),  # given up
        ("1", "check", 5, "START", "ben"),  # waited 5 hours since `apply`
        ("1", "check", 7, "COMPLETE", "ben"),  # worked 2
        ("1", "sign", 10, None, None),  # waited 3, nobody says when it began
    )
    told = {row["activity"]: row for row in asked(duck, "activities", rows)}
    assert told["check"]["waiting_median_hours"] == 5
    assert told["check"]["working_median_hours"] == 2
    assert told["check"]["events"] == 4
    assert told["check"]["timed"] == told["check"]["completed"] == 1
    assert told["sign"]["waiting_median_hours"] == 3
    assert told["sign"]["working_median_hours"] is None
    assert told["apply"]["waiting_median_hours"] is None


def test_repeats_are_loops_and_returns(duck: DuckEngine) -> None:
    rows = made(*(("1", name, n, None, None) for n, name in enumerate("aabcaa")))
    told = {row["activity"]: row for row in asked(duck, "rework", rows)}
    assert (told["a"]["repeats"], told["a"]["loops"], told["a"]["returns"]) == (3, 2, 1)
    assert told["b"]["repeats"] == 0


def test_a_row_without_an_actor_hands_nothing_over(duck: DuckEngine) -> None:
    actors = ("ann", "ann", "ben", None, "cyd", "ann")
    rows = made(*(("1", "x", n, None, actor) for n, actor in enumerate(actors)))
    told = [(row["actor"], row["next_actor"]) for row in asked(duck, "handovers", rows)]
    assert told == [("ann", "ben"), ("cyd", "ann")]


def test_what_happens_after_the_analysis_date_is_not_seen(duck: DuckEngine) -> None:
    rows = made(
        ("1", "a", 0, None, None), ("1", "b", 23.999, None, None), ("1", "c", 24, None, None)
    )
    duck.show("log", table(rows))
    steps = MEASURES["variants"].steps(Question(date(2026, 1, 1)))
    assert [row["path"] for row in duck.table(steps).to_pylist()] == ["a → b"]


def test_a_log_without_rows_answers_nothing(duck: DuckEngine) -> None:
    assert [asked(duck, name, []) for name in MEASURES] == [[]] * len(MEASURES)


@pytest.mark.spark
@pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="pyspark or a Java runtime is not on this machine",
)
def test_every_measure_is_the_same_on_spark(duck: DuckEngine, tmp_path: Path) -> None:
    rows = [
        {**rows_of((n * 7 % 23, n * n % 997, NAMES[n * 5 % 6], (None, "p", "q")[n % 3],
                    (None, "start", "COMPLETE", "schedule")[n % 4])), "ordinal": n}
        for n in range(300)
    ]  # fmt: skip
    spark = SparkEngine(tmp_path, partitions=1, settings={"spark.driver.extraJavaOptions": _SHORT})
    try:
        for name, measure in MEASURES.items():
            by = ("kind",)
            one, other = asked(duck, name, rows, by), asked(spark, name, rows, by)
            assert_same(measure, by, one, other)
    finally:
        spark.close()


_SHORT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def assert_same(measure: Measure, by: tuple[str, ...], one: Rows, other: Rows) -> None:
    names = (*by, *(column.name for column in measure.columns))
    assert len(one) == len(other) > 0
    for mine, theirs in zip(one, other, strict=True):
        for name in names:
            assert _close(mine[name], theirs[name]), (measure.name, name, mine, theirs)


def _close(one: Any, other: Any) -> bool:  # noqa: ANN401 - a cell of any kind
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
