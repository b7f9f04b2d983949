"""Attach files to cases: the file is kept under its digest, and an event of the case says the digest.

The file is there, down to the disk, before any event names it; a process that stops in between leaves a file that
no case names, and nothing else. The same file twice is kept once. What is handed out is looked at again: a file that
somebody changed is refused.
"""

import os
import re
import tempfile
from contextlib import suppress
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

from seawall.acts import handling
from seawall.acts.handling import Desk, Handled
from seawall.cases import evidence
from seawall.cases.case import Command
from seawall.cases.evidence import File, Rules
from seawall.core.problem import Unable
from seawall.core.text import Text

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MODE = 0o600


def attach(
    desk: Desk, folder: Path, case_id: str, command: Command, given: tuple[Rules, str, bytes]
) -> Handled:
    """Attach a file to a case.

    Args:
        desk: where cases are handled.
        folder: where files are kept.
        case_id: the case's.
        command: who attaches when, under which key, and what he says of it; verb and fields follow from the file.
        given: which files may be; the file's name and content.

    Raises:
        UnableToFindCase: there is none of this id.
    """
    found = evidence.recognised(*given)
    if not isinstance(found, File):
        return Handled(None, None, new=False, problems=found)
    keep(folder, found.sha256, given[2])
    told = replace(command, verb=evidence.ATTACH, fields=asdict(found))
    return handling.handle(desk, case_id, told)


def keep(folder: Path, digest: str, content: bytes) -> None:
    """Keep a file under its digest, whole or not at all."""
    path = folder / digest
    if path.is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(_MODE)
        aside.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            aside.unlink()
        raise
    _settle(folder)


def _settle(folder: Path) -> None:
    """Put the folder's list of names on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def content(folder: Path, digest: str) -> bytes:
    """A kept file.

    Raises:
        UnableToFindFile: there is none under this digest.
        UnableToTrustFile: it is not what was kept.
    """
    path = folder / digest
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        raise UnableToFindFile(digest)
    held = path.read_bytes()
    if sha256(held).hexdigest() != digest:
        raise UnableToTrustFile(digest)
    return held


class UnableToFindFile(Unable, LookupError):
    """No file is kept under a digest."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            Text(
                en="no file with digest {digest}… is kept in this home",
                zh="本机构主目录中没有摘要为 {digest}… 的文件",
            ),
            digest=digest[:12],
        )


class UnableToTrustFile(Unable):
    """A file is not what was attached."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            Text(
                en="the file {digest}… was changed since it was attached: restore it from a backup",
                zh="文件 {digest}… 在上传后被改动：请从备份恢复",
            ),
            digest=digest[:12],
        )
