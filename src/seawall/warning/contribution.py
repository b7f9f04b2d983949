"""Which segments drive a change: an exact decomposition into effects of rates and of the mix.

E. M. Kitagawa, Components of a Difference Between Two Rates, Journal of the American Statistical
Association 50 (1955), 1168-1194: with weights w and rates r of segments before (0) and now (1), the
change of a share or mean R = sum of w r is the sum over segments of

    rate effect  (r1 - r0) (w0 + w1) / 2
    mix effect   (w1 - w0) ((r0 + r1) / 2 - (R0 + R1) / 2)

without any remainder. Subtracting the whole's rate from the mix effect changes no sum, since weights
sum to one; it says that growth of a segment is bad only where it is worse than the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Parts = Mapping[str, tuple[float, float]]
"""By segment: part and whole, as trends give them."""


@dataclass(frozen=True)
class Effect:
    """What a segment adds to a change of the whole, in the measure's unit.

    Attributes:
        rate: because its own rate changed.
        mix: because its weight changed.
    """

    segment: str
    rate: float
    mix: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.rate + self.mix


def of_ratio(before: Parts, now: Parts) -> tuple[Effect, ...]:
    """The effects on a share or mean, the largest first; they sum to the change.

    A segment that is absent at one time has no rate of its own then, and all of its effect is mix.
    Empty where there is nothing to compare.

    >>> [(e.segment, round(e.rate, 3)) for e in of_ratio(
    ...     {"app": (2, 100), "web": (4, 100)}, {"app": (2, 100), "web": (8, 100)})]
    [('web', 0.02), ('app', 0.0)]
    """
    whole0, whole1 = (sum(whole for _, whole in each.values()) for each in (before, now))
    if whole0 <= 0 or whole1 <= 0:
        return ()
    rate0, rate1 = _rate(before, whole0), _rate(now, whole1)
    effects = []
    for name in sorted({*before, *now}):
        (part0, size0), (part1, size1) = before.get(name, (0, 0)), now.get(name, (0, 0))
        r0 = part0 / size0 if size0 else part1 / size1 if size1 else 0.0
        r1 = part1 / size1 if size1 else r0
        w0, w1 = size0 / whole0, size1 / whole1
        mix = (w1 - w0) * ((r0 + r1) / 2 - (rate0 + rate1) / 2)
        effects.append(Effect(name, (r1 - r0) * (w0 + w1) / 2, mix))
    return _largest_first(effects)


def of_sum(before: Mapping[str, float], now: Mapping[str, float]) -> tuple[Effect, ...]:
    """The effects on a count or level that segments add up to: their own changes."""
    names = sorted({*before, *now})
    return _largest_first([Effect(n, now.get(n, 0.0) - before.get(n, 0.0), 0.0) for n in names])


def _rate(parts: Parts, whole: float) -> float:
    return sum(part for part, _ in parts.values()) / whole


def _largest_first(effects: list[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(effects, key=lambda each: (-abs(each.total), each.segment)))
