"""The book on disk: all or nothing, whoever dies when; checked from outside after every step."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.book.store import Book, Brought, Change, Snapshot, UnableToChangeBook, UnableToReadBook

TAPE = Brought("bank_a", "2024-01.csv", "ab" * 32, rows=3, kept=2)
LATER = Brought("bank_a", "2024-02.csv", "cd" * 32, rows=5, kept=5)


class Broken(Exception):
    """What the machine does to us."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "book"


def facts(*numbers: int) -> pa.Table:
    return pa.table({"n": pa.array(numbers, pa.int64())})


def change_with(folder: Path, *tables: pa.Table, fault: Exception | None = None) -> None:
    with Book(folder).change() as change:
        change.note("a", "b")
        for table in tables:
            change.append("payment", table)
        change.flush()
        if fault is not None:
            raise fault


def pay(folder: Path, *numbers: int) -> None:
    change_with(folder, facts(*numbers))


def held(folder: Path) -> dict[str, list[int]]:
    """The book's rows by the manifest alone; every invariant that a reader relies on holds."""
    if not (folder / "manifest.json").exists():
        assert Book(folder).snapshot() == Snapshot()
        return {}
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    seen = Book(folder).snapshot()
    assert {name: [str(file.relative_to(folder)) for file in files]
            for name, files in seen.tables.items()} == told["tables"]  # fmt: skip
    rows: dict[str, list[int]] = {}
    for name, files in told["tables"].items():
        assert len(set(files)) == len(files)
        parts = [pq.read_table(folder / file)["n"].to_pylist() for file in files]
        rows[name] = [n for part in parts for n in part]
    return rows


def debris(folder: Path) -> set[Path]:
    """Parquet files that no manifest names, and folders that hold none that it does."""
    named = {file for files in Book(folder).snapshot().tables.values() for file in files}
    kept = named | {file.parent for file in named}
    return {each for each in folder.rglob("*") if each.parent != folder or each.is_dir()} - kept


def test_a_book_that_was_never_changed_is_empty_and_reading_it_makes_nothing(folder: Path) -> None:
    assert Book(folder).snapshot() == Snapshot({}, (), {})
    assert not folder.exists()


def test_a_change_is_invisible_until_it_is_complete(folder: Path) -> None:
    pay(folder, 1)
    with Book(folder).change() as change:
        change.append("payment", facts(2))
        change.bring((TAPE,))
        change.flush()
        assert held(folder) == {"payment": [1]}
        assert Book(folder).snapshot().brought == ()
    assert held(folder) == {"payment": [1, 2]}
    assert Book(folder).snapshot().brought == (TAPE,)


def test_rows_appended_in_several_calls_are_one_file_and_a_later_change_adds_to_them(
    folder: Path,
) -> None:
    with Book(folder).change() as change:
        change.append("payment", facts(1, 2))
        change.append("loan", facts(7))
        change.append("payment", facts(3))
        change.flush()
    assert len(Book(folder).snapshot().tables["payment"]) == 1
    pay(folder, 4)
    assert held(folder) == {"payment": [1, 2, 3, 4], "loan": [7]}
    assert len(Book(folder).snapshot().tables["payment"]) == 2


def test_rows_of_another_shape_are_refused_and_the_book_stays(folder: Path) -> None:
    pay(folder, 1)
    with pytest.raises(ValueError, match=r"(?i)schema"):
        change_with(folder, facts(2), pa.table({"other": ["x"]}))
    assert held(folder) == {"payment": [1]}


def derive(change: Change, *numbers: int) -> None:
    files = tuple(change.file("month_end", part) for part in range(len(numbers)))
    for file, n in zip(files, numbers, strict=True):
        pq.write_table(facts(n), file)
    change.replace("month_end", files)


def test_a_replaced_table_consists_of_the_new_parts_only(folder: Path) -> None:
    pay(folder, 9)
    for numbers in ((1, 2, 3), (4, 5)):
        with Book(folder).change() as change:
            derive(change, *numbers)
    assert held(folder) == {"payment": [9], "month_end": [4, 5]}


def test_a_reader_keeps_the_snapshot_he_took_until_the_change_after_the_next(folder: Path) -> None:
    with Book(folder).change() as change:
        derive(change, 1)
    (old,) = Book(folder).snapshot().tables["month_end"]
    with Book(folder).change() as change:
        derive(change, 2)
    assert pq.read_table(old)["n"].to_pylist() == [1]
    with Book(folder).change() as change:
        change.note("seen", "yes")
    assert not old.exists()
    assert held(folder) == {"month_end": [2]}


def test_what_was_brought_in_and_noted_is_remembered_in_order(folder: Path) -> None:
    with Book(folder).change() as change:
        change.bring((TAPE,))
        change.note("plan", "防线 {1}")
        change.note("seed", "1")
    with Book(folder).change() as change:
        assert change.before.brought == (TAPE,)
        change.bring((LATER,))
        change.note("seed", "2")
    after = Book(folder).snapshot()
    assert after.brought == (TAPE, LATER)
    assert after.notes == {"plan": "防线 {1}", "seed": "2"}


