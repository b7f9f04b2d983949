"""The board: where every indicator stands, by risk, the worst first."""

from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from seawall.acts.alert_cases import json_of, open_alerts
from seawall.core.measure import Period, Trend
from seawall.core.text import Text
from seawall.office import quieting, warning
from seawall.office.alerts import Watchman
from seawall.office.standings import Now, line, standing
from seawall.records import watch_register
from seawall.reports.warning import Line
from seawall.warning.alert import Silence
from seawall.warning.cause import Cause
from seawall.warning.holding import UNKNOWN
from seawall.warning.indicator import Indicator, Risk

SHOWN_DAYS: dict[Period, int] = {"day": 60, "week": 182, "month": 731}
"""How far back the course beside a number goes, by the indicator's period."""


@dataclass(frozen=True)
class Row:
    """An indicator on the board.

    Attributes:
        now: where it stands worst; None where nobody ever looked at it.
        open: how many alerts are open.
        silence: one that covers all of it now; None where people are told.
        course: the values of the segment in which it stands worst, oldest first.
    """

    indicator: Indicator
    trend: Trend
    now: Now | None
    open: int
    silence: Silence | None
    course: tuple[Line, ...]

    @property
    def level(self) -> int:
        """Where it stands; no verdict where nobody looked."""
        return UNKNOWN if self.now is None else self.now.level

    @property
    def verdict(self) -> int:
        """The last verdict on it."""
        return UNKNOWN if self.now is None else self.now.verdict


@dataclass(frozen=True)
class Board:
    """All indicators by risk, the worst first in each; and the last day that was looked at."""

    until: date | None
    risks: tuple[tuple[Risk, Text, tuple[Row, ...]], ...]

    @property
    def counts(self) -> tuple[tuple[int, int], ...]:
        """How many indicators stand at each level, the worst first."""
        stand = Tally(row.level for _, _, rows in self.risks for row in rows)
        return tuple((level, stand[level]) for level in (2, 1, 0, UNKNOWN))


def board(man: Watchman, at: datetime) -> Board:
    """Where every indicator stands.

    Args:
        man: who watches the home.
        at: now; by it silences count.
    """
    latest = watch_register.latest()
    every = tuple(man.rules.indicators.values())
    opened, quiet = open_alerts(), quieting.in_force(at)
    stands = standing(every, latest, opened)
    worst = {name: min(each, key=lambda now: now.rank) for name, each in stands.items()}
    lines = _courses(man, worst.values())
    trends, counts = warning.trends(), Tally(cause.indicator for cause in opened)

    def row(each: Indicator) -> Row:
        told = lines.get(each.id, ())
        silent = next((s for s in quiet if s.covers(Cause(each.id), each.team)), None)
        return Row(each, trends[each.measure], worst.get(each.id), counts[each.id], silent, told)

    grouped = ((risk, title, [row(e) for e in every if e.risk == risk])
               for risk, title in warning.RISKS.items())  # fmt: skip
    risks = tuple((risk, title, tuple(sorted(rows, key=_order))) for risk, title, rows in grouped)
    return Board(date.fromisoformat(latest) if latest else None, risks)


def _order(row: Row) -> tuple[int, str]:
    return (-row.level, row.indicator.id)


def _courses(man: Watchman, worst: Iterable[Now]) -> dict[str, tuple[Line, ...]]:
    since = {
        (now.cause.indicator, json_of(now.cause.segment)): str(
            now.ends_on
            - timedelta(days=SHOWN_DAYS[man.rules.indicators[now.cause.indicator].period])
        )
        for now in worst
    }
    told = watch_register.courses(since)
    return {of[0]: tuple(map(line, rows)) for of, rows in told.items()}
