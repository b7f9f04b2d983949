"""Lines and changes, by hand-counted cases."""

import numpy as np
import pytest
from pydantic import ValidationError

from seawall.warning.detectors.change import Change
from seawall.warning.detectors.threshold import Threshold
from tests.warning.segments import series


def test_the_line_itself_is_bad_and_the_good_side_never_is() -> None:
    line = Threshold(kind="threshold", amber=0.04, red=0.05)
    assert line.judge(series([0.039, 0.04, 0.05, -9.0]), "up").level.tolist() == [0, 1, 2, 0]
    floor = Threshold(kind="threshold", amber=0.6, red=0.5)
    assert floor.judge(series([0.61, 0.6, 0.5, 9.0]), "down").level.tolist() == [0, 1, 2, 0]
    gap = Threshold(kind="threshold", amber=1, red=2)
    assert gap.judge(series([-2.0, -1.0, 0.0, 1.0, 2.0]), "both").level.tolist() == [2, 1, 0, 1, 2]


def test_a_value_on_too_few_observations_gets_no_verdict() -> None:
    line = Threshold(kind="threshold", amber=0.04, red=0.05, sample_min=100)
    said = line.judge(series([0.5, 0.5, 0.5], sample=[99, 100, np.nan]), "up")
    assert said.known.tolist() == [False, True, True]
    assert said.level.tolist() == [0, 2, 2]


def test_year_on_year_compares_with_the_same_month() -> None:
    yearly = Change(kind="change", amber=0.1, red=0.3, gap=12)
    year = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]
    said = yearly.judge(series([*year, 1.05, 2.5, 3.9, 4.0]), "up")
    assert said.known.tolist() == [False] * 12 + [True] * 4
    assert said.statistic[12:] == pytest.approx([0.05, 0.25, 0.3, 0.0])
    assert said.level[12:].tolist() == [0, 1, 2, 0]


def test_a_base_is_the_median_of_its_window() -> None:
    quarter = Change(kind="change", amber=1, red=2, window=3, of="absolute")
    said = quarter.judge(series([1.0, 100.0, 3.0, 5.0, 4.5]), "both")
    assert np.isnan(said.statistic[:3]).all()
    assert said.statistic[3:].tolist() == [2.0, -0.5]
    assert (said.low[3], said.high[3]) == (2.0, 4.0)


def test_a_change_of_nothing_is_unknown() -> None:
    said = Change(kind="change", amber=0.1, red=0.2).judge(series([0.0, 5.0]), "up")
    assert said.known.tolist() == [False, False]


def test_red_short_of_amber_is_no_declaration() -> None:
    with pytest.raises(ValidationError, match="`red` is at or beyond `amber`"):
        Change(kind="change", amber=0.2, red=0.1)
