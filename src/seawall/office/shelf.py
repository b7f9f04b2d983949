"""Tables kept for those who ask again: the latest in memory, all of one book in the home's scratch space."""

import shutil
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock

import pyarrow as pa

from seawall.office.aside import PRIVATE_FOLDER, file_aside

MEMORY_MOST = 128 * 2**20
"""Bytes of tables held in memory; those not asked for the longest go first."""
TABLE_MOST = 16 * 2**20
"""A larger table is not kept: it is an export, and nobody asks for it twice in a row."""
FILES_MOST = 2_000


class Shelf:
    """Keeps tables under keys, for several threads; files serve the other processes of this home too.

    Guarantees: what is found under a key is what was put there, or nothing. Losing the folder loses
    time only; a damaged file in it counts as none.

    Args:
        folder: where files lie; a folder of each book's own, named by its digest.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._tables: OrderedDict[str, pa.Table] = OrderedDict()
        self._bytes = 0

    def find(self, key: str) -> pa.Table | None:
        """The table under a key; None where there is none."""
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
                return self._tables[key]
        with suppress(OSError, pa.ArrowInvalid):
            table = pa.ipc.open_file(self._file(key).read_bytes()).read_all()
            self._hold(key, table)
            return table
        return None

    def put(self, key: str, table: pa.Table) -> None:
        """Keep a table under a key, in memory and, where the disk takes it, as a file."""
        if table.nbytes > TABLE_MOST:
            return
        self._hold(key, table)
        with suppress(OSError):
            self._write(self._file(key), table)

    def sweep(self) -> None:
        """Remove what other books left, and the oldest files beyond so many."""
        with suppress(OSError):
            for each in self._folder.parent.iterdir():
                if each != self._folder:
                    shutil.rmtree(each, ignore_errors=True)
            files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)
            for file in files[: max(0, len(files) - FILES_MOST)]:
                file.unlink(missing_ok=True)

    def _hold(self, key: str, table: pa.Table) -> None:
        with self._lock:
            before = self._tables.pop(key, None)
            self._tables[key] = table
            self._bytes += table.nbytes - (before.nbytes if before is not None else 0)
            while self._bytes > MEMORY_MOST:
                _, gone = self._tables.popitem(last=False)
                self._bytes -= gone.nbytes

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.arrow"

    def _write(self, file: Path, table: pa.Table) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        with (
            file_aside(file) as made,
            pa.OSFile(str(made), "wb") as out,
            pa.ipc.new_file(out, table.schema) as writer,
        ):
            writer.write_table(table)
