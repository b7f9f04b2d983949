"""Forecast, change point and robust z-score against second methods and planted truth."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from seawall.warning.detectors.change_point import PRIOR_FREEDOM, PRIOR_WEIGHT, ChangePoint
from seawall.warning.detectors.forecast import Forecast
from seawall.warning.detectors.robust_z import RobustZ
from tests.warning.segments import series


def test_a_forecast_is_the_textbook_regressions() -> None:
    chance = np.random.default_rng(3)
    value = 0.02 + 0.001 * np.arange(12) + chance.normal(0, 0.001, 12)
    expected, error, freedom = Forecast(kind="forecast", line=0.04).ahead(value, 3)
    fit = stats.linregress(np.arange(12), value)
    assert expected[-1] == pytest.approx(fit.intercept + fit.slope * 14)
    left = value - fit.intercept - fit.slope * np.arange(12)
    # Error of the mean at t from the fit's own standard errors, not from the design's formula.
    at_mean = left.std() * (12 / 10) ** 0.5
    mean_error = (at_mean**2 / 12 + (fit.stderr * (14 - 5.5)) ** 2) ** 0.5
    assert error[-1] == pytest.approx((at_mean**2 + mean_error**2) ** 0.5)
    assert freedom[-1] == 10


def test_a_forecast_of_nine_in_ten_comes_true_nine_times_in_ten() -> None:
    chance = np.random.default_rng(9)
    runs = 4000
    drawn = 5 + 0.3 * np.arange(15) + chance.normal(0, 1, (runs, 15))
    forecast = Forecast(kind="forecast", line=0)
    beyond = 0
    for path in drawn:
        expected, error, freedom = forecast.ahead(path[:12], 3)
        beyond += int(path[14] > expected[-1] + error[-1] * stats.t.ppf(0.1, freedom[-1]))
    assert abs(beyond / runs - 0.9) < 4 * (0.09 / runs) ** 0.5


def test_a_trend_is_told_before_it_crosses() -> None:
    value = [0.020 + 0.002 * month + 0.0004 * (-1) ** month for month in range(12)]
    said = Forecast(kind="forecast", line=0.040, within=3).judge(series(value), "up")
    first = int(np.argmax(said.level > 0))
    assert 5 <= first < next(month for month, each in enumerate(value) if each >= 0.040)


def evidence(run: np.ndarray, *, first: int = 0) -> float:
    """The marginal likelihood of a run, as one multivariate Student-t: no recursion in it."""
    weight, freedom = (float(first), first / 2) if first else (PRIOR_WEIGHT, PRIOR_FREEDOM)
    shape = np.eye(len(run)) + np.ones((len(run), len(run))) / weight
    return float(stats.multivariate_t(np.zeros(len(run)), shape, df=int(2 * freedom)).pdf(run))


def test_the_chance_of_a_change_is_that_of_all_partitions_counted_out() -> None:
    value = np.array([0.1, -0.4, 0.9, 3.0, 2.5, 3.3])
    told = ChangePoint(
        kind="change_point", target=0, sigma=1, start_up=12, run_expected=20, recent=3
    ).judge(series(value.tolist()), "both")
    chances: dict[bool, float] = {True: 0.0, False: 0.0}
    for begins in product([False, True], repeat=6):
        starts = [period for period, begun in enumerate(begins) if begun]
        edges = [*starts, 6]
        likely = evidence(value[: edges[0]], first=12) if edges[0] else 1.0
        for here, there in zip(starts, edges[1:], strict=True):
            likely *= evidence(value[here:there])
        prior = 0.05 ** len(starts) * 0.95 ** (6 - len(starts))
        chances[bool(starts) and starts[-1] >= 3] += prior * likely
    assert told.statistic[-1] == pytest.approx(chances[True] / sum(chances.values()))


def test_a_change_is_told_once_and_its_side_matters() -> None:
    chance = np.random.default_rng(7)
    value = np.concatenate([chance.normal(0, 1, 60), chance.normal(5, 1, 30)])
    up = ChangePoint(kind="change_point").judge(series(value.tolist(), period="day"), "up")
    assert up.level[60:63].max() == 2
    assert up.level[75:].max() == 0
    down = ChangePoint(kind="change_point").judge(series(value.tolist(), period="day"), "down")
    assert down.level[58:].max() == 0


def test_a_long_series_keeps_its_weights() -> None:
    value = np.random.default_rng(1100).normal(0, 1, 600)
    said = ChangePoint(kind="change_point").judge(series(value.tolist(), period="day"), "both")
    assert said.known[12:].all()
    assert ((said.statistic[12:] >= 0) & (said.statistic[12:] <= 1)).all()
    assert (said.level[12:] == 2).mean() < 0.02


def test_a_score_is_the_median_deviation_of_those_before() -> None:
    past = np.random.default_rng(5).normal(0, 1, 20)
    said = RobustZ(kind="robust_z").judge(series([*past.tolist(), 4.0]), "up")
    scale = stats.median_abs_deviation(past, scale="normal") * 20 / 19.2  # Croux and Rousseeuw
    assert said.statistic[-1] == pytest.approx((4 - np.median(past)) / scale)
    assert said.level[-1] == 2


def test_a_weekend_is_no_alarm_where_weekdays_are_the_season() -> None:
    chance = np.random.default_rng(2)
    value = 100 - 60 * (np.arange(140) % 7 >= 5) + chance.normal(0, 3, 140)
    value[139 - 3] += 40
    seasonal = RobustZ(kind="robust_z", season="weekday", red=6, amber=5)
    said = seasonal.judge(series(value.tolist(), period="day"), "both")
    assert np.flatnonzero(said.level == 2).tolist() == [136]
    plain = RobustZ(kind="robust_z", red=6, amber=5)
    blind = plain.judge(series(value.tolist(), period="day"), "both")
    assert (blind.level[30:136] == 2).sum() > 10


def test_what_was_red_is_not_normal_until_it_stays() -> None:
    calm = np.random.default_rng(4).normal(0, 1, 24)
    said = RobustZ(kind="robust_z").judge(series([*calm.tolist(), *[9.0] * 40]), "up")
    assert said.level[24:36].tolist() == [2] * 12
    assert said.level[-1] == 0  # the old level has left the window: a new normal
