"""Let another party vouch: cosignatures over checkpoints, C2SP tlog-witness and tlog-cosignature.

A witness remembers the last checkpoint of each log it was shown, and signs a new one only when it
continues that one. Who holds a checkpoint with a witness's signature can tell a rollback or a fork.
"""

import base64
import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from seawall.core.problem import Unable
from seawall.core.text import Text, in_each
from seawall.ledger import files
from seawall.ledger.log import Reader
from seawall.ledger.note import Signer
from seawall.ledger.verifier import (
    Checkpoint,
    Key,
    Note,
    UnableToAccept,
    continued,
    read_checkpoint,
    read_note,
)

HASHES_MOST = 63
REQUEST_MOST = 64 * 1024
"""Bytes."""
BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE = 400, 403, 404, 409, 422


class Witness:
    """Cosigns checkpoints of logs that only grow.

    Args:
        signer: the witness's key, of the kind `COSIGNATURE`.
        logs: the public keys of the logs it vouches for.
        folder: where it remembers; processes can share it.
    """

    def __init__(self, signer: Signer, logs: tuple[Key, ...], folder: Path) -> None:
        self.signer = signer
        self._logs: Mapping[str, Key] = {key.name: key for key in logs}
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, request: bytes, at: int) -> bytes:
        """Cosign a checkpoint: the signature line; durable before it is told.

        Args:
            request: old size, consistency proof and checkpoint, as tlog-witness lays them out.
            at: the time, in POSIX seconds; an earlier one than before is told as that one.

        Raises:
            UnableToCosign: with the status that tlog-witness gives it.
        """
        old, proof, note = _read(request)
        checkpoint = self._signed(note)
        with self._remembered(checkpoint.origin) as file:
            last, last_at = self._last(file)
            _check(last, old, checkpoint, proof)
            line = self.signer.line(note.text, max(at, last_at))
            files.put(file, note.text + b"\n" + line)
        return line

    def _signed(self, note: Note) -> Checkpoint:
        try:
            checkpoint = read_checkpoint(note)
        except UnableToAccept as refused:
            raise UnableToCosign(BAD_REQUEST, in_each(refused.finding.sentence)) from refused
        if checkpoint.origin not in self._logs:
            raise UnableToCosign(
                NOT_FOUND,
                Text(en="no log {origin} is known here", zh="此处不认识日志 {origin}").filled(
                    origin=checkpoint.origin
                ),
            )
        try:
            note.signed(self._logs[checkpoint.origin])
        except UnableToAccept as refused:
            raise UnableToCosign(FORBIDDEN, in_each(refused.finding.sentence)) from refused
        return checkpoint

    @contextmanager
    def _remembered(self, origin: str) -> Iterator[Path]:
        """The file of a log, while no other process has it."""
        file = self._folder / hashlib.sha256(origin.encode()).hexdigest()
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield file

    def _last(self, file: Path) -> tuple[Checkpoint | None, int]:
        if not file.exists():
            return None, 0
        note = read_note(file.read_bytes(), str(file))
        return read_checkpoint(note), note.signed(self.signer.key)


def _check(last: Checkpoint | None, old: int, new: Checkpoint, proof: tuple[bytes, ...]) -> None:
    """The rules of tlog-witness, in its order."""
    known = last.size if last else 0
    if old > new.size:
        raise UnableToCosign(
            BAD_REQUEST, Text(en="the old size is above the new one", zh="旧大小大于新大小")
        )
    if old != known:
        raise UnableToCosign(
            CONFLICT,
            Text(en="the last size seen here is {known}", zh="此处最后见到的大小是 {known}").filled(
                known=known
            ),
            size=known,
        )
    if last is None or known == 0:
        if proof:
            raise UnableToCosign(
                UNPROCESSABLE,
                Text(en="nothing is to be proved of an empty tree", zh="空树无可证明"),
            )
    elif known == new.size and last.root != new.root:
        raise UnableToCosign(
            CONFLICT,
            Text(
                en="another tree of size {known} was seen", zh="曾见过大小为 {known} 的另一棵树"
            ).filled(known=known),
            size=known,
        )
    elif not continued((known, last.root), (new.size, new.root), proof):
        raise UnableToCosign(
            UNPROCESSABLE,
            Text(
                en="it does not continue the tree of size {known}",
                zh="它不是大小为 {known} 的树的延续",
            ).filled(known=known),
        )


_UNREADABLE = Text(en="the request cannot be read", zh="无法读取请求")


def _read(request: bytes) -> tuple[int, tuple[bytes, ...], Note]:
    head, divided, signed = request.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        word, _, size = first.partition(" ")
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
        fits = word == "old" and size == str(int(size)) and int(size) >= 0
        note = read_note(signed, "checkpoint")
    except (ValueError, UnableToAccept) as refused:
        raise UnableToCosign(BAD_REQUEST, _UNREADABLE) from refused
    if not (divided and fits and len(hashes) <= HASHES_MOST and len(request) <= REQUEST_MOST):
        raise UnableToCosign(BAD_REQUEST, _UNREADABLE)
    return int(size), hashes, note


Ask = Callable[[bytes], bytes]
"""Passes a request to a witness; raises `UnableToCosign` as the witness does."""


def cosigned(reader: Reader, key: Key, ask: Ask) -> bytes:
    """Have the ledger's checkpoint of now cosigned, and check the signature.

    Args:
        reader: the ledger.
        key: the witness's public key.
        ask: passes the request on: `Witness.add` at a time, or `witness_http.asking`.

    Returns:
        the checkpoint with the witness's signature; for `Ledger.keep_checkpoint`, and to hold elsewhere.

    Raises:
        UnableToCosign: the witness saw another history, or something else is wrong.
    """
    note = reader.note()
    checkpoint = reader.vouched(note)
    try:
        answer = ask(_request(reader, note, (0, checkpoint.size)))
    except UnableToCosign as refused:
        if refused.size is None or not 0 < refused.size <= checkpoint.size:
            raise
        answer = ask(_request(reader, note, (refused.size, checkpoint.size)))
    try:
        read_note(note + answer, key.name).signed(key)
    except UnableToAccept as refused:
        raise UnableToCosign(FORBIDDEN, in_each(refused.finding.sentence)) from refused
    return note + answer


def _request(reader: Reader, note: bytes, sizes: tuple[int, int]) -> bytes:
    proof = [base64.b64encode(each).decode() for each in reader.consistency(*sizes)]
    return "".join(f"{line}\n" for line in (f"old {sizes[0]}", *proof, "")).encode() + note


class UnableToCosign(Unable, ValueError):
    """A witness does not vouch for a checkpoint.

    Attributes:
        status: the HTTP status of tlog-witness.
        size: the last size the witness saw, where that is what is wrong.
    """

    def __init__(self, status: int, why: Text, *, size: int | None = None) -> None:
        self.status = status
        self.size = size
        super().__init__(
            Text(
                en="the witness does not cosign the checkpoint ({status}): {why}",
                zh="见证方不予联署该检查点（{status}）：{why}",
            ),
            status=status,
            why=why,
        )
