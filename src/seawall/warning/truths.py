"""Where nobody planted troubles: what counts as one in a real series, by a rule stated beforehand."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.text import Text
from seawall.warning.backtest import Truth
from seawall.warning.cause import Segment

CONFIG = ConfigDict(frozen=True, extra="forbid")


class Episode(BaseModel):
    """A crisis as its source dates it: from its outbreak to its end."""

    model_config = CONFIG

    id: str
    title: Text
    starts_on: date
    ends_on: date


class Episodes(BaseModel):
    """A pack of dated crises, such as `backtest/recessions.yaml`."""

    model_config = CONFIG

    title: Text
    since: date
    cite: str = Field(min_length=1)
    episodes: tuple[Episode, ...] = Field(min_length=1)

    def truths(self, seen_by: frozenset[str], early_days: int) -> tuple[Truth, ...]:
        """As troubles that have their full effect at their outbreak: a warning comes before it."""
        return tuple(
            Truth(each.id, seen_by, (), each.starts_on, each.ends_on, each.starts_on, early_days)
            for each in self.episodes
        )


class Surge(BaseModel):
    """When a series is about to surge: it will rise by a share of itself within some periods.

    Attributes:
        rise: 0.15 is 15 % of the value now.
        ahead: within how many of the next periods.
    """

    model_config = CONFIG

    rise: float = Field(gt=0)
    ahead: int = Field(ge=1)


def surges(
    days: Sequence[date], values: Sequence[float], rule: Surge, *, seen_by: frozenset[str],
    segment: Segment = (),
) -> tuple[Truth, ...]:  # fmt: skip
    """The surges of a series.

    A surge starts in the first period from which the series will have risen as the rule says, and
    ends in the last one of an unbroken run of such periods, or where the rise from its start is
    complete, whichever is later: that is also when it has its full effect. One that begins before
    another is complete is part of it.

    >>> days = [date(2024, month, 28) for month in range(1, 8)]
    >>> (found,) = surges(days, [4, 4, 4, 5, 5, 5, 5], Surge(rise=0.2, ahead=2), seen_by=frozenset({"x"}))
    >>> print(found.starts_on, found.full_on)
    2024-02-28 2024-04-28
    """
    found: list[Truth] = []
    for start, last in _runs([_rises(values, place, rule) for place in range(len(values))]):
        if found and days[start] <= found[-1].ends_on:
            continue
        target = values[start] * (1 + rule.rise)
        full = next(n for n in range(start, len(values)) if n > start and values[n] >= target)
        found.append(
            Truth(f"surge-{days[start]}", seen_by, segment, days[start], days[max(full, last)],
                  days[full])
        )  # fmt: skip
    return tuple(found)


def _rises(values: Sequence[float], place: int, rule: Surge) -> bool:
    coming = values[place + 1 : place + 1 + rule.ahead]
    return bool(coming) and 0 < values[place] * (1 + rule.rise) <= max(coming)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """The first and last place of each unbroken run."""
    runs = []
    for on, places in groupby(range(len(flags)), key=lambda place: flags[place]):
        inside = list(places)
        if on:
            runs.append((inside[0], inside[-1]))
    return runs
