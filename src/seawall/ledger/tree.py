"""The Merkle tree in tiles: RFC 6962, section 2.1, laid out as C2SP tlog-tiles.

A tile holds up to 256 hashes of one level; a hash of level 1 is the root of a full tile of level 0,
and so on. Tiles only ever grow, so every earlier tree can still be read from them. An append touches
the last tile of each level that changes: the logarithm of the size to the base 256.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.verifier import EMPTY_ROOT, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32

Tiles = Callable[[int, int], bytes]
"""Reads a tile by level and number: its hashes, one after the other."""


class Tile(NamedTuple):
    """Some hashes of one level, one after the other."""

    level: int
    number: int
    hashes: bytes


def path(level: int | Literal["entries"], number: int, width: int = WIDTH) -> str:
    """Where a tile is served, under the log's prefix.

    >>> path(0, 1234067)
    'tile/0/x001/x234/067'
    >>> path("entries", 0, 7)
    'tile/entries/000.p/7'
    """
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(parts)}{partial}"


def spots(size: int) -> Iterator[tuple[int, int, int]]:
    """The unfinished tile of each level of a tree: level, number, width (from 1 to 255)."""
    level = 0
    while size:
        number, width = divmod(size, WIDTH)
        if width:
            yield level, number, width
        size, level = number, level + 1


class Edge:
    """The right edge of a growing tree: its unfinished tiles, and nothing else.

    Args:
        size: the number of leaves so far.
        tiles: reads the unfinished tiles of that size.
    """

    def __init__(self, size: int = 0, tiles: Tiles | None = None) -> None:
        self.size = size
        self._levels: dict[int, bytes] = {}
        for level, number, width in spots(size):
            hashes = tiles(level, number)[: width * HASH_BYTES] if tiles else b""
            if len(hashes) < width * HASH_BYTES:
                raise UnableToReadTile(level, number)
            self._levels[level] = hashes

    def grow(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Append leaf hashes; returns every tile that changed, as it is now."""
        changed: list[Tile] = []
        level, hashes, start = 0, list(leaves), self.size
        self.size += len(leaves)
        while hashes:
            number = start // WIDTH
            data = self._levels.get(level, b"") + b"".join(hashes)
            full = [data[at : at + WIDTH * HASH_BYTES] for at in range(0, len(data), _TILE_BYTES)]
            self._levels[level] = full.pop() if len(full[-1]) < _TILE_BYTES else b""
            changed += [Tile(level, number + n, tile) for n, tile in enumerate(full)]
            if self._levels[level]:
                changed.append(Tile(level, number + len(full), self._levels[level]))
            hashes = [_root(tile) for tile in full]
            start, level = number, level + 1
        return changed

    def unfinished(self) -> list[Tile]:
        """The unfinished tiles."""
        return [Tile(lvl, number, self._levels[lvl]) for lvl, number, _ in spots(self.size)]

    def root(self) -> bytes:
        """The root hash of the tree so far."""
        nodes = []
        for level in sorted(self._levels, reverse=True):
            nodes += list(_perfect(self._levels[level]))
        return _folded(nodes)


_TILE_BYTES = WIDTH * HASH_BYTES


def _root(hashes: bytes) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > HASH_BYTES:
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([node_hash(hashes[at : at + 2 * HASH_BYTES]) for at in pairs])
    return hashes


def _perfect(hashes: bytes) -> Iterator[bytes]:
    """The roots of the largest perfect subtrees in an unfinished tile, from the left."""
    at, width = 0, len(hashes) // HASH_BYTES
    for height in reversed(range(HEIGHT)):
        if width & (1 << height):
            end = at + (HASH_BYTES << height)
            yield _root(hashes[at:end])
            at = end


def _folded(nodes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that grow smaller to the right."""
    if not nodes:
        return EMPTY_ROOT
    root = nodes[-1]
    for node in reversed(nodes[:-1]):
        root = node_hash(node + root)
    return root


def root(size: int, tiles: Tiles) -> bytes:
    """The root hash of a tree, also of an earlier one."""
    return Edge(size, tiles).root()


def inclusion(index: int, size: int, tiles: Tiles) -> tuple[bytes, ...]:
    """The path from a leaf to the root of a tree (RFC 6962, 2.1.1), the leaf's sibling first."""
    return _hashed(_path(index, 0, size), tiles)


def consistency(old: int, size: int, tiles: Tiles) -> tuple[bytes, ...]:
    """The proof that a tree is the continuation of an earlier one (RFC 6962, 2.1.2)."""
    if old in (0, size):
        return ()
    return _hashed(_continued(old, 0, size, whole=True), tiles)


Span = tuple[int, int]
"""The leaves from one number up to, and without, another."""


def _path(index: int, start: int, stop: int) -> list[Span]:
    """The subtrees beside a leaf's way up."""
    if stop - start == 1:
        return []
    middle = start + _split(stop - start)
    if index < middle:
        return [*_path(index, start, middle), (middle, stop)]
    return [*_path(index, middle, stop), (start, middle)]


def _continued(old: int, start: int, stop: int, *, whole: bool) -> list[Span]:
    """RFC 6962's SUBPROOF; `whole` while the old tree's root is the reader's own."""
    if old == stop:
        return [] if whole else [(start, stop)]
    middle = start + _split(stop - start)
    if old <= middle:
        return [*_continued(old, start, middle, whole=whole), (middle, stop)]
    return [*_continued(old, middle, stop, whole=False), (start, middle)]


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashed(spans: Sequence[Span], tiles: Tiles) -> tuple[bytes, ...]:
    read: dict[tuple[int, int], bytes] = {}

    def once(level: int, number: int) -> bytes:
        if (level, number) not in read:
            read[level, number] = tiles(level, number)
        return read[level, number]

    return tuple(_folded([_node(*each, once) for each in _pieces(*span)]) for span in spans)


def _pieces(start: int, stop: int) -> Iterator[Span]:
    """A span as perfect subtrees: the height of each, and its number at that height."""
    while start < stop:
        height = (stop - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def _node(height: int, number: int, tiles: Tiles) -> bytes:
    level, above = divmod(height, HEIGHT)
    tile, first = divmod(number << above, WIDTH)
    hashes = tiles(level, tile)[first * HASH_BYTES : (first + (1 << above)) * HASH_BYTES]
    if len(hashes) < HASH_BYTES << above:
        raise UnableToReadTile(level, tile)
    return _root(hashes)


class UnableToReadTile(Unable, LookupError):
    """A tile is missing, or shorter than the tree says."""

    def __init__(self, level: int, number: int) -> None:
        super().__init__(
            Text(
                en="the ledger's tile {number} of level {level} is missing or too short; run `seawall "
                "ledger verify`",
                zh="账本第 {level} 层的第 {number} 块缺失或过短；请运行 `seawall ledger verify`",
            ),
            number=number,
            level=level,
        )
