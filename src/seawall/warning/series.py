"""A series: one measure's values in one segment over time."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seawall.core.measure import Unit

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Period = Literal["day", "week", "month"]


@dataclass(frozen=True, eq=False)
class Series:
    """One measure's values in one segment, one per period, oldest first, gaps included.

    Attributes:
        ends_on: the last day of each period.
        value: float64 (n,), NaN where unknown; a period without a value is told, never left out.
        sample: float64 (n,), how many observations each value rests on; NaN where the value is
            neither a share nor a mean.
        unit: of the values.
        period: how long each period is.

    Raises:
        ValueError: `value` or `sample` are not one number per period.
    """

    ends_on: tuple[date, ...]
    value: FloatArray
    sample: FloatArray
    unit: Unit
    period: Period

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit the periods: no verdict on them would mean anything."""
        periods = (len(self.ends_on),)
        if self.value.shape != periods or self.sample.shape != periods:
            msg = (
                f"a series of {len(self.ends_on)} periods has values of shape {self.value.shape} "
                f"and samples of shape {self.sample.shape}"
            )
            raise ValueError(msg)

    def __len__(self) -> int:
        """How many periods."""
        return len(self.ends_on)

    @property
    def finite(self) -> FloatArray:
        """The values, with NaN also where they are infinite: that is no value to judge."""
        return np.where(np.isfinite(self.value), self.value, np.nan)

    def first(self, periods: int) -> "Series":
        """The series as it was known after so many periods."""
        return Series(
            self.ends_on[:periods],
            self.value[:periods],
            self.sample[:periods],
            self.unit,
            self.period,
        )
