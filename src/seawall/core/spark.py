"""Apache Spark as an engine, for books that outgrow one machine: `pip install "seawall[spark]"`.

The same SQL text, transpiled. Divisions are by doubles and sums of decimals are decimals on both
engines, so counts and decimals come out equal, floats within rounding of their sums.
"""

import shutil
import uuid
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.core.steps import Steps

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    # A book's times are UTC; a cluster's clock must not move them.
    "spark.sql.session.timeZone": "UTC",
    # Division by zero and bad casts give NULL, as they do in DuckDB.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class SparkEngine:
    """Spark behind the protocol `core.engine.Engine`.

    Args:
        scratch: a folder for tables shown from memory and for Spark's own files.
        master: where to run; the cluster's address, or this machine.
        partitions: of a shuffle; a few per core.

    Raises:
        UnableToStartSpark: pyspark or a Java runtime is missing.
    """

    def __init__(self, scratch: Path, *, master: str = "local[2]", partitions: int = 4) -> None:
        if find_spec("pyspark") is None:
            raise UnableToStartSpark('pyspark is not installed: pip install "seawall[spark]"')
        if shutil.which("java") is None:
            raise UnableToStartSpark("no Java runtime is on the path; `seawall doctor` says more")
        self._scratch = scratch
        self._session = _session(scratch, master, partitions)

    def show(self, name: str, source: pa.Table | tuple[Path, ...]) -> None:
        """See `Engine.show`."""
        files = source if isinstance(source, tuple) else (self._kept(name, source),)
        shown = self._session.read.parquet(*(str(file) for file in files))
        shown.createOrReplaceTempView(name)

    def table(self, steps: Steps) -> pa.Table:
        """See `Engine.table`; money comes as decimals, exact."""
        answer = self._session.sql(steps.sql("spark"))
        names = answer.columns
        rows = [tuple(row) for row in answer.collect()]
        return pa.table(
            [_column([row[place] for row in rows]) for place in range(len(names))], names=names
        )

    def write(self, steps: Steps, target: Path) -> None:
        """See `Engine.write`; the target becomes a folder of Parquet files."""
        self._session.sql(steps.sql("spark")).write.mode("overwrite").parquet(str(target))

    def close(self) -> None:
        """See `Engine.close`."""
        self._session.stop()

    def _kept(self, name: str, rows: pa.Table) -> Path:
        self._scratch.mkdir(parents=True, exist_ok=True)
        target = self._scratch / f"{name}-{uuid.uuid4().hex[:8]}.parquet"
        pq.write_table(rows, target, coerce_timestamps="us")
        return target


def _session(scratch: Path, master: str, partitions: int) -> "SparkSession":
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional extra

    builder = SparkSession.builder.master(master).appName("seawall")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    session = (
        builder.config("spark.sql.shuffle.partitions", str(partitions))
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def _column(values: list[object]) -> pa.Array:
    """An Arrow column; decimals keep their two places whatever Spark widened them to."""
    if any(isinstance(value, Decimal) for value in values):
        return pa.array(values, pa.decimal128(38, 2))
    return pa.array(values)


class UnableToStartSpark(Exception):
    """What Spark needs is not on this machine."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
