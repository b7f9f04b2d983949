"""Fixed limits on the value itself."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from seawall.core.text import Text
from seawall.warning.declaring import CONFIG
from seawall.warning.series import Series
from seawall.warning.verdict import Direction, Verdicts, graded, normal_range, towards

VALUE = Text(en="value", zh="指标值")


class Threshold(BaseModel):
    """Amber and red lines set by policy, such as a regulator's or the board's risk appetite.

    On the bad side of the line, the line included, is bad; for `both` the line is held against
    the absolute value. Which of the two limits is the larger depends on the direction.
    Source: Basel Committee, Principles for the sound management of operational risk (2021),
    paragraph 35 (key risk indicators with thresholds and escalation).

    >>> from seawall.warning.series import Series
    >>> from datetime import date
    >>> two = np.array([0.02, 0.06])
    >>> ends = (date(2026, 1, 31), date(2026, 2, 28))
    >>> dpd30 = Series(ends, two, np.array([900.0, 950.0]), "share", "month")
    >>> Threshold(kind="threshold", amber=0.04, red=0.05).judge(dpd30, "up").level.tolist()
    [0, 2]

    Attributes:
        amber, red: in the series' unit.
        sample_min: a value that rests on fewer observations gets no verdict; where no sample
            is told, none is asked.
    """

    model_config = CONFIG

    kind: Literal["threshold"]
    amber: float
    red: float
    sample_min: int = Field(default=0, ge=0)

    def judge(self, series: Series, direction: Direction) -> Verdicts:
        """Each value against the two lines; it never looks back."""
        value = np.where(series.sample < self.sample_min, np.nan, series.finite)
        amber, red = towards(direction, np.array([self.amber, self.red])).tolist()
        mildest = np.full(len(series), min(amber, red))
        low, high = normal_range(direction, -mildest, mildest)
        return Verdicts(
            level=graded(towards(direction, value), amber=amber, red=red),
            known=np.isfinite(value),
            low=low,
            high=high,
            statistic=value,
            statistic_name=VALUE,
        )
