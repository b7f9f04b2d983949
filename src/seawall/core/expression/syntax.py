"""From text to form: sqlglot reads the text as DuckDB would, and only what `forms` lists passes.

Nothing that a stranger writes may hang or break the reader: size and nesting are measured on the
tokens, before the parser sees them, and whatever the parser raises becomes a problem.
"""

import re
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from seawall.core.expression import remedies
from seawall.core.expression.forms import Unreadable, form, too_large, unreadable
from seawall.core.expression.tree import Form
from seawall.core.problem import Place, Problem

LENGTH_MOST = 10_000
TOKENS_MOST = 2_000
NESTING_MOST = 20

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PREFIXES = (TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END)
_LOOSE = (
    (TokenType.L_PAREN, TokenType.COMMA),
    (TokenType.COMMA, TokenType.COMMA),
    (TokenType.COMMA, TokenType.R_PAREN),
    (TokenType.ALIAS, TokenType.R_PAREN),
)
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
        raise too_large(("its length", "长度"), len(text), LENGTH_MOST)
    wrong = _CONTROL.search(text)
    if wrong:
        code = f"U+{ord(wrong.group()):04X}"
        why = (f"character {code} is not allowed", f"不允许字符 {code}")
        raise unreadable(why, _at_offset(text, wrong.start()))
    try:
        return _parsed(text)
    except Unreadable:
        raise
    except ParseError as error:
        raise _unparsed(error) from None
    except SqlglotError as error:
        raise unreadable(_brief(str(error))) from None
    except Exception:  # noqa: BLE001 - whatever a stranger's text does to the parser
        raise unreadable(remedies.UNFORESEEN) from None


def _parsed(text: str) -> Form:
    tokens = _dialect.tokenize(text)
    _measure(tokens)
    _strict(tokens)
    parser = _dialect.parser(error_level=sqlglot.ErrorLevel.IMMEDIATE)
    trees = parser.parse_into(exp.Condition, tokens, text)
    if len(trees) != 1:
        raise unreadable(remedies.NOT_ONE)
    found = form(trees[0])
    if _ands(found) != sum(token.token_type == TokenType.AND for token in tokens):
        raise unreadable(remedies.AND_MISSING)
    return found


def _measure(tokens: list[Token]) -> None:
    """Size and nesting, before a recursive parser sees them."""
    if not tokens:
        raise unreadable(remedies.EMPTY)
    if len(tokens) > TOKENS_MOST:
        raise too_large(("the number of words", "词数"), len(tokens), TOKENS_MOST)
    nesting = prefixes = 0
    for token in tokens:
        nesting += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        prefixes = prefixes + 1 if token.token_type in _PREFIXES else 0
        if max(nesting, prefixes) > NESTING_MOST:
            what = ("its nesting", "嵌套层数")
            raise too_large(what, NESTING_MOST + 1, NESTING_MOST, _at_token(token))


def _strict(tokens: list[Token]) -> None:
    """What sqlglot passes over and DuckDB does not."""
    for token, after in pairwise(tokens):
        loose = (token.token_type, after.token_type) in _LOOSE
        quoted = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
        if loose or (token.text in ("!", "@") and not quoted):
            word = repr(token.text[:20])
            why = (f"{word} does not belong here", f"{word} 不应出现在此处")
            raise unreadable(why, _at_token(token))


def _ands(found: Form) -> int:
    """How often the word AND must have been written."""
    own = {"AND": len(found.arguments) - 1, "BETWEEN": 1}.get(found.operator, 0)
    return own + sum(map(_ands, found.arguments))


def _at_token(token: Token) -> tuple[int, int]:
    return token.line, max(1, token.col - (token.end - token.start))


def _unparsed(error: ParseError) -> Unreadable:
    first = error.errors[0] if error.errors else {}
    line, column = int(first.get("line") or 1), int(first.get("col") or 1)
    size = len(str(first.get("highlight") or " "))
    why = _brief(str(first.get("description") or error))
    return unreadable(why, (line, max(1, column - size + 1)))


def _brief(message: str) -> tuple[str, str]:
    """A library's message in words for people, where it is known; else its first line."""
    for start, why in remedies.PARSER_WORDS.items():
        if message.startswith(start):
            return why
    line = (message.splitlines() or [""])[0]
    plain = "".join(letter for letter in line if letter.isprintable())[:200].rstrip(". ")
    return plain, plain


def _at_offset(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
