"""Recompute a whole ledger, and name the first entry that is not what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seawall.core.problem import Kind, Place, Problem
from seawall.ledger import problems, tree
from seawall.ledger import rows as tables
from seawall.ledger.log import Reader
from seawall.ledger.verifier import (
    ERASURE,
    Checkpoint,
    Finding,
    UnableToAccept,
    body_wrong,
    leaf_hash,
    read_note,
    vouched,
)

FINDINGS_MOST = 100
"""After so many findings, no more are listed."""


@dataclass(frozen=True)
class Audit:
    """What came of recomputing a ledger."""

    checkpoint: Checkpoint | None
    entries: int
    erased: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Seen:
    """A checkpoint that somebody saw; the ledger's history must lead through it."""

    who: str
    checkpoint: Checkpoint


def audit(reader: Reader, seen: Sequence[Seen] = (), *, since: Checkpoint | None = None) -> Audit:
    """Recompute everything: leaves, bodies, tiles, roots, signatures, erasures.

    Args:
        reader: the ledger.
        seen: checkpoints from elsewhere, such as a witness's; a rollback or fork shows against them.
        since: a checkpoint up to which all was found right before: what comes after it is recomputed, and
            that it continues it. What is altered of the entries before does not show.

    Returns:
        what is wrong, the first entry first; nothing where the ledger is as it was written.
    """
    head, rows, refused = _head(reader)
    kept, refused_too = _kept(reader)
    walk, found = _Walk(reader, rows, _edge(reader, since)), [*refused, *refused_too]
    agreed = walk.edge.size
    known = [*kept, *seen, *([Seen(_HEAD, head)] if head else [])]
    known = [each for each in known if each.checkpoint.size >= agreed]
    known += [Seen(_SINCE, since)] if since else []
    for each in sorted(known, key=lambda one: one.checkpoint.size):
        walk.on(each.checkpoint.size)
        finding = None if walk.stopped else _disagreed(walk, each, agreed)
        found += [finding] if finding and finding not in found else []
        agreed = agreed if finding else each.checkpoint.size
    walk.on(rows)
    found += walk.findings(agreed)
    found.sort(key=_entry)
    return Audit(head, walk.edge.size, len(walk.erased), tuple(found[:FINDINGS_MOST]))


def _entry(finding: Problem) -> int:
    """The number of the entry that a finding names; what names none comes last."""
    named = finding.facts.get("entry", _ALL)
    return named if isinstance(named, int) else _ALL


def _head(reader: Reader) -> tuple[Checkpoint | None, int, list[Problem]]:
    """The signed end of the ledger, how many rows there are, and what is wrong with the two."""
    where = Place(reader.store.name)
    with reader.store.reading() as rows:
        told, count = tables.head(rows), tables.count(rows)
    try:
        head = vouched(read_note(told[1] if told else b"", reader.store.name), reader.key)
    except UnableToAccept as refused:
        return None, count, [problems.problem(refused.finding)]
    wrong = []
    if told and told[0] != head.size:
        wrong.append(Problem(problems.HEAD_WRONG, where, {"size": head.size, "found": told[0]}))
    if count > head.size:
        wrong.append(Problem(problems.ENTRY_UNSIGNED, where, {"entry": head.size}))
    return head, count, wrong


def _kept(reader: Reader) -> tuple[list[Seen], list[Problem]]:
    """The checkpoints that the ledger kept itself; one that is not its own is a finding."""
    seen, findings = list[Seen](), list[Problem]()
    for n, raw in enumerate(reader.kept()):
        try:
            note = read_note(raw, f"{reader.store.name}, {_KEPT}{n}")
            seen.append(Seen(f"{_KEPT}{n}", vouched(note, reader.key)))
        except UnableToAccept as refused:
            findings.append(problems.problem(refused.finding))
    return seen, findings


_HEAD, _KEPT, _SINCE = "head", "checkpoint ", "verified before"
_ALL = 2**62


def _disagreed(walk: "_Walk", seen: Seen, agreed: int) -> Problem | None:
    size = seen.checkpoint.size
    facts = {"name": seen.who, "size": size, "found": walk.edge.size, "agreed": agreed}
    own = seen.who == _HEAD or seen.who.startswith(_KEPT)
    if walk.edge.size < size and own:
        return Problem(problems.ENTRY_MISSING, Place(walk.where), {"entry": walk.edge.size})
    if walk.edge.size < size:
        return Problem(problems.ROLLED_BACK, Place(walk.where), facts)
    if walk.edge.root() == seen.checkpoint.root:
        return None
    return Problem(problems.ROOT_WRONG if own else problems.FORKED, Place(walk.where), facts)


def _edge(reader: Reader, since: Checkpoint | None) -> tree.Edge:
    """Where the walk begins: at the first entry where the tree is not even as large as it was."""
    try:
        with reader.store.reading() as rows:
            return tree.Edge(since.size, tables.tiles(rows)) if since else tree.Edge()
    except tree.UnableToReadTile:
        return tree.Edge()


