"""The value of every part of an expression for one record: why it came out as it did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from seawall.core.expression.language import Expression
from seawall.core.expression.python import Body
from seawall.core.expression.tree import Call, Constant, Name, Node
from seawall.core.expression.types import Value
from seawall.core.expression.writing import is_conversion, written


@dataclass(frozen=True)
class Part:
    """A part of an expression and its value for one record.

    Attributes:
        text: the part in the language's own words.
        value: None for NULL.
        parts: the parts it stands over; constants are left out.
    """

    text: str
    value: Value
    parts: tuple["Part", ...] = ()


def explainer(expression: Expression) -> Callable[..., Part]:
    """A function over one record, as `python_function`, that answers the whole tree of values.

    >>> from seawall.core.expression import language, types
    >>> rule = language.parse("owed / earned > 0.5", inputs={
    ...     "owed": types.NUMBER, "earned": types.NUMBER})
    >>> found = explainer(rule)(300.0, 400.0)
    >>> found.value, [(part.text, part.value) for part in found.parts]
    (True, [('owed / earned', 0.75)])
    """
    root = _unpromised(expression.node)
    body = Body()
    inputs = [body.take(name, type_) for name, type_ in expression.inputs]
    bound = [body.bind_node(node) for node in _shown(root)]
    values = body.function(f"({', '.join([*inputs, *bound])},)")

    def explained(*record: object) -> Part:
        found: tuple[Value, ...] = values(*record)  # type: ignore[assignment]
        read = dict(zip(expression.names, found, strict=False))
        part = _part(root, iter(found[len(inputs) :]))
        broken = any(read[name] is None for name in expression.promised)
        return replace(part, value=None) if broken else part

    return explained


def _unpromised(node: Node) -> Node:
    """The node as if no input were promised: where one is missing, its parts still have values."""
    if isinstance(node, Name):
        return node._replace(nullable=True)
    if isinstance(node, Call):
        return node._replace(arguments=tuple(map(_unpromised, node.arguments)))
    return node


def _shown(node: Node) -> Iterator[Node]:
    """A node and every part of it but constants and conversions nobody wrote; wholes first."""
    yield node
    for part in _parts(node):
        yield from _shown(part)


def _parts(node: Node) -> Iterator[Node]:
    for argument in node.arguments if isinstance(node, Call) else ():
        if is_conversion(argument):
            yield from _parts(argument)
        elif not isinstance(argument, Constant):
            yield argument


def _part(node: Node, values: Iterator[Value]) -> Part:
    value = next(values)
    # The language knows one zero.
    value = value + 0.0 if isinstance(value, float) else value
    return Part(written(node), value, tuple(_part(part, values) for part in _parts(node)))
