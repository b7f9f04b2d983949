"""From tokens to form: the one reader of the language, which reads as DuckDB would.

Operators are read by how tightly they bind (Pratt 1973), loosest first: OR, AND, NOT, `=` with IS,
`<`, BETWEEN with IN and LIKE, `||`, `+`, `*`, `**`, the minus before an operand.

Nothing that a stranger writes may hang or break the reader: size is counted before it, no token is
looked at twice, and brackets and levels are bounded far below Python's own limit.
"""

from collections.abc import Callable
from datetime import date, datetime

from seawall.core.expression import functions, pattern, remedies
from seawall.core.expression.refusals import (
    At,
    Unreadable,
    invalid,
    option_wrong,
    refused,
    stray,
    too_large,
    unreadable,
)
from seawall.core.expression.tokens import END, Tokens, tokens, upper
from seawall.core.expression.tree import Form, Option
from seawall.core.expression.types import INTEGER_LEAST, INTEGER_MOST, NUMBER_MOST, Kind
from seawall.core.expression.words import (
    CONSTANTS,
    EQUAL,
    FUNCTIONS,
    INFIX,
    JOIN,
    KINDS,
    OR,
    QUERIES,
    REFUSED,
    SIGNED,
)
from seawall.core.problem import Place, Problem

NESTING_MOST = 20
DEPTH_MOST = 32
PARTS_MOST = 100
POSITION_MOST = 1_000_000
DIGITS_OF_INTEGER_MOST = 20
CALLS_MOST = DEPTH_MOST + NESTING_MOST + 2
"""Every piece within a piece is a level deeper or in brackets, so this refuses nothing else does."""


def read(text: str, where: Place) -> Form | Problem:
    """The form of a text, or the first problem with it."""
    try:
        return _Reader(tokens(text)).whole()
    except Unreadable as found:
        return Problem(found.kind, moved(where, found.at), found.facts)


def moved(where: Place, at: At) -> Place:
    """A place inside a text that starts at a place."""
    line, column = at
    if where.line is None:
        return Place(where.file, line, where.row, column)
    start = where.column if isinstance(where.column, int) and line == 1 else 1
    return Place(where.file, where.line + line - 1, where.row, start + column - 1)


def _numeral(written: str, at: At) -> Form:
    text = written.replace("_", "") if "_" in written else written
    if text.isdigit() or (text[1:].isdigit() and text[0] == "-"):
        # Python itself reads no numeral of any length.
        whole = int(text) if len(text) <= DIGITS_OF_INTEGER_MOST else INTEGER_MOST + 1
        if INTEGER_LEAST <= whole <= INTEGER_MOST:
            return Form("constant", (), whole, "integer", at)
        raise invalid(text, "integer", at)
    number = float(text)
    if -NUMBER_MOST <= number <= NUMBER_MOST:
        return Form("constant", (), number, "number", at)
    raise invalid(text, "number", at)


def _moment(text: str, kind: Kind, at: At, at_text: At) -> Form:
    """A date or time that was written down."""
    read = functions.date_of_text if kind == "date" else functions.timestamp_of_text
    value: date | datetime | None = read(text)
    if value is None:
        raise invalid(text, kind, at_text)
    return Form("constant", (), value, kind, at)


def _too_deep(at: At) -> Unreadable:
    return too_large(("its depth", "嵌套深度"), DEPTH_MOST + 1, DEPTH_MOST, at)


