"""From sqlglot's tree to our form: a list of what passes; everything else is refused with a remedy."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from sqlglot import exp

from seawall.core.expression import functions, pattern, problems
from seawall.core.expression.tree import Form, Option
from seawall.core.expression.types import INTEGER_MOST, Kind, Value
from seawall.core.problem import Kind as ProblemKind

DEPTH_MOST = 32
PATTERN_MOST = 200
DIGITS_MOST = 15
POSITION_MOST = 1_000_000

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
HARMLESS = frozenset(
    {"typed", "safe", "ignore_nulls", "nested", "date_part_boundary", "action"}
)
"""Arguments by which sqlglot remembers what DuckDB does; the operator table says what we do."""

REMEDIES: dict[str, tuple[str, str]] = {
    "Cast": ("Use TRY_CAST(a AS type), which gives NULL instead of an error.",
             "请用 TRY_CAST(a AS 类型)，失败时为 NULL。"),
    "Concat": ("Use a || b; CONCAT treats NULL differently from engine to engine.",
               "请用 a || b；CONCAT 对 NULL 的处理因引擎而异。"),
    "IntDiv": ("Use FLOOR(a / b).", "请用 FLOOR(a / b)。"),
    "Log": ("Use LN(a) or LOG10(a).", "请用 LN(a) 或 LOG10(a)。"),
    "ILike": ("Use LOWER(a) LIKE 'pattern'.", "请用 LOWER(a) LIKE '模式'。"),
    "Extract": ("Use YEAR(a), MONTH(a), DAY(a), HOUR(a) or MINUTE(a).",
                "请用 YEAR(a)、MONTH(a)、DAY(a)、HOUR(a) 或 MINUTE(a)。"),
    "DateDiff": ("Use to - from for days, WHOLE_MONTHS(from, to) or WHOLE_YEARS(from, to).",
                 "天数请用 to - from，另有 WHOLE_MONTHS(from, to)、WHOLE_YEARS(from, to)。"),
    "Interval": ("Add days as an integer: opened_on + 30.", "请以整数加天数：opened_on + 30。"),
    "Column": ("Name the input alone, without a table.", "请只写输入名，不带表名。"),
    "CurrentDate": ("Declare the date as an input; an expression knows no clock.",
                    "请把日期声明为输入；表达式不读时钟。"),
    "CurrentTimestamp": ("Declare the time as an input; an expression knows no clock.",
                         "请把时间声明为输入；表达式不读时钟。"),
}  # fmt: skip
REMEDY = (
    "Use the operators and functions of docs/expression.md; windows and aggregates are features, "
    "declared in the policy.",
    "请使用 docs/expression.md 中的运算符和函数；窗口与聚合须作为特征在策略中声明。",
)
LENGTH_NUMERAL = 20
LIKE_WRONG = ("the pattern and the escape character must be written down, the pattern with at most "
              f"{PATTERN_MOST} characters, the escape as one",
              f"模式与转义字符须直接写明，模式最多 {PATTERN_MOST} 个字符，转义为一个字符")
ESCAPE_WRONG = ("the escape character must stand before %, _ or itself", "转义字符须位于 %、_ 或其自身之前")
DIGITS_WRONG = (f"the digits must be written down, -{DIGITS_MOST} to {DIGITS_MOST}",
                f"位数须直接写明，-{DIGITS_MOST} 至 {DIGITS_MOST}")
POSITION_WRONG = ("start (from 1) and length (from 0) must be written down",
                  "起点（从 1 起）和长度（从 0 起）须直接写明")
TARGET_WRONG = ("the type must be BOOLEAN, INTEGER, DOUBLE, TEXT, DATE or TIMESTAMP",
                "类型须为 BOOLEAN、INTEGER、DOUBLE、TEXT、DATE 或 TIMESTAMP")


class Unreadable(Exception):
    """Raised inside this module only: one piece of the text that does not pass."""

    def __init__(self, kind: ProblemKind, at: tuple[int, int], **facts: object) -> None:
        self.kind, self.at, self.facts = kind, at, facts
        super().__init__(kind.code)


def form(tree: exp.Expr, depth: int = 0) -> Form:
    """The form of a parsed tree.

    Raises:
        Unreadable: something in it is not part of the language.
    """
    while isinstance(tree, exp.Paren):
        _only(tree, "this")
        tree = tree.this
    if depth > DEPTH_MOST:
        facts = {"what": "its depth", "what_zh": "嵌套深度", "found": depth, "limit": DEPTH_MOST}
        raise Unreadable(problems.TOO_LARGE, _at(tree), **facts)
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
    """Where a tree starts: sqlglot keeps places of names and constants only."""
    found = []
    for node in tree.walk():
        if node.meta.get("line"):
            size = node.meta["end"] - node.meta["start"]
            found.append((int(node.meta["line"]), max(1, int(node.meta["col"] - size))))
    return min(found, default=(1, 1))


def _only(tree: exp.Expr, *known: str) -> None:
    """Refuses a tree that carries anything beyond what its reader looks at."""
    if any(value for key, value in tree.args.items() if key not in known and key not in HARMLESS):
        raise _refused(tree)


def _call(tree: exp.Expr, operator: str, *arguments: Form, option: Option = None) -> Form:
    at = arguments[0].at if arguments else _at(tree)
    return Form(operator, arguments, option, at=at)


def _chain(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The terms of a AND b AND c, which sqlglot nests to the left; no recursion, however long."""
    later = []
    inner = tree
    while type(inner) is type(tree):
        _only(inner, "this", "expression")
        later.append(inner.args["expression"])
        inner = inner.this
    yield inner
    yield from reversed(later)


