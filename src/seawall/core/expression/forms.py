"""From sqlglot's tree to our form: a list of what passes; everything else is refused with a remedy."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from sqlglot import exp

from seawall.core.expression import functions, pattern, problems
from seawall.core.expression.remedies import (
    DIGITS_MOST,
    DIGITS_WRONG,
    ESCAPE_WRONG,
    LIKE_WRONG,
    OPERAND_MISSING,
    PATTERN_MOST,
    POSITION_WRONG,
    REMEDIES,
    REMEDY,
    TARGET_WRONG,
)
from seawall.core.expression.tree import Form, Option
from seawall.core.expression.types import INTEGER_MOST, Kind, Value
from seawall.core.problem import Kind as ProblemKind

DEPTH_MOST = 32
POSITION_MOST = 1_000_000
PARTS_MOST = 100

BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.EQ: "=",
    exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.And: "AND",
    exp.Or: "OR", exp.DPipe: "||", exp.Pow: "POWER", exp.Nullif: "NULLIF",
    exp.StartsWith: "STARTS_WITH", exp.EndsWith: "ENDS_WITH", exp.Contains: "CONTAINS",
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
KINDS: dict[exp.DType, Kind] = {
    exp.DType.BOOLEAN: "boolean", exp.DType.INT: "integer", exp.DType.BIGINT: "integer",
    exp.DType.DOUBLE: "number", exp.DType.TEXT: "text", exp.DType.VARCHAR: "text",
    exp.DType.DATE: "date", exp.DType.TIMESTAMP: "timestamp", exp.DType.TIMESTAMPNTZ: "timestamp",
}  # fmt: skip
HARMLESS = frozenset({"typed", "safe", "ignore_nulls", "nested", "date_part_boundary", "action"})
"""Arguments by which sqlglot remembers what DuckDB does; the operator table says what we do."""

LENGTH_NUMERAL = 20


class Unreadable(Exception):
    """Raised inside this module only: one piece of the text that does not pass."""

    def __init__(self, kind: ProblemKind, at: tuple[int, int], **facts: object) -> None:
        self.kind, self.at, self.facts = kind, at, facts
        super().__init__(kind.code)


def unreadable(why: tuple[str, str], at: tuple[int, int] = (1, 1)) -> Unreadable:
    """Something is not written as an expression is; why, in English and Chinese."""
    return Unreadable(problems.UNREADABLE, at, why=why[0], why_zh=why[1])


def too_large(
    what: tuple[str, str], found: int, limit: int, at: tuple[int, int] = (1, 1)
) -> Unreadable:
    """Something, named in English and Chinese, exceeds a limit."""
    facts: dict[str, object] = {"what": what[0], "what_zh": what[1], "found": found}
    return Unreadable(problems.TOO_LARGE, at, **facts, limit=limit)


def form(tree: exp.Expr | None, depth: int = 0) -> Form:
    """The form of a parsed tree.

    Raises:
        Unreadable: something in it is not part of the language.
    """
    while isinstance(tree, exp.Paren):
        _only(tree, "this")
        tree = tree.this
    if not isinstance(tree, exp.Expr):
        raise unreadable(OPERAND_MISSING)
    if depth > DEPTH_MOST:
        raise too_large(("its depth", "嵌套深度"), depth, DEPTH_MOST, _at(tree))
    reader = READERS.get(type(tree))
    if reader is None:
        raise _refused(tree)
    return reader(tree, depth + 1)


def _refused(tree: exp.Expr) -> Unreadable:
    kind = type(tree).__name__
    remedy, remedy_zh = REMEDIES.get(kind, REMEDY)
    what = tree.name if isinstance(tree, exp.Anonymous) else kind
    facts = {"what": what, "remedy": remedy, "remedy_zh": remedy_zh}
    return Unreadable(problems.NOT_IN_LANGUAGE, _at(tree), **facts)


def _at(tree: exp.Expr) -> tuple[int, int]:
    """Where a tree starts: sqlglot keeps places of names, constants and functions."""
    found = [at for node in tree.walk() if (at := _at_own(node))]
    return min(found, default=(1, 1))


def _at_own(tree: exp.Expr) -> tuple[int, int] | None:
    meta = tree.meta
    if "line" not in meta:
        return None
    return int(meta["line"]), max(1, int(meta["col"] - (meta["end"] - meta["start"])))


def _only(tree: exp.Expr, *known: str) -> None:
    """Refuses a tree that carries anything beyond what its reader looks at."""
    if any(value for key, value in tree.args.items() if key not in known and key not in HARMLESS):
        raise _refused(tree)


def _call(tree: exp.Expr, operator: str, *arguments: Form, option: Option = None) -> Form:
    at = _at_own(tree) or (arguments[0].at if arguments else (1, 1))
    if len(arguments) > PARTS_MOST and operator not in ("AND", "OR", "IN"):
        what = (f"the number of parts of {operator}", f"{operator} 的项数")
        raise too_large(what, len(arguments), PARTS_MOST, at)
    return Form(operator, arguments, option, at=at)


def _chain(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The terms of a AND b AND c, which sqlglot nests to the left; no recursion, however long."""
    later = []
    inner = tree
    while type(inner) is type(tree):
        _only(inner, "this", "expression")
        later.append(inner.args.get("expression"))
        inner = inner.this
    yield inner
    yield from reversed(later)


