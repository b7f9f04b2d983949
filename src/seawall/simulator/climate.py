"""The economy around the lender: unemployment, rates, the currency, and what they do to misses."""

from dataclasses import dataclass

import numpy as np

from seawall.core.period import month_index
from seawall.simulator.chance import Days, Floats, Ints, generator
from seawall.simulator.declaration import Lender, Macro
from seawall.simulator.truth import Plan, Trouble

_PERCENT = 100
_TRADING_DAYS = 21
_AHEAD_MONTHS = 3
"""Repayment is walked a little past the last known day and then cut there."""


@dataclass(frozen=True)
class Climate:
    """A simulation's economy.

    Attributes:
        first: first month, as `period.month_index` counts.
        unemployment: rate per month from `first`, shape (months + a few,).
        factor: what season and cycle do to the hazard of missing, per month; same shape.
    """

    first: int
    unemployment: Floats
    factor: Floats

    def at(self, months: Ints) -> Floats:
        """The factor in months counted like `first`."""
        found: Floats = self.factor[np.clip(months - self.first, 0, len(self.factor) - 1)]
        return found


def climate(plan: Plan, lender: Lender) -> Climate:
    """The economy of a plan: one sine around the mean, with noise, times the season."""
    macro, chance = lender.macro, generator(plan.seed, 10)
    turns = np.arange(month_index(plan.until) - plan.first_month + 1 + _AHEAD_MONTHS)
    angle = 2 * np.pi * (turns + macro.phase_months) / macro.cycle_months
    noise = macro.noise * chance.standard_normal(len(turns))
    jobless = np.maximum(macro.unemployment + macro.swing * np.sin(angle) + noise, 0.0)
    points = _PERCENT * (jobless - macro.unemployment)
    season = np.array(macro.season_risk)[(plan.first_month + turns) % 12]
    return Climate(plan.first_month, jobless, season * np.exp(macro.risk_per_point * points))


def policy_rate(days: Days, macro: Macro, troubles: tuple[Trouble, ...]) -> Floats:
    """The policy rate each day: constant but for planted rises, which come in monthly steps."""
    rate = np.full(len(days), macro.policy_rate)
    for rise in (trouble for trouble in troubles if trouble.kind == "rate_rise"):
        started = month_index(rise.starts_on)
        month = days.astype("M8[M]").astype(np.int64) + 1970 * 12
        steps = np.clip((month - started + 1) / rise.build_up_months, 0, 1)
        on = (days >= np.datetime64(rise.starts_on)) & (days <= np.datetime64(rise.ends_on))
        rate += np.where(on, steps * rise.size, 0)
    return rate


def funding_cost(policy: Floats, macro: Macro, chance: np.random.Generator) -> Floats:
    """The lender's cost of funding each day: it follows the policy rate some days later."""
    lag = min(macro.funding_lag_days, len(policy) - 1)
    late = np.concatenate((np.full(lag, policy[0]), policy[: len(policy) - lag]))
    return late + macro.funding_spread + macro.funding_noise * chance.standard_normal(len(policy))


def exchange_rate(size: int, macro: Macro, chance: np.random.Generator) -> Floats:
    """Units of the lender's currency per US dollar each day: a geometric random walk."""
    steps = macro.fx_volatility / np.sqrt(_TRADING_DAYS) * chance.standard_normal(size)
    walk: Floats = macro.fx * np.exp(np.cumsum(steps))
    return walk
