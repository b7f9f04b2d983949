"""Funnel: a share against what is normal, with limits that narrow as the sample grows."""

from typing import Literal

from pydantic import Field

from seawall.warning.pooling import PooledShares
from seawall.warning.shares import Count, distance_from, share


class Funnel(PooledShares):
    """A share against the pooled share before it, or a given one, taken as known.

    Exact binomial (mid-p) tails, so that three defaults among forty loans are judged as what they
    are. Where the pooled sample is not much larger than one period's, use `vintage`: there the
    base is uncertain too. Source: Spiegelhalter (2005), Funnel plots for comparing institutional
    performance, Statistics in Medicine 24, 1185-1202.

    >>> import numpy as np
    >>> from datetime import date, timedelta
    >>> from seawall.warning.series import Series
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(3))
    >>> value, sample = np.array([0.02, 0.05, 0.08]), np.array([1000.0, 100.0, 100.0])
    >>> fpd = Series(ends, value, sample, "share", "day")
    >>> Funnel(kind="funnel", target=0.02, history_min=1).judge(fpd, "up").level.tolist()
    [0, 0, 1]

    Attributes:
        target: the share that is normal; without it that of the earlier periods. With it the
            earlier periods tell over-dispersion only.
    """

    kind: Literal["funnel"]
    target: float | None = Field(default=None, gt=0, lt=1)

    def chance(self, earlier: list[Count]) -> float:
        """The target, or the pooled share."""
        return share(earlier) if self.target is None else self.target

    def distance(self, seen: Count, earlier: list[Count]) -> float:
        """By the binomial tail at the normal share."""
        return distance_from(self.chance(earlier), seen)
