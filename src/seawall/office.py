"""The composition root: settings, packs and stores meet; literal tables say what exists."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa

from seawall.acts import replaying
from seawall.acts.deciding import Judge
from seawall.acts.deriving import Desk, Progress
from seawall.acts.simulating import NOTE, UnableToSimulateIntoBook
from seawall.book.store import Book, Snapshot, UnableToChangeBook, UnableToReadBook
from seawall.core import pack
from seawall.core import problems as pack_problems
from seawall.core.engine import DuckEngine, Engine
from seawall.core.expression import problems as expression_problems
from seawall.core.measure import Measure, Question
from seawall.core.problem import Kind, Place, refusal
from seawall.core.steps import Steps
from seawall.core.text import Language, Text
from seawall.ledger import log, note
from seawall.ledger import problems as ledger_problems
from seawall.ledger.audit import Audit, Seen, audit
from seawall.ledger.canonical import UnableToSpell
from seawall.ledger.entry import UnableToTell
from seawall.ledger.log import Ledger, Reader, UnableToFindEntry
from seawall.ledger.note import UnableToSign, UnableToUseKey
from seawall.ledger.packing import UnableToExport
from seawall.ledger.publishing import UnableToPublish
from seawall.ledger.sequencing import UnableToAppendToDamaged, UnableToFindLedger
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore
from seawall.ledger.tree import UnableToReadTile
from seawall.ledger.verifier import (
    COSIGNATURE,
    Key,
    UnableToAccept,
    key_of,
    read_checkpoint,
    read_note,
)
from seawall.ledger.witness import UnableToCosign, Witness
from seawall.policy import check_problems, reading, window_problems
from seawall.policy import problems as policy_problems
from seawall.policy.cases import Cases
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program
from seawall.policy.trial import Arms, Trial
from seawall.policy.window import EventStore
from seawall.policy.window_online import Features, observer
from seawall.portfolio import (
    collections,
    concentration,
    delinquency,
    early_default,
    earnings,
    growth,
    invariants,
    prepayment,
    recovery,
    summary,
    tape,
    transition,
    vintage,
)
from seawall.portfolio import problems as tape_problems
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.mapping import Mapping
from seawall.reports import html, pdf, portfolio, replay
from seawall.reports.leaf import Leaf
from seawall.simulator.declaration import Lender
from seawall.simulator.truth import UnableToPlan, UnableToPlanUntil
from seawall.vault import opening
from seawall.vault import problems as vault_problems
from seawall.vault.declaration import Rules
from seawall.vault.embedded import Embedded
from seawall.vault.opening import Witness as Recorder
from seawall.vault.refusals import UnableToUseVault

PACKS = Path(__file__).parent / "packs"
OVERLAYS_MOST = 8
HOME_VARIABLE = "SEAWALL_HOME"
HOME_DEFAULT = Path("seawall-home")

PROBLEM_KINDS: tuple[Kind, ...] = (
    *pack_problems.KINDS,
    *expression_problems.KINDS,
    *tape_problems.KINDS,
    *ledger_problems.KINDS,
    *policy_problems.KINDS,
    *check_problems.KINDS,
    *window_problems.KINDS,
    *vault_problems.KINDS,
)


def measures(conventions: Conventions) -> tuple[Measure, ...]:
    """Every measure of the portfolio, in the order in which reports tell them."""
    return (
        summary.measure(conventions),
        delinquency.measure(conventions),
        growth.measure(conventions),
        vintage.measure(conventions),
        early_default.measure(conventions),
        transition.matrix(conventions),
        transition.roll(conventions),
        transition.cure(conventions),
        prepayment.measure(conventions),
        recovery.curves(conventions),
        recovery.lgd(conventions),
        concentration.measure(conventions),
        earnings.measure(conventions),
        collections.measure(conventions),
    )


@dataclass(frozen=True)
class Home:
    """An institution's home folder: the book, scratch space, rejects and reports."""

    folder: Path
    conventions: Conventions

    @property
    def book(self) -> Book:
        """The book's store."""
        return Book(self.folder / "book")

    def engine(self, memory: str = "4GB") -> DuckEngine:
        """A fresh embedded engine that spills into the home."""
        scratch = self.folder / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        return DuckEngine(scratch, memory=memory)

    def events(self, deciders: Sequence[Decider]) -> EventStore | None:
        """The store of events, ready to answer the features of some policies; None without one."""
        if not self.records.is_file():
            return None
        store = self.open_events()
        for decider in deciders:
            store.prepare(Features(decider.program.features).definitions)
        return store

    def open_events(self) -> EventStore:
        """The store of events; made where there is none yet."""
        # Django takes a quarter of a second to load, which most commands need not spend.
        from seawall.records import starting  # noqa: PLC0415

        starting.start(self.records)
        from seawall.records.event_store import RecordsEventStore  # noqa: PLC0415 - needs Django's set-up

        return RecordsEventStore(observer)

    @property
    def records(self) -> Path:
        """The office's database."""
        return self.folder / "office.sqlite"

    @property
    def ledger_key(self) -> Path:
        """The ledger's private key; the public one lies beside it, as `.pub`."""
        return self.folder / "keys" / "ledger.key"

    @property
    def ledger(self) -> Ledger:
        """The ledger, to append to; each call opens it anew.

        Raises:
            UnableToFindLedger: none was started in this home.
        """
        if not self.ledger_key.is_file():
            raise UnableToFindLedger(str(self.folder))
        return Ledger(self._ledger_store(), note.load(self.ledger_key))

    @property
    def ledger_reader(self) -> Reader:
        """The ledger, to read and prove from: needs its public key only.

        Raises:
            UnableToFindLedger: none was started in this home.
            UnableToAccept: the public key beside it is none.
        """
        public = self.ledger_key.with_suffix(".pub")
        if not public.is_file():
            raise UnableToFindLedger(str(self.folder))
        return Reader(self._ledger_store(), key_of(str(public)))

    def start_ledger(self, origin: str) -> Ledger:
        """Start the ledger under a name, such as `lender.example/ledger`, with a fresh key.

        Raises:
            FileExistsError: one was started in this home.
        """
        note.Signer(origin).save(self.ledger_key)
        return log.start(self._ledger_store(), note.load(self.ledger_key))

    def _ledger_store(self) -> SqliteStore:
        return SqliteStore(self.folder / "ledger.sqlite")

    @property
    def vault(self) -> Embedded:
        """Where people's data lies."""
        return Embedded(self.folder, pack.read(PACKS / "vault" / "fields.yaml", Rules))

    @property
    def witness(self) -> Recorder:
        """What records an opening of people's data. Without a ledger nothing is opened."""
        return opening.refuse

    def desk(self) -> Desk:
        """What acts on this home's book work with."""
        return Desk(self.book, self.engine(), self.conventions, self.folder / "rejects")


