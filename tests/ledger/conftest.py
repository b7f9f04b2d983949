"""A ledger in a folder of its own, and the reference vectors."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from seawall.ledger import log
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the house's times are UTC, without an offset


@pytest.fixture(scope="session")
def reference() -> Path:
    data = Path(os.environ.get("SEAWALL_DATA", ROOT.parent / "shared" / "data"))
    folder = Path(os.environ.get("SEAWALL_REFERENCE", data.parent / "reference"))
    if not folder.is_dir():
        pytest.skip(f"the reference values are not here: {folder} (set SEAWALL_REFERENCE)")
    return folder


@pytest.fixture
def signer() -> Signer:
    return Signer("lender.example/ledger")


@pytest.fixture
def ledger(tmp_path: Path, signer: Signer) -> Iterator[Ledger]:
    made = log.start(SqliteStore(tmp_path / "ledger.sqlite"), signer)
    yield made
    made.store.close()


def decision(n: int, **changed: object) -> Entry:
    """The n-th decision of a simulated lender."""
    told = {
        "kind": "decision",
        "subject": f"application:{n}",
        "actor": "alice",
        "at": AT,
        "act": f"decide:{n}",
        "body": {"outcome": "approve", "amount": f"{n}.00"},
    }
    return Entry(**(told | changed))  # type: ignore[arg-type]
