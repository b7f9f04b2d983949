"""Hold on to the book as it is at one moment, for as long as a copy takes."""

import os
import shutil
from pathlib import Path

from seawall.book.store import Book

_TRIES = 20


def pin(folder: Path, into: Path) -> None:
    """Link one snapshot's manifest and files into another folder of the same file system.

    The manifest is replaced by a rename, and files never change; so links keep both, whatever a later change
    sweeps away. Where one sweeps meanwhile, the next snapshot is taken.

    Args:
        folder: the book's.
        into: a folder that is not there yet.

    Raises:
        UnableToReadBook: the manifest is damaged.
        FileNotFoundError: a file that the manifest names is not there.
    """
    for left in reversed(range(_TRIES)):
        try:
            _link(folder, into)
        except FileNotFoundError:
            shutil.rmtree(into)
            if not left:
                raise
        else:
            return


def _link(folder: Path, into: Path) -> None:
    into.mkdir(mode=0o700)
    if not (folder / "manifest.json").exists():
        return
    os.link(folder / "manifest.json", into / "manifest.json")
    for file in Book(into).snapshot().files:
        original = folder / file.relative_to(into)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if original.is_dir():  # a part that Spark wrote
            shutil.copytree(original, file, copy_function=os.link)
        else:
            os.link(original, file)
