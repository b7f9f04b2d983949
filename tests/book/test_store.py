"""The book on disk: all or nothing, whoever dies when; checked from outside after every step."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
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
    named = Book(folder).snapshot().files
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


def test_a_condensed_table_keeps_all_that_was_ever_appended_to_it(folder: Path) -> None:
    pay(folder, 1, 2)
    for number, stays in ((3, (2,)), (4, (3,)), (5, ())):
        with Book(folder).change() as change:
            file = change.file("payment", 0)
            pq.write_table(facts(*stays), file)
            change.condense("payment", file)
            change.append("payment", facts(number))
    assert held(folder) == {"payment": [5]}
    said = Book(folder).snapshot().facts["payment"]
    assert [pq.read_table(file)["n"].to_pylist() for file in said] == [[1, 2], [3], [4], [5]]
    pay(folder, 6)  # sweeps what was condensed before, and only that
    assert held(folder) == {"payment": [5, 6]}
    assert [file.exists() for file in Book(folder).snapshot().facts["payment"]] == [True] * 5
    assert debris(folder) == set()


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


def test_whichever_sync_fails_the_book_is_the_old_or_the_new_one_and_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.fsync, []
    for fails_at in itertools.count(1):
        calls = itertools.count(1)
        book = folder / str(fails_at)
        pay(book, 1)

        def sync(handle: int, fails_at: int = fails_at, calls: Iterator[int] = calls) -> None:
            if next(calls) == fails_at:
                raise Broken
            real(handle)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", sync)
            try:
                pay(book, 2)
            except Broken:
                left.append(held(book)["payment"])
            else:
                break
        assert debris(book) == set()
        pay(book, 3)
        assert held(book) == {"payment": [*left[-1], 3]}
    # Two facts, their folder, the book's folder and the manifest; then the swap; the folder again.
    assert left == [[1], [1], [1], [1], [1], [1, 2]]


def test_a_swap_that_fails_leaves_the_book_as_it_was_and_the_next_change_sweeps_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(folder, 1)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", broken)
        with pytest.raises(Broken):
            pay(folder, 2)
    assert held(folder) == {"payment": [1]}
    left = debris(folder)
    pay(folder, 3)
    assert held(folder) == {"payment": [1, 3]}
    assert not any(each.exists() for each in left)


def test_a_failure_after_the_swap_takes_nothing_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def interrupted(aside: Path, target: Path) -> NoReturn:
        real(aside, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pay(folder, 1)
    assert held(folder) == {"payment": [1]}
    pay(folder, 2)
    assert held(folder) == {"payment": [1, 2]}


def test_a_change_without_a_flush_is_finished_at_its_end(folder: Path) -> None:
    with Book(folder).change() as change:
        change.append("payment", facts(1, 2))
    assert held(folder) == {"payment": [1, 2]}


def test_rows_appended_after_a_flush_are_kept_once_and_in_order(folder: Path) -> None:
    with Book(folder).change() as change:
        for number in range(4):
            change.append("payment", facts(number))
            change.flush()
            seen = [pq.read_table(file)["n"].to_pylist() for file in change.after.tables["payment"]]
            assert seen == [[n] for n in range(number + 1)]
        change.append("payment", facts(9))
    assert held(folder) == {"payment": [0, 1, 2, 3, 9]}


def test_a_replaced_table_forgets_rows_appended_before_and_takes_those_appended_after(
    folder: Path,
) -> None:
    with Book(folder).change() as change:
        change.append("month_end", facts(7))
        derive(change, 1)
        change.append("month_end", facts(8))
    assert held(folder) == {"month_end": [1, 8]}


def test_files_of_others_beside_the_book_are_never_swept(folder: Path) -> None:
    mine = [folder / "notes" / "plan.txt", folder / "0123456789ab" / "x.txt",
            folder / "0123456789abcd" / "x.parquet", folder / "fedcba987654"]  # fmt: skip
    for file in mine:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine", "utf-8")
    (folder / "empty").mkdir()
    for number in range(3):
        pay(folder, number)
    assert [file.read_text("utf-8") for file in mine] == ["mine"] * 4
    assert (folder / "empty").is_dir()


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
    manifest.write_text(json.dumps({"format": 3, "shards": {}}), "utf-8")
    with pytest.raises(UnableToReadBook, match=r"format 3, this version reads 2; upgrade Seawall"):
        Book(folder).snapshot()
    with pytest.raises(UnableToReadBook):
        pay(folder, 2)
    assert [pq.read_table(folder / file)["n"][0].as_py() for file in told["tables"]["payment"]] == [
        1
    ]


WHOLE = {"format": 1, "tables": {}, "brought": [], "notes": {}}
DAMAGES = {
    "nothing": "",
    "zeros": "\0" * 100,
    "half": json.dumps(WHOLE)[:-9],
    "no object": "[]",
    "empty": "{}",
    "no tables": '{"format": 1}',
    "format is true": json.dumps({**WHOLE, "format": True}),
    "format is a text": json.dumps({**WHOLE, "format": "1"}),
    "format is nought": json.dumps({**WHOLE, "format": 0}),
    "format is huge": '{"format": 1' + "0" * 400 + "}",
    "format is longer than numbers may be": '{"format": ' + "1" * 10_000 + "}",
    "format is infinite": '{"format": 1e999}',
    "tables is a list": json.dumps({**WHOLE, "tables": []}),
    "a table is a text": json.dumps({**WHOLE, "tables": {"loan": "x.parquet"}}),
    "a file is a number": json.dumps({**WHOLE, "tables": {"loan": [1]}}),
    "a file is outside": json.dumps({**WHOLE, "tables": {"loan": ["../x.parquet"]}}),
    "a file is absolute": json.dumps({**WHOLE, "tables": {"loan": ["/etc/passwd"]}}),
    "a file has no name": json.dumps({**WHOLE, "tables": {"loan": [""]}}),
    "a file holds a zero": json.dumps({**WHOLE, "tables": {"loan": ["a\0b"]}}),
    "rows are beyond counting": json.dumps({**WHOLE, "brought": [{**vars(TAPE), "rows": 2**63}]}),
    "rows are negative": json.dumps({**WHOLE, "brought": [{**vars(TAPE), "rows": -1}]}),
    "a tape without its sum": json.dumps({**WHOLE, "brought": [{"file": "x"}]}),
    "a note is a list": json.dumps({**WHOLE, "notes": {"plan": []}}),
    "a field of another format": json.dumps({**WHOLE, "shards": 1}),
    "nested without end": '{"format": 1, "tables": ' + "[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_manifest_is_refused_with_its_path_and_a_remedy_and_nothing_is_swept(
    folder: Path, damage: str
) -> None:
    pay(folder, 1)
    manifest = folder / "manifest.json"
    manifest.write_text(DAMAGES[damage], "utf-8")
    files = {*folder.rglob("*.parquet")}
    with pytest.raises(UnableToReadBook) as caught:
        Book(folder).snapshot()
    assert str(caught.value).startswith(f"{manifest} cannot be read: it is damaged (")
    assert "restore it from a backup" in str(caught.value)
    assert len(str(caught.value)) < 500
    with pytest.raises(UnableToReadBook):
        pay(folder, 2)
    assert {*folder.rglob("*.parquet")} == files


def test_a_manifest_that_is_not_text_or_no_file_is_refused(folder: Path) -> None:
    folder.mkdir()
    manifest = folder / "manifest.json"
    manifest.write_bytes(json.dumps(WHOLE).encode("utf-16"))
    with pytest.raises(UnableToReadBook, match="damaged"):
        Book(folder).snapshot()
    manifest.unlink()
    manifest.mkdir()
    with pytest.raises(UnableToReadBook, match="Is a directory; check its permissions"):
        Book(folder).snapshot()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's list of open files")
def test_facts_are_durable_before_the_manifest_and_the_manifest_before_the_swap(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        file = Path(f"/proc/self/fd/{handle}").readlink()
        done.append("change" if file.parent.name == "inner" and file.is_dir() else file.name)
        real_sync(handle)

    def swap(aside: Path, target: Path) -> Path:
        done.append("swap")
        return real_replace(aside, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", swap)
    pay(folder / "inner", 1)
    # What lies in a folder stands before the folder that names it.
    made, rest = done[:2], done[2:]
    assert made == [folder.parent.name, folder.name]
    assert rest == ["payment.0.parquet", "change", "inner", "manifest.new", "swap", "inner"]


def test_a_part_that_is_a_folder_of_files_is_made_durable_file_by_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    real = os.fsync

    def sync(handle: int) -> None:
        done.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", sync)
    with Book(folder).change() as change:
        part = change.file("month_end", 0)
        part.mkdir()
        pq.write_table(facts(1), part / "a.parquet")
        pq.write_table(facts(2), part / "b.parquet")
        change.replace("month_end", (part,))
    wanted = {part.stat().st_ino, *(file.stat().st_ino for file in part.iterdir())}
    assert len(wanted) == 3
    assert wanted <= set(done)
