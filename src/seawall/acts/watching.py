"""Watch: what verdicts say becomes alerts, each a case of kind `alert`, and people are told.

What is open, who took it on, who was told and what was closed by whom is read from the cases; nothing is
remembered beside them but values and silences. The pure machine (`warning.alerting`) says what must happen;
each of its commands is one event of one case, under a key that follows from what it says: a watch that was
stopped anywhere is simply repeated. A value that was known otherwise before is kept anew beside the old
one, and said to be corrected.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from seawall.acts import handling
from seawall.acts.alert_cases import (
    KIND,
    LEVELS,
    closed,
    fields_of,
    json_of,
    open_alerts,
    shown,
    spelled,
)
from seawall.acts.handling import Desk, Handled
from seawall.acts.silencing import silences
from seawall.cases.case import Actor, Command, Event, written
from seawall.cases.kind import MACHINE
from seawall.core.canonical import canonical
from seawall.core.period import microseconds, utc
from seawall.core.problem import Unable, sentences
from seawall.core.text import Text
from seawall.ledger.entry import Entry
from seawall.records import case_register, watch_register
from seawall.records.case_register import CaseRow, ErrandRow
from seawall.records.watch_register import ValueRow
from seawall.warning import alerting
from seawall.warning.alert import (
    Clear,
    Notify,
    OpenAlert,
    Raise,
    Rules,
    Standing,
    Update,
    Watch,
)
from seawall.warning.cause import Cause

WATCH = Actor("watch-1", frozenset({MACHINE}))
_SAME = 1e-9
_KEY_MOST = 200


@dataclass(frozen=True)
class Value:
    """What an indicator's value is in one period, and what is normal; NaN-free: None where unknown.

    Attributes:
        level: the verdict, -1 where there is none.
        held: the level that follows from it and the verdicts before.
    """

    cause: Cause
    ends_on: date
    value: float | None
    sample: float | None
    level: int
    low: float | None = None
    high: float | None = None
    held: int = 0


@dataclass(frozen=True)
class Said:
    """What verdicts say at a time.

    Attributes:
        standings: of every cause that was looked at.
        values: of the periods that were looked at, any order.
    """

    standings: tuple[Standing, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Corrected:
    """A value that was known otherwise before: a fact came late."""

    cause: Cause
    ends_on: date
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Watched:
    """What came of a watch.

    Attributes:
        raised, updated, cleared: alerts.
        told: notices that are queued.
        corrected: values of periods that were looked at before.
        looked_at: how many values were new or corrected.
    """

    raised: tuple[Cause, ...]
    updated: tuple[Cause, ...]
    cleared: tuple[Cause, ...]
    told: int
    corrected: tuple[Corrected, ...]
    looked_at: int


def watch(desk: Desk, rules: Rules, said: Said, at: datetime) -> Watched:
    """Do what must be done about what verdicts say.

    Args:
        desk: where cases are handled.
        rules: indicators, routes, working hours.
        said: of every indicator that was looked at; the alerts of others stay as they are.
        at: now, UTC.
    """
    corrected, kept = _remember(said.values, at)
    cases = open_alerts()
    state = Watch(tuple(alert for alert, _ in cases.values()), tuple(closed()), silences(at))
    commands = alerting.step(state, _all(said, cases), rules, utc(at))
    ids = {cause: row.case_id for cause, (_, row) in cases.items()}
    values = {each.cause: each for each in sorted(said.values, key=lambda each: each.ends_on)}
    hand = _Hand(desk, ids, values, at)
    for command in commands:
        hand.carry_out(command)
    causes = {kind: tuple(c.alert.cause for c in commands if isinstance(c, kind))
              for kind in (Raise, Update, Clear)}  # fmt: skip
    told = sum(isinstance(each, Notify) for each in commands)
    came = Watched(causes[Raise], causes[Update], causes[Clear], told, corrected, kept)
    if came.looked_at or commands:
        desk.ledger.append(_entry(said, came, at))
    return came


def _all(said: Said, cases: Mapping[Cause, tuple[OpenAlert, CaseRow]]) -> Iterator[Standing]:
    """What is said, and of indicators that were not looked at now, what was said last."""
    yield from said.standings
    looked = {each.cause.indicator for each in said.standings}
    for cause, (alert, row) in cases.items():
        if cause.indicator not in looked:
            as_of = date.fromisoformat(fields_of(row)["as_of"])
            yield Standing(cause, alert.level, alert.since, as_of)


class _Hand:
    """Carries commands out, each as one event of one case."""

    def __init__(
        self, desk: Desk, ids: dict[Cause, str], values: Mapping[Cause, Value], at: datetime
    ) -> None:
        self._desk = desk
        self._ids = ids
        self._values = values
        self._at = at if at.tzinfo else at.replace(tzinfo=UTC)

    def carry_out(self, command: Raise | Update | Clear | Notify) -> None:
        """Do what one command says.

        Raises:
            UnableToWatch: the kind `alert` refuses it.
        """
        match command:
            case Raise(alert):
                self._raise(alert)
            case Update(before, alert):
                self._update(before, alert)
            case Clear(alert, why):
                key = f"clear:{why}:{written(self._at)}"
                self._do(alert.cause, self._order("clear", key, reason=why))
            case Notify():
                self._tell(command)

    def _raise(self, alert: OpenAlert) -> None:
        cause = alert.cause
        key = f"raise:{cause}@{alert.since}:{alert.level}:{alert.raised_at:%Y-%m-%dT%H:%M}"
        fields = {
            **self._shown(alert), "indicator": cause.indicator, "segment": shown(cause.segment),
            "since": alert.since.isoformat(), "cause": spelled(cause),
        }  # fmt: skip
        order = self._order("raise", key, fields=fields, links=self._parent(alert))
        came = _done(handling.open_case(self._desk, KIND, order), cause)
        assert came.case is not None  # noqa: S101 - it was done
        self._ids[cause] = came.case.id

    def _update(self, before: OpenAlert, alert: OpenAlert) -> None:
        told_anew = alert.level > before.level and before.acknowledged
        verb = "rise" if told_anew else "see_again"
        key = f"{verb}:{alert.level}:{alert.explained_by}:{written(self._at)}"
        self._do(alert.cause, self._order(verb, key, fields=self._shown(alert)))

    def _shown(self, alert: OpenAlert) -> dict[str, object]:
        """What of an alert may change while it is open."""
        found = self._values.get(alert.cause)
        known = {} if found is None else {
            name: getattr(found, name) for name in ("value", "low", "high")
            if getattr(found, name) is not None
        }  # fmt: skip
        as_of = found.ends_on if found else alert.since
        return {
            **known, "level": LEVELS[alert.level], "as_of": as_of.isoformat(),
            "due_at": written(alert.due_at.replace(tzinfo=UTC)),
            "explained_by": None if alert.explained_by is None else spelled(alert.explained_by),
        }  # fmt: skip

    def _parent(self, alert: OpenAlert) -> tuple[tuple[str, str], ...]:
        parent = self._ids.get(alert.explained_by) if alert.explained_by else None
        return () if parent is None else (("parent", parent),)

    def _tell(self, notify: Notify) -> None:
        """One letter about all of them; each case's events say who was told."""
        cases = [self._ids[cause] for cause in notify.about]
        line = f"{notify.to} {notify.by} {written(notify.at.replace(tzinfo=UTC))}"

        def letter(event: Event) -> Sequence[ErrandRow]:
            at_us = microseconds(event.at)
            told = {
                "to": notify.to, "by_way": notify.by, "kind": KIND, "state": event.state,
                "verb": "tell", "at_us": at_us, "about": cases,
                "fields": {"waited": len(notify.waited), "risk": notify.risk, "team": notify.team},
            }  # fmt: skip
            key = f"{event.case}:{event.number}:notify:{notify.to}:{notify.by}"
            return [ErrandRow(key, event.case, event.number, "notify", json.dumps(told), at_us)]

        for cause in notify.about:
            row = case_register.standing(self._ids[cause])
            before = fields_of(row).get("told", "") if row else ""
            told = "\n".join(filter(None, (*before.split("\n")[-20:], line)))
            first = letter if cause == notify.about[0] and notify.by != "list" else None
            self._do(cause, self._order("tell", f"tell:{line}", fields={"told": told}), first)

    def _do(self, cause: Cause, order: Command, also: handling.Follows | None = None) -> None:
        _done(handling.handle(self._desk, self._ids[cause], order, also), cause)

    def _order(self, verb: str, key: str, **told: Any) -> Command:  # noqa: ANN401 - a command's own
        return Command(verb, WATCH, self._at, key[:_KEY_MOST], **told)


