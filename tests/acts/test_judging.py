"""Applications from files: every form says the same, nothing is lost, and what is odd is told."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.acts.judging import Judge, Judged, judge_file
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.policy import reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet

TITLE = "title: {en: x, zh: 项}"
POLICY = f"""\
id: small
title: {{en: Small, zh: 小}}
about: {{en: A test, zh: 测试}}
since: 2026-01-01
cite: House
inputs:
  age: {{type: integer, {TITLE}, least: 0}}
  debt: {{type: number, {TITLE}}}
  town: {{type: text, {TITLE}, among: [oslo, 防线]}}
  name: {{type: text, {TITLE}}}
  listed: {{type: boolean, {TITLE}}}
  born_on: {{type: date, {TITLE}}}
  applied_at: {{type: timestamp, {TITLE}}}
rules:
  - {{id: debts, when: debt > 10, then: decline, reason: {{en: R., zh: 理由。}}, cite: H}}
"""
PLAIN: dict[str, Any] = {
    "age": 30, "debt": 5.25, "town": "防线", "name": "it's", "listed": True,
    "born_on": date(2000, 2, 29), "applied_at": datetime(2026, 1, 1, 8, 30, tzinfo=UTC).replace(tzinfo=None),
}  # fmt: skip
WRITTEN = {
    **PLAIN, "born_on": "2000-02-29", "applied_at": "2026-01-01T08:30:00", "listed": True, "other": "kept out",
}  # fmt: skip
ARROW = pa.schema(
    [("age", pa.int16()), ("debt", pa.decimal128(18, 2)), ("town", pa.string()), ("name", pa.large_string()),
     ("listed", pa.bool_()), ("born_on", pa.date32()), ("applied_at", pa.timestamp("ns", "UTC"))]
)  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Decider(reading.program([pack.parse_placed(POLICY, "small.yaml", Sheet)])))


@pytest.fixture
def decide(judge: Judge, tmp_path: Path) -> Any:  # noqa: ANN401 - a function of the next lines
    def run(name: str, content: object) -> list[Judged]:
        file = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, file)
        else:
            file.write_bytes(content if isinstance(content, bytes) else str(content).encode())
        return list(judge_file(judge, file))

    return run


def csv_of(row: Mapping[str, object]) -> str:
    told = {name: str(value).lower() if value is True else value for name, value in row.items()}
    return ",".join(told) + "\n" + ",".join(map(str, told.values())) + "\n"


FORMS: dict[str, object] = {
    "a.json": json.dumps(WRITTEN),
    "list.json": json.dumps([WRITTEN], ensure_ascii=False),
    "mark.json": b"\xef\xbb\xbf" + json.dumps(WRITTEN).encode(),
    "a.jsonl": "\n" + json.dumps(WRITTEN) + "\n\n",
    "a.csv": csv_of(WRITTEN),
    "mark.csv": b"\xef\xbb\xbf" + csv_of(WRITTEN).replace("\n", "\r\n").encode(),
    "spaced.csv": csv_of({**WRITTEN, "age": " 30 ", "debt": "+5.250", "listed": "TRUE"}),
    "zone.csv": csv_of({**WRITTEN, "applied_at": "2026-01-01T16:30:00+08:00"}),
    "whole.json": json.dumps({**WRITTEN, "age": 30.0}),
    "a.parquet": pa.Table.from_pylist([{**PLAIN, "debt": Decimal("5.25")}], ARROW),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_file_says_the_same(decide: Any, name: str) -> None:  # noqa: ANN401
    (decided,) = decide(name, FORMS[name])
    assert decided.known == PLAIN
    assert {name: type(value) for name, value in decided.known.items()} == {
        name: type(value) for name, value in PLAIN.items()
    }
    assert decided.problems == ()
    assert decided.decision.outcome == "approve"


ODD: dict[str, tuple[object, ...]] = {
    "age": (
        "x",
        "1,000",
        "30.5",
        30.5,
        True,
        [1],
        {},
        10**30,
        "10" * 20,
        "１２",
        "0x1F",
        "nan",
        "1_000",
    ),
    "debt": ("1,5", "5 EUR", "--1", "inf", "1e999", 10**400, True, [], "５"),
    "name": (5, 5.5, True, ["a"], "\ud800"),
    "listed": ("yes", "1", 1, 0, "wahr"),
    "born_on": ("29.02.2000", "2000-02-30", 20000229, True, "0000-01-01"),
    "applied_at": ("yesterday", "2026-01-01T25:00:00", 1767225600, "0001-01-01T00:00:00+10:00"),
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in ODD.items() for v in values])
def test_a_value_that_cannot_be_read_is_told_with_row_and_remedy(
    decide: Any,  # noqa: ANN401
    name: str,
    value: object,
) -> None:
    rows = [WRITTEN, {**WRITTEN, name: value}, WRITTEN]
    every = decide("odd.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert [len(each.problems) for each in every] == [0, 1, 0]
    (problem,) = every[1].problems
    assert (problem.code, problem.where.row, problem.where.column) == (
        "application-value-unreadable",
        2,
        name,
    )
    assert problem.sentence("en") != problem.sentence("zh")
    assert every[1].known == {key: held for key, held in PLAIN.items() if key != name}


def test_a_value_outside_the_limits_is_told(decide: Any) -> None:  # noqa: ANN401
    (decided,) = decide("a.json", json.dumps({**WRITTEN, "age": -1, "town": "Oslo"}))
    assert {(each.code, each.where.column) for each in decided.problems} == {
        ("application-value-outside", "age"), ("application-value-outside", "town"),
    }  # fmt: skip


def test_numbers_json_has_no_word_for_are_told(decide: Any) -> None:  # noqa: ANN401
    for word in ("NaN", "Infinity", "-Infinity", "1e400"):
        (decided,) = decide("a.json", f'{{"debt": {word}}}')
        assert [each.where.column for each in decided.problems] == ["debt"]


def test_what_parquet_can_hold_and_python_cannot_is_told(decide: Any) -> None:  # noqa: ANN401
    far = pa.table({"born_on": pa.array([None, 2**30], pa.date32()), "age": pa.array([1, 2], pa.uint64()),
                    "applied_at": pa.array([1, 2**62], pa.timestamp("us"))})  # fmt: skip
    first, second = decide("far.parquet", far)
    assert first.problems == ()
    assert {each.where.column for each in second.problems} == {"born_on", "applied_at"}
    assert second.known == {"age": 2}
    odd = pa.table({"debt": pa.array([float("nan")]), "name": pa.array([b"x"], pa.binary()),
                    "applied_at": pa.array([1_500], pa.timestamp("ns"))})  # fmt: skip
    (decided,) = decide("odd.parquet", odd)
    assert {each.where.column for each in decided.problems} == {"debt", "name"}
    assert decided.known["applied_at"] == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC).replace(
        tzinfo=None
    )


def test_what_is_missing_is_missing_without_a_word(decide: Any) -> None:  # noqa: ANN401
    for name, content in {
        "a.json": '{"debt": null, "town": "", "age": null}',
        "a.csv": "debt,town,age\n,,\n",
        "a.parquet": pa.table({"debt": pa.array([None], pa.float64()), "town": [""]}),
    }.items():
        (decided,) = decide(name, content)
        assert (decided.known, decided.problems) == ({}, ())
        assert decided.decision.reasons == ("unknown:debts",)


def test_rows_are_all_decided_in_order_and_known_by_their_ids(decide: Any) -> None:  # noqa: ANN401
    ids = ["a", "", None, 0, 7, "\ud800"]
    lines = "".join(
        json.dumps({"application_id": each, "debt": n * 4}) + "\n" for n, each in enumerate(ids)
    )
    every = decide("a.jsonl", lines)
    assert [each.reference for each in every] == [
        {"application_id": "a"}, {"row": "2"}, {"row": "3"}, {"application_id": "0"},
        {"application_id": "7"}, {"application_id": "\\ud800"},
    ]  # fmt: skip
    assert [each.decision.outcome for each in every] == ["approve"] * 3 + ["decline"] * 3


REFUSED: dict[str, tuple[str, object, str]] = {
    "not JSON": ("a.json", '{"age": 1', "a.json:1:10"),
    "a broken line": ("a.jsonl", '{"age": 1}\n\n{"age"\n', "a.jsonl:3:7"),
    "no object": ("a.json", "[5]", "a.json, row 1"),
    "no object in a line": ("a.jsonl", "{}\n[]\n", "a.jsonl:2"),
    "nothing": ("a.json", "", "a.json:1:1"),
    "a name twice": ("a.jsonl", '{}\n{"age": 1, "age": 2}\n', "a.jsonl:2"),
    "a number without end": ("a.jsonl", '{}\n{"age": ' + "9" * 5000 + "}\n", "a.jsonl:2"),
    "nested without end": ("a.json", "[" * 100_000, "a.json"),
    "UTF-16": ("a.jsonl", '{"age": 1}'.encode("utf-16"), "a.jsonl"),
    "Latin-1": ("a.csv", "name\ncafé\n".encode("latin-1"), "a.csv"),
    "a short row": ("a.csv", "age,debt\n1,2\n3\n", "a.csv:3"),
    "a long row": ("a.csv", "age,debt\n1,2,3\n", "a.csv:2"),
    "an open quote": ("a.csv", 'age\n"1\n', "a.csv"),
    "a column twice": ("a.csv", "age,age\n1,2\n", "a.csv:1"),
    "a field without end": ("a.csv", "age\n" + "5" * 200_000 + "\n", "a.csv"),
    "not Parquet": ("a.parquet", b"PAR1 no more", "a.parquet"),
    "a Parquet column twice": ("a.parquet", pa.Table.from_arrays([[1], [2]], names=["age", "age"]), "a.parquet"),
    "another form": ("a.xlsx", b"PK", "a.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_whole_with_its_place(
    decide: Any,  # noqa: ANN401
    name: str,
    tmp_path: Path,
) -> None:
    file, content, where = REFUSED[name]
    with pytest.raises(UnableToUseInput) as caught:
        decide(file, content)
    (problem,) = caught.value.problems
    assert problem.code == "applications-unreadable"
    assert str(problem.where) == str(tmp_path / where)
    assert problem.sentence("zh")


@pytest.mark.parametrize(
    ("content", "mark"),
    [("age;debt\n30;5,25\n", "“;”"), ("age;debt\n30;5.25\n", "“;”"), ("age\tdebt\n30\t5\n", "TAB"), ("age|debt\n", "“|”")],
)  # fmt: skip
def test_columns_that_no_comma_separates_are_not_one_strange_column(
    decide: Any,  # noqa: ANN401
    content: str,
    mark: str,
) -> None:
    with pytest.raises(UnableToUseInput) as caught:
        decide("a.csv", content)
    (problem,) = caught.value.problems
    assert problem.code == "applications-delimiter"
    assert mark in problem.sentence("en")
    assert mark in problem.sentence("zh")


@pytest.mark.parametrize(
    ("file", "content"),
    [("a.csv", "Age,Debt\n30,5\n"), ("a.jsonl", '{"Age": 30}\n{"years": 30}\n'), ("a.json", '[{"\\ud800": 1}]')],
)  # fmt: skip
def test_rows_with_nothing_that_is_asked_for_are_not_decided(
    decide: Any,  # noqa: ANN401
    file: str,
    content: str,
) -> None:
    with pytest.raises(UnableToUseInput) as caught:
        decide(file, content)
    (problem,) = caught.value.problems
    assert problem.code == "applications-strange"
    assert "age, debt" in problem.sentence("en")
    problem.sentence("zh").encode()


def test_one_name_that_is_asked_for_is_enough_and_an_empty_object_is_an_application(
    decide: Any,  # noqa: ANN401
) -> None:
    assert len(decide("a.jsonl", '{"years": 30}\n{"debt": 50}\n')) == 2
    assert len(decide("b.jsonl", "{}\n")) == 1
    assert decide("c.csv", "age,debt\n") == []


def test_a_file_that_is_not_there_is_refused(judge: Judge, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path / "folder.json"):
        if path.stem == "folder":
            path.mkdir()
        with pytest.raises(UnableToUseInput):
            list(judge_file(judge, path))
