"""Chance: seeded generators, and draws from what a pack declares."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from seawall.simulator.declaration import Curve

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[Any]
"""Dates as `datetime64[D]`, times as `datetime64[us]`; NumPy's types cannot tell them apart."""

_TAIL = 1e-4
"""Quantiles of probability 0 and 1 are placed at this and its complement on the normal scale."""


def generator(seed: int, *purpose: int) -> np.random.Generator:
    """A generator of its own for each purpose, so that one more draw here moves nothing there."""
    return np.random.default_rng(np.random.SeedSequence([seed, *purpose]))


def choose(chance: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """Indices drawn with weights."""
    return pick(chance.random(size), weights)


def pick(uniform: Floats, weights: Sequence[float]) -> Ints:
    """Indices by weights, one for each uniform number in [0, 1)."""
    edges = np.cumsum(np.asarray(weights, float) / np.sum(weights))
    places = np.searchsorted(edges, uniform, side="right")
    return np.minimum(places, len(edges) - 1).astype(np.int64)


def named(chance: np.random.Generator, weights: Mapping[str, float], size: int) -> Ints:
    """Indices of names drawn with their weights."""
    return choose(chance, list(weights.values()), size)


def at(curve: Curve, places: Ints | Floats) -> Floats:
    """A curve's values at places."""
    knots = np.array(curve)
    values: Floats = np.interp(places, knots[:, 0], knots[:, 1])
    return values


def quantile(curve: Curve, normal: Floats) -> Floats:
    """Values of a curve from probability to value, for standard normal scores.

    Scores, not probabilities, come in, so that correlated scores give correlated values.
    """
    knots = np.array(curve)
    clipped = np.clip(knots[:, 0], _TAIL, 1 - _TAIL)
    places = np.array([NormalDist().inv_cdf(float(each)) for each in clipped])
    values: Floats = np.interp(normal, places, knots[:, 1])
    return values


def uniform_of(numbers: Ints, *purpose: int) -> Floats:
    """A uniform number in (0, 1) for each integer, the same whenever it is asked for.

    SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators).
    """
    mixed = numbers.astype(np.uint64)
    for part in purpose:
        mixed = _mixed(mixed ^ _mixed(np.full(1, part, np.uint64)))
    uniform: Floats = ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53
    return uniform


def normal_of(numbers: Ints, *purpose: int) -> Floats:
    """A standard normal number for each integer, the same whenever it is asked for (Box-Muller)."""
    first, second = (uniform_of(numbers, *purpose, turn) for turn in (0, 1))
    normal: Floats = np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)
    return normal


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