def _binary(tree: exp.Expr, depth: int) -> Form:
    if isinstance(tree, (exp.And, exp.Or)):
        terms = tuple(form(term, depth) for term in _chain(tree))
        return _call(tree, BINARY[type(tree)], *terms)
    _only(tree, "this", "expression")
    left, right = form(tree.this, depth), form(tree.args["expression"], depth)
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
    return Form("name", option=str(tree.this.this), at=_at(tree))


def _constant(tree: exp.Expr, value: Value, kind: Kind) -> Form:
    return Form("constant", (), value, kind, _at(tree))


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
    return Unreadable(problems.CONSTANT_OUT_OF_RANGE, _at(tree), constant=text[:40], kind=kind)


def _negative(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this")
    if isinstance(tree.this, exp.Literal) and not tree.this.is_string:
        return _numeral(tree, f"-{tree.this.this}")
    return _call(tree, "-a", form(tree.this, depth))


def _boolean(tree: exp.Expr, _depth: int) -> Form:
    return _constant(tree, bool(tree.this), "boolean")


def _null(tree: exp.Expr, _depth: int) -> Form:
    return _constant(tree, None, "null")


def _is(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expression")
    what = tree.args["expression"]
    if isinstance(what, exp.Null):
        return _call(tree, "IS NULL", form(tree.this, depth))
    if isinstance(what, exp.Boolean):
        return _call(tree, "IS TRUE" if what.this else "IS FALSE", form(tree.this, depth))
    raise _refused(tree)


def _between(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "low", "high")
    parts = (tree.this, tree.args["low"], tree.args["high"])
    return _call(tree, "BETWEEN", *(form(part, depth) for part in parts))


def _in(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "expressions")
    if not tree.expressions:
        raise _refused(tree)
    return _call(tree, "IN", *(form(part, depth) for part in (tree.this, *tree.expressions)))


def _case(tree: exp.Expr, depth: int) -> Form:
    """Arguments: condition, result, condition, result, …, else; a simple CASE becomes searched."""
    _only(tree, "this", "ifs", "default")
    subject = form(tree.this, depth) if tree.this else None
    parts = []
    for branch in tree.args["ifs"]:
        _only(branch, "this", "true")
        when = form(branch.this, depth)
        parts.append(Form("=", (subject, when), at=when.at) if subject else when)
        parts.append(form(branch.args["true"], depth))
    default = tree.args.get("default")
    parts.append(form(default, depth) if default else Form("constant", at=parts[0].at))
    return _call(tree, "CASE", *parts)


def _if(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "true", "false")
    default = tree.args.get("false")
    otherwise = form(default, depth) if default else Form("constant", at=_at(tree))
    return _call(tree, "CASE", form(tree.this, depth), form(tree.args["true"], depth), otherwise)


def _like(tree: exp.Expr, depth: int) -> Form:
    like, escape = (tree.this, tree.args["expression"]) if isinstance(tree, exp.Escape) else (tree, None)
    if not isinstance(like, exp.Like):
        raise _refused(like)
    _only(like, "this", "expression", "negate")
    sign = _text(escape) if escape is not None else None
    text = _text(like.args["expression"])
    if text is None or len(text) > PATTERN_MOST or (escape is not None and len(sign or "") != 1):
        raise _option(like, "LIKE", LIKE_WRONG, "a LIKE 'pattern' [ESCAPE '!']")
    found = pattern.parsed(text, sign)
    if found is None:
        raise _option(like, "LIKE", ESCAPE_WRONG, "a LIKE '50!%' ESCAPE '!'")
    call = _call(tree, "LIKE", form(like.this, depth), option=found)
    return Form("NOT", (call,), at=call.at) if like.args.get("negate") else call


def _text(tree: exp.Expr) -> str | None:
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


def _target(tree: exp.Expr) -> Kind:
    wanted = tree.args["to"]
    kind = KINDS.get(wanted.this) if isinstance(wanted, exp.DataType) else None
    if kind is None or wanted.expressions:
        raise _option(tree, "TRY_CAST", TARGET_WRONG, "TRY_CAST(a AS DOUBLE)")
    return kind


def _try_cast(tree: exp.Expr, depth: int) -> Form:
    _only(tree, "this", "to")
    return _call(tree, "TRY_CAST", form(tree.this, depth), option=_target(tree))


def _cast(tree: exp.Expr, _depth: int) -> Form:
    """A date or time that was written down; any other CAST is refused."""
    _only(tree, "this", "to")
    text, kind = _text(tree.this), KINDS.get(tree.args["to"].this)
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
