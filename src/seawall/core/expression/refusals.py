"""What can be wrong with a text before its meaning is checked; the reader raises it."""

from seawall.core.expression import problems, remedies
from seawall.core.expression.types import Kind
from seawall.core.problem import Kind as ProblemKind

At = tuple[int, int]
"""Line and column, each from 1."""


class Unreadable(Exception):
    """Raised inside the reader only: one piece of the text that does not pass."""

    def __init__(self, kind: ProblemKind, at: At, **facts: object) -> None:
        self.kind, self.at, self.facts = kind, at, facts
        super().__init__(kind.code)


def unreadable(why: tuple[str, str], at: At = (1, 1)) -> Unreadable:
    """Something is not written as an expression is; why, in English and Chinese."""
    return Unreadable(problems.UNREADABLE, at, why=why[0], why_zh=why[1])


def stray(word: str, at: At) -> Unreadable:
    """Something stands where nothing of its kind may."""
    shown = repr(word[:20])
    return unreadable((f"{shown} does not belong here", f"{shown} 不应出现在此处"), at)


def too_large(what: tuple[str, str], found: int, limit: int, at: At = (1, 1)) -> Unreadable:
    """Something, named in English and Chinese, exceeds a limit."""
    facts: dict[str, object] = {"what": what[0], "what_zh": what[1], "found": found}
    return Unreadable(problems.TOO_LARGE, at, **facts, limit=limit)


def refused(what: str, at: At) -> Unreadable:
    """Something belongs to SQL and not to the language."""
    remedy, remedy_zh = remedies.instead_of(what)
    return Unreadable(problems.NOT_IN_LANGUAGE, at, what=what, remedy=remedy, remedy_zh=remedy_zh)


def option_wrong(operator: str, why: tuple[str, str], remedy: str, at: At) -> Unreadable:
    """What an operator fixes in the text is not written down as it must be."""
    facts = {"operator": operator, "why": why[0], "why_zh": why[1], "remedy": remedy}
    return Unreadable(problems.OPTION_INVALID, at, **facts)


def invalid(text: str, kind: Kind, at: At) -> Unreadable:
    """A constant is none of its kind."""
    return Unreadable(problems.CONSTANT_OUT_OF_RANGE, at, constant=text[:40], type=kind)
