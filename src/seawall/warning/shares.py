"""Counts of hits among trials: how far one lies from others, exactly in the tails."""

from math import exp, lgamma, pi, sqrt
from typing import NamedTuple

TAIL_MIN = 1e-300
"""Smaller tails count as this one (37 standard deviations), so that the distance stays finite."""
EXACT_VARIANCE_MAX = 10_000.0
"""Above this variance of the count the normal differs from the exact tail by less than 1 %."""


class Count(NamedTuple):
    """So many hits among so many trials."""

    hits: int
    trials: int


def share(counts: list[Count]) -> float:
    """The pooled share; where none or all were hit, Jeffreys' (hits + 1/2) / (trials + 1).

    So a base without a single default does not make the first one infinitely unlikely.

    >>> share([Count(1, 10), Count(3, 10)]), share([Count(0, 9)])
    (0.2, 0.05)
    """
    hits, trials = sum(each.hits for each in counts), sum(each.trials for each in counts)
    return hits / trials if 0 < hits < trials else (hits + 0.5) / (trials + 1)


def pooled(counts: list[Count]) -> Count:
    """All of them as one."""
    return Count(sum(each.hits for each in counts), sum(each.trials for each in counts))


def distance_from(chance: float, seen: Count) -> float:
    """A count's distance from a known chance in standard normal units, by the exact binomial.

    Its mid-p tail (half the probability of the count itself, Lancaster 1961) as a normal quantile.

    >>> round(distance_from(0.02, Count(8, 100)), 2)
    3.26
    """
    if seen.hits >= seen.trials * chance:
        return _from_tail(_tail(chance, seen.hits, seen.trials))
    return -_from_tail(_tail(1 - chance, seen.trials - seen.hits, seen.trials))


def _tail(chance: float, hits: int, trials: int) -> float:
    # A quarter of a second to load, which commands that judge nothing need not spend.
    from scipy.special import betainc  # noqa: PLC0415

    def at_least(least: int) -> float:
        if least <= 0 or least > trials:
            return float(least <= 0)
        return float(betainc(least, trials - least + 1, chance))

    return (at_least(hits) + at_least(hits + 1)) / 2


def _from_tail(tail: float) -> float:
    from scipy.special import ndtri  # noqa: PLC0415 - as above

    return -float(ndtri(max(tail, TAIL_MIN)))


def distance_between(seen: Count, others: Count) -> float:
    """How far one count's share lies from another's, in standard normal units.

    The exact conditional test of two proportions (Fisher; mid-p), by the hypergeometric tail;
    where the count's variance exceeds 10,000, the pooled normal test.

    >>> round(distance_between(Count(8, 100), Count(40, 2000)), 2)
    3.11
    """
    hits, trials = seen.hits + others.hits, seen.trials + others.trials
    if hits in {0, trials}:
        return 0.0
    expected = seen.trials * hits / trials
    variance = expected * (1 - hits / trials) * others.trials / max(trials - 1, 1)
    if variance > EXACT_VARIANCE_MAX:
        return (seen.hits - expected) / sqrt(variance)
    if seen.hits >= expected:
        return _from_tail(_drawn_tail(seen.hits, seen.trials, hits, trials))
    return -_from_tail(_drawn_tail(seen.trials - seen.hits, seen.trials, trials - hits, trials))


def _drawn_tail(drawn: int, size: int, marked: int, whole: int) -> float:
    """Mid-p chance of `drawn` marked or more in a draw of `size`: term after term, to the last."""
    term = exp(
        _log_choose(marked, drawn)
        + _log_choose(whole - marked, size - drawn)
        - _log_choose(whole, size)
    )
    total = term / 2
    for found in range(drawn, min(size, marked)):
        ways = (marked - found) * (size - found)
        term *= ways / ((found + 1) * (whole - marked - size + found + 1))
        total += term
        if term < total * 1e-16:
            break
    return total


def _log_choose(whole: int, part: int) -> float:
    return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)


def over_dispersion(counts: list[Count], chance: float) -> float:
    """How many times the counts' variance about one chance exceeds the binomial's; at least 1.

    The mean of squared Pearson residuals, a tenth at each end winsorised so that the outliers that
    are looked for do not hide themselves: Spiegelhalter (2005), Funnel plots for comparing
    institutional performance, Statistics in Medicine 24, appendix A.3. Divided, unlike there, by what
    a winsorised normal keeps of its variance (0.68 at a tenth), without which it is too small.
    """
    spread = chance * (1 - chance)
    residuals = sorted(
        (each.hits - each.trials * chance) / sqrt(each.trials * spread) for each in counts
    )
    cut = len(residuals) // 10
    kept = residuals[cut : len(residuals) - cut]
    squares = [number * number for number in kept]
    mean = (sum(squares) + cut * (squares[0] + squares[-1])) / len(residuals)
    return max(1.0, mean / _kept_of_variance(cut / len(residuals)))


def _kept_of_variance(tail: float) -> float:
    """The variance of a standard normal winsorised in both tails of that size."""
    if tail == 0:
        return 1.0
    edge = _from_tail(tail)
    density = exp(-edge * edge / 2) / sqrt(2 * pi)
    return 1 - 2 * tail - 2 * edge * density + 2 * tail * edge * edge
