"""Formulas of a mapping: scalar SQL expressions over a source's columns, nothing else.

A formula may use arithmetic, comparison, logic, CASE, IN, BETWEEN, LIKE, text joins (`||`), dates
(`DATE '2019-03-31'`) and the functions of `_FUNCTIONS`, among them over dates `add_months(d, n)`,
`add_days(d, n)` and `days_between(a, b)`. It cannot read files, call other functions or look at
other rows: a mapping comes from outside, so what is not named here is refused, wherever it stands.
"""

import re
from datetime import date
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.parsers.duckdb import DuckDBParser

_PAIR = frozenset({"this", "expression"})
_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.Literal, exp.Null, exp.Boolean, exp.Identifier, exp.DataType),
                    frozenset[str]()),
    **dict.fromkeys((exp.Column, exp.Paren, exp.Neg, exp.Not), frozenset({"this"})),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.And, exp.Or,
                     exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.Like), _PAIR),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Anonymous: frozenset({"expressions"}),
}  # fmt: skip
"""The kinds of node a formula may hold (these, not kinds derived from them), with their parts."""

_LENGTH_MOST = 2_000
_FUNCTIONS = {
    "coalesce": (1, _LENGTH_MOST),
    "nullif": (2, 2),
    "least": (1, _LENGTH_MOST),
    "greatest": (1, _LENGTH_MOST),
    "round": (1, 2),
    "abs": (1, 1),
    "concat": (1, _LENGTH_MOST),
    "upper": (1, 1),
    "lower": (1, 1),
    "trim": (1, 1),
    "add_months": (2, 2),
    "add_days": (2, 2),
    "days_between": (2, 2),
}
"""The functions a formula may call, with the fewest and the most values they take."""

_DATE_FORMS = {
    "add_months": "CAST(CAST(:a AS DATE) + TO_MONTHS(CAST(:b AS INTEGER)) AS DATE)",
    "add_days": "(CAST(:a AS DATE) + CAST(:b AS INTEGER))",
    "days_between": "DATE_DIFF('day', CAST(:a AS DATE), CAST(:b AS DATE))",
}
"""Our date functions in terms of DuckDB's."""


class _Parser(DuckDBParser):
    """DuckDB's reader without the functions it knows.

    It knows seven hundred, turns some into operators and drops values of others; so every call
    stays a name with its values, as written, to be held against `_FUNCTIONS`.
    """

    FUNCTIONS: ClassVar = {}
    FUNCTION_PARSERS: ClassVar = {"CAST": DuckDBParser.FUNCTION_PARSERS["CAST"]}
    NO_PAREN_FUNCTIONS: ClassVar = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


class UnableToUseFormula(ValueError):
    """A formula is not a scalar expression of the kinds a mapping may use."""

    def __init__(self, formula: str, why: str) -> None:
        self.formula = formula
        self.why = why
        super().__init__(f"{formula!r}: {why}")


def sql(formula: str, columns: frozenset[str]) -> str:
    """A formula as DuckDB SQL.

    Args:
        formula: the text in the mapping.
        columns: the names it may use.

    Raises:
        UnableToUseFormula: it is not an expression, uses an unknown name or a forbidden function.

    >>> sql("totaldue - loanamount", frozenset({"totaldue", "loanamount"}))
    '"totaldue" - "loanamount"'
    """
    if formula.strip() in columns:  # also one that is a word of SQL, such as `on` or `no`
        return exp.to_identifier(formula.strip(), quoted=True).sql(dialect="duckdb")
    if len(formula) > _LENGTH_MOST:
        raise UnableToUseFormula(formula[:40] + "…", f"longer than {_LENGTH_MOST} characters")
    try:
        tree = _tree(formula)
        for node in tree.walk():
            why = _refusal(node, columns)
            if why is not None:
                raise UnableToUseFormula(formula, why)
        return _in_duckdb(tree).sql(dialect="duckdb", comments=False)
    except RecursionError:
        raise UnableToUseFormula(formula, "nested too deeply; write it with fewer levels") from None


def _tree(formula: str) -> exp.Expr:
    dialect = DuckDB()
    try:
        found = _Parser(dialect=dialect).parse(dialect.tokenize(formula), formula)
    except sqlglot.errors.SqlglotError as error:
        why = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
        raise UnableToUseFormula(formula, why) from None
    if len(found) != 1 or found[0] is None:
        raise UnableToUseFormula(formula, "it is not one expression; write one")
    return found[0]


def _refusal(node: exp.Expr, columns: frozenset[str]) -> str | None:
    """Why a node, apart from those below it, may not stand in a formula; None where it may."""
    parts = {name for name, part in node.args.items() if isinstance(part, exp.Expr | list) and part}
    if type(node) not in _PARTS:
        return f"{node.key.upper()} is not allowed in a formula"
    if not parts <= _PARTS[type(node)]:
        remedy = "name the column alone" if isinstance(node, exp.Column) else "write it out"
        return f"{node.sql('duckdb')} is not allowed; {remedy}"
    if isinstance(node, exp.Column) and node.name not in columns:
        return f"no column {node.name!r}; there are: {', '.join(sorted(columns))}"
    if isinstance(node, exp.In) and not node.expressions:
        return "IN needs a list of values; write one in brackets"
    return _wrong_date(node) or _wrong_call(node)


def _wrong_call(call: exp.Expr) -> str | None:
    """Why a call of a function may not be; None where it may, and for all other nodes."""
    if not isinstance(call, exp.Anonymous):
        return None
    fewest, most = _FUNCTIONS.get(call.name.lower(), (1, 0))
    if fewest <= len(call.expressions) <= most:
        return None
    known = ", ".join(sorted(_FUNCTIONS))
    return f"no function {call.name}() of {len(call.expressions)} values; there are: {known}"


def _wrong_date(cast: exp.Expr) -> str | None:
    """Why a cast is no `DATE '2019-03-31'`, which is read as one; None where it is, as above."""
    if not isinstance(cast, exp.Cast):
        return None
    if not cast.to.is_type(exp.DataType.Type.DATE) or not cast.this.is_string:
        return "CAST is not allowed; the source declares the types"
    text = cast.this.name
    try:
        known = date.fromisoformat(text).isoformat() == text
    except ValueError:
        known = False
    return None if known else f"{text!r} is no date; write one as DATE '2019-03-31'"


def _in_duckdb(tree: exp.Expr) -> exp.Expr:
    """A formula that may be used, its columns quoted and its date functions written out."""
    root = exp.Paren(this=tree)
    for node in reversed([*tree.walk()]):  # what is inner first: functions stand in functions
        if isinstance(node, exp.Column):
            node.set("this", exp.to_identifier(node.name, quoted=True))
        elif isinstance(node, exp.Anonymous) and node.name.lower() in _DATE_FORMS:
            form = sqlglot.parse_one(_DATE_FORMS[node.name.lower()], read="duckdb")
            first, second = node.expressions
            node.replace(exp.replace_placeholders(form, a=first, b=second))
    written: exp.Expr = root.this
    return written
