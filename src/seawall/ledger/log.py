"""The ledger: read it, prove from it, append to it.

ledger = Ledger(SqliteStore(file), note.load(key_file))
receipt = ledger.append(Entry(kind="decision", subject="application:7", actor="alice",
                              at=at, act="decide:7", body={"outcome": "approve"}))
proof = ledger.prove(receipt.number)
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from seawall.core.period import microseconds
from seawall.core.problem import Unable
from seawall.core.text import Text, in_each
from seawall.ledger import rows as tables
from seawall.ledger import tree
from seawall.ledger.entry import Entry, Erasing, Receipt, Recorded, UnableToTell, seal
from seawall.ledger.gathering import Asked, Gathering
from seawall.ledger.note import Signer
from seawall.ledger.problems import accepted
from seawall.ledger.sequencing import Sequencer, UnableToFindLedger
from seawall.ledger.store import Rows, Store
from seawall.ledger.verifier import (
    EMPTY_ROOT,
    ERASURE,
    Checkpoint,
    Key,
    UnableToAccept,
    read_note,
    vouched,
)


@dataclass(frozen=True)
class Proof:
    """That an entry is in a tree: its hashes from the leaf up, and the tree's signed checkpoint."""

    entry: Recorded
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def text(self, *, body: bool = True) -> str:
        """As it is handed on: JSON, by which anybody can check it who knows RFC 9162.

        Without the body, and the salt that would confirm a guess of it, the leaf is proved all the same.
        """
        entry = self.entry
        told = {
            "number": entry.number,
            "leaf": entry.leaf.decode(),
            "salt": entry.salt.hex() if body and entry.salt is not None else None,
            "body": entry.body.decode() if body and entry.body is not None else None,
            "proof": [each.hex() for each in self.hashes],
            "checkpoint": self.checkpoint.decode(),
        }
        return json.dumps(told, ensure_ascii=False, indent=1)


class Reader:
    """Reads a ledger and proves from it; needs no private key.

    Args:
        store: where it lives.
        key: its public key.
    """

    def __init__(self, store: Store, key: Key) -> None:
        self.store = store
        self.key = key

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.checkpoint().size

    def note(self) -> bytes:
        """The signed checkpoint of the ledger as it is now.

        Raises:
            UnableToFindLedger: none was started in the store.
        """
        with self.store.reading() as rows:
            head = tables.head(rows)
        if head is None:
            raise UnableToFindLedger(self.store.name)
        return head[1]

    def checkpoint(self) -> Checkpoint:
        """What the ledger says of itself now; its signature is checked. Raises as `vouched`."""
        return self.vouched(self.note())

    def vouched(self, note: bytes) -> Checkpoint:
        """What a checkpoint from the store says.

        Raises:
            UnableToUseInput: the ledger's key did not sign it for this ledger: it was altered.
        """
        return accepted(lambda: vouched(read_note(note, self.store.name), self.key))

    def entry(self, number: int) -> Recorded:
        """An entry by its number, from 0.

        Raises:
            UnableToFindEntry: there is none.
        """
        with self.store.reading() as rows:
            found = tables.entry(rows, number)
        if found is None:
            raise UnableToFindEntry(number)
        return found

    def find(self, act: str) -> Recorded | None:
        """The entry of an act; None where it was never told."""
        return self.find_all([act]).get(act)

    def find_all(self, acts: Sequence[str]) -> dict[str, Recorded]:
        """The entries of some acts, by act; without those never told."""
        with self.store.reading() as rows:
            found = tables.asked(rows, acts)
        return tables.by_act(found)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Recorded]:
        """Entries in their order, from one number up to and without another."""
        until = self.size if stop is None else stop
        return (row.entry for row in tables.stored(self.store, start, until))

    def eraser(self, number: int) -> Recorded | None:
        """The entry that tells of the erasure of an entry's body; None where it is not erased."""
        with self.store.reading() as rows:
            return tables.eraser(rows, number)

    def prove(self, number: int) -> Proof:
        """That an entry is in the ledger as it is now.

        Raises:
            UnableToFindEntry: there is none of this number.
        """
        note = self.note()
        size = self.vouched(note).size
        return Proof(self.entry(number), self.inclusion(number, size), note)

    def inclusion(self, number: int, size: int) -> tuple[bytes, ...]:
        """The inclusion proof of an entry in the tree of a size (RFC 6962, 2.1.1)."""
        if not 0 <= number < size:
            raise UnableToFindEntry(number, among=size)
        with self.store.reading() as rows:
            return tree.inclusion(number, size, tables.tiles(rows))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """The proof that a tree continues an earlier one (RFC 6962, 2.1.2)."""
        if not 0 <= old <= size:
            raise UnableToFindEntry(old, among=size)
        with self.store.reading() as rows:
            return tree.consistency(old, size, tables.tiles(rows))

    def best_note(self) -> bytes:
        """The checkpoint of now; with what witnesses signed, where it was kept with it."""
        note, kept = self.note(), self.kept()
        return kept[-1] if kept and kept[-1].startswith(note) else note

    def kept(self) -> list[bytes]:
        """The signed checkpoints that were kept, in their order."""
        with self.store.reading() as rows:
            return tables.kept(rows)


