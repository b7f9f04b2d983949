"""A ledger held against what others have seen of it; and being another ledger's witness."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from seawall.ledger import note
from seawall.ledger import problems as ledger_problems
from seawall.ledger.audit import Audit, Seen, audit
from seawall.ledger.verifier import (
    COSIGNATURE,
    Key,
    read_note,
    vouched,
)
from seawall.ledger.witness import Witness
from seawall.office.homes import Home


def audit_ledger(at: Home, seen: Sequence[Path]) -> Audit:
    """Recompute a home's ledger; its history must lead through checkpoints seen elsewhere.

    Raises:
        UnableToUseInput: a file holds no checkpoint that the ledger's key signed.
    """
    ledger = at.ledger_reader

    def checkpoint(file: Path) -> Seen:
        return Seen(str(file), vouched(read_note(file.read_bytes(), str(file)), ledger.key))

    return audit(ledger, [ledger_problems.accepted(partial(checkpoint, file)) for file in seen])


def witness(name: str, logs: tuple[Key, ...], folder: Path) -> Witness:
    """A witness of other parties' ledgers; its key is made where there is none yet."""
    key = folder / "witness.key"
    if not key.exists():
        note.Signer(name, COSIGNATURE).save(key)
    return Witness(note.load(key), logs, folder)
