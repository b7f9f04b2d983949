"""Formulas of a mapping: scalar SQL expressions over a source's columns, nothing else.

A formula may use arithmetic, comparison, logic, CASE, COALESCE, NULLIF, LEAST, GREATEST, ROUND,
ABS, text joins, dates (`DATE '2019-03-31'`), and over dates `add_months(d, n)`, `add_days(d, n)`
and `days_between(a, b)`. It cannot read files, call other functions or look at other rows.
"""

import re

import sqlglot
from sqlglot import exp

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Neg,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Concat,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.Like,
    exp.And, exp.Or, exp.Not, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Least, exp.Greatest,
    exp.Round, exp.Abs, exp.Upper, exp.Lower, exp.Trim, exp.Anonymous, exp.Tuple,
    exp.AddMonths, exp.Cast, exp.DataType,
)  # fmt: skip
_LENGTH_MOST = 2_000


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
    tree = _tree(formula)
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise UnableToUseFormula(formula, f"{node.key.upper()} is not allowed in a formula")
    if any(not _is_date_literal(cast) for cast in tree.find_all(exp.Cast)):
        raise UnableToUseFormula(formula, "CAST is not allowed; the source declares the types")
    for column in tree.find_all(exp.Column):
        if column.name not in columns:
            known = ", ".join(sorted(columns))
            raise UnableToUseFormula(formula, f"no column {column.name!r}; there are: {known}")
        column.set("this", exp.to_identifier(column.name, quoted=True))
    return tree.transform(_function, formula).sql(dialect="duckdb")


def _is_date_literal(cast: exp.Cast) -> bool:
    return isinstance(cast.this, exp.Literal) and cast.to.is_type(exp.DataType.Type.DATE)


def _tree(formula: str) -> exp.Expr:
    if len(formula) > _LENGTH_MOST:
        raise UnableToUseFormula(formula[:40] + "…", f"longer than {_LENGTH_MOST} characters")
    try:
        return sqlglot.parse_one(formula, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        why = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
        raise UnableToUseFormula(formula, why) from None


def _function(node: exp.Expr, formula: str) -> exp.Expr:
    """Our date functions in terms of DuckDB's; any other unknown function is refused."""
    if isinstance(node, exp.AddMonths):
        return _parsed(f"CAST({node.this.sql('duckdb')} + TO_MONTHS(CAST("
                       f"{node.expression.sql('duckdb')} AS INTEGER)) AS DATE)")  # fmt: skip
    if not isinstance(node, exp.Anonymous):
        return node
    name, given = str(node.this).lower(), [each.sql("duckdb") for each in node.expressions]
    forms = {
        ("add_months", 2): "CAST({0} + TO_MONTHS(CAST({1} AS INTEGER)) AS DATE)",
        ("add_days", 2): "(CAST({0} AS DATE) + CAST({1} AS INTEGER))",
        ("days_between", 2): "DATE_DIFF('day', CAST({0} AS DATE), CAST({1} AS DATE))",
    }
    form = forms.get((name, len(given)))
    if form is None:
        raise UnableToUseFormula(formula, f"no function {name}() of {len(given)} values")
    return _parsed(form.format(*given))


def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read="duckdb")
