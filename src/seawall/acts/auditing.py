"""Verify the ledger, and keep in it who did, how far, and what came of it.

The whole ledger is recomputed where it is small, or where somebody can wait. Otherwise what came since the last
verification that found nothing wrong: its size and root stand in its own entry, which a later one goes on from.
"""

from dataclasses import dataclass
from typing import Any

from seawall.acts.signing import Signed
from seawall.core.period import microseconds
from seawall.core.problem import Problem
from seawall.ledger.audit import audit
from seawall.ledger.entry import Entry, Recorded
from seawall.ledger.log import Ledger, Reader
from seawall.ledger.verifier import Checkpoint
from seawall.records import entry_index as index
from seawall.records.entry_index import Browsed, EntryRow

KIND = "ledger.verify"
SUBJECT = "ledger"
LOOKED_AT = 50
"""Verifications that are looked at for one to go on from: after so many that failed, all is recomputed."""


@dataclass(frozen=True)
class Verification:
    """What came of verifying.

    Attributes:
        entry: where it is told.
        start: from which entry on; 0 where the whole ledger was recomputed.
        size: up to, and without, which; all where the ledger did not grow meanwhile.
        root: the tree's root at that size.
        erased: how many bodies are gone, among these entries.
        wrong: how many problems were found.
    """

    entry: int
    by: str
    at_us: int
    start: int
    size: int
    root: bytes
    erased: int
    wrong: int


def verify(
    ledger: Ledger, signed: Signed, *, since: Checkpoint | None = None
) -> tuple[Verification, tuple[Problem, ...]]:
    """Verify, and tell so; what came of it, and what is wrong, the first entry first.

    Args:
        ledger: what is verified.
        signed: who verifies.
        since: up to where all was found right before: see `last_sound`; all is recomputed where None.
    """
    found = audit(ledger, since=since)
    head = found.checkpoint or Checkpoint("", 0, bytes(32))
    body = {
        "from": since.size if since else 0,
        "size": head.size,
        "root": head.root.hex(),
        "erased": found.erased,
        "problems": len(found.problems),
    }
    receipt = ledger.append(
        Entry(kind=KIND, subject=SUBJECT, actor=signed.by, at=signed.at, act=signed.act, body=body)
    )
    told = _read(receipt.number, signed.by, microseconds(signed.at), body)
    return told, found.problems


def made(ledger: Reader, most: int) -> list[Verification]:
    """The latest verifications, the last one first."""
    rows = index.entries(Browsed(kind=KIND, most=most))
    told = [(row, ledger.entry(row.number)) for row in rows]
    return [_of(row, entry) for row, entry in told if entry.content is not None]


def last_sound(ledger: Reader) -> Checkpoint | None:
    """Up to where all was found right the last time, as far as the index knows; None where nobody verified."""
    good = (each for each in made(ledger, LOOKED_AT) if each.wrong == 0)
    last = next(good, None)
    return None if last is None else Checkpoint(ledger.key.name, last.size, last.root)


def _of(row: EntryRow, entry: Recorded) -> Verification:
    return _read(row.number, row.actor, row.at_us, entry.content or {})


def _read(number: int, by: str, at_us: int, body: dict[str, Any]) -> Verification:
    root = bytes.fromhex(body["root"])
    return Verification(
        number, by, at_us, body["from"], body["size"], root, body["erased"], body["problems"]
    )
