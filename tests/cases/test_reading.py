"""What is found in a kind when it is read: each mistake, at its place, and nothing in a good one."""

from typing import Any

import pytest

from seawall.cases import kind_problems, reading
from seawall.cases.kind import Kind
from seawall.cases.reading import House
from seawall.core import pack
from seawall.core.problem import UnableToUseInput

HOUSE = House(
    roles=frozenset({"clerk", "head", "machine"}), kinds=frozenset({"parcel"}), statutes={},
    calendars=frozenset({"always"}),
)  # fmt: skip
PARCEL = """id: parcel
title: Parcel / 包裹
meaning: Something was sent to us. / 收到的包裹。
source: practice
owner: head
fields:
  sender: {title: sender / 寄件人, type: text, required: true}
  value: {title: value / 价值, type: money, least: 0}
  sent_on: {title: sent on / 寄出日期, type: date}
states: {there: there / 已到, fetched: {title: fetched / 已领取, final: true}}
verbs:
  take_in: {title: Take in / 签收, to: there, roles: clerk, sets: [value, sent_on]}
  fetch: {title: Fetch / 领取, from: there, to: fetched, roles: clerk, duties: take_in,
    guard: value < 1000, approval: {by: head, when: value > 100}}
clocks:
  fetching: {title: fetching / 领取, limit: {within: 5 calendar days}, calendar: always, starts: there,
    stops: fetched, owner: head, since: sent_on, when: value > 1}
links: {other: {title: other / 其他, to: parcel}}
retention: {years: 1, after: fetched, citation: practice}
"""


def found(text: str) -> list[tuple[str, str]]:
    """Every problem's code, and the line and column where it is."""
    sheet = pack.parse_placed(text, "parcel.yaml", Kind)
    return [(each.code, str(each.where)) for each in reading.problems(sheet, HOUSE)]


def spot(text: str, word: str) -> str:
    line = next(n for n, each in enumerate(text.splitlines(), 1) if word in each)
    return f"parcel.yaml:{line}:{text.splitlines()[line - 1].index(word) + 1}"


def test_nothing_is_found_in_a_good_kind() -> None:
    assert found(PARCEL) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("owner: head\nfields", "owner: king\nfields", "kind-name-unknown"),
        ("to: there, roles", "to: gone, roles", "kind-name-unknown"),
        ("from: there", "from: gone", "kind-name-unknown"),
        ("roles: clerk, sets", "roles: king, sets", "kind-name-unknown"),
        ("sets: [value, sent_on]", "sets: [colour]", "kind-name-unknown"),
        ("duties: take_in", "duties: dance", "kind-name-unknown"),
        ("{by: head, when", "{by: king, when", "kind-name-unknown"),
        ("stops: fetched", "stops: eaten", "kind-name-unknown"),
        ("calendar: always", "calendar: never", "kind-name-unknown"),
        ("to: parcel", "to: letter", "kind-name-unknown"),
        ("after: fetched", "after: eaten", "kind-name-unknown"),
        ("since: sent_on", "since: gone_on", "kind-name-unknown"),
        ("  fetch: {title: Fetch", "  edit: {title: Fetch", "kind-name-taken"),
        ("  fetch: {title: Fetch", "  there: {title: Fetch", "kind-name-taken"),
        ("sent_on: {title", "age_days: {title", "kind-name-unknown"),
        ("value < 1000, app", "value + 1, app", "kind-not-boolean"),
        ("value < 1000, app", "colour = 'red', app", "name-unknown"),
        ("when: value > 100}", "when: value > 'x'}", "type-"),
        ("after: fetched", "after: there", "kind-retained-open"),
        ("since: sent_on", "since: sender", "kind-clock-since"),
        ("starts: there", "starts: fetched", "kind-clock-idle"),
        ("stops: fetched", "stops: take_in", "kind-clock-"),
        ("{by: head, when", "{by: clerk, when", "kind-approvers-make"),
        ("there: there / 已到,", "there: there / 已到, lost: lost / 遗失,", "kind-state-unreached"),
        ("from: there, to: fetched", "from: there, to: there", "kind-state-"),
        (
            "title: Take in / 签收, to",
            "title: Take in / 签收, from: fetched, to",
            "kind-never-opened",
        ),
    ],
)
def test_a_mistake_is_found(old: str, new: str, code: str) -> None:
    assert old in PARCEL
    codes = [each for each, _ in found(PARCEL.replace(old, new))]
    assert any(code in each for each in codes), codes


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("duties: take_in", "duties: dance", "dance"),
        ("value < 1000", "colour < 1000", "colour"),
        ("starts: there", "starts: gone", "gone"),
    ],
)
def test_a_mistake_has_its_place(old: str, new: str, word: str) -> None:
    text = PARCEL.replace(old, new)
    assert [where for _, where in found(text)] == [spot(text, word)]


def test_a_clock_that_runs_past_the_end_is_found_on_every_way() -> None:
    text = PARCEL.replace("    stops: fetched,", "    stops: look,").replace(
        "clocks:", "  look: {title: Look / 看, from: there, roles: clerk}\nclocks:"
    )
    assert [code for code, _ in found(text)] == ["kind-clock-outlives"]


def test_every_problem_of_kinds_is_tried_here() -> None:
    tried = {
        "kind-name-unknown", "kind-name-taken", "kind-never-opened", "kind-state-unreached",
        "kind-state-stuck", "kind-not-boolean", "kind-clock-idle", "kind-clock-outlives",
        "kind-clock-since", "kind-retained-open", "kind-approvers-make",
        "kind-file-named-otherwise",  # of a home's own files: tests/office tries it
    }  # fmt: skip
    assert {kind.code for kind in kind_problems.KINDS} == tried
    stuck = PARCEL.replace("from: there, to: fetched", "from: there, to: there")
    assert "kind-state-stuck" in [code for code, _ in found(stuck)]


def test_a_warning_does_not_keep_a_kind_from_being_read() -> None:
    text = PARCEL.replace("{by: head, when", "{by: clerk, when")
    sheet = pack.parse_placed(text, "parcel.yaml", Kind)
    assert reading.kind(sheet, HOUSE).id == "parcel"
    with pytest.raises(UnableToUseInput):
        reading.kind(pack.parse_placed(text.replace("to: parcel", "to: x"), "x", Kind), HOUSE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("to: there, roles: clerk", "roles: clerk"),
        ("roles: clerk, duties", "roles: [], duties"),
        ("{by: head, when", "{people: 0, by: head, when"),
        ("sets: [value, sent_on]}", "sets: [value], approval: {by: head}}"),
        ("type: money", "type: cash"),
        ("type: date}", "type: date, most: 3}"),
        ("type: date}", "type: choice}"),
        ("limit: {within: 5 calendar days}, ", ""),
        ("within: 5 calendar days", "within: soon"),
        ("when: value > 1}", "when: value > 1, extension: fetch}"),
        ("Parcel / 包裹", "Parcel"),
    ],
)
def test_what_is_no_declaration_at_all_is_refused(old: str, new: str) -> None:
    assert old in PARCEL
    with pytest.raises(UnableToUseInput):
        pack.parse_placed(PARCEL.replace(old, new), "parcel.yaml", Kind)


def test_a_kind_has_a_digest_of_every_word_it_declares() -> None:
    read = pack.parse(PARCEL, "parcel.yaml", Kind)
    told: Any = read.declared
    assert Kind.model_validate(told).digest == read.digest
    other = pack.parse(PARCEL.replace("包裹", "邮包"), "parcel.yaml", Kind)
    assert other.digest != read.digest
