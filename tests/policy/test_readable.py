"""A policy as tables to read says what the policy's own text and its decisions say."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
import yaml

from seawall.core import pack
from seawall.core.pack import Placed
from seawall.office import packs
from seawall.policy import explain, grids
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.readable import Readable, readable


def sheets(name: str) -> Sequence[Placed[Sheet]]:
    path = packs.policies()[name]
    found = [pack.read_placed(path, Sheet)]
    while (base := found[0].declared.extends) is not None:
        found.insert(0, pack.read_placed(path.with_name(f"{base}.yaml"), Sheet))
    return found


@pytest.fixture(scope="module", params=sorted(packs.policies()))
def told(request: pytest.FixtureRequest) -> tuple[str, Readable]:
    return request.param, readable(sheets(request.param))


def test_every_rule_is_there_with_its_reason_source_and_sequel(told: tuple[str, Readable]) -> None:
    name, read = told
    said = list(explain.sentences(read.program))
    lines = [each.text for each in said if each.under.en == "What it decides"]
    assert len(lines) == len(read.rules)
    for rule, line in zip(read.rules, lines, strict=True):
        assert line.en.startswith(f"{rule.id}: ")
        pieces = [rule.source, explain.THEN[rule.then].en, explain.THEN[rule.unknown].en]
        pieces += [rule.reason.en] if rule.standing != "unverified" else []
        assert [piece for piece in pieces if piece not in line.en] == [], (name, rule.id)
        assert (rule.standing == "unverified") == ("not verified" in line.en)
        if rule.since is None and rule.until is None:
            assert rule.words.en in line.en
            assert rule.words.zh in line.zh


def test_a_rule_stands_at_its_line(told: tuple[str, Readable]) -> None:
    for rule in told[1].rules:
        assert rule.place.line is not None
        text = Path(rule.place.file).read_text(encoding="utf-8")
        line = text.splitlines()[rule.place.line - 1]
        assert isinstance(rule.place.column, int)
        assert line[rule.place.column - 1 :].lstrip().startswith(rule.written.splitlines()[0][:12])


def test_nothing_is_said_in_one_language_only(told: tuple[str, Readable]) -> None:
    read = told[1]
    texts = [each.title for each in read.inputs]
    texts += [each.title for each in (*read.features, *read.derived)]
    texts += [text for rule in read.rules for text in (rule.words, rule.reason)]
    texts += [text for grid in read.tables for text in (grid.title, *grid.columns, *grid.outputs)]
    texts += [part.of for card in read.scores for part in card.parts]
    assert all(text.en and text.zh for text in texts)


def test_the_price_matrix_says_what_the_policy_gives() -> None:
    """Each cell is held against the decider, asked with a grade and a term inside it."""
    read = readable(sheets("instalment_loan"))
    matrix = next(grid.matrix for grid in read.tables if grid.name == "price")
    assert matrix is not None
    assert [head.en for head in matrix.heads] == ["≤ 12", "≤ 24", "otherwise"]
    table = yaml.safe_load(packs.policies()["instalment_loan"].read_text(encoding="utf-8"))
    grades = [row["give"]["grade"].strip("'") for row in table["tables"]["grades"]["rows"]]
    assert [row[0].en for row in matrix.rows] == [*grades[:-2], ", ".join(grades[-2:])]
    decider = Decider(read.program)
    scores = {"A": 600, "B": 575, "C": 550, "D": 525}
    standing = packs.policy_cases("instalment_loan")
    assert standing is not None
    for grade, gives in matrix.rows[:-1]:
        for days, given in zip((365, 730, 1096), gives, strict=True):
            values = _scored(decider, standing.declared.standing, scores[grade.en], days)
            assert values["grade"] == grade.en
            assert given is not None
            assert float(given.en) == values["annual_rate"]


def _scored(
    decider: Decider, standing: dict[str, object], least: int, days: int
) -> Mapping[str, object]:
    """What comes out for the first application that just reaches a score."""
    for bureau in (500, 530, 570, 610, 650, 700):
        for lenders in range(5):
            for asked in (1, 3, 5, 8):
                given = {**standing, "bureau_score": bureau, "open_lenders": lenders,
                         "inquiries_6m": asked, "term_days": days}  # fmt: skip
                values = dict(decider.values(given))
                if least <= float(str(values["score"])) < least + 25:
                    return values
    pytest.fail("no application reaches this score")


SMALL = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: day
inputs:
  day: {type: date, title: {en: day, zh: 日}}
  age: {type: integer, title: {en: age, zh: 年龄}, required: true, least: 0, most: 120, unit: years}
  home: {type: text, title: {en: home, zh: 住房}, among: [own, rent]}
tables:
  limits:
    title: {en: limits, zh: 额度表}
    columns: {age: age, home: home}
    gives: {limit: {type: number, title: {en: limit, zh: 额度}}}
    rows: ROWS
rules:
  - {id: young, when: age < 18, then: decline, unknown: decline, cite: House,
     reason: {en: Too young., zh: 未成年。}, since: 2026-02-01}
  - {id: noted, when: home IS NULL, then: note, law: {cite: Act 1, verified_on: null},
     reason: {en: Noted., zh: 记录。}}
"""


