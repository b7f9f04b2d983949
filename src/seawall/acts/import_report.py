"""What an import did, as a report and as the ledger's entry."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from seawall.acts.signing import Teller
from seawall.acts.tape_files import digest
from seawall.book.store import Snapshot
from seawall.core.canonical import canonical
from seawall.core.problem import Problem
from seawall.ledger.entry import Entry
from seawall.portfolio.mapping import Mapping
from seawall.portfolio.outcome import Fate

KIND = "book.import"
FATES: tuple[Fate, ...] = ("new", "updated", "unchanged", "no_fact", "rejected")


@dataclass(frozen=True)
class Share:
    """Rows, and the sum of their source's amount as far as it can be read."""

    rows: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class FileReport:
    """What became of one file: its rows, and their amount, are the sum of the fates' shares."""

    name: str
    source: str
    rows: int
    amount_in: Decimal
    fates: dict[Fate, Share]

    @property
    def rejected(self) -> int:
        """How many rows were not used."""
        return self.fates["rejected"].rows

    @property
    def kept(self) -> int:
        """How many rows were used: new ones, updates, and what the book already held."""
        return self.rows - self.rejected

    @property
    def amount_rejected(self) -> Decimal:
        """The amount of the rows that were not used."""
        return self.fates["rejected"].amount

    @property
    def amount_kept(self) -> Decimal:
        """The amount of the rows that were used."""
        return self.amount_in - self.amount_rejected


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        files: a report per file that was read.
        added: rows added per table of the contract.
        replaced: rows per table that the book held and that hold no more.
        rejects: the rejects file, where there were any.
        reasons: how often each kind of problem rejected something, the most frequent first.
        notices: warnings, for example a file the book already holds.
    """

    files: tuple[FileReport, ...]
    added: dict[str, int]
    replaced: dict[str, int]
    rejects: Path | None
    reasons: dict[str, int]
    notices: tuple[Problem, ...]


def entry(
    teller: Teller,
    mapping: Mapping,
    sha256: Sequence[str],
    report: ImportReport,
    before: Snapshot,
) -> Entry:
    """What the ledger is told: the files, and what became of their rows and amounts; no row.

    The act's key is a digest of all this and of the book before. So a retry after a kill is the same
    act, and the same files into another book are another.

    Args:
        teller: who imports.
        mapping: how.
        sha256: of the files, as in the report.
        report: what came of it.
        before: the book that is being changed.
    """
    files = [
        {
            "name": each.name, "source": each.source, "sha256": named, "rows": each.rows,
            "kept": each.kept, "rejected": each.rejected, "amount_in": str(each.amount_in),
            "amount_kept": str(each.amount_kept), "amount_rejected": str(each.amount_rejected),
        }
        for each, named in zip(report.files, sha256, strict=True)
    ]  # fmt: skip
    digests = {
        "files": _digest(files),
        "mapping": _digest(mapping.model_dump(mode="json")),
        "before": _digest(sorted(f"{each.parent.name}/{each.name}" for each in before.files)),
    }
    if report.rejects is not None:
        digests["rejects"] = digest(report.rejects)
    body = {
        "mapping": mapping.id,
        "files": files,
        "added": report.added,
        "replaced": report.replaced,
        "rejected": report.reasons,
    }
    return Entry(
        kind=KIND,
        subject=f"book:{mapping.id}",
        actor=teller.by,
        at=teller.at,
        act=f"{KIND}:{_digest([teller.by, digests, body])[:32]}",
        digests=digests,
        body=body,
    )


def _digest(told: object) -> str:
    return hashlib.sha256(canonical(told)).hexdigest()
