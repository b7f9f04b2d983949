"""Folders and files that are there as a whole, or not at all: homes, backups, what is kept for those who ask again."""

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.files import sync

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_SHOWN = 8


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """A folder, for its owner only, that becomes `target` in one rename when everything in it is on the disk.

    Where the block raises it is gone; what a killed process left is removed the next time.

    Raises:
        UnableToReplace: something is there, other than an empty folder.
    """
    there = sorted(each.name for each in target.iterdir()) if target.is_dir() else []
    if there or (target.exists() and not target.is_dir()):
        raise UnableToReplace(target, there)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f".{target.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield made
        for each in (made, *made.rglob("*")):
            sync(each)
        made.replace(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    sync(target.parent)


@contextmanager
def file_aside(target: Path) -> Iterator[Path]:
    """A name of one's own beside a file, for its owner only, that becomes the file in one rename once it is written.

    Several may make the same file at once: the last one stays, and nobody ever reads a part of any.
    """
    made = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    made.touch(mode=PRIVATE_FILE)
    try:
        yield made
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


class UnableToReplace(Unable, FileExistsError):
    """Something is where a home or a backup is to be; nothing of it is touched."""

    def __init__(self, folder: Path, there: Sequence[str]) -> None:
        some = ", ".join(there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "")
        super().__init__(
            Text(
                en="{folder} is {what}; nothing is made but where nothing is",
                zh="{folder} {what}；只在空处建立",
            ),
            folder=folder,
            what=_FULL.filled(some=some) if there else _FILE,
        )


_FULL = Text(en="not empty: it holds {some}", zh="不为空：其中有 {some}")
_FILE = Text(en="a file", zh="是一个文件")
