"""The expression language: read a text, check it against declared inputs, keep what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from seawall.core.expression import problems, reader
from seawall.core.expression.check import Checker
from seawall.core.expression.tree import Node
from seawall.core.expression.types import Type
from seawall.core.problem import Place, Problem, UnableToUseInput

NOWHERE = Place("(expression)")


@dataclass(frozen=True)
class Expression:
    """A text that was read and checked: it can be compiled, and never fails at run time.

    Attributes:
        text: as it was written.
        node: what it means.
        inputs: the inputs it reads, in order of appearance, each with its type.
    """

    text: str
    node: Node
    inputs: tuple[tuple[str, Type], ...]

    @property
    def type(self) -> Type:
        """The kind of its values, and whether NULL is among them."""
        return Type(self.node.kind, self.node.nullable)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs it reads, in order of appearance."""
        return tuple(name for name, _ in self.inputs)

    @property
    def promised(self) -> tuple[str, ...]:
        """The inputs it reads that are declared without NULL."""
        return tuple(name for name, type_ in self.inputs if not type_.nullable)


def parse(text: str, *, inputs: Mapping[str, Type], where: Place = NOWHERE) -> Expression:
    """Read an expression.

    Args:
        text: one scalar SQL expression.
        inputs: every name it may use, with its type.
        where: the place of its first character.

    Raises:
        UnableToUseInput: carries every problem found, each with its place and remedy.

    >>> from seawall.core.expression.types import INTEGER, NUMBER
    >>> parse("income * 0.35 < debt", inputs={"income": NUMBER, "debt": NUMBER}).names
    ('income', 'debt')
    """
    found = [
        Problem(problems.NAMES_CLASH, where, {"first": a, "second": b})
        for a, b in _clashes(tuple(inputs))
    ]
    form = reader.read(text, where)
    if isinstance(form, Problem):
        raise UnableToUseInput((*found, form))
    checker = Checker(inputs, where)
    node = checker.node(form)
    found += checker.found
    if node is not None and node.kind == "null":
        found.append(Problem(problems.TYPE_NONE, where))
    if node is None or found:
        raise UnableToUseInput(tuple(found))
    return Expression(text, node, tuple(checker.used.items()))


@lru_cache(maxsize=256)
def _clashes(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names that SQL would take for one: DuckDB and Spark both ignore the case of a column."""
    seen: dict[str, str] = {}
    pairs = ((seen.setdefault(name.casefold(), name), name) for name in names)
    return tuple((first, second) for first, second in pairs if first != second)
