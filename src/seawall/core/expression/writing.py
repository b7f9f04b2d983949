"""An expression in its own language again, with as few brackets as leave no doubt."""

from datetime import date, datetime

from seawall.core.expression.operators import BY_NAME
from seawall.core.expression.pattern import sql as pattern_sql
from seawall.core.expression.tokens import is_plain
from seawall.core.expression.tree import Call, Constant, Name, Node, Pattern, branches
from seawall.core.expression.types import Kind, Value
from seawall.core.steps import quoted

ATOM = 9
LEVELS: dict[str, int] = {
    "OR": 1,
    "AND": 2,
    "NOT": 3,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN", "LIKE"), 4),
    **dict.fromkeys(("IS NULL", "IS TRUE", "IS FALSE"), 4),
    "||": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "%": 7,
    "-a": 8,
}
"""How tightly operators bind; functions and CASE need no brackets."""
NEGATED = ("IS NULL", "IS TRUE", "IS FALSE", "BETWEEN", "IN", "LIKE")
"""Operators that take NOT inside."""
SHAPES: dict[str, str] = {
    "-a": "-{0}",
    "NOT": "NOT {0}",
    "IS NULL": "{0} IS {no}NULL",
    "IS TRUE": "{0} IS {no}TRUE",
    "IS FALSE": "{0} IS {no}FALSE",
    "BETWEEN": "{0} {no}BETWEEN {1} AND {2}",
    "IN": "{0} {no}IN ({listed})",
    "LIKE": "{0} {no}LIKE {pattern}",
}
"""How operators are written that do not simply stand between two operands."""
LEFT = ("+", "-", "*", "/", "AND", "OR")
"""Operators that may stand in a row without brackets, read from the left."""


def written(node: Node) -> str:
    """The text of a node; reading it gives the node again."""
    if isinstance(node, Constant):
        return constant(node.value, node.kind)
    if isinstance(node, Name):
        return node.name if is_plain(node.name) else '"' + node.name.replace('"', '""') + '"'
    if is_conversion(node):
        return written(node.arguments[0])
    operator = node.overload.operator
    if operator == "CASE":
        return _case(node)
    return _infix(operator, node) if operator in LEVELS else _function(operator, node)


def is_conversion(node: Node) -> bool:
    """Whether a node is a conversion that nobody wrote: an integer read as a number."""
    return isinstance(node, Call) and node.overload.operator == "TRY_CAST" and node.option is None


def constant(value: Value, kind: Kind = "null") -> str:
    """A value as it is written."""
    if value is None:
        sql = {"null": "", "number": "DOUBLE"}.get(kind, kind.upper())
        return f"TRY_CAST(NULL AS {sql})" if sql else "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ', 'seconds')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return quoted(value)
    return repr(value).upper() if isinstance(value, bool) else repr(value)


def _level(node: Node) -> int:
    if isinstance(node, Constant):
        negative = isinstance(node.value, int | float) and str(node.value).startswith("-")
        return LEVELS["-a"] if negative else ATOM
    if isinstance(node, Name):
        return ATOM
    if is_conversion(node):
        return _level(node.arguments[0])
    return LEVELS.get(node.overload.operator, ATOM)


def _infix(operator: str, node: Call) -> str:
    inner = node.arguments[0]
    if operator == "NOT" and isinstance(inner, Call) and inner.overload.operator in NEGATED:
        return _joined(inner.overload.operator, inner, "NOT ")
    return _joined(operator, node)


def _operand(operator: str, argument: Node, *, first: bool) -> str:
    level = LEVELS[operator]
    tight = _level(argument) > level or (first and operator in LEFT and _level(argument) == level)
    # A text joined to a sum is clearer in brackets.
    loose = operator == "||" and _level(argument) < ATOM
    text = written(argument)
    return text if tight and not loose else f"({text})"


def _joined(operator: str, node: Call, negation: str = "") -> str:
    first, *rest = (
        _operand(operator, argument, first=index == 0)
        for index, argument in enumerate(node.arguments)
    )
    if operator in SHAPES:
        pattern = _pattern(node.option) if isinstance(node.option, Pattern) else ""
        holes = {"no": negation, "listed": ", ".join(rest), "pattern": pattern}
        return SHAPES[operator].format(first, *rest, **holes)
    return f" {operator} ".join([first, *rest])


def _pattern(pattern: Pattern) -> str:
    text, escape = pattern_sql(pattern)
    return quoted(text) + (f" ESCAPE {quoted(escape)}" if escape else "")


def _function(operator: str, node: Call) -> str:
    texts = [written(argument) for argument in node.arguments]
    option = node.option
    if operator == "TRY_CAST":
        return f"TRY_CAST({texts[0]} AS {str(option).upper().replace('NUMBER', 'DOUBLE')})"
    if isinstance(option, tuple):
        texts += map(str, option)
    elif operator == "ROUND":
        texts.append(str(option))
    return f"{BY_NAME[operator].name}({', '.join(texts)})"


def _case(node: Call) -> str:
    subject, conditions, results = branches(node.arguments, simple=bool(node.option))
    of = "".join(f" {written(part)}" for part in subject)
    pairs = zip(conditions, results, strict=False)
    when = " ".join(f"WHEN {written(test)} THEN {written(result)}" for test, result in pairs)
    last = results[-1]
    missing = isinstance(last, Constant) and last.value is None
    return f"CASE{of} {when}{'' if missing else f' ELSE {written(last)}'} END"
