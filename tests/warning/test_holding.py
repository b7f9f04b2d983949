from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seawall.warning import holding

levels = st.lists(st.integers(-1, 2), min_size=1, max_size=30)
counts = st.integers(1, 4)


def naive(row: list[int], raise_after: int, clear_after: int) -> list[int]:
    """One series, told verdict by verdict: the definition read aloud."""
    made, on = [], {1: False, 2: False}
    seen: list[int] = []
    for level in row:
        if level >= 0:
            seen.append(level)
        for least in (1, 2):
            last_up, last_down = seen[-raise_after:], seen[-clear_after:]
            if len(last_up) == raise_after and all(each >= least for each in last_up):
                on[least] = True
            if len(last_down) == clear_after and all(each < least for each in last_down):
                on[least] = False
        made.append(on[1] + on[2])
    return made


@given(st.lists(st.integers(-1, 2), min_size=8, max_size=8), counts, counts)
def test_levels_are_held_as_the_definition_says(row: list[int], up: int, down: int) -> None:
    found = holding.held(np.array([row, row[::-1]], np.int8), raise_after=up, clear_after=down)
    assert found.tolist() == [naive(row, up, down), naive(row[::-1], up, down)]


@given(levels, counts, counts)
def test_what_comes_later_changes_nothing_before(row: list[int], up: int, down: int) -> None:
    whole = holding.held(np.array([row], np.int8), raise_after=up, clear_after=down)[0]
    for end in range(1, len(row)):
        cut = holding.held(np.array([row[:end]], np.int8), raise_after=up, clear_after=down)[0]
        assert cut.tolist() == whole[:end].tolist()


@given(st.lists(st.integers(-1, 2), min_size=2, max_size=30))
def test_a_value_that_flaps_within_the_hysteresis_raises_once(noise: list[int]) -> None:
    flapping = [level for each in noise for level in (max(each, 1), 0)]
    alert = holding.held(np.array([[1, *flapping]], np.int8), clear_after=2)[0]
    raised = sum(a == 0 and b > 0 for a, b in pairwise([0, *alert.tolist()]))
    assert raised == 1


@given(levels)
def test_periods_without_verdict_leave_everything_as_it_is(row: list[int]) -> None:
    thinned = [each for level in row for each in (level, -1)]
    whole = holding.held(np.array([row], np.int8), raise_after=2, clear_after=2)[0]
    gappy = holding.held(np.array([thinned], np.int8), raise_after=2, clear_after=2)[0]
    assert gappy[::2].tolist() == gappy[1::2].tolist() == whole.tolist()


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30))
def test_begun_and_reached_look_back_to_the_last_change(row: list[int]) -> None:
    alert = np.array(row, np.int8)
    for place in range(len(row)):
        start = place
        while start > 0 and row[start - 1] == row[place]:
            start -= 1
        assert holding.reached(alert)[place] == start
        first = place
        while first > 0 and row[first - 1] > 0:
            first -= 1
        assert holding.begun(alert)[place] == (first if row[place] > 0 else -1)
