"""Alerts as lists and pages tell them: open and ended ones, and one with its account."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from seawall.acts import handling
from seawall.acts.alert_cases import (
    KIND,
    fields_of,
    open_alerts,
    read,
    segment_of_words,
)
from seawall.acts.case_rows import events_of
from seawall.acts.handling import Handled, UnableToFindCase
from seawall.acts.signing import Signed
from seawall.cases.case import Actor, Command
from seawall.cases.fold import Moment, timeline
from seawall.cases.kind import Kind, Verb
from seawall.cases.playbook import Playbook
from seawall.core.measure import Trend
from seawall.core.period import moment_at
from seawall.core.problem import UnableToUseInput
from seawall.core.text import Text, verbatim
from seawall.office import accounting, measuring, packs, quieting, warning
from seawall.office.alerts import Watchman
from seawall.office.turns import Turns
from seawall.records import case_register, watch_register
from seawall.records.case_register import CaseRow
from seawall.records.watch_register import Ended
from seawall.warning import explaining
from seawall.warning.alert import Silence
from seawall.warning.cause import Cause
from seawall.warning.explaining import Account
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
        ended: those that are over, instead of those that are open.
        state: the state it is in, or ended in.
        after: the `next` of the page before; None for the first.
    """

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
        level: `amber` or `red`.
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
    rows = tuple(_listed(man, row, quiet) for _, row in rest[:PAGE])
    return Page(rows, rest[PAGE - 1][0] if len(rest) > PAGE else None)


def _meant(man: Watchman, asked: Asked, row: CaseRow) -> bool:
    fields = fields_of(row)
    declared = man.rules.indicators.get(fields["indicator"])
    return (
        asked.level in ("", fields["level"])
        and asked.indicator in ("", fields["indicator"])
        and asked.state in ("", row.state)
        and (not asked.risk or (declared is not None and declared.risk == asked.risk))
    )


def _ended_page(man: Watchman, asked: Asked) -> Page:
    found = watch_register.ended(
        Ended(_among(man, asked), asked.state, asked.level, asked.after, PAGE + 1)
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
        verbs: what the person who looks may do at once, without another word.
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
    verbs: tuple[tuple[str, Text], ...]


def told(man: Watchman, case_id: str, actor: Actor, at: datetime) -> Told:
    """An alert, to be looked at.

    Raises:
        UnableToFindCase: there is none of this id.
    """
    row = case_register.standing(case_id)
    if row is None or row.kind != KIND:
        raise UnableToFindCase(case_id)
    fields, kind, quiet = fields_of(row), man.desk.kinds.of(row.kind_digest), quieting.in_force(at)
    alert = _listed(man, row, quiet)
    opened = open_alerts()
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
        moments=_moments(man, case_id),
        became=became(man, fields["indicator"]),
        playbook=packs.playbook(declared.playbook) if declared and declared.playbook else None,
        verbs=tuple(_verbs(kind, row, actor)),
    )


def _moments(man: Watchman, case_id: str) -> tuple[Moment, ...]:
    events = events_of(case_register.events(case_id))
    kinds = {each.kind_digest: man.desk.kinds.of(each.kind_digest) for each in events}
    return timeline(kinds, events)


def became(man: Watchman, indicator: str) -> tuple[tuple[Text, int], ...]:
    """What became of an indicator's alerts that are over, the most frequent first."""
    states = man.desk.kinds.in_force[KIND].states
    ended = watch_register.outcomes(indicator)
    return tuple((states[state].title, times) for state, times in ended if state in states)


def _verbs(kind: Kind, row: CaseRow, actor: Actor) -> list[tuple[str, Text]]:
    """What a person may do with a case as it stands, that needs no further word; the rest is on the case's page."""
    return [
        (name, verb.title) for name, verb in kind.verbs.items()
        if row.state in verb.from_ and actor.roles & set(verb.roles) and _at_once(verb)
    ]  # fmt: skip


def _at_once(verb: Verb) -> bool:
    return not (verb.needs or verb.sets or verb.reason or verb.approval)


def perform(man: Watchman, case_id: str, verb: str, actor: Actor, signed: Signed) -> Handled:
    """Do something with an alert.

    Raises:
        UnableToFindCase: there is no such alert.
        UnableToUseInput: its kind refuses it, and says why.
    """
    row = case_register.standing(case_id)
    if row is None or row.kind != KIND:
        raise UnableToFindCase(case_id)
    command = Command(verb, actor, signed.at.replace(tzinfo=UTC), signed.act)
    came = handling.handle(man.desk, case_id, command)
    if came.event is None:
        raise UnableToUseInput(came.problems)
    return came


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
