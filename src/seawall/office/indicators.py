"""An indicator as its page tells it, by the values that watching keeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from seawall.acts.alert_cases import fields_of, json_of, open_alerts, read
from seawall.cases.playbook import Playbook
from seawall.core.measure import Span, Trend
from seawall.core.period import moment_at
from seawall.core.text import Text, verbatim
from seawall.office import packs, warning
from seawall.office.alert_lists import became
from seawall.office.alerts import Watchman
from seawall.office.standings import Now, line, standing
from seawall.records import watch_register
from seawall.records.case_register import CaseRow
from seawall.records.watch_register import Ended
from seawall.reports.charts import Spec
from seawall.reports.leaf import Grid
from seawall.reports.warning import Line, Watched, course, figures
from seawall.warning.cause import Segment
from seawall.warning.indicator import Indicator

_CHART_DAYS = 3_700
_SQL_DAYS = 62
_PAST_MOST = 20


@dataclass(frozen=True)
class Past:
    """An alert that is over: when, where, and what became of it."""

    case_id: str
    segment: Segment
    raised_at: datetime
    ended_at: datetime
    level: str
    became: Text


@dataclass(frozen=True)
class Sheet:
    """All that the page of an indicator tells.

    Attributes:
        told: it in plain sentences, each under its heading.
        chosen: the segment whose course is shown; None where nobody looked yet.
        nows: where it stands, by segment, the worst first.
        past: alerts that are over, the last first; and how often each outcome came, of all of them.
        playbook: None where the indicator names none.
        sql: how the number is computed, step by step.
    """

    indicator: Indicator
    trend: Trend
    told: tuple[tuple[Text, Text], ...]
    chosen: Now | None
    nows: tuple[Now, ...]
    course: tuple[Line, ...]
    past: tuple[Past, ...]
    became: tuple[tuple[Text, int], ...]
    playbook: Playbook | None
    sql: str

    @property
    def watched(self) -> Watched:
        """The course as reports draw it."""
        limits = self.indicator.thresholds
        return Watched(
            self.indicator.id, self.indicator.title, self.indicator.meaning, self.trend.unit,
            self.trend.source, self.course,
            limits=() if limits is None else (("amber", limits.amber), ("red", limits.red)),
            period=self.indicator.period,
        )  # fmt: skip

    @property
    def chart(self) -> Spec:
        """The course with its normal range, its limits and its signals."""
        return course(self.watched)

    @property
    def grid(self) -> Grid:
        """The latest of it, in figures."""
        return figures(self.watched)

    @property
    def detectors(self) -> tuple[str, ...]:
        """What gives verdicts, as it is declared."""
        return tuple(map(_detector, self.indicator.detectors))

    @property
    def reads(self) -> str:
        """The tables of the book that it reads."""
        return ", ".join(self.trend.reads)


def _detector(declared: BaseModel) -> str:
    told = declared.model_dump(exclude_unset=True)
    facts = ", ".join(f"{name} {value}" for name, value in told.items() if name != "kind")
    return f"{told['kind']}: {facts}" if facts else str(told["kind"])


def sheet(man: Watchman, name: str, segment: Segment | None = None) -> Sheet:
    """An indicator, with its course in a segment: the one asked for, or where it stands worst.

    Raises:
        UnableToFindIndicator: there is none of this id.
    """
    declared = one(man, name)
    latest = watch_register.latest()
    stands = standing([declared], latest, open_alerts()).get(name, [])
    nows = tuple(sorted(stands, key=lambda now: now.rank))
    chosen = next((now for now in nows if segment in (None, now.cause.segment)), None)
    trend = warning.trends()[declared.measure]
    past = tuple(_past(man, row) for row in watch_register.ended(Ended((name,), most=_PAST_MOST)))
    return Sheet(
        indicator=declared,
        trend=trend,
        told=tuple(warning.described(declared)),
        chosen=chosen,
        nows=nows,
        course=() if chosen is None else _long(chosen),
        past=past,
        became=became(man, name),
        playbook=None if declared.playbook is None else packs.playbook(declared.playbook),
        sql="" if chosen is None else _sql(declared, trend, chosen),
    )


def one(man: Watchman, name: str) -> Indicator:
    """An indicator by its id.

    Raises:
        UnableToFindIndicator: there is none.
    """
    known = man.rules.indicators
    if name not in known:
        raise warning.UnableToFindIndicator(name, sorted(known))
    return known[name]


def _long(now: Now) -> tuple[Line, ...]:
    """A cause's whole course, as far as a chart goes back."""
    since = str(now.ends_on - timedelta(days=_CHART_DAYS))
    rows = watch_register.course(now.cause.indicator, json_of(now.cause.segment), since)
    return tuple(map(line, rows))


def _past(man: Watchman, row: CaseRow) -> Past:
    fields, states = fields_of(row), man.desk.kinds.in_force["alert"].states
    inside = read(fields["cause"]).segment if "cause" in fields else ()
    became = states[row.state].title if row.state in states else verbatim(row.state)
    return Past(row.case_id, inside, moment_at(row.opened_us), moment_at(row.changed_us),
                fields["level"], became)  # fmt: skip


def _sql(declared: Indicator, trend: Trend, now: Now) -> str:
    by = tuple(name for name, _ in now.cause.segment)
    first = now.ends_on - timedelta(days=_SQL_DAYS)
    return trend.steps(Span(first, now.ends_on, declared.period, by)).sql()