class _Reader:
    """Reads one text, from its first token to its last."""

    def __init__(self, given: Tokens) -> None:
        self._keys, self._words, self._ats = given
        self._next = self._nesting = self._calls = 0

    def whole(self) -> Form:
        """The form of all tokens."""
        form = self._expression(OR)
        if self._keys[self._next] == ";" and self._keys[self._next + 1] == END:
            self._next += 1
        if self._keys[self._next] != END:
            raise stray(self._words[self._next], self._ats[self._next])
        if len(self._keys) > DEPTH_MOST:
            self._measure(form)
        return form

    def _measure(self, form: Form) -> None:
        level = [form]
        for _ in range(DEPTH_MOST + 1):
            level = [argument for each in level for argument in each.arguments]
        if level:
            raise _too_deep(level[0].at)

    def _expression(self, least: int) -> Form:
        """All that follows and binds at least so tightly."""
        self._calls += 1
        if self._calls > CALLS_MOST:
            raise _too_deep(self._ats[self._next])
        left = self._operand()
        keys = self._keys
        while True:
            key = keys[self._next]
            if key == "NOT":
                key = f"NOT {keys[self._next + 1]}"
            level, operator = INFIX.get(key, (0, None))
            if level < least:
                self._calls -= 1
                return left
            if operator is None:
                left = FOLLOWING.get(key, _Reader.foreign)(self, left, key)
            else:
                self._next += 1
                right = self._expression(level + 1)
                left = Form(operator, (left, right), None, "null", left.at)

    def _operand(self) -> Form:
        index = self._next
        key, at = self._keys[index], self._ats[index]
        self._next = index + 1
        if key == "name":
            after = self._keys[index + 1]
            if after == "(":
                return self._function(index)
            if after in ("text", "number"):
                return self._typed(index)
            return Form("name", (), self._words[index], "null", at)
        if key == "number":
            return _numeral(self._words[index], at)
        if key in STARTING:
            return STARTING[key](self, index)
        raise refused(key, at) if key in REFUSED else unreadable(remedies.OPERAND_MISSING, at)

    def _text(self, index: int) -> str:
        return self._words[index][1:-1].replace("''", "'")

    def _typed(self, index: int) -> Form:
        """DATE '2024-01-31'."""
        word, at = upper(self._words[index]), self._ats[index + 1]
        kind = KINDS.get(word)
        if word == "INTERVAL":
            raise refused(word, self._ats[index])
        if kind not in ("date", "timestamp") or self._keys[index + 1] != "text":
            raise stray(self._words[index + 1], at)
        self._next = index + 2
        return _moment(self._text(index + 1), kind, self._ats[index], at)

    def text(self, index: int) -> Form:
        return Form("constant", (), self._text(index), "text", self._ats[index])

    def constant(self, index: int) -> Form:
        return Form("constant", (), *CONSTANTS[self._keys[index]], self._ats[index])

    def quoted(self, index: int) -> Form:
        name = self._words[index][1:-1].replace('""', '"')
        return Form("name", (), name, "null", self._ats[index])

    def not_(self, index: int) -> Form:
        return Form("NOT", (self._expression(EQUAL),), at=self._ats[index])

    def plus(self, _index: int) -> Form:
        return self._expression(SIGNED)

    def minus(self, index: int) -> Form:
        """A minus before a numeral, in brackets or not, is part of it."""
        keys, brackets = self._keys, 0
        while keys[self._next + brackets] == "(" and brackets < NESTING_MOST:
            brackets += 1
        number = self._next + brackets
        end = number + 1 + brackets
        if keys[number] == "number" and keys[number + 1 : end] == [")"] * brackets:
            self._next = end
            return _numeral(f"-{self._words[number]}", self._ats[index])
        return Form("-a", (self._expression(SIGNED),), at=self._ats[index])

    def bracket(self, index: int) -> Form:
        self._enter(index)
        form = self._expression(OR)
        if self._keys[self._next] == ",":
            raise refused("(a, b)", self._ats[index])
        self._leave(")")
        return form

    def _enter(self, index: int) -> None:
        """Into brackets or a CASE that open at an index."""
        self._nesting += 1
        if self._nesting > NESTING_MOST:
            what = ("its nesting", "嵌套层数")
            raise too_large(what, NESTING_MOST + 1, NESTING_MOST, self._ats[index])
        if self._keys[index + 1] in QUERIES:
            raise refused(self._keys[index + 1], self._ats[index + 1])

    def _leave(self, closing: str) -> None:
        self._expect(closing)
        self._nesting -= 1

    def _expect(self, key: str) -> None:
        if self._keys[self._next] != key:
            raise unreadable(remedies.missing(key), self._ats[self._next])
        self._next += 1

    def _listed(self, index: int, between: tuple[str, ...] = (",",)) -> tuple[Form, ...]:
        """What stands in the brackets that open at an index."""
        self._enter(index)
        self._next = index + 1
        closing = ")" if self._keys[index] == "(" else "]"
        forms = []
        if self._keys[self._next] != closing:
            forms.append(self._expression(OR))
            while self._keys[self._next] in between:
                self._next += 1
                forms.append(self._expression(OR))
        self._leave(closing)
        return tuple(forms)

    def _call(self, operator: str, arguments: tuple[Form, ...], at: At, option: Option) -> Form:
        if len(arguments) > PARTS_MOST:
            what = (f"the number of parts of {operator}", f"{operator} 的项数")
            raise too_large(what, len(arguments), PARTS_MOST, at)
        return Form(operator, arguments, option, "null", at)

    def _function(self, index: int) -> Form:
        name, at = upper(self._words[index]), self._ats[index]
        operator = FUNCTIONS.get(name)
        if operator is not None:
            return self._call(operator, self._listed(index + 1), at, None)
        if name in SPECIAL:
            return SPECIAL[name](self, index)
        raise refused(name, at)

    def round(self, index: int) -> Form:
        given, at = self._listed(index + 1), self._ats[index]
        value = given[1].option if len(given) == 2 and given[1].kind == "integer" else None  # noqa: PLR2004 - a and its digits
        digits = 0 if len(given) == 1 else value
        if not isinstance(digits, int) or abs(digits) > remedies.DIGITS_MOST:
            raise option_wrong("ROUND", remedies.DIGITS_WRONG, "ROUND(a, 2)", at)
        return Form("ROUND", given[:1], digits, "null", at)

    def substring(self, index: int) -> Form:
        given, at = self._listed(index + 1, (",", "FROM", "FOR")), self._ats[index]
        start, length = (
            form.option if form.kind == "integer" else None for form in (*given, NULL, NULL)[1:3]
        )
        if (
            len(given) != 3  # noqa: PLR2004 - a, start and length
            or not (isinstance(start, int) and isinstance(length, int))
            or not (1 <= start <= POSITION_MOST and 0 <= length <= POSITION_MOST)
        ):
            raise option_wrong("SUBSTRING", remedies.POSITION_WRONG, "SUBSTRING(a, 1, 6)", at)
        return Form("SUBSTRING", given[:1], (start, length), "null", at)

    def log(self, index: int) -> Form:
        """LOG(10, a); engines differ about LOG(a)."""
        given, at = self._listed(index + 1), self._ats[index]
        if len(given) != 2 or given[0].option != 10 or given[0].kind != "integer":  # noqa: PLR2004 - base 10 and a
            raise refused("LOG", at)
        return Form("LOG10", given[1:], at=at)

    def if_(self, index: int) -> Form:
        given, at = self._listed(index + 1), self._ats[index]
        if len(given) not in (2, 3):
            raise unreadable(remedies.OPERAND_MISSING, at)
        return Form("CASE", (*given, NULL)[:3], False, "null", at)

    def cast(self, index: int) -> Form:
        """TRY_CAST; a plain CAST only of a date or time that is written down."""
        name, at = upper(self._words[index]), self._ats[index]
        self._enter(index + 1)
        self._next = index + 2
        form = self._expression(OR)
        self._expect("AS")
        kind = self._kind()
        if name == "CAST":
            return self._cast_text(form, kind, at, closing=True)
        if kind is None:
            raise option_wrong("TRY_CAST", remedies.TARGET_WRONG, "TRY_CAST(a AS DOUBLE)", at)
        self._leave(")")
        return Form("TRY_CAST", (form,), kind, "null", at)

    def _cast_text(self, form: Form, kind: Kind | None, at: At, *, closing: bool = False) -> Form:
        if form.kind != "text" or kind not in ("date", "timestamp"):
            raise refused("CAST" if closing else "::", at)
        if closing:
            self._leave(")")
        return _moment(str(form.option), kind, at, form.at)

    def _kind(self) -> Kind | None:
        """The kind a type's name stands for; a type with parameters is none of ours."""
        index = self._next
        words = [upper(word) for word in self._words[index : index + 2]]
        self._next += 2 if words == ["DOUBLE", "PRECISION"] else 1
        if self._keys[self._next] in ("(", "["):
            return None
        return KINDS.get(words[0]) if self._keys[index] == "name" else None

    def case(self, index: int) -> Form:
        """Arguments: the subject, if any; condition, result, condition, result, …; else."""
        at = self._ats[index]
        self._enter(index)
        simple = self._keys[self._next] != "WHEN"
        parts = [self._expression(OR)] if simple else []
        while len(parts) <= simple or self._keys[self._next] == "WHEN":
            self._expect("WHEN")
            parts.append(self._expression(OR))
            self._expect("THEN")
            parts.append(self._expression(OR))
        if self._keys[self._next] == "ELSE":
            self._next += 1
            parts.append(self._expression(OR))
        else:
            parts.append(NULL)
        self._leave("END")
        return self._call("CASE", tuple(parts), at, simple)

    def chain(self, left: Form, key: str) -> Form:
        """The terms of a AND b AND c are one list, however long."""
        terms, least = [left], INFIX[key][0] + 1
        while self._keys[self._next] == key:
            self._next += 1
            terms.append(self._expression(least))
        return Form(key, tuple(terms), at=left.at)

    def is_(self, left: Form, _key: str) -> Form:
        index = self._next + 1
        negated = self._keys[index] == "NOT"
        index += negated
        word = upper(self._words[index]) if self._keys[index] != END else ""
        operator = STATES.get(word)
        if operator is None:
            lacking = unreadable(remedies.OPERAND_MISSING, self._ats[index])
            raise refused("IS", left.at) if word else lacking
        self._next = index + 1
        form = Form(operator, (left,), at=left.at)
        return Form("NOT", (form,), at=left.at) if negated else form

    def is_null(self, left: Form, key: str) -> Form:
        """ISNULL, NOTNULL and NOT NULL, after what they are about."""
        self._next += 2 if key == "NOT NULL" else 1
        form = Form("IS NULL", (left,), at=left.at)
        return form if key == "ISNULL" else Form("NOT", (form,), at=left.at)

    def ranged(self, left: Form, key: str) -> Form:
        """BETWEEN, IN and LIKE, which take a NOT before them."""
        operator = key.removeprefix("NOT ")
        self._next += 1 if operator == key else 2
        form = {"BETWEEN": self._between, "IN": self._in, "LIKE": self._like}[operator](left)
        return form if operator == key else Form("NOT", (form,), at=left.at)

    def _between(self, left: Form) -> Form:
        low = self._expression(JOIN)
        self._expect("AND")
        return Form("BETWEEN", (left, low, self._expression(JOIN)), at=left.at)

    def _in(self, left: Form) -> Form:
        index = self._next
        if self._keys[index] not in ("(", "["):
            raise unreadable(remedies.missing("("), self._ats[index])
        if self._keys[index + 1] in QUERIES:
            raise refused("IN (SELECT …)", left.at)
        listed = self._listed(index)
        if not listed:
            raise unreadable(remedies.OPERAND_MISSING, self._ats[index + 1])
        return Form("IN", (left, *listed), at=left.at)

    def _like(self, left: Form) -> Form:
        text, sign = self._written_text(), None
        if self._keys[self._next] == "name" and upper(self._words[self._next]) == "ESCAPE":
            self._next += 1
            sign = self._written_text() or ""
        escaped = sign is None or len(sign) == 1
        if text is None or len(text) > remedies.PATTERN_MOST or not escaped:
            remedy = "a LIKE 'pattern' [ESCAPE '!']"
            raise option_wrong("LIKE", remedies.LIKE_WRONG, remedy, left.at)
        found = pattern.parsed(text, sign)
        if found is None:
            raise option_wrong("LIKE", remedies.ESCAPE_WRONG, "a LIKE '50!%' ESCAPE '!'", left.at)
        return Form("LIKE", (left,), found, "null", left.at)

    def _written_text(self) -> str | None:
        """The text that stands next; None where an operand does that is not plainly a text."""
        index = self._next
        self._expression(JOIN)
        plain = self._keys[index] == "text" and self._next == index + 1
        return self._text(index) if plain else None

    def foreign(self, left: Form, key: str) -> Form:
        """An operator of SQL that the language does not have."""
        self._next += 1
        if key != "::":
            raise refused(key, left.at)
        return self._cast_text(left, self._kind(), left.at)


