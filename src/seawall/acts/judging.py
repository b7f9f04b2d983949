"""Judge applications from a file: what a policy would decide. Nothing is recorded; `deciding` does that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from seawall.acts.application_files import IDS, applications, written
from seawall.core.problem import Place, Problem
from seawall.policy import application, problems
from seawall.policy.decider import Decider
from seawall.policy.decision import Decision
from seawall.policy.program import Program
from seawall.policy.trial import Arms, Role
from seawall.policy.window import Ask, EventStore
from seawall.policy.window_online import Features

NUMBERED = "row"
"""What a decision is known by where its application has no id: its place in the file, from 1."""


@dataclass(frozen=True)
class Judged:
    """One application, what was known of it, and the answer.

    Attributes:
        decider: the policy that answered.
        role: whether its answer counts: a shadow's does not.
        problems: what in the application could not be used.
    """

    reference: dict[str, str]
    decider: Decider
    role: Role
    known: dict[str, object]
    decision: Decision
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Judge:
    """Who decides, and what it can ask.

    Attributes:
        champion: the policy in force.
        arms: the trial it is in, if it is in one.
        events: where features are looked up that an application does not bring; they are missing
            where None.
    """

    champion: Decider
    arms: Arms | None = None
    events: EventStore | None = None


def judge_file(judge: Judge, file: Path) -> Iterator[Judged]:
    """Judge every application of a file, in order; of a trial, the shadows' answers follow each.

    Args:
        judge: who decides.
        file: `.json` (an object or a list of them), `.jsonl`, `.csv` with a header, `.parquet`.

    Raises:
        UnableToUseInput: the file holds no applications; nothing was decided then.
    """
    windows = {id(each): Features(each.program.features) for each in every(judge)}
    wanted = dict.fromkeys(name for each in every(judge) for name in each.program.asked)
    for row, given in enumerate(applications(file, wanted), 1):
        for role, decider in deciders(judge, given):
            program = decider.program
            known, strange = application.read(program, given)
            if judge.events is not None and program.features:
                known |= _looked_up(windows[id(decider)], judge.events, program, known)
            yield Judged(
                reference=_reference(row, given),
                decider=decider,
                role=role,
                known=known,
                decision=decider.decide(known),
                problems=tuple(_problems(decider, file, row, known, strange)),
            )


def every(judge: Judge) -> Iterator[Decider]:
    """All who may be asked to answer."""
    yield judge.champion
    if judge.arms is not None:
        yield from (*judge.arms.challengers, *judge.arms.shadows)


def deciders(judge: Judge, given: Mapping[str, object]) -> Iterable[tuple[Role, Decider]]:
    """Who answers an application: first the one whose answer counts, then a trial's shadows."""
    if judge.arms is None:
        return (("champion", judge.champion),)
    program = judge.champion.program
    known = judge.champion.known(application.read(program, given)[0])
    token, day = known.get(program.customer or ""), known.get(program.as_of or "")
    return judge.arms.deciders(
        token if isinstance(token, str) else None,
        day.date() if isinstance(day, datetime) else day if isinstance(day, date) else None,
    )


def _looked_up(
    features: Features, events: EventStore, program: Program, known: Mapping[str, object]
) -> dict[str, object]:
    """The features that the application does not bring, as of its own time."""
    asked = asks(features, program, known)
    found = features.values(asked, events.totals(asked))
    return {name: value for name, value in found.items() if name not in known}


def asks(features: Features, program: Program, known: Mapping[str, object]) -> Sequence[Ask]:
    """What a policy's features ask of the past, as of the application's own time."""
    at = known.get(program.as_of or "")
    return features.asks(known, at if isinstance(at, datetime) else None)


def _reference(row: int, given: Mapping[str, object]) -> dict[str, str]:
    known = (name for name in IDS if given.get(name) not in (None, ""))
    return next(({name: written(given[name])} for name in known), {NUMBERED: str(row)})


def reference(known_by: Mapping[str, str]) -> tuple[str, str]:
    """Of what a decision is known by, the application's own: its name there, and the value."""
    name = next(name for name in (*IDS, NUMBERED) if name in known_by)
    return name, known_by[name]


def _problems(
    decider: Decider,
    file: Path,
    row: int,
    known: Mapping[str, object],
    strange: Mapping[str, object],
) -> Iterator[Problem]:
    program = decider.program
    for name, value in strange.items():
        facts: dict[str, object] = {"value": repr(value), "kind": program.types[name].kind}
        place = Place(str(file), row=row, column=name)
        yield Problem(problems.VALUE_UNREADABLE, place, facts)
    for name, value in application.outside(program, known).items():
        place = Place(str(file), row=row, column=name)
        yield Problem(problems.VALUE_OUTSIDE, place, {"value": repr(value)})
