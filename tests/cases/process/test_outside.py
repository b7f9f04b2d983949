"""Other people's logs: every row is kept, rejected or not asked for; the real log of BPI 2012."""

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from seawall.cases.process import conformance, outside, tables
from seawall.cases.process.outside import Columns
from seawall.core.engine import DuckEngine
from seawall.core.problem import UnableToUseInput
from seawall.core.steps import Steps
from seawall.office import processing
from seawall.office.processing import LogFile
from seawall.portfolio.delimited import Dialect

SEMICOLONS = Dialect(";")
COLUMNS = Columns("case", "what", "when", lifecycle="lc", actor="who")
TEXT = """case;what;when;lc;who;team
1;apply;2026-01-01T10:00:00+02:00;COMPLETE;ann;north
1;check;2026-01-01T08:30:00Z;start;;south
1;check;2026-01-01 09:00:00;;ben;
2;;2026-01-01T10:00:00Z;;;
;apply;2026-01-01T10:00:00Z;;;
2;apply;01.02.2026 10:00;;;
2;"apply;2026-01-01T10:00:00Z;;;
"""
MEASURES = {each.name: each for each in tables.measures()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "log.csv"
    made.write_text(TEXT, encoding="utf-8")
    return made


def test_every_row_is_kept_or_rejected_with_its_reason(file: Path) -> None:
    read = processing.read(file, COLUMNS, SEMICOLONS)
    assert read.rows == 7 == read.log.num_rows + len(read.rejects)
    assert {(each.code, each.where.row, each.where.column) for each in read.rejects} == {
        ("row-quotes", 7, None), ("log-value-missing", 4, "what"), ("log-value-missing", 5, "case"),
        ("log-time-unreadable", 6, "when"),
    }  # fmt: skip


def test_times_with_a_zone_become_utc_and_those_without_are_utc(file: Path) -> None:
    told = processing.read(file, COLUMNS, SEMICOLONS).answer(MEASURES["activities"])
    check = next(row for row in told.to_pylist() if row["activity"] == "check")
    assert (check["waiting_median_hours"], check["working_median_hours"]) == (0.5, 0.5)


def test_rows_that_complete_nothing_can_be_passed_over(file: Path) -> None:
    columns = Columns("case", "what", "when", lifecycle="lc", completed=True)
    read = processing.read(file, columns, SEMICOLONS)
    assert read.passed_over == 1
    assert read.log["activity"].to_pylist() == ["apply", "check"]


def test_a_declared_time_format_is_read(file: Path) -> None:
    file.write_text("c,a,t\n1,x,01.02.2026 10:00\n1,y,2026-02-01\n", encoding="utf-8")
    read = processing.read(file, Columns("c", "a", "t", time_format="%d.%m.%Y %H:%M"))
    assert read.log["happened_us"].to_pylist() == [1_769_940_000_000_000]
    assert [each.where.row for each in read.rejects] == [2]


@pytest.mark.parametrize(("columns", "code"), [
    (Columns("case", "which", "when"), "log-column-missing"),
    (Columns("case", "what", "when", attributes=("what",)), None),
    (Columns("case", "what", "when", attributes=("Case_ID",)), "log-column-name"),
    (Columns("case", "what", "when", attributes=("team",)), None),
])  # fmt: skip
def test_columns_that_do_not_fit_are_named(file: Path, columns: Columns, code: str | None) -> None:
    if code is None:
        assert processing.read(file, columns, SEMICOLONS).log.num_rows == 3
        return
    with pytest.raises(UnableToUseInput) as refused:
        processing.read(file, columns, SEMICOLONS)
    assert code in {each.code for each in refused.value.problems}


def test_every_column_of_a_measure_is_kept_from_breakdowns(file: Path) -> None:
    for each in tables.measures():
        for name in [column.name for column in each.columns]:
            columns = Columns("case", "what", "when", attributes=(name,))
            with pytest.raises(UnableToUseInput) as refused:
                processing.read(file, columns, SEMICOLONS)
            assert "log-column-name" in {problem.code for problem in refused.value.problems}


def test_no_word_of_sql_is_a_breakdown(engine: DuckEngine) -> None:
    words = Steps().then(
        "words",
        """
SELECT keyword_name FROM duckdb_keywords()
WHERE keyword_category IN ('reserved', 'type_function')""",
    )
    assert set(engine.table(words)["keyword_name"].to_pylist()) == outside.RESERVED


def test_a_log_in_another_encoding_is_read(tmp_path: Path) -> None:
    made = tmp_path / "log.csv"
    made.write_text("案件\t活动\t时间\n1\t申请\t2026-01-01\n", encoding="gb18030")
    read = processing.read(made, Columns("案件", "活动", "时间"), Dialect("\t", "gb18030"))
    assert read.log["activity"].to_pylist() == ["申请"]


def seawall(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seawall", "process", *map(str, arguments)], check=False,
        capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "160"},
    )  # fmt: skip


