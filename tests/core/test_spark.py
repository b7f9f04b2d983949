"""What Spark promises beside DuckDB: the same types, the same refusals, nothing left behind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.core import spark as under_test
from seawall.core.engine import DuckEngine
from seawall.core.spark import SparkEngine, UnableToStartSpark
from seawall.core.steps import Steps

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="pyspark or a Java runtime is not on this machine",
)
pytestmark = [pytest.mark.spark]

# Java that lives for a minute is quicker without its slow, thorough compiler.
SHORT = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
LAST = datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - the contract's times are bare

# One column of every type of the contract, with the values that go wrong first.
ROWS = pa.table(
    {
        "name": pa.array(["防线 'b'", None, ""]),
        "day": pa.array([date(1582, 10, 4), date(2024, 2, 29), None], pa.date32()),
        "seen_at": pa.array([datetime(2025, 3, 30, 2, 30, 0, 1, UTC).replace(tzinfo=None), LAST, None],
                       pa.timestamp("us")),
        "money": pa.array([Decimal("-0.01"), Decimal("9999999999999999.99"), None],
                          pa.decimal128(18, 2)),
        "rate": pa.array([0.1, None, 1e-300], pa.float64()),
        "count": pa.array([1, None, 2**31 - 1], pa.int32()),
        "flag": pa.array([True, False, None], pa.bool_()),
        "silent": pa.array([None, None, None], pa.decimal128(18, 2)),
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def spark(scratch: Path) -> Iterator[SparkEngine]:
    made = SparkEngine(scratch, partitions=1, settings=SHORT)
    yield made
    made.close()
    assert list(scratch.iterdir()) == []


def one(sql: str) -> Steps:
    return Steps().then("answer", sql)


@needs_spark
def test_every_type_of_the_contract_comes_back_as_it_went_in(
    spark: SparkEngine, engine: DuckEngine
) -> None:
    for each in (spark, engine):
        each.show("facts", ROWS)
        assert each.table(one("SELECT * FROM facts")).equals(ROWS)
        nothing = each.table(one("SELECT * FROM facts WHERE rate > 2"))
        assert nothing.equals(ROWS.schema.empty_table())


@needs_spark
@pytest.mark.parametrize(
    ("sql", "type_"),
    [
        ("COUNT(*)", pa.int64()),
        ("CAST(SUM(count) AS BIGINT)", pa.int64()),
        ("MAX(day)", pa.date32()),
        ("MIN(seen_at)", pa.timestamp("us")),
        ("CAST(MAX(money) AS DOUBLE) / 3", pa.float64()),
        ("CAST(MIN(money) * 0.5 AS DECIMAL(18,2))", pa.decimal128(18, 2)),
        ("CAST(MIN(money) * 100 AS BIGINT)", pa.int64()),
        ("MAX(CAST(seen_at AS DATE))", pa.date32()),
        ("TIMESTAMP '2025-03-30 02:30:00'", pa.timestamp("us")),
        ("SUM(CAST(silent AS DOUBLE))", pa.float64()),
        ("BOOL_OR(flag)", pa.bool_()),
    ],
)
def test_both_engines_answer_in_one_type(
    spark: SparkEngine, engine: DuckEngine, sql: str, type_: pa.DataType
) -> None:
    answers = []
    for each in (spark, engine):
        each.show("facts", ROWS)
        answers.append(each.table(one(f"SELECT {sql} AS n FROM facts")))
    assert answers[0].schema.field("n").type == type_
    assert answers[0].equals(answers[1])


@needs_spark
def test_a_time_with_a_zone_is_answered_as_bare_utc(spark: SparkEngine) -> None:
    late = datetime(2025, 3, 30, 23, 30, tzinfo=UTC)
    spark.show("zoned", pa.table({"seen_at": pa.array([late], pa.timestamp("us", "UTC"))}))
    answer = spark.table(one("SELECT seen_at, CAST(seen_at AS DATE) AS day FROM zoned"))
    assert answer.schema.field("seen_at").type == pa.timestamp("us")
    assert answer.to_pylist() == [{"seen_at": late.replace(tzinfo=None), "day": late.date()}]


@needs_spark
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT n + CAST(1 AS INTEGER) AS n FROM large",
        "SELECT CAST(n AS BIGINT) * 4294967296 * 4 AS n FROM large",
        "SELECT CAST(t AS INTEGER) AS n FROM large",
    ],
)
def test_what_one_engine_refuses_the_other_does_not_answer(
    spark: SparkEngine, engine: DuckEngine, sql: str
) -> None:
    rows = pa.table({"n": pa.array([2**31 - 1], pa.int32()), "t": pa.array(["x"])})
    for each in (spark, engine):
        each.show("large", rows)
        with pytest.raises(Exception, match=r"(?i)overflow|convert|cast"):
            each.table(one(sql))


@needs_spark
def test_what_spark_writes_both_engines_read(
    spark: SparkEngine, engine: DuckEngine, tmp_path: Path
) -> None:
    spark.show("facts", ROWS)
    target = tmp_path / "of [2024] {new} * parts"
    for _ in range(2):  # written again, it is replaced
        spark.write(one("SELECT * FROM facts"), target)
    spark.show("written", (target,))
    assert spark.table(one("SELECT * FROM written")).equals(ROWS)
    files = tuple(sorted(target.glob("*.parquet")))
    spark.show("written", files)
    assert spark.table(one("SELECT * FROM written")).equals(ROWS)
    engine.show("written", tuple(file.rename(tmp_path / file.name) for file in files))
    assert engine.table(one("SELECT * FROM written")).equals(ROWS)


@needs_spark
def test_a_name_reads_what_was_shown_last_whether_from_memory_or_from_files(
    spark: SparkEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "lender=a"  # named like a partition, which must not add a column
    folder.mkdir()
    for number, kind in enumerate("mffm"):
        rows = pa.table({"n": [number]})
        file = folder / f"tape[{number}]*.parquet"
        pq.write_table(rows, file)
        spark.show("Facts" if number % 2 else "facts", rows if kind == "m" else (file,))
        assert spark.table(one("SELECT * FROM facts")).equals(rows)


@needs_spark
def test_engines_do_not_see_each_others_tables_nor_stop_each_other(
    spark: SparkEngine, scratch: Path
) -> None:
    spark.show("here", ROWS.slice(0, 1))
    other = SparkEngine(scratch, settings={"spark.sql.ansi.enabled": "false"})
    other.show("here", ROWS)
    assert other.table(one("SELECT COUNT(*) AS n FROM here"))["n"].to_pylist() == [3]
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        other.table(one("SELECT CAST('x' AS INTEGER) AS n"))
    other.close()
    assert spark.table(one("SELECT COUNT(*) AS n FROM here"))["n"].to_pylist() == [1]


@needs_spark
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's list of sockets")
@pytest.mark.usefixtures("spark")
def test_no_port_is_opened_to_other_machines() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    java = [pid for pid in children if "java" in Path(f"/proc/{pid}/comm").read_text("ascii")]
    listening = {address for pid in java for address in _listening(pid)}
    assert listening
    # 127.0.0.1, bare or inside IPv6, as the kernel writes it
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}


def _listening(pid: str) -> Iterator[str]:
    links = [str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()]
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:  # 0A: listening
                yield fields[1].split(":")[0]


def test_without_pyspark_the_module_is_imported_and_the_engine_says_what_to_install(
    tmp_path: Path,
) -> None:
    script = f"""
import sys
sys.modules["pyspark"] = None
from pathlib import Path
from seawall.core.spark import SparkEngine, UnableToStartSpark
try:
    SparkEngine(Path({str(tmp_path)!r}))
except UnableToStartSpark as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert 'pip install "seawall[spark]"' in done.stdout


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_without_java_the_engine_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    monkeypatch.setattr(under_test, "find_spec", lambda _: object())
    if home is None:
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(UnableToStartSpark, match="install Java 17 or newer"):
        SparkEngine(tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()


@needs_spark
def test_a_java_that_does_not_start_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    java = tmp_path / "home" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    java.chmod(0o755)
    script = f"""
from pathlib import Path
from seawall.core.spark import SparkEngine, UnableToStartSpark
try:
    SparkEngine(Path({str(tmp_path / "scratch")!r}))
except UnableToStartSpark as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True,
        env={**os.environ, "JAVA_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert "Java does not start Spark" in done.stdout
    assert list((tmp_path / "scratch").iterdir()) == []
