"""From a playbook's file to a playbook: every mistake in it, with its line and column."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from seawall.cases import playbook_problems as problems
from seawall.cases.playbook import Playbook, Sheet, Step, Within
from seawall.core.expression import language
from seawall.core.expression.language import Expression
from seawall.core.expression.types import TYPES
from seawall.core.pack import Declared, Placed
from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.core.text import Text


def playbook(placed: Placed[Sheet], *, roles: frozenset[str]) -> Playbook:
    """Read a playbook.

    Args:
        placed: its file.
        roles: who may own a step.

    Raises:
        UnableToUseInput: carries every problem found, each with its place and remedy.
    """
    checks = _Checks(placed, roles)
    conditions = checks.conditions()
    # Each look relies on what the one before found in order: names, then ways, then limits along them.
    for look in (
        lambda: (*checks.found, *checks.steps(), *words(placed)),
        checks.ways,
        checks.deadlines,
    ):
        if found := tuple(look()):
            raise UnableToUseInput(found)
    return Playbook(placed.declared, conditions)


class _Checks:
    """Checks one file."""

    def __init__(self, placed: Placed[Sheet], roles: frozenset[str]) -> None:
        self._placed = placed
        self._sheet = placed.declared
        self._steps: Mapping[str, Step] = {step.id: step for step in self._sheet.steps}
        self._at = {step.id: number for number, step in enumerate(self._sheet.steps)}
        self._roles = roles
        self.found: list[Problem] = []

    def _problem(self, kind: Kind, *path: int | str, **facts: object) -> Problem:
        return Problem(kind, self._placed.place(*path), facts)

    def conditions(self) -> dict[str, Expression]:
        """Every condition, read; what cannot be read is found."""
        read: dict[str, Expression] = {}
        inputs = {name: TYPES[fact.type] for name, fact in self._sheet.facts.items()}
        for text, where in self._texts():
            try:
                expression = language.parse(text, inputs=inputs, where=where)
            except UnableToUseInput as error:
                self.found += error.problems
                continue
            if expression.type.kind != "boolean":
                kind = problems.CONDITION_NO_TRUTH
                self.found.append(Problem(kind, where, {"type": expression.type.kind}))
            read[text] = expression
        return read

    def _texts(self) -> Iterator[tuple[str, Place]]:
        for number, step in enumerate(self._sheet.steps):
            for turn, branch in enumerate(step.decide):
                if branch.when is not None:
                    place = self._placed.place("steps", number, "decide", turn, "when")
                    yield branch.when, place
        for number, each in enumerate(self._sheet.exits):
            yield each.when, self._placed.place("exits", number, "when")

    def steps(self) -> Iterator[Problem]:
        """What is wrong with each step by itself."""
        counts = Counter(step.id for step in self._sheet.steps)
        for number, step in enumerate(self._sheet.steps):
            here = ("steps", number)
            if counts[step.id] > 1 and self._at[step.id] == number:
                yield self._problem(problems.STEP_TWICE, *here, "id", name=step.id)
            if step.next and step.decide:
                yield self._problem(problems.STEP_TWO_WAYS, *here, "next", name=step.id)
            if step.owner not in self._roles:
                known = ", ".join(sorted(self._roles))
                yield self._problem(
                    problems.ROLE_UNKNOWN, *here, "owner", name=step.owner, known=known
                )
            yield from self._targets(step, here)
            yield from self._branches(step, here)
            yield from self._told(step, here)

    def _targets(self, step: Step, here: tuple[str, int]) -> Iterator[Problem]:
        known = ", ".join(self._steps)
        for turn, name in enumerate(step.next):
            if name not in self._steps:
                yield self._problem(
                    problems.STEP_UNKNOWN, *here, "next", turn, name=name, known=known
                )
        for turn, branch in enumerate(step.decide):
            if branch.to not in self._steps:
                where = (*here, "decide", turn, "to")
                yield self._problem(problems.STEP_UNKNOWN, *where, name=branch.to, known=known)

    def _branches(self, step: Step, here: tuple[str, int]) -> Iterator[Problem]:
        defaults = [turn for turn, branch in enumerate(step.decide) if branch.when is None]
        if step.decide and not defaults:
            yield self._problem(problems.DECISION_NOT_TOTAL, *here, "decide", name=step.id)
        for turn in range(min(defaults, default=len(step.decide)) + 1, len(step.decide)):
            where = (*here, "decide", turn)
            yield self._problem(problems.DECISION_BEHIND_DEFAULT, *where, name=step.id)

    def _told(self, step: Step, here: tuple[str, int]) -> Iterator[Problem]:
        known = self._roles | self._sheet.parties.keys()
        whom = Counter(tell.whom for tell in step.tell)
        for turn, tell in enumerate(step.tell):
            if whom[tell.whom] > 1:
                where = (*here, "tell", turn, "whom")
                yield self._problem(problems.STEP_TWICE, *where, name=tell.whom)
            if tell.whom not in known:
                where = (*here, "tell", turn, "whom")
                listed = ", ".join(sorted(known))
                yield self._problem(problems.PARTY_UNKNOWN, *where, name=tell.whom, known=listed)
        names = Counter(each.id for each in step.evidence)
        for turn, each in enumerate(step.evidence):
            if names[each.id] > 1:
                where = (*here, "evidence", turn, "id")
                yield self._problem(problems.STEP_TWICE, *where, name=each.id)

    def ways(self) -> Iterator[Problem]:
        """Steps that nothing leads to, and ways that lead back."""
        reached = {self._sheet.steps[0].id}
        fresh = list(reached)
        while fresh:
            following = set(self._steps[fresh.pop()].leads_to) - reached
            reached |= following
            fresh += following
        for name, number in self._at.items():
            if name not in reached:
                yield self._problem(problems.STEP_UNREACHED, "steps", number, "id", name=name)
        circle = self._circle(self._sheet.steps[0].id, (), set())
        if circle:
            where, path = self._at[circle[0]], " → ".join(circle)
            yield self._problem(
                problems.STEP_CIRCLE, "steps", where, "id", name=circle[0], path=path
            )

    def _circle(self, name: str, way: tuple[str, ...], clear: set[str]) -> tuple[str, ...]:
        """The first way that comes back to where it was; steps known to lead to none are `clear`."""
        if name in clear:
            return ()
        if name in way:
            return (*way[way.index(name) :], name)
        onward = (self._circle(each, (*way, name), clear) for each in self._steps[name].leads_to)
        found = next(filter(None, onward), ())
        clear.add(name)
        return found

    def deadlines(self) -> Iterator[Problem]:
        """Limits that fall before one on a way to them, as far as both run by one clock."""
        latest: dict[str, dict[str, _Limit]] = {name: {} for name in self._steps}
        for name in _forward(self._steps, self._sheet.steps[0].id):
            step, held = self._steps[name], latest[name]
            if step.within is not None:
                own, before = _Limit(name, step.within), held.get(step.within.clock)
                if before is not None and own.within.length < before.within.length:
                    where = ("steps", self._at[name], "within")
                    least = f"{before.within.count} {before.within.unit}"
                    yield self._problem(
                        problems.DEADLINE_BACKWARDS,
                        *where,
                        name=name,
                        before=before.step,
                        least=least,
                    )
                _hold(held, own)
            for each in step.leads_to:
                for limit in held.values():
                    _hold(latest[each], limit)


@dataclass(frozen=True)
class _Limit:
    """A limit, and the step that states it."""

    step: str
    within: Within


def _hold(held: dict[str, _Limit], limit: _Limit) -> None:
    """Of two limits by one clock, keep the later."""
    clock = limit.within.clock
    if clock not in held or held[clock].within.length < limit.within.length:
        held[clock] = limit


def _forward(steps: Mapping[str, Step], first: str) -> list[str]:
    """Steps in an order in which each stands behind all that lead to it."""
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        for each in steps[name].leads_to:
            if each not in done:
                visit(each)
        done[name] = None

    visit(first)
    return list(reversed(done))


def words(placed: Placed[Declared]) -> Iterator[Problem]:
    """Texts that lack a language, wherever in the file they stand."""
    return _words(placed, placed.declared, ())


def _words(
    placed: Placed[Declared], value: object, path: tuple[int | str, ...]
) -> Iterator[Problem]:
    if isinstance(value, Text):
        for name, said, language_zh in (("en", "English", "英文"), ("zh", "Chinese", "中文")):
            if not getattr(value, name):
                facts: dict[str, object] = {"language": said, "language_zh": language_zh}
                yield Problem(problems.WORDS_MISSING, placed.place(*path, name), facts)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _words(placed, getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _words(placed, inner, (*path, name))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _words(placed, inner, (*path, number))
