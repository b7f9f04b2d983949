"""Who is told of an alert, how, and who next if nobody takes it: the pack `routing.yaml`."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seawall.core.measure import Period
from seawall.core.pack import Placed
from seawall.core.problem import Problem
from seawall.core.text import Text
from seawall.warning import problems
from seawall.warning.cause import Segment, within
from seawall.warning.indicator import IMPORTANCES, Importance, Name, Risk

CONFIG = ConfigDict(frozen=True, extra="forbid")
Way = Literal["page", "message", "mail", "list"]


class WorkingTime(Protocol):
    """A working calendar, as far as routes need one.

    Guarantees: pure; times are UTC without a zone; `minutes(a, a)` is 0, and minutes add up over
    stretches that join.
    """

    def is_open(self, at: datetime) -> bool:
        """Whether people work at a time."""
        ...

    def minutes(self, first: datetime, last: datetime) -> float:
        """Working minutes between two times."""
        ...


class Stage(BaseModel):
    """One person to tell of an alert that has waited so long.

    Attributes:
        after_minutes: since it had to be told, and nobody took it.
        to: a role.
        by: how.
    """

    model_config = CONFIG

    after_minutes: int = Field(ge=0)
    to: Name
    by: Way


class When(BaseModel):
    """Which alerts a route is for; what is not named may be anything.

    Attributes:
        importance: the least.
        segment: columns and their values; alerts within it.
        working: in working hours only, or outside them only.
    """

    model_config = CONFIG

    importance: Importance | None = None
    risk: tuple[Risk, ...] = ()
    team: tuple[Name, ...] = ()
    segment: dict[Name, str] = {}
    working: bool | None = None


class Route(BaseModel):
    """A route: for which alerts, and its stages.

    Attributes:
        waits: what a minute is: any, or a working one; then nobody is told outside working hours.
        stages: in order; who comes later has waited longer.
        gather_minutes: what comes up for the same people within so many minutes is told in one
            notice.
    """

    model_config = CONFIG

    id: Name
    title: Text
    when: When = When()
    waits: Literal["any", "working"]
    stages: tuple[Stage, ...] = Field(min_length=1)
    gather_minutes: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Route":
        waits = [stage.after_minutes for stage in self.stages]
        if waits != sorted(set(waits)):
            msg = "later stages wait longer: `after_minutes` must rise"
            raise ValueError(msg)
        if len({(stage.to, stage.by) for stage in self.stages}) < len(self.stages):
            msg = "nobody is told twice in the same way: a stage names another role or way"
            raise ValueError(msg)
        return self


class Routing(BaseModel):
    """The pack `routing.yaml`.

    Attributes:
        rationale: why these routes and limits, where they are the house's own.
        fresh_periods: by period, how many of its lengths old the last verdict may be for an alert
            to wake anyone.
        valid_hours: by importance, how long after an alert had to be told anyone is still told.
        routes: the first that fits an alert counts; the last fits all.
    """

    model_config = CONFIG

    since: date
    title: Text
    rationale: Text
    calendar: Name
    fresh_periods: dict[Period, float]
    valid_hours: dict[Importance, float]
    routes: tuple[Route, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Routing":
        if set(self.fresh_periods) != {"day", "week", "month"}:
            msg = "`fresh_periods` names day, week and month"
            raise ValueError(msg)
        if set(self.valid_hours) != set(IMPORTANCES):
            msg = f"`valid_hours` names {', '.join(IMPORTANCES)}"
            raise ValueError(msg)
        if self.routes[-1].when != When():
            msg = "the last route fits every alert: it has no `when`"
            raise ValueError(msg)
        ids = [route.id for route in self.routes]
        if len(set(ids)) < len(ids):
            msg = "two routes share an id"
            raise ValueError(msg)
        return self


class Told(BaseModel):
    """An alert as routes see it."""

    model_config = CONFIG

    importance: Importance
    risk: Risk
    team: Name
    segment: dict[Name, str] = {}
    working: bool = True

    @property
    def inside(self) -> Segment:
        """Its segment, as causes have it."""
        return tuple(sorted(self.segment.items()))


def route(routing: Routing, alert: Told) -> Route:
    """The route that an alert takes: the first that fits."""
    return next(each for each in routing.routes if _fits(each.when, alert))


def _fits(when: When, alert: Told) -> bool:
    return (
        (when.importance is None or at_least(alert.importance, when.importance))
        and (not when.risk or alert.risk in when.risk)
        and (not when.team or alert.team in when.team)
        and within(alert.inside, tuple(when.segment.items()))
        and when.working in (None, alert.working)
    )


def at_least(one: Importance, other: Importance) -> bool:
    """Whether one importance is another, or above it."""
    return IMPORTANCES.index(one) >= IMPORTANCES.index(other)


class Example(BaseModel):
    """A case beside the pack: an alert, the route it takes, and who is told after so long.

    Attributes:
        after_minutes: minutes that it has waited, as the route counts them.
        expect: the roles told by then, in order.
    """

    model_config = CONFIG

    name: str = Field(min_length=1)
    alert: Told
    after_minutes: int = Field(ge=0)
    route: Name
    expect: tuple[Name, ...]


class Examples(BaseModel):
    """The file `routing.cases.yaml`."""

    model_config = CONFIG

    cases: tuple[Example, ...] = Field(min_length=1)


def findings(
    placed: Placed[Routing], beside: Placed[Examples], roles: frozenset[str]
) -> Iterator[Problem]:
    """Roles that nobody has, and cases in which another route or other roles come out."""
    for number, each in enumerate(placed.declared.routes):
        for turn, stage in enumerate(each.stages):
            if stage.to not in roles:
                place = placed.place("routes", number, "stages", turn, "to")
                facts: dict[str, object] = {"name": stage.to, "known": ", ".join(sorted(roles))}
                yield Problem(problems.ROLE_UNKNOWN, place, facts)
    for number, case in enumerate(beside.declared.cases):
        taken = route(placed.declared, case.alert)
        told = tuple(e.to for e in taken.stages if e.after_minutes <= case.after_minutes)
        expected, found = (case.route, *case.expect), (taken.id, *told)
        if expected != found:
            facts = {
                "name": case.name,
                "expected": " → ".join(expected),
                "found": " → ".join(found),
            }
            yield Problem(problems.ROUTE_CASE_FAILS, beside.place("cases", number, "name"), facts)
