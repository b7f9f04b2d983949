"""Page-Hinkley: a lasting shift away from the running mean."""

from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import StartUp
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import FloatArray, Series
from seawall.warning.verdict import Direction, Verdicts, graded

CLIMB = Text(en="climb above the lowest sum, in sigmas", zh="较最低累积和的升幅（标准差数）")


class PageHinkley(StartUp, TwoLimits):
    """How far the sum of deviations from the running mean has climbed above its lowest point.

    m = sum of (x - mean of all values so far - tolerance); the statistic is m less its minimum, for
    a rise; mirrored for a fall. Unlike `cusum` it needs no target: the mean goes on learning, so
    that it sees a shift only while it is new, and follows a slow drift. `sigma` only scales it.
    Sources: Page (1954); Hinkley (1971), Biometrika 58; Mouss and others (2004), 5th Asian
    Control Conference.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(4))
    >>> rate = Series(ends, np.array([0.0, 0.0, 8.0, 8.0]), np.full(4, np.nan), "share", "day")
    >>> plain = PageHinkley(kind="page_hinkley", target=0, sigma=1, tolerance=0)
    >>> [round(number, 3) for number in plain.judge(rate, "up").statistic.tolist()]
    [0.0, 0.0, 5.333, 9.333]

    Attributes:
        tolerance: of each deviation, in sigmas.
        amber, red: the climb from which on it is bad, in sigmas; how often each is wrong is
            told in `docs/detectors.md`.
    """

    kind: Literal["page_hinkley"]
    tolerance: float = Field(default=0.5, ge=0, le=3)
    amber: float = Field(default=4.0, gt=0)
    red: float = Field(default=5.0, gt=0)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """The climb on the bad side after each value; there is no fixed normal range."""
        value = series.finite
        start, target, sigma = self.state(value)
        with np.errstate(all="ignore"):
            distance = (value - target) / sigma
            above, below = self._climb(distance, start), self._climb(-distance, start)
        statistic = {"up": above, "down": below, "both": np.maximum(above, below)}[direction]
        known = np.isfinite(statistic)
        none = np.full(len(series), np.nan)
        return Verdicts(
            level=graded(np.where(known, statistic, np.nan), amber=self.amber, red=self.red),
            known=known,
            low=none,
            high=none,
            statistic=np.where(known, statistic, np.nan),
            statistic_name=CLIMB,
        )

    def _climb(self, distance: FloatArray, start: int) -> FloatArray:
        """The statistic from `start` on; the values before only teach the mean."""
        climbed = np.full(len(distance), np.nan)
        some = np.flatnonzero(np.isfinite(distance))
        mean = np.cumsum(distance[some]) / np.arange(1, len(some) + 1)
        judged = some >= start
        some = some[judged]
        total = np.cumsum((distance[np.isfinite(distance)] - mean)[judged] - self.tolerance)
        climbed[some] = total - np.minimum.accumulate(total)
        return climbed
