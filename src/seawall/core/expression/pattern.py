"""LIKE patterns: taken apart once, compiled for both engines, linear in what they match."""

import re
from collections.abc import Callable
from itertools import groupby

from seawall.core.expression.tree import Pattern

ESCAPES = "!#~^|&@"


def parsed(text: str, escape: str | None) -> Pattern | None:
    """A pattern's parts; None where the escape character stands before no wildcard and not itself.

    >>> parsed("50!%%", "!").parts
    ('5', '0', '%', '')
    """
    parts: list[str | None] = []
    letters = iter(text)
    for letter in letters:
        if letter == escape:
            after = next(letters, None)
            if after is None or after not in ("%", "_", escape):
                return None
            parts.append(after)
        else:
            parts.append({"%": "", "_": None}.get(letter, letter))
    return Pattern(tuple(parts))


def matcher(pattern: Pattern) -> Callable[[str], object]:
    """A function that tells whether a whole text matches: not None where it does.

    Between two `%` the leftmost match is as good as any, so an atomic group takes it and never
    comes back: time grows with text times pattern, not with a power of the text.
    """
    pieces: list[list[str | None]] = [[]]
    for part in pattern.parts:
        if part == "":
            pieces.append([])
        else:
            pieces[-1].append(part)
    first, *rest = ["".join(re.escape(p) if p is not None else "." for p in ps) for ps in pieces]
    if not rest:
        return re.compile(first, re.DOTALL).fullmatch
    *middle, last = rest
    inner = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{inner}.*{last}", re.DOTALL).fullmatch


def sql(pattern: Pattern) -> str:
    """The pattern as SQL: a text literal, with an ESCAPE clause only where one is needed.

    A backslash always is escaped: Spark gives it a meaning of its own, DuckDB does not.
    """
    runs = [part for part, _ in groupby(pattern.parts)]
    text = "".join(part for part in pattern.parts if part)
    marks = {None: "_", "": "%"}
    if not any(part in ("%", "_", "\\") for part in runs):
        return quoted("".join(marks.get(part) or str(part) for part in pattern.parts))
    escape = next((sign for sign in ESCAPES if sign not in text), "\\")
    special = ("%", "_", escape)
    written = "".join(
        marks.get(part) or (f"{escape}{part}" if part in special else str(part))
        for part in pattern.parts
    )
    return f"{quoted(written)} ESCAPE {quoted(escape)}"


def quoted(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"
