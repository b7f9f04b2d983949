"""Programs made from a policy to ask it about one of its tables."""

from dataclasses import replace

from seawall.core.expression.language import Expression
from seawall.core.expression.operators import BY_NAME
from seawall.core.expression.tree import Call, Constant, Name, Node
from seawall.core.expression.types import INTEGER
from seawall.policy.program import Check, Lookup, LookupOutput, LookupRow, Program
from seawall.policy.reach import sliced

NAME = "#row"
_EQUAL = next(row for row in BY_NAME["="].overloads if row.takes == ("integer", "integer"))
_AND = BY_NAME["AND"].overloads[0]


def numbered(program: Program, lookup: Lookup) -> Program:
    """A program whose check number k is true where row k (from 1) of a table is the first to match.

    Check 0 is true where none does. Where the table stops because a row is unknown, all are NULL.
    """
    rows = tuple(
        replace(row, gives=(_number(number),)) for number, row in enumerate(lookup.rows, 1)
    )
    output = LookupOutput(NAME, INTEGER, None, _number(0))
    twin = Lookup(NAME, "first", rows, (output,))
    part = sliced(program, _columns(lookup.rows))
    checks = tuple(_is_row(program, number) for number in range(len(rows) + 1))
    return replace(
        part, types={**part.types, NAME: INTEGER}, steps=(*part.steps, twin), checks=checks
    )


def both_match(program: Program, lookup: Lookup, rows: tuple[int, int]) -> Program:
    """A program whose only check is true where some rows of a table match."""
    chosen = tuple(lookup.rows[number] for number in rows)
    conditions = [row.condition for row in chosen if row.condition is not None]
    nodes: tuple[Node, ...] = tuple(each.node for each in conditions)
    truth = Constant(value=True, kind="boolean")
    node = Call(_AND, (truth, truth, *nodes), "boolean", nullable=True)
    inputs = {name: type_ for each in conditions for name, type_ in each.inputs}
    part = sliced(program, _columns(chosen))
    return replace(part, checks=(_asked(program, Expression("", node, tuple(inputs.items()))),))


def _columns(rows: tuple[LookupRow, ...]) -> set[str]:
    return {name for row in rows if row.condition for name in row.condition.names}


def _number(number: int) -> Expression:
    return Expression(str(number), Constant(number, "integer"), ())


def _is_row(program: Program, number: int) -> Check:
    name = Name(NAME, "integer", nullable=True)
    node = Call(_EQUAL, (name, Constant(number, "integer")), "boolean", nullable=True)
    return _asked(program, Expression("", node, ((NAME, INTEGER),)))


def _asked(program: Program, expression: Expression) -> Check:
    """A check that only asks; every policy has one to make it from."""
    return replace(program.checks[0], id="", expression=expression, then="note", unknown="ignore")
