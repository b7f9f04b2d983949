"""A replay against hand-worked figures, and against a second method: row by row in plain Python."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.acts import replaying
from seawall.acts.simulating import make_lender
from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.core.problem import UnableToUseInput
from seawall.office import homes, judging, measuring, packs
from seawall.policy import reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program
from seawall.simulator.truth import Plan

POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: day
inputs:
  day: {type: date, title: {en: day, zh: 日期}}
  debt: {type: number, title: {en: debt, zh: 负债}}
  region: {type: text, title: {en: region, zh: 地区}}
  phone: {type: text, title: {en: phone, zh: 电话}}
rules:
  - {id: debts, when: debt > 10, then: decline, reason: {en: Too much debt., zh: 负债过高。}, cite: House}
  - {id: debts_very, when: debt > 100, then: decline, reason: {en: Far too much., zh: 负债极高。}, cite: House}
"""
# day, debt, region, decided then, turned out bad
ROWS = [
    ("2026-01-05", 1, "north", "approve", False),
    ("2026-01-06", 2, "north", "approve", True),
    ("2026-01-07", 50, "south", "approve", True),
    ("2026-02-01", 500, "south", "decline", None),
    ("2026-02-02", 3, "south", "decline", None),
    ("2026-02-03", None, "south", "refer", None),
    ("2026-02-28", 4, "north", "decline", None),
    ("2026-02-28", 11, "north", "approve", False),
]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return read(POLICY, tmp_path)


