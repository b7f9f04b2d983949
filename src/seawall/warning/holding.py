"""From verdicts to alert levels: a level is held until verdicts say otherwise often enough.

This is a Schmitt trigger per level: a level is reached after `raise_after` verdicts on end at it or
above, and left after `clear_after` verdicts on end below it. A period without a verdict says
nothing: it neither counts nor breaks a run. Red is held only while amber is, so that levels nest.
"""

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.int8]
"""Rows of series, columns of periods: 0 green, 1 amber, 2 red, -1 where there is no verdict."""
Flags = NDArray[np.bool_]

GREEN, AMBER, RED, UNKNOWN = 0, 1, 2, -1


def held(levels: Levels, *, raise_after: int = 1, clear_after: int = 1) -> Levels:
    """The alert level of each period.

    Args:
        levels: verdicts of series (rows) by period (columns), oldest first.
        raise_after: verdicts on end at a level or above that reach it.
        clear_after: verdicts on end below a level that leave it.

    >>> held(np.array([[1, 0, 1, 0, 0]], np.int8), clear_after=2).tolist()
    [[1, 1, 1, 1, 0]]
    >>> held(np.array([[1, -1, 2, 2]], np.int8), raise_after=2).tolist()
    [[0, 0, 1, 2]]
    """
    seen = levels != UNKNOWN
    amber, red = (
        _triggered(levels >= least, seen, raise_after, clear_after) for least in (AMBER, RED)
    )
    return amber.astype(np.int8) + red.astype(np.int8)


def shown(level: int, verdict: int) -> int:
    """The level that is told of a period: the held one; none where it is green for lack of any verdict.

    >>> shown(0, UNKNOWN), shown(1, UNKNOWN), shown(1, 0)
    (-1, 1, 1)
    """
    return UNKNOWN if verdict == UNKNOWN and level <= GREEN else level


def _triggered(over: Flags, seen: Flags, raise_after: int, clear_after: int) -> Flags:
    series, periods = over.shape
    on, ups, downs = np.zeros(series, bool), np.zeros(series, int), np.zeros(series, int)
    told = np.zeros((series, periods), bool)
    for period in range(periods):
        here, up = seen[:, period], over[:, period]
        ups = np.where(here, np.where(up, ups + 1, 0), ups)
        downs = np.where(here, np.where(up, 0, downs + 1), downs)
        on = np.where(on, downs < clear_after, ups >= raise_after)
        told[:, period] = on
    return told


def begun(alert: Levels) -> NDArray[np.int64]:
    """For each period of one series, where the run above green that it is in began; -1 where green.

    >>> begun(np.array([0, 1, 2, 0, 1], np.int8)).tolist()
    [-1, 1, 1, -1, 4]
    """
    return _runs(alert > GREEN)


def reached(alert: Levels) -> NDArray[np.int64]:
    """For each period of one series, since when it has had its level without a break.

    >>> reached(np.array([1, 1, 2, 2, 1], np.int8)).tolist()
    [0, 0, 2, 2, 4]
    """
    places = np.arange(len(alert))
    changed = np.r_[True, alert[1:] != alert[:-1]]
    made: NDArray[np.int64] = np.maximum.accumulate(np.where(changed, places, 0))
    return made


def _runs(on: Flags) -> NDArray[np.int64]:
    places = np.arange(len(on))
    before = np.r_[False, on[:-1]]
    starts = np.maximum.accumulate(np.where(on & ~before, places, 0))
    made: NDArray[np.int64] = np.where(on, starts, -1)
    return made
