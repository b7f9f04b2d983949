"""From text to form: sqlglot reads the text as DuckDB would, and only what `forms` lists passes.

Nothing that a stranger writes may hang or break the reader: size and nesting are measured on the
tokens, before the parser sees them, and whatever the parser raises becomes a problem.
"""

import re

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token, TokenType

from seawall.core.expression import problems
from seawall.core.expression.forms import Unreadable, form
from seawall.core.expression.tree import Form
from seawall.core.problem import Place, Problem

LENGTH_MOST = 10_000
TOKENS_MOST = 2_000
NESTING_MOST = 20

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PREFIXES = (TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END)
_dialect = DuckDB()


def read(text: str, where: Place) -> Form | Problem:
    """The form of a text, or the first problem with it."""
    try:
        return _read(text)
    except Unreadable as found:
        return Problem(found.kind, moved(where, found.at), found.facts)


def moved(where: Place, at: tuple[int, int]) -> Place:
    """A place inside a text that starts at a place."""
    line, column = at
    if where.line is None:
        return Place(where.file, line, where.row, column)
    start = where.column if isinstance(where.column, int) and line == 1 else 1
    return Place(where.file, where.line + line - 1, where.row, start + column - 1)


def _read(text: str) -> Form:
    if len(text) > LENGTH_MOST:
        raise _too_large("its length", "长度", len(text), LENGTH_MOST)
    wrong = _CONTROL.search(text)
    if wrong:
        why = f"character U+{ord(wrong.group()):04X} is not allowed"
        raise Unreadable(problems.UNREADABLE, _at_offset(text, wrong.start()), why=why)
    try:
        tokens = _dialect.tokenize(text)
        _measure(tokens)
        parser = _dialect.parser(error_level=sqlglot.ErrorLevel.IMMEDIATE)
        trees = parser.parse_into(exp.Condition, tokens, text)
    except Unreadable:
        raise
    except ParseError as error:
        raise _unparsed(error) from None
    except SqlglotError as error:
        raise Unreadable(problems.UNREADABLE, (1, 1), why=_brief(str(error))) from None
    except Exception as error:  # noqa: BLE001 - whatever a stranger's text does to the parser
        raise Unreadable(problems.UNREADABLE, (1, 1), why=type(error).__name__) from None
    if len(trees) != 1 or trees[0] is None:
        raise Unreadable(problems.UNREADABLE, (1, 1), why="it is not one expression")
    return form(trees[0])


def _too_large(
    what: str, what_zh: str, found: int, limit: int, at: tuple[int, int] = (1, 1)
) -> Unreadable:
    return Unreadable(
        problems.TOO_LARGE, at, what=what, what_zh=what_zh, found=found, limit=limit
    )


def _measure(tokens: list[Token]) -> None:
    """Size and nesting, before a recursive parser sees them."""
    if not tokens:
        raise Unreadable(problems.UNREADABLE, (1, 1), why="it is empty")
    if len(tokens) > TOKENS_MOST:
        raise _too_large("the number of words", "词数", len(tokens), TOKENS_MOST)
    nesting = prefixes = 0
    for token in tokens:
        nesting += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        prefixes = prefixes + 1 if token.token_type in _PREFIXES else 0
        if max(nesting, prefixes) > NESTING_MOST:
            at = (token.line, max(1, token.col - (token.end - token.start)))
            raise _too_large("its nesting", "嵌套层数", NESTING_MOST + 1, NESTING_MOST, at)


def _unparsed(error: ParseError) -> Unreadable:
    first = error.errors[0] if error.errors else {}
    line, column = int(first.get("line") or 1), int(first.get("col") or 1)
    size = len(str(first.get("highlight") or " "))
    why = _brief(str(first.get("description") or error))
    return Unreadable(problems.UNREADABLE, (line, max(1, column - size + 1)), why=why)


def _brief(message: str) -> str:
    """One line of a library's message; its braces and colours are not ours to interpret."""
    line = (message.splitlines() or ["unreadable"])[0]
    return "".join(letter for letter in line if letter.isprintable())[:200].rstrip(". ")


def _at_offset(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
