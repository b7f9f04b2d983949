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

_REMEDIES = {
    "ledger-key-unreadable": Text(en="Give the text name+id+base64, or a file that holds it, as its owner published it.",
        zh="请提供所有者公布的 name+id+base64 文本，或包含该文本的文件。"),
    "ledger-note-unreadable": Text(en="Fetch it again from its owner; if it stays so, it was altered.",
        zh="请向所有者重新索取；若仍如此，则已被改动。"),
    "ledger-signature-wrong": Text(en="Check that the key is the owner's; if it is, this was altered or is someone else's.",
        zh="请核对公钥；若公钥无误，则内容已被改动或出自他人。"),
    "ledger-checkpoint-unreadable": Text(en="A checkpoint has three lines: origin, size, root hash.",
        zh="检查点由三行组成：来源、大小、根哈希。"),
    "ledger-origin-wrong": Text(en="The key's holder signed for a log of another name; ask why, and for this one's.",
                                zh="密钥持有人为另一名称的账本签了名；请询问原因，并索取本账本的检查点。"),
    "ledger-line-unreadable": Text(en="Ask for the pack again; this line was altered.",
        zh="请重新索取导出包；该行已被改动。"),
    "ledger-body-wrong": Text(en="The body or its salt was altered after it was written; look for who could write there.",
        zh="正文或盐在写入后被改动；请查明谁有写入权限。"),
    "ledger-proof-wrong": Text(en="The entry, its number or its proof was altered after the checkpoint.",
        zh="记录、编号或证明在检查点之后被改动。"),
    "ledger-file-altered": Text(en="Ask for the file again; its name is its SHA-256.",
        zh="请重新索取；文件名即其 SHA-256。"),
    "ledger-file-unnamed": Text(en="Leave it out, or export the entry that names it.",
        zh="请去掉该文件，或导出提到它的记录。"),
    "ledger-member-altered": Text(en="Ask for the pack again.",
        zh="请重新索取导出包。"),
    "ledger-pack-incomplete": Text(en="Ask for the pack again; entries were taken out or added.",
        zh="请重新索取导出包；有记录被取出或加入。"),
    "ledger-pack-altered": Text(en="Ask for the pack again; it was altered or cut on its way.",
        zh="请重新索取导出包；传输中被改动或截断。"),
    "ledger-erasure-untold": Text(en="Ask for the body, or restore it: bodies are erased through the ledger only.",
        zh="请索取或恢复正文：正文只能经由账本删除。"),
}  # fmt: skip
"""What to do about what the verifier finds; it says itself what is wrong."""

_OF_VERIFIER = {
    code: Kind(code, Text(en=english, zh=chinese), _REMEDIES[code])
    for code, (english, chinese) in SENTENCES.items()
}
ERASURE_UNTOLD = _OF_VERIFIER["ledger-erasure-untold"]
KINDS = (
    LEAF_WRONG, ENTRY_MISSING, ENTRY_UNSIGNED, ERASURE_UNDONE, TILE_WRONG,
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
