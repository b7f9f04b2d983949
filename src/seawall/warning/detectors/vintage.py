"""Vintage: a cohort at one age against earlier cohorts at the same age."""

from typing import Literal

from seawall.warning.pooling import PooledShares, variance_between
from seawall.warning.shares import Count, distance_between, pooled


class Vintage(PooledShares):
    """The newest cohort's share at a fixed age against that of the cohorts before it.

    The series holds one value per cohort, all at one age, dated by the cohort's month; a cohort
    that is too young is a gap. Fisher's exact conditional test (mid-p), in which the earlier
    cohorts are a sample too, widened by the over-dispersion among them. Sources: Fisher (1935), The
    logic of inductive inference; Lancaster (1961), JASA 56; Spiegelhalter (2005).

    >>> import numpy as np
    >>> from datetime import date, timedelta
    >>> from seawall.warning.series import Series
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(3))
    >>> value, sample = np.array([0.02, 0.02, 0.10]), np.array([1000.0, 1000.0, 100.0])
    >>> mob3 = Series(ends, value, sample, "share", "month")
    >>> Vintage(kind="vintage", history_min=2).judge(mob3, "up").level.tolist()
    [0, 0, 2]
    """

    kind: Literal["vintage"]

    def distance(self, seen: Count, earlier: list[Count]) -> float:
        """By the hypergeometric tail given all hits."""
        return distance_between(seen, pooled(earlier))

    def range_variance(self, seen: Count, earlier: list[Count]) -> float:
        """Of the difference between the two shares."""
        return variance_between(seen, earlier)
