"""How much longer than what it is made of a text can get.

Values that join a value to itself, one after another, double a text each time: thirty lines of a
policy would fill any memory. So what a text can grow to is counted when a policy is read.
"""

from collections.abc import Mapping

from seawall.core.expression.tree import Constant, Name, Node

TIMES_MOST = 1000


def times(node: Node, known: Mapping[str, int]) -> int:
    """How many times as long as the longest text it is made of a text in an expression can get.

    Args:
        node: an expression.
        known: how many times as long named values are; once where a name is not among them.
    """
    if isinstance(node, Name):
        return known.get(node.name, 1)
    if isinstance(node, Constant):
        return 1
    parts = [times(argument, known) for argument in node.arguments]
    return sum(parts) if node.overload.operator == "||" else max(parts, default=1)
