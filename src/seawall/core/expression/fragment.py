"""A piece of generated Python: when it is NULL, and what it is otherwise."""

from collections.abc import Sequence
from typing import NamedTuple

from seawall.core.expression.types import INTEGER_LEAST, INTEGER_MOST

ALWAYS = "True"
SMALL = 2**30
"""Smaller integers are one digit of CPython's, which compares these without a call."""

DEPTH_MOST = 10
"""Deeper expressions are cut by a statement: Python's own parser allows 200 brackets."""


class Fragment(NamedTuple):
    """The value is NULL where one of the conditions is true, tried in order; else it is the text.

    Attributes:
        nulls: Python conditions; those further left are false when one is tried.
        text: a Python expression, to be evaluated after all conditions were false.
        atomic: whether the text is a name or a constant: cheap and without effect to repeat.
        raw: whether the text may give an infinity or NaN.
        depth: how deeply it is nested.
    """

    nulls: tuple[str, ...]
    text: str
    atomic: bool = False
    raw: bool = False
    depth: int = 0

    @property
    def inner(self) -> str:
        """The text, fit to stand inside another one."""
        return self.text if self.atomic else f"({self.text})"

    @property
    def null(self) -> str:
        """One condition for all."""
        return " or ".join(self.nulls)

    @property
    def kept(self) -> str | None:
        """The whole value, where the only condition is that it is None; None where it is not."""
        start, end = f"({self.text} := ", ") is None"
        if self.nulls == (f"{self.text} is None",):
            return self.text
        if len(self.nulls) == 1 and self.atomic:
            (null,) = self.nulls
            if null.startswith(start) and null.endswith(end):
                return null.removeprefix(start).removesuffix(end)
        return None

    @property
    def whole(self) -> str:
        """The value as one Python expression: None for NULL."""
        if not self.nulls:
            return self.text
        if self.kept is not None:
            return self.kept
        return "None" if ALWAYS in self.nulls else f"None if {self.null} else {self.text}"

    @property
    def truth(self) -> str:
        """Whether the value is TRUE, as one Python expression."""
        if not self.nulls:
            return self.inner
        if self.kept is not None:
            return f"({self.kept}) is True"
        return "False" if ALWAYS in self.nulls else f"(False if {self.null} else {self.text})"

    def and_null_when(self, *conditions: str) -> "Fragment":
        """The same with more conditions."""
        return self._replace(nulls=(*self.nulls, *conditions))


def outside_integers(temporary: str, text: str) -> str:
    """A condition: the text, now kept in a temporary, is no 64-bit integer."""
    small = f"-{SMALL} < ({temporary} := {text}) < {SMALL}"
    return f"not ({small} or {INTEGER_LEAST} <= {temporary} <= {INTEGER_MOST})"


def not_finite(first: str, again: str) -> str:
    """A condition: the text is an infinity or NaN, which taken from itself leaves NaN.

    Args:
        first: the text; it may keep itself in a temporary.
        again: the text after that.
    """
    return f"{first} - {again} != 0.0"


def all_finite(temporary: str, numbers: Sequence[str]) -> str:
    """A condition: no number is infinite or NaN, and they add up without overflow."""
    return f"({temporary} := {' + '.join(numbers)}) - {temporary} == 0.0"


def all_small(integers: Sequence[str]) -> str:
    """A condition: every integer is small. Bits of natural numbers are looked at together."""
    each = " and ".join(f"-{SMALL} < {integer} < {SMALL}" for integer in integers)
    return f"(0 <= {' | '.join(integers)} < {SMALL} or {each})"
