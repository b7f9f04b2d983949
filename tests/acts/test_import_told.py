"""An import is told to the ledger before the book changes; a retry after a kill is the same act."""

import hashlib
import json
from pathlib import Path

import pytest

from seawall.acts.import_report import ImportReport
from seawall.acts.importing import bring_in
from seawall.acts.signing import Teller
from seawall.book.store import Book
from seawall.core.text import verbatim
from seawall.ledger.entry import Recorded
from seawall.ledger.store import UnableToWriteStore
from seawall.office import homes
from seawall.office.homes import Home, UnableToActUnnamed
from tests.acts.test_importing import mapping
from tests.cli.test_commands import MAPPING, seawall

LOANS = b"no,amount,on\na,100.00,2026-01-05\nb,-5,2026-01-05\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return homes.make(tmp_path / "home", "lender.example/ledger")


def bring(at: Home, text: bytes, name: str = "loans.csv", by: str = "alice") -> ImportReport:
    file = at.folder.parent / name
    file.write_bytes(text)
    return bring_in(at.desk(), mapping(), (file,), progress=lambda *_: None, teller=at.teller(by))


def told(at: Home) -> list[Recorded]:
    return list(at.ledger_reader.entries())


def test_an_import_is_one_entry_with_files_counts_and_rejects(home: Home) -> None:
    report = bring(home, LOANS)
    (entry,) = told(home)
    assert (entry.told["kind"], entry.told["actor"]) == ("book.import", "alice")
    body = json.loads(entry.body or b"")
    assert body["mapping"] == "brook"
    assert body["files"] == [{
        "name": "loans.csv", "source": "loans", "sha256": hashlib.sha256(LOANS).hexdigest(),
        "rows": 2, "kept": 1, "rejected": 1,
        "amount_in": "95.00", "amount_kept": "100.00", "amount_rejected": "-5.00",
    }]  # fmt: skip
    assert body["added"] == {"loan": 1, "instalment": 1}
    assert report.rejects is not None
    rejects = hashlib.sha256(report.rejects.read_bytes()).hexdigest()
    assert entry.told["digests"]["rejects"] == rejects


def test_what_changes_nothing_is_not_told(home: Home) -> None:
    bring(home, LOANS)
    bring(home, LOANS)
    assert len(told(home)) == 1


def test_a_kill_between_entry_and_book_leaves_one_entry_after_the_retry(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Book, "_write_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(home, LOANS)
    assert (len(told(home)), home.book.snapshot().brought) == (1, ())
    bring(home, LOANS)
    assert (len(told(home)), len(home.book.snapshot().brought)) == (1, 1)


def test_the_same_files_into_another_book_or_by_another_person_are_another_act(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Book, "_write_aside", killed)
        for by in ("alice", "bob"):
            with pytest.raises(KeyboardInterrupt):
                bring(home, LOANS, by=by)
    bring(home, b"no,amount,on\nz,10.00,2026-01-05\n", "others.csv")
    bring(home, LOANS)
    assert len(told(home)) == 4
    assert len({entry.told["act"] for entry in told(home)}) == 4


def test_where_the_ledger_fails_the_book_stays_as_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnableToWriteStore("ledger", verbatim("disk I/O error"))

    teller = home.teller("alice")
    assert isinstance(teller, Teller)
    monkeypatch.setattr(teller.ledger, "append", fail)
    file = home.folder / "loans.csv"
    file.write_bytes(LOANS)
    with pytest.raises(UnableToWriteStore):
        bring_in(home.desk(), mapping(), (file,), progress=lambda *_: None, teller=teller)
    assert home.book.snapshot().brought == ()


def test_a_home_without_a_ledger_needs_no_name_and_one_with_a_ledger_does(
    home: Home, tmp_path: Path
) -> None:
    assert homes.home(tmp_path / "plain").teller(None) is None
    with pytest.raises(UnableToActUnnamed):
        home.teller(None)


def test_the_command_asks_who_and_tells(home: Home, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    (tmp_path / "loans.csv").write_bytes(LOANS)
    ask = ("import", tmp_path / "m.yaml", tmp_path / "loans.csv")
    refused = seawall(*ask, home=home.folder)
    assert (refused.returncode, "--as NAME" in refused.stderr) == (1, True)
    assert seawall(*ask, "--as", "alice", home=home.folder).returncode == 0
    assert [entry.told["actor"] for entry in told(home)] == ["alice"]
