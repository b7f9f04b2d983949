"""What happens around the loans: markets and macro, operations, security, complaints."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from seawall.core.period import month_index, month_start
from seawall.portfolio import tape
from seawall.simulator.chance import Days, Flags, Floats, choose, generator, ids, label, rows
from seawall.simulator.declaration import Kind, Lender, Macro
from seawall.simulator.truth import Plan, Trouble

_SECOND = np.timedelta64(1_000_000, "us")
_DAY_SECONDS = 86_400


def unemployment(month: int, macro: Macro) -> float:
    """The unemployment rate of a month: one sine around its mean."""
    return macro.unemployment + macro.swing * float(
        np.sin(2 * np.pi * (month % macro.cycle_months) / macro.cycle_months)
    )


def tables(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...]
) -> Iterator[tuple[str, pa.Table]]:
    """The `series` and `event` rows of the whole simulation."""
    first = np.datetime64(month_start(plan.first_month), "D")
    days = np.arange(first, np.datetime64(plan.until, "D") + 1)
    for name, unit, values in _daily(plan, lender, troubles, days):
        yield "series", _series(name, unit, days, values)
    months = range(plan.first_month, month_index(plan.until) + 1)
    ends = np.array([(np.datetime64(month_start(m + 1), "D") - 1) for m in months])
    jobless = np.array([unemployment(month, lender.macro) for month in months])
    yield "series", _series("unemployment_rate", "share", ends, np.round(jobless, 5))
    for turn, (kind, at, columns) in enumerate(_events(plan, lender, troubles, days)):
        numbers = (turn + 1) * 100_000_000 + np.arange(len(at))
        kept = np.flatnonzero(at < np.datetime64(plan.until, "D") + 1)
        made = rows(tape.EVENT, {
            "event_id": ids("E", numbers, 9), "happened_at": at,
            "kind": pa.repeat(kind, len(at)), **columns,
        })  # fmt: skip
        yield "event", made.take(pa.array(kept))


def _series(name: str, unit: str, days: Days, values: Floats) -> pa.Table:
    size = len(days)
    return rows(tape.SERIES, {
        "series_id": pa.repeat(name, size), "observed_on": days, "value": values,
        "unit": pa.repeat(unit, size), "source": pa.repeat("simulated", size),
    })  # fmt: skip


def _daily(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...], days: Days
) -> Iterator[tuple[str, str, Floats]]:
    chance, macro, size = generator(plan.seed, 6), lender.macro, len(days)
    rise = sum(
        (_on(trouble, days) * trouble.size for trouble in troubles if trouble.kind == "rate_rise"),
        start=np.zeros(size),
    )
    policy = macro.policy_rate + rise
    yield "policy_rate", "rate_annual", np.round(policy, 5)
    noise = 0.0006 * chance.standard_normal(size)
    yield "funding_cost", "rate_annual", np.round(policy + macro.funding_spread + noise, 5)
    steps = macro.fx_volatility / np.sqrt(21) * chance.standard_normal(size)
    yield "fx_usd", "per_usd", np.round(macro.fx * np.exp(np.cumsum(steps)), 4)
    down = _any(troubles, "outage", days)
    errors = chance.poisson(18, size) + down * chance.poisson(900, size)
    yield "api_errors", "count", errors.astype(float)
    latency = 85 * np.exp(0.12 * chance.standard_normal(size)) * np.where(down, 9, 1)
    yield "api_latency_ms", "ms", np.round(latency, 1)
    missed = chance.random(size) < lender.backups_missed
    yield (
        "backup_age_hours",
        "hours",
        np.where(missed, 48.0, 24.0) - np.round(chance.random(size) * 3, 1),
    )
    failed = chance.poisson(lender.sign_ins_failed_daily, size)
    yield "sign_ins_failed", "count", failed.astype(float)


def _events(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...], days: Days
) -> Iterator[tuple[str, Days, dict[str, pa.Array | Days | Floats]]]:
    chance = generator(plan.seed, 7)
    yield _complaints(plan, lender, troubles, days)
    for kind, rate in (("sign_in_failed", 0.4), ("permission_denied", 0.2)):
        at = _moments(chance, days, np.full(len(days), rate))
        yield kind, at, {"subject": ids("u", chance.integers(0, 60, len(at)), 3)}
    down = days[_any(troubles, "outage", days)]
    begins = down.astype("M8[us]") + 8 * 3600 * _SECOND
    yield (
        "outage",
        begins,
        {
            "subject": pa.repeat("payment_gateway", len(begins)),
            "value": np.full(len(begins), 6 * 3600.0),
            "closed_at": begins + 6 * 3600 * _SECOND,
        },
    )
    nights = days.astype("M8[us]") + 18 * 3600 * _SECOND
    yield "backup_done", nights, {"subject": pa.repeat("book", len(nights))}


def _complaints(
    plan: Plan, lender: Lender, troubles: tuple[Trouble, ...], days: Days
) -> tuple[str, Days, dict[str, pa.Array | Days | Floats]]:
    """Complaints grow with the book; a surge multiplies those about its product."""
    chance = generator(plan.seed, 8)
    products, channels = list(lender.products), list(lender.channels)
    per_day = lender.complaints_per_1000_open * plan.loans / 1000 / 30 / 3
    at, product = [], []
    for place, (name, each) in enumerate(lender.products.items()):
        surge = np.ones(len(days))
        for trouble in (t for t in troubles if t.kind == "complaint_surge"):
            if trouble.segment.get("product", name) == name:
                surge = np.where(_on(trouble, days), trouble.size, surge)
        growth = np.linspace(0.3, 1.7, len(days))
        moments = _moments(chance, days, per_day * each.weight * growth * surge)
        at.append(moments)
        product.append(np.full(len(moments), place))
    when, which = np.concatenate(at), np.concatenate(product)
    size = len(when)
    took = lender.complaint_days_median * np.exp(0.7 * chance.standard_normal(size))
    topics = ("price", "collections", "privacy", "service", "fraud")
    return "complaint", when, {
        "subject": ids("c", chance.integers(0, max(plan.loans, 1), size)),
        "product": label(products, which),
        "channel": label(channels, choose(chance, [c.weight for c in lender.channels.values()],
                                          size)),
        "detail": label(topics, choose(chance, [30, 30, 10, 25, 5], size)),
        "closed_at": when + (took * _DAY_SECONDS).astype(np.int64) * _SECOND,
    }  # fmt: skip


def _moments(chance: np.random.Generator, days: Days, rate: Floats) -> Days:
    """Times of a Poisson process with a rate per day."""
    day = np.repeat(days, chance.poisson(rate))
    return day.astype("M8[us]") + chance.integers(0, _DAY_SECONDS, len(day)) * _SECOND


def _on(trouble: Trouble, days: Days) -> Flags:
    return (days >= np.datetime64(trouble.starts_on)) & (days <= np.datetime64(trouble.ends_on))


def _any(troubles: tuple[Trouble, ...], kind: Kind, days: Days) -> Flags:
    on = [_on(trouble, days) for trouble in troubles if trouble.kind == kind]
    return np.any(on, axis=0) if on else np.zeros(len(days), bool)
