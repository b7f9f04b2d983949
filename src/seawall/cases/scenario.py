"""Cases beside a kind: who does what, and what must become of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel
from pydantic import Field as Limits

from seawall.cases.case import Actor, Case, Command
from seawall.cases.kind import CONFIG, Kind, Name, Names
from seawall.cases.step import Refused, step
from seawall.core.pack import Placed
from seawall.core.problem import Place

SUFFIX = ".cases.yaml"
"""What the name of a kind's file ends in, in that of its cases."""
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When scenarios begin, and how long after each other their steps are done."""
APART = timedelta(minutes=10)


class Step(BaseModel):
    """One thing that is done, and what comes of it.

    Attributes:
        do: the verb.
        as_: who, by a name of the sheet's people; for whom, with `for`.
        after: days since the step before.
        give: fields; `link`: the ids of cases by the link's name.
        why: the reason.
        of: what an approval or withdrawal is about; the digest is looked up.
        then: the state that must follow.
        asks: whether it must come to no more than asking for approval.
        refused: the code of a problem that must stand against it.
        holds: fields that must stand so after it.
        run: the clocks that must run after it, and no others.
    """

    model_config = CONFIG

    do: Name
    as_: str = Limits(alias="as")
    for_: str | None = Limits(default=None, alias="for")
    after: float = Limits(default=0, ge=0)
    give: dict[str, object] = {}
    link: dict[str, str] = {}
    why: str = ""
    of: str | None = None
    then: str | None = None
    asks: bool = False
    refused: str | None = None
    holds: dict[str, object] = {}
    run: Names | None = None


class Scenario(BaseModel):
    """One case from its opening on.

    Attributes:
        name: a sentence, such as "redress above the limit needs a second person".
    """

    model_config = CONFIG

    name: str = Limits(min_length=1)
    steps: tuple[Step, ...] = Limits(min_length=1)


class Scenarios(BaseModel):
    """The file `KIND.cases.yaml` beside a kind.

    Attributes:
        people: what everybody may act as, by name.
        standing: fields that every opening gives, beside its own.
    """

    model_config = CONFIG

    people: dict[str, Names]
    standing: dict[str, object] = {}
    cases: tuple[Scenario, ...] = Limits(min_length=1)


@dataclass(frozen=True)
class Verdict:
    """What became of a scenario: `wrong` says what differs, and is empty where nothing does."""

    name: str
    place: Place
    wrong: tuple[tuple[str, object, object], ...]
    """What was looked at, what was expected, what came out."""


def verdicts(kind: Kind, sheet: Placed[Scenarios]) -> Iterator[Verdict]:
    """Run every scenario; one ends at its first step that comes out wrong."""
    for number, scenario in enumerate(sheet.declared.cases):
        told = _Told(kind, sheet.declared)
        wrong: tuple[tuple[str, object, object], ...] = ()
        path: tuple[int | str, ...] = ("cases", number, "name")
        for at, each in enumerate(scenario.steps):
            wrong = tuple(told.goes_on(each))
            if wrong:
                path = ("cases", number, "steps", at)
                break
        yield Verdict(scenario.name, sheet.place(*path), wrong)


class _Told:
    """A scenario while it is told."""

    def __init__(self, kind: Kind, sheet: Scenarios) -> None:
        self._kind = kind
        self._sheet = sheet
        self._case: Case | None = None
        self._now = BEGIN
        self._steps = 0

    def goes_on(self, told: Step) -> Iterator[tuple[str, object, object]]:
        """Do one more thing, and say what came out otherwise than told."""
        self._now += APART + timedelta(days=told.after)
        self._steps += 1
        done = step(self._kind, self._case, self._command(told), self._now)
        if isinstance(done, Refused):
            codes = [problem.code for problem in done.problems]
            if told.refused not in codes:
                yield "refused", told.refused, "; ".join(map(str, codes))
            return
        self._case = done.case
        if told.refused:
            yield "refused", told.refused, f"done: {done.case.state}"
        yield from _differences(told, done.case, asked=done.events[0].verb == "ask")

    def _command(self, told: Step) -> Command:
        actor = Actor(told.as_, frozenset(self._sheet.people[told.as_]), on_behalf_of=told.for_)
        links = tuple(told.link.items())
        key = f"step {self._steps}"
        command = Command(told.do, actor, self._now, key, self._given(told), told.why, links)
        return replace(command, revision=self._case.revision if self._case else None)

    def _given(self, told: Step) -> Mapping[str, object]:
        if self._case is None:
            return {**self._sheet.standing, **told.give}
        if told.of is None:
            return told.give
        waiting = self._case.asked.get(told.of)
        digest = {"digest": waiting.digest if waiting else "-"} if told.do == "approve" else {}
        return {"verb": told.of, **digest, **told.give}


def _differences(told: Step, case: Case, *, asked: bool) -> Iterator[tuple[str, object, object]]:
    if told.then is not None and case.state != told.then:
        yield "state", told.then, case.state
    if told.asks != asked:
        yield "asks", told.asks, asked
    for name, value in told.holds.items():
        held = value.isoformat() if isinstance(value, date) else value
        if case.fields.get(name) != held:
            yield name, held, case.fields.get(name)
    running = sorted(name for name, run in case.clocks.items() if run.runs)
    if told.run is not None and sorted(told.run) != running:
        yield "clocks", sorted(told.run), running
