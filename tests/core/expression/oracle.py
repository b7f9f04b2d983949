"""How sqlglot reads a text of the language as DuckDB's: what our own reader is compared with."""

from collections.abc import Callable
from datetime import date, datetime

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from seawall.core.expression import functions, pattern
from seawall.core.expression.tree import Form, Option
from seawall.core.expression.types import Kind
from seawall.core.expression.words import KINDS

BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.EQ: "=",
    exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.DPipe: "||",
    exp.Pow: "POWER", exp.Nullif: "NULLIF", exp.StartsWith: "STARTS_WITH",
    exp.EndsWith: "ENDS_WITH", exp.Contains: "CONTAINS",
}  # fmt: skip
UNARY: dict[type[exp.Expr], str] = {
    exp.Not: "NOT", exp.Abs: "ABS", exp.Sign: "SIGN", exp.Floor: "FLOOR", exp.Ceil: "CEIL",
    exp.Sqrt: "SQRT", exp.Ln: "LN", exp.Exp: "EXP", exp.Lower: "LOWER", exp.Upper: "UPPER",
    exp.Trim: "TRIM", exp.Length: "LENGTH", exp.Year: "YEAR", exp.Month: "MONTH", exp.Day: "DAY",
    exp.DayOfWeekIso: "ISODOW", exp.Hour: "HOUR", exp.Minute: "MINUTE",
}  # fmt: skip
LISTS: dict[type[exp.Expr], str] = {
    exp.Coalesce: "COALESCE", exp.Least: "LEAST", exp.Greatest: "GREATEST",
}  # fmt: skip
CALLED = ("WHOLE_MONTHS", "WHOLE_YEARS", "SECONDS_BETWEEN")
TYPES = {"INT": "INTEGER", "TIMESTAMPNTZ": "TIMESTAMP"}
NULL = Form("constant")


class Foreign(Exception):
    """The text is not of the language, or sqlglot does not read it."""


def read(text: str) -> Form:
    """The form of a text; places are left out."""
    try:
        tree = DuckDB().parser(error_level=sqlglot.ErrorLevel.IMMEDIATE)
        (found,) = tree.parse_into(exp.Condition, DuckDB().tokenize(text), text)
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        raise Foreign(str(error)) from error
    return form(found)


def form(tree: object) -> Form:
    while isinstance(tree, exp.Paren):
        tree = tree.this
    if not isinstance(tree, exp.Expr) or type(tree) not in READERS:
        raise Foreign(type(tree).__name__)
    return READERS[type(tree)](tree)


def call(operator: str, *parts: object, option: Option = None) -> Form:
    return Form(operator, tuple(map(form, parts)), option)


def chain(tree: exp.Expr) -> Form:
    terms, inner = [], tree
    while type(inner) is type(tree):
        terms.append(inner.args["expression"])
        inner = inner.this
    return call(type(tree).__name__.upper(), inner, *reversed(terms))


def name(tree: exp.Expr) -> Form:
    if not isinstance(tree.this, exp.Identifier) or tree.args.get("table"):
        raise Foreign(tree.sql())
    return Form("name", option=str(tree.this.this))


def literal(tree: exp.Expr, sign: str = "") -> Form:
    text = str(tree.this)
    if tree.is_string:
        return Form("constant", option=text, kind="text")
    if text.isdigit():
        value = functions.read_integer(int(f"{sign}{text}"))
        kind: Kind = "integer"
        found: Option = value
    else:
        found, kind = functions.number_of_text(f"{sign}{text}"), "number"
    if found is None:
        raise Foreign(text)
    return Form("constant", option=found, kind=kind)


def negative(tree: exp.Expr) -> Form:
    inner = tree.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Literal) and not inner.is_string:
        return literal(inner, "-")
    return call("-a", tree.this)


def is_(tree: exp.Expr) -> Form:
    what = tree.args.get("expression")
    if isinstance(what, exp.Null):
        return call("IS NULL", tree.this)
    if not isinstance(what, exp.Boolean):
        raise Foreign(tree.sql())
    return call("IS TRUE" if what.this else "IS FALSE", tree.this)


