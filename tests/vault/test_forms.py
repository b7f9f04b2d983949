"""The shipped fields: every case beside the pack, and laws of check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.vault import forms
from seawall.vault.declaration import Case, Cases, Given, Mask, Rules
from seawall.vault.plain import Plain
from tests.conftest import PACKS

RULES = pack.read(PACKS / "vault" / "fields.yaml", Rules)
CASES = pack.read(PACKS / "vault" / "fields.cases.yaml", Cases).cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_beside_the_pack_holds(case: Case) -> None:
    given = Given({case.field: Plain(case.given)}, case.country, RULES.fields[case.field].of)
    if case.problem is not None:
        with pytest.raises(UnableToUseInput) as refused:
            RULES.written(given)
        assert [problem.code for problem in refused.value.problems] == [case.problem]
        assert case.given not in str(refused.value)
        return
    made = RULES.written(given).values[case.field].reveal()
    assert made == case.becomes
    if case.shown is not None:
        assert RULES.fields[case.field].mask.shown(made) == case.shown


def test_every_field_has_a_case() -> None:
    assert {case.field for case in CASES} == set(RULES.fields)


@given(st.integers(0, 10**16 - 1), st.integers(0, 15), st.integers(1, 9))
def test_luhn_finds_every_single_wrong_digit(number: int, at: int, off: int) -> None:
    digits = f"{number:016}"
    right = next(digits[:-1] + d for d in "0123456789" if forms.luhn(digits[:-1] + d))
    wrong = right[:at] + str((int(right[at]) + off) % 10) + right[at + 1 :]
    assert not forms.luhn(wrong)


@given(st.integers(0, 10**17 - 1), st.integers(0, 15))
def test_mod_11_2_finds_every_exchange_of_neighbours(number: int, at: int) -> None:
    digits = f"{number:017}"
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    same = forms.check_character(digits) == forms.check_character(swapped)
    assert same == (digits[at] == digits[at + 1])


@given(st.text(min_size=1, max_size=40), st.integers(0, 8), st.integers(0, 8))
def test_a_mask_never_shows_a_whole_value(text: str, first: int, last: int) -> None:
    shown = Mask(first=first, last=last).shown(text)
    assert "•" in shown
    assert len(shown.replace("•", "")) <= max(len(text.replace("•", "")) - 1, 0) or "•" in text


@given(st.dictionaries(st.sampled_from([*RULES.of("person")]), st.text(max_size=60)))
def test_no_text_makes_a_form_raise_anything_but_problems(values: dict[str, str]) -> None:
    try:
        once = RULES.written(Given({k: Plain(v) for k, v in values.items()}, "CN")).values
    except UnableToUseInput:
        return
    for name, value in once.items():
        if name != "national_id":  # carries its state's code from now on
            assert RULES.written(Given({name: value}, "CN")).values[name] == value