def home(folder: Path | None = None) -> Home:
    """The home at a folder, at `SEAWALL_HOME`, or at `./seawall-home`."""
    return Home(folder or Path(os.environ.get(HOME_VARIABLE, HOME_DEFAULT)), conventions())


def audit_ledger(at: Home, seen: Sequence[Path]) -> Audit:
    """Recompute a home's ledger; its history must lead through checkpoints seen elsewhere.

    Raises:
        UnableToUseInput: a file holds no checkpoint that the ledger's key signed.
    """
    ledger = at.ledger_reader

    def checkpoint(file: Path) -> Seen:
        signed = read_note(file.read_bytes(), str(file))
        signed.signed(ledger.key)
        return Seen(str(file), read_checkpoint(signed))

    return audit(ledger, [ledger_problems.accepted(partial(checkpoint, file)) for file in seen])


def witness(name: str, logs: tuple[Key, ...], folder: Path) -> Witness:
    """A witness of other parties' ledgers; its key is made where there is none yet."""
    key = folder / "witness.key"
    if not key.exists():
        note.Signer(name, COSIGNATURE).save(key)
    return Witness(note.load(key), logs, folder)


def conventions() -> Conventions:
    """The shipped conventions."""
    return pack.read(PACKS / "conventions" / "delinquency.yaml", Conventions)


