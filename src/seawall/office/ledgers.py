"""A home's ledger as people look at it: pages of entries, one entry with its proof, checkpoints, packs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from seawall.acts import auditing, decision_entries, erasing, indexing, opening
from seawall.acts.auditing import Verification
from seawall.acts.indexing import Caught
from seawall.acts.signing import Signed
from seawall.core.institution import HOUSE
from seawall.core.problem import Problem, Unable
from seawall.core.text import Text
from seawall.ledger import packing
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Ledger, Proof
from seawall.ledger.verifier import Checkpoint, Note, read_checkpoint, read_note
from seawall.office import units
from seawall.office.homes import Home
from seawall.records import entry_index as index
from seawall.records import starting
from seawall.records.entry_index import Browsed, EntryRow

CATCH_UP_MOST = 2_000
"""Entries that a page reads into the index before it lists: some tens of milliseconds."""
WHOLE_MOST = 50_000
"""Entries that are recomputed while somebody waits: half a second; of more, what came since the last time."""
PACK_MOST = 20_000
"""Entries in a pack that a browser asks for; `seawall ledger export` knows no such limit."""
VERIFIED_SHOWN = 10
OF_CUSTOMERS: Final = frozenset({
    decision_entries.KIND, opening.KIND, opening.FIND, erasing.KIND, erasing.HOLD, erasing.RELEASE,
})  # fmt: skip
"""Kinds of entry whose body says something of a customer."""
_SECOND = 1_000_000
"""Microseconds."""


@dataclass(frozen=True)
class Onlooker:
    """Who looks at the ledger, a person or a machine: everybody proves every leaf, not everybody reads every body.

    Attributes:
        decisions: whether decisions are his to see.
        unit: the part of the institution that he belongs to.
    """

    decisions: bool
    unit: str

    def reads(self, entry: Recorded) -> bool:
        """Whether an entry's body is his to read: one of a customer only with decisions, and of his own unit."""
        told = entry.told
        if told["kind"] not in OF_CUSTOMERS:
            return True
        unit = told["on_behalf_of"] if told["kind"] == decision_entries.KIND else None
        return self.decisions and units.sees(self.unit, unit or HOUSE)

    @property
    def reads_all(self) -> bool:
        """Whether every body is: a pack has them all, since one without would tell of an erasure."""
        return self.decisions and units.sees(self.unit, HOUSE)


@dataclass(frozen=True)
class Listing:
    """A page of entries.

    Attributes:
        after: where the next page begins; None at the end.
        behind: how many entries of the ledger the index does not know yet.
    """

    rows: tuple[EntryRow, ...]
    after: int | None
    behind: int


@dataclass(frozen=True)
class Shown:
    """An entry, what erased it, and its proof.

    Attributes:
        eraser: the entry that tells of the body's erasure; None where it is there.
        erased: of an erasure: the number of the entry whose body it erased.
        size: of the tree that it is proved to be in.
    """

    entry: Recorded
    eraser: Recorded | None
    erased: int | None
    proof: Proof
    size: int
    root: bytes


