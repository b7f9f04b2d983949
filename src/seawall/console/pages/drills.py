"""Drills and playbooks: read them, run a drill step by step, see what it was worth."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.acts.handling import Handled
from seawall.cases import exercise_notes as notes
from seawall.cases.case import Command
from seawall.cases.drill import SUBJECTS, VERDICTS, Drill
from seawall.cases.playbook import PHASES, Step
from seawall.cases.playbook_run import Event, Progress
from seawall.console import access, place
from seawall.console.asking import Request, see_other, whole
from seawall.console.pages.cases import who
from seawall.console.pages.cases.who import Looked
from seawall.core.problem import UnableToUseInput
from seawall.office import drilling, packs, queues
from seawall.office.drilling import Exercise
from seawall.office.queues import Asked

SHOWN = 20


@dataclass(frozen=True)
class Staged:
    """A step of an exercise as it stands."""

    step: Step
    progress: Progress
    open: bool
    due_at: datetime | None

    @property
    def late(self) -> bool:
        """Whether its time is over; of one that is done, whether it came too late."""
        return bool(self.due_at and self.progress.ended_at and self.progress.ended_at > self.due_at)


def page(request: Request) -> HttpResponse:
    """The drills there are, those that were played, and the playbooks behind them."""
    played = queues.page(
        place.cases(), Asked(kind=drilling.KIND, show="all"), who.actor(request), most=SHOWN
    )
    context = {
        "drills": drilling.sheets(), "playbooks": drilling.playbooks(), "played": played.cases,
        "may": access.permissions(request.user), "phases": PHASES,
    }  # fmt: skip
    return render(request, "console/drills/list.html", context)


def playbook(request: Request, name: str) -> HttpResponse:
    """A playbook, to be read: who does what, by when, with which evidence, whom to tell."""
    plan = drilling.playbooks().get(name)
    if plan is None:
        raise Http404
    names = {**packs.roles().titles, **plan.sheet.parties}
    return render(
        request, "console/drills/playbook.html", {"plan": plan, "names": names, "phases": PHASES}
    )


def sheet(request: Request, name: str) -> HttpResponse:
    """A drill, to be read and planned."""
    context = {
        "drill": _sheet(name),
        "phases": PHASES,
        "may": access.permissions(request.user),
        "name": name,
    }
    return render(request, "console/drills/sheet.html", context)


def plan(request: Request, name: str) -> HttpResponse:
    """Plan a drill."""
    fields = {f: request.POST[f] for f in ("planned_on", "sort") if request.POST.get(f)}
    told = who.command(request, who.actor(request), "plan", dict(fields))
    return _on(drilling.plan(place.cases().desk, _sheet(name), told))


def run(request: Request, case_id: str) -> HttpResponse:
    """An exercise: what the scenario says, what can be done next, and what it is worth so far."""
    looked = who.look(request, case_id)
    now = looked.counter.desk.clock()
    going, sheet_ = drilling.exercise(looked.seen, now), drilling.planned(looked.seen.case)
    if sheet_ is None:
        raise Http404
    context = {
        "case": looked.seen.case, "state": looked.seen.kind.states[looked.seen.case.state], "drill": sheet_,
        "going": going, "now": now, "may": access.permissions(request.user), "subjects": SUBJECTS,
        "verdicts": VERDICTS, "names": {**packs.roles().titles, **sheet_.plan.sheet.parties},
        "steps": _steps(going) if going else (), "lines": going.score.lines if going else (),
        "noted": going is not None and len(going.events) > 1,
    }  # fmt: skip
    return render(request, "console/drills/run.html", context)


def _steps(going: Exercise) -> list[Staged]:
    run = going.run
    shown = [name for name in run.plan.steps if name in {*run.reached, *run.steps}]
    steps = ((run.plan.steps[name], run.progress(name)) for name in shown)
    return [
        Staged(step, progress, step.id in run.next, run.due(step.within))
        for step, progress in steps
    ]


def start(request: Request, case_id: str) -> HttpResponse:
    """Start an exercise."""
    looked = who.look(request, case_id)
    return _on(drilling.start(looked.counter.desk, case_id, _command(request, looked)))


def give(request: Request, case_id: str) -> HttpResponse:
    """Give an inject."""
    looked = who.look(request, case_id)
    told = whole(request.POST.get("number", "")) or 0
    return _on(
        drilling.give(looked.counter.desk, case_id, _going(looked), told, _command(request, looked))
    )


def note(request: Request, case_id: str) -> HttpResponse:
    """Note what somebody did: a step done, skipped or decided, evidence left, somebody told."""
    looked, sent = who.look(request, case_id), request.POST
    command = _command(request, looked)
    what = notes.WHATS.get(sent.get("what", ""))
    if what is None:
        raise Http404
    step, name, value = (sent.get(each) or None for each in ("step", "name", "value"))
    event = Event(what, command.at, command.actor.name, step, name, value)
    return _on(drilling.note(looked.counter.desk, case_id, _going(looked), event, command))


def end(request: Request, case_id: str) -> HttpResponse:
    """End an exercise."""
    looked = who.look(request, case_id)
    return _on(
        drilling.end(looked.counter.desk, case_id, _going(looked), _command(request, looked))
    )


def _command(request: Request, looked: Looked) -> Command:
    return who.command(request, looked.actor, "drill", {})


def _sheet(name: str) -> Drill:
    if name not in drilling.sheets():
        raise Http404
    return drilling.sheets()[name]


def _going(looked: Looked) -> Exercise:
    found = drilling.exercise(looked.seen, looked.counter.desk.clock())
    if found is None:
        raise Http404
    return found


def _on(came: Handled) -> HttpResponse:
    """Back to the exercise. Raises `UnableToUseInput` where it was refused."""
    if came.problems or came.case is None:
        raise UnableToUseInput(came.problems)
    return see_other(reverse("drill_run", args=[came.case.id]))