def read(text: str, folder: Path) -> Program:
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return reading.program([pack.read_placed(file, Sheet)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    target = tmp_path / "past.jsonl"
    names = ("day", "debt", "region", "outcome", "bad")
    target.write_text(
        "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in ROWS)
    )
    return target


def answers(replayed: replaying.Replayed) -> dict[str, list[dict[str, Any]]]:
    return {name: rows.to_pylist() for name, rows in replayed.answers.items()}


def test_rates_rules_swaps_and_inference_by_hand(
    engine: DuckEngine, program: Program, file: Path, tmp_path: Path
) -> None:
    past = replaying.file_past(engine, program, file, tmp_path)
    done = replaying.replay(past, program, times_as_bad=(1.0, 2.0))
    told = answers(done)
    assert done.absent == ("phone",)
    # 1, 2, 3, 4 approve; 50, 500, 11 decline; NULL refers. Known of the approved: one good, one bad.
    assert told["replay_rates"] == [
        {"applications": 8, "approved_share": 0.5, "referred_share": 0.125,
         "declined_share": 0.375, "known": 2, "bad_share": 0.5}
    ]  # fmt: skip
    months = [(row["month_end"], row["applications"], row["approved_share"])
              for row in told["replay_months"]]  # fmt: skip
    assert months == [(date(2026, 1, 31), 3, 2 / 3), (date(2026, 2, 28), 5, 0.4)]
    regions = {row["region"]: row["declined_share"] for row in told["replay_rates:region"]}
    assert regions == {"north": 0.25, "south": 0.5}
    rules = {row["rule"]: row for row in told["replay_rules"]}
    assert (rules["debts"]["applications"], rules["debts"]["alone"]) == (3, 2)
    assert (rules["debts"]["known"], rules["debts"]["bad_share"]) == (2, 0.5)
    assert (rules["debts_very"]["applications"], rules["debts_very"]["alone"]) == (1, 0)
    # A missing debt leaves both rules open, and neither alone.
    assert (
        rules["unknown:debts"]["applications"] == rules["unknown:debts_very"]["applications"] == 1
    )
    swaps = {(row["swap"], row["other"], row["outcome"]): row for row in told["replay_swaps"]}
    assert {key: row["applications"] for key, row in swaps.items()} == {
        ("in", "decline", "approve"): 2,
        ("out", "approve", "decline"): 2,
        ("same", "approve", "approve"): 2,
        ("same", "decline", "decline"): 1,
        ("same", "refer", "refer"): 1,
    }
    assert swaps["out", "approve", "decline"]["bad_share"] == 0.5
    assert swaps["in", "decline", "approve"]["bad_share"] is None
    # Two of four approved were never lent; at twice the bad rate of 0.5 they would all be bad.
    assert [(row["unlent"], row["bad_share"]) for row in told["replay_inference"]] == [
        (2, 0.5),
        (2, 0.75),
    ]


def test_against_another_policy_every_pair_is_counted_once(
    engine: DuckEngine, program: Program, file: Path, tmp_path: Path
) -> None:
    other = read(POLICY.replace("debt > 10,", "debt > 2,"), tmp_path)
    past = replaying.file_past(engine, program, file, tmp_path)
    told = answers(replaying.replay(past, program, against=other))
    swaps = {(row["swap"], row["other"], row["outcome"]): row["applications"]
             for row in told["replay_swaps"]}  # fmt: skip
    assert swaps == {
        ("in", "decline", "approve"): 2,
        ("same", "approve", "approve"): 2,
        ("same", "decline", "decline"): 3,
        ("same", "refer", "refer"): 1,
    }


def test_a_condition_narrows_the_past_and_a_wrong_one_says_so(
    engine: DuckEngine, program: Program, file: Path, tmp_path: Path
) -> None:
    past = replaying.file_past(engine, program, file, tmp_path)
    for wrong in ("debt +", "debt", "colour = 'red'", "phone IS NULL"):
        with pytest.raises(UnableToUseInput) as caught:
            replaying.only(past, program, wrong)
        assert caught.value.problems[0].where.file == "--where"
    with pytest.raises(UnableToUseInput) as caught:
        replaying.only(past, program, "region = 'North'")
    assert (
        caught.value.problems[0]
        .sentence("en")
        .startswith("--where: [replay-none-left] Of 8 applications, this is true for none.")
    )
    narrowed = replaying.only(past, program, "region = 'north' AND debt < 5")
    told = answers(replaying.replay(narrowed, program))
    assert told["replay_rates"][0]["applications"] == 3
    assert told["replay_rates"][0]["approved_share"] == 1.0


@pytest.mark.parametrize("bad", [1.0, 1, True, "1.0", "TRUE", " true "])
def test_what_turned_out_bad_is_read_however_tools_write_it(
    engine: DuckEngine, program: Program, tmp_path: Path, bad: object
) -> None:
    past = tmp_path / "past.jsonl"
    rows: list[dict[str, object]] = [
        {"debt": 1, "outcome": "Approve", "bad": bad},
        {"debt": 1, "outcome": "approve", "bad": 0.0},
        {"debt": 1, "outcome": "decline", "bad": float("nan")},
    ]
    past.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = replaying.replay(replaying.file_past(engine, program, past, tmp_path), program)
    (rates,) = done.answers["replay_rates"].to_pylist()
    assert (rates["known"], rates["bad_share"]) == (2, 0.5)
    swaps = done.answers["replay_swaps"].to_pylist()
    assert {(row["swap"], row["applications"]) for row in swaps} == {("same", 2), ("in", 1)}


@pytest.mark.parametrize(
    ("row", "told"),
    [({"bad": "yes"}, "'yes'"), ({"bad": 2}, "'2'"), ({"outcome": "approved"}, "'approved'")],
)
def test_a_past_that_cannot_be_understood_is_refused_and_not_left_out(
    engine: DuckEngine, program: Program, tmp_path: Path, row: dict[str, object], told: str
) -> None:
    past = tmp_path / "past.jsonl"
    past.write_text(json.dumps({"debt": 1}) + "\n" + json.dumps({"debt": 1, **row}) + "\n")
    with pytest.raises(UnableToUseInput) as caught:
        replaying.file_past(engine, program, past, tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where.row) == ("replay-past-unreadable", 2)
    assert told in problem.sentence("en")


@pytest.mark.parametrize(
    "content", ["day,debt\n", "day;debt\n2026-01-05;1\n", "Day,Debt\n2026-01-05,1\n"]
)
def test_a_file_of_no_applications_or_of_other_ones_is_refused(
    engine: DuckEngine, program: Program, tmp_path: Path, content: str
) -> None:
    past = tmp_path / "past.csv"
    past.write_text(content, encoding="utf-8")
    with pytest.raises(UnableToUseInput):
        replaying.file_past(engine, program, past, tmp_path)


def test_without_outcomes_there_are_no_swaps_to_tell(
    engine: DuckEngine, program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "past.csv"
    file.write_text("debt\n5\n\n500\n")
    done = replaying.replay(replaying.file_past(engine, program, file, tmp_path), program)
    assert set(done.measures) == {"replay_rates", "replay_rules", "replay_inference"}
    assert answers(done)["replay_inference"][0]["unlent"] == 1


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> homes.Home:
    at = homes.home(tmp_path_factory.mktemp("replayed"))
    plan = Plan(loans=600, seed=5)
    make_lender(at.desk(), plan, packs.lender(), progress=lambda *_: None)
    return at


@pytest.mark.parametrize("name", ["instalment_loan", "micro_loan", "instalment_loan_cn"])
def test_a_book_is_replayed_as_each_application_is_decided(home: homes.Home, name: str) -> None:
    """Features are counted here by brute force, outcomes and reasons come from the Decider."""
    program = packs.policy(name)
    told = judging.replayed(home, program, judging.Asked(), None)
    book = measuring.read(home)
    table = pa.concat_tables(map(pq.read_table, book.snapshot.tables["application"]))
    rows = [row for row in table.to_pylist() if row["applied_at"].date() <= book.as_of]
    decider = Decider(program)
    expected = {
        row["application_id"]: decider.decide({**amounts(row), **looked_back(program, row, rows)})
        for row in rows
    }
    decided = pq.read_table(home.folder / "scratch" / "replay" / "decided.parquet").to_pylist()
    assert len(decided) == len(expected) == len(rows)
    for row in decided:
        wanted = expected[row["application_id"]]
        assert (row["outcome"], row["reasons"]) == (wanted.outcome, " ".join(wanted.reasons))
        assert tuple(row[f"offer.{each}"] for each in program.offer) == wanted.offer
    shares = told.answers["replay_rates"].to_pylist()[0]
    counts = Counter(each.outcome for each in expected.values())
    assert shares["applications"] == len(rows)
    assert shares["approved_share"] == pytest.approx(counts["approve"] / len(rows), abs=1e-12)
    assert sum(row["applications"] for row in told.answers["replay_months"].to_pylist()) == len(
        rows
    )
    assert sum(row["applications"] for row in told.answers["replay_swaps"].to_pylist()) == len(rows)


def amounts(row: dict[str, Any]) -> dict[str, object]:
    """Money and rates of a book are exact decimals; a decision is given numbers."""
    return {
        name: float(value) if hasattr(value, "quantize") else value for name, value in row.items()
    }


def looked_back(
    program: Program, row: dict[str, Any], rows: list[dict[str, Any]]
) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for name, meant in program.features.items():
        (key,) = meant.window.by
        if row[key] is None:
            found[name] = None
            continue
        start = row["applied_at"] - timedelta(microseconds=meant.window.microseconds)
        held = [
            e for e in rows if e[key] == row[key] and start <= e["applied_at"] < row["applied_at"]
        ]
        counted = {e["customer_token"] for e in held} if meant.window.of == "distinct" else held
        found[name] = len(counted)
    return found
