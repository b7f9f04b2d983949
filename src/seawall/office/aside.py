"""Folders that are there as a whole, or not at all: homes and backups."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.files import sync

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
    made.mkdir(mode=0o700)
    try:
        yield made
        for each in (made, *made.rglob("*")):
            sync(each)
        made.replace(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    sync(target.parent)


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
