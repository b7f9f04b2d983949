"""The check of a policy before anyone runs it: what in it cannot be meant.

Every finding that an application can show carries one, and the compiled policy was run on it.
What is said of all applications is proved: for tables by a complete search over the regions of
their columns, for rules by the solver Z3. What is neither shown nor proved is told as undecided.
"""

from collections.abc import Iterable, Iterator, Mapping

from seawall.core.text import Text
from seawall.policy import check_problems, missing_check, rule_check, table_check
from seawall.policy.finding import Finding
from seawall.policy.probing import Prober
from seawall.policy.program import Lookup, Program
from seawall.policy.proving import Clock, Prover
from seawall.policy.reach import domains, given, upstream

SECONDS = 20.0


def findings(
    program: Program, *, examples: Iterable[Mapping[str, object]] = (), seconds: float = SECONDS
) -> tuple[Finding, ...]:
    """Check a policy.

    Args:
        program: the policy.
        examples: applications to start the search from, such as the policy's own cases: they do
            what people thought of, which a search from nothing can miss.
        seconds: when to stop asking the solver; what is then open is told as undecided. Within
            the time, the same policy and examples give the same findings on every machine.

    Returns:
        rules first, then tables, what is unused, and what missing values lead to.
    """
    clock = Clock(seconds)
    prober = Prober(program)
    prober.explore(examples)
    prover = Prover(prober, clock)
    found = list(rule_check.findings(prover))
    found += tables(program, clock)
    found += unused(program)
    if not any(each.kind == check_problems.NEVER_APPROVES for each in found):
        found += missing_check.findings(prover, clock)
    return tuple(found)


def tables(program: Program, clock: Clock | None = None) -> Iterator[Finding]:
    """The part of the check that is about tables and characteristics."""
    known = domains(program)
    clock = clock or Clock(SECONDS)
    for step in searched(program):
        yield from table_check.findings(program, step, known, clock)


def searched(program: Program) -> Iterator[Lookup]:
    """Tables and characteristics, each once: one that collects several outputs is read for each of them."""
    seen = []
    for step in program.steps:
        if isinstance(step, Lookup) and (conditions := [row.condition for row in step.rows]):
            if step.hit != "collect" or conditions not in seen:
                yield step
            seen.append(conditions)


def unused(program: Program) -> Iterator[Finding]:
    """Inputs, features and values that no rule and no offer reads."""
    read = {name for check in program.checks for name in check.expression.names}
    # What a rule says counts, though it is not asked before its law is verified.
    read |= {name for check in program.checks if check.meant for name in check.meant.names}
    read |= {*program.offer, *filter(None, (program.as_of, program.customer))}
    used = upstream(program, read)
    used |= {
        key
        for name, feature in program.features.items()
        if name in used
        for key in feature.window.by
    }
    computed = [name for step in program.steps for name in given(step) if "." not in name]
    for name in (*program.asked, *computed):
        if name not in used:
            what = (
                _INPUT
                if name in program.inputs
                else _FEATURE
                if name in program.features
                else _VALUE
            )
            facts: dict[str, object] = {"what": what.en, "what_zh": what.zh, "name": name}
            place = program.places.get(name)
            yield Finding(check_problems.UNUSED, (name,), "proved", None, facts, place)


_INPUT = Text(en="Input", zh="输入")
_FEATURE = Text(en="Feature", zh="特征")
_VALUE = Text(en="Value", zh="值")
