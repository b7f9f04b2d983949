"""From text to tokens: one regular expression takes a text apart, and every token has its place."""

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from seawall.core.expression import remedies
from seawall.core.expression.refusals import At, Unreadable, stray, too_large, unreadable
from seawall.core.expression.words import RESERVED

LENGTH_MOST = 10_000
TOKENS_MOST = 2_000
END = ""
"""The key of what stands behind the last token."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NAME = r"[^\s\x00-@\[-^`{-\x7f][^\s\x00-#%-/:-@\[-^`{-\x7f]*+"
_NUMBER = r"[0-9]++(?:_[0-9]++)*+(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?|\.[0-9]++(?:[eE][+-]?[0-9]++)?"
_SIGN = r"<=>|->>|->|<=|>=|<>|!=|==|\|\||\*\*|\^@|::|:=|=>|//|[-+*/%<>=(),;^.\[\]{}?:$#~&|]"
_TEXT = r"'[^']*+(?:''[^']*+)*+'"
_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
_token = re.compile(rf"\s*+(?:{_NAME}|{_NUMBER}|{_SIGN}|{_TEXT}|{_QUOTED}|\S|\Z)").findall
_kind = re.compile(rf"({_NAME})|({_NUMBER})|({_SIGN})|({_TEXT})|({_QUOTED})").fullmatch
_KEYS = ("name", "number", None, "text", "quoted")
"""What the groups of `_kind` are; a sign is its own key."""
_STRAY = "(stray)"
_PASSED_OVER = re.compile(r"""'[^']*+'?|"[^"]*+"?|--[^\r\n]*+|/\*""")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_plain_name = re.compile(_NAME).fullmatch


class Tokens(NamedTuple):
    """A text taken apart.

    Attributes:
        keys: a sign or a reserved word is its own; else "name", "number", "text" or "quoted";
            behind the last stands `END`, twice.
        words: as they were written.
        ats: line and column of each, each from 1; of the last once more.
    """

    keys: list[str]
    words: list[str]
    ats: list[At]


def _without_comments(text: str) -> str:
    """The text with a space for every letter of a comment, so that places stay."""
    parts, position = [], 0
    while found := _PASSED_OVER.search(text, position):
        start, end = found.span()
        if found.group().startswith(("'", '"')):
            parts.append(text[position:end])
        else:
            end = end if found.group() != "/*" else _comment_end(text, start)
            parts += (text[position:start], re.sub(r"\S", " ", text[start:end]))
        position = end
    return "".join((*parts, text[position:]))


def _comment_end(text: str, start: int) -> int:
    """Where a comment ends that begins with `/*`; others may stand within it."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    raise unreadable(remedies.COMMENT_OPEN, _at(text, start))


def _at(text: str, offset: int) -> At:
    """The line and column of a letter."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def upper(word: str) -> str:
    """A word in capitals; only ASCII letters have any, so that no foreign letter becomes one."""
    return word.upper() if word.isascii() else word


def tokens(text: str) -> Tokens:
    """The tokens of a text.

    Raises:
        Unreadable: it has none, or too many, or something that is none.
    """
    if len(text) > LENGTH_MOST:
        raise too_large(("its length", "长度"), len(text), LENGTH_MOST)
    wrong = _CONTROL.search(text)
    if wrong:
        code = f"U+{ord(wrong.group()):04X}"
        why = (f"character {code} is not allowed", f"不允许字符 {code}")
        raise unreadable(why, _at(text, wrong.start()))
    if "--" in text or "/*" in text:
        text = _without_comments(text)
    return _taken_apart(text)


def _taken_apart(text: str) -> Tokens:
    pieces = _token(text)
    words = [piece.strip() for piece in pieces]
    while words and not words[-1]:
        words.pop()
    if not words:
        raise unreadable(remedies.EMPTY)
    if len(words) > TOKENS_MOST:
        raise too_large(("the number of words", "词数"), len(words), TOKENS_MOST)
    starts = [
        end - len(word) for word, end in zip(words, accumulate(map(len, pieces)), strict=False)
    ]
    keys = [*map(_key, words)]
    ats = [(1, start + 1) for start in starts]
    if "\n" in text:
        ats = [_at(text, start) for start in starts]
    if _STRAY in keys:
        wrong = keys.index(_STRAY)
        raise _no_token(words[wrong], ats[wrong])
    return Tokens([*keys, END, END], words, [*ats, ats[-1]])


@lru_cache(maxsize=1024)
def _key(word: str) -> str:
    capitals = upper(word)
    if capitals in RESERVED:
        return capitals
    found = _kind(word)
    if found is None or found.lastindex is None:
        return _STRAY
    return _KEYS[found.lastindex - 1] or word


def _no_token(word: str, at: At) -> Unreadable:
    return unreadable(remedies.QUOTE_OPEN, at) if word in ("'", '"') else stray(word, at)


def is_plain(name: str) -> bool:
    """Whether a name is read as a name without quotes."""
    return bool(_plain_name(name)) and upper(name) not in RESERVED
