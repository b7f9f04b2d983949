"""Detectors: CPU a series, and how often each is wrong, on shares of loans of steady and worse chance."""

import time
from datetime import date, timedelta

import numpy as np
from pydantic import TypeAdapter

from seawall.warning.detectors.table import Detector
from seawall.warning.series import FloatArray, Period, Series

LOANS, STEADY, WORSE = 2000, 0.03, 0.0376
STATE = {"target": STEADY, "sigma": 0.0038}
DECLARED: list[dict[str, object]] = [
    {"kind": "threshold", "amber": 0.04, "red": 0.05},
    {"kind": "change", "amber": 0.2, "red": 0.5},
    {"kind": "robust_z"},
    {"kind": "robust_z", "season": "month_of_year"},
    {"kind": "ewma", **STATE},
    {"kind": "ewma", "start_up": 24},
    {"kind": "ewma"},
    {"kind": "cusum", **STATE},
    {"kind": "cusum", "start_up": 24},
    {"kind": "cusum"},
    {"kind": "page_hinkley"},
    {"kind": "funnel"},
    {"kind": "vintage"},
    {"kind": "forecast", "line": 0.045},
    {"kind": "change_point"},
]


def drawn(chance: FloatArray, period: Period, seed: int) -> Series:
    """One segment's share of bad loans, period after period."""
    periods = len(chance)
    value = np.random.default_rng(seed).binomial(LOANS, chance) / LOANS
    step = 30 if period == "month" else 1
    ends = tuple(date(2020, 1, 31) + timedelta(days=step * each) for each in range(periods))
    return Series(ends, value, np.full(periods, float(LOANS)), "share", period)


def milliseconds(detector: Detector, several: list[Series]) -> float:
    """CPU a series."""
    start = time.process_time()
    for series in several:
        detector.judge(series, "up")
    return (time.process_time() - start) / len(several) * 1000


def rates(detector: Detector, chance: FloatArray, runs: int = 1500) -> list[float]:
    """The share of series with any amber, any red, and red within four, of the last twelve."""
    late = np.array(
        [detector.judge(drawn(chance, "month", run), "up").level[-12:] for run in range(runs)]
    )
    return [float(bad.any(axis=1).mean()) for bad in (late >= 1, late >= 2, late[:, :4] >= 2)]  # noqa: PLR2004


def main() -> None:
    """Print one line a detector."""
    calm = np.full(36, STEADY)
    worse = np.where(np.arange(36) < 24, STEADY, WORSE)  # noqa: PLR2004
    months = [drawn(calm, "month", seed) for seed in range(200)]
    days = [drawn(np.full(1100, STEADY), "day", seed) for seed in range(4)]
    for declared in DECLARED:
        detector: Detector = TypeAdapter(Detector).validate_python(declared)
        false_amber, false_red, _ = rates(detector, calm)
        _, right, soon = rates(detector, worse)
        print(
            f"{declared}\n  {milliseconds(detector, months):.2f} ms for 36 months, "
            f"{milliseconds(detector, days):.2f} ms for 1,100 days; false amber {false_amber:.0%}, "
            f"false red {false_red:.0%}; red within four {soon:.0%}, within twelve {right:.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