NULL = Form("constant")
STATES = {"NULL": "IS NULL", "UNKNOWN": "IS NULL", "TRUE": "IS TRUE", "FALSE": "IS FALSE"}

STARTING: dict[str, Callable[[_Reader, int], Form]] = {
    "(": _Reader.bracket,
    "-": _Reader.minus,
    "+": _Reader.plus,
    "NOT": _Reader.not_,
    "CASE": _Reader.case,
    "text": _Reader.text,
    "quoted": _Reader.quoted,
    **dict.fromkeys(CONSTANTS, _Reader.constant),
}
SPECIAL: dict[str, Callable[[_Reader, int], Form]] = {
    "ROUND": _Reader.round,
    "SUBSTRING": _Reader.substring,
    "SUBSTR": _Reader.substring,
    "LOG": _Reader.log,
    "IF": _Reader.if_,
    "IIF": _Reader.if_,
    "TRY_CAST": _Reader.cast,
    "SAFE_CAST": _Reader.cast,
    "CAST": _Reader.cast,
}
FOLLOWING: dict[str, Callable[[_Reader, Form, str], Form]] = {
    **dict.fromkeys(("AND", "OR"), _Reader.chain),
    "IS": _Reader.is_,
    **dict.fromkeys(("ISNULL", "NOTNULL", "NOT NULL"), _Reader.is_null),
    **dict.fromkeys(("BETWEEN", "IN", "LIKE"), _Reader.ranged),
    **dict.fromkeys(("NOT BETWEEN", "NOT IN", "NOT LIKE"), _Reader.ranged),
}
