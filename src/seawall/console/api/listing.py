"""Lists of cases page by page: a page begins where the one before ended, whatever was added meanwhile."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated

from ninja import Query

from seawall.console.api.tokens import Machine
from seawall.records import case_register
from seawall.records.case_register import CaseRow, Listed

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


def cursor(rows: Sequence[CaseRow], limit: int) -> str | None:
    """What the page that follows begins after; None where none follows."""
    return f"{rows[-1].changed_us}{_BETWEEN}{rows[-1].case_id}" if len(rows) == limit else None


def page(which: Listed, machine: Machine) -> list[CaseRow]:
    """A page of the cases that a machine's unit may see."""
    return list(
        islice(
            (row for row in case_register.listed_all(which) if machine.sees(row.unit)), which.most
        )
    )
