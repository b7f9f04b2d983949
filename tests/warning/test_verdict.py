"""Several detectors' verdicts become one, by the stated rule."""

import numpy as np
import pytest

from seawall.core.text import Text
from seawall.warning.verdict import Combine, Verdicts, worst
from tests.warning.segments import series


def verdicts(level: list[int], known: list[bool] | None = None, says: float = 0.0) -> Verdicts:
    none = np.full(len(level), np.nan)
    return Verdicts(
        level=np.array(level, dtype=np.int8),
        known=np.array(known or [True] * len(level)),
        low=none,
        high=none,
        statistic=np.full(len(level), says),
        statistic_name=Text(en=f"number {says:g}", zh=f"数{says:g}"),
    )


@pytest.mark.parametrize(
    ("combine", "levels", "whole"),
    [
        ("any", [0, 1, 2], 2),
        ("all", [0, 1, 2], 0),
        ("all", [1, 2, 2], 1),
        ("majority", [0, 1, 2], 1),
        ("majority", [0, 0, 2], 0),
        ("majority", [0, 2], 0),
        ("majority", [0, 0, 2, 2], 0),
        ("majority", [0, 2, 2, 2], 2),
        ("majority", [2], 2),
    ],
)
def test_a_whole_is_as_bad_as_its_rule_says(
    combine: Combine, levels: list[int], whole: int
) -> None:
    said = worst(*(verdicts([level]) for level in levels), combine=combine)
    assert said.level.tolist() == [whole]


def test_who_does_not_know_seconds_no_alarm_and_silences_none() -> None:
    red, silent = verdicts([2]), verdicts([0], [False])
    assert worst(red, silent, combine="any").level.tolist() == [2]
    assert worst(red, silent, combine="all").level.tolist() == [0]
    assert worst(red, silent).known.tolist() == [True]
    assert worst(silent, silent).known.tolist() == [False]


def test_a_whole_speaks_with_the_number_of_who_decided() -> None:
    said = worst(verdicts([0, 2], says=1.0), verdicts([1, 0], says=2.0))
    assert said.statistic.tolist() == [2.0, 1.0]
    assert said.statistic_name == Text(en="number 1 / number 2", zh="数1 / 数2")


def test_verdicts_on_different_periods_do_not_combine() -> None:
    with pytest.raises(ValueError, match="same periods"):
        worst(verdicts([0]), verdicts([0, 0]))
    with pytest.raises(ValueError, match="at least one"):
        worst()


def test_a_series_has_one_number_per_period() -> None:
    with pytest.raises(ValueError, match="3 periods"):
        series([1.0, 2.0, 3.0], sample=[5.0])