def test_an_exception_inside_a_change_leaves_the_book_as_it_was(folder: Path) -> None:
    pay(folder, 1)
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(Broken):
        change_with(folder, facts(2), fault=Broken())
    assert (folder / "manifest.json").read_bytes() == before
    assert held(folder) == {"payment": [1]}
    assert debris(folder) == set()
    pay(folder, 3)
    assert held(folder) == {"payment": [1, 3]}


def broken(*_: object, **__: object) -> NoReturn:
    raise Broken


@pytest.mark.parametrize("breaks", ["os.fsync", "json.dump", "pathlib.Path.replace"])
def test_a_machine_that_fails_before_the_swap_leaves_the_book_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    pay(folder, 1)
    with monkeypatch.context() as patched:
        patched.setattr(breaks, broken)
        with pytest.raises(Broken):
            pay(folder, 2)
    assert held(folder) == {"payment": [1]}
    assert debris(folder) == set()
    pay(folder, 3)
    assert held(folder) == {"payment": [1, 3]}


def run(folder: Path, script: str) -> subprocess.Popen[str]:
    """Another process that has the book, and Alice's payment of 2 to write."""
    head = f"""
import os, pathlib, sys
import pyarrow as pa
from seawall.book.store import Book
book, rows = Book(pathlib.Path({str(folder)!r})), pa.table({{"n": pa.array([2], pa.int64())}})
"""
    return subprocess.Popen(
        [sys.executable, "-c", head + script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


IN_CHANGE = """
with book.change() as change:
    change.append("payment", rows)
    {in_between}
    change.flush()
    {at_end}
"""
KILLS = [
    # where the process dies, what the book then holds
    ("between two rows", IN_CHANGE.format(in_between="os._exit(9)", at_end=""), [1]),
    ("before the manifest", IN_CHANGE.format(in_between="", at_end="os._exit(9)"), [1]),
    ("before the swap",
     "pathlib.Path.replace = lambda *_: os._exit(9)\n" + IN_CHANGE.format(in_between="", at_end=""),
     [1]),
    ("after the swap",
     "pathlib.Path.replace = lambda a, b: (os.rename(a, b), os._exit(9))\n"
     + IN_CHANGE.format(in_between="", at_end=""), [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("when", "script", "kept"), KILLS, ids=[when for when, _, _ in KILLS])
def test_a_writer_that_is_killed_leaves_a_whole_book_and_the_next_one_sweeps_up(
    folder: Path, when: str, script: str, kept: list[int]
) -> None:
    pay(folder, 1)
    with run(folder, script) as child:
        child.communicate()
    assert child.returncode == 9, when
    assert held(folder) == {"payment": kept}
    left = debris(folder)
    assert bool(left) == (kept == [1])
    pay(folder, 3)
    assert held(folder) == {"payment": [*kept, 3]}
    assert not any(each.exists() for each in left)


def test_two_processes_do_not_change_a_book_at_once_but_one_may_read(folder: Path) -> None:
    pay(folder, 1)
    waits = "print('in', flush=True); sys.stdin.readline()"
    with run(folder, IN_CHANGE.format(in_between=waits, at_end="")) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "in\n"
        with pytest.raises(UnableToChangeBook, match="another process is changing the book in"):
            pay(folder, 3)
        assert held(folder) == {"payment": [1]}
        child.communicate("go on\n")
    assert child.returncode == 0
    assert held(folder) == {"payment": [1, 2]}
    pay(folder, 3)
    assert held(folder) == {"payment": [1, 2, 3]}


def test_a_change_inside_a_change_is_refused_and_does_not_sweep_its_files(folder: Path) -> None:
    with Book(folder).change() as change:
        change.append("payment", facts(1))
        with pytest.raises(UnableToChangeBook, match=str(folder)):
            pay(folder, 2)
        change.flush()
    assert held(folder) == {"payment": [1]}


def test_a_manifest_of_a_later_format_is_refused_and_nothing_is_swept(folder: Path) -> None:
    pay(folder, 1)
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**told, "format": 2, "tables": {}}), "utf-8")
    with pytest.raises(UnableToReadBook, match="has format 2, this version reads 1"):
        Book(folder).snapshot()
    with pytest.raises(UnableToReadBook):
        pay(folder, 2)
    assert [pq.read_table(folder / file)["n"][0].as_py() for file in told["tables"]["payment"]] == [
        1
    ]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's list of open files")
def test_facts_are_durable_before_the_manifest_and_the_manifest_before_the_swap(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        real_sync(handle)

    def swap(aside: Path, target: Path) -> Path:
        done.append(f"swap {aside.name} {target.name}")
        return real_replace(aside, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", swap)
    pay(folder, 1)
    order = ["sync payment.parquet", "sync manifest.new", "swap manifest.new manifest.json",
             f"sync {folder.name}"]  # fmt: skip
    assert [each for each in done if each in order] == order