def mappings() -> dict[str, Path]:
    """The shipped mapping packs, by id."""
    return {path.stem: path for path in sorted((PACKS / "mappings").glob("*.yaml"))}


def mapping(name: str) -> Mapping:
    """A shipped mapping by its id, or one from a file.

    Raises:
        UnableToUseInput: the file is not a mapping.
    """
    return pack.read(_named(name, mappings()), Mapping)


def _named(name: str, shipped: dict[str, Path]) -> Path:
    """A shipped pack by its id, or a file by its path."""
    path = shipped.get(name, Path(name))
    if not path.suffix and not path.exists():
        raise refusal(pack_problems.PACK_UNKNOWN, Place(name), known=", ".join(shipped))
    return path


def lender() -> Lender:
    """The shipped synthetic lender."""
    return pack.read(PACKS / "simulator" / "lender.yaml", Lender)


def policies() -> dict[str, Path]:
    """The shipped policies and overlays, by id."""
    every = sorted((PACKS / "policies").glob("*.yaml"))
    return {path.stem: path for path in every if not path.stem.endswith(".cases")}


def policy(name: str) -> Program:
    """A shipped policy by its id, or one from a file; an overlay with what it extends.

    Raises:
        UnableToUseInput: the text is not a policy; carries every problem with its place.
    """
    path = _named(name, policies())
    sheets = [pack.read_placed(path, Sheet)]
    while (base := sheets[0].declared.extends) is not None:
        names = [sheet.declared.id for sheet in sheets]
        below = path.with_name(f"{base}.yaml")
        where = sheets[0].place("extends")
        if base in names or len(sheets) > OVERLAYS_MOST:
            listed = ", ".join(names)
            raise refusal(policy_problems.BASE_CIRCLE, where, limit=OVERLAYS_MOST, names=listed)
        if not below.is_file():
            raise refusal(policy_problems.BASE_MISSING, where, name=base)
        sheets.insert(0, pack.read_placed(below, Sheet))
    return reading.program(sheets)


def judge(at: Home, program: Program, trial: Path | None) -> Judge:
    """Who decides by a policy: it alone or in a trial, with the events that a home keeps.

    Raises:
        UnableToUseInput: the trial, or a policy in it, cannot be read.
    """
    champion = Decider(program)
    arms = None
    if trial is not None:
        arms = _arms(champion, pack.read_placed(trial, Trial), trial.parent)
    every = [champion, *((*arms.challengers, *arms.shadows) if arms else ())]
    looks_back = any(each.program.features for each in every)
    return Judge(champion, arms, at.events(every) if looks_back else None)


def _arms(champion: Decider, placed: pack.Placed[Trial], folder: Path) -> Arms:
    declared = placed.declared
    if declared.challengers and champion.program.customer is None:
        where = placed.place("challengers")
        raise refusal(policy_problems.TRIAL_NO_CUSTOMER, where, policy=champion.program.id)

    def decider(name: str) -> Decider:
        beside = folder / name
        return Decider(policy(str(beside) if beside.is_file() else name))

    return Arms(
        trial=declared,
        champion=champion,
        challengers=tuple(decider(each.policy) for each in declared.challengers),
        shadows=tuple(decider(name) for name in declared.shadows),
    )


def policy_cases(name: str) -> pack.Placed[Cases] | None:
    """The cases beside a policy; None where there are none."""
    path = policies().get(name, Path(name))
    beside = path.with_name(f"{path.stem}.cases.yaml")
    return pack.read_placed(beside, Cases) if beside.is_file() else None


