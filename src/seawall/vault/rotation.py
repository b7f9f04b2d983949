"""Rotation: keys are wrapped under a new key-encryption key, blind indexes get a new key.

Neither encrypts a value again. Both work in small transactions and ask the database what is left, so
that a process killed anywhere is followed by one that goes on, and does nothing twice.
"""

from collections.abc import Iterator

from seawall.vault import people
from seawall.vault.database import Database
from seawall.vault.keys import Keys

BATCH = 1000


def rewrap(keys: Keys, *, most: int = BATCH) -> Iterator[int]:
    """Wrap every key under the ring's current key; after each transaction, how many were so far.

    Raises:
        UnableToUseOldRing: keys were rotated since the ring was read.
    """
    keys.adopt()
    total = 0
    while done := keys.rewrap(most):
        total += done
        yield total
    keys.database.scrub()


def reindex(rows: Database, keys: Keys, field: str, *, most: int = BATCH) -> Iterator[int]:
    """Move a blind index to its newest key; after each transaction, how many were so far.

    Look-ups find under both keys meanwhile. Values are opened for this inside the vault, and leave it
    nowhere. At the end the old keys of the index are destroyed.
    """
    index = keys.indexes(field)[field]
    newest, total = max(index), 0
    while tokens := _behind(rows, field, newest, most):
        held = keys.of(tokens)
        with rows.writing() as session:
            sealed = people.by_place(people.sealed(session, tokens))
            values = {
                token: people.unseal(held[token], token, field, sealed[token, field])
                if token in held and (token, field) in sealed
                else None
                for token in tokens
            }
            people.reindex(session, field, index, values=values)
        total += len(tokens)
        yield total
    keys.drop_indexes(field, below=newest)
    keys.database.scrub()
    rows.scrub()


def _behind(rows: Database, field: str, version: int, most: int) -> list[str]:
    """Asked where no writer can be at work: none then is left who still writes under the old key."""
    with rows.writing() as session:
        return people.behind(session, field, version, most)
