"""Check a pack of ledger entries alone, offline: `python verifier.py FILE --key PUBLIC_KEY`.

Needs Python 3.11 or newer and the package `cryptography`; nothing else of Seawall. What it checks:

- the checkpoint is signed by the key (C2SP signed-note, tlog-checkpoint; Ed25519);
- every entry's leaf is in the tree of that checkpoint, at its place (RFC 9162, 2.1.3.2);
- every body that is still there is the one its leaf committed to, under its salt;
- every attached file is one that an entry named by its SHA-256;
- the pack is the one the key's holder made, to the last byte.

Seawall itself uses the same functions, so that there is one definition of valid.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# --- The tree: RFC 6962, 2.1; RFC 9162, 2.1 ---------------------------------------------------

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(children: bytes) -> bytes:
    """The hash of an inner node, over the left child's hash and the right one's behind it."""
    return hashlib.sha256(b"\x01" + children).digest()


def included(leaf: bytes, at: tuple[int, int], proof: Sequence[bytes], *, root: bytes) -> bool:
    """Whether a leaf hash stands at (index, size of the tree) under a root (RFC 9162, 2.1.3.2)."""
    node, last = at[0], at[1] - 1
    if not 0 <= node <= last or len(leaf) != len(EMPTY_ROOT):
        return False
    found = leaf
    for each in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(each + found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found + each)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def continued(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether a tree (size, root) only added to an earlier one (RFC 9162, 2.1.4.2).

    Of an empty tree nothing can be shown: every tree continues it.
    """
    (size, old_root), (grown, new_root) = old, new
    if size == grown:
        return size > 0 and not proof and old_root == new_root
    if not 0 < size < grown or not proof:
        return False
    path = [old_root, *proof] if size & (size - 1) == 0 else list(proof)
    node, last = size - 1, grown - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(each + before), node_hash(each + after)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after + each)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its code, where it is, and the facts for its sentence."""

    code: str
    where: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """The finding as one line."""
        english, chinese = SENTENCES[self.code]
        said = (chinese if language == "zh" else english).format(**self.facts)
        return f"{self.where}: [{self.code}] {said}"


class UnableToAccept(ValueError):
    """Something is not what it must be; carries the finding."""

    def __init__(self, code: str, where: str, **facts: object) -> None:
        self.finding = Finding(code, where, facts)
        super().__init__(self.finding.sentence())


# --- Signed notes and checkpoints: C2SP signed-note, tlog-checkpoint, tlog-cosignature ---------

ED25519, COSIGNATURE = 1, 4
"""The types of signature that are understood: plain Ed25519, and a witness's with its time."""
SIGNATURES_MOST = 64
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_KEY_BYTES = 32
_ID_BYTES = 4


