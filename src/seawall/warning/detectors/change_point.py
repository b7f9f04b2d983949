"""Change point: has the level changed within the last few periods?"""

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import StartUp
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import FloatArray, Series
from seawall.warning.verdict import Direction, Verdicts, graded

CHANCE = Text(en="chance of a recent change for the worse", zh="近期发生恶化突变的概率")


class ChangePoint(StartUp, TwoLimits):
    """The chance that the level has changed within the last `recent` periods, to the bad side.

    Bayesian online change-point detection (Adams and MacKay 2007, arXiv:0710.3742, algorithm 1):
    every length of the run since the last change has its weight; values are normal with unknown
    mean and variance (normal-gamma prior, Student-t predictions; Murphy 2007), a change comes with
    constant hazard. A new run's mean is expected about target with a standard deviation of
    sigma / sqrt(`PRIOR_WEIGHT`). Run lengths beyond `RUNS_MAX` share one weight. It tells of the event:
    when the new level has lasted for longer than `recent`, it is quiet again.
    A jump of two sigmas in a dozen periods it mostly misses: `cusum` is for those.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(6))
    >>> value = np.array([10.0, 10.5, 9.6, 15.0, 15.5, 14.8])
    >>> rate = Series(ends, value, np.full(6, np.nan), "share", "day")
    >>> ChangePoint(kind="change_point", target=10, sigma=1).judge(rate, "up").level.tolist()
    [0, 0, 0, 1, 2, 2]

    Attributes:
        run_expected: periods from one change to the next, the inverse of the hazard.
        recent: periods, the newest included, within which a change is recent.
        amber, red: the chance from which on it is bad.
    """

    kind: Literal["change_point"]
    run_expected: float = Field(default=60.0, gt=1, le=10_000)
    recent: int = Field(default=3, ge=1, le=60)
    amber: float = Field(default=0.5, gt=0, le=1)
    red: float = Field(default=0.9, gt=0, le=1)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """The chance after each value; a change has no normal range of the value."""
        value = series.finite
        start, target, sigma = self.state(value)
        statistic = np.full(len(series), np.nan)
        with np.errstate(all="ignore"):
            distance = (value - target) / sigma
            runs = _first_run(self.start_up)
            for period in range(start, len(series)):
                if np.isfinite(distance[period]):
                    runs = _after(runs, float(distance[period]), 1 / self.run_expected)
                    statistic[period] = runs.recent(self.recent, direction)
        none = np.full(len(series), np.nan)
        return Verdicts(
            level=graded(statistic, amber=self.amber, red=self.red),
            known=np.isfinite(statistic),
            low=none,
            high=none,
            statistic=statistic,
            statistic_name=CHANCE,
        )


PRIOR_WEIGHT = 0.1
"""How many values a new run's prior mean counts for."""
PRIOR_FREEDOM = 5.0
"""Twice this many values' worth of belief that a new run's variance is the old one's."""
RUNS_MAX = 256


class _Runs(NamedTuple):
    """Run lengths, the newest first: position r is a run of r + 1 values; and what each has learned.

    Attributes:
        weight: the chance of each.
        mean, counted, shape, scale: normal-gamma parameters, in sigmas from target.
    """

    weight: FloatArray
    mean: FloatArray
    counted: FloatArray
    shape: FloatArray
    scale: FloatArray

    def recent(self, periods: int, direction: Direction) -> float:
        """The chance of a run of at most so many values whose mean is on the bad side of before."""
        young = np.arange(len(self.weight)) < periods
        young[-1] = False  # the run from the start is no change
        old = self.weight[~young]
        before = (old * self.mean[~young]).sum() / old.sum()
        up = self.mean > before
        bad = {"up": young & up, "down": young & (self.mean < before), "both": young}[direction]
        return float(self.weight[bad].sum())


def _first_run(start_up: int) -> _Runs:
    """One run that has seen the start-up: mean on target, and that many values' certainty."""
    one = np.ones(1)
    return _Runs(one, 0 * one, one * start_up, one * start_up / 2, one * start_up / 2)


def _after(runs: _Runs, seen: float, hazard: float) -> _Runs:
    """The runs after one more value: each goes on, or a new one began with it."""
    begun = _Runs(
        np.array([hazard * runs.weight.sum()]),
        np.zeros(1),
        np.array([PRIOR_WEIGHT]),
        np.array([PRIOR_FREEDOM]),
        np.array([PRIOR_FREEDOM]),
    )
    gone_on = runs._replace(weight=runs.weight * (1 - hazard))
    all_runs = _Runs(*(np.concatenate(pair) for pair in zip(begun, gone_on, strict=True)))
    off = seen - all_runs.mean
    log_weight = np.log(all_runs.weight) + _log_predictive(all_runs, off)
    weight = np.exp(log_weight - log_weight.max())
    more = all_runs.counted + 1
    learned = _Runs(
        weight / weight.sum(),
        all_runs.mean + off / more,
        more,
        all_runs.shape + 0.5,
        all_runs.scale + all_runs.counted * off**2 / (2 * more),
    )
    return _shortened(learned)


def _log_predictive(runs: _Runs, off: FloatArray) -> FloatArray:
    """Student-t density of the next value under each run, given how far it is from its mean."""
    # A quarter of a second to load, which commands that judge nothing need not spend.
    from scipy.special import gammaln  # noqa: PLC0415

    freedom = 2 * runs.shape
    spread = runs.scale * (runs.counted + 1) / (runs.shape * runs.counted)
    density: FloatArray = (
        gammaln((freedom + 1) / 2)
        - gammaln(freedom / 2)
        - np.log(np.pi * freedom * spread) / 2
        - (freedom + 1) / 2 * np.log1p(off**2 / (freedom * spread))
    )
    return density


def _shortened(runs: _Runs) -> _Runs:
    """No more runs than `RUNS_MAX`: the longest gives its weight to the one before."""
    if len(runs.weight) <= RUNS_MAX:
        return runs
    kept = _Runs(*(np.delete(column, -2) for column in runs))
    kept.weight[-1] += runs.weight[-2]
    return kept
