"""Take in facts as they come: a batch of lines is checked as a tape is, kept durably, and told of.

A fact told again changes nothing, so a sender that is not sure sends again. What cannot be kept goes to a
rejects file, line by line. Month-ends are not derived here: they follow from a month's last facts, by
`seawall import` or at the end of a stream.
"""

import hashlib
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from seawall.acts.deriving import Desk
from seawall.acts.entering import enter, write_rejects
from seawall.acts.signing import Teller
from seawall.book.store import Book, Change, UnableToChangeBook
from seawall.core.canonical import canonical
from seawall.core.steps import Steps
from seawall.ledger.entry import Entry
from seawall.portfolio import stream, tape
from seawall.portfolio.delimited import Reject
from seawall.portfolio.intake import Intake, Sheet, take_in

KIND = "book.ingest"
PARTS_MOST = 16
"""Files of a table that batches made; more are put together, so that the book stays quick to read."""
_PART_BYTES = 32 * 1024 * 1024
_LOOK_SECONDS = 0.1
_NAME_BYTES_MOST = 200

_DAYS = {
    "application": "applied_at", "decision": "decided_at", "loan": "disbursed_on",
    "instalment": "due_on", "payment": "paid_on", "contact": "contacted_at",
    "event": "happened_at", "series": "observed_on",
}  # fmt: skip
"""The column that says when a table's facts happened."""


@dataclass(frozen=True)
class Ingested:
    """What came of a batch: lines = new + updated + unchanged + rejected.

    Attributes:
        since, until: for each table with new facts, the days of the earliest and the latest one: what
            was computed of days from the first on is to be computed again.
        reasons: how often each kind of problem rejected something.
        rejects: the lines that were rejected, and why.
    """

    lines: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    since: dict[str, date] = field(default_factory=dict)
    until: dict[str, date] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = field(default=(), repr=False)

    @property
    def counted(self) -> "Ingested":
        """The same without the rejected lines themselves: for sums over a stream that runs for days."""
        return replace(self, rejects=())

    def __add__(self, other: "Ingested") -> "Ingested":
        """Of both batches."""
        since, until = dict(self.since), dict(self.until)
        for name, first in other.since.items():
            since[name] = min(since.get(name, first), first)
            until[name] = max(until.get(name, other.until[name]), other.until[name])
        return Ingested(
            self.lines + other.lines, self.new + other.new, self.updated + other.updated,
            self.unchanged + other.unchanged, self.rejected + other.rejected, since, until,
            dict(Counter(self.reasons) + Counter(other.reasons)), self.rejects + other.rejects,
        )  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Lines that came together.

    Attributes:
        name: where they come from, as problems and the rejects file call it.
        lines: each with its number, from 1.
        table: what all of them are facts of, so that they need not say so; "" where each says it.
    """

    name: str
    lines: tuple[tuple[int, str], ...]
    table: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the lines."""
        text = "\n".join(line for _, line in self.lines)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def ingest(
    desk: Desk, batch: Batch, teller: Teller | None = None, *, wait_seconds: float = 0
) -> Ingested:
    """Keep a batch's facts; it is durable once this returns.

    Args:
        desk: the book, and what works on it.
        batch: the lines.
        teller: tells the ledger; a book without a ledger beside it has none.
        wait_seconds: how long to wait while another process changes the book.

    Raises:
        UnableToChangeBook: another process still changes the book; the same batch can be told again.
    """
    told = stream.read(
        ((n, line) for n, line in batch.lines if line.strip()), batch.name, batch.table
    )
    came = Ingested(lines=told.again, unchanged=told.again) + _rejected(told.rejects)
    _write_rejects(desk.rejects, batch, told.rejects)
    for sheets in told.rounds:
        with ExitStack() as stack:
            change = _turn(stack, desk.book, wait_seconds)
            came += _keep(desk, batch, sheets, (change, teller))
    return came


def _turn(stack: ExitStack, book: Book, wait_seconds: float) -> Change:
    """A change of the book, once whoever changes it now is done."""
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return stack.enter_context(book.change())
        except UnableToChangeBook:
            if time.monotonic() >= until:
                raise
            time.sleep(_LOOK_SECONDS)


