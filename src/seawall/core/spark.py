"""Apache Spark as an engine, for books that outgrow one machine: `pip install "seawall[spark]"`.

The same SQL text, transpiled. Spark runs in ANSI mode: where DuckDB refuses (an overflow, a text
that is no number), Spark refuses too, instead of answering with a wrong number or none.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.core.problem import Unable
from seawall.core.steps import Steps
from seawall.core.text import Text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    # A book's times are UTC; a cluster's clock must not move them.
    "spark.sql.session.timeZone": "UTC",
    # DuckDB's TIMESTAMP has no zone; neither must what the text's TIMESTAMP means here.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # An integer that overflows stops the work; without this it would wrap to a wrong number.
    "spark.sql.ansi.enabled": "true",
    # A decimal that does not fit stops the work; with this allowed it would lose its last digits.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # What DuckDB writes too, and what it can read.
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
"""What makes the numbers the same: set on every session, over whatever else was asked for."""

_PLANNING = {
    # Both look for where a join's key comes from by writing every column it is computed from into
    # it, level after level: a policy's values grow past all bounds, and no plan is ever ready.
    # They serve joins of large partitioned tables, which a book does not have.
    "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
    "spark.sql.optimizer.runtime.bloomFilter.enabled": "false",
}
"""What lets Spark plan a policy at all; settings of one's own come over it."""

_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}

_LOOPBACK = {
    # On this machine alone, no port is opened to others.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


class SparkEngine:
    """Spark behind the protocol `core.engine.Engine`.

    An engine has a session of its own: what one shows, another does not see. The engine that
    starts Spark stops it on `close`; where Spark was running before (a notebook, another engine)
    it goes on running.

    Args:
        scratch: a folder for tables shown from memory and for Spark's own files; on a cluster,
            one that every machine sees. Nothing stays there after `close`.
        master: where to run: this machine, or a cluster's address.
        partitions: of a shuffle; a few per core.
        settings: more of Spark's own settings, for example its memory.

    Raises:
        UnableToStartSpark: pyspark or a Java runtime is missing, or Java does not start.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        master: str = "local[2]",
        partitions: int = 4,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        _check_machine()
        scratch.mkdir(parents=True, exist_ok=True)
        self._own = Path(tempfile.mkdtemp(prefix="spark-", dir=scratch.absolute()))
        asked = {**_start_settings(master, self._own), **(settings or {})}
        try:
            self._session, self._started = _session(asked)
        except UnableToStartSpark:
            shutil.rmtree(self._own)
            raise
        partitioned = {"spark.sql.shuffle.partitions": str(partitions)}
        meant = {**_PLANNING, **asked, **partitioned, **_SETTINGS}
        for name, value in meant.items():
            if self._session.conf.isModifiable(name):
                self._session.conf.set(name, value)

    def show(self, name: str, source: pa.Table | tuple[Path, ...]) -> None:
        """See `Engine.show`; a folder that `write` made is read like a file."""
        files = source if isinstance(source, tuple) else (self._kept(name, source),)
        shown = self._session.read.parquet(*(_literal(file) for file in files))
        shown.createOrReplaceTempView(name)

    def table(self, steps: Steps) -> pa.Table:
        """See `Engine.table`; columns keep their types also where no row has a value."""
        return _answer(self._session.sql(steps.sql("spark")).toArrow())

    def write(self, steps: Steps, target: Path) -> None:
        """See `Engine.write`; the target becomes a folder of Parquet files."""
        answer = self._session.sql(steps.sql("spark"))
        answer.write.mode("overwrite").parquet(str(target.absolute()))

    def close(self) -> None:
        """See `Engine.close`."""
        if self._started:
            self._session.stop()
        shutil.rmtree(self._own, ignore_errors=True)

    def _kept(self, name: str, rows: pa.Table) -> Path:
        target = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._own)) / "rows.parquet"
        pq.write_table(rows, target, coerce_timestamps="us")
        return target


def _check_machine() -> None:
    if find_spec("pyspark") is None:
        raise UnableToStartSpark("pyspark")
    home = os.environ.get("JAVA_HOME")
    # Spark's own launcher asks JAVA_HOME first and looks no further where it is set.
    if shutil.which(f"{home}/bin/java" if home else "java") is None:
        raise UnableToStartSpark("java")


def _start_settings(master: str, own: Path) -> dict[str, str]:
    return {
        "spark.master": master,
        "spark.app.name": "seawall",
        "spark.sql.warehouse.dir": str(own / "warehouse"),
        "spark.local.dir": str(own / "local"),
        **_QUIET,
        **(_LOOPBACK if master.startswith("local") else {}),
    }


def _session(settings: Mapping[str, str]) -> "tuple[SparkSession, bool]":
    """A session of its own, and whether Spark was started for it."""
    from pyspark import SparkContext  # noqa: PLC0415 - an optional extra
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    # Only this says so on every thread; the public question is answered for one thread alone.
    running = SparkContext._active_spark_context is not None  # noqa: SLF001
    builder = SparkSession.builder
    # What runs already keeps its settings: it is someone else's.
    for name, value in () if running else settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate().newSession(), not running
    except PySparkException as error:
        raise UnableToStartSpark("start") from error


def _literal(path: Path) -> str:
    """A path in which Spark sees no pattern: `[`, `{` and `*` are letters of a name."""
    return "".join("\\" + c if c in "\\*?[]{}" else c for c in str(path.absolute()))


def _answer(rows: pa.Table) -> pa.Table:
    """Spark's answer as DuckDB tells it: times without zone (they are UTC), no column marked."""
    columns = [
        column.cast(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.column_names)


Lack = Literal["pyspark", "java", "start"]

_REMEDIES: dict[Lack, Text] = {
    "pyspark": Text(
        en='pyspark is not installed: pip install "seawall[spark]"',
        zh='未安装 pyspark：pip install "seawall[spark]"',
    ),
    "java": Text(
        en="no Java runtime is found (JAVA_HOME, then the path): install Java 17 or newer, or "
        "set JAVA_HOME; `seawall doctor` says more",
        zh="找不到 Java 运行环境（先查 JAVA_HOME，再查路径）：请安装 Java 17 或更新版本，或设置 "
        "JAVA_HOME；`seawall doctor` 有更多说明",
    ),
    "start": Text(
        en="Java does not start Spark: Java 17 or newer is needed; `java -version` says which "
        "one is found first",
        zh="Java 无法启动 Spark：需要 Java 17 或更新版本；`java -version` 显示最先找到的版本",
    ),
}


class UnableToStartSpark(Unable):
    """What Spark needs is not on this machine."""

    def __init__(self, lack: Lack) -> None:
        self.lack = lack
        super().__init__(
            Text(en="Spark cannot be started: {remedy}", zh="无法启动 Spark：{remedy}"),
            remedy=_REMEDIES[lack],
        )
