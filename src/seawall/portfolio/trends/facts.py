"""The rows that trends count: applications, decisions, loans and their months, by segment."""

from seawall.core.by_period import Facts
from seawall.core.measure import Period
from seawall.portfolio import tape
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
