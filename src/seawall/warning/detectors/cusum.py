"""Two-sided tabular cumulative sums: shifts of a known size, soonest."""

from typing import Literal

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import StartUp
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import FloatArray, Series
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range

SUM = Text(en="cumulative sum beyond the slack, in sigmas", zh="超出容差的累积和（标准差数）")


class Cusum(StartUp, TwoLimits):
    """What the values have gone beyond target by more than a slack, summed while above zero.

    C+ = max(0, z - slack + C+ before), C- = max(0, -z - slack + C- before), z in sigmas from
    target. Slack is half the shift that is to be seen. At slack 0.5 in control, a limit of 4
    alarms every 168 periods, of 5 every 465 (Montgomery, Introduction to Statistical Quality
    Control, table 9.3). The sums are not reset by an alarm, so that it lasts while the shift does, and for as
    many periods again as the sum takes to come down. Sources: Page (1954), Biometrika 41; NIST/
    SEMATECH e-Handbook 6.3.2.3.

    >>> from datetime import date, timedelta
    >>> ends = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(4))
    >>> rate = Series(ends, np.array([10.0, 12.0, 13.0, 12.5]), np.full(4, np.nan), "share", "day")
    >>> Cusum(kind="cusum", target=10, sigma=1).judge(rate, "up").statistic.tolist()
    [0.0, 1.5, 4.0, 6.0]

    Attributes:
        slack: in sigmas.
        amber, red: the sum from which on it is bad, in sigmas.
    """

    kind: Literal["cusum"]
    slack: float = Field(default=0.5, ge=0, le=3)
    amber: float = Field(default=4.0, gt=0)
    red: float = Field(default=5.0, gt=0)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """The sum on the bad side after each value, or the larger of the two."""
        value = series.finite
        start, target, sigma = self.state(value)
        with np.errstate(all="ignore"):
            distance = (value - target) / sigma
        (above, room_up), (below, room_down) = (
            self._summed(side, start) for side in (distance, -distance)
        )
        statistic = {"up": above, "down": below, "both": np.maximum(above, below)}[direction]
        known = np.isfinite(statistic)
        statistic = np.where(known, statistic, np.nan)
        with np.errstate(all="ignore"):
            low, high = target - sigma * room_down, target + sigma * room_up
        low, high = normal_range(direction, low, high)
        return Verdicts(
            level=graded(statistic, amber=self.amber, red=self.red),
            known=known,
            low=low,
            high=high,
            statistic=statistic,
            statistic_name=SUM,
        )

    def _summed(self, distance: FloatArray, start: int) -> tuple[FloatArray, FloatArray]:
        """From `start` on: the upper sum after each distance, and how far the distance could go short of amber."""
        sums, room = np.full(len(distance), np.nan), np.full(len(distance), np.nan)
        total = 0.0
        for period, far in enumerate(distance[start:].tolist(), start):
            room[period] = self.amber + self.slack - total
            if far == far:  # noqa: PLR0124 - a gap (NaN) leaves the sum as it was
                total = max(0.0, total + far - self.slack)
                sums[period] = total
        return sums, room
