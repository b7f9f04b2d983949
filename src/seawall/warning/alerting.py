"""The alert machine: from verdicts and open alerts to what must happen now. Pure.

`step` is asked as often as one likes, with all that verdicts say by then: asked twice with the same,
it answers nothing the second time. There is at most one open alert for a cause. Nobody is told of
an alert that is acknowledged at its level, explained by another, silenced, or stale: with data
older than `fresh_periods`, or waiting longer than `valid_hours`. All of them stay in the list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from seawall.core.measure import Period
from seawall.warning import routing
from seawall.warning.alert import (
    Clear,
    Closed,
    Command,
    Notify,
    OpenAlert,
    Raise,
    Rules,
    Standing,
    Update,
    Watch,
    applied,
)
from seawall.warning.cause import Cause
from seawall.warning.explained import parents
from seawall.warning.holding import GREEN
from seawall.warning.routing import Route, Stage

_DAYS: dict[Period, int] = {"day": 1, "week": 7, "month": 31}
_MINUTE = timedelta(minutes=1)

Group = tuple[str, routing.Way, str, str]
"""Role, way, risk, team: what is told together."""


def step(
    watch: Watch, standings: Iterable[Standing], rules: Rules, now: datetime
) -> tuple[Command, ...]:
    """What must happen now.

    Args:
        watch: what is open, closed by persons, and silenced.
        standings: one for each cause that verdicts speak of, in any order; an open alert without
            one keeps its level, and is stale.
        rules: indicators, routes, working hours.
        now: UTC, without a zone.

    Returns:
        Commands in the order in which they are to be carried out: each group by cause.
    """
    said = {each.cause: each for each in standings if each.cause.indicator in rules.indicators}
    changes = tuple(_changes(watch, said, rules, now))
    return (*changes, *_notices(applied(watch, changes), said, rules, now))


def _changes(
    watch: Watch, said: dict[Cause, Standing], rules: Rules, now: datetime
) -> Iterator[Command]:
    held = {alert.cause: alert for alert in watch.open}
    shut = {each.cause: each for each in watch.closed}
    after = {
        cause: standing.level
        for cause, standing in said.items()
        if standing.level > GREEN and (cause in held or _is_new(standing, shut.get(cause)))
    }
    waking = {cause: level for cause, level in after.items() if not stale(said[cause], rules, now)}
    explains = parents(waking, rules.indicators)
    for cause in sorted({*held, *after}):
        before = held.get(cause)
        if before is None:
            made = OpenAlert(cause, said[cause].since, after[cause], now, now)
            yield Raise(replace(made, explained_by=explains.get(cause)))
        elif cause.indicator not in rules.indicators:
            yield Clear(before, "withdrawn")
        elif cause in said and cause not in after:
            yield Clear(before, "green")
        else:
            level = after.get(cause, before.level)
            changed = _moved(before, level, explains.get(cause), now)
            if changed != before:
                yield Update(before, changed)


def _is_new(standing: Standing, closed: Closed | None) -> bool:
    """Whether a trouble is another than the one a person has closed, or has grown beyond it."""
    return closed is None or standing.since > closed.on or standing.level > closed.level


def _moved(before: OpenAlert, level: int, parent: Cause | None, now: datetime) -> OpenAlert:
    freed = before.explained_by is not None and parent is None
    due = now if freed or level > before.level else before.due_at
    return replace(before, level=level, explained_by=parent, due_at=due)


def stale(standing: Standing | None, rules: Rules, now: datetime) -> bool:
    """Whether the last verdict on a cause is too old for anyone to be woken by it."""
    if standing is None:
        return True
    period = rules.indicators[standing.cause.indicator].period
    most = rules.routing.fresh_periods[period] * _DAYS[period]
    return (now.date() - standing.known_to).days > most


def silenced(watch: Watch, cause: Cause, rules: Rules, now: datetime) -> bool:
    """Whether nobody may be told of a cause now."""
    team = rules.indicators[cause.indicator].team
    covering = (each for each in watch.silences if each.covers(cause, team))
    return any(each.since <= now < each.until for each in covering)


def _notices(
    watch: Watch, said: dict[Cause, Standing], rules: Rules, now: datetime
) -> Iterator[Notify]:
    groups: dict[Group, list[tuple[OpenAlert, bool]]] = {}
    for alert in watch.open:
        if _may_be_told(watch, alert, said, rules, now):
            for group, waited in _due(watch, alert, rules, now):
                groups.setdefault(group, []).append((alert, waited))
    for (to, by, risk, team), told in sorted(groups.items()):
        about = tuple(alert.cause for alert, _ in told)
        again = tuple(alert.cause for alert, waited in told if waited)
        yield Notify(to, by, risk, team, now, about, again)


def _may_be_told(
    watch: Watch, alert: OpenAlert, said: dict[Cause, Standing], rules: Rules, now: datetime
) -> bool:
    return (
        alert.cause.indicator in rules.indicators
        and alert.explained_by is None
        and alert.acknowledged < alert.level
        and not stale(said.get(alert.cause), rules, now)
        and not silenced(watch, alert.cause, rules, now)
    )


def _due(
    watch: Watch, alert: OpenAlert, rules: Rules, now: datetime
) -> Iterator[tuple[Group, bool]]:
    """Whom to tell of an alert now, and whether others were told of it before."""
    declared = rules.indicators[alert.cause.indicator]
    taken = _route(alert, rules, now)
    since = _waiting_since(watch, alert, rules, now)
    valid = timedelta(hours=rules.routing.valid_hours[rules.importance(alert.cause, alert.level)])
    if now - since > valid or (taken.waits == "working" and not rules.hours.is_open(now)):
        return
    working = taken.waits == "working"
    waited = rules.hours.minutes(since, now) if working else (now - since) / _MINUTE
    told = {(each.to, each.by) for each in alert.notices if each.at >= since}
    for stage in _ripe(taken, waited):
        group = (stage.to, stage.by, declared.risk, declared.team)
        gathering = timedelta(minutes=taken.gather_minutes)
        first = stage is taken.stages[0]
        held = first and _told_at(watch, group, rules) > now - gathering
        if (stage.to, stage.by) not in told and not held:
            yield group, bool(told)


def _ripe(taken: Route, waited: float) -> Iterator[Stage]:
    return (stage for stage in taken.stages if stage.after_minutes <= waited)


def _route(alert: OpenAlert, rules: Rules, now: datetime) -> Route:
    declared = rules.indicators[alert.cause.indicator]
    seen = routing.Told(
        importance=rules.importance(alert.cause, alert.level),
        risk=declared.risk,
        team=declared.team,
        segment=dict(alert.cause.segment),
        working=rules.hours.is_open(now),
    )
    return routing.route(rules.routing, seen)


def _waiting_since(watch: Watch, alert: OpenAlert, rules: Rules, now: datetime) -> datetime:
    """From when an alert waits for somebody: a silence that is over starts the waiting anew."""
    team = rules.indicators[alert.cause.indicator].team
    covering = (each for each in watch.silences if each.covers(alert.cause, team))
    return max([alert.due_at, *(each.until for each in covering if each.until <= now)])


def _told_at(watch: Watch, group: Group, rules: Rules) -> datetime:
    """When a group was last told of anything that is still open."""
    to, by, risk, team = group
    told = (
        notice.at
        for alert in watch.open
        for declared in [rules.indicators.get(alert.cause.indicator)]
        if declared is not None and (declared.risk, declared.team) == (risk, team)
        for notice in alert.notices
        if (notice.to, notice.by) == (to, by)
    )
    return max(told, default=datetime.min)  # noqa: DTZ901 - the house's times are UTC, without a zone