@dataclass(frozen=True)
class Kept:
    """A checkpoint.

    Attributes:
        note: as it is signed.
        cosigned: which witnesses' signatures stand below it, and when they say that they signed, in
            microseconds since 1970. Whoever has their public keys can check them; here nobody does.
    """

    checkpoint: Checkpoint
    note: bytes
    cosigned: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Counter:
    """Where a home's ledger is looked at; opened by `counter`."""

    home: Home
    ledger: Ledger

    def catch_up(self, most: int = CATCH_UP_MOST) -> Caught:
        """Bring the index nearer to the ledger; up to it, where that is not far."""
        return indexing.catch_up(self.ledger, most)

    def browse(self, which: Browsed) -> Listing:
        """A page of entries, the latest first."""
        behind = self.catch_up().behind
        rows = index.entries(which._replace(most=which.most + 1))
        page = tuple(rows[: which.most])
        return Listing(page, page[-1].number if len(rows) > which.most else None, behind)

    def kinds(self) -> list[str]:
        """Every kind of entry there is."""
        return index.kinds()

    def shown(self, number: int) -> Shown:
        """One entry.

        Raises:
            UnableToFindEntry: there is none.
        """
        proof = self.ledger.prove(number)
        told = self.ledger.vouched(proof.checkpoint)
        eraser = self.ledger.eraser(number) if proof.entry.body is None else None
        return Shown(
            proof.entry, eraser, indexing.erased_by(proof.entry), proof, told.size, told.root
        )

    def verify(self, signed: Signed) -> tuple[Verification, tuple[Problem, ...]]:
        """Recompute the ledger, a large one from where it was last found right; the ledger tells of it.

        Raises:
            UnableToWaitForAll: that would take longer than somebody waits; a worker can do it.
        """
        self.catch_up()
        since = auditing.last_sound(self.ledger)
        if self.ledger.size <= WHOLE_MOST:
            since = None
        elif self.ledger.size - (since.size if since else 0) > WHOLE_MOST:
            raise UnableToWaitForAll
        return auditing.verify(self.ledger, signed, since=since)

    def verify_whole(self, signed: Signed) -> tuple[Verification, tuple[Problem, ...]]:
        """Recompute all of it, however long that takes; the ledger tells of it."""
        return auditing.verify(self.ledger, signed)

    def verified(self) -> list[Verification]:
        """The latest verifications that the index knows of, the last one first."""
        return auditing.made(self.ledger, VERIFIED_SHOWN)

    def checkpoint(self) -> Kept:
        """The checkpoint of now."""
        return _kept(self.ledger.best_note())

    def kept(self, most: int) -> list[Kept]:
        """The latest checkpoints that were kept, the last one first."""
        return [_kept(raw) for raw in self.ledger.kept()[-most:][::-1]]

    def pack(self, first: int, last: int) -> bytes:
        """A pack of entries, both included, as `seawall ledger export` writes it.

        Raises:
            UnableToExport: there are no such entries.
            UnableToPackSoMuch: they are more than a page waits for.
        """
        if last - first >= PACK_MOST:
            raise UnableToPackSoMuch(last - first + 1)
        return packing.export(self.ledger, (first, last + 1))


def every(which: Browsed) -> Iterator[EntryRow]:
    """A list of entries, page by page to its end."""
    while page := index.entries(which):
        yield from page
        which = which._replace(before=page[-1].number)


def counter(home: Home) -> Counter:
    """The counter of a home; its ledger and its office are opened.

    Raises:
        UnableToFindLedger: no ledger was started in this home.
    """
    ledger = home.ledger
    starting.start(home.records)
    return Counter(home, ledger)


def _kept(raw: bytes) -> Kept:
    note = read_note(raw, "checkpoint")
    told = read_checkpoint(note)
    return Kept(told, raw, tuple(_cosigned(note, told.origin)))


def _cosigned(note: Note, origin: str) -> Iterator[tuple[str, int]]:
    """Whose signatures stand below a checkpoint besides the ledger's own, and what time they tell."""
    for name, _, signature in note.signatures:
        if name != origin:
            yield name, int.from_bytes(signature[:8], "big") * _SECOND


class UnableToWaitForAll(Unable, RuntimeError):
    """So much is to be verified that nobody waits for it."""

    def __init__(self) -> None:
        super().__init__(_TOO_MUCH, most=f"{WHOLE_MOST:,}")


_TOO_MUCH = Text(
    en="more than {most} entries were never verified, or not since long: have the whole ledger verified in "
    "the background, or by `seawall ledger verify`",
    zh="有超过 {most} 条记录从未核验或久未核验：请由后台任务核验整个账本，或运行 `seawall ledger verify`",
)


class UnableToPackSoMuch(Unable, ValueError):
    """A pack is larger than somebody can wait for."""

    def __init__(self, entries: int) -> None:
        super().__init__(_TOO_LARGE, entries=f"{entries:,}", most=f"{PACK_MOST:,}")


_TOO_LARGE = Text(
    en="a pack of {entries} entries takes too long for a page: ask for {most} at most, or use "
    "`seawall ledger export`",
    zh="含 {entries} 条记录的验证包在页面上导出过慢：每次最多 {most} 条，或使用 `seawall ledger export`",
)
