"""Who runs the steps: DuckDB inside this process, or Apache Spark."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from seawall.core.steps import Steps, quoted


class Engine(Protocol):
    """Runs named steps over named relations.

    Guarantees: an engine only reads the files it is shown and only writes where `write` is told;
    the same steps over the same files give the same rows on every engine (exact for counts and
    decimals, 1e-9 relative for floats; the order of rows is that of the last step's ORDER BY).
    An engine belongs to one thread.
    """

    def show(self, name: str, source: pa.Table | tuple[Path, ...]) -> None:
        """Make a table, or Parquet files of one schema, readable under a name.

        Whatever was shown under this name before, of either kind and however its letters were
        cased, is no longer read. Files are read as named: `[1]`, `*` or `year=2024` in a path
        are letters, neither a pattern nor a column.
        """
        ...

    def table(self, steps: Steps) -> pa.Table:
        """Run the steps and bring the answer here."""
        ...

    def write(self, steps: Steps, target: Path) -> None:
        """Run the steps and write the answer as one Parquet file (a folder on Spark)."""
        ...

    def close(self) -> None:
        """Give back memory and processes."""
        ...


class DuckEngine:
    """DuckDB, embedded: the default.

    Args:
        scratch: where to spill what does not fit into memory; nothing stays there.
        memory: DuckDB's own limit, for example "4GB".
        threads: how many cores to use; all where None.
    """

    def __init__(
        self, scratch: Path | None = None, *, memory: str = "4GB", threads: int | None = None
    ) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            # Every answer is ordered by its last step; keeping files' order would cost memory.
            "preserve_insertion_order": False,
            # Nothing is ever fetched: a machine without network behaves like one with it.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if scratch is not None:
            settings["temp_directory"] = str(scratch)
        if threads is not None:
            settings["threads"] = threads
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET TimeZone = 'UTC'").fetchall()

    def show(self, name: str, source: pa.Table | tuple[Path, ...]) -> None:
        """See `Engine.show`."""
        # A table from memory is a temporary view, and would hide one over files of the same name.
        self._connection.unregister(name)
        self._run(f"DROP VIEW IF EXISTS {name}")
        if isinstance(source, pa.Table):
            self._connection.register(name, source)
            return
        files = ", ".join(quoted(_literal(path)) for path in source)
        self._run(
            f"CREATE VIEW {name} AS "
            f"SELECT * FROM read_parquet([{files}], hive_partitioning = false)"
        )

    def table(self, steps: Steps) -> pa.Table:
        """See `Engine.table`."""
        with _interruptible():
            return self._connection.sql(steps.sql()).to_arrow_table()

    def write(self, steps: Steps, target: Path) -> None:
        """See `Engine.write`."""
        form = "(FORMAT parquet, COMPRESSION zstd)"
        self._run(f"COPY (\n{steps.sql()}\n) TO {quoted(str(target))} {form}")

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()

    def _run(self, statement: str) -> None:
        with _interruptible():
            self._connection.execute(statement).fetchall()


@contextmanager
def _interruptible() -> Iterator[None]:
    """DuckDB tells of Ctrl-C by an error of its own; whoever pressed it means the whole program."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" not in str(error):
            raise
        raise KeyboardInterrupt from error


def _literal(path: Path) -> str:
    """A path in which DuckDB sees no pattern: each letter of one becomes a choice of itself."""
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))
