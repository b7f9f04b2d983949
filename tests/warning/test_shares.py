"""Exact tails against scipy's distributions; over-dispersion and vintages against planted truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seawall.warning.detectors.funnel import Funnel
from seawall.warning.detectors.vintage import Vintage
from seawall.warning.shares import Count, distance_between, distance_from, over_dispersion
from tests.warning.segments import series


@settings(max_examples=150, deadline=None)
@given(
    trials=st.integers(1, 3000), part=st.floats(0, 1), chance=st.sampled_from([0.001, 0.02, 0.3])
)
def test_a_distance_is_the_binomials_tail(trials: int, part: float, chance: float) -> None:
    hits = min(trials, round(part * min(trials, 3 * trials * chance + 5)))
    law = stats.binom(trials, chance)
    upper = hits >= trials * chance
    tail = (law.sf(hits) if upper else law.cdf(hits - 1)) + law.pmf(hits) / 2
    told = distance_from(chance, Count(hits, trials))
    assert stats.norm.sf(told if upper else -told) == pytest.approx(tail, rel=1e-6, abs=1e-290)


@settings(max_examples=150, deadline=None)
@given(trials=st.integers(1, 1500), others=st.integers(1, 1500), hits=st.data(), rare=st.booleans())
def test_a_distance_between_shares_is_the_hypergeometrics_tail(
    trials: int, others: int, hits: st.DataObject, *, rare: bool
) -> None:
    seen = hits.draw(st.integers(0, min(trials, 12) if rare else trials))
    base = hits.draw(st.integers(0, min(others, 12) if rare else others))
    if seen + base in {0, trials + others}:
        assert distance_between(Count(seen, trials), Count(base, others)) == 0
        return
    law = stats.hypergeom(trials + others, seen + base, trials)
    upper = seen * others >= base * trials
    tail = (law.sf(seen) if upper else law.cdf(seen - 1)) + law.pmf(seen) / 2
    told = distance_between(Count(seen, trials), Count(base, others))
    assert stats.norm.sf(told if upper else -told) == pytest.approx(tail, rel=1e-5, abs=1e-290)


def test_a_fair_portfolio_is_as_dispersed_as_chance_and_a_mixed_one_as_planted() -> None:
    chance = np.random.default_rng(24)
    fair = [Count(int(hits), 2000) for hits in chance.binomial(2000, 0.03, 4000)]
    assert over_dispersion(fair, 0.03) == pytest.approx(1, abs=0.1)
    # Beta-binomial with correlation 0.003 has 1 + (n - 1) 0.003 = 6.997 times the variance.
    shares = chance.beta(0.03 * (1 / 0.003 - 1), 0.97 * (1 / 0.003 - 1), 4000)
    mixed = [Count(int(hits), 2000) for hits in chance.binomial(2000, shares)]
    assert over_dispersion(mixed, 0.03) == pytest.approx(6.997, rel=0.1)


def false_alarms(detector: Funnel | Vintage, runs: int) -> float:
    """The share of last periods outside 95 % limits, of over-dispersed but steady portfolios."""
    chance = np.random.default_rng(runs)
    alarms = 0
    for _ in range(runs):
        shares = chance.beta(10, 323, 30)
        value = chance.binomial(1500, shares) / 1500
        said = detector.judge(series(value.tolist(), sample=[1500.0] * 30), "both")
        alarms += int(said.level[-1] > 0)
    return alarms / runs


def test_over_dispersion_keeps_a_steady_portfolio_quiet() -> None:
    naive = false_alarms(Funnel(kind="funnel", over_dispersed=False), 200)
    aware = false_alarms(Funnel(kind="funnel"), 200)
    assert naive > 0.3  # limits for chance alone are worth nothing here
    assert aware < 0.13  # nominal 5 %, plus what estimating from 24 periods costs, plus 4 errors
    assert false_alarms(Vintage(kind="vintage"), 200) < 0.13


def test_a_small_cohort_is_not_condemned_for_what_chance_does() -> None:
    value, sample = [0.02] * 12 + [0.05], [1000.0] * 12 + [40.0]
    vintage = Vintage(kind="vintage")
    assert vintage.judge(series(value, sample=sample), "up").level[-1] == 0
    sample[-1] = 1000
    assert vintage.judge(series(value, sample=sample), "up").level[-1] == 2


def test_no_default_before_makes_the_first_one_no_scandal() -> None:
    value, sample = [0.0] * 12 + [1 / 500], [500.0] * 13
    for detector in (Funnel(kind="funnel"), Vintage(kind="vintage")):
        said = detector.judge(series(value, sample=sample), "up")
        assert said.known[-1]
        assert said.level[-1] < 2


def test_a_share_without_its_sample_gets_no_verdict() -> None:
    for sample in (np.nan, 0.0, np.inf, -5.0):
        said = Funnel(kind="funnel").judge(series([0.5] * 12, sample=[sample] * 12), "up")
        assert not said.known.any()