def _keep(
    desk: Desk, batch: Batch, sheets: tuple[Sheet, ...], into: tuple[Change, Teller | None]
) -> Ingested:
    """Keep facts of which no two have one key."""
    change, teller = into
    for table in tape.TABLES:
        files = change.before.tables.get(table.name)
        desk.engine.show(f"book_{table.name}", files or table.schema.empty_table())
    intake = take_in(desk.engine, stream.mapping(), sheets, files=(batch.name,))
    _write_rejects(desk.rejects, batch, intake.rejects)
    came = _came(intake)
    if intake.tables or intake.replaced:
        _enter(desk, intake, change)
        if teller is not None:
            teller.ledger.append(_entry(teller, batch, came, change))
    return came


def _rejected(rejects: tuple[Reject, ...]) -> Ingested:
    lines = len({each.row for each in rejects})
    reasons = dict(Counter(each.problem.code for each in rejects).most_common())
    return Ingested(lines=lines, rejected=lines, reasons=reasons, rejects=rejects)


def _came(intake: Intake) -> Ingested:
    fates = Counter[str]()
    for each in intake.counts:
        fates[each.fate] += each.rows
    days = {name: _days(name, rows) for name, rows in intake.tables.items()}
    kept = Ingested(
        lines=fates["new"] + fates["updated"] + fates["unchanged"],
        new=fates["new"],
        updated=fates["updated"],
        unchanged=fates["unchanged"],
        since={name: first for name, (first, _) in days.items()},
        until={name: last for name, (_, last) in days.items()},
    )
    return kept + _rejected(intake.rejects)


def _days(name: str, rows: pa.Table) -> tuple[date, date]:
    """The days of the earliest and the latest fact."""
    found = pc.min_max(rows[_DAYS[name]].cast(pa.date32(), safe=False)).as_py()
    return found["min"], found["max"]


def _enter(desk: Desk, intake: Intake, change: Change) -> None:
    """Write what is new, take out what it replaces, and put small files together."""
    enter(desk.engine, intake, change)
    change.flush()
    for name in intake.tables:
        _put_together(desk, name, change)


def _put_together(desk: Desk, name: str, change: Change) -> None:
    """Let many small files of a table become one: the same rows, in fewer files."""
    files = change.after.tables[name]
    small = tuple(file for file in files if file.is_file() and file.stat().st_size < _PART_BYTES)
    if len(small) <= PARTS_MOST:
        return
    together = change.file(f"{name}-together", 0)
    desk.engine.show("parts", small)
    desk.engine.write(Steps().then("parts_all", "SELECT * FROM parts"), together)
    change.replace(name, (*(file for file in files if file not in small), together))


def _write_rejects(folder: Path, batch: Batch, rejects: tuple[Reject, ...]) -> None:
    """Add rejects to the file of where they come from: what stood there, why, and what to do."""
    if not rejects:
        return
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{_file_name(batch.name)}.csv"
    fresh = not target.exists()
    with target.open("a", encoding="utf-8", newline="") as out:
        write_rejects(out, rejects, head=fresh)


def _file_name(source: str) -> str:
    """The name of a source as a file may have it; no two sources share one."""
    name = source.replace("%", "%25").replace("/", "%2F").replace("\\", "%5C")
    if len(name.encode()) <= _NAME_BYTES_MOST:
        return name
    return hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()


def _entry(teller: Teller, batch: Batch, came: Ingested, change: Change) -> Entry:
    """What the ledger is told: how many lines, and what became of them; no row."""
    before = canonical(sorted(f"{each.parent.name}/{each.name}" for each in change.before.files))
    digests = {"lines": batch.digest, "before": hashlib.sha256(before).hexdigest()}
    body = {
        "from": batch.name, "lines": came.lines, "new": came.new, "updated": came.updated,
        "unchanged": came.unchanged, "rejected": came.rejected, "reasons": came.reasons,
    }  # fmt: skip
    act = hashlib.sha256(canonical([teller.by, digests])).hexdigest()[:32]
    return Entry(kind=KIND, subject="book:stream", actor=teller.by, at=teller.at,
                 act=f"{KIND}:{act}", digests=digests, body=body)  # fmt: skip
