"""Series around the book: economy and markets, and the daily state of the lender's machines."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from seawall.core.period import month_index, month_start
from seawall.portfolio import tape
from seawall.simulator import climate
from seawall.simulator.chance import Days, Flags, Floats, generator
from seawall.simulator.climate import Climate
from seawall.simulator.columns import rows, same
from seawall.simulator.declaration import Kind, Lender
from seawall.simulator.truth import Plan, Trouble

_SOURCE = "simulated"
_SATURDAY = 5
_DAY_HOURS = 24


def tables(
    plan: Plan, lender: Lender, weather: Climate, troubles: tuple[Trouble, ...]
) -> Iterator[pa.Table]:
    """The `series` rows: unemployment monthly, markets on weekdays, operations daily."""
    months = range(plan.first_month, month_index(plan.until) + 1)
    ends = np.array([np.datetime64(month_start(month + 1)) - 1 for month in months], "M8[D]")
    seen = ends <= np.datetime64(plan.until)
    jobless = np.round(weather.unemployment[: len(ends)], 5)
    yield _rows("unemployment_rate", "share", ends[seen], jobless[seen])
    days = all_days(plan)
    for name, unit, values in _markets(plan, lender, troubles, days):
        weekday = (days.astype(np.int64) + 3) % 7 < _SATURDAY
        yield _rows(name, unit, days[weekday], values[weekday])
    for name, unit, values in _operations(plan, lender, troubles, days):
        yield _rows(name, unit, days, values)


def all_days(plan: Plan) -> Days:
    """Every day of a simulation."""
    first = np.datetime64(month_start(plan.first_month))
    days: Days = np.arange(first, np.datetime64(plan.until) + 1)
    return days


def struck(troubles: tuple[Trouble, ...], kind: Kind, days: Days) -> Flags:
    """On which days a kind of trouble is on."""
    on = np.zeros(len(days), bool)
    for trouble in (each for each in troubles if each.kind == kind):
        first, last = np.datetime64(trouble.starts_on), np.datetime64(trouble.ends_on)
        on |= (days >= first) & (days <= last)
    return on


def _rows(name: str, unit: str, days: Days, values: Floats) -> pa.Table:
    size = len(days)
    return rows(tape.SERIES, {
        "series_id": same(name, size), "observed_on": days, "value": values,
        "unit": same(unit, size), "source": same(_SOURCE, size),
    })  # fmt: skip


def _markets(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...], days: Days
) -> Iterator[tuple[str, str, Floats]]:
    macro, chance = lender.macro, generator(plan.seed, 11)
    policy = climate.policy_rate(days, macro, troubles)
    yield "policy_rate", "rate_annual", np.round(policy, 5)
    yield "funding_cost", "rate_annual", np.round(climate.funding_cost(policy, macro, chance), 5)
    yield "fx_usd", "per_usd", np.round(climate.exchange_rate(len(days), macro, chance), 4)


def _operations(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...], days: Days
) -> Iterator[tuple[str, str, Floats]]:
    rule, chance, size = lender.operations, generator(plan.seed, 12), len(days)
    down = struck(troubles, "outage", days)
    latency = rule.latency_ms * np.exp(rule.latency_spread * chance.standard_normal(size))
    yield "api_latency_ms", "ms", np.round(latency * np.where(down, rule.outage_latency, 1), 1)
    errors = chance.poisson(rule.errors * np.where(down, rule.outage_errors, 1))
    yield "api_errors", "count", errors.astype(float)
    yield "backup_age_hours", "hours", _backup_ages(backups(plan, lender, days))


def backups(plan: Plan, lender: Lender, days: Days) -> Flags:
    """On which days the nightly backup was done."""
    missed = generator(plan.seed, 13).random(len(days)) < lender.operations.backup_missed
    return ~missed


def _backup_ages(done: Flags) -> Floats:
    """Hours since the last backup, measured a day after each night's."""
    places = np.arange(len(done))
    last = np.maximum.accumulate(np.where(done, places, -1))
    return (_DAY_HOURS * (1 + places - last)).astype(np.float64)
