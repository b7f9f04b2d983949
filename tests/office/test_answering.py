"""Kept answers: the same as asked anew, computed once, never of another book."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.acts.simulating import make_lender
from seawall.core.engine import DuckEngine
from seawall.core.measure import Selection
from seawall.core.steps import Steps
from seawall.office import answering, homes, measuring, packs, shelf, tables
from seawall.office.answering import Answers, Asked, UnableToFindMeasure
from seawall.office.homes import Home
from seawall.simulator.truth import Plan

NAMES = [each.name for each in tables.measures(packs.conventions())]
ONLY = Selection(among=(("channel", ("app",)),), made_from=date(2024, 1, 1))


def _lender(folder: Path, *, loans: int = 400, seed: int = 3) -> Home:
    home = homes.home(folder)
    plan = Plan(loans, seed, months=24)
    make_lender(home.desk(), plan, packs.lender(), progress=lambda *_: None)
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return _lender(tmp_path_factory.mktemp("answering"))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Steps]]:
    """Every queue of steps that an engine runs, as it comes."""
    ran: list[Steps] = []
    plain = DuckEngine.table

    def table(self: DuckEngine, steps: Steps) -> pa.Table:
        ran.append(steps)
        return plain(self, steps)

    monkeypatch.setattr(DuckEngine, "table", table)
    return iter([ran])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("by", [(), ("product",)])
def test_a_kept_answer_is_what_the_book_says_when_asked_directly(
    home: Home, name: str, by: tuple[str, ...]
) -> None:
    asked = Asked(name, by, ONLY, date(2025, 9, 15))
    direct = measuring.read(home, asked.as_of, ONLY)
    first, again = Answers(home).answer(asked), Answers(home).answer(asked)
    assert first.rows.equals(direct.answer(direct.measure(name), by))
    assert again.rows.equals(first.rows)
    assert again.rows.schema.equals(first.rows.schema)


def test_the_same_question_is_computed_once_also_for_other_processes(
    tmp_path: Path, runs: Iterator[list[Steps]]
) -> None:
    home, ran = _lender(tmp_path), next(runs)
    ran.clear()
    Answers(home).answer(Asked("growth"))
    first = len(ran)
    Answers(home).answer(Asked("growth"))  # knows nothing but the home's files
    assert first == 2  # what the book can be asked about, and the answer
    assert len(ran) == first


def test_many_threads_that_ask_the_same_wait_for_one_computation(
    tmp_path: Path, runs: Iterator[list[Steps]]
) -> None:
    answers, ran = Answers(_lender(tmp_path)), next(runs)
    ran.clear()
    with ThreadPoolExecutor(12) as threads:
        got = list(threads.map(answers.answer, [Asked("vintage"), Asked("growth")] * 12))
    assert len(ran) == 3
    assert {each.rows.num_rows for each in got[::2]} == {got[0].rows.num_rows}


def test_another_book_another_convention_and_another_question_find_nothing_kept(
    tmp_path: Path, runs: Iterator[list[Steps]]
) -> None:
    home, ran = _lender(tmp_path), next(runs)
    Answers(home).answer(Asked("delinquency"))
    ran.clear()
    early = home.conventions.model_copy(update={"marks": (7,)})
    Answers(home).answer(Asked("delinquency", only=ONLY))
    assert len(ran) == 1
    told = Answers(replace(home, conventions=early)).answer(Asked("summary"))
    assert "share_7_plus" in told.rows.column_names


def test_a_changed_book_is_seen_at_once(tmp_path: Path) -> None:
    home = _lender(tmp_path / "one")
    answers = Answers(home)
    before = answers.answer(Asked("summary"))
    other = _lender(tmp_path / "two", seed=4, loans=300)
    (home.folder / "book").rename(tmp_path / "gone")
    (other.folder / "book").rename(home.folder / "book")
    after = answers.answer(Asked("summary"))
    assert (before.rows["loans"][0].as_py(), after.rows["loans"][0].as_py()) == (400, 300)
    answers.warm(lambda *_: None)
    assert [each.name for each in (home.folder / "scratch" / "answers").iterdir()] == [
        after.reading.snapshot.digest
    ]


def test_an_answer_names_the_book_as_sha256sum_does(home: Home) -> None:
    manifest = (home.folder / "book" / "manifest.json").read_bytes()
    assert Answers(home).answer(Asked("summary")).reading.snapshot.digest == (
        sha256(manifest).hexdigest()
    )


def test_the_steps_told_are_those_that_gave_the_answer(home: Home) -> None:
    told = Answers(home).answer(Asked("vintage", only=ONLY))
    assert told.steps.queue[0].name == "loan"
    assert told.reading.engine.table(told.steps).equals(told.rows)


def test_choices_are_what_loans_have(home: Home) -> None:
    reading = measuring.read(home)
    for name, choices in Answers(home).choices().items():
        rows = reading.answer(reading.measure("summary"), (name,)).to_pylist()
        assert {each.value: each.loans for each in choices} == {
            row[name]: row["loans"] for row in rows
        }


def test_after_warming_nothing_of_a_page_is_computed(
    tmp_path: Path, runs: Iterator[list[Steps]]
) -> None:
    answers, ran = Answers(_lender(tmp_path)), next(runs)
    answers.warm(lambda *_: None)
    ran.clear()
    for name in NAMES:
        for by in ((), *((each,) for each in answering.FILTERS)):
            answers.answer(Asked(name, by))
    answers.choices()
    assert ran == []


def test_a_measure_that_is_not_there_is_named(home: Home) -> None:
    with pytest.raises(UnableToFindMeasure, match="no measure 'profit'; there are: summary, "):
        Answers(home).answer(Asked("profit"))


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    kept = shelf.Shelf(tmp_path / "d")
    kept.put("a", pa.table({"n": [1, 2]}))
    (tmp_path / "d" / "a.arrow").write_bytes(b"ARROW1\0\0 and then nothing")
    assert shelf.Shelf(tmp_path / "d").find("a") is None
    assert kept.find("a") is not None


def test_memory_and_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MEMORY_MOST", 4_000)
    monkeypatch.setattr(shelf, "FILES_MOST", 3)
    monkeypatch.setattr(shelf, "TABLE_MOST", 2_000)
    kept = shelf.Shelf(tmp_path / "d")
    for turn in range(9):
        kept.put(f"k{turn}", pa.table({"n": list(range(200))}))  # 1,600 bytes each
        os.utime(tmp_path / "d" / f"k{turn}.arrow", (turn, turn))
    kept.put("large", pa.table({"n": list(range(300))}))
    kept.sweep()
    assert sorted(each.name for each in (tmp_path / "d").iterdir()) == [
        "k6.arrow", "k7.arrow", "k8.arrow",
    ]  # fmt: skip
    fresh = [kept.find(f"k{turn}") is not None for turn in range(9)]
    assert fresh == [False] * 6 + [True] * 3
    assert kept.find("large") is None


def test_a_disk_that_takes_nothing_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("no folder")
    kept = shelf.Shelf(tmp_path / "d")
    kept.put("a", pa.table({"n": [1]}))
    kept.sweep()
    assert kept.find("a") is not None


def test_what_is_kept_is_its_owners_only(tmp_path: Path) -> None:
    shelf.Shelf(tmp_path / "d").put("a", pa.table({"n": [1]}))
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "d" / "a.arrow").stat().st_mode & 0o777 == 0o600
