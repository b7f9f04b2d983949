"""Settle whether any application does something: first by trying, then by the solver.

A solver's model counts only after the policy was run on it. Where the run disagrees (rounding, or
a function the solver has no theory of), the solver is told so and asked again, a few times.
"""

import time
from dataclasses import dataclass
from functools import cached_property

import z3

from seawall.policy.encoding import Encoder
from seawall.policy.finding import Application, Proof
from seawall.policy.probing import EFFORT, Goal, Prober
from seawall.policy.reach import rounded, rounds
from seawall.policy.theory import Formula, both, either, false, true

MODELS_MOST = 12
WORK_MOST = 4_000_000
"""Z3's own unit of work, per question (about a second): the same on every machine."""
WORK_FIRST = 400_000
"""So much is tried before a longer search: what is proved at all is mostly proved at once."""


class Clock:
    """How long the whole check may still take."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; 0 or less where none are left."""
        return self._until - time.monotonic()


@dataclass(frozen=True)
class Answer:
    """Whether some application does it.

    Attributes:
        proof: `example`, with the application; `proved`: none does; `undecided`.
        rounded: whether that none does is about real numbers only.
    """

    proof: Proof
    application: Application | None = None
    rounded: bool = False


class Prover:
    """Answers questions about one program.

    Args:
        prober: the search over the program.
        clock: the time there is.
        work: the most that the solver may do for a question, in its own unit.
    """

    def __init__(self, prober: Prober, clock: Clock, *, work: int = WORK_MOST) -> None:
        self.prober = prober
        self._work = work
        self._clock = clock
        self._parts: dict[tuple[int, frozenset[bool | None]], Formula] = {}

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self.prober.program)

    @cached_property
    def _rounded(self) -> frozenset[str]:
        return rounded(self.prober.program)

    def answer(self, goal: Goal, *, plain: bool = True) -> Answer:
        """Whether any application meets the goal.

        Args:
            goal: what it should do.
            plain: whether values that do not matter are to be taken out of the example.
        """
        if self._clock.left <= 0:
            known = self.prober.known(goal)
            return Answer("undecided") if known is None else Answer("example", known)
        found = self.prober.found(goal)
        answer = Answer("example", found) if found is not None else self._solved(goal, WORK_FIRST)
        if answer.proof == "undecided" and self._clock.left > 0:
            found = self.prober.found(goal, EFFORT)
            if found is not None:
                answer = Answer("example", found)
            elif self._work > WORK_FIRST:
                answer = self._solved(goal, self._work)
        if plain and answer.application is not None:
            return Answer("example", self.prober.plainer(answer.application, goal))
        return answer

    def excluded(self, goal: Goal) -> bool:
        """Whether the solver proves, without a search before, that no application meets the goal."""
        return self._solved(goal, WORK_FIRST).proof == "proved"

    def reasons(self, goal: Goal, always: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Of a goal that was proved to be out of reach, some checks that already make it so.

        Args:
            goal: the goal.
            always: checks that are part of it in any case, and not of the answer.
        """
        encoder = self._encoder
        solver = z3.Solver(ctx=encoder.context)
        solver.set(rlimit=WORK_MOST)
        marks = {z3.Bool(f"#{number}", encoder.context): number for number in goal.truths}
        parts = [self._formula(Goal({number: goal.truths[number]})) for number in goal.truths]
        solver.add(*encoder.facts)
        solver.add(*(z3.Implies(mark, part) for mark, part in zip(marks, parts, strict=True)))
        left = tuple(goal.truths)
        if solver.check(*marks) == z3.unsat:
            core = {mark.decl().name() for mark in solver.unsat_core()}
            left = tuple(number for number in goal.truths if f"#{number}" in core)
        for number in left[::-1] if len(left) <= MODELS_MOST else ():
            fewer = tuple(each for each in left if each != number)
            question = Goal({each: goal.truths[each] for each in {*fewer, *always}})
            if number not in always and self._solved(question, self._work).proof == "proved":
                left = fewer
        return tuple(number for number in left if number not in always)

    def _solved(self, goal: Goal, work: int) -> Answer:
        if self._clock.left <= 0:
            return Answer("undecided")
        encoder = self._encoder
        wanted = self._formula(goal)
        if isinstance(wanted, bool):
            wanted = z3.BoolVal(wanted, encoder.context)
        solver = z3.Solver(ctx=encoder.context)
        solver.add(*encoder.facts, wanted)
        honest = True
        for _ in range(MODELS_MOST):
            if self._clock.left <= 0:
                break
            solver.set(rlimit=work, timeout=max(1, int(self._clock.left * 1000)))
            found = solver.check()
            if found == z3.unsat and honest:
                return Answer("proved", rounded=self.rounds(goal))
            if found != z3.sat:
                break
            model = solver.model()
            application = self._tried(model, goal)
            if application is not None:
                return Answer("example", application)
            lessons = list(encoder.learned(model))
            solver.add(*lessons)
            if any(z3.is_false(model.eval(each, model_completion=True)) for each in lessons):
                continue
            solver.add(self._elsewhere(model))
            honest = False
        return Answer("undecided")

    def rounds(self, goal: Goal) -> bool:
        """Whether what is proved about a goal is about real numbers only."""
        checks = self.prober.program.checks
        nodes = [checks[number].expression.node for number in goal.truths]
        return any(rounds(node, self._rounded) for node in nodes)

    def _tried(self, model: z3.ModelRef, goal: Goal) -> Application | None:
        """The model's application, or one near it, if the policy does what is wanted with it."""
        names = self.prober.program.asked
        application = {name: self._encoder.read(model, name) for name in names}
        for each in (application, *self.prober.beside(application)):
            if self.prober.meets(each, goal):
                return each
        return self.prober.climbed(goal, application)

    def _elsewhere(self, model: z3.ModelRef) -> z3.BoolRef:
        """Some input is something else than in the model."""
        symbols = [self._encoder.name(name) for name in self.prober.program.asked]
        different = [
            each.value != model.eval(each.value, model_completion=True) for each in symbols
        ]
        return z3.Or(*different, self._encoder.context)

    def _formula(self, goal: Goal) -> Formula:
        lacking = [self._encoder.name(name).null for name in sorted(goal.missing)]
        return both(*lacking, *(self._part(number, goal.truths[number]) for number in goal.truths))

    def _part(self, number: int, allowed: frozenset[bool | None]) -> Formula:
        """That a check has one of some truth values."""
        if (number, allowed) not in self._parts:
            symbol = self._encoder.node(self.prober.program.checks[number].expression.node)
            cases = {True: true(symbol), False: false(symbol), None: symbol.null}
            chosen = [case for truth, case in cases.items() if truth in allowed]
            self._parts[number, allowed] = either(*chosen)
        return self._parts[number, allowed]
