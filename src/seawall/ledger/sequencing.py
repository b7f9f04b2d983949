"""One transaction that appends: the order of its steps is what makes a ledger trustworthy."""

from collections.abc import Sequence

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger import rows as tables
from seawall.ledger import tree
from seawall.ledger.entry import Receipt, Recorded, Sealed
from seawall.ledger.gathering import Asked
from seawall.ledger.note import Signer
from seawall.ledger.store import Rows, Store
from seawall.ledger.tree import Edge
from seawall.ledger.verifier import (
    EMPTY_ROOT,
    Checkpoint,
    UnableToAccept,
    leaf_hash,
    read_note,
    vouched,
)


class Sequencer:
    """Gives entries their numbers, and signs for the tree with them.

    1. The store lets one writer in; nothing changes under it.
    2. The head is read. Unless it is this process's own last one, its signature is checked, that the
       tiles give its root, and that it continues what this process acknowledged: nothing is ever
       appended to a tree that was tampered with, nor to a valid one that forgot an entry.
    3. Acts that are known already are answered with the entry that is there.
    4. Entries, tiles and the head with the new signed checkpoint are written.
    5. The store commits: entries and the signature over them become durable together.
    6. Only then is anyone told.
    """

    def __init__(self, store: Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer
        self._known: tuple[bytes, Edge] | None = None
        self._acknowledged = 0, EMPTY_ROOT

    def write(self, batch: Sequence[Asked]) -> None:
        """Append what some callers asked, and answer each.

        Raises:
            UnableToWriteStore: the database failed; some or all may be kept.
            UnableToAppendToDamaged: the ledger is not what its checkpoint says.
        """
        known, self._known = self._known, None
        with self._store.writing() as rows:
            told = tables.asked(rows, [e.entry.act for asked in batch for e in asked.entries])
            edge, note = self._resumed(rows, known)
            page = _Page(rows, edge.size, tables.by_act(told))
            for asked in batch:
                page.answer(asked)
            if page.new:
                hashes = [leaf_hash(each.sealed.leaf) for each in page.new]
                tables.insert(rows, page.new)
                tables.put(rows, edge.grow(hashes))
                head = Checkpoint(self._signer.key.name, edge.size, edge.root())
                note = self._signer.note(head.text)
                tables.advance(rows, edge.size, note)
        if page.new:
            self._acknowledged = head.size, head.root
        self._known = note, edge
        page.tell(note)

    def _resumed(self, rows: Rows, known: tuple[bytes, Edge] | None) -> tuple[Edge, bytes]:
        head = tables.head(rows)
        if head is None:
            raise UnableToFindLedger(self._store.name)
        if known is not None and known[0] == head[1]:
            return known[1], head[1]
        try:
            checkpoint = vouched(read_note(head[1], self._store.name), self._signer.key)
        except UnableToAccept as error:
            raise UnableToAppendToDamaged(self._store.name, _UNLIKE) from error
        size, root = self._acknowledged
        ends = (*tree.spots(checkpoint.size), *tree.spots(size))
        tiles = tables.tiles(rows, {(level, number) for level, number, _ in ends})
        edge = Edge(checkpoint.size, tiles)
        if (edge.root(), head[0]) != (checkpoint.root, checkpoint.size):
            raise UnableToAppendToDamaged(self._store.name, _UNLIKE)
        if size > edge.size or tree.root(size, tiles) != root:
            raise UnableToAppendToDamaged(self._store.name, _FORGOT)
        return edge, head[1]


class _Page:
    """What one transaction appends, and what it will tell each caller."""

    def __init__(self, rows: Rows, size: int, told: dict[str, Recorded]) -> None:
        self._rows = rows
        self._size = size
        self._by_act = told
        self._numbers: list[tuple[Asked, list[tuple[int, bool]]]] = []
        self.new: list[tables.New] = []

    def answer(self, asked: Asked) -> None:
        """Number a caller's entries, all of them or none."""
        known, count = dict(self._by_act), len(self.new)
        try:
            self._numbers.append((asked, [self._number(e, asked.erases) for e in asked.entries]))
        except (UnableToAppend, UnableToErase) as refused:
            del self.new[count:]
            self._by_act, asked.refused = known, refused

    def _number(self, sealed: Sealed, erases: int | None) -> tuple[int, bool]:
        act = sealed.entry.act
        known = self._by_act.get(act)
        if known is not None:
            if not known.tells(sealed.entry):
                raise UnableToAppend(act, known.number)
            return known.number, False
        if erases is not None:
            self._erasable(erases)
        number = self._size + len(self.new)
        self._by_act[act] = sealed.recorded(number)
        self.new.append(tables.New(number, sealed, erases))
        return number, True

    def _erasable(self, number: int) -> None:
        before = tables.eraser(self._rows, number)
        told = before.number if before else None
        for each in self.new:
            told = each.number if each.erases == number else told
        if told is not None:
            raise UnableToErase(number, told)

    def tell(self, note: bytes) -> None:
        """Give each caller his receipts: the transaction is durable."""
        for asked, numbers in self._numbers:
            asked.receipts = tuple(Receipt(number, note, new) for number, new in numbers)


class UnableToAppend(Unable, ValueError):
    """An act's key was used for something else."""

    def __init__(self, act: str, number: int) -> None:
        super().__init__(
            Text(
                en="the act {act!r} is entry {number} already, with another content; an act's key is "
                "used once",
                zh="行为 {act!r} 已是第 {number} 条，内容不同；行为的键只能使用一次",
            ),
            act=act,
            number=number,
        )


class UnableToErase(Unable, ValueError):
    """A body was erased before, by another act."""

    def __init__(self, number: int, told: int) -> None:
        super().__init__(
            Text(
                en="the body of entry {number} is erased already, as entry {told} tells",
                zh="第 {number} 条的正文已被删除，见第 {told} 条",
            ),
            number=number,
            told=told,
        )


class UnableToFindLedger(Unable, LookupError):
    """There is no ledger in a database."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="no ledger was started in {name}: `seawall init` makes a home with one, `seawall "
                "ledger start` adds one",
                zh="{name} 中没有账本：`seawall init` 建立带账本的主目录，`seawall ledger start` 为已有"
                "主目录添加账本",
            ),
            name=name,
        )


class UnableToAppendToDamaged(Unable, RuntimeError):
    """The ledger is not what its signed checkpoint says, or what was acknowledged is gone."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(
                en="the ledger in {name} {why}, so nothing is appended to it; run `seawall ledger "
                "verify`",
                zh="{name} 中的账本{why}，因此不再追加；请运行 `seawall ledger verify`",
            ),
            name=name,
            why=why,
        )


_UNLIKE = Text(en="is not what its signed checkpoint says", zh="与其签名的检查点不符")
_FORGOT = Text(
    en="lacks entries that were acknowledged, or has others in their place",
    zh="缺少已确认的条目，或已被他项取代",
)
