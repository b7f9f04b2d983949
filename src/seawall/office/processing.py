"""An event log from a file, opened for process measures."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from seawall.acts import tape_files
from seawall.cases.process import conformance, outside
from seawall.cases.process.outside import Columns
from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.core.measure import Measure, Question
from seawall.core.period import moment_at
from seawall.core.problem import Problem, UnableToUseInput
from seawall.portfolio.delimited import Dialect, Reader
from seawall.portfolio.mapping import Reads, Source

_PLAIN = Dialect()


@dataclass(frozen=True)
class LogFile:
    """A file of events, read: rows = kept + rejected + passed over.

    Attributes:
        log: the rows that are kept, as the log that measures read.
        rows: how many the file has.
        rejects: what is wrong with each row that is rejected.
        passed_over: rows that were not asked for.
    """

    log: pa.Table
    rows: int
    rejects: tuple[Problem, ...]
    passed_over: int

    def question(self, by: tuple[str, ...] = ()) -> Question:
        """What is asked as of the day of the last event."""
        last_us = pc.max(self.log["happened_us"]).as_py() or 0
        return Question(moment_at(last_us).date(), by)

    def answer(self, measure: Measure, by: tuple[str, ...] = ()) -> pa.Table:
        """A measure's answer over all of it."""
        engine = DuckEngine()
        engine.show("log", self.log)
        try:
            return engine.table(measure.steps(self.question(by)))
        finally:
            engine.close()

    def deviations(self, machine: Path) -> pa.Table:
        """Its cases replayed on the machine that a file declares.

        Raises:
            UnableToUseInput: the file declares no machine.
        """
        made = conformance.machine(pack.read_placed(machine, conformance.Sheet))
        return conformance.deviations(made, self.answer(conformance.measure()))


def read(path: Path, columns: Columns, dialect: Dialect = _PLAIN) -> LogFile:
    """Read a file of events.

    Args:
        path: delimited text with a header, also `.gz`.
        columns: which of its columns is what.
        dialect: what separates its fields, and its encoding.

    Raises:
        UnableToUseInput: it cannot be read, or lacks a column.
    """
    reads = {name: Reads(type="text") for name in columns.named}
    source = Source(columns=reads, delimiter=dialect.delimiter, encoding=dialect.encoding)
    header = tape_files.header_of(path, source)
    if wrong := tuple(outside.misfits(columns, header, str(path))):
        raise UnableToUseInput(wrong)
    with tape_files.opened(path) as stream:
        reader = Reader(stream, str(path), dialect)
        taken = [outside.taken(each, columns, str(path)) for each in reader.batches(columns.named)]
    empty = outside.schema(columns).empty_table()
    return LogFile(
        log=pa.concat_tables([empty, *(each.rows for each in taken)]),
        rows=reader.rows,
        rejects=(
            *(reject.problem for reject in reader.rejects),
            *(problem for each in taken for problem in each.rejects),
        ),
        passed_over=sum(each.passed_over for each in taken),
    )
