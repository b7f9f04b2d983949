from datetime import date
from time import process_time

import numpy as np
import pytest

from seawall.core.period import month_ends
from seawall.warning import judging
from seawall.warning.cause import Cause, segment
from seawall.warning.holding import UNKNOWN
from seawall.warning.panel import Panel
from tests.warning.sheets import sheet

MONTHS = tuple(month_ends(date(2023, 1, 1), date(2025, 12, 31)))
INDICATOR = sheet(raise_after=2, clear_after=2).declared


def panel(*rows: list[float], whole: float = 1000.0) -> Panel:
    rate = np.array(rows)
    months = MONTHS[: rate.shape[1]]
    segments = tuple(segment(channel=f"c{n}") for n in range(len(rows)))
    return Panel("share", segments, months, rate * whole, np.full(rate.shape, whole))


def test_each_series_has_its_verdicts_and_its_held_levels() -> None:
    found = judging.judge(INDICATOR, panel([0.01, 0.04, 0.06, 0.02], [0.01] * 4), "share")
    assert found.levels.tolist() == [[0, 1, 2, 0], [0, 0, 0, 0]]
    assert found.held.tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    np.testing.assert_array_equal(found.high, np.full((2, 4), 0.03))


def test_a_sample_below_the_least_has_no_verdict() -> None:
    found = judging.judge(INDICATOR, panel([0.9, 0.9], whole=49.0), "share")
    assert found.levels.tolist() == [[UNKNOWN, UNKNOWN]]
    assert judging.judge(INDICATOR, panel([0.9], whole=50.0), "share").levels.tolist() == [[2]]


def test_a_count_has_no_sample_and_is_judged() -> None:
    rows = Panel("count", ((),), MONTHS[:2], np.array([[1.0, 9.0]]), np.full((1, 2), np.nan))
    assert judging.judge(INDICATOR, rows, "count").levels.tolist() == [[2, 2]]


def test_nothing_is_judged_where_there_is_nothing() -> None:
    rows = Panel("share", (), MONTHS[:3], np.zeros((0, 3)), np.zeros((0, 3)))
    assert judging.judge(INDICATOR, rows, "share").held.shape == (0, 3)


def test_a_standing_tells_level_since_and_the_last_verdict() -> None:
    rows = panel([0.01, 0.04, 0.06, 0.06], [0.01] * 4)
    found, cause = judging.judge(INDICATOR, rows, "share"), Cause("late_share")
    hot = judging.standing(found, rows, 0, cause)
    calm = judging.standing(found, rows, 1, cause)
    assert hot is not None
    assert calm is not None
    assert (hot.level, hot.since, hot.known_to) == (2, MONTHS[2], MONTHS[3])
    assert (calm.level, calm.since) == (0, MONTHS[3])
    unknown = judging.judge(INDICATOR, panel([0.1], whole=1.0), "share")
    assert judging.standing(unknown, panel([0.1]), 0, cause) is None


def test_what_comes_later_changes_no_verdict() -> None:
    rows = panel(list(np.random.default_rng(1).uniform(0, 0.08, 24)))
    whole = judging.judge(INDICATOR, rows, "share")
    for place in range(1, 24):
        cut = judging.judge(INDICATOR, rows.until(MONTHS[place - 1]), "share")
        assert cut.held.tolist() == whole.held[:, :place].tolist()


@pytest.mark.parametrize("expected", ["green", "amber", "red"])
def test_a_case_is_the_verdict_on_its_last_value(expected: str) -> None:
    value = {"green": 0.01, "amber": 0.04, "red": 0.06}[expected]
    case = {"name": "c", "values": [None, 0.02, value], "expect": expected}
    declared = sheet(cases=[case]).declared
    assert judging.tried(declared, declared.cases[0], "share") == expected


def test_a_hundred_indicators_over_twenty_segments_and_36_months_take_seconds() -> None:
    rows = panel(*np.random.default_rng(2).uniform(0, 0.05, (20, 36)).tolist())
    declared = sheet(detectors=[{"kind": "threshold"}, {"kind": "change", "amber": 9, "red": 10}])
    start = process_time()
    for _ in range(100):
        judging.judge(declared.declared, rows, "share")
    assert process_time() - start < 10
