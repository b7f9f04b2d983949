"""Problems as people read them: where, what, and what to do, in both languages."""

import pytest
from pydantic import ValidationError

from seawall.core import problems
from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.core.text import LANGUAGES, Text

LATE = Kind(
    "rows-late",
    Text(en="{n} rows of {table} are late.", zh="表 {table} 有 {n} 行迟到。"),
    Text(en="Send {table} again.", zh="请重新发送 {table}。"),
)


def late() -> Problem:
    return Problem(LATE, Place("pay.csv", row=7, column="paid_on"), {"n": 3, "table": "payment"})


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.yaml"), "a.yaml"),
        (Place("a.yaml", line=4), "a.yaml:4"),
        (Place("a.yaml", line=4, column=9), "a.yaml:4:9"),
        (Place("a.csv", row=2), "a.csv, row 2"),
        (Place("a.csv", row=2, column="amount"), "a.csv, row 2, column amount"),
        (Place("a.csv", line=3, row=2, column="amount"), "a.csv, row 2, column amount"),
    ],
)
def test_a_place_reads_as_an_editor_or_a_table_would_say_it(place: Place, text: str) -> None:
    assert str(place) == text


def test_places_of_one_kind_sort_by_file_then_line() -> None:
    places = [Place("b", line=1), Place("a", line=10), Place("a", line=9)]
    assert sorted(places) == [Place("a", line=9), Place("a", line=10), Place("b", line=1)]


def test_a_problem_is_one_sentence_in_each_language_with_its_facts_filled_in() -> None:
    assert late().sentence() == (
        "pay.csv, row 7, column paid_on: [rows-late] 3 rows of payment are late. "
        "Send payment again."
    )
    assert late().sentence("zh") == (
        "pay.csv, row 7, column paid_on: [rows-late] 表 payment 有 3 行迟到。 请重新发送 payment。"
    )


def test_message_and_remedy_are_filled_in_both_languages() -> None:
    assert late().code == "rows-late"
    assert late().message == Text(en="3 rows of payment are late.", zh="表 payment 有 3 行迟到。")
    assert late().remedy == Text(en="Send payment again.", zh="请重新发送 payment。")


def test_a_fact_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    odd = Problem(LATE, Place("x"), {"n": "{table}", "table": "{0} %s"})
    assert odd.message.en == "{table} rows of {0} %s are late."


def test_a_forgotten_fact_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="table"):
        _ = Problem(LATE, Place("x"), {"n": 1}).message


def test_an_unusable_input_carries_all_its_problems_and_says_each_on_a_line() -> None:
    other = Problem(LATE, Place("b.csv"), {"n": 1, "table": "loan"})
    error = UnableToUseInput((late(), other))
    assert error.problems == (late(), other)
    assert str(error).splitlines() == [late().sentence(), other.sentence()]


def test_a_text_needs_both_languages_and_no_third() -> None:
    with pytest.raises(ValidationError, match="zh"):
        Text.model_validate({"en": "balance"})
    with pytest.raises(ValidationError, match="fr"):
        Text.model_validate({"en": "balance", "zh": "余额", "fr": "solde"})


def test_a_text_is_given_in_the_language_asked_for_without_outer_spaces() -> None:
    text = Text(en=" balance\n", zh=" 余额 ")
    assert [text.in_(language) for language in LANGUAGES] == ["balance", "余额"]


def test_every_kind_of_pack_problem_has_its_own_code_and_two_languages() -> None:
    codes = [kind.code for kind in problems.KINDS]
    assert len(set(codes)) == len(codes)
    declared = {value for value in vars(problems).values() if isinstance(value, Kind)}
    assert declared == set(problems.KINDS)
    for kind in problems.KINDS:
        for text in (kind.message, kind.remedy):
            assert text.en.isascii()
            assert not text.zh.isascii()
