"""Laws that every detector of the table keeps."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from seawall.warning.detectors.table import DETECTORS, Detector
from seawall.warning.series import Series
from seawall.warning.verdict import Direction, Verdicts
from tests.warning.segments import any_series, series

DECLARED: dict[str, list[dict[str, object]]] = {
    "threshold": [{"amber": 0.04, "red": 0.05}],
    "change": [
        {"amber": 0.2, "red": 0.5},
        {"amber": 0.01, "red": 0.1, "of": "absolute", "gap": 12},
    ],
    "robust_z": [{}, {"season": "weekday", "history_min": 5}, {"season": "month_of_year"}],
    "ewma": [{}, {"start_up": 8, "weight": 0.3}],
    "cusum": [{}, {"start_up": 8, "slack": 0.25}],
    "page_hinkley": [{"start_up": 8}],
    "funnel": [{}, {"target": 0.03, "over_dispersed": False}],
    "vintage": [{}, {"history_min": 1}],
    "forecast": [{"line": 0.04}, {"line": 12, "window": 6}],
    "change_point": [{"start_up": 8}],
}
ALL: list[Detector] = [
    TypeAdapter(Detector).validate_python({"kind": kind, **settings})
    for kind, several in DECLARED.items()
    for settings in several
]
EACH = pytest.mark.parametrize("detector", ALL, ids=lambda d: f"{d.kind}-{ALL.index(d)}")
directions = st.sampled_from(get_args(Direction))
COLUMNS = ("level", "known", "low", "high", "statistic")


def same(one: Verdicts, other: Verdicts) -> None:
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column), column)


def test_every_detector_of_the_table_is_held_to_the_laws() -> None:
    union = get_args(get_args(Detector)[0])
    assert set(union) == set(DETECTORS) == {type(each) for each in ALL}


@EACH
@settings(max_examples=40, deadline=None)
@given(long=any_series(), direction=directions, data=st.data())
def test_a_verdict_knows_nothing_of_later_periods(
    detector: Detector, long: Series, direction: Direction, data: st.DataObject
) -> None:
    seen = data.draw(st.integers(0, len(long)))
    whole, prefix = detector.judge(long, direction), detector.judge(long.first(seen), direction)
    for column in COLUMNS:
        early = getattr(whole, column)[:seen]
        np.testing.assert_array_equal(early, getattr(prefix, column), column)


@EACH
@settings(max_examples=40, deadline=None)
@given(any_one=any_series(), direction=directions)
def test_verdicts_are_well_formed_on_any_series(
    detector: Detector, any_one: Series, direction: Direction
) -> None:
    said = detector.judge(any_one, direction)
    assert all(len(getattr(said, column)) == len(any_one) for column in COLUMNS)
    assert said.level.dtype == np.int8
    assert said.known.dtype == np.bool_
    assert set(said.level.tolist()) <= {0, 1, 2}
    assert not said.level[~said.known].any()
    assert np.isfinite(said.statistic[said.known]).all()
    assert not np.isinf(said.low).any()
    assert not np.isinf(said.high).any()
    assert said.known[~np.isfinite(any_one.value)].sum() == 0


@EACH
@pytest.mark.parametrize("direction", get_args(Direction))
def test_nothing_and_a_single_value_get_verdicts_of_their_length(
    detector: Detector, direction: Direction
) -> None:
    for value in ([], [0.3], [np.nan], [np.inf]):
        assert len(detector.judge(series(value), direction).level) == len(value)


INDIFFERENT = [d for d in ALL if d.kind not in {"threshold", "forecast", "funnel", "vintage"}]
INDIFFERENT = [d for d in INDIFFERENT if "absolute" not in d.model_dump().values()]


@pytest.mark.parametrize("detector", INDIFFERENT, ids=lambda d: d.kind)
@settings(max_examples=40, deadline=None)
@given(one=any_series(), direction=directions, doublings=st.integers(-20, 20))
def test_the_unit_of_the_values_changes_no_verdict(
    detector: Detector, one: Series, direction: Direction, doublings: int
) -> None:
    sane = np.where((np.abs(one.value) < 1e100) & (np.abs(one.value) > 1e-100), one.value, np.nan)
    scaled = np.ldexp(sane, doublings)
    in_one = detector.judge(series(sane.tolist(), period=one.period), direction)
    in_other = detector.judge(series(scaled.tolist(), period=one.period), direction)
    assert in_one.known.tolist() == in_other.known.tolist()
    assert in_one.level.tolist() == in_other.level.tolist()


@EACH
@settings(max_examples=40, deadline=None)
@given(one=any_series())
def test_a_rise_of_the_mirrored_series_is_a_fall(detector: Detector, one: Series) -> None:
    if detector.kind in {"threshold", "forecast", "funnel", "vintage"}:
        return  # their limits are on the scale itself: a share has no mirror image
    mirrored = series((-one.value).tolist(), sample=one.sample.tolist(), period=one.period)
    up, down = detector.judge(one, "up"), detector.judge(mirrored, "down")
    assert up.level.tolist() == down.level.tolist()


@EACH
@settings(max_examples=40, deadline=None)
@given(one=any_series(), direction=directions)
def test_outside_the_normal_range_is_bad_and_inside_is_not(
    detector: Detector, one: Series, direction: Direction
) -> None:
    if detector.kind in {"funnel", "vintage"}:
        return  # their range is told from the normal approximation, their verdict from exact tails
    said = detector.judge(one, direction)
    slack = 1e-9 * np.abs(np.where(np.isfinite(one.value), one.value, 0)) + 1e-12
    with np.errstate(over="ignore"):
        outside = (one.value > said.high + slack) | (one.value < said.low - slack)
        inside = (one.value < said.high - slack) | np.isnan(said.high)
        inside &= (one.value > said.low + slack) | np.isnan(said.low)
    ranged = said.known & (np.isfinite(said.low) | np.isfinite(said.high))
    assert (said.level[ranged & outside] > 0).all()
    assert (said.level[ranged & inside] == 0).all()
