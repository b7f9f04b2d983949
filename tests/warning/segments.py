"""Series to judge: from plain numbers, and drawn by hypothesis."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st

from seawall.warning.series import FloatArray, Period, Series

EPOCH = date(2020, 1, 31)


def month_ends(periods: int) -> tuple[date, ...]:
    firsts = [date(2020 + (m + 1) // 12, (m + 1) % 12 + 1, 1) for m in range(periods)]
    return tuple(first - timedelta(days=1) for first in firsts)


def days(periods: int) -> tuple[date, ...]:
    return tuple(EPOCH + timedelta(days=day) for day in range(periods))


def series(
    value: Sequence[float], *, sample: Sequence[float] | None = None, period: Period = "month"
) -> Series:
    number = np.array(value, dtype=np.float64)
    counted = np.full(len(number), np.nan) if sample is None else np.array(sample, dtype=np.float64)
    ends = days(len(number)) if period == "day" else month_ends(len(number))
    return Series(ends, number, counted, "share", period)


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    """Quiet, jumping, constant, gappy, infinite and huge ones, by months or days."""
    periods = draw(st.integers(0, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    shape = draw(st.sampled_from(["share", "constant", "jump", "huge", "wild"]))
    values: dict[str, FloatArray] = {
        "share": chance.binomial(800, 0.03, periods) / 800,
        "constant": np.full(periods, 0.25),
        "jump": chance.normal(10, 1, periods) + 8 * (np.arange(periods) > periods * 0.7),
        "huge": chance.normal(0, 1, periods) * 1e307,
        "wild": chance.choice([np.inf, -np.inf, 0.0, -1.0, 5e-324, 1.0], periods),
    }
    gaps = chance.random(periods) < draw(st.sampled_from([0.0, 0.2]))
    value = np.where(gaps, np.nan, values[shape])
    sample = draw(st.sampled_from([np.nan, 0.0, 800.0, np.inf]))
    return series(
        value.tolist(), sample=[sample] * periods, period=draw(st.sampled_from(["month", "day"]))
    )
