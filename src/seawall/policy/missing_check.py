"""What missing values lead to: approvals without them, and passes by leaving something out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from seawall.core.expression.language import Expression
from seawall.core.expression.tree import Call, Name, Node
from seawall.core.expression.types import Value
from seawall.core.expression.writing import constant
from seawall.policy import check_problems
from seawall.policy.finding import Application, Finding, listed
from seawall.policy.probing import TRUE, Goal, Prober
from seawall.policy.program import Check, Define, Lookup, LookupRow, Program, Step
from seawall.policy.proving import WORK_FIRST, Clock, Prover
from seawall.policy.reach import given, upstream
from seawall.policy.rule_check import approval


def findings(prover: Prover, clock: Clock) -> Iterator[Finding]:
    """Approvals without an input or without two, and silent passes."""
    program = prover.prober.program
    goal = approval(program)
    used = upstream(program, {name for each in program.checks for name in each.expression.names})
    approved = []
    for name in program.asked:
        if name not in used:
            continue
        without = replace(goal, missing=frozenset((name,)))
        answer = prover.answer(without, plain=False)
        if answer.proof == "undecided":
            yield _undecided(program, name)
        if answer.application is not None:
            approved.append(name)
            yield _approved(prover, without, answer.application)
            yield from _silent(program, name, answer.application, clock)
    yield from _together(prover, goal, approved, clock)


def _together(prover: Prover, goal: Goal, approved: list[str], clock: Clock) -> Iterator[Finding]:
    """Sets of inputs that can all be missing at once; every pair that can is in one of them."""
    told: list[frozenset[str]] = []
    for pair in combinations(approved, 2):
        if any(names.issuperset(pair) for names in told):
            continue
        if clock.left <= 0:
            yield _unfinished()
            return
        application = prover.answer(replace(goal, missing=frozenset(pair)), plain=False).application
        if application is not None:
            without = _widest(prover, goal, approved, application)
            told.append(without.missing)
            yield _approved(prover, without, application | dict.fromkeys(without.missing))


def _widest(prover: Prover, goal: Goal, approved: list[str], application: Application) -> Goal:
    """The goal of an approval without as many inputs as an application can be made to lack."""
    lacking = {name for name in approved if application[name] is None}
    for name in approved:
        without = {**application, **dict.fromkeys((*lacking, name))}
        if prover.prober.meets(without, goal):
            lacking.add(name)
    return replace(goal, missing=frozenset(lacking))


def _unfinished() -> Finding:
    facts: dict[str, object] = {
        "what": "What two missing inputs together lead to", "left": "time ran out", "left_zh": "时间已到",
    }  # fmt: skip
    return Finding(check_problems.NOT_SEARCHED, (), "undecided", None, facts)


def _approved(prover: Prover, goal: Goal, application: Application) -> Finding:
    program = prover.prober.program
    names = tuple(name for name in program.asked if name in goal.missing)
    example = prover.prober.fuller(application, goal)
    facts: dict[str, object] = {"names": listed(names)}
    place = program.places.get(names[0])
    return Finding(check_problems.APPROVED_WITHOUT, names, "example", example, facts, place)


def _undecided(program: Program, name: str) -> Finding:
    facts: dict[str, object] = {
        "claim": f"an application without {name} can be approved",
        "claim_zh": f"缺少 {name} 的申请是否可能获得批准",
    }
    place = program.places.get(name)
    return Finding(check_problems.UNDECIDED, (name,), "undecided", None, facts, place)


def _silent(program: Program, name: str, approved: Application, clock: Clock) -> Iterator[Finding]:
    """Rules that decline some value of an input, without which the same application is approved.

    The policy is asked twice at once, with the input missing and with another value in its place.
    """
    other = f"{name}'"
    doubled, declines = _doubled(program, name, other)
    if not declines:
        return
    prover = Prover(Prober(doubled), clock, work=WORK_FIRST)
    prover.prober.explore((approved,))
    rules, shown = [], None
    for number in declines:
        truths = {**approval(program).truths, number: TRUE}
        goal = Goal(truths, frozenset((name,)))
        answer = prover.answer(goal, plain=False)
        if answer.application is not None:
            rules.append(doubled.checks[number].id)
            shown = shown or prover.prober.fuller(answer.application, goal)
    if shown is not None:
        value: Value = shown.pop(other)
        facts: dict[str, object] = {
            "name": name, "value": constant(value), "rules": listed(rules),
        }  # fmt: skip
        about, place = (name, *rules), program.places.get(name)
        yield Finding(check_problems.SILENT_PASS, about, "example", shown, facts, place)


def _doubled(program: Program, name: str, other: str) -> tuple[Program, list[int]]:
    """A program that also says what the declining rules would say to another value of an input.

    Returns:
        the program, and the numbers of the checks that were added.
    """
    names = {name: other}
    steps: list[Step] = []
    types = dict(program.types)
    for step in program.steps:
        steps.append(step)
        if _reads(step) & names.keys():
            names |= {each: f"{each}'" for each in given(step)}
            steps.append(_step(step, names))
    for each, new in names.items():
        types[new] = types[each]
    added = [_check(check, names) for check in program.checks
             if check.then == "decline" and names.keys() & set(check.expression.names)]  # fmt: skip
    inputs = {**program.inputs, **({other: program.inputs[name]} if name in program.inputs else {})}
    features = program.features
    if name in features:
        features = {**features, other: features[name]}
    doubled = replace(
        program, inputs=inputs, features=features, types=types, steps=tuple(steps),
        checks=(*program.checks, *added),
    )  # fmt: skip
    count = len(program.checks)
    return doubled, list(range(count, count + len(added)))


def _reads(step: Step) -> set[str]:
    if isinstance(step, Define):
        return set(step.expression.names)
    found = {name for output in step.outputs if output.otherwise for name in output.otherwise.names}
    for row in step.rows:
        for expression in filter(None, (row.condition, *row.gives)):
            found |= set(expression.names)
    return found


def _step(step: Step, names: Mapping[str, str]) -> Step:
    if isinstance(step, Define):
        return Define(names[step.name], _renamed(step.expression, names))
    rows = tuple(_row(row, names) for row in step.rows)
    outputs = tuple(
        replace(output, name=names[output.name],
                otherwise=_renamed(output.otherwise, names) if output.otherwise else None)
        for output in step.outputs
    )  # fmt: skip
    return Lookup(f"{step.name}'", step.hit, rows, outputs)


def _row(row: LookupRow, names: Mapping[str, str]) -> LookupRow:
    condition = _renamed(row.condition, names) if row.condition else None
    cells = tuple((names.get(column, column), _renamed(cell, names)) for column, cell in row.cells)
    return LookupRow(cells, condition, tuple(_renamed(each, names) for each in row.gives))


def _check(check: Check, names: Mapping[str, str]) -> Check:
    return replace(check, expression=_renamed(check.expression, names))


def _renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    inputs = tuple((names.get(name, name), type_) for name, type_ in expression.inputs)
    return replace(expression, node=_node(expression.node, names), inputs=inputs)


def _node(node: Node, names: Mapping[str, str]) -> Node:
    if isinstance(node, Name):
        return node._replace(name=names.get(node.name, node.name))
    if isinstance(node, Call):
        return node._replace(arguments=tuple(_node(each, names) for each in node.arguments))
    return node