class Ledger(Reader):
    """Appends, too. Threads share one `Ledger`; processes have one each.

    Args:
        store: where it lives.
        signer: its private key.
    """

    def __init__(self, store: Store, signer: Signer) -> None:
        super().__init__(store, signer.key)
        self.signer = signer
        self._gathering = Gathering(Sequencer(store, signer).write)

    def append(self, entry: Entry) -> Receipt:
        """Keep an entry; returns when it is durable and signed for.

        The same act again is answered with the entry that is there.

        Raises:
            UnableToAppend: the act's key was used for something else.
            UnableToWriteStore: the database failed; tell the same act again.
        """
        return self.append_all([entry])[0]

    def append_all(self, entries: Sequence[Entry]) -> tuple[Receipt, ...]:
        """Keep some entries, all of them or none, one after the other."""
        for entry in entries:
            if entry.kind == ERASURE:
                raise UnableToTell(
                    "kind",
                    entry.kind,
                    Text(
                        en="another one: a body is erased by `erase`",
                        zh="其他类型：正文由 `erase` 删除",
                    ),
                )
        return self._gathering.submit(Asked([seal(each) for each in entries])) if entries else ()

    def erase(self, number: int, order: Erasing) -> Receipt:
        """Erase an entry's body and salt, and tell so in an entry; proofs stay as they are.

        Raises:
            UnableToFindEntry: there is none of this number.
            UnableToErase: it was erased before, by another act.
        """
        entry = order.entry(number, self.entry(number).leaf)
        (receipt,) = self._gathering.submit(Asked([seal(entry)], erases=number))
        self.store.forget()
        return receipt

    def keep_checkpoint(self, at: datetime, cosigned: bytes = b"") -> bytes:
        """Keep a checkpoint for ever.

        Args:
            at: the time, as in `Entry`; where the clock went back, the last checkpoint's time is kept
                instead.
            cosigned: a checkpoint of this ledger that a witness signed, from `witness.cosigned`; the one
                of now where there is none.

        Returns:
            the checkpoint.

        Raises:
            UnableToKeepCheckpoint: it is none of this ledger.
        """
        at_us = microseconds(at)
        with self.store.writing() as rows:
            head = tables.head(rows)
            if head is None:
                raise UnableToFindLedger(self.store.name)
            note = cosigned or head[1]
            size = self._own(rows, note).size
            tables.keep(rows, size, max(at_us, tables.last_kept_us(rows)), note)
        return note

    def _own(self, rows: Rows, raw: bytes) -> Checkpoint:
        try:
            told = vouched(read_note(raw, "checkpoint"), self.key)
        except UnableToAccept as refused:
            raise UnableToKeepCheckpoint(in_each(refused.finding.sentence)) from refused
        if tree.root(told.size, tables.tiles(rows)) != told.root:
            raise UnableToKeepCheckpoint(
                Text(
                    en="its root is not the ledger's at size {size}",
                    zh="其根与账本在大小 {size} 时的根不符",
                ).filled(size=told.size)
            )
        return told


def start(store: Store, signer: Signer) -> Ledger:
    """Start a ledger in an empty database; where one was started, open it."""
    with store.reading() as rows:
        started = tables.head(rows) is not None
    if not started:
        with store.writing() as rows:
            if tables.head(rows) is None:
                tables.start(rows, signer.note(Checkpoint(signer.key.name, 0, EMPTY_ROOT).text))
    return Ledger(store, signer)


class UnableToFindEntry(Unable, LookupError):
    """There is no such entry."""

    def __init__(self, told: int | str, *, among: int | None = None) -> None:
        super().__init__(_NONE if among is None else _NONE_AMONG, told=told, among=among)


_NONE = Text(en="the ledger has no entry {told}", zh="账本中没有条目 {told}")
_NONE_AMONG = Text(
    en="the ledger has no entry {told} among the first {among}",
    zh="账本的前 {among} 条中没有条目 {told}",
)


class UnableToKeepCheckpoint(Unable, ValueError):
    """A checkpoint is none of this ledger."""

    def __init__(self, why: Text) -> None:
        super().__init__(
            Text(en="the checkpoint is none of this ledger: {why}", zh="检查点不属于本账本：{why}"),
            why=why,
        )