def in_(tree: exp.Expr) -> Form:
    if not tree.expressions:
        raise Foreign(tree.sql())
    return call("IN", tree.this, *tree.expressions)


def case(tree: exp.Expr) -> Form:
    parts = [form(tree.this)] if tree.this else []
    for branch in tree.args["ifs"]:
        parts += (form(branch.this), form(branch.args["true"]))
    default = tree.args.get("default")
    parts.append(form(default) if default else NULL)
    return Form("CASE", tuple(parts), bool(tree.this))


def if_(tree: exp.Expr) -> Form:
    default = tree.args.get("false")
    parts = (form(tree.this), form(tree.args["true"]), form(default) if default else NULL)
    return Form("CASE", parts, option=False)


def like(tree: exp.Expr) -> Form:
    escape = tree.args["expression"] if isinstance(tree, exp.Escape) else None
    inner = tree.this if escape is not None else tree
    if not isinstance(inner, exp.Like) or not inner.args["expression"].is_string:
        raise Foreign(tree.sql())
    sign = str(escape.this) if escape is not None else None
    found = pattern.parsed(str(inner.args["expression"].this), sign)
    if found is None:
        raise Foreign(tree.sql())
    made = call("LIKE", inner.this, option=found)
    return Form("NOT", (made,)) if inner.args.get("negate") else made


def whole_number(tree: exp.Expr | None) -> int:
    value = form(tree).option
    if type(value) is not int:
        raise Foreign(str(tree))
    return value


def round_(tree: exp.Expr) -> Form:
    given = tree.args.get("decimals")
    return call("ROUND", tree.this, option=whole_number(given) if given else 0)


def substring(tree: exp.Expr) -> Form:
    option = (whole_number(tree.args.get("start")), whole_number(tree.args.get("length")))
    return call("SUBSTRING", tree.this, option=option)


def log(tree: exp.Expr) -> Form:
    if str(tree.this) != "10":
        raise Foreign(tree.sql())
    return call("LOG10", tree.args.get("expression"))


def kind_of(tree: exp.Expr) -> Kind:
    written = tree.args["to"].this.name
    kind = KINDS.get(TYPES.get(written, written))
    if kind is None:
        raise Foreign(tree.sql())
    return kind


def cast(tree: exp.Expr) -> Form:
    kind, text = kind_of(tree), str(tree.this.this)
    if not tree.this.is_string or kind not in ("date", "timestamp"):
        raise Foreign(tree.sql())
    read_ = functions.date_of_text if kind == "date" else functions.timestamp_of_text
    value: date | datetime | None = read_(text)
    if value is None:
        raise Foreign(tree.sql())
    return Form("constant", option=value, kind=kind)


def called(tree: exp.Expr) -> Form:
    if str(tree.this).upper() not in CALLED:
        raise Foreign(tree.sql())
    return call(str(tree.this).upper(), *tree.expressions)


def binary(tree: exp.Expr) -> Form:
    return call(BINARY[type(tree)], tree.this, tree.args.get("expression"))


READERS: dict[type[exp.Expr], Callable[[exp.Expr], Form]] = {
    **dict.fromkeys(BINARY, binary),
    **dict.fromkeys(UNARY, lambda tree: call(UNARY[type(tree)], tree.this)),
    **dict.fromkeys(LISTS, lambda tree: call(LISTS[type(tree)], tree.this, *tree.expressions)),
    **dict.fromkeys((exp.And, exp.Or), chain),
    **dict.fromkeys((exp.Like, exp.Escape), like),
    exp.Anonymous: called,
    exp.Column: name,
    exp.Literal: literal,
    exp.Neg: negative,
    exp.Boolean: lambda tree: Form("constant", option=bool(tree.this), kind="boolean"),
    exp.Null: lambda _: NULL,
    exp.Is: is_,
    exp.Between: lambda tree: call("BETWEEN", tree.this, tree.args["low"], tree.args["high"]),
    exp.In: in_,
    exp.Case: case,
    exp.If: if_,
    exp.Round: round_,
    exp.Substring: substring,
    exp.Log: log,
    exp.TryCast: lambda tree: call("TRY_CAST", tree.this, option=kind_of(tree)),
    exp.Cast: cast,
}
