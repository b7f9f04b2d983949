"""Drills of a home: planned and run as cases, step by step, with what each is worth."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from seawall.acts import handling
from seawall.acts.handling import Desk, Handled
from seawall.cases import drill as drills
from seawall.cases import exercise_notes as notes
from seawall.cases import playbook_problems as problems
from seawall.cases import playbook_run
from seawall.cases.case import Case, Command, written
from seawall.cases.drill import Drill, Inject, Score
from seawall.cases.playbook import PHASES, Playbook
from seawall.cases.playbook_run import Event, PlaybookRun, UnableToFold
from seawall.core.problem import Place, refusal
from seawall.office import packs
from seawall.office.cases import Seen

KIND = "drill"


@lru_cache(maxsize=1)
def sheets() -> dict[str, Drill]:
    """The shipped drills, by id."""
    return {name: packs.drill(name) for name in packs.drills()}


@lru_cache(maxsize=1)
def playbooks() -> dict[str, Playbook]:
    """The shipped playbooks, by id."""
    return {name: packs.playbook(name) for name in packs.playbooks()}


@dataclass(frozen=True)
class Given:
    """An inject of an exercise.

    Attributes:
        number: from 1.
        due_at: when the scenario has it.
        given_at: when it was given; None where it was not.
    """

    number: int
    inject: Inject
    due_at: datetime
    given_at: datetime | None


@dataclass(frozen=True)
class Exercise:
    """A drill that was started.

    Attributes:
        run: as it stands now, or as it stood when it ended.
        score: what it would be worth if it ended now.
    """

    planned: Drill
    began_at: datetime
    injects: tuple[Given, ...]
    run: PlaybookRun
    score: Score
    events: tuple[Event, ...]

    @property
    def recovery_minutes(self) -> int | None:
        """Minutes until what the scenario broke worked again; None where it does not."""
        found = (line for line in self.score.lines if line.subject == "milestone")
        held = {line.what.en: line.actual for line in found}
        minutes = held.get(PHASES["recover"].en)
        return None if minutes is None else round(minutes)

    @property
    def people(self) -> int:
        """How many took part."""
        return len({event.by for event in self.events})


def planned(case: Case) -> Drill | None:
    """The drill that a case plays: its title names it, in either language."""
    title, playbook = case.fields.get("title"), case.fields.get("playbook")
    for each in sheets().values():
        if title in (each.sheet.title.en, each.sheet.title.zh) and playbook == each.sheet.playbook:
            return each
    return None


def exercise(seen: Seen, as_of: datetime) -> Exercise | None:
    """A drill's exercise; None where it was not started, or plays no shipped drill."""
    sheet, started = planned(seen.case), next((e for e in seen.events if e.verb == "start"), None)
    if sheet is None or started is None:
        return None
    began, until = started.at, _ended(seen) or as_of
    events = notes.played(seen.events, began, started.actor)
    run = notes.run(sheet, events, until)
    given = notes.given(seen.events)
    injects = tuple(
        Given(number, each, began + timedelta(minutes=each.minute), given.get(number))
        for number, each in enumerate(sheet.sheet.injects, start=1)
    )
    return Exercise(sheet, began, injects, run, drills.score(sheet, run, began_at=began), events)


def _ended(seen: Seen) -> datetime | None:
    return next((event.at for event in seen.events if event.verb in ("end", "turn_real")), None)


def plan(desk: Desk, sheet: Drill, command: Command) -> Handled:
    """Plan a drill: its case is opened."""
    fields = {
        "title": sheet.sheet.title.en, "playbook": sheet.sheet.playbook, "sort": "tabletop", "exercise": True,
        "planned_on": f"{command.at.astimezone(UTC):%Y-%m-%d}", **command.fields,
    }  # fmt: skip
    return handling.open_case(desk, KIND, replace(command, verb="plan", fields=fields))


def start(desk: Desk, case_id: str, command: Command) -> Handled:
    """Start an exercise: its scenario's first minute is now."""
    told = replace(command, verb="start", fields={"started_at": written(command.at)})
    return handling.handle(desk, case_id, told)


def give(desk: Desk, case_id: str, going: Exercise, number: int, command: Command) -> Handled:
    """Give an inject: what it makes known is known from now on.

    Raises:
        UnableToUseInput: the scenario has no such inject.
    """
    found = next((each.inject for each in going.injects if each.number == number), None)
    if found is None:
        raise refusal(problems.EVENT_MISFIT, Place(case_id), why=f"inject {number}")
    known = [
        notes.written(Event("known", command.at, command.actor.name, name=name, value=value))  # type: ignore[arg-type]
        for name, value in found.facts.items()
    ]
    came = [
        handling.handle(desk, case_id, _comment(command, note, place))
        for place, note in enumerate((*known, notes.inject(number)))
    ]
    return next((each for each in came if each.problems), came[-1])


def note(desk: Desk, case_id: str, going: Exercise, event: Event, command: Command) -> Handled:
    """Note that somebody did something in an exercise.

    Raises:
        UnableToUseInput: no exercise of this playbook can have that now.
    """
    before = [each for each in going.events if each.at <= event.at]
    try:
        playbook_run.fold(going.planned.plan, (*before, event), event.at, exercise=True)
    except UnableToFold as error:
        raise refusal(problems.EVENT_MISFIT, Place(case_id), why=error.why) from None
    return handling.handle(desk, case_id, _comment(command, notes.written(event), 0))


def end(desk: Desk, case_id: str, going: Exercise, command: Command) -> Handled:
    """End an exercise; what was counted is told beside what was seen."""
    fields = {
        "ended_at": written(command.at), "observations": _observed(going.score, command.reason), "people": going.people,
        **({} if going.recovery_minutes is None else {"recovery_minutes": going.recovery_minutes}),
    }  # fmt: skip
    return handling.handle(desk, case_id, replace(command, verb="end", fields=fields, reason=""))


def _observed(score: Score, seen: str) -> str:
    told = [f"{score.met} / {len(score.lines)}", *(each.en for each in score.lessons), seen]
    return "\n".join(each for each in told if each)[:4000]


def _comment(command: Command, text: str, place: int) -> Command:
    return replace(
        command, verb="comment", fields={}, reason=text, key=f"{command.key}:{place}", revision=None
    )
