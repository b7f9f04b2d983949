"""Where a page of a list begins, as addresses spell it: `?after=NUMBER.NAME`, the place of the last row before it."""

import re
from typing import Final

from seawall.console.asking import Request

AFTER: Final = "after"
_PLACE: Final = re.compile(r"([0-9]{1,18})\.([A-Za-z0-9_.-]{1,160})")


def told(place: tuple[int, object] | None) -> str:
    """A place as an address spells it; empty where there is none.

    >>> told((1767225600000000, "alert-00ff")), told(None)
    ('1767225600000000.alert-00ff', '')
    """
    return "" if place is None else f"{place[0]}.{place[1]}"


def asked(request: Request) -> tuple[int, str] | None:
    """The place that an address asks for; None, as on a first page, where it spells none."""
    found = _PLACE.fullmatch(request.GET.get(AFTER, ""))
    return (int(found[1]), found[2]) if found else None
