"""Bring a loan tape into the book."""

import hashlib
from collections import Counter
from decimal import Decimal
from pathlib import Path

from seawall.acts.deriving import Desk, Progress, derive
from seawall.acts.entering import enter, write_rejects
from seawall.acts.import_report import FATES, FileReport, ImportReport, Share, entry
from seawall.acts.signing import Teller
from seawall.acts.tape_files import TapeFile, digest, gives_facts, read, source_of
from seawall.book.store import Brought, Change
from seawall.core.engine import Engine
from seawall.core.problem import Place, Problem, refusal
from seawall.portfolio import problems, tape
from seawall.portfolio.delimited import Reject
from seawall.portfolio.intake import Intake, Sheet, take_in
from seawall.portfolio.mapping import Mapping
from seawall.portfolio.outcome import Fate


def bring_in(
    desk: Desk,
    mapping: Mapping,
    paths: tuple[Path, ...],
    *,
    progress: Progress,
    teller: Teller | None = None,
) -> ImportReport:
    """Import files by a mapping: all that fits is kept, the rest is reported, nothing is lost.

    The ledger's entry is durable before the book is another one. Told again after a kill between the
    two, the same files into the same book are the same act, and the same entry.

    Args:
        desk: the book, and what works on it.
        mapping: how the files become the contract.
        paths: the files.
        progress: told how far it is.
        teller: tells the ledger; a book without a ledger beside it, as in a notebook, has none.

    Raises:
        UnableToUseInput: a file cannot be read or fits no source, or no row at all can be used;
            the book is then as it was.
        UnableToChangeBook: another process is changing the book.
    """
    files = [TapeFile(path, digest(path)) for path in paths]
    with desk.book.change() as change:
        brought = change.before.brought
        known = frozenset(each.sha256 for each in brought if each.mapping == mapping.id)
        fresh, seen = _parted(files, mapping, known)
        notices = [Problem(problems.FILE_SEEN, Place(str(each.path))) for each in seen]
        if not fresh:
            return ImportReport((), {}, {}, None, {}, tuple(notices))
        sheets, rejects = read(fresh, mapping, notices, progress)
        progress("checking", 0.0)
        intake = _take_in(desk.engine, mapping, sheets, fresh, change)
        every = sorted((*rejects, *intake.rejects), key=lambda r: (r.problem.where.file, r.row))
        notices += intake.notices
        reports = _reports(fresh, intake)
        where = _write_rejects(desk.rejects, fresh, every)
        reasons = dict(Counter(each.problem.code for each in every).most_common())
        _refuse_useless(reports, intake, where, reasons)
        progress("checking", 1.0)
        if intake.tables or intake.replaced:
            enter(desk.engine, intake, change)
            noted = _brought(mapping, fresh, reports, change.folder)
            change.bring(tuple(each for each in noted if each.sha256 not in known))
            derive(change, desk.engine, desk.conventions, progress)
        report = ImportReport(
            files=reports,
            added={name: rows.num_rows for name, rows in intake.tables.items()},
            replaced={name: keys.num_rows for name, keys in intake.replaced.items()},
            rejects=where,
            reasons=reasons,
            notices=tuple(notices),
        )
        if teller is not None and change.after is not change.before:
            told = entry(teller, mapping, [file.sha256 for file in fresh], report, change.before)
            teller.ledger.append(told)
    return report


def _parted(
    files: list[TapeFile], mapping: Mapping, held: frozenset[str]
) -> tuple[list[TapeFile], list[TapeFile]]:
    """Files to read, and files that were named twice or that the book holds.

    A look-up that the book holds is read again beside new files: it completes what they say.
    """
    fresh: list[TapeFile] = []
    seen: list[TapeFile] = []
    named: set[str] = set()
    for file in files:
        known = file.sha256 in held and gives_facts(mapping, source_of(file.path, mapping))
        (seen if known or file.sha256 in named else fresh).append(file)
        named.add(file.sha256)
    if all(file.sha256 in held for file in fresh):
        return [], files
    return fresh, seen


def _take_in(
    engine: Engine,
    mapping: Mapping,
    sheets: tuple[Sheet, ...],
    files: list[TapeFile],
    change: Change,
) -> Intake:
    for table in tape.TABLES:
        held_files = change.before.tables.get(table.name)
        engine.show(f"book_{table.name}", held_files or table.schema.empty_table())
    return take_in(engine, mapping, sheets, files=tuple(str(file.path) for file in files))


def _reports(files: list[TapeFile], intake: Intake) -> tuple[FileReport, ...]:
    met = {(each.file, each.fate): Share(each.rows, each.amount) for each in intake.counts}
    return tuple(
        _report(file, {fate: met.get((number, fate), Share()) for fate in FATES})
        for number, file in enumerate(files)
    )


def _report(file: TapeFile, fates: dict[Fate, Share]) -> FileReport:
    # Rows that are no records were counted by no statement: what has no other fate was rejected.
    others = sum(share.rows for fate, share in fates.items() if fate != "rejected")
    fates["rejected"] = Share(file.rows - others, fates["rejected"].amount)
    amount = sum((share.amount for share in fates.values()), Decimal(0))
    return FileReport(file.path.name, file.source, file.rows, amount, fates)


def _brought(
    mapping: Mapping, files: list[TapeFile], reports: tuple[FileReport, ...], folder: Path
) -> tuple[Brought, ...]:
    return tuple(
        Brought(mapping.id, file.path.name, file.sha256, report.rows, report.kept, folder.name)
        for file, report in zip(files, reports, strict=True)
    )


def _write_rejects(folder: Path, files: list[TapeFile], rejects: list[Reject]) -> Path | None:
    """The rejects file, named for the digest of what was imported, so that a re-run replaces it."""
    if not rejects:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:12]
    target = folder / f"rejects-{name}.csv"
    aside = target.with_suffix(".new")
    with aside.open("w", encoding="utf-8", newline="") as stream:
        write_rejects(stream, rejects, head=True)
    aside.replace(target)
    return target


def _refuse_useless(
    reports: tuple[FileReport, ...],
    intake: Intake,
    rejects: Path | None,
    reasons: dict[str, int],
) -> None:
    """Nothing kept, or kept rows that give no fact: those of look-ups without what they look up."""
    known = sum(report.fates["unchanged"].rows for report in reports)
    if intake.tables or intake.replaced or known:
        return
    place = Place(", ".join(report.name for report in reports))
    rows = sum(report.rows for report in reports)
    if not rows:
        raise refusal(problems.FILE_NO_ROWS, place)
    if any(report.kept for report in reports):
        raise refusal(problems.FILE_ONLY_LOOK_UPS, place)
    why = ", ".join(f"{n:,} {code}" for code, n in reasons.items())
    raise refusal(problems.FILE_NO_USE, place, rows=rows, reasons=why, rejects=str(rejects))