def policy_schema(of: Literal["policy", "cases"]) -> str:
    """The JSON Schema of policy files, or of the cases beside them."""
    model = Sheet if of == "policy" else Cases
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(),
    }
    return json.dumps(schema, ensure_ascii=False, indent=1)


@dataclass(frozen=True)
class Reading:
    """The book opened for measures: one snapshot, shown to one engine."""

    engine: Engine
    snapshot: Snapshot
    conventions: Conventions
    as_of: date

    def measure(self, name: str) -> Measure:
        """The measure of this name."""
        return {each.name: each for each in measures(self.conventions)}[name]

    def answer(self, measure: Measure, by: tuple[str, ...] = ()) -> pa.Table:
        """A measure's answer at the analysis date."""
        return self.engine.table(measure.steps(Question(self.as_of, by)))


def read(at: Home, as_of: date | None = None) -> Reading:
    """Open the book for measures.

    Args:
        at: whose book.
        as_of: the analysis date; the last month-end of the book where None.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
        UnableToLookThere: the analysis date lies before the first month-end, or over three months
            after the last observation: a question that old facts cannot answer.
    """
    snapshot = at.book.snapshot()
    if not snapshot.tables.get("month_end"):
        raise UnableToReadEmptyBook(at.folder)
    engine = at.engine()
    for table in tape.TABLES:
        engine.show(table.name, snapshot.tables.get(table.name) or table.schema.empty_table())
    for name in ("month_end", "settlement"):
        engine.show(name, snapshot.tables[name])
    sql = """
SELECT MIN(month_end) AS first, MAX(month_end) AS last,
  (SELECT LAST_DAY(MAX(observed_on) + INTERVAL 3 MONTH) FROM loan) AS until FROM month_end"""
    known = engine.table(Steps().then("extent", sql)).to_pylist()[0]
    if as_of is not None and not known["first"] <= as_of <= known["until"]:
        raise UnableToLookThere(as_of, known["first"], known["until"])
    return Reading(engine, snapshot, at.conventions, as_of or known["last"])


def check(reading: Reading) -> Iterator[tuple[Text, int]]:
    """Every law of the book with the number of its violations."""
    told = invariants.of_measures(Question(reading.as_of), reading.conventions)
    for law in (*invariants.LAWS, *told):
        yield law.meaning, reading.engine.table(law.steps).to_pylist()[0]["violations"]


def steps_text(reading: Reading, measure: Measure, by: tuple[str, ...]) -> str:
    """The SQL of a measure, step by step."""
    return measure.steps(Question(reading.as_of, by)).sql()


def write_report(reading: Reading, target: Path, progress: Progress) -> Path:
    """Write the HTML risk report; returns where it is."""
    return _write_page(portfolio.leaf(told(reading, progress)), target)


