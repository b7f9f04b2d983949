"""What can be wrong with a ledger, a checkpoint, a key or a pack."""

from collections.abc import Callable
from typing import TypeVar

from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.core.text import Text
from seawall.ledger.verifier import SENTENCES, Finding, UnableToAccept

LEAF_WRONG = Kind(
    "ledger-leaf-wrong",
    Text(en="Entry {entry} is not the one that was kept: it was altered.",
         zh="记录 {entry} 已被改动。"),
    Text(en="Compare it with a backup or an exported pack, and find who could write to the database.",
         zh="请与备份或导出包比对，并查明谁能写入数据库。"),
)  # fmt: skip
ENTRY_MISSING = Kind(
    "ledger-entry-missing",
    Text(en="Entry {entry} is missing.", zh="缺少记录 {entry}。"),
    Text(en="Restore it from a backup or an exported pack, and find who could write to the database.",
         zh="请从备份或导出包恢复，并查明谁能写入数据库。"),
)  # fmt: skip
ENTRY_UNSIGNED = Kind(
    "ledger-entry-unsigned",
    Text(en="Entry {entry} stands behind the signed end of the ledger.",
         zh="记录 {entry} 位于账本签名末尾之后。"),
    Text(en="It did not come through the ledger; find who could write to the database.",
         zh="它不是经由账本写入的；请查明谁能写入数据库。"),
)  # fmt: skip
ERASURE_UNTOLD = Kind(
    "ledger-erasure-untold",
    Text(en="The body of entry {entry} is gone, and no entry tells of its erasure.",
         zh="记录 {entry} 的正文已不在，却没有删除记录。"),
    Text(en="Restore the body from a backup; bodies are erased through the ledger only.",
         zh="请从备份恢复正文；正文只能经由账本删除。"),
)  # fmt: skip
ERASURE_UNDONE = Kind(
    "ledger-erasure-undone",
    Text(en="An entry tells that the body of entry {entry} was erased; it is there.",
         zh="有记录称记录 {entry} 的正文已删除，但正文仍在。"),
    Text(en="Erase it again; a restored backup must replay the list of erasures.",
         zh="请再次删除；恢复备份后须重放删除清单。"),
)  # fmt: skip
TILE_WRONG = Kind(
    "ledger-tile-wrong",
    Text(en="Tile {number} of level {level} is not what the entries give.",
         zh="第 {level} 层的哈希块 {number} 与记录不符。"),
    Text(en="The entries are as signed; the hashes beside them were altered. Restore the database.",
         zh="记录与签名相符，但旁边的哈希被改动。请恢复数据库。"),
)  # fmt: skip
HEAD_WRONG = Kind(
    "ledger-head-wrong",
    Text(en="The head says {found} entries, the signed checkpoint in it {size}.",
         zh="表头称有 {found} 条记录，其中已签名的检查点为 {size} 条。"),
    Text(en="The head was altered; restore it from a backup.", zh="表头已被改动；请从备份恢复。"),
)  # fmt: skip
ROOT_WRONG = Kind(
    "ledger-root-wrong",
    Text(en="The entries do not give the root that {name} signed for at size {size}; "
         "the first {agreed} entries do give theirs.",
         zh="记录得不出 {name} 在大小 {size} 处签署的根；前 {agreed} 条记录相符。"),
    Text(en="An entry from {agreed} on was altered: compare them with a backup or a pack.",
         zh="自记录 {agreed} 起有改动：请与备份或导出包比对。"),
)  # fmt: skip
ROLLED_BACK = Kind(
    "ledger-rolled-back",
    Text(en="{name} saw the ledger at size {size}; it has only {found} entries now.",
         zh="{name} 曾见证账本大小为 {size}；现仅有 {found} 条记录。"),
    Text(en="Entries were cut off or an old copy was restored: bring back the newest copy.",
         zh="有记录被截去或恢复了旧副本：请找回最新副本。"),
)  # fmt: skip
FORKED = Kind(
    "ledger-forked",
    Text(en="{name} saw another ledger at size {size}: history was rewritten.",
         zh="{name} 在大小 {size} 处见证的是另一份账本：历史被改写。"),
    Text(en="Keep both checkpoints as evidence, and compare the entries with a backup or a pack.",
         zh="请保留两份检查点作为证据，并将记录与备份或导出包比对。"),
)  # fmt: skip

_OF_VERIFIER = {
    code: Kind(code, Text(en=told[0], zh=told[1]), Text(en=told[2], zh=told[3]))
    for code, told in SENTENCES.items()
}
KINDS = (
    LEAF_WRONG, ENTRY_MISSING, ENTRY_UNSIGNED, ERASURE_UNTOLD, ERASURE_UNDONE, TILE_WRONG,
    HEAD_WRONG, ROOT_WRONG, ROLLED_BACK, FORKED, *_OF_VERIFIER.values(),
)  # fmt: skip


def problem(finding: Finding) -> Problem:
    """What the verifier found, as the house speaks of problems."""
    return Problem(_OF_VERIFIER[finding.code], Place(finding.where), dict(finding.facts))


_T = TypeVar("_T")


def accepted(read: Callable[[], _T]) -> _T:
    """What the verifier reads, such as a key.

    Raises:
        UnableToUseInput: it refuses it.
    """
    try:
        return read()
    except UnableToAccept as refused:
        raise UnableToUseInput((problem(refused.finding),)) from None
