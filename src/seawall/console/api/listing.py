"""Lists of cases page by page: a page begins where the one before ended, whatever was added meanwhile."""

from typing import Annotated

from ninja import Query

from seawall.console import place
from seawall.console.api.tokens import Machine
from seawall.office import queues
from seawall.office.queues import Asked, Page, Show

_BETWEEN = "~"
Cursor = Annotated[
    str | None,
    Query(alias="after", pattern=r"^[0-9]{1,18}~[a-z][a-z0-9_]{0,39}-[0-9a-f]{20}$",
          description="The `next` of the page before.", examples=["1767225600000000~alert-714cffef0a2044ca1951"]),
]  # fmt: skip

Open = Annotated[
    bool | None, Query(alias="open", description="Open ones, or ended ones; both if empty.")
]


def after(told: str | None) -> tuple[int, str] | None:
    """Where a page begins; None for the first.

    >>> after("5~alert-00000000000000000000")
    (5, 'alert-00000000000000000000')
    """
    if told is None:
        return None
    changed_us, _, case_id = told.partition(_BETWEEN)
    return int(changed_us), case_id


def cursor(page: Page) -> str | None:
    """What the page that follows begins after; None where none follows."""
    return None if page.after is None else _BETWEEN.join(map(str, page.after))


def listed(machine: Machine, asks: Asked, after_: str | None, limit: int) -> Page:
    """A page of the cases that a machine's unit may see."""
    return queues.page(place.cases(), asks, machine.actor, after(after_), limit)


def show(is_open: bool | None) -> Show:  # noqa: FBT001 - a query's own value
    """Which cases a list is of."""
    shows: dict[bool | None, Show] = {True: "open", False: "ended", None: "all"}
    return shows[is_open]
