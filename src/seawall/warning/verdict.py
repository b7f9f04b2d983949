"""Verdicts: what a detector says of each period, and how several detectors' become one."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from seawall.core.text import Text
from seawall.warning.series import BoolArray, FloatArray


class Level(IntEnum):
    """How bad: in order, so that the worst is the highest."""

    GREEN = 0
    AMBER = 1
    RED = 2


Direction = Literal["up", "down", "both"]
"""The bad side: a rise, a fall, or either."""

Combine = Literal["any", "all", "majority"]
LevelArray = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Verdicts:
    """One detector's verdicts, arrays over the n periods of the series that it judged.

    Attributes:
        level: int8, a `Level`; GREEN wherever not known.
        known: False where history or sample were too little: no verdict, hence never an alert.
        low, high: the normal range in the series' unit; NaN where there is none on that side.
        statistic: what the limits `amber` and `red` were held against; NaN where not known.
        statistic_name: what the statistic is.
    """

    level: LevelArray
    known: BoolArray
    low: FloatArray
    high: FloatArray
    statistic: FloatArray
    statistic_name: Text


def towards(direction: Direction, up: FloatArray) -> FloatArray:
    """How far a signed distance goes to the bad side; positive is bad.

    >>> towards("down", np.array([-2.0, 1.0])).tolist()
    [2.0, -1.0]
    """
    if direction == "both":
        return np.abs(up)
    return up if direction == "up" else -up


def graded(badness: FloatArray, *, amber: float, red: float) -> LevelArray:
    """The level of each period: amber or red from that limit on; green where badness is NaN."""
    with np.errstate(invalid="ignore"):
        level = np.where(badness >= red, Level.RED, np.where(badness >= amber, Level.AMBER, 0))
    return level.astype(np.int8)


def normal_range(
    direction: Direction, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The range without the side that is not bad: there nothing is abnormal."""
    none = np.full(len(low), np.nan)
    low, high = (np.where(np.isfinite(side), side, np.nan) for side in (low, high))
    return (none if direction == "up" else low), (none if direction == "down" else high)


def worst(*verdicts: Verdicts, combine: Combine = "any") -> Verdicts:
    """Several detectors' verdicts on one series as one.

    `any`: the highest level; `all`: the lowest; `majority`: the highest that more than half of
    the detectors reach. Who does not know seconds no alarm; the whole is known where anyone
    knows. Range and statistic are those of the first detector that says what the whole says.

    Raises:
        ValueError: no verdicts, or on different numbers of periods.
    """
    if not verdicts or len({len(each.level) for each in verdicts}) != 1:
        msg = "only verdicts on the same periods can become one, and at least one is needed"
        raise ValueError(msg)
    levels = np.sort(np.stack([each.level for each in verdicts]), axis=0)[::-1]
    seconds = {"any": 0, "majority": len(verdicts) // 2, "all": len(verdicts) - 1}
    level = levels[seconds[combine]]
    known = np.stack([each.known for each in verdicts])
    says = known & (np.stack([each.level for each in verdicts]) == level)
    speaker = np.where(says.any(axis=0), says.argmax(axis=0), known.argmax(axis=0))

    def spoken(column: Literal["low", "high", "statistic"]) -> FloatArray:
        rows = np.stack([getattr(each, column) for each in verdicts])
        taken: FloatArray = np.take_along_axis(rows, speaker[None], axis=0)[0]
        return taken

    return Verdicts(
        level=level,
        known=np.logical_or.reduce(known),
        low=spoken("low"),
        high=spoken("high"),
        statistic=spoken("statistic"),
        statistic_name=_names(verdicts),
    )


def _names(verdicts: tuple[Verdicts, ...]) -> Text:
    """Every statistic's name once: which of them a period's number is, its speaker decides."""
    names = list(dict.fromkeys((v.statistic_name.en, v.statistic_name.zh) for v in verdicts))
    return Text(en=" / ".join(en for en, _ in names), zh=" / ".join(zh for _, zh in names))
