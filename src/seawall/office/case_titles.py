"""What a case is called by, in both languages."""

from functools import cache

from seawall.cases.kind import Kind
from seawall.core.text import Text, verbatim
from seawall.office import packs

_INDICATOR = "indicator"
"""A heading of this name holds an indicator's id, which has a title of its own."""


def called(kind: Kind, told: str) -> Text:
    """The title of a case by what its heading tells; its kind's where it tells nothing.

    Args:
        kind: the case's.
        told: the heading's first line, `case_rows.titled`.
    """
    if not told:
        return kind.title
    known = _indicators() if kind.heading == _INDICATOR else {}
    return known.get(told, verbatim(told))


@cache
def _indicators() -> dict[str, Text]:
    return {each.declared.id: each.declared.title for each in packs.indicators()}
