"""What a text becomes: first a form (shape and places), then a typed node.

Both are plain values. A form knows what was written; a node knows what it means.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from seawall.core.expression.types import Kind, Value

if TYPE_CHECKING:
    from seawall.core.expression.operators import Overload


@dataclass(frozen=True)
class Pattern:
    """A LIKE pattern taken apart: literal characters, "%" and "_" as marks.

    Attributes:
        parts: a literal character is a one-character string; the wildcards are None for `_` and
            the empty string for `%`.
    """

    parts: tuple[str | None, ...]


Option = Value | Pattern | tuple[int, int]
"""What stands in an expression as part of the operator and cannot vary by record."""


class Form(NamedTuple):
    """A piece of text as it was read, before its meaning is checked.

    Attributes:
        operator: a name of the operator table, or "name" or "constant".
        arguments: the forms it stands over.
        option: a name's name, a constant's value, or the operator's own setting.
        kind: of a constant.
        at: line and column where the piece starts, each from 1.
    """

    operator: str
    arguments: tuple["Form", ...] = ()
    option: Option = None
    kind: Kind = "null"
    at: tuple[int, int] = (1, 1)


class Constant(NamedTuple):
    """A value that was written down."""

    value: Value
    kind: Kind

    @property
    def nullable(self) -> bool:
        """Whether this is NULL."""
        return self.value is None


class Name(NamedTuple):
    """An input, by name."""

    name: str
    kind: Kind
    nullable: bool


class Call(NamedTuple):
    """An operator over nodes.

    Attributes:
        overload: the row of the operator table that was chosen.
        arguments: as many as the row takes, of its kinds.
        kind: of the result.
        nullable: whether the result can be NULL.
        option: see `Form`.
    """

    overload: "Overload"
    arguments: tuple["Node", ...]
    kind: Kind
    nullable: bool
    option: Option = None


Node = Constant | Name | Call


def branches(
    arguments: tuple[Node, ...], *, simple: bool
) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """A CASE taken apart: its subject (none or one), its conditions, its results and its else."""
    subject, rest = arguments[:simple], arguments[simple:]
    return subject, rest[:-1:2], (*rest[1:-1:2], rest[-1])


def null_by_names(node: Node) -> bool:
    """Whether a node can be NULL only where an input that it reads is: no operator makes NULL."""
    if isinstance(node, Constant):
        return not node.nullable
    if isinstance(node, Name) or not node.nullable:
        return True
    makes = node.overload.may_be_null or node.overload.operator == "NULLIF"
    return not makes and all(map(null_by_names, node.arguments))
