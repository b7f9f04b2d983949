"""Publish a ledger as files that other people's transparency-log clients read: C2SP tlog-tiles.

Leaves are published, bodies and salts never. A client sees a checkpoint only once everything that it
promises is there.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger import files, tree
from seawall.ledger import rows as tables
from seawall.ledger.log import Reader
from seawall.ledger.verifier import (
    Checkpoint,
    UnableToAccept,
    leaf_hash,
    read_note,
    vouched,
)

_LENGTH_BYTES = 2


def publish(reader: Reader, folder: Path) -> Checkpoint:
    """Bring a folder up to the ledger as it is now.

    1. What the folder promised before must be the beginning of the ledger.
    2. Tiles and entries are written, each whole or not at all; they never change once full. Every
       tile is made anew from the entries, partial ones for kept checkpoints, too.
    3. Only where they give the signed root, the checkpoint is replaced.

    One at a time publishes into a folder: an older checkpoint never takes a newer one's place.

    Args:
        reader: the ledger.
        folder: what a web server serves under the log's prefix.

    Raises:
        UnableToPublish: the folder promises something that is not in the ledger.
        UnableToPublishDamaged: the ledger's entries do not give its own signed root.
    """
    with files.alone(folder):
        note = reader.best_note()
        checkpoint = reader.vouched(note)
        edge = _published(reader, folder, checkpoint)
        for size in _given_out(reader, edge.size, checkpoint.size):
            for name, data in _resources(reader, edge, size):
                files.put(folder / name, data)
        if edge.root() != checkpoint.root:
            raise UnableToPublishDamaged(reader.store.name)
        files.put(folder / "checkpoint", note)
    return checkpoint


def resource(reader: Reader, path: str) -> bytes:
    """A tile, or a bundle of entries, as `publish` would write it: for a server that reads the ledger itself.

    Args:
        reader: the ledger.
        path: as clients ask for it, such as `tile/0/x001/x234/067` or `tile/entries/000.p/7`.

    Raises:
        UnableToFindTile: there is none, or not so much of it yet.
    """
    asked = _asked(path)
    data = _read(reader, *asked) if asked else b""
    if not data:
        raise UnableToFindTile
    return data


_Level = int | Literal["entries"]
_PATH = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/){0,3}\d{3})(?:\.p/(\d{1,3}))?")


def _asked(path: str) -> tuple[_Level, int, int] | None:
    """Which tile a path names, by level, number and width; None where it is no path, or not its one spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    kind, places, told = found.groups()
    level: _Level = "entries" if kind == "entries" else int(kind)
    number, width = int(re.sub(r"\D", "", places)), int(told or tree.WIDTH)
    return (level, number, width) if path == tree.path(level, number, width) else None


def _read(reader: Reader, level: _Level, number: int, width: int) -> bytes:
    """A tile's bytes; none where the ledger does not hold so much of it."""
    if level == "entries":
        start = number * tree.WIDTH
        leaves = [each.leaf for each in reader.entries(start, min(start + width, reader.size))]
        return _bundle(leaves) if len(leaves) == width else b""
    try:
        with reader.store.reading() as rows:
            hashes = tables.tiles(rows)(level, number)[: width * tree.HASH_BYTES]
    except tree.UnableToReadTile:
        return b""
    return hashes if len(hashes) == width * tree.HASH_BYTES else b""


def _published(reader: Reader, folder: Path, now: Checkpoint) -> tree.Edge:
    """The edge of the tree that the folder promises; an empty one where it promises nothing."""
    file = folder / "checkpoint"
    if not file.exists():
        return tree.Edge()
    try:
        before = vouched(read_note(file.read_bytes(), str(file)), reader.key)
    except UnableToAccept as refused:
        raise UnableToPublish(folder, None, None) from refused
    with reader.store.reading() as rows:
        edge = tree.Edge(before.size, tables.tiles(rows)) if before.size <= now.size else None
    if edge is None or edge.root() != before.root:
        raise UnableToPublish(folder, before, now)
    return edge


def _given_out(reader: Reader, before: int, size: int) -> list[int]:
    """Sizes above one for which somebody may hold a checkpoint, up to the one that is published."""
    kept = {reader.vouched(note).size for note in reader.kept()}
    return sorted({each for each in kept if before < each < size} | {size})


def _resources(reader: Reader, edge: tree.Edge, size: int) -> Iterator[tuple[str, bytes]]:
    """What is new up to a size: the path and content of each bundle of entries, and of each tile."""
    while edge.size < size:
        number, known = divmod(edge.size, tree.WIDTH)
        start = edge.size - known
        stop = min(start + tree.WIDTH, size)
        leaves = [entry.leaf for entry in reader.entries(start, stop)]
        if len(leaves) < stop - start:
            raise UnableToPublishDamaged(reader.store.name)
        yield tree.path("entries", number, len(leaves)), _bundle(leaves)
        for tile in edge.grow([leaf_hash(leaf) for leaf in leaves[known:]]):
            if len(tile.hashes) == tree.WIDTH * tree.HASH_BYTES:
                yield tree.path(tile.level, tile.number), tile.hashes
    for tile in edge.unfinished():
        width = len(tile.hashes) // tree.HASH_BYTES
        yield tree.path(tile.level, tile.number, width), tile.hashes


def _bundle(leaves: Sequence[bytes]) -> bytes:
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves)


class UnableToFindTile(Unable, LookupError):
    """There is no such tile, or not so much of it yet."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="the ledger has no such tile, or not so much of it yet",
                zh="账本没有这样的数据块，或尚未写满到此长度",
            )
        )


class UnableToPublishDamaged(Unable, RuntimeError):
    """A ledger's entries are not what it signed for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="the entries in {name} do not give its own signed root: nothing is promised to "
                "clients; run `seawall ledger verify`",
                zh="{name} 中的条目与其自身签名的根不符：不向客户端作任何承诺；请运行 `seawall ledger "
                "verify`",
            ),
            name=name,
        )


class UnableToPublish(Unable, RuntimeError):
    """A folder promises what is not in the ledger."""

    def __init__(self, folder: Path, before: Checkpoint | None, now: Checkpoint | None) -> None:
        super().__init__(
            Text(
                en="{folder} was published as {told}, and is not the beginning of this ledger, {found}; "
                "run `seawall ledger verify`, and keep the folder as evidence",
                zh="{folder} 发布时为{told}，不是本账本的开端（{found}）；请运行 `seawall ledger "
                "verify`，并保留该文件夹作为证据",
            ),
            folder=folder,
            told=_SIZE.filled(size=before.size) if before else _OTHER,
            found=_HISTORY.filled(size=now.size) if now else _KEY,
        )


_SIZE = Text(en="size {size}", zh="大小 {size}")
_OTHER = Text(en="something else", zh="其他内容")
_HISTORY = Text(en="which has size {size} or another history", zh="后者大小为 {size} 或历史不同")
_KEY = Text(en="under another key", zh="密钥不同")
