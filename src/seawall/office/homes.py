"""An institution's home folder: where its stores lie, and how they are opened."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seawall.acts.deriving import Desk
from seawall.acts.signing import Teller, now
from seawall.book.store import Book
from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger import log, note
from seawall.ledger.log import Ledger, Reader
from seawall.ledger.sequencing import UnableToFindLedger
from seawall.ledger.verifier import key_of
from seawall.office import databases
from seawall.office import settings as told
from seawall.office.aside import PRIVATE_FILE, PRIVATE_FOLDER, aside
from seawall.office.packs import PACKS, conventions
from seawall.office.settings import Settings
from seawall.office.stores import Stores
from seawall.policy.decider import Decider
from seawall.policy.window import EventStore
from seawall.policy.window_online import Features, observer
from seawall.portfolio.conventions import Conventions
from seawall.vault.algorithms import Name
from seawall.vault.declaration import Rules
from seawall.vault.embedded import Embedded

HOME_VARIABLE = "SEAWALL_HOME"


HOME_DEFAULT = Path("seawall-home")

FOLDERS = ("book", "evidence", "keys", "rejects", "scratch", "vault")


@dataclass(frozen=True)
class Home:
    """An institution's home folder: the book, scratch space, rejects and reports; and where its stores lie."""

    folder: Path
    conventions: Conventions
    settings: Settings = field(default_factory=Settings)

    @property
    def stores(self) -> Stores:
        """The office's database, the ledger and the vault, to be opened."""
        return Stores(self.folder, self.settings)

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
        file = self.stores.file("office")
        if file is not None and not file.is_file():
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
    def records(self) -> Path | str:
        """The office's database, as `records.starting.start` opens it."""
        return self.stores.office

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
        return Ledger(self.stores.ledger(), note.load(self.ledger_key))

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
        return Reader(self.stores.ledger(), key_of(str(public)))

    def teller(self, by: str | None) -> Teller | None:
        """Who tells this home's ledger what he does now; None in a home without a ledger.

        Raises:
            UnableToActUnnamed: there is a ledger, and no name.
        """
        if not self.ledger_key.is_file():
            return None
        if by is None:
            raise UnableToActUnnamed
        return Teller(self.ledger, by, now())

    def start_ledger(self, origin: str) -> Ledger:
        """Start the ledger under a name, such as `lender.example/ledger`, with a fresh key.

        Raises:
            UnableToStartLedger: one was started in this home.
        """
        if self.ledger_key.with_suffix(".pub").exists():
            raise UnableToStartLedger
        try:
            note.Signer(origin).save(self.ledger_key)
        except FileExistsError:
            raise UnableToStartLedger from None
        return log.start(self.stores.ledger(), note.load(self.ledger_key))

    @property
    def vault(self) -> Embedded:
        """Where people's data lies."""
        rules = pack.read(PACKS / "vault" / "fields.yaml", Rules)
        return Embedded(self.folder, rules, self.stores.vault)

    def desk(self) -> Desk:
        """What acts on this home's book work with."""
        return Desk(self.book, self.engine(), self.conventions, self.folder / "rejects")


def make(folder: Path, name: str, suite: Name = "aes", *, settings: Settings | None = None) -> Home:
    """Make a home: its ledger with a key, its vault with a ring, the office's database, for its owner only.

    There is a whole home or none; in PostgreSQL too, see `databases.fresh`.

    Args:
        folder: where; nothing may be there yet but an empty folder.
        name: the ledger's, such as `lender.example/ledger`.
        suite: the vault's algorithms.
        settings: where its stores shall lie; what the environment says where None.

    Raises:
        UnableToReplace: something is there.
        UnableToUseDatabase: something is in the database.
        UnableToSign: a ledger cannot have this name.
    """
    chosen = told.read(folder) if settings is None else settings
    with aside(folder) as made, databases.fresh(chosen.elsewhere):
        _fill(Home(made, conventions(), chosen), name, suite)
    return Home(folder, conventions(), chosen)


def _fill(made: Home, name: str, suite: Name) -> None:
    for each in FOLDERS:
        (made.folder / each).mkdir(mode=PRIVATE_FOLDER)
    keep(made)
    made.start_ledger(name).store.close()
    made.vault.make_ring(suite)
    vault = made.vault.open()
    vault.rows.close()
    vault.keys.database.close()
    # Django takes a quarter of a second to load, which most commands need not spend.
    from seawall.records import starting  # noqa: PLC0415

    try:
        starting.start(made.records)
    finally:
        starting.stop()
    if (file := made.stores.file("office")) is not None:
        file.chmod(PRIVATE_FILE)


def keep(made: Home) -> None:
    """Write a home's settings down, unless all is in its folder anyway."""
    if text := made.settings.text:
        file = made.folder / told.FILE
        file.touch(mode=PRIVATE_FILE)
        file.write_text(text, encoding="utf-8")


def home(folder: Path | None = None) -> Home:
    """The home at a folder, at `SEAWALL_HOME`, or at `./seawall-home`.

    Raises:
        UnableToUseInput: its settings cannot be understood.
    """
    at = folder or Path(os.environ.get(HOME_VARIABLE, HOME_DEFAULT))
    return Home(at, conventions(), told.read(at))


class UnableToActUnnamed(Unable, ValueError):
    """A ledger would have to tell of nobody."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="this home has a ledger, which tells who did what: add --as NAME",
                zh="此主目录有账本，须记明行为人：请加 --as 名称",
            )
        )


class UnableToStartLedger(Unable, FileExistsError):
    """There is a ledger; its key is never overwritten."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="a ledger was started here: `seawall ledger verify` looks at it",
                zh="此处已有账本：可用 `seawall ledger verify` 查验",
            )
        )
