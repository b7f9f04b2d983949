"""A database of the office, empty."""

from pathlib import Path

import pytest

from seawall.policy import window_online
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore

starting.prepare()  # before any test module imports the rows


@pytest.fixture
def store(tmp_path: Path) -> RecordsEventStore:
    starting.start(tmp_path / "office.sqlite")
    return RecordsEventStore(window_online.observer)
