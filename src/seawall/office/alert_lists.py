"""Alerts as lists and pages tell them: open and ended ones, and one with its account."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from seawall.acts.alert_cases import (
    KIND,
    fields_of,
    open_alerts,
    read,
    segment_of_words,
)
from seawall.acts.handling import UnableToFindCase
from seawall.cases import choices
from seawall.cases.case import Actor
from seawall.cases.choices import Choice
from seawall.cases.fold import Moment, timeline
from seawall.cases.playbook import Playbook
from seawall.core.measure import Trend
from seawall.core.period import moment_at
from seawall.core.text import Text, verbatim
from seawall.office import accounting, measuring, packs, quieting, standings, units, warning
from seawall.office.alerts import Watchman
from seawall.office.cases import Seen
from seawall.office.turns import Turns
from seawall.records import case_lists, case_register, watch_register
from seawall.records.case_register import CaseRow
from seawall.records.watch_register import Ended
from seawall.warning import explaining
from seawall.warning.alert import Silence
from seawall.warning.cause import Cause
from seawall.warning.explaining import Account
from seawall.warning.holding import UNKNOWN
from seawall.warning.indicator import Indicator

PAGE = 50
Place = tuple[int, str]
"""Where a row stands in a list: of open alerts by level and day, of ended ones by when they ended; then by id."""
_NOTHING = verbatim("")
TURNS: Final = Turns()
"""An account reads the book with an engine of its own: one at a time, whoever asks."""


@dataclass(frozen=True)
class Asked:
    """Which alerts a list is of; any where empty.

    Attributes:
        unit: of who asks; alerts of units that he does not see are not listed.
        ended: those that are over, instead of those that are open.
        state: the state it is in, or ended in.
        after: the `next` of the page before; None for the first.
    """

    unit: str
    ended: bool = False
    risk: str = ""
    level: str = ""
    indicator: str = ""
    state: str = ""
    after: Place | None = None


@dataclass(frozen=True)
class Listed:
    """An alert in a list.

    Attributes:
        indicator: None where it is no longer declared.
        level: `amber` or `red`: the level that is held.
        verdict: of the last period alone; see `warning.waiting`.
        since: the end of the period in which its trouble began.
        changed_at: when it ended; of an open one, when it last changed.
        explained_by: the open alert it is a child of.
        silence: what keeps people from being told of it.
    """

    case_id: str
    cause: Cause
    indicator: Indicator | None
    level: str
    since: date | None
    raised_at: datetime
    changed_at: datetime
    state: Text
    explained_by: Cause | None = None
    explained_title: Text = _NOTHING
    silence: Silence | None = None
    verdict: int = UNKNOWN


@dataclass(frozen=True)
class Page:
    """A page of alerts, and what asks for the next; None where there is none."""

    rows: tuple[Listed, ...]
    next: Place | None


def page(man: Watchman, asked: Asked, at: datetime) -> Page:
    """A page of alerts: of open ones the worst first, of ended ones those that ended last."""
    return _ended_page(man, asked) if asked.ended else _open_page(man, asked, at)


def _open_page(man: Watchman, asked: Asked, at: datetime) -> Page:
    """At most one alert is open for a cause, so that all of them can be put in order."""
    quiet = quieting.in_force(at)
    every = [(alert, row) for alert, row in open_alerts().values() if _meant(man, asked, row)]
    keyed = sorted(((9 - alert.level, f"{alert.since}.{row.case_id}"), row) for alert, row in every)
    rest = [pair for pair in keyed if asked.after is None or pair[0] > asked.after]
    rows = _with_verdicts(man, [row for _, row in rest[:PAGE]], quiet)
    return Page(rows, rest[PAGE - 1][0] if len(rest) > PAGE else None)


def _with_verdicts(
    man: Watchman, rows: Sequence[CaseRow], quiet: tuple[Silence, ...]
) -> tuple[Listed, ...]:
    """Open alerts, each with the last verdict on it: one question for all."""
    since = {row.case_id: _day(fields_of(row).get("as_of")) for row in rows}
    found = [_listed(man, row, quiet) for row in rows]
    asked = {each.cause: day for each in found if (day := since[each.case_id]) is not None}
    told = standings.verdicts(asked)
    return tuple(replace(each, verdict=told.get(each.cause, UNKNOWN)) for each in found)


def _meant(man: Watchman, asked: Asked, row: CaseRow) -> bool:
    fields = fields_of(row)
    declared = man.rules.indicators.get(fields["indicator"])
    return (
        units.sees(asked.unit, row.unit)
        and asked.level in ("", fields["level"])
        and asked.indicator in ("", fields["indicator"])
        and asked.state in ("", row.state)
        and (not asked.risk or (declared is not None and declared.risk == asked.risk))
    )


def _ended_page(man: Watchman, asked: Asked) -> Page:
    mine = units.seen(asked.unit, case_lists.known_units())
    found = watch_register.ended(
        Ended(_among(man, asked), asked.state, asked.level, asked.after, PAGE + 1, mine)
    )
    rows = found[:PAGE]
    more = (rows[-1].changed_us, rows[-1].case_id) if len(found) > PAGE else None
    return Page(tuple(_listed(man, row, ()) for row in rows), more)


def _among(man: Watchman, asked: Asked) -> tuple[str, ...] | None:
    """The indicators that are asked for; None where all are."""
    if asked.indicator:
        return (asked.indicator,)
    if not asked.risk:
        return None
    return tuple(name for name, each in man.rules.indicators.items() if each.risk == asked.risk)


def _listed(man: Watchman, row: CaseRow, quiet: tuple[Silence, ...]) -> Listed:
    fields, known = fields_of(row), man.rules.indicators
    cause, declared = _cause(fields), known.get(fields["indicator"])
    told = fields.get("explained_by")
    parent = read(told) if told else None
    return Listed(
        row.case_id, cause, declared, fields["level"], _day(fields.get("since")),
        moment_at(row.opened_us), moment_at(row.changed_us), _state(man, row), parent,
        known[parent.indicator].title if parent and parent.indicator in known else _NOTHING,
        next((s for s in quiet if s.covers(cause, declared.team if declared else "")), None),
    )  # fmt: skip


def _cause(fields: Mapping[str, Any]) -> Cause:
    """What an alert is about; one that a person opened says it in words alone."""
    told = fields.get("cause")
    return read(told) if told else Cause(fields["indicator"], segment_of_words(fields["segment"]))


def _state(man: Watchman, row: CaseRow) -> Text:
    states = man.desk.kinds.of(row.kind_digest).states
    return states[row.state].title


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


@dataclass(frozen=True)
class Told:
    """All that the page of an alert tells.

    Attributes:
        value, low, high: the number when it was last looked at, and its normal range.
        as_of: the end of the period it is of.
        trend: what is measured; None where the indicator is no longer declared.
        parent: the case of the alert that explains it.
        children: open alerts that it explains.
        moments: what happened to it.
        became: what became of earlier alerts of the indicator, and how often.
        offered: what the person who looks may do at once, without another word; the rest is on the case's page.
        revision: the case as it was looked at.
    """

    alert: Listed
    is_open: bool
    value: float | None
    low: float | None
    high: float | None
    as_of: date | None
    trend: Trend | None
    parent: str
    children: tuple[Listed, ...]
    moments: tuple[Moment, ...]
    became: tuple[tuple[Text, int], ...]
    playbook: Playbook | None
    offered: tuple[Choice, ...]
    revision: int


def told(man: Watchman, seen: Seen, actor: Actor, at: datetime) -> Told:
    """An alert, to be looked at by somebody who may; of others, he is told of those that he sees.

    Raises:
        UnableToFindCase: there is none of this id.
    """
    row = case_register.standing(seen.case.id)
    if row is None:
        raise UnableToFindCase(seen.case.id)
    fields, quiet = fields_of(row), quieting.in_force(at)
    [alert] = _with_verdicts(man, [row], quiet)
    every = open_alerts().items()
    opened = {cause: pair for cause, pair in every if units.sees(actor.unit, pair[1].unit)}
    parent = opened.get(alert.explained_by) if alert.explained_by else None
    children = [child for each, child in opened.values() if each.explained_by == alert.cause]
    declared = alert.indicator
    return Told(
        alert=alert,
        is_open=row.is_open,
        value=fields.get("value"),
        low=fields.get("low"),
        high=fields.get("high"),
        as_of=_day(fields.get("as_of")),
        trend=warning.trends()[declared.measure] if declared else None,
        parent=parent[1].case_id if parent else "",
        children=tuple(_listed(man, each, quiet) for each in children) if row.is_open else (),
        moments=_moments(man, seen),
        became=became(man, fields["indicator"]),
        playbook=packs.playbook(declared.playbook) if declared and declared.playbook else None,
        offered=_offered(man, seen, actor),
        revision=seen.case.revision,
    )


def _moments(man: Watchman, seen: Seen) -> tuple[Moment, ...]:
    kinds = man.desk.kinds.several({each.kind_digest for each in seen.events})
    return timeline(kinds, seen.events)


def _offered(man: Watchman, seen: Seen, actor: Actor) -> tuple[Choice, ...]:
    acting = units.acting(actor, seen.case.unit)
    every = choices.choices(seen.kind, seen.case, acting, man.desk.clock())
    return tuple(
        each for each in every
        if each.verb in seen.kind.verbs and not (each.against or each.waiting)
        and not (each.fields or each.reason or each.links or each.approval)
    )  # fmt: skip


def became(man: Watchman, indicator: str) -> tuple[tuple[Text, int], ...]:
    """What became of an indicator's alerts that are over, the most frequent first."""
    states = man.desk.kinds.in_force[KIND].states
    ended = watch_register.outcomes(indicator)
    return tuple((states[state].title, times) for state, times in ended if state in states)


def account(man: Watchman, case_id: str) -> tuple[Text, ...]:
    """What `seawall warn why` says of an alert's cause, as of the period that was last looked at.

    It asks the book, so it takes a moment, and one is made at a time.

    Raises:
        UnableToFindCase: there is no such alert.
        UnableToFindIndicator: its indicator is no longer declared.
        UnableToFindSegment: the book holds nothing of its segment.
        UnableToWaitLonger: others are before this one.
    """
    row = case_register.standing(case_id)
    if row is None or row.kind != KIND:
        raise UnableToFindCase(case_id)
    return tuple(explaining.sentences(_account(man, row)))


def _account(man: Watchman, row: CaseRow) -> Account:
    fields = fields_of(row)
    cause = _cause(fields)
    known = man.rules.indicators
    if cause.indicator not in known:
        raise warning.UnableToFindIndicator(cause.indicator, sorted(known))
    past, as_of = became(man, cause.indicator), date.fromisoformat(fields["as_of"])
    with TURNS.taken():
        book = measuring.opened(man.home)
        with closing(book.engine):
            reading = book.reading(book.engine.table(measuring.extent(as_of)), as_of)
            return accounting.account(reading, known[cause.indicator], cause.segment, past)
