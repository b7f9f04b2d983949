"""Alerts as values: what verdicts say of a cause, what is open, what silences it, what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.warning.cause import Cause, Segment, within
from seawall.warning.holding import GREEN
from seawall.warning.indicator import Importance, Indicator
from seawall.warning.routing import Routing, Way, WorkingTime


@dataclass(frozen=True)
class Standing:
    """What verdicts say of a cause by now.

    Attributes:
        level: held, after hysteresis: 0 green, 1 amber, 2 red.
        since: the end of the period in which it left green; of the last period where green.
        known_to: the end of the last period with a verdict.
    """

    cause: Cause
    level: int
    since: date
    known_to: date


@dataclass(frozen=True)
class Notice:
    """Who was told of an alert, how and when."""

    to: str
    by: Way
    at: datetime


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is open.

    Attributes:
        since: the end of the period in which its trouble began, by the verdicts.
        due_at: from when people must be told of it: since it was raised, rose, or lost what
            explained it.
        acknowledged: the level that somebody has taken on; a rise above it is told anew.
        explained_by: the open alert it is a child of.
        notices: who has been told.
    """

    cause: Cause
    since: date
    level: int
    raised_at: datetime
    due_at: datetime
    acknowledged: int = GREEN
    explained_by: Cause | None = None
    notices: tuple[Notice, ...] = ()

    def taken_on(self) -> "OpenAlert":
        """The alert once somebody has acknowledged it as it is."""
        return replace(self, acknowledged=self.level)


@dataclass(frozen=True)
class Closed:
    """An alert that a person has closed while verdicts still stood above green.

    Nothing is raised again for the same trouble, unless it rises above the level it was closed at.

    Attributes:
        on: the end of the last period that was known when it was closed.
    """

    cause: Cause
    on: date
    level: int


@dataclass(frozen=True)
class Silence:
    """Nobody is told of some alerts for some time; they stay in every list.

    Attributes:
        by: who asked for it.
        since, until: when it begins and when it is over; it is never without an end.
        indicator, team: whose alerts; any where None.
        segment: alerts within it.
    """

    id: str
    reason: str
    by: str
    since: datetime
    until: datetime
    indicator: str | None = None
    team: str | None = None
    segment: Segment = ()

    def __post_init__(self) -> None:
        """A silence over everything, without reason, or over before it begins is refused."""
        if not (self.indicator or self.team or self.segment):
            raise UnableToSilence(
                Text(
                    en="it names no indicator, team or segment, and would silence all",
                    zh="未指明指标、团队或分组，会静默一切",
                )
            )
        if not (self.reason.strip() and self.by.strip()):
            raise UnableToSilence(
                Text(
                    en="it needs a reason, and the name of who asks for it",
                    zh="须有理由和申请人姓名",
                )
            )
        if self.until <= self.since:
            raise UnableToSilence(
                Text(
                    en="it would be over at {until}, before it begins",
                    zh="它将在开始之前于 {until} 结束",
                ).filled(until=self.until)
            )

    def covers(self, cause: Cause, team: str) -> bool:
        """Whether an alert is one of those meant."""
        return (
            self.indicator in (None, cause.indicator)
            and self.team in (None, team)
            and within(cause.segment, self.segment)
        )


@dataclass(frozen=True)
class Watch:
    """All that is remembered between two looks at the verdicts."""

    open: tuple[OpenAlert, ...] = ()
    closed: tuple[Closed, ...] = ()
    silences: tuple[Silence, ...] = ()

    def alert(self, cause: Cause) -> OpenAlert | None:
        """The open alert of a cause."""
        return next((each for each in self.open if each.cause == cause), None)


@dataclass(frozen=True)
class Rules:
    """What decides about alerts, beside verdicts.

    Attributes:
        indicators: by id; an alert of one that is no longer among them ends.
        hours: the routing's calendar.
    """

    indicators: Mapping[str, Indicator]
    routing: Routing
    hours: WorkingTime

    def importance(self, cause: Cause, level: int) -> Importance:
        """How much an alert of a cause matters at a level."""
        severity = self.indicators[cause.indicator].severity
        return severity.amber if level < 2 else severity.red  # noqa: PLR2004 - amber, red


@dataclass(frozen=True)
class Raise:
    """Open an alert."""

    alert: OpenAlert


@dataclass(frozen=True)
class Update:
    """Change an open alert: its level, or what explains it."""

    before: OpenAlert
    alert: OpenAlert


@dataclass(frozen=True)
class Clear:
    """End an open alert: its verdicts are green again, or nobody watches its indicator any more."""

    alert: OpenAlert
    why: Literal["green", "withdrawn"]


@dataclass(frozen=True)
class Notify:
    """Tell a role of alerts of one risk and team, all in one notice.

    Attributes:
        about: in the order of causes.
        waited: those of them that others were told of before, and nobody took.
    """

    to: str
    by: Way
    risk: str
    team: str
    at: datetime
    about: tuple[Cause, ...]
    waited: tuple[Cause, ...] = field(default=())


Command = Raise | Update | Clear | Notify


def applied(watch: Watch, commands: tuple[Command, ...]) -> Watch:
    """What is remembered once commands are carried out."""
    alerts = {alert.cause: alert for alert in watch.open}
    for command in commands:
        match command:
            case Raise(alert) | Update(_, alert):
                alerts[alert.cause] = alert
            case Clear(alert):
                del alerts[alert.cause]
            case Notify(about=about):
                notice = Notice(command.to, command.by, command.at)
                for cause in about:
                    told = alerts[cause]
                    alerts[cause] = replace(told, notices=(*told.notices, notice))
    return replace(watch, open=tuple(alerts[cause] for cause in sorted(alerts)))


class UnableToSilence(Unable, ValueError):
    """A silence that nobody should be able to ask for."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="this silence is refused: {why}", zh="此静默被拒绝：{why}"), why=why
        )
