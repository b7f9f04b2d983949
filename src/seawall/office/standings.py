"""Where indicators stand, by the values that watching keeps: nothing is judged anew, so a page is soon there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from seawall.acts.alert_cases import json_of, segment_of
from seawall.core.measure import Period
from seawall.office.accounting import LEVELS
from seawall.records import watch_register
from seawall.records.case_register import CaseRow
from seawall.records.watch_register import ValueRow
from seawall.reports.warning import Line
from seawall.warning import holding
from seawall.warning.alert import OpenAlert
from seawall.warning.cause import Cause, Segment
from seawall.warning.indicator import Indicator

_STANDS_DAYS: dict[Period, int] = {"day": 7, "week": 21, "month": 62}
"""A segment of which nothing was seen for longer does not stand anywhere any more."""

Opened = Mapping[Cause, tuple[OpenAlert, CaseRow]]


@dataclass(frozen=True)
class Now:
    """Where an indicator stands in a segment, as it was last looked at.

    Attributes:
        ends_on: of the last period that was looked at.
        level: held: 0 green, 1 amber, 2 red; -1 where there is no verdict.
        verdict: of that period alone.
        low, high: the normal range; None on a side without a limit.
        alert: what is open about it; None where nothing is.
        case_id: the open alert's case; empty where there is none.
    """

    cause: Cause
    ends_on: date
    value: float | None
    sample: float | None
    low: float | None
    high: float | None
    level: int
    verdict: int
    alert: OpenAlert | None = None
    case_id: str = ""

    @property
    def rank(self) -> tuple[int, int, Segment]:
        """The worst first; of equals, the widest."""
        return (-self.level, len(self.cause.segment), self.cause.segment)


def standing(among: Iterable[Indicator], latest: str, opened: Opened) -> dict[str, list[Now]]:
    """Where some indicators stand, in every segment that was seen lately."""
    if not latest:
        return {}
    day = date.fromisoformat(latest)
    since = {each.id: str(day - timedelta(days=_STANDS_DAYS[each.period])) for each in among}
    found: dict[str, list[Now]] = {}
    for row in watch_register.standings(since).values():
        found.setdefault(row.indicator, []).append(_now(row, opened))
    return found


def verdicts(since: Mapping[Cause, date]) -> dict[Cause, int]:
    """The last verdict on each of some causes, of periods from a day on; none where nothing was kept of it."""
    wanted = {(cause.indicator, json_of(cause.segment)): cause for cause in since}
    told = watch_register.courses({of: str(since[cause]) for of, cause in wanted.items()})
    return {wanted[of]: rows[-1].level for of, rows in told.items() if rows}


def _now(row: ValueRow, opened: Opened) -> Now:
    cause = Cause(row.indicator, segment_of(row.segment))
    alert, case = opened.get(cause, (None, None))
    return Now(
        cause, date.fromisoformat(row.ends_on), row.value, row.sample, row.low, row.high, _level(row, alert),
        row.level, alert, case.case_id if case else "",
    )  # fmt: skip


def _level(row: ValueRow, alert: OpenAlert | None) -> int:
    """What is held: an open alert's level; else the row's, as far as there is a verdict."""
    if alert is not None:
        return alert.level
    return holding.shown(row.level if row.held is None else row.held, row.level)


def line(row: ValueRow) -> Line:
    """A value that was kept, as charts draw it."""
    level = LEVELS[row.level]
    return Line(date.fromisoformat(row.ends_on), row.value, row.low, row.high, level)