def _binary(tree: exp.Expr, depth: int) -> Form:
    if isinstance(tree, (exp.And, exp.Or)):
        terms = tuple(form(term, depth) for term in _chain(tree))
        return _call(tree, BINARY[type(tree)], *terms)
    _only(tree, "this", "expression")
    left, right = form(tree.this, depth), form(tree.args.get("expression"), depth)
    return _call(tree, BINARY[type(tree)], left, right)


def _unary(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this")
    return _call(tree, UNARY[type(tree)], form(tree.this, depth))


def _list(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expressions")
    given = [tree.this, *tree.expressions]
    return _call(tree, LISTS[type(tree)], *(form(item, depth) for item in given))


def _called(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expressions")
    if str(tree.this).upper() not in CALLED:
        raise _refused(tree)
    return _call(tree, str(tree.this).upper(), *(form(item, depth) for item in tree.expressions))


def _name(tree: exp.Expr, _depth: int) -> Form:
    _only(tree, "this")
    if not isinstance(tree.this, exp.Identifier):
        raise _refused(tree)
    return Form("name", option=str(tree.this.this), at=_at_own(tree.this) or (1, 1))


def _constant(tree: exp.Expr, value: Value, kind: Kind) -> Form:
    return Form("constant", (), value, kind, _at_own(tree) or _at(tree))


def _literal(tree: exp.Expr, _depth: int) -> Form:
    text = str(tree.this)
    if tree.is_string:
        return _constant(tree, text, "text")
    return _numeral(tree, text)


def _numeral(tree: exp.Expr, text: str) -> Form:
    digits = text.lstrip("-")
    if digits.isascii() and digits.isdigit():
        value = int(text) if len(digits) <= LENGTH_NUMERAL else INTEGER_MOST + 1
        found = functions.read_integer(value)
        if found is not None:
            return _constant(tree, found, "integer")
        raise _invalid(tree, text, "integer")
    number = functions.number_of_text(text)
    if number is None:
        raise _invalid(tree, text, "number")
    return _constant(tree, number, "number")


def _invalid(tree: exp.Expr, text: str, kind: str) -> Unreadable:
    return Unreadable(problems.CONSTANT_OUT_OF_RANGE, _at(tree), constant=text[:40], type=kind)


def _negative(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this")
    inner = tree.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Literal) and not inner.is_string:
        return _numeral(tree, f"-{inner.this}")
    return _call(tree, "-a", form(tree.this, depth))


def _boolean(tree: exp.Expr, _depth: int) -> Form:
    return _constant(tree, bool(tree.this), "boolean")


def _null(tree: exp.Expr, _depth: int) -> Form:
    return _constant(tree, None, "null")


def _is(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expression")
    what = tree.args.get("expression")
    if isinstance(what, exp.Null):
        return _call(tree, "IS NULL", form(tree.this, depth))
    if isinstance(what, exp.Boolean):
        return _call(tree, "IS TRUE" if what.this else "IS FALSE", form(tree.this, depth))
    raise _refused(tree)


def _between(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "low", "high")
    parts = (tree.this, tree.args.get("low"), tree.args.get("high"))
    return _call(tree, "BETWEEN", *(form(part, depth) for part in parts))


def _in(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expressions")
    if not tree.expressions:
        raise _refused(tree)
    return _call(tree, "IN", *(form(part, depth) for part in (tree.this, *tree.expressions)))


def _case(tree: exp.Expr, depth: int) -> Form:
    """Arguments: the subject, if any; condition, result, condition, result, …; else."""
    _only(tree, "this", "ifs", "default")
    parts = [form(tree.this, depth)] if tree.this else []
    for branch in tree.args.get("ifs") or ():
        _only(branch, "this", "true")
        parts += (form(branch.this, depth), form(branch.args.get("true"), depth))
    default = tree.args.get("default")
    parts.append(form(default, depth) if default else Form("constant", at=parts[0].at))
    return _call(tree, "CASE", *parts, option=bool(tree.this))


def _if(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "true", "false")
    default = tree.args.get("false")
    otherwise = form(default, depth) if default else Form("constant", at=_at(tree))
    return _call(
        tree,
        "CASE",
        form(tree.this, depth),
        form(tree.args.get("true"), depth),
        otherwise,
        option=False,
    )


def _like(tree: exp.Expr, depth: int) -> Form:
    like, escape = (
        (tree.this, tree.args.get("expression")) if isinstance(tree, exp.Escape) else (tree, None)
    )
    if not isinstance(like, exp.Like):
        raise _refused(like)
    _only(like, "this", "expression", "negate")
    sign = _text(escape) if escape is not None else None
    text = _text(like.args.get("expression"))
    if text is None or len(text) > PATTERN_MOST or (escape is not None and len(sign or "") != 1):
        raise _option(like, "LIKE", LIKE_WRONG, "a LIKE 'pattern' [ESCAPE '!']")
    found = pattern.parsed(text, sign)
    if found is None:
        raise _option(like, "LIKE", ESCAPE_WRONG, "a LIKE '50!%' ESCAPE '!'")
    call = _call(tree, "LIKE", form(like.this, depth), option=found)
    return Form("NOT", (call,), at=call.at) if like.args.get("negate") else call


def _text(tree: exp.Expr | None) -> str | None:
    return str(tree.this) if isinstance(tree, exp.Literal) and tree.is_string else None


def _option(tree: exp.Expr, operator: str, why: tuple[str, str], remedy: str) -> Unreadable:
    facts = {"operator": operator, "why": why[0], "why_zh": why[1], "remedy": remedy}
    return Unreadable(problems.OPTION_INVALID, _at(tree), **facts)


def _whole_number(tree: exp.Expr | None, depth: int) -> int | None:
    """An integer that was written down; None for anything else."""
    found = form(tree, depth) if isinstance(tree, (exp.Literal, exp.Neg)) else None
    value = found.option if found and found.kind == "integer" else None
    return value if isinstance(value, int) else None


def _round(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "decimals")
    given = tree.args.get("decimals")
    digits = _whole_number(given, depth) if given else 0
    if digits is None or abs(digits) > DIGITS_MOST:
        raise _option(tree, "ROUND", DIGITS_WRONG, "ROUND(a, 2)")
    return _call(tree, "ROUND", form(tree.this, depth), option=digits)


def _substring(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "start", "length")
    start = _whole_number(tree.args.get("start"), depth)
    length = _whole_number(tree.args.get("length"), depth)
    if not (start and length is not None and 1 <= start <= POSITION_MOST):
        raise _option(tree, "SUBSTRING", POSITION_WRONG, "SUBSTRING(a, 1, 6)")
    if not 0 <= length <= POSITION_MOST:
        raise _option(tree, "SUBSTRING", POSITION_WRONG, "SUBSTRING(a, 1, 6)")
    return _call(tree, "SUBSTRING", form(tree.this, depth), option=(start, length))


def _log(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expression")
    value = tree.args.get("expression")
    if value is None or not isinstance(tree.this, exp.Literal) or tree.this.this != "10":
        raise _refused(tree)
    return _call(tree, "LOG10", form(value, depth))


def _kind(wanted: object) -> Kind | None:
    """The kind a type's name stands for; a type with parameters is none of ours."""
    if not isinstance(wanted, exp.DataType) or wanted.expressions:
        return None
    return KINDS.get(wanted.this)


def _target(tree: exp.Expr) -> Kind:
    kind = _kind(tree.args.get("to"))
    if kind is None:
        raise _option(tree, "TRY_CAST", TARGET_WRONG, "TRY_CAST(a AS DOUBLE)")
    return kind


def _try_cast(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "to")
    return _call(tree, "TRY_CAST", form(tree.this, depth), option=_target(tree))


def _cast(tree: exp.Expr, _depth: int) -> Form:
    """A date or time that was written down; any other CAST is refused."""
    _only(tree, "this", "to")
    text, kind = _text(tree.this), _kind(tree.args.get("to"))
    if text is None or kind not in ("date", "timestamp"):
        raise _refused(tree)
    read = functions.date_of_text if kind == "date" else functions.timestamp_of_text
    value: date | datetime | None = read(text)
    if value is None:
        raise _invalid(tree, text, kind)
    return _constant(tree, value, kind)


READERS: dict[type[exp.Expr], Callable[[exp.Expr, int], Form]] = {
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(UNARY, _unary),
    **dict.fromkeys(LISTS, _list),
    exp.Anonymous: _called,
    exp.Column: _name,
    exp.Literal: _literal,
    exp.Neg: _negative,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.If: _if,
    exp.Like: _like,
    exp.Escape: _like,
    exp.Round: _round,
    exp.Substring: _substring,
    exp.Log: _log,
    exp.TryCast: _try_cast,
    exp.Cast: _cast,
}