@dataclass(frozen=True)
class Key:
    """A public key with the name it signs under."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand for the key in a signature line."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """As it is passed on: name, id, and type and key in base64."""
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    def signed_at(self, text: bytes, signature: bytes) -> int | None:
        """Check a signature of this key; when a witness made it, in POSIX seconds, else 0.

        None where the signature is not of this key over this text.
        """
        at = None
        if self.kind == COSIGNATURE:
            at = int.from_bytes(signature[:_TIME_BYTES], "big")
            signature, text = signature[_TIME_BYTES:], cosigned(text, at)
        if len(signature) != _SIGNATURE_BYTES:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return None
        return at or 0


def cosigned(text: bytes, at: int) -> bytes:
    """What a witness signs: that it saw this checkpoint at a time, in POSIX seconds."""
    return b"cosignature/v1\ntime %d\n" % at + text


def read_key(text: str, where: str = "--key") -> Key:
    """A public key from its text, `name+id+base64`.

    Raises:
        UnableToAccept: it is none, or its id does not fit the rest.
    """
    name, _, rest = text.strip().partition("+")
    told, _, material = rest.partition("+")
    try:
        raw = base64.b64decode(material, validate=True) or b"\0"
    except ValueError:
        raw = b"\0"
    key = Key(name, raw[0], raw[1:])
    fits = len(key.public) == _KEY_BYTES and key.kind in (ED25519, COSIGNATURE)
    if not (named(name) and fits and key.id.hex() == told):
        raise UnableToAccept("ledger-key-unreadable", where)
    return key


def named(name: str) -> bool:
    """Whether a key can have this name: no spaces, no plus, no control characters."""
    return bool(name) and not any(c.isspace() or c == "+" or not c.isprintable() for c in name)


@dataclass(frozen=True)
class Note:
    """A text and the signatures below it: name, id of the key, signature."""

    text: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]
    where: str

    def signed(self, key: Key) -> int:
        """Check that a key signed the note; when, in POSIX seconds, for a witness.

        Raises:
            UnableToAccept: it did not, or one of its signatures is wrong.
        """
        mine = [s for name, id_, s in self.signatures if (name, id_) == (key.name, key.id)]
        times = [key.signed_at(self.text, signature) for signature in mine]
        good = [at for at in times if at is not None]
        if not times or len(good) < len(times):
            raise UnableToAccept("ledger-signature-wrong", self.where, name=key.name)
        return max(good)


_SIGNATURE_LINE = re.compile(
    r"— ([^\s+]+) ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"
)


def read_note(data: bytes, where: str) -> Note:
    """Take a signed note apart; whether to believe it is `Note.signed`.

    Raises:
        UnableToAccept: it is no signed note.
    """
    try:
        text, divided, below = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise UnableToAccept("ledger-note-unreadable", where) from None
    clean = all(c == "\n" or ord(c) >= ord(" ") for c in text + below)
    lines = below.split("\n")
    found = [_SIGNATURE_LINE.fullmatch(line) for line in lines[:-1]]
    if not (divided and clean and found and lines[-1] == "" and len(found) <= SIGNATURES_MOST):
        raise UnableToAccept("ledger-note-unreadable", where)
    return Note(f"{text}\n".encode(), tuple(_signature(each, where) for each in found), where)


def _signature(found: re.Match[str] | None, where: str) -> tuple[str, bytes, bytes]:
    raw = base64.b64decode(found[2]) if found else b""
    if found is None or len(raw) <= _ID_BYTES or base64.b64encode(raw).decode() != found[2]:
        raise UnableToAccept("ledger-note-unreadable", where)
    return found[1], raw[:_ID_BYTES], raw[_ID_BYTES:]


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its name, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n".encode()


def read_checkpoint(note: Note) -> Checkpoint:
    """What a note says as a checkpoint.

    Raises:
        UnableToAccept: it is none; extension lines, which nobody can audit, are refused too.
    """
    try:
        origin, size, root, _ = note.text.decode().split("\n")
        told = Checkpoint(origin, int(size), base64.b64decode(root))
    except ValueError:
        raise UnableToAccept("ledger-checkpoint-unreadable", note.where) from None
    fits = origin and told.size >= 0 and len(told.root) == len(EMPTY_ROOT)
    if not fits or told.text != note.text or (told.size == 0 and told.root != EMPTY_ROOT):
        raise UnableToAccept("ledger-checkpoint-unreadable", note.where)
    return told


def vouched(note: Note, key: Key) -> Checkpoint:
    """What a log says of itself, under its key and its name.

    Raises:
        UnableToAccept: its key did not sign it, it is no checkpoint, or one of another log.
    """
    note.signed(key)
    told = read_checkpoint(note)
    if told.origin != key.name:
        raise UnableToAccept("ledger-origin-wrong", note.where, name=key.name)
    return told


# --- Entries ----------------------------------------------------------------------------------

ERASURE = "ledger.erase"
"""The kind of an entry that tells of an erased body; its subject is `entry:` and the number."""
SALT_BYTES = 16


def body_digest(salt: bytes, body: bytes) -> str:
    """What a leaf says of a body: SHA-256 over 16 random bytes and the body, in hexadecimal."""
    return hashlib.sha256(salt + body).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_constant=int)  # int knows no NaN: it raises


def fields(leaf: bytes) -> dict[str, Any]:
    """The fields of a leaf; none where it is no JSON object, or one that can be read in two ways."""
    try:
        told = _JSON.decode(leaf.decode())
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def digests(leaf: bytes) -> dict[str, str]:
    """The digests of files and texts that a leaf names."""
    told = fields(leaf).get("digests")
    return {n: d for n, d in told.items() if isinstance(d, str)} if isinstance(told, dict) else {}


def body_wrong(told: Mapping[str, Any], salt: bytes | None, body: bytes | None) -> bool:
    """Whether what stands beside a leaf is neither its body with its salt, nor both erased."""
    if salt is None or body is None:
        return salt is not body
    if len(salt) != SALT_BYTES or body_digest(salt, body) != told.get("body"):
        return True
    return body != b"{}" and not fields(body)


# --- The pack: an uncompressed zip, written one way ---------------------------------------------

CHECKPOINT, ENTRIES, MANIFEST, FILES = "checkpoint", "entries.jsonl", "manifest", "files/"
MANIFEST_TITLE = "seawall ledger pack v1"
PACK_MOST = 2**32 - 1
"""A zip without 64-bit extensions ends there, in bytes."""
MEMBERS_MOST = 2**16 - 1
_MEMBER = re.compile(rf"{CHECKPOINT}|{re.escape(ENTRIES)}|{MANIFEST}|{FILES}[0-9a-f]{{64}}")
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _DAY = 20, 0x21  # 2.0; 1980-01-01, the zero of a zip's calendar
_HEAD = struct.Struct("<4sHHHHHIIIHH")
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_TAIL = struct.Struct("<4sHHHHIIH")


def packed(members: Sequence[tuple[str, bytes]]) -> bytes:
    """The only zip that holds these members: stored, undated, in this order."""
    out, directory = bytearray(), bytearray()
    for name, data in members:
        raw, crc, size = name.encode("latin-1"), zlib.crc32(data), len(data)
        told = (0, 0, 0, _DAY, crc, size, size, len(raw), 0)
        directory += _ENTRY.pack(_CENTRAL, _VERSION, _VERSION, *told, 0, 0, 0, 0, len(out)) + raw
        out += _HEAD.pack(_LOCAL, _VERSION, *told) + raw + data
    count, start = len(members), len(out)
    end = _TAIL.pack(_END, 0, 0, count, count, len(directory), start, 0)
    return bytes(out + directory + end)


def unpacked(pack: bytes) -> list[tuple[str, bytes]]:
    """Its members, up to one that cannot be read, has no place in a pack, or stands there again."""
    members, at = dict[str, bytes](), 0
    while pack[at : at + 4] == _LOCAL and at + _HEAD.size <= len(pack) <= PACK_MOST:
        *_, size, length, _ = _HEAD.unpack_from(pack, at)
        start = at + _HEAD.size
        at = start + length + size
        name = pack[start : start + length].decode("latin-1")
        if name in members or not _MEMBER.fullmatch(name):
            break
        members[name] = pack[start + length : at]
    return list(members.items())


def manifest(origin: str, span: tuple[int, int], members: Sequence[tuple[str, bytes]]) -> bytes:
    """The text that signs for a pack: whose, which entries, and every member's SHA-256."""
    digests = [f"{hashlib.sha256(data).hexdigest()} {name}" for name, data in members]
    told = [MANIFEST_TITLE, origin, f"entries {span[0]} {span[1]}", *digests]
    return "".join(f"{line}\n" for line in told).encode()


