"""What the detectors of shares have in common: one count against the pooled counts before it."""

from math import sqrt

import numpy as np
from pydantic import Field

from seawall.core.text import Text
from seawall.warning.baseline import Memory
from seawall.warning.declaring import TwoLimits
from seawall.warning.series import Series
from seawall.warning.shares import Count, over_dispersion, pooled, share
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range, towards

UNITS = Text(en="distance in standard normal units", zh="偏离程度（标准正态单位）")
SAMPLE_MAX = 1e15  # beyond, a float no longer counts one by one


class PooledShares(TwoLimits):
    """A share, with its sample, against the pooled shares of earlier periods.

    Values outside 0..1, or without a sample, get no verdict. A period that was red is not pooled
    (see `baseline.Memory`). The normal range is the normal approximation's, for charts; the
    verdict is the exact tail's, so that in small samples a point may lie beyond one and not the other.

    Attributes:
        amber, red: standard normal units. The defaults are Spiegelhalter's control limits:
            outside 95 % and outside 99.8 %.
        window: earlier periods pooled.
        history_min: earlier periods without which there is no verdict.
        sample_min: fewer observations get no verdict, and are not pooled.
        over_dispersed: whether the limits widen by the root of the over-dispersion that the
            earlier periods show; real portfolios differ by more than chance.
    """

    amber: float = Field(default=1.96, gt=0)
    red: float = Field(default=3.09, gt=0)
    window: int = Field(default=24, ge=1, le=400)
    history_min: int = Field(default=6, ge=1, le=400)
    sample_min: int = Field(default=1, ge=1)
    over_dispersed: bool = True

    def distance(self, seen: Count, earlier: list[Count]) -> float:
        """How far a count lies from earlier ones, in standard normal units, were it all chance."""
        raise NotImplementedError

    def chance(self, earlier: list[Count]) -> float:
        """The share that is normal."""
        return share(earlier)

    def range_variance(self, seen: Count, earlier: list[Count]) -> float:
        """The variance of the difference between one share and the normal one, were it chance."""
        chance = self.chance(earlier)
        return chance * (1 - chance) / seen.trials

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """Each period's count against those before it."""
        statistic, centre, reach = (np.full(len(series), np.nan) for _ in range(3))
        memory: Memory[Count] = Memory(self.window, least=self.history_min)
        for period, seen in enumerate(self._counts(series)):
            if seen is None:
                continue
            earlier = memory.normal()
            if earlier is not None:
                centre[period] = self.chance(earlier)
                widened = over_dispersion(earlier, centre[period]) if self.over_dispersed else 1.0
                statistic[period] = self.distance(seen, earlier) / sqrt(widened)
                reach[period] = self.amber * sqrt(widened * self.range_variance(seen, earlier))
            bad = towards(direction, statistic[period : period + 1])
            memory.add(seen, alarmed=bool(bad[0] >= self.red))
        low, high = normal_range(
            direction, np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
        )
        return Verdicts(
            level=graded(towards(direction, statistic), amber=self.amber, red=self.red),
            known=np.isfinite(statistic),
            low=low,
            high=high,
            statistic=statistic,
            statistic_name=UNITS,
        )

    def _counts(self, series: Series) -> list[Count | None]:
        """Hits and trials of each period, to the nearest whole; None where not told or not enough."""
        told = (series.sample >= self.sample_min) & (series.sample <= SAMPLE_MAX)
        told &= (series.value >= 0) & (series.value <= 1)
        trials = np.round(np.where(told, series.sample, 1)).astype(np.int64)
        hits = np.round(np.where(told, series.value, 0) * trials).astype(np.int64)
        pairs = zip(told.tolist(), hits.tolist(), trials.tolist(), strict=True)
        return [Count(hit, trial) if is_told else None for is_told, hit, trial in pairs]


def variance_between(seen: Count, earlier: list[Count]) -> float:
    """The variance of the difference of two shares, were their chances the same."""
    chance = share(earlier)
    return chance * (1 - chance) * (1 / seen.trials + 1 / pooled(earlier).trials)
