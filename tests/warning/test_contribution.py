from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.warning.contribution import of_ratio, of_sum

cells = st.integers(0, 50).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
books = st.dictionaries(st.sampled_from("abcd"), cells, min_size=1)


@given(books, books)
def test_effects_sum_to_the_change(before: dict[str, tuple[int, int]], now: dict[str, tuple[int, int]]) -> None:  # fmt: skip
    whole = [sum(size for _, size in book.values()) for book in (before, now)]
    effects = of_ratio(before, now)
    if 0 in whole:
        assert effects == ()
        return
    rates = [Fraction(sum(part for part, _ in book.values()), size)
             for book, size in zip((before, now), whole, strict=True)]  # fmt: skip
    assert sum(each.total for each in effects) == pytest.approx(
        float(rates[1] - rates[0]), abs=1e-12
    )


def test_kitagawas_components_by_an_independent_road() -> None:
    # Standardisation, as the paper defines the components: the rates' component is the difference
    # of the two schedules, each weighted by the average composition; the composition's component
    # is the difference of the two compositions, each weighted by the average schedule.
    before = {"young": (10.0, 100.0), "old": (90.0, 300.0)}
    now = {"young": (60.0, 300.0), "old": (20.0, 50.0)}
    w0, w1 = {"young": 0.25, "old": 0.75}, {"young": 300 / 350, "old": 50 / 350}
    r0, r1 = {"young": 0.1, "old": 0.3}, {"young": 0.2, "old": 0.4}
    by_rate = sum(r1[k] * (w0[k] + w1[k]) / 2 for k in w0) - sum(
        r0[k] * (w0[k] + w1[k]) / 2 for k in w0
    )
    by_mix = sum(w1[k] * (r0[k] + r1[k]) / 2 for k in w0) - sum(
        w0[k] * (r0[k] + r1[k]) / 2 for k in w0
    )
    effects = of_ratio(before, now)
    assert sum(each.rate for each in effects) == pytest.approx(by_rate)
    assert sum(each.mix for each in effects) == pytest.approx(by_mix)


def test_a_mere_shift_to_a_bad_segment_is_all_mix() -> None:
    effects = of_ratio({"good": (1, 100), "bad": (10, 100)}, {"good": (0.5, 50), "bad": (15, 150)})
    assert all(each.rate == pytest.approx(0) for each in effects)
    assert all(each.mix > 0 for each in effects)


def test_a_new_segment_is_all_mix() -> None:
    effects = {e.segment: e for e in of_ratio({"a": (5, 100)}, {"a": (5, 100), "b": (30, 100)})}
    assert effects["b"].rate == effects["a"].rate == 0
    assert sum(each.mix for each in effects.values()) == pytest.approx(0.175 - 0.05)


@given(books, books)
def test_swapping_before_and_now_turns_every_effect_round(
    before: dict[str, tuple[int, int]], now: dict[str, tuple[int, int]]
) -> None:
    there = {e.segment: e for e in of_ratio(before, now)}
    back = {e.segment: e for e in of_ratio(now, before)}
    for name, effect in there.items():
        assert effect.rate == pytest.approx(-back[name].rate, abs=1e-12)
        assert effect.mix == pytest.approx(-back[name].mix, abs=1e-12)


def test_counts_add_up_segment_by_segment() -> None:
    effects = of_sum({"a": 3, "b": 5}, {"b": 1, "c": 4})
    assert [(e.segment, e.total) for e in effects] == [("b", -4), ("c", 4), ("a", -3)]
