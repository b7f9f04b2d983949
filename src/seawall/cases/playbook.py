"""Playbooks: who does what, by when, with what evidence, when something goes wrong.

A playbook is a YAML file: steps in order, each with an owner, a time limit counted from the start of
the run, the evidence it must leave, whom it tells, and where it leads: to further steps, to one of
several by a condition, or nowhere (it ends there). Steps never lead back: what must be tried again is
a step done again.

A step that several lead to is *open* once one of them is done and no open step can still lead to it.
So two parallel ways join without a word about it, and a way not taken is not waited for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from seawall.core.expression.language import Expression
from seawall.core.expression.python import python_function
from seawall.core.expression.types import DeclaredKind, Value
from seawall.core.text import Text

CONFIG = ConfigDict(frozen=True, extra="forbid")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Unit = Literal["minutes", "hours", "days", "working_hours", "working_days"]
Phase = Literal["detect", "acknowledge", "contain", "recover", "report", "learn"]
PHASES: Mapping[Phase, Text] = {
    "detect": Text(en="detect", zh="发现"),
    "acknowledge": Text(en="acknowledge", zh="确认"),
    "contain": Text(en="contain", zh="遏制"),
    "recover": Text(en="recover", zh="恢复"),
    "report": Text(en="report", zh="报告"),
    "learn": Text(en="learn", zh="改进"),
}
_MINUTES: Mapping[Unit, int] = {"minutes": 1, "hours": 60, "days": 24 * 60}


class Within(BaseModel):
    """A time limit.

    Attributes:
        unit: minutes, hours and days run through nights and holidays; working ones by the calendar
            of whoever reckons them.
    """

    model_config = CONFIG

    count: int = Field(ge=0, le=10_000)
    unit: Unit

    @property
    def minutes(self) -> int | None:
        """Its minutes; None where a calendar is needed to tell.

        >>> Within(count=2, unit="hours").minutes
        120
        """
        each = _MINUTES.get(self.unit)
        return None if each is None else self.count * each

    @property
    def clock(self) -> str:
        """Limits of one clock can be compared: running time, working hours, working days."""
        return "running" if self.unit in _MINUTES else self.unit

    @property
    def length(self) -> int:
        """How long it is, by its own clock."""
        return self.count if self.minutes is None else self.minutes


Reckon = Callable[[datetime, Within], datetime | None]
"""When a limit that began at a time ends; None where that cannot be told."""


def running(began_at: datetime, within: Within) -> datetime | None:
    """The end of a limit that runs through nights and holidays; None for working time."""
    return None if within.minutes is None else began_at + timedelta(minutes=within.minutes)


class Fact(BaseModel):
    """Something that decisions and exits ask for."""

    model_config = CONFIG

    type: DeclaredKind
    title: Text


class Evidence(BaseModel):
    """What a step must leave behind: a file, a record, a signature; attached by its digest."""

    model_config = CONFIG

    id: Name
    title: Text


class Tell(BaseModel):
    """Whom a step tells: a role, or one of the playbook's parties.

    Attributes:
        cite: the law or standard that asks for it; the house's own custom where None.
        verified_on: the day on which somebody compared the limit with `cite`; None where nobody has.
    """

    model_config = CONFIG

    whom: Name
    what: Text
    within: Within | None = None
    cite: str | None = Field(default=None, min_length=1)
    verified_on: date | None = None


class Branch(BaseModel):
    """Where a decision leads: where its condition holds, or, without one, where no other did."""

    model_config = CONFIG

    when: str | None = None
    to: Name
    because: Text


class Step(BaseModel):
    """One step.

    Attributes:
        within: counted from the start of the run; None where none is stated.
        next: the steps that follow, all of them.
        decide: instead of `next`, the branches of which the first that holds is taken.
    """

    model_config = CONFIG

    id: Name
    title: Text
    do: Text
    owner: Name
    phase: Phase
    within: Within | None = None
    cite: str | None = Field(default=None, min_length=1)
    evidence: tuple[Evidence, ...] = ()
    tell: tuple[Tell, ...] = ()
    next: tuple[Name, ...] = ()
    decide: tuple[Branch, ...] = ()

    @property
    def leads_to(self) -> tuple[str, ...]:
        """Every step that it can lead to."""
        return self.next or tuple(branch.to for branch in self.decide)


class Exit(BaseModel):
    """A condition that must hold before a run is closed."""

    model_config = CONFIG

    title: Text
    when: str


class Sheet(BaseModel):
    """A playbook's file.

    Attributes:
        since: the day from which it is used.
        cite: the standards it follows, paragraph by paragraph.
        parties: those outside the house whom steps tell.
        facts: what conditions may ask for.
    """

    model_config = CONFIG

    id: Name
    title: Text
    about: Text
    since: date
    cite: tuple[str, ...] = Field(min_length=1)
    parties: dict[Name, Text] = {}
    facts: dict[Name, Fact] = {}
    steps: tuple[Step, ...] = Field(min_length=2, max_length=60)
    exits: tuple[Exit, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Playbook:
    """A playbook that was read and checked (`playbook_checks.playbook`).

    Attributes:
        conditions: every condition of it, by its text.
    """

    sheet: Sheet
    conditions: Mapping[str, Expression]

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """Its steps by id, in the file's order."""
        return {step.id: step for step in self.sheet.steps}

    @property
    def first(self) -> str:
        """The step that every run begins with."""
        return self.sheet.steps[0].id

    @cached_property
    def below(self) -> Mapping[str, frozenset[str]]:
        """For each step, every step that it can lead to, directly or not."""
        found: dict[str, frozenset[str]] = {}

        def look(name: str) -> frozenset[str]:
            if name not in found:
                follow = self.steps[name].leads_to
                found[name] = frozenset(follow).union(*(look(each) for each in follow))
            return found[name]

        for name in self.steps:
            look(name)
        return found

    def holds(self, condition: str, facts: Mapping[str, Value]) -> bool:
        """Whether a condition is known to hold; unknown is not."""
        given = (facts.get(name) for name in self.conditions[condition].names)
        return self._compiled[condition](*given) is True

    @cached_property
    def _compiled(self) -> Mapping[str, Callable[..., Value]]:
        return {text: python_function(each) for text, each in self.conditions.items()}

    def branch(self, step: str, facts: Mapping[str, Value]) -> Branch:
        """The branch that a decision takes by the facts: the first that holds, else its default."""
        *conditional, default = self.steps[step].decide
        held = (each for each in conditional if each.when and self.holds(each.when, facts))
        return next(held, default)

    def follow(self, step: str, facts: Mapping[str, Value]) -> tuple[str, ...]:
        """The steps that follow one by the facts."""
        if self.steps[step].decide:
            return (self.branch(step, facts).to,)
        return self.steps[step].next

    def walk(self, facts: Mapping[str, Value]) -> tuple[str, ...]:
        """Every step that a run with these facts goes through, in the file's order."""
        reached = {self.first}
        fresh = [self.first]
        while fresh:
            following = [each for each in self.follow(fresh.pop(), facts) if each not in reached]
            reached.update(following)
            fresh += following
        return tuple(name for name in self.steps if name in reached)

    def unmet(self, facts: Mapping[str, Value]) -> Iterator[Exit]:
        """Exit criteria that do not hold yet, or of which it is not known."""
        return (each for each in self.sheet.exits if not self.holds(each.when, facts))
