"""Events around the book: complaints, disputes, failed payments, sign-ins, outages, notices, backups."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from seawall.core.period import month_index
from seawall.portfolio import tape
from seawall.simulator import series
from seawall.simulator.chance import Days, Flags, Floats, Ints, named
from seawall.simulator.cohort import Cohort, Made, Simulation
from seawall.simulator.columns import Values, ids, known, label, rows, same
from seawall.simulator.declaration import Grievance
from seawall.simulator.truth import Trouble

_SECOND = np.timedelta64(1_000_000, "us")
_DAY_SECONDS = 86_400
_HOUR = 3600
_DAYS_A_MONTH = 365 / 12
_PER = 1000
_GATEWAY = "payment_gateway"


def of_loans(cohort: Cohort) -> Iterator[pa.Table]:
    """Complaints, disputes and failed payments of the loans disbursed in a month."""
    lender, surges = cohort.made.by.lender, cohort.made.by.of_kind("complaint_surge")
    yield _grievances(cohort, "complaint", lender.complaints, surges)
    yield _grievances(cohort, "dispute", lender.disputes, ())
    yield _failed(cohort)


def _grievances(
    cohort: Cohort, kind: str, rule: Grievance, surges: tuple[Trouble, ...]
) -> pa.Table:
    """A Poisson process over each loan's life, thinned where no surge is on."""
    made, chance = cohort.made, cohort.made.by.chance(8, cohort.made.month, len(kind))
    begins, life = _lives(cohort)
    most = max([trouble.size for trouble in surges], default=1.0)
    rate = rule.monthly * most * life / _DAYS_A_MONTH
    loan = np.repeat(np.arange(len(life)), chance.poisson(rate))
    day = begins[loan] + np.floor(chance.random(len(loan)) * life[loan]).astype("m8[D]")
    strength = np.ones(len(loan))
    for trouble in surges:
        hit = series.struck((trouble,), "complaint_surge", day) & made.inside(trouble)[loan]
        strength = np.where(hit, trouble.size, strength)
    stays = chance.random(len(loan)) < strength / most
    loan, day = loan[stays], day[stays]
    first, last = (hour * _HOUR for hour in made.by.lender.operations.office_hours)
    at = day.astype("M8[us]") + chance.integers(first, last, len(day)) * _SECOND - made.by.offset
    topics = label(rule.topics, named(chance, rule.topics, len(at)))
    took = rule.days_median * np.exp(rule.days_spread * chance.standard_normal(len(at)))
    closed = at + (took * _DAY_SECONDS).astype(np.int64) * _SECOND
    columns = {**_about(made, loan), "detail": topics, "closed_at": _by_end(made.by, closed)}
    return _rows(kind, ids(kind[0].upper(), made.numbers(len(at)), 10), at, columns)


def _lives(cohort: Cohort) -> tuple[Days, Ints]:
    """First day of each loan, and how many days it was open, up to the last known one."""
    walk = cohort.walk
    over = np.fmin(np.fmin(walk.ended, walk.charged_off), walk.met.until)
    begins = walk.made.disbursed
    return begins, np.maximum((over - begins).astype(np.int64), 0) + 1


def _failed(cohort: Cohort) -> pa.Table:
    """Payments that failed in an outage, one event each."""
    made, log = cohort.made, cohort.walk.log
    loan = np.concatenate([np.zeros(0, np.int64), *(each[0] for each in log.failed)])
    day = np.concatenate([np.zeros(0, "M8[D]"), *(each[1] for each in log.failed)])
    seen = day <= cohort.walk.met.until
    loan, day = loan[seen], day[seen]
    begins, hours = made.by.lender.operations.outage_hours
    chance = made.by.chance(9, made.month)
    second = chance.integers(begins * _HOUR, (begins + hours) * _HOUR, len(loan))
    at = day.astype("M8[us]") + second * _SECOND - made.by.offset
    columns = {**_about(made, loan), "detail": same("gateway_timeout", len(loan))}
    return _rows("payment_failed", ids("F", made.numbers(len(loan)), 10), at, columns)


def _about(made: Made, loan: Ints) -> dict[str, Values]:
    """Customer and segments of loans."""
    lender, taken = made.by.lender, made.taken[loan]
    return {
        "subject": ids("c", made.asked.people.customer[taken]),
        "product": label(lender.products, made.asked.product[taken]),
        "channel": label(lender.channels, made.asked.channel[taken]),
        "region": label(lender.regions, made.asked.region[taken]),
    }


