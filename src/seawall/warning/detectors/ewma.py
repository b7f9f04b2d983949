"""Exponentially weighted moving average: small lasting shifts."""

from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import StartUp
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import Series
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range, towards

DISTANCE = Text(en="moving average, in its sigmas from target", zh="加权移动平均偏离目标的标准差数")


class Ewma(StartUp, TwoLimits):
    """A weighted average of all values so far against limits that widen to their asymptote.

    z = weight x + (1 - weight) z before, from z = target. Its standard deviation after t values is
    sigma times the root of weight / (2 - weight) (1 - (1 - weight)^2t). A gap leaves z as it was.
    Sources: Roberts (1959); Lucas and Saccucci (1990), Technometrics 32, whose tables give a false
    alarm every 500 periods at weight 0.1 and limit 2.814; NIST/SEMATECH e-Handbook 6.3.2.4.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(4))
    >>> rate = Series(ends, np.array([10.0, 11.0, 13.0, 13.0]), np.full(4, np.nan), "share", "day")
    >>> Ewma(kind="ewma", target=10, sigma=1, weight=0.3).judge(rate, "up").level.tolist()
    [0, 0, 1, 2]

    Attributes:
        weight: of the newest value; small ones see small shifts, and late.
        amber, red: the distance from target in standard deviations of the average. The defaults
            are Montgomery's (9.2) and Shewhart's.
    """

    kind: Literal["ewma"]
    weight: float = Field(default=0.1, gt=0, le=1)
    amber: float = Field(default=2.7, gt=0)
    red: float = Field(default=3.0, gt=0)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """The average after each value; the normal range is that of the value, given the past."""
        value = series.finite
        start, target, sigma = self.state(value)
        statistic, before, reach = (np.full(len(series), np.nan) for _ in range(3))
        average, steps = 0.0, 0  # in sigmas from target
        for period, number in enumerate(value[start:].tolist(), start):
            before[period] = average
            steps += number == number  # noqa: PLR0124 - NaN is the one number that is not itself
            reach[period] = self._spread(max(steps, 1))
            if number == number:  # noqa: PLR0124
                average += self.weight * ((number - target) / sigma - average)
                statistic[period] = average / reach[period]
        known = np.isfinite(statistic)
        statistic = np.where(known, statistic, np.nan)
        with np.errstate(all="ignore"):
            kept = (1 - self.weight) * before
            low, high = (
                target + sigma * (side * self.amber * reach - kept) / self.weight
                for side in (-1, 1)
            )
        low, high = normal_range(direction, low, high)
        return Verdicts(
            level=graded(towards(direction, statistic), amber=self.amber, red=self.red),
            known=known,
            low=low,
            high=high,
            statistic=statistic,
            statistic_name=DISTANCE,
        )

    def _spread(self, steps: int) -> float:
        """The average's standard deviation after so many values, in sigmas of one value."""
        shrunk: float = (1 - self.weight) ** (2 * steps)
        return float((self.weight / (2 - self.weight) * (1 - shrunk)) ** 0.5)
