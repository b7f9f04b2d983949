"""Cells of tables and bands of scorecards: the right-hand side of a comparison."""

import re

_OPERATOR = re.compile(r"\s*(=|<|>|!=|(?:BETWEEN|NOT|IN|LIKE|IS)\b)", re.IGNORECASE)
_LITERAL = re.compile(r"\s*(?:[+-]?[0-9.]+(?:e[+-]?[0-9]+)?|'(?:[^']|'')*'|TRUE|FALSE|"
                      r"(?:DATE|TIMESTAMP) *'[^']*')\s*", re.IGNORECASE)  # fmt: skip


def condition(column: str, cell: str) -> tuple[str, int] | None:
    """A cell as a condition on its column.

    Returns:
        the condition's text and how many characters stand in it before the cell's own first; None
        where the cell is neither a comparison nor a plain value.

    >>> condition("age", "< 25")
    ('"age" < 25', 6)
    >>> condition("age", "25")
    ('"age" = 25', 8)
    >>> condition("age", "income") is None
    True
    """
    quoted = '"' + column.replace('"', '""') + '" '
    if _OPERATOR.match(cell):
        return quoted + cell, len(quoted)
    if _LITERAL.fullmatch(cell):
        return f"{quoted}= {cell}", len(quoted) + 2
    return None
