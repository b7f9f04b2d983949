"""What of a policy reads what, and what each of its values can be."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from seawall.core.expression.language import Expression
from seawall.core.expression.tree import Call, Constant, Name, Node, Pattern
from seawall.core.expression.types import Value
from seawall.policy.program import Define, Lookup, Program, Step
from seawall.policy.regions import Domain

ROUNDED = ("+", "-", "*", "/", "ROUND")
"""Operators on numbers whose result floating point may round."""
VALUES_MOST = 4096
"""A value that can be more different things is taken to be anything of its kind."""


def given(step: Step) -> tuple[str, ...]:
    """The names a step gives."""
    return (step.name,) if isinstance(step, Define) else tuple(each.name for each in step.outputs)


def sources(program: Program) -> dict[str, frozenset[str]]:
    """Per name, the names its value is directly computed from."""
    found = {name: frozenset[str]() for name in program.asked}
    for step in program.steps:
        if isinstance(step, Define):
            found[step.name] = frozenset(step.expression.names)
            continue
        for turn, output in enumerate(step.outputs):
            read = {name for row in step.rows for name in _names(row.condition)}
            read |= {name for row in step.rows for name in row.gives[turn].names}
            found[output.name] = frozenset(read | set(_names(output.otherwise)))
    return found


def _names(expression: Expression | None) -> tuple[str, ...]:
    return expression.names if expression else ()


def upstream(program: Program, names: Iterable[str]) -> frozenset[str]:
    """The names, and all that they are computed from."""
    direct, found, waiting = sources(program), set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += direct[name]
    return frozenset(found)


def sliced(program: Program, names: Iterable[str]) -> Program:
    """The part of a program that some names need; without checks."""
    needed = upstream(program, names)
    steps = tuple(step for step in program.steps if needed.intersection(given(step)))
    kept = {*program.asked, *(name for step in steps for name in given(step))}
    return replace(
        program,
        inputs={name: each for name, each in program.inputs.items() if name in needed},
        features={name: each for name, each in program.features.items() if name in needed},
        types={name: each for name, each in program.types.items()
               if name in kept and (name in needed or name not in program.asked)},
        steps=steps, checks=(), offer=(),
    )  # fmt: skip


def domains(program: Program) -> dict[str, Domain]:
    """What every name can hold besides NULL; a superset where it is computed."""
    found = {name: asked(program, name) for name in program.asked}
    for step in program.steps:
        for turn, name in enumerate(given(step)):
            if isinstance(step, Define):
                if isinstance(step.expression.node, Name):
                    found[name] = found[step.expression.node.name]
                    continue
                values = _values(step.expression.node, found)
            else:
                values = _given_values(step, turn)
            among = tuple(sorted(values)) if values else None  # type: ignore[type-var]
            found[name] = Domain(program.types[name].kind, among=among)
    return found


def asked(program: Program, name: str) -> Domain:
    """What an input or feature can hold; counts and times since are not negative."""
    kind = program.types[name].kind
    if name in program.inputs:
        limits = program.inputs[name]
        return Domain(kind, limits.least, limits.most, limits.among)
    natural = program.features[name].window.of in ("count", "distinct", "since_last")
    return Domain(kind, least=0 if natural else None)


def bare(program: Program) -> dict[str, str]:
    """Every name that is an input or feature under its own or another name, with that."""
    found = {name: name for name in program.asked}
    for step in program.steps:
        if isinstance(step, Define) and isinstance(step.expression.node, Name):
            source = step.expression.node.name
            if source in found:
                found[step.name] = found[source]
    return found


def _given_values(step: Lookup, turn: int) -> set[Value] | None:
    """The values of a table that gives constants only."""
    output = step.outputs[turn]
    if output.collect == "sum":
        return None
    cells = [row.gives[turn] for row in step.rows]
    cells += [output.otherwise] if output.otherwise else []
    nodes = [cell.node for cell in cells]
    if len(nodes) > VALUES_MOST or not all(isinstance(node, Constant) for node in nodes):
        return None
    values = {node.value for node in nodes if isinstance(node, Constant)}
    return {value for value in values if value is not None}


def _values(node: Node, known: dict[str, Domain]) -> set[Value] | None:
    """The values of a sum of names and constants of which there are few: a score."""
    if isinstance(node, Constant):
        return {node.value} if node.value is not None else None
    if isinstance(node, Name):
        among = known[node.name].among
        return set(among) if among is not None else None
    if node.overload.operator != "+" or node.kind != "number":
        return None
    left, right = (_values(argument, known) for argument in node.arguments)
    if left is None or right is None or len(left) * len(right) > VALUES_MOST * 16:
        return None
    found: set[Value] = {a + b for a in left for b in right}  # type: ignore[operator]
    return found if len(found) <= VALUES_MOST else None


def expressions(program: Program) -> Iterator[Expression]:
    """Every expression of a program."""
    for step in program.steps:
        if isinstance(step, Define):
            yield step.expression
            continue
        for row in step.rows:
            yield from filter(None, (row.condition, *row.gives))
        yield from filter(None, (output.otherwise for output in step.outputs))
    for check in program.checks:
        yield check.expression


def rounded(program: Program) -> frozenset[str]:
    """The names whose values floating point may round."""
    found = set[str]()
    for step in program.steps:
        whole = replace(program, steps=(step,), checks=())
        sums = isinstance(step, Lookup) and any(each.collect == "sum" for each in step.outputs)
        if sums or any(rounds(each.node, found) for each in expressions(whole)):
            found.update(given(step))
    return frozenset(found)


def rounds(node: Node, names: AbstractSet[str]) -> bool:
    """Whether floating point may round anything in a node, or the names given are in it."""
    if isinstance(node, Name):
        return node.name in names
    if not isinstance(node, Call):
        return False
    if node.kind == "number" and node.overload.operator in ROUNDED:
        return True
    return any(rounds(argument, names) for argument in node.arguments)


def mentions(node: Node) -> Iterator[tuple[frozenset[str], Value]]:
    """Every constant of a node, and a text for every pattern, with the names it stands beside."""
    if isinstance(node, Call):
        if isinstance(node.option, Pattern):
            fitting = "".join("x" if part is None else part for part in node.option.parts)
            yield frozenset(_read(node)), fitting
        names: frozenset[str] | None = None
        for argument in node.arguments:
            if isinstance(argument, Constant):
                if names is None:
                    names = frozenset(_read(node))
                yield names, argument.value
            else:
                yield from mentions(argument)


def _read(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from _read(argument)
