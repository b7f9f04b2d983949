"""DuckDB embedded: what it is shown it reads, what it is told it writes, and nothing else."""

import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.core.engine import DuckEngine
from seawall.core.steps import Steps

ROWS = pa.table(
    {
        "loan_id": ["L1", "L2", None],
        "due_on": pa.array([date(2024, 2, 29), None, date(1970, 1, 1)], pa.date32()),
        "balance": pa.array(
            [Decimal("0.01"), Decimal("9999999999999999.99"), None], pa.decimal128(18, 2)
        ),
    }
)
ALL = "SELECT * FROM facts ORDER BY loan_id NULLS LAST"


def one(sql: str) -> Steps:
    return Steps().then("answer", sql)


def test_a_table_that_is_shown_comes_back_as_it_went_in(engine: DuckEngine) -> None:
    engine.show("facts", ROWS)
    assert engine.table(one(ALL)).equals(ROWS)


def test_a_table_shown_again_under_a_name_takes_the_place_of_the_first(engine: DuckEngine) -> None:
    engine.show("facts", ROWS)
    engine.show("facts", ROWS.slice(0, 1))
    assert engine.table(one("SELECT COUNT(*) AS n FROM facts"))["n"].to_pylist() == [1]


@pytest.mark.parametrize("again", ["facts", "Facts"])
@pytest.mark.parametrize("kinds", ["mf", "fm", "mfmf", "mffm"])
def test_a_name_reads_what_was_shown_last_whether_from_memory_or_from_files(
    engine: DuckEngine, tmp_path: Path, kinds: str, again: str
) -> None:
    for number, kind in enumerate(kinds):
        rows = pa.table({"n": [number]})
        file = tmp_path / f"{number}.parquet"
        pq.write_table(rows, file)
        engine.show("facts" if number == 0 else again, rows if kind == "m" else (file,))
        assert engine.table(one("SELECT n FROM facts"))["n"].to_pylist() == [number]


@pytest.mark.parametrize("name", ["plain.parquet", "it's.parquet", "''; x.parquet", "防线 2024.pq"])
def test_files_are_shown_whatever_they_are_called(
    engine: DuckEngine, tmp_path: Path, name: str
) -> None:
    pq.write_table(ROWS, tmp_path / name)
    engine.show("facts", (tmp_path / name,))
    assert engine.table(one(ALL)).equals(ROWS)


@pytest.mark.parametrize(
    ("meant", "other"),
    [
        ("tape[1].parquet", "tape1.parquet"),
        ("tape?.parquet", "tapex.parquet"),
        ("*.parquet", "all.parquet"),
        ("[!a]*.parquet", "b.parquet"),
        ("home[12]/x.parquet", "home1/x.parquet"),
        ("**/x.parquet", "deep/x.parquet"),
    ],
)
def test_a_path_is_no_pattern_and_another_file_is_never_read(
    engine: DuckEngine, tmp_path: Path, meant: str, other: str
) -> None:
    for name in (meant, other):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({"name": [name]}), tmp_path / name)
    engine.show("facts", (tmp_path / meant,))
    assert engine.table(one("SELECT name FROM facts"))["name"].to_pylist() == [meant]
    (tmp_path / meant).unlink()
    with pytest.raises(duckdb.IOException, match="No files found"):
        engine.show("facts", (tmp_path / meant,))


def test_a_folder_named_like_a_partition_adds_no_column(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "lender=a").mkdir()
    pq.write_table(ROWS, tmp_path / "lender=a" / "x.parquet")
    engine.show("facts", (tmp_path / "lender=a" / "x.parquet",))
    assert engine.table(one(ALL)).equals(ROWS)


def test_several_files_are_one_relation(engine: DuckEngine, tmp_path: Path) -> None:
    files = tuple(tmp_path / f"part-{n}.parquet" for n in range(3))
    for n, file in enumerate(files):
        pq.write_table(ROWS.slice(n, 1), file)
    engine.show("facts", files)
    assert engine.table(one(ALL)).equals(ROWS)


