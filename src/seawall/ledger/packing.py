"""Export entries as a pack that `verifier` checks alone: the same pack for the same ledger."""

import hashlib
from collections.abc import Iterator, Sequence

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger import rows as tables
from seawall.ledger import tree
from seawall.ledger.entry import Recorded
from seawall.ledger.log import Ledger
from seawall.ledger.verifier import (
    CHECKPOINT,
    ENTRIES,
    FILES,
    MANIFEST,
    PACK_MOST,
    Line,
    manifest,
    packed,
)


def export(ledger: Ledger, span: tuple[int, int], *, files: Sequence[bytes] = ()) -> bytes:
    """A pack of entries with their bodies, proofs, the checkpoint, and files that they name.

    Where a body was erased, the entry that tells of it comes along.

    Args:
        ledger: whose key signs for the pack as a whole.
        span: from one entry's number up to, and without, another.
        files: contents whose SHA-256 an entry of the pack names.

    Raises:
        UnableToExport: there are no such entries, no entry names a file, or it is over 4 GB.
    """
    size = ledger.size
    if not 0 <= span[0] < span[1] <= size:
        raise UnableToExport(
            Text(
                en="entries {first} to {end} of {size}", zh="条目 {first} 至 {end}（共 {size} 条）"
            ).filled(first=span[0], end=span[1], size=size)
        )
    entries = list(ledger.entries(*span))
    entries += _erasures(ledger, entries)
    # Read last: it covers whatever was erased, and told, meanwhile.
    note = ledger.best_note()
    checkpoint = ledger.vouched(note)
    named = {digest for entry in entries for digest in entry.told["digests"].values()}
    attached = {hashlib.sha256(data).hexdigest(): data for data in files}
    if unnamed := sorted(set(attached) - named):
        raise UnableToExport(
            Text(
                en="a file that no entry names: {digest}", zh="没有条目提及的文件：{digest}"
            ).filled(digest=unnamed[0])
        )
    members = [
        (CHECKPOINT, note),
        (ENTRIES, b"".join(_lines(ledger, entries, checkpoint.size))),
        *((FILES + digest, attached[digest]) for digest in sorted(attached)),
    ]
    members.append((MANIFEST, ledger.signer.note(manifest(ledger.key.name, span, members))))
    if sum(len(data) + 1_000 for _, data in members) > PACK_MOST:
        raise UnableToExport(Text(en="more than 4 GB in one pack", zh="单包超过 4 GB 的内容"))
    return packed(members)


def _erasures(ledger: Ledger, entries: Sequence[Recorded]) -> list[Recorded]:
    """The entries that tell of what was erased among some, where they are not among them."""
    found = {each.number: each for each in entries}
    more = list(entries)
    while more:
        told = [ledger.eraser(each.number) for each in more if each.body is None]
        more = [each for each in told if each is not None and each.number not in found]
        found |= {each.number: each for each in more}
    return [found[number] for number in sorted(found) if number > entries[-1].number]


def _lines(ledger: Ledger, entries: Sequence[Recorded], size: int) -> Iterator[bytes]:
    with ledger.store.reading() as rows:
        for entry in entries:
            proof = tree.inclusion(entry.number, size, tables.tiles(rows))
            told = (entry.number, entry.leaf, entry.salt, entry.body)
            yield Line(ENTRIES, *told, proof, b"").text()


class UnableToExport(Unable, ValueError):
    """What was asked for cannot be exported."""

    def __init__(self, what: Text) -> None:
        super().__init__(
            Text(en="the ledger cannot export {what}", zh="账本无法导出{what}"), what=what
        )
