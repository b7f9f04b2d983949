"""The rows that trends count, by segment, and the passes over them that many trends share."""

from functools import cache

from seawall.core.by_period import Facts, Summary, times
from seawall.core.measure import Period
from seawall.portfolio import tape
from seawall.portfolio.collections import MET, SHORT
from seawall.portfolio.segments import VINTAGES

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")
MONTHLY: tuple[Period, ...] = ("month",)
"""What follows from month-ends is told by month."""

_OF_LOANS = tuple(name for name in tape.SEGMENTS if name != "customer_token")
_OF_APPLICATIONS = tuple(column.name for column in tape.APPLICATION.columns if column.segment)

LOAN_SEGMENTS: tuple[str, ...] = (*_OF_LOANS, *VINTAGES)
APPLICATION_SEGMENTS: tuple[str, ...] = _OF_APPLICATIONS

_LOAN = {name: f"l.{name}" for name in _OF_LOANS} | VINTAGES
_APPLICATION = {name: f"a.{name}" for name in _OF_APPLICATIONS}

APPLICATIONS = Facts("application a", "CAST(a.applied_at AS DATE)", _APPLICATION)
"""Applications, by the day (UTC) they came in."""

DECISIONS = Facts(
    "decision d",
    "CAST(d.decided_at AS DATE)",
    _APPLICATION | {"outcome": "d.outcome", "reason": "d.reason", "policy": "d.policy"},
    "JOIN application a ON a.application_id = d.application_id",
)
"""Decisions, by the day (UTC) they were made."""

LOANS = Facts("loan l", "l.disbursed_on", _LOAN)
"""Loans, by the day they were paid out."""

MONTHS = Facts("month_end m", "m.month_end", _LOAN, "JOIN loan l ON l.loan_id = m.loan_id")
"""Loans at their month-ends."""

CONTACTS = Facts(
    "contact c",
    "CAST(c.contacted_at AS DATE)",
    _LOAN | {"agency": "c.agency", "medium": "c.medium"},
    "JOIN loan l ON l.loan_id = c.loan_id",
)
"""Collections contacts, by the day (UTC) they were made."""

OPEN = "bucket NOT IN ('repaid', 'charged_off')"
WAS_OPEN = "opening_bucket NOT IN ('repaid', 'charged_off')"
"""Conditions on a row of the pass over months."""

_MONEY = ("balance", "opening_balance", "prepaid", "principal_paid", "charged_off")


@cache
def months(late_days: tuple[int, ...]) -> Summary:
    """The pass over month-ends: by opening and closing bucket.

    `late_30` and `owed_late_30` are the loans, and their balance, more than 30 days past due.
    """
    late = {f"late_{days}": times(f"m.days_past_due > {days}") for days in late_days}
    owed = {
        f"owed_late_{days}": f"SUM(CASE WHEN m.days_past_due > {days} THEN CAST(m.balance AS DOUBLE) ELSE 0 END)"
        for days in late_days
    }
    money = {name: f"SUM(CAST(m.{name} AS DOUBLE))" for name in _MONEY}
    # What a month asked of a loan that was not over, and how much of it came.
    dues = {"met": f"SUM(CAST({MET} AS DOUBLE))", "owed": f"SUM(CAST({MET} + {SHORT} AS DOUBLE))"}
    return Summary(
        "months",
        MONTHS,
        {"loans": "COUNT(*)", "unwaived": times("m.waived = 0"), **late, **owed, **money, **dues},
        {"opening_bucket": "m.opening_bucket", "bucket": "m.bucket"},
    )


DECIDED = Summary(
    "decided",
    DECISIONS,
    {"decisions": "COUNT(*)"},
    {"answer": "d.outcome", "reason_code": "d.reason"},
)
"""The pass over decisions, by outcome and reason."""

LENT = Summary(
    "lent",
    LOANS,
    {
        "loans": "COUNT(*)",
        "disbursed": "SUM(CAST(l.principal AS DOUBLE))",
        "rated": "COUNT(l.annual_rate)",
        "rates": "SUM(l.annual_rate)",
        "rate_most": "MAX(l.annual_rate)",
    },
)
"""The pass over loans as they are paid out."""

TOUCHED = Summary("touched", CONTACTS, {"contacts": "COUNT(*)"}, {"came_of_it": "c.outcome"})
"""The pass over contacts, by what came of them."""
