"""What later values are held against: a centre and a spread, robust, and kept clean of alarms."""

from collections import deque
from statistics import median
from typing import Generic, Self, TypeVar

import numpy as np
from pydantic import BaseModel, Field, model_validator

from seawall.warning.declaring import CONFIG
from seawall.warning.series import FloatArray

Observation = TypeVar("Observation")
NORMAL_OVER_MAD = 1.4826022185056018  # 1 / the standard normal's upper quartile
SMALL_SAMPLES = (1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107)  # n = 2 .. 9


def centre_and_spread(values: list[float]) -> tuple[float, float]:
    """Median, and median absolute deviation scaled to estimate a normal's standard deviation.

    Half the values may be wild without carrying either away. The factors that make the deviation
    unbiased in samples of 2 to 9, and n / (n - 0.8) above: Croux and Rousseeuw (1992), Time-efficient
    algorithms for two highly robust estimators of scale.

    >>> centre_and_spread([9.0, 10.0, 11.0])[0]
    10.0
    """
    centre = median(values)
    size = len(values)
    corrected = SMALL_SAMPLES[size - 2] if 2 <= size <= 9 else size / (size - 0.8)  # noqa: PLR2004
    deviation = median([abs(value - centre) for value in values])
    return centre, NORMAL_OVER_MAD * corrected * deviation


class StartUp(BaseModel):
    """The in-control state that a chart watches for departures from: given, or from a start-up.

    Without `target` or `sigma` they are the median and the scaled median absolute deviation of
    the first `start_up` known values; those get no verdict. The state is then frozen (phase I
    and phase II: ISO 7870-1, Montgomery, Introduction to Statistical Quality Control, 5.2), so
    that no alarmed period becomes part of what is normal. Limits: a start-up that itself trends
    or jumps gives a wide sigma and a late alarm; one shorter than 20 gives more false alarms than
    the tables promise (Jensen and others 2006, Effects of parameter estimation on control chart
    properties); a constant one gives no sigma, and then no verdict.

    Attributes:
        target, sigma: centre and standard deviation of one value in control, in the series'
            unit; both or neither.
        start_up: known values, of as many periods, that the estimates rest on.
    """

    model_config = CONFIG

    target: float | None = None
    sigma: float | None = Field(default=None, gt=0)
    start_up: int = Field(default=12, ge=8, le=400)

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.target is None) != (self.sigma is None):
            msg = "`target` and `sigma` are given together, or both estimated"
            raise ValueError(msg)
        return self

    def state(self, value: FloatArray) -> tuple[int, float, float]:
        """The first period to judge, target and sigma; that period is n where there is no state."""
        if self.target is not None and self.sigma is not None:
            return 0, self.target, self.sigma
        some = np.flatnonzero(np.isfinite(value))[: self.start_up]
        if len(some) < self.start_up:
            return len(value), np.nan, np.nan
        target, sigma = centre_and_spread(value[some].tolist())
        if not 0 < sigma < np.inf:
            return len(value), np.nan, np.nan
        return int(some[-1]) + 1, target, sigma


class Memory(Generic[Observation]):
    """The last so many observations, alarmed ones marked.

    What is normal is learned from those that were not alarmed, else an alarm would soon call
    itself normal. But a level that stays where it was alarmed is a new normal in the end: once
    fewer than `least` of the window are calm, all of it counts.
    """

    def __init__(self, window: int, *, least: int) -> None:
        self._least = least
        self._held: deque[tuple[Observation, bool]] = deque(maxlen=window)

    def normal(self) -> list[Observation] | None:
        """The observations that say what is normal, oldest first; None where too few are known."""
        if len(self._held) < self._least:
            return None
        calm = [observation for observation, alarmed in self._held if not alarmed]
        return calm if len(calm) >= self._least else [each for each, _ in self._held]

    def add(self, observation: Observation, *, alarmed: bool) -> None:
        """Remember one more; the oldest goes where the window is full."""
        self._held.append((observation, alarmed))