@dataclass(frozen=True)
class Verdict:
    """What came of checking a pack; when each witness saw the checkpoint, in POSIX seconds."""

    checkpoint: Checkpoint | None
    entries: int
    erased: int
    seen: Mapping[str, int]
    findings: tuple[Finding, ...]


def verify(pack: bytes, key: Key, witnesses: Sequence[Key] = ()) -> Verdict:
    """Check everything in a pack, and that witnesses cosigned; every finding names its place."""
    listed, seen, findings = unpacked(pack), dict[str, int](), list[Finding]()
    members, checkpoint = dict(listed), None
    try:
        note = read_note(members.get(CHECKPOINT, b""), CHECKPOINT)
        checkpoint = vouched(note, key)
        seen = {each.name: note.signed(each) for each in witnesses}
    except UnableToAccept as refused:
        findings.append(refused.finding)
    lines = [_line(n, raw) for n, raw in enumerate(members.get(ENTRIES, b"").splitlines(True), 1)]
    for line in lines:
        findings += line.wrong(checkpoint)
    findings += [*_erasures_wrong(lines), *_files_wrong(members, lines)]
    findings += _manifest_wrong(listed, lines, key)
    if len(listed) > MEMBERS_MOST or packed(listed) != pack:
        findings.append(Finding("ledger-pack-altered", _place(pack, listed)))
    erased = sum(line.body is None for line in lines)
    return Verdict(checkpoint, len(lines), erased, seen, tuple(findings))


