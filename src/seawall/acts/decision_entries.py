"""Decisions as the ledger keeps them: one entry each, found again by the application's id."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Entry, Recorded
from seawall.ledger.log import Reader

KIND = "decision"
SUBJECT = "application:"
"""What an entry's subject begins with, before the application's id."""
SHADOWS = "shadows"
"""Under which name a decision's content holds what a trial's shadows answered."""


def act(id_: str) -> str:
    """The key under which an application is decided once."""
    return f"decide:{id_}"


def entry(
    id_: str, content: Mapping[str, Any], *, by: str, at: datetime, unit: str | None = None
) -> Entry:
    """The entry of a decision.

    Args:
        id_: the application's.
        content: the record, as `policy.record` tells it; of a trial, with `SHADOWS`.
        by: which machine decided.
        at: when, in UTC.
        unit: the part of the institution it was decided for; the whole of it where None.
    """
    return Entry(
        kind=KIND,
        subject=f"{SUBJECT}{id_}",
        actor=by,
        on_behalf_of=unit,
        at=at,
        act=act(id_),
        digests={"policy": content["policy"]["digest"]},
        body=content,
    )


def found(ledger: Reader, ids: Sequence[str]) -> dict[str, Recorded]:
    """The entries of those of some applications that were decided, by id.

    Raises:
        UnableToReadDecision: the key of one was used for something else.
    """
    told = ledger.find_all([act(id_) for id_ in ids])
    for key, each in told.items():
        if each.told["kind"] != KIND:
            raise UnableToReadDecision(key, each.number)
    return {id_: told[act(id_)] for id_ in ids if act(id_) in told}


class UnableToReadDecision(Unable, RuntimeError):
    """The key of a decision's act was used for something else."""

    def __init__(self, key: str, number: int) -> None:
        super().__init__(
            Text(
                en="entry {number} of the ledger uses the key {key!r}, and tells of no decision",
                zh="账本第 {number} 条使用了键 {key!r}，但不是决策记录",
            ),
            number=number,
            key=key,
        )