def write_pdf(reading: Reading, target: Path, language: Language) -> Path:
    """Write the risk report as PDF in one language; returns where it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pdf.document(portfolio.leaf(told(reading, lambda *_: None)), language))
    return target


def told(reading: Reading, progress: Progress) -> portfolio.Told:
    """The answers a report tells, and what is planted where the book is a simulation."""
    every = measures(reading.conventions)
    answers = {}
    for turn, each in enumerate(every):
        progress("measures", turn / len(every))
        answers[each.name] = reading.answer(each)
        for by in portfolio.BROKEN_DOWN.get(each.name, ()):
            answers[f"{each.name}:{by}"] = reading.answer(each, (by,))
    progress("measures", 1.0)
    noted = json.loads(reading.snapshot.notes.get(NOTE, '{"troubles": []}'))
    return portfolio.Told(
        as_of=reading.as_of,
        measures={each.name: each for each in every},
        answers=answers,
        marks=reading.conventions.marks,
        brought=tuple(each.file for each in reading.snapshot.brought),
        troubles=tuple(noted["troubles"]),
    )


_BOOK = Text(en="the book as of {day}", zh="截至{day}的账册")
_WHERE = Text(en="{over} where {where}", zh="{over}（{where}）")
_THEN = Text(en="what was decided then", zh="当时的决定")
_NOTHING = Text(en="nothing", zh="无")


@dataclass(frozen=True)
class Asked:
    """What a replay is asked to look at.

    Attributes:
        on: a file of applications; the book where None.
        where: a condition on applications, in the expression language; all where None.
        as_of: of a book: later applications and outcomes are not seen; its last month-end where
            None.
    """

    on: Path | None = None
    where: str | None = None
    as_of: date | None = None


def replayed(at: Home, program: Program, asked: Asked, against: Program | None) -> replay.Told:
    """Replay a policy over past applications.

    Args:
        at: whose book, and whose scratch space; what was decided stays there, in `replay/`.
        program: the policy.
        asked: which applications.
        against: another policy; what was decided then where None.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
        UnableToUseInput: the file holds no applications, or the condition cannot be read.
    """
    scratch = at.folder / "scratch" / "replay"
    scratch.mkdir(parents=True, exist_ok=True)
    if asked.on is None:
        reading = read(at, asked.as_of)
        past = replaying.book_past(reading.engine, reading.as_of, at.conventions, scratch)
        over = _BOOK.filled(day=reading.as_of)
    else:
        past = replaying.file_past(at.engine(), program, asked.on, scratch)
        over = Text(en=asked.on.name, zh=asked.on.name)
    if asked.where is not None:
        past = replaying.only(past, program, asked.where)
        over = _WHERE.filled(over=over, where=asked.where)
    times = at.conventions.unlent_times_as_bad
    done = replaying.replay(past, program, against=against, times_as_bad=times)
    return replay.Told(
        title=program.title,
        policy=f"{program.id} {program.digest[:12]}",
        past=over,
        other=_other(done),
        measures=done.measures,
        answers=done.answers,
        absent={name: program.titles[name] for name in done.absent},
    )


def _other(done: replaying.Replayed) -> Text:
    if done.other is not None:
        named = f"{done.other.id} {done.other.digest[:12]}"
        return Text(en=named, zh=named)
    return _THEN if "replay_swaps" in done.measures else _NOTHING


def write_replay(told: replay.Told, target: Path) -> Path:
    """Write a replay's report as one HTML file; returns where it is."""
    return _write_page(replay.leaf(told), target)


def _write_page(leaf: Leaf, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".new")
    aside.write_text(html.page(leaf), encoding="utf-8")
    return aside.replace(target)


class UnableToReadEmptyBook(Exception):
    """The home holds no book yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no book yet; bring a tape in with `seawall import`, "
            "or make a synthetic lender with `seawall simulate`"
        )


class UnableToLookThere(Exception):
    """The analysis date is outside what the book knows."""

    def __init__(self, asked: date, first: date, last: date) -> None:
        super().__init__(
            f"the book knows its loans from {first} to {last}, and nothing of {asked}: choose a "
            "date between these"
        )


EXPECTED: tuple[type[Exception], ...] = (
    UnableToReadEmptyBook, UnableToLookThere, UnableToReadBook, UnableToChangeBook, UnableToSimulateIntoBook,
    pdf.UnableToWritePdf, UnableToPlan, UnableToPlanUntil,
    UnableToTell, UnableToFindEntry, UnableToSign, UnableToExport, UnableToAppendToDamaged,
    UnableToFindLedger, UnableToOpenStore, UnableToReadStore, UnableToWriteStore, UnableToReadTile, UnableToUseKey,
    UnableToUseVault,
    UnableToPublish, UnableToCosign, UnableToAccept, UnableToSpell,
)  # fmt: skip
"""Failures that a command tells in one sentence."""
