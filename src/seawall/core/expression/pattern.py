"""LIKE patterns: taken apart once, compiled for both engines, linear in what they match."""

import re
from collections.abc import Callable

from seawall.core.expression.tree import Pattern

ESCAPES = tuple("!#~^|&@") + tuple(map(chr, range(0x4E00, 0x4E00 + 200)))
"""Escape characters to choose from: more than a pattern has letters, so one is always free."""


PLAIN = {
    (False, False): "{0} == {1}",
    (False, True): "{0}.startswith({1})",
    (True, False): "{0}.endswith({1})",
    (True, True): "{1} in {0}",
}
"""What patterns come down to that have their `%` at the ends only, by where it stands."""


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


def python(pattern: Pattern) -> tuple[str, object]:
    """A Python template over the text, `{0}`, and a constant, `{1}`, and that constant."""
    letters = "".join(part for part in pattern.parts if part)
    if None not in pattern.parts:
        ends = ("" in pattern.parts[:1], "" in pattern.parts[-1:])
        if pattern.parts.count("") == sum(ends):
            return PLAIN[ends], letters
    return "{1}({0}) is not None", matcher(pattern)


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


def sql(pattern: Pattern) -> tuple[str, str]:
    """The pattern in SQL and its escape character, empty where none is needed.

    A backslash always is escaped: Spark gives it a meaning of its own, DuckDB does not.
    """
    text = "".join(part for part in pattern.parts if part)
    special = {"%", "_", "\\"} & set(text)
    escape = next(sign for sign in ESCAPES if sign not in text) if special else ""
    marks = {None: "_", "": "%"}
    escaped = {sign: escape + sign for sign in ("%", "_")}
    written = [marks.get(part) or escaped.get(str(part), str(part)) for part in pattern.parts]
    return "".join(written), escape