@pytest.mark.parametrize("name", ["out.parquet", "alice's.parquet"])
def test_what_is_written_another_reader_reads(
    engine: DuckEngine, tmp_path: Path, name: str
) -> None:
    engine.show("facts", ROWS)
    engine.write(one(ALL), tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert pq.read_table(tmp_path / name).equals(ROWS)


def test_what_is_written_is_read_back_by_another_engine(engine: DuckEngine, tmp_path: Path) -> None:
    engine.show("facts", ROWS)
    engine.write(one(ALL), tmp_path / "out.parquet")
    other = DuckEngine(threads=1)
    other.show("facts", (tmp_path / "out.parquet",))
    assert other.table(one(ALL)).equals(ROWS)
    other.close()


def test_a_text_ending_in_a_comment_is_written_too(engine: DuckEngine, tmp_path: Path) -> None:
    engine.write(one("SELECT 7 AS n -- the answer"), tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"n": 7}]


def test_steps_run_in_order_over_what_is_shown(engine: DuckEngine) -> None:
    engine.show("facts", ROWS)
    steps = one("SELECT balance FROM facts WHERE loan_id = 'L1'").then(
        "twice", "SELECT balance * 2 AS n FROM answer"
    )
    assert engine.table(steps)["n"].to_pylist() == [Decimal("0.02")]


def test_what_was_not_shown_is_not_there(engine: DuckEngine) -> None:
    with pytest.raises(duckdb.CatalogException, match="facts"):
        engine.table(one("SELECT * FROM facts"))


def test_engines_do_not_see_each_others_tables(engine: DuckEngine) -> None:
    other = DuckEngine(threads=1)
    other.show("facts", ROWS)
    with pytest.raises(duckdb.CatalogException, match="facts"):
        engine.table(one("SELECT * FROM facts"))
    other.close()


def test_what_does_not_fit_into_memory_is_spilled_and_nothing_stays(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    small = DuckEngine(scratch, memory="40MB", threads=1)
    # 3 million hashes are 24 MB of values, and a sort of them needs a multiple of that.
    small.write(
        one("SELECT hash(range) AS n FROM range(3000000) ORDER BY n"), tmp_path / "sorted.parquet"
    )
    assert list(scratch.iterdir()) != []
    small.close()
    assert not scratch.exists() or list(scratch.iterdir()) == []
    assert pq.read_metadata(tmp_path / "sorted.parquet").num_rows == 3_000_000


def test_a_closed_engine_answers_no_more() -> None:
    made = DuckEngine(threads=1)
    made.close()
    with pytest.raises(duckdb.ConnectionException, match=r"(?i)closed"):
        made.table(one("SELECT 1 AS n"))


def test_memory_and_threads_are_what_was_asked_for() -> None:
    made = DuckEngine(memory="64MiB", threads=3)
    told = "SELECT current_setting('memory_limit') AS m, current_setting('threads') AS t"
    assert made.table(one(told)).to_pylist() == [{"m": "64.0 MiB", "t": 3}]
    made.close()


@pytest.mark.parametrize("address", ["https://127.0.0.1:9/x.parquet", "s3://bucket/x.parquet"])
def test_nothing_is_fetched_from_the_network(engine: DuckEngine, address: str) -> None:
    with pytest.raises(duckdb.Error, match="httpfs"):
        engine.table(one(f"SELECT * FROM read_parquet('{address}')"))
    loaded = "SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'httpfs'"
    assert engine.table(one(loaded))["loaded"].to_pylist() == [False]
    asked = "SELECT DISTINCT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'"
    assert engine.table(one(asked))["value"].to_pylist() == ["false"]


def test_times_are_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    made = DuckEngine(threads=1)
    text = "SELECT CAST(TIMESTAMPTZ '2024-01-01 00:30:00+02' AS TIMESTAMP) AS t"
    bare = datetime(2023, 12, 31, 22, 30, tzinfo=UTC).replace(tzinfo=None)
    assert made.table(one(text))["t"].to_pylist() == [bare]
    made.close()


SLOW = """\
import signal
from seawall.core.engine import DuckEngine
from seawall.core.steps import Steps
signal.signal(signal.SIGINT, signal.default_int_handler)
engine = DuckEngine(threads=1)
print("begun", flush=True)
try:
    engine.table(Steps().then("slow", "SELECT SUM(SIN(range)) AS n FROM range(1000000000000)"))
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def test_ctrl_c_in_a_query_stops_the_program_and_not_only_the_query() -> None:
    with subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(0.5)  # until the query runs
        child.send_signal(signal.SIGINT)
        try:
            told, _ = child.communicate(timeout=60)
        finally:
            child.kill()
    assert told == "stopped\n"