def _done(came: Handled, cause: Cause) -> Handled:
    if came.event is None:
        raise UnableToWatch(cause, sentences(came.problems))
    return came


def _remember(values: Sequence[Value], at: datetime) -> tuple[tuple[Corrected, ...], int]:
    """Keep values that are new or known otherwise; which were corrected, and how many were kept."""
    fresh, corrected = list[ValueRow](), list[Corrected]()
    for indicator in sorted({each.cause.indicator for each in values}):
        mine = [each for each in values if each.cause.indicator == indicator]
        held = watch_register.values(indicator, min(each.ends_on for each in mine).isoformat())
        for each in mine:
            row = _row(each, at)
            before = held.get((row.segment, row.ends_on))
            # A row of before ranges were kept is told anew with them.
            if before is None or before.held is None or not _alike(before.value, row.value):
                fresh.append(row)
            if before is not None and not _alike(before.value, row.value):
                corrected.append(Corrected(each.cause, each.ends_on, before.value, each.value))
    watch_register.add(fresh)
    return tuple(corrected), len(fresh)


def _row(told: Value, at: datetime) -> ValueRow:
    return ValueRow(
        told.cause.indicator, json_of(told.cause.segment), told.ends_on.isoformat(), told.value,
        told.sample, told.level, microseconds(at), told.low, told.high, told.held,
    )  # fmt: skip


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))


def _entry(said: Said, came: Watched, at: datetime) -> Entry:
    """What the ledger is told of a watch: how much was looked at, and a digest of every value."""
    told = sorted([str(each.cause), each.ends_on.isoformat(), repr(each.value), each.level]
                  for each in said.values)  # fmt: skip
    digest = hashlib.sha256(canonical(told)).hexdigest()
    body = {
        "values": len(said.values), "kept": came.looked_at, "corrected": len(came.corrected),
        "raised": [str(each) for each in came.raised], "cleared": [str(each) for each in came.cleared],
        "told": came.told,
    }  # fmt: skip
    act = hashlib.sha256(canonical([digest, microseconds(at)])).hexdigest()[:32]
    return Entry(kind="warning.watch", subject="warning:watch", actor=WATCH.name, at=at,
                 act=f"watch:{act}", digests={"values": digest}, body=body)  # fmt: skip


class UnableToWatch(Unable, RuntimeError):
    """The kind `alert` refuses what a watch wants to do with a case."""

    def __init__(self, cause: Cause, why: Text) -> None:
        super().__init__(
            Text(
                en="the alert of {cause} cannot be kept: {why}", zh="{cause} 的预警不能留存：{why}"
            ),
            cause=cause,
            why=why,
        )
