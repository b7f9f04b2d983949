"""What two versions differ in: complete, and told by cell and threshold."""

from collections.abc import Sequence

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core import pack
from seawall.core.pack import Placed
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from seawall.policy.comparing import Change, Difference, Line, differences, unified
from seawall.policy.declaration import Sheet
from seawall.policy.merging import merged

BASE = packs.policies()["instalment_loan"].read_text(encoding="utf-8")


def sheets(text: str) -> Sequence[Placed[Sheet]]:
    return (pack.parse_placed(text, "loan.yaml", Sheet),)


def told(before: str, after: str) -> list[Difference]:
    assert before != after
    return list(differences(sheets(before), sheets(after)))


def test_a_threshold_that_moved_is_told_with_what_it_bounds() -> None:
    assert told(BASE, BASE.replace("when: score < 500", "when: score < 510")) == [
        Difference(
            "rules", "score_low", "changed", (Change("score", "500", "510", threshold=True),)
        )
    ]


def test_every_threshold_of_a_condition_is_told_by_itself() -> None:
    before = "when: score >= 500 AND score < 515"
    found = told(BASE, BASE.replace(before, "when: score >= 505 AND score < 520"))
    assert [change.after for change in found[0].changes] == ["505", "520"]


def test_a_condition_of_another_shape_is_told_whole() -> None:
    found = told(BASE, BASE.replace("when: score < 500", "when: score <= 500"))
    assert found[0].changes == (Change("when", "score < 500", "score <= 500"),)


def test_a_cell_of_a_table_is_told_by_row_and_output() -> None:
    found = told(BASE, BASE.replace("annual_rate: 0.109", "annual_rate: 0.114"))
    change = Change("rows.4.give.annual_rate", "0.109", "0.114")
    assert found == [Difference("tables", "price", "changed", (change,))]


def test_a_row_that_is_gone_is_told_as_that_and_the_others_are_not() -> None:
    row = '      - {when: {score: ">= 525"}, give: {grade: "\'D\'", incomes_most: 3}}\n'
    assert row in BASE
    change = Change("rows.4", "score >= 525 → grade: 'D', incomes_most: 3", None)
    assert told(BASE, BASE.replace(row, "")) == [
        Difference("tables", "grades", "changed", (change,))
    ]


def test_a_rule_that_is_moved_is_told_with_both_places() -> None:
    read = yaml.safe_load(BASE)
    read["rules"].append(read["rules"].pop(1))
    many = str(len(read["rules"]))
    found = told(BASE, yaml.safe_dump(read, allow_unicode=True, sort_keys=False))
    assert found == [Difference("rules", "age_open", "moved", (Change("place", "2", many),))]


def test_layout_and_comments_are_no_difference() -> None:
    read = yaml.safe_load(BASE)
    assert told(BASE, yaml.safe_dump(read, allow_unicode=True, sort_keys=False)) == []


def test_the_shipped_overlays_differ_from_their_base_in_what_they_add() -> None:
    base = pack.read_placed(packs.policies()["instalment_loan"], Sheet)
    over = pack.read_placed(packs.policies()["instalment_loan_us"], Sheet)
    found = differences((base,), (base, over))
    added = {each.name for each in found if (each.section, each.how) == ("rules", "added")}
    held = {rule.id for rule in base.declared.rules}
    assert added == {rule.id for rule in over.declared.rules} - held


def _leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list):
        return [leaf for key, each in enumerate(value) for leaf in _leaves(each, (*path, key))]
    return [path]


READ = yaml.safe_load(BASE)
LEAVES = [path for path in _leaves(READ) if path[0] not in ("about", "since", "cite", "id")]


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(LEAVES), st.data())
def test_whatever_changes_the_digest_is_told(path: tuple[object, ...], data: st.DataObject) -> None:
    """One leaf of the text, taken from elsewhere or taken away: told where and only where it counts."""
    read = yaml.safe_load(BASE)
    held: object = read
    for key in path[:-1]:
        held = held[key]  # type: ignore[index]
    if data.draw(st.booleans(), label="taken away"):
        del held[path[-1]]  # type: ignore[attr-defined]
    else:
        held[path[-1]] = data.draw(st.sampled_from(["zzz", 7, True, "a < 3"]))  # type: ignore[index]
    text = yaml.safe_dump(read, allow_unicode=True, sort_keys=False)
    try:
        now = sheets(text)
    except UnableToUseInput:
        return
    same = merged(now).digest == merged(sheets(BASE)).digest
    found = [each for each in differences(sheets(BASE), now) if each.name != "title"]
    assert (found == []) == same


@pytest.mark.parametrize(("before", "after"), [("a\nb\nc\n", "a\nB\nc\nd\n"), ("", "x\n")])
def test_a_unified_difference_gives_the_later_text_again(before: str, after: str) -> None:
    ((name, lines),) = unified({"p": before}, {"p": after})
    assert name == "p"
    assert [line.text for line in lines if line.mark in "+ "] == after.splitlines()
    assert [line.text for line in lines if line.mark in "- "] == before.splitlines()
    assert lines[0].mark == "@"
    assert not list(unified({"p": after}, {"p": after}))
    assert isinstance(lines[0], Line)


def test_a_policy_differs_from_itself_in_nothing() -> None:
    for name in packs.policies():
        placed = pack.read_placed(packs.policies()[name], Sheet)
        if placed.declared.extends is None:
            assert differences((placed,), (placed,)) == ()


def test_a_change_says_where_it_is_in_both_languages() -> None:
    cell = Change("rows.4.give.annual_rate", "0.1", "0.2")
    assert (cell.called.en, cell.called.zh) == ("row 4: annual_rate", "第 4 行：annual_rate")
    moved = Change("score", "500", "510", threshold=True)
    assert (moved.called.en, moved.called.zh) == ("threshold of score", "score 的阈值")
    assert Change("reason.zh", "a", "b").called.en == "reason (zh)"
    assert Change("most", None, "9").called.zh == "most"