class _Walk:
    """Goes through the entries once, and builds the tree anew beside the one that is stored.

    The ledger may go on meanwhile: what is younger than the walk is not looked at.
    """

    def __init__(self, reader: Reader, until: int, edge: tree.Edge) -> None:
        self.where = reader.store.name
        self._place = Place(self.where)
        self.edge, self._start = edge, edge.size
        self.erased: set[int] = set()
        self._erasures: set[int] = set()
        self._found: list[Problem] = []
        self._differ: list[int] = []
        self._store = reader.store
        self._rows = tables.stored(reader.store, self._start, until)
        self._next = next(self._rows, None)

    @property
    def stopped(self) -> bool:
        """Whether so much was found that it is of no use to go on."""
        return len(self._found) >= FINDINGS_MOST

    def on(self, size: int) -> None:
        """Go on until the tree has a size, or to the end of the entries."""
        while self._next is not None and self.edge.size < size and not self.stopped:
            self._batch(min(size - self.edge.size, tree.WIDTH - self.edge.size % tree.WIDTH))

    def _batch(self, most: int) -> None:
        """Some entries within one tile of level 0, compared with that tile as it is stored."""
        start = self.edge.size
        stored = self._stored(0, start // tree.WIDTH)
        hashes = []
        for number in range(start, start + most):
            at = number % tree.WIDTH * tree.HASH_BYTES
            kept = stored[at : at + tree.HASH_BYTES]
            found = self._hash(number, kept)
            if found is None:
                break
            self._differ += [number] if found != kept else []
            hashes.append(found)
        for tile in self.edge.grow(hashes):
            if tile.level and len(tile.hashes) == tree.WIDTH * tree.HASH_BYTES:
                self._compare(tile)

    def _hash(self, number: int, kept: bytes) -> bytes | None:
        """The hash of the entry of a number; the tile's, if any, where it is missing; None at the end."""
        if self._next is None:
            return None
        row = self._next
        if row.entry.number != number:
            self._note(problems.ENTRY_MISSING, entry=number)
            return kept or bytes(tree.HASH_BYTES)
        self._look(row)
        self._next = next(self._rows, None)
        return leaf_hash(row.entry.leaf)

    def _look(self, row: tables.Stored) -> None:
        number, told = row.entry.number, row.entry.told
        erases = told.get("subject") if told.get("kind") == ERASURE else None
        if told.get("act") != row.act or erases != (
            None if row.erases is None else f"entry:{row.erases}"
        ):
            self._note(problems.LEAF_WRONG, entry=number)
        elif body_wrong(told, row.entry.salt, row.entry.body):
            finding = Finding("ledger-body-wrong", self.where, {"entry": number})
            self._found.append(problems.problem(finding))
        if row.entry.body is None:
            self.erased.add(number)
        if row.erases is not None:
            self._erasures.add(row.erases)

    def findings(self, agreed: int) -> Iterator[Problem]:
        """What is wrong, when all entries below a number gave a signed root."""
        for tile in self.edge.unfinished():
            if tile.level:
                self._compare(tile)
        yield from self._found
        for number in self._differ:
            # Where the root is the signed one the entry is right, and what was altered is the tile.
            if number < agreed:
                facts: dict[str, object] = {"level": 0, "number": number // tree.WIDTH}
                yield Problem(problems.TILE_WRONG, self._place, facts)
            else:
                yield Problem(problems.LEAF_WRONG, self._place, {"entry": number})
        for number in sorted(self.erased - self._erasures):
            if not self._erased_since(number):
                yield Problem(problems.ERASURE_UNTOLD, self._place, {"entry": number})
        for number in sorted(self._erasures - self.erased):
            if number < self._start and self._is_erased(number):
                continue
            yield Problem(problems.ERASURE_UNDONE, self._place, {"entry": number})

    def _erased_since(self, number: int) -> bool:
        with self._store.reading() as rows:
            told = tables.eraser(rows, number)
        return told is not None and told.number >= self.edge.size

    def _is_erased(self, number: int) -> bool:
        with self._store.reading() as rows:
            found = tables.entry(rows, number)
        return found is not None and found.body is None

    def _compare(self, tile: tree.Tile) -> None:
        if self._stored(tile.level, tile.number)[: len(tile.hashes)] != tile.hashes:
            self._note(problems.TILE_WRONG, level=tile.level, number=tile.number)

    def _stored(self, level: int, number: int) -> bytes:
        try:
            with self._store.reading() as rows:
                return tables.tiles(rows)(level, number)
        except tree.UnableToReadTile:
            return b""

    def _note(self, kind: Kind, **facts: object) -> None:
        self._found.append(Problem(kind, self._place, facts))
