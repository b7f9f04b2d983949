"""Secrets that a home makes for itself: a file of its owner's, written once."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from seawall.ledger.files import sync
from seawall.office.aside import PRIVATE_FILE


def made_once(file: Path, size: int) -> str:
    """The secret in a file, made where there is none yet; whoever of several is first, all read the same.

    It is written aside and given its name when it is whole: nobody ever reads a part of it.

    Args:
        file: for its owner only; in a folder that is there.
        size: of a fresh secret, in random bytes.
    """
    if not file.is_file():
        mine = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(
            os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w"
        ) as out:
            out.write(secrets.token_urlsafe(size))
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(mine, file)
        mine.unlink()
        sync(
            file.parent
        )  # or a loss of power could take its name, after something was sealed under it
    return file.read_text(encoding="ascii")
