"""An exercise as it was written down: who did what when, read from a file and scored."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from seawall.cases import drill, playbook_problems
from seawall.cases.drill import Drill, Score
from seawall.cases.playbook_run import Event, UnableToFold, What, fold
from seawall.core.expression.types import Value
from seawall.core.pack import Placed
from seawall.core.problem import Problem, UnableToUseInput


class Noted(BaseModel):
    """One event of the record; what each field means, `playbook_run.Event` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: What
    at: datetime
    by: str = Field(min_length=1)
    step: str | None = None
    name: str | None = None
    value: bool | int | float | str | None = None

    @property
    def event(self) -> Event:
        """The event that was noted."""
        value: Value = self.value
        return Event(self.what, self.at, self.by, self.step, self.name, value)


class Record(BaseModel):
    """The file of an exercise.

    Attributes:
        began_at: the scenario's first minute (UTC).
        ended_at: when the exercise was called off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    drill: str
    exercise: Literal[True]
    began_at: datetime
    ended_at: datetime
    events: tuple[Noted, ...] = Field(min_length=1)


def scored(placed: Placed[Record], planned: Drill) -> Score:
    """The score of an exercise.

    Raises:
        UnableToUseInput: its events are none of the drill's playbook; says of the first where it stands.
    """
    record = placed.declared
    events = tuple(noted.event for noted in record.events)
    try:
        run = fold(planned.plan, events, record.ended_at, exercise=True)
    except UnableToFold as error:
        at = events.index(error.event) if error.event is not None else 0
        where = placed.place("events", at, "what")
        problem = Problem(playbook_problems.EVENT_MISFIT, where, {"why": error.why})
        raise UnableToUseInput((problem,)) from None
    return drill.score(planned, run, began_at=record.began_at)