def small(rows: str) -> Readable:
    return readable((pack.parse_placed(SMALL.replace("ROWS", rows), "small.yaml", Sheet),))


def test_an_input_tells_its_kind_limits_and_unit() -> None:
    asked = small("[{give: {limit: 1}}]").inputs[1]
    assert (asked.kind.en, asked.limits.en, asked.unit) == (
        "whole number", "0 or more, at most 120", "years",
    )  # fmt: skip
    assert asked.required


def test_a_law_nobody_verified_and_days_in_force_are_told() -> None:
    young, noted = small("[{give: {limit: 1}}]").rules
    assert (young.since, young.until, young.standing) == (date(2026, 2, 1), None, "house")
    assert young.words.en == "age is less than 18"
    assert (noted.standing, noted.then, noted.words.en) == ("unverified", "note", "home is missing")


NESTED = """\
[{when: {age: '< 25', home: "= 'own'"}, give: {limit: 1}}, {when: {age: '< 25'}, give: {limit: 2}},
 {when: {home: "= 'own'"}, give: {limit: 3}}, {give: {limit: 4}}]"""
AHEAD = """\
[{when: {home: "= 'own'"}, give: {limit: 3}}, {when: {age: '< 25'}, give: {limit: 2}},
 {when: {age: '< 40'}, give: {limit: 5}}, {give: {limit: 4}}]"""
"""Owners count whatever their age: as a matrix they would be read after the young."""
TWICE = """\
[{when: {age: '< 25', home: "= 'own'"}, give: {limit: 1}},
 {when: {age: '< 25', home: "= 'own'"}, give: {limit: 2}},
 {when: {age: '< 25'}, give: {limit: 3}}, {give: {limit: 4}}]"""
"""The second never counts, and hiding it would hide a mistake."""


@pytest.mark.parametrize(("rows", "whole"), [(NESTED, True), (AHEAD, False), (TWICE, False)])
def test_a_matrix_is_shown_only_where_it_reads_as_the_rows_do(rows: str, *, whole: bool) -> None:
    (grid,) = small(rows).tables
    assert (grid.matrix is not None) == whole
    assert [row.gives[0].en for row in grid.rows] == [
        str(row["give"]["limit"]) for row in yaml.safe_load(rows)
    ]


def test_cells_are_said_shortly() -> None:
    (grid,) = small(
        "[{when: {age: BETWEEN 18 AND 20}, give: {limit: 1}}, {when: {age: IS NULL}, give: {limit: 2}},"
        " {when: {home: \"IN ('own', 'rent')\"}, give: {limit: 3}}]"
    ).tables
    assert [row.cells[0].en for row in grid.rows] == ["18 – 20", "missing", "any"]
    assert grid.rows[2].cells[1].zh == "own、rent"
    assert grid.hit in grids.HITS
