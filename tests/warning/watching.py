"""A watch for tests: indicators, routes, hours, and standings as verdicts would give them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seawall.core import pack
from seawall.warning.alert import Rules, Standing
from seawall.warning.cause import Cause
from seawall.warning.routing import Routing
from tests.warning.sheets import sheet

ROUTES = """
since: 2024-01-01
title: {en: Routes, zh: 路由}
rationale: {en: for tests, zh: 测试用}
calendar: office
fresh_periods: {day: 3, week: 2, month: 2}
valid_hours: {notice: 240, serious: 120, critical: 48}
routes:
  - id: critical
    title: {en: At once, zh: 立即}
    when: {importance: critical}
    waits: any
    stages:
      - {after_minutes: 0, to: risk_analyst, by: page}
      - {after_minutes: 30, to: chief_risk_officer, by: page}
  - id: serious
    title: {en: Today, zh: 当日}
    when: {importance: serious, working: true}
    waits: working
    gather_minutes: 30
    stages:
      - {after_minutes: 0, to: risk_analyst, by: message}
      - {after_minutes: 120, to: chief_risk_officer, by: message}
  - id: rest
    title: {en: Later, zh: 稍后}
    waits: working
    gather_minutes: 240
    stages:
      - {after_minutes: 0, to: risk_analyst, by: mail}
"""
ROUTING = pack.parse(ROUTES, "routing.yaml", Routing)
MONDAY = datetime(2024, 3, 4, 9)  # noqa: DTZ001 - the house's times are UTC, without an offset


@dataclass(frozen=True)
class NineToFive:
    """Weekdays from 9 to 17 o'clock, counted minute by minute: slow, and plain to see."""

    def is_open(self, at: datetime) -> bool:
        return at.weekday() < 5 and 9 <= at.hour < 17

    def minutes(self, first: datetime, last: datetime) -> float:
        whole = int((last - first) / timedelta(minutes=1))
        return sum(self.is_open(first + timedelta(minutes=n)) for n in range(whole))


INDICATORS = {
    each.id: each
    for each in (
        sheet(id="late_share", period="day", severity={"amber": "notice", "red": "serious"}).declared,
        sheet(id="errors", period="day", risk="operational", team="it",
              severity={"amber": "critical", "red": "critical"}).declared,
        sheet(id="failed_payments", period="day", risk="operational", team="it",
              severity={"amber": "serious", "red": "critical"}, explained_by=["errors"]).declared,
    )
}  # fmt: skip
RULES = Rules(INDICATORS, ROUTING, NineToFive())


def standing(cause: Cause, level: int, now: datetime, *, old_days: int = 0, since_days: int = 0) -> Standing:  # fmt: skip
    known = now.date() - timedelta(days=old_days)
    return Standing(cause, level, known - timedelta(days=since_days), known)