def _by_end(by: Simulation, at: Days) -> pa.Array:
    """Times, NULL where they come after the last known day."""
    local: Days = at + by.offset
    seen: Flags = np.asarray(local < np.datetime64(by.plan.until) + 1)
    return known(at, seen)


def of_operations(by: Simulation) -> Iterator[pa.Table]:
    """Sign-ins that failed, permissions denied, outages, error bursts, notices and backups."""
    rule, days, chance = by.lender.operations, series.all_days(by.plan), by.chance(14)
    staff = {"sign_in_failed": rule.sign_in_failed, "permission_denied": rule.permission_denied}
    for place, (kind, rate) in enumerate(staff.items()):
        at = _moments(by, chance, days, np.full(len(days), rate))
        users = ids("u", chance.integers(0, rule.staff, len(at)), 3)
        yield _daily(kind, place, at, {"subject": users})
    thousands = by.plan.loans / _PER
    at = _moments(by, chance, days, rule.customer_sign_in_failed * thousands * _growth(by, days))
    apps = same("customer_app", len(at))
    yield _daily("sign_in_failed", 2, at, {"subject": apps})
    yield _outages(by, days)
    down = series.struck(by.troubles, "outage", days)
    bursts = rule.burst_daily * np.where(down, rule.outage_errors, 1)
    at = _moments(by, chance, days, bursts)
    sizes = 1.0 + chance.poisson(rule.errors, len(at))
    yield _daily("api_error", 4, at, {"subject": same(_GATEWAY, len(at)), "value": sizes})
    yield _notices(by, days)
    nights = days[series.backups(by.plan, by.lender, days)].astype("M8[us]")
    at = nights + rule.backup_hour * _HOUR * _SECOND
    yield _daily("backup_done", 5, at, {"subject": same("book", len(at))})


def _notices(by: Simulation, days: Days) -> pa.Table:
    """Notices of the regulator, each with its topic, and when it was answered."""
    rule, chance = by.lender.operations.notices, by.chance(15)
    at = _moments(by, chance, days, np.full(len(days), rule.monthly / _DAYS_A_MONTH))
    took = rule.days_median * np.exp(rule.days_spread * chance.standard_normal(len(at)))
    closed = at + (took * _DAY_SECONDS).astype(np.int64) * _SECOND
    topics = label(rule.topics, named(chance, rule.topics, len(at)))
    columns = {
        "subject": same("regulator", len(at)), "detail": topics, "closed_at": _by_end(by, closed),
    }  # fmt: skip
    return _daily("regulatory_notice", 6, at, columns)


def _growth(by: Simulation, days: Days) -> Floats:
    """The lender's size over time, 1 on average."""
    month = days.astype("M8[M]").astype(np.int64) + 1970 * 12
    grown = (1 + by.lender.volume.growth_monthly) ** (month - month_index(by.plan.until))
    growth: Floats = grown / grown.mean()
    return growth


def _outages(by: Simulation, days: Days) -> pa.Table:
    down = days[series.struck(by.troubles, "outage", days)].astype("M8[us]")
    begins, hours = by.lender.operations.outage_hours
    at = down + begins * _HOUR * _SECOND - by.offset
    closed = at + hours * _HOUR * _SECOND
    seconds = np.full(len(at), float(hours * _HOUR))
    columns = {"subject": same(_GATEWAY, len(at)), "value": seconds, "closed_at": closed}
    return _daily("outage", 3, at, columns)


def _daily(kind: str, block: int, at: Days, columns: Mapping[str, Values]) -> pa.Table:
    numbers = block * 1_000_000_000 + np.arange(len(at))
    return _rows(kind, ids("E", numbers, 10), at, columns)


def _rows(kind: str, event: pa.Array, at: Days, columns: Mapping[str, Values]) -> pa.Table:
    return rows(tape.EVENT, {
        "event_id": event, "happened_at": at, "kind": same(kind, len(at)), **columns,
    })  # fmt: skip


def _moments(by: Simulation, chance: np.random.Generator, days: Days, rate: Floats) -> Days:
    """UTC times of a Poisson process with a rate per local day."""
    day = np.repeat(days, chance.poisson(rate)).astype("M8[us]")
    at: Days = day + chance.integers(0, _DAY_SECONDS, len(day)) * _SECOND - by.offset
    return at