@dataclass(frozen=True)
class Line:
    """An entry in a pack, with what proves it."""

    where: str
    number: int
    leaf: bytes
    salt: bytes | None
    body: bytes | None
    proof: tuple[bytes, ...]
    raw: bytes

    def text(self) -> bytes:
        """The line as it is written: one spelling."""
        told = {
            "number": self.number,
            "leaf": self.leaf.decode(),
            "salt": None if self.salt is None else self.salt.hex(),
            "body": None if self.body is None else self.body.decode(),
            "proof": [base64.b64encode(each).decode() for each in self.proof],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def wrong(self, checkpoint: Checkpoint | None) -> Iterator[Finding]:
        """What is wrong with the entry, seen from the checkpoint."""
        if self.number < 0 or self.text() != self.raw:
            yield Finding("ledger-line-unreadable", self.where)
        elif body_wrong(fields(self.leaf), self.salt, self.body):
            yield Finding("ledger-body-wrong", self.where, {"entry": self.number})
        if self.number >= 0 and checkpoint is not None:
            at = (self.number, checkpoint.size)
            if not included(leaf_hash(self.leaf), at, self.proof, root=checkpoint.root):
                facts = {"entry": self.number, "size": checkpoint.size}
                yield Finding("ledger-proof-wrong", self.where, facts)


def _line(n: int, raw: bytes) -> Line:
    """A line of entries; with the number -1 where it cannot be read."""
    where = f"{ENTRIES}, line {n}"
    try:
        told = json.loads(raw.decode())
        salt, body = told["salt"], told["body"]
        return Line(
            where,
            int(told["number"]),
            told["leaf"].encode(),
            None if salt is None else bytes.fromhex(salt),
            None if body is None else body.encode(),
            tuple(base64.b64decode(each, validate=True) for each in told["proof"]),
            raw,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Line(where, -1, b"", None, None, (), raw)


def _erasures_wrong(lines: Sequence[Line]) -> Iterator[Finding]:
    """Bodies that are gone without an entry of the pack that tells of it."""
    leaves = ((fields(line.leaf), line.leaf) for line in lines)
    told = {
        str(leaf.get("subject")): digests(raw).get("leaf")
        for leaf, raw in leaves
        if leaf.get("kind") == ERASURE
    }
    for line in lines:
        digest = leaf_hash(line.leaf).hex()
        if line.number >= 0 and line.body is None and told.get(f"entry:{line.number}") != digest:
            yield Finding("ledger-erasure-untold", line.where, {"entry": line.number})


def _files_wrong(members: Mapping[str, bytes], lines: Sequence[Line]) -> Iterator[Finding]:
    """Files that are not what an entry of the pack named."""
    known = {each for line in lines for each in digests(line.leaf).values()}
    for name, data in ((n, data) for n, data in members.items() if n.startswith(FILES)):
        digest = hashlib.sha256(data).hexdigest()
        if name != FILES + digest:
            yield Finding("ledger-file-altered", name)
        elif digest not in known:
            yield Finding("ledger-file-unnamed", name)


def _manifest_wrong(
    listed: Sequence[tuple[str, bytes]], lines: Sequence[Line], key: Key
) -> Iterator[Finding]:
    """Where the pack is not what its maker signed: members, and which entries."""
    signed = [(name, data) for name, data in listed if name != MANIFEST]
    try:
        note = read_note(dict(listed).get(MANIFEST, b""), MANIFEST)
        note.signed(key)
    except UnableToAccept as refused:
        yield refused.finding
        return
    title, origin, told, *listing = [*note.text.decode().splitlines(), "", "", ""]
    span = _SPAN.fullmatch(told)
    ends = (int(span[1]), int(span[2])) if span else (0, 0)
    # Behind the span stand the entries that tell of erasures in it.
    there = [line.number - ends[0] for line in lines[: ends[1] - ends[0]]]
    whole = len(there) == ends[1] - ends[0] and there == list(range(len(there)))
    if whole and manifest(key.name, ends, signed) == note.text:
        return
    named = {line.partition(" ")[2]: line.partition(" ")[0] for line in listing if line}
    altered = [n for n, data in signed if named.pop(n, "") != hashlib.sha256(data).hexdigest()]
    for name in (*altered, *named):
        yield Finding("ledger-member-altered", name)
    if not altered and not named:
        yield Finding("ledger-pack-incomplete", MANIFEST, {"told": f"{title}, {origin}, {told}"})


_SPAN = re.compile(r"entries ([0-9]{1,18}) ([0-9]{1,18})")


def _place(pack: bytes, listed: Sequence[tuple[str, bytes]]) -> str:
    """The first byte of a pack that is not as it must be."""
    good = packed(listed[:MEMBERS_MOST])
    pairs = enumerate(zip(pack, good, strict=False))
    return f"byte {next((n for n, (a, b) in pairs if a != b), min(len(pack), len(good)))}"


SENTENCES: dict[str, tuple[str, str]] = {
    "ledger-key-unreadable": ("This is no public key of a ledger.", "这不是账本的公钥。"),
    "ledger-note-unreadable": ("This is no signed note.", "这不是签名文书。"),
    "ledger-signature-wrong": ("It is not signed by {name}.", "没有 {name} 的有效签名。"),
    "ledger-checkpoint-unreadable": ("The signed text is no checkpoint.", "签名文本不是检查点。"),
    "ledger-origin-wrong": ("It is a checkpoint of another log than {name}.", "这是另一本账本的检查点，并非 {name}。"),
    "ledger-line-unreadable": ("The line is not an entry as it is written.", "该行不是按规定写法的记录。"),
    "ledger-body-wrong": ("The body of entry {entry} is not the one its leaf committed to.", "记录 {entry} 的正文与其叶子承诺的不符。"),  # noqa: E501
    "ledger-proof-wrong": ("Entry {entry} is not in the signed tree of {size}.", "记录 {entry} 不在大小为 {size} 的已签名树中。"),  # noqa: E501
    "ledger-file-altered": ("The file is not the one of this name.", "文件内容与其名称（哈希）不符。"),
    "ledger-file-unnamed": ("No entry of the pack names this file.", "包内没有记录提到该文件。"),
    "ledger-member-altered": ("This is not what the pack's maker signed.", "内容与导出者签署的不符。"),
    "ledger-pack-incomplete": ("The maker signed for {told}; the pack holds other entries.", "导出者签署的是 {told}；包内记录与此不同。"),  # noqa: E501
    "ledger-pack-altered": ("The container is not as it was written.", "容器与写入时不符。"),
    "ledger-erasure-untold": ("The body of entry {entry} is gone, and no entry tells of its erasure.", "记录 {entry} 的正文已不在，却没有删除记录。"),  # noqa: E501
}  # fmt: skip


def main() -> int:
    """Check a pack from the command line; 0 where nothing is wrong."""
    parser = argparse.ArgumentParser(description="Verify a pack of ledger entries, offline.")
    parser.add_argument("file", type=Path, help="the pack")
    parser.add_argument("--key", required=True, help="the ledger's public key, or a file with it")
    parser.add_argument("--witness", action="append", default=[], help="who must have cosigned")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    asked = parser.parse_args()
    try:
        witnesses = [key_of(each) for each in asked.witness]
        verdict = verify(asked.file.read_bytes(), key_of(asked.key), witnesses)
    except (UnableToAccept, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    for said in (*(f.sentence(asked.lang) for f in verdict.findings), summary(verdict, asked.lang)):
        sys.stdout.write(f"{said}\n")
    return 1 if verdict.findings else 0


def key_of(told: str) -> Key:
    """A public key given as its text or as a file that holds it.

    Raises:
        UnableToAccept: it is neither.
    """
    try:
        return read_key(Path(told).read_text(encoding="utf-8"), told)
    except (OSError, UnicodeDecodeError):
        return read_key(told, told)


def summary(verdict: Verdict, language: str = "en") -> str:
    """What was checked, in one line."""
    size = verdict.checkpoint.size if verdict.checkpoint else "?"
    counts, seen = _SUMMARY[language == "zh"]
    said = [counts.format(verdict.entries, size, verdict.erased, len(verdict.findings))]
    for name, at in verdict.seen.items():
        said.append(seen.format(name, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))))
    return "; ".join(said)


_SUMMARY = (
    ("{0} entries, proved in a tree of {1}; {2} bodies erased; {3} findings", "seen by {0} at {1} UTC"),
    ("{0} 条记录，树大小 {1}；已删除正文 {2} 条；发现问题 {3} 处", "{0} 于 {1}（UTC）见证"),
)  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
