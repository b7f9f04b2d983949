"""Drills: a playbook run as an exercise, with simulated facts, and scored against a plan.

Everything is timed from the scenario's first minute. A drill is scored by checks that each hold or
not, and every check that does not hold is a lesson to follow up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from seawall.cases import playbook_problems as problems
from seawall.cases.playbook import CONFIG, PHASES, Name, Phase, Playbook
from seawall.cases.playbook_cases import known, misfits
from seawall.cases.playbook_checks import words
from seawall.cases.playbook_run import PlaybookRun
from seawall.core.expression.types import Value
from seawall.core.pack import Placed
from seawall.core.problem import Problem, UnableToUseInput
from seawall.core.text import Text

Milestone = Literal["detect", "acknowledge", "contain", "recover"]
_WHEN_FIRST: frozenset[Phase] = frozenset(("detect", "acknowledge"))
_MINUTE = timedelta(minutes=1)


class Inject(BaseModel):
    """A simulated fact, given to those who exercise at a minute of the scenario.

    Attributes:
        says: what they are told.
        facts: what it makes known to the playbook.
    """

    model_config = CONFIG

    minute: int = Field(ge=0, le=100_000)
    says: Text
    facts: dict[Name, object] = {}


class Sheet(BaseModel):
    """A drill's file.

    Attributes:
        expect: for each milestone, the minute of the scenario by which it should be reached.
    """

    model_config = CONFIG

    id: Name
    title: Text
    about: Text
    playbook: Name
    since: date
    cite: tuple[str, ...] = Field(min_length=1)
    injects: tuple[Inject, ...] = Field(min_length=1)
    expect: dict[Milestone, int] = Field(min_length=1)


@dataclass(frozen=True)
class Drill:
    """A drill that was read and checked against its playbook.

    Attributes:
        facts: what is known after the last inject.
        steps: what a run with these facts goes through.
    """

    sheet: Sheet
    plan: Playbook
    facts: Mapping[str, Value]
    steps: tuple[str, ...]


def drill(placed: Placed[Sheet], plan: Playbook) -> Drill:
    """Read a drill.

    Raises:
        UnableToUseInput: it is of another playbook, or does not fit it.
    """
    sheet = placed.declared
    if sheet.playbook != plan.sheet.id:
        facts = {"wanted": sheet.playbook, "given": plan.sheet.id}
        where = placed.place("playbook")
        raise UnableToUseInput((Problem(problems.DRILL_OTHER_PLAYBOOK, where, {**facts}),))
    told: dict[str, object] = {}
    found = list(words(placed))
    for number, inject in enumerate(sheet.injects):
        found += misfits(plan, inject.facts, placed.place("injects", number, "facts"))
        if number and inject.minute < sheet.injects[number - 1].minute:
            where = placed.place("injects", number, "minute")
            found.append(Problem(problems.DRILL_INJECTS_OUT_OF_ORDER, where))
        told |= inject.facts
    made = Drill(sheet, plan, known(plan, told), plan.walk(known(plan, told)))
    phases = {plan.steps[name].phase for name in made.steps}
    found += [
        Problem(problems.DRILL_EXPECTS_NOTHING, placed.place("expect", each), {"phase": each})
        for each in sheet.expect
        if each not in phases
    ]
    if found:
        raise UnableToUseInput(tuple(found))
    return made


Subject = Literal["milestone", "step", "evidence", "message"]
Verdict = Literal["met", "late", "missed", "out_of_order", "against"]
SUBJECTS: Mapping[Subject, Text] = {
    "milestone": Text(en="milestone", zh="里程碑"),
    "step": Text(en="step", zh="步骤"),
    "evidence": Text(en="evidence", zh="证据"),
    "message": Text(en="message", zh="通报"),
}
VERDICTS: Mapping[Verdict, Text] = {
    "met": Text(en="as planned", zh="达标"),
    "late": Text(en="late", zh="超时"),
    "missed": Text(en="missed", zh="缺失"),
    "out_of_order": Text(en="before its turn", zh="提前（次序有误）"),
    "against": Text(en="against its condition", zh="与判定条件不符"),
}


@dataclass(frozen=True)
class Line:
    """One check of a score.

    Attributes:
        subject: what kind of thing is checked.
        what: of what it speaks.
        owner: whose it is; None for a milestone.
        planned: the minute of the scenario by which it was due; None where no limit is stated.
        actual: the minute at which it came; None where it did not.
    """

    subject: Subject
    what: Text
    owner: str | None
    planned: float | None
    actual: float | None
    verdict: Verdict

    @property
    def lesson(self) -> Text | None:
        """What to follow up; None where it went as planned."""
        if self.verdict == "met":
            return None
        return _LESSONS[self.subject].filled(
            what=self.what, verdict=VERDICTS[self.verdict], owner=self.owner or _EVERYBODY
        )


_EVERYBODY = Text(en="all", zh="全体")
_LESSONS: Mapping[Subject, Text] = {
    "milestone": Text(
        en="Milestone “{what}”: {verdict}. Find what held it up, and change limits or means.",
        zh="里程碑“{what}”：{verdict}。查明延误原因，调整时限或资源。",
    ),
    "step": Text(
        en="Step “{what}” ({owner}): {verdict}. Ask its owner why; train, or rewrite the step.",
        zh="步骤“{what}”（{owner}）：{verdict}。向负责人了解原因，加强培训或修订步骤。",
    ),
    "evidence": Text(
        en="Evidence “{what}” ({owner}): {verdict}. Prepare a form that leaves it by itself.",
        zh="证据“{what}”（{owner}）：{verdict}。请准备能自动留痕的表单。",
    ),
    "message": Text(
        en="Message “{what}” ({owner}): {verdict}. Check contacts, templates and deputies.",
        zh="通报“{what}”（{owner}）：{verdict}。核对联系人、模板与替补人员。",
    ),
}


@dataclass(frozen=True)
class Score:
    """How a drill went: every check, in the order milestones, steps, evidence, messages."""

    lines: tuple[Line, ...]

    @property
    def met(self) -> int:
        """How many checks hold."""
        return sum(line.verdict == "met" for line in self.lines)

    @property
    def share(self) -> float:
        """The share of checks that hold."""
        return self.met / len(self.lines)

    @property
    def lessons(self) -> tuple[Text, ...]:
        """What to follow up, one for each check that does not hold."""
        return tuple(line.lesson for line in self.lines if line.lesson is not None)

    def count(self, subject: Subject, verdict: Verdict) -> int:
        """How many checks of a subject came out so."""
        return sum((line.subject, line.verdict) == (subject, verdict) for line in self.lines)


def score(planned: Drill, run: PlaybookRun, *, began_at: datetime) -> Score:
    """Score an exercise.

    Args:
        planned: the drill.
        run: what those who exercised did, at the exercise's end.
        began_at: when the scenario's first minute was.

    Raises:
        UnableToScore: the run is no exercise, or is of another playbook.
    """
    if not run.exercise or run.plan.sheet.id != planned.sheet.playbook:
        raise UnableToScore(planned.sheet.id)
    scorer = _Scorer(planned, run, began_at)
    return Score((*scorer.milestones(), *scorer.steps(), *scorer.evidence(), *scorer.messages()))


class _Scorer:
    """Scores one run: what should have been done are the drill's steps, and what was done beside."""

    def __init__(self, planned: Drill, run: PlaybookRun, began_at: datetime) -> None:
        self._planned = planned
        self._run = run
        self._began_at = began_at
        self._late = {(each.step, each.tell and each.tell.whom): each for each in run.late()}

    def _minute(self, at: datetime | None) -> float | None:
        return None if at is None else (at - self._began_at) / _MINUTE

    def milestones(self) -> Iterator[Line]:
        """What is detected and acknowledged by the first step of its phase, else by the last."""
        for phase, limit in sorted(self._planned.sheet.expect.items(), key=_in_order):
            reached = self._minute(self._reached(phase))
            verdict: Verdict = "met"
            if reached is None or reached > limit:
                verdict = "missed" if reached is None else "late"
            yield Line("milestone", PHASES[phase], None, limit, reached, verdict)

    def _reached(self, phase: Phase) -> datetime | None:
        own = [name for name in self._planned.steps if self._run.plan.steps[name].phase == phase]
        progress = [self._run.progress(name) for name in own]
        ended = [each.ended_at for each in progress if each.done and each.ended_at is not None]
        if phase in _WHEN_FIRST:
            return min(ended, default=None)
        return max(ended) if len(ended) == len(own) else None

    def steps(self) -> Iterator[Line]:
        """Every step that the scenario asks for."""
        for name in self._planned.steps:
            step, progress = self._run.plan.steps[name], self._run.progress(name)
            due = self._minute(self._run.due(step.within))
            actual = self._minute(progress.ended_at) if progress.done else None
            verdict = self._verdict(name)
            yield Line("step", step.title, step.owner, due, actual, verdict)

    def _verdict(self, name: str) -> Verdict:
        progress = self._run.progress(name)
        if not progress.done:
            return "missed"
        if (name, None) in self._late:
            return "late"
        if progress.against:
            return "against"
        return "out_of_order" if progress.early else "met"

    def evidence(self) -> Iterator[Line]:
        """Every piece of evidence that those steps should leave."""
        for name in self._planned.steps:
            step, progress = self._run.plan.steps[name], self._run.progress(name)
            for each in step.evidence:
                verdict: Verdict = "met" if each.id in progress.evidence else "missed"
                yield Line("evidence", each.title, step.owner, None, None, verdict)

    def messages(self) -> Iterator[Line]:
        """Everybody whom those steps should tell."""
        for name in self._planned.steps:
            step, progress = self._run.plan.steps[name], self._run.progress(name)
            for each in step.tell:
                due = self._minute(self._run.due(each.within))
                actual = self._minute(progress.told.get(each.whom))
                late = actual is not None and (name, each.whom) in self._late
                verdict: Verdict = "missed" if actual is None else "late" if late else "met"
                yield Line("message", each.what, step.owner, due, actual, verdict)


def _in_order(expected: tuple[Milestone, int]) -> int:
    return list(PHASES).index(expected[0])


class UnableToScore(ValueError):
    """A run that is no exercise of the drill's playbook."""

    def __init__(self, drill_id: str) -> None:
        super().__init__(
            f"only an exercise of its own playbook is scored by the drill {drill_id!r}"
        )
