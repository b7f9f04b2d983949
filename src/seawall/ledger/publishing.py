"""Publish a ledger as files that other people's transparency-log clients read: C2SP tlog-tiles.

Leaves are published, bodies and salts never. A client sees a checkpoint only once everything that it
promises is there.
"""

from collections.abc import Iterator
from pathlib import Path

from seawall.core.problem import Unable
from seawall.ledger import files, tree
from seawall.ledger import rows as tables
from seawall.ledger.log import Reader
from seawall.ledger.verifier import Checkpoint, UnableToAccept, read_checkpoint, read_note, vouched

_LENGTH_BYTES = 2


def publish(reader: Reader, folder: Path) -> Checkpoint:
    """Bring a folder up to the ledger as it is now.

    1. What the folder promised before must be the beginning of the ledger.
    2. Tiles and entries are written, each whole or not at all; they never change once full.
    3. Only then the checkpoint is replaced.

    Args:
        reader: the ledger.
        folder: what a web server serves under the log's prefix.

    Raises:
        UnableToPublish: the folder promises something that is not in the ledger.
    """
    note = reader.best_note()
    checkpoint = read_checkpoint(read_note(note, reader.store.name))
    before = _published(reader, folder)
    if before is not None and not _continues(reader, before, checkpoint):
        raise UnableToPublish(folder, before, checkpoint)
    for name, data in _resources(reader, before.size if before else 0, checkpoint.size):
        files.put(folder / name, data)
    files.put(folder / "checkpoint", note)
    return checkpoint


def _published(reader: Reader, folder: Path) -> Checkpoint | None:
    file = folder / "checkpoint"
    if not file.exists():
        return None
    try:
        return vouched(read_note(file.read_bytes(), str(file)), reader.key)
    except UnableToAccept as refused:
        raise UnableToPublish(folder, None, None) from refused


def _continues(reader: Reader, before: Checkpoint, now: Checkpoint) -> bool:
    if before.size > now.size:
        return False
    with reader.store.reading() as rows:
        return tree.root(before.size, tables.tiles(rows)) == before.root


def _resources(reader: Reader, before: int, size: int) -> Iterator[tuple[str, bytes]]:
    """What is new between two sizes: the path and content of each tile and bundle of entries."""
    for number, width in _spots(before, size):
        yield tree.path("entries", number, width), _bundle(reader, number, width)
    level = 0
    while size:
        for number, width in _spots(before, size):
            with reader.store.reading() as rows:
                hashes = tables.tiles(rows)(level, number)
            yield tree.path(level, number, width), hashes[: width * tree.HASH_BYTES]
        before, size, level = before // tree.WIDTH, size // tree.WIDTH, level + 1


def _spots(before: int, size: int) -> Iterator[tuple[int, int]]:
    """The tiles of one level that are new or wider: number and width."""
    for number in range(before // tree.WIDTH, -(-size // tree.WIDTH)):
        yield number, min(tree.WIDTH, size - number * tree.WIDTH)


def _bundle(reader: Reader, number: int, width: int) -> bytes:
    start = number * tree.WIDTH
    leaves = [entry.leaf for entry in reader.entries(start, start + width)]
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves)


class UnableToPublish(Unable, RuntimeError):
    """A folder promises what is not in the ledger."""

    def __init__(self, folder: Path, before: Checkpoint | None, now: Checkpoint | None) -> None:
        told = f"size {before.size}" if before else "something else"
        found = f"which has size {now.size} or another history" if now else "under another key"
        super().__init__(
            f"{folder} was published as {told}, and is not the beginning of this ledger, {found}; "
            "run `seawall ledger verify`, and keep the folder as evidence"
        )
