"""Rules that are never true, always true, never decide, or contradict each other."""

from collections.abc import Iterator

from seawall.core.expression.tree import Constant
from seawall.core.problem import Kind, Place
from seawall.policy import check_problems
from seawall.policy.finding import Application, Finding, how, listed
from seawall.policy.probing import FALSE, NOT_TRUE, TRUE, Goal
from seawall.policy.program import SEVERITY, Check, Program
from seawall.policy.proving import Answer, Prover

TRIED_ALONE = 8


def approval(program: Program) -> Goal:
    """An approval: no check asks for anything else."""
    return Goal({
        number: frozenset(t for t in (True, False, None) if not check.follows(t))
        for number, check in enumerate(program.checks)
    })  # fmt: skip


def findings(prover: Prover) -> Iterator[Finding]:
    """Everything about rules."""
    rules = _Rules(prover)
    yield from rules.alone()
    yield from rules.together()
    yield from rules.approving()


class _Rules:
    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._checks = prover.prober.program.checks
        self._places = prover.prober.program.places
        # A rule of law that nobody has verified is unknown by design.
        self._rules = [number for number, check in enumerate(self._checks)
                       if ":" not in check.id and not isinstance(check.expression.node, Constant)]  # fmt: skip
        self._true: dict[int, Answer] = {}

    def alone(self) -> Iterator[Finding]:
        """Never true, always true."""
        for number in self._rules:
            can = self._prover.answer(Goal({number: TRUE}))
            if can.proof == "proved":
                yield self._about(check_problems.RULE_NEVER, number, None)
                continue
            self._true[number] = can
            if can.proof == "undecided":
                yield self._undecided(number, "can be true", "是否可能成立")
                continue
            cannot = self._prover.answer(Goal({number: FALSE}))
            if cannot.proof == "proved":
                yield self._about(check_problems.RULE_ALWAYS, number, can.application)

    def together(self) -> Iterator[Finding]:
        """Shadowed and contradicting rules: those told later first, each against what then is left."""
        able = [number for number, answer in self._true.items() if answer.proof == "example"]
        able += [n for n, check in enumerate(self._checks) if check.id.startswith("missing:")]
        found: list[Finding] = []
        for number in sorted(able, reverse=True):
            check = self._checks[number]
            if number not in self._true or not SEVERITY[check.then]:
                continue
            others = [n for n in sorted(able) if n != number and self._outweighs(n, check)]
            finding = self._shadow(number, others)
            found += filter(None, [finding])
            if finding and finding.kind != check_problems.UNDECIDED:
                able.remove(number)
        yield from reversed(found)

    def _outweighs(self, number: int, check: Check) -> bool:
        return SEVERITY[self._checks[number].then] >= SEVERITY[check.then]

    def _shadow(self, number: int, others: list[int]) -> Finding | None:
        if not others:
            return None
        goal = Goal({number: TRUE, **dict.fromkeys(others, NOT_TRUE)})
        if self._prover.prober.found(goal) is not None:
            return None
        by = self._by_one(number, others)
        if not by:
            answer = self._prover.answer(goal)
            if answer.proof == "example":
                return None
            if answer.proof == "undecided":
                return self._undecided(number, "ever decides", "是否会起决定作用")
            by = self._prover.reasons(goal, (number,))
        if len(by) == 1 and (found := self._contradiction(number, by[0])):
            return found
        shown = self._prover.answer(Goal({number: TRUE, **({by[0]: TRUE} if len(by) == 1 else {})}))
        names = [self._checks[each].id for each in by]
        facts = {"rule": self._checks[number].id, "others": listed(names), **self._how(number, *by)}
        about, kind = (self._checks[number].id, *names), check_problems.RULE_SHADOWED
        return Finding(kind, about, "proved", shown.application, facts, self._place(number))

    def _by_one(self, number: int, others: list[int]) -> tuple[int, ...]:
        """One rule that alone shadows another: easier to prove than that several together do."""
        tried = self._prover.prober.always_with(number)
        for other in [each for each in others if each in tried][:TRIED_ALONE]:
            if self._prover.excluded(Goal({number: TRUE, other: NOT_TRUE})):
                return (other,)
        return ()

    def _contradiction(self, number: int, other: int) -> Finding | None:
        """Two rules that are true for the same applications, and ask for different things."""
        first, second = sorted((number, other))
        one, two = self._checks[first], self._checks[second]
        if one.then == two.then or other not in self._true:
            return None
        if self._prover.answer(Goal({other: TRUE, number: NOT_TRUE})).proof != "proved":
            return None
        shown = self._prover.answer(Goal({first: TRUE, second: TRUE}))
        facts: dict[str, object] = {
            "first": one.id, "second": two.id, "then_first": one.then, "then_second": two.then,
            **self._how(first, second),
        }  # fmt: skip
        kind = check_problems.RULES_CONTRADICT
        return Finding(
            kind, (one.id, two.id), "proved", shown.application, facts, self._place(second)
        )

    def approving(self) -> Iterator[Finding]:
        """Whether anything can be approved at all."""
        goal = approval(self._prover.prober.program)
        answer = self._prover.answer(goal)
        if answer.proof == "undecided":
            yield Finding(
                check_problems.UNDECIDED, (), "undecided",
                facts={"claim": "any application can be approved", "claim_zh": "是否有申请能获批准"},
            )  # fmt: skip
        if answer.proof == "proved":
            by = self._prover.reasons(goal)
            names = [self._checks[number].id for number in by]
            facts: dict[str, object] = {"rules": listed(names), **self._how(*by)}
            yield Finding(check_problems.NEVER_APPROVES, tuple(names), "proved", None, facts)

    def _about(self, kind: Kind, number: int, shown: Application | None) -> Finding:
        rule = self._checks[number].id
        facts = {"rule": rule, **self._how(number)}
        return Finding(kind, (rule,), "proved", shown, facts, self._place(number))

    def _how(self, *numbers: int) -> dict[str, object]:
        return how(rounded=self._prover.rounds(Goal(dict.fromkeys(numbers, TRUE))))

    def _undecided(self, number: int, claim: str, claim_zh: str) -> Finding:
        rule = self._checks[number].id
        facts: dict[str, object] = {
            "claim": f"rule {rule} {claim}",
            "claim_zh": f"规则 {rule} {claim_zh}",
        }
        kind = check_problems.UNDECIDED
        return Finding(kind, (rule,), "undecided", None, facts, self._place(number))

    def _place(self, number: int) -> Place | None:
        return self._places.get(f"rules.{self._checks[number].id}")