def test_the_command_prints_exports_and_tells_what_is_left_out(file: Path) -> None:
    options = ("--case", "case", "--activity", "what", "--at", "when", "--delimiter", ";")
    done = seawall(file, *options, "--show", "variants", "--by", "team", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [(row["team"], row["path"]) for row in json.loads(done.stdout)] == [
        ("north", "apply → check → check")
    ]
    assert "4 of 7 rows are left out" in done.stderr
    spoken = seawall(file, *options, "--lang", "zh").stdout
    assert "日志概览" in spoken
    assert "7 行 = 保留 3 + 拒收 4" in spoken


def test_the_command_replays_a_machine_and_shows_its_steps(file: Path, tmp_path: Path) -> None:
    options = (file, "--case", "case", "--activity", "what", "--at", "when", "--delimiter", ";")
    machine = tmp_path / "machine.yaml"
    machine.write_text("title: {en: A, zh: 甲}\ninitial: new\nfinals: [done]\nmoves:\n"
                       "  - {verb: apply, from: [new], to: in}\n"
                       "  - {verb: check, from: [in], to: done}\n", encoding="utf-8")  # fmt: skip
    replayed = (*options, "--show", "conformance", "--machine", machine)
    done = seawall(*replayed, "--format", "json")
    assert [(row["fate"], row["state"], row["cases"]) for row in json.loads(done.stdout)] == [
        ("not_allowed_here", "done", 1)
    ]
    assert "此处不允许" in seawall(*replayed, "--lang", "zh").stdout
    told = seawall(*options, "--show", "graph", "--steps")
    assert "WITH events AS" in told.stdout


@pytest.mark.parametrize(("extra", "said"), [
    (("--delimiter", "::"), "no single character"),
    (("--show", "paths"), "there is no measure 'paths'"),
    (("--show", "conformance"), "need each other"),
    (("--format", "json", "-o", "x.csv"), "contradict each other"),
])  # fmt: skip
def test_calls_that_ask_nothing_are_refused(file: Path, extra: tuple[str, ...], said: str) -> None:
    done = seawall(file, "--case", "case", "--activity", "what", "--at", "when", *extra)
    assert done.returncode == 2
    assert said in done.stderr


BPI = Columns("case_id", "activity", "timestamp", lifecycle="lifecycle", actor="resource")


@pytest.fixture(scope="module")
def bpi_file(real_data: Path) -> Path:
    return real_data / "bpi2012_loan_applications" / "bpi2012_events.csv.gz"


@pytest.fixture(scope="module")
def bpi(bpi_file: Path) -> LogFile:
    return processing.read(bpi_file, BPI)


@pytest.fixture(scope="module")
def told(bpi_file: Path) -> dict[str, list[tuple[str, str]]]:
    """The file's rows by case, without any of the house's readers: activity, lifecycle."""
    with gzip.open(bpi_file, "rt", encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split(",") for line in stream][1:]
    return {
        case: [(row[1], row[2]) for row in each] for case, each in groupby(rows, lambda row: row[0])
    }


@pytest.mark.real
def test_the_real_log_has_its_published_size(bpi: LogFile) -> None:
    (row,) = bpi.answer(MEASURES["summary"]).to_pylist()
    assert (row["cases"], row["events"], row["activities"]) == (13_087, 262_200, 24)
    assert row["variants"] == 4_366
    assert round(row["median_hours"] / 24, 2) == 0.81
    cases = {r["activity"]: r["cases"] for r in bpi.answer(MEASURES["activities"]).to_pylist()}
    assert (cases["A_APPROVED"], cases["A_DECLINED"], cases["A_CANCELLED"]) == (2_246, 7_635, 2_807)


@pytest.mark.real
def test_the_real_log_has_fewer_variants_where_only_completions_count(
    bpi_file: Path, told: dict[str, list[tuple[str, str]]]
) -> None:
    columns = Columns("case_id", "activity", "timestamp", lifecycle="lifecycle", completed=True)
    (row,) = processing.read(bpi_file, columns).answer(MEASURES["summary"]).to_pylist()
    done = {tuple(a for a, lc in each if lc == "COMPLETE") for each in told.values()}
    assert row["variants"] == len(done) == 4_336
    assert row["events"] == 164_506


@pytest.mark.real
def test_the_real_log_follows_the_same_edges_in_a_plain_count(
    bpi: LogFile, told: dict[str, list[tuple[str, str]]]
) -> None:
    wanted = Counter((one[0], two[0]) for each in told.values() for one, two in pairwise(each))
    rows = bpi.answer(MEASURES["graph"]).to_pylist()
    assert {(r["activity"], r["next_activity"]): r["times"] for r in rows} == dict(wanted)


APPLICATION = """
title: {en: A loan application, zh: 贷款申请}
initial: none
finals: [declined, cancelled, activated]
moves:
  - {verb: A_SUBMITTED, from: [none], to: submitted}
  - {verb: A_PARTLYSUBMITTED, from: [submitted], to: in}
  - {verb: A_PREACCEPTED, from: [in], to: preaccepted}
  - {verb: A_ACCEPTED, from: [preaccepted], to: accepted}
  - {verb: A_FINALIZED, from: [accepted], to: finalized}
  - {verb: A_DECLINED, from: [in, preaccepted, accepted, finalized], to: declined}
  - {verb: A_CANCELLED, from: [preaccepted, accepted, finalized], to: cancelled}
  - {verb: A_APPROVED, from: [finalized], to: approved}
  - {verb: A_ACTIVATED, from: [approved], to: activated}
beside: [A_REGISTERED, BESIDE]
"""


@pytest.mark.real
def test_the_real_log_is_replayed_as_a_plain_walk_over_each_case_does(
    bpi: LogFile, told: dict[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    names = {activity for each in told.values() for activity, _ in each}
    beside = ", ".join(f"'{name}'" for name in sorted(names) if name[0] in "WO")
    machine = tmp_path / "application.yaml"
    machine.write_text(APPLICATION.replace("BESIDE", beside), encoding="utf-8")
    found = {
        (row["fate"], row["state"], row["activity"]): row["cases"]
        for row in bpi.deviations(machine).to_pylist()
    }
    assert found == Counter(_departures(told))
    assert set(conformance.FATES) >= {fate for fate, _, _ in found}


_AFTER = {
    "A_SUBMITTED": "submitted", "A_PARTLYSUBMITTED": "in", "A_PREACCEPTED": "preaccepted",
    "A_ACCEPTED": "accepted", "A_FINALIZED": "finalized", "A_DECLINED": "declined",
    "A_CANCELLED": "cancelled", "A_APPROVED": "approved", "A_ACTIVATED": "activated",
}  # fmt: skip
_BEFORE = {
    "A_SUBMITTED": {""}, "A_PARTLYSUBMITTED": {"A_SUBMITTED"},
    "A_PREACCEPTED": {"A_PARTLYSUBMITTED"}, "A_ACCEPTED": {"A_PREACCEPTED"},
    "A_FINALIZED": {"A_ACCEPTED"}, "A_APPROVED": {"A_FINALIZED"}, "A_ACTIVATED": {"A_APPROVED"},
    "A_DECLINED": {"A_PARTLYSUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED"},
    "A_CANCELLED": {"A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED"},
}  # fmt: skip


def _departures(
    told: dict[str, list[tuple[str, str]]],
) -> Iterator[tuple[str, str, str | None]]:
    """The same question asked of neighbours alone: what may directly come after what."""
    for each in told.values():
        spine = ["", *(a for a, _ in each if a[0] == "A" and a != "A_REGISTERED")]
        wrong = next(
            (n for n in range(1, len(spine)) if spine[n - 1] not in _BEFORE[spine[n]]), None
        )
        if wrong is not None:
            yield "not_allowed_here", _AFTER.get(spine[wrong - 1], "none"), spine[wrong]
        else:
            ended = _AFTER[spine[-1]]
            fate = "fits" if ended in ("declined", "cancelled", "activated") else "not_ended"
            yield fate, ended, None
