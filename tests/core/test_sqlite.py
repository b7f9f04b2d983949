"""Which SQLite is trusted: not one with the race in its log."""

import apsw
import pytest

from seawall.core import sqlite


@pytest.mark.parametrize(
    ("found", "refused"),
    [
        ("3.7.0", True), ("3.40.1", True), ("3.51.2", True),
        ("3.51.3", False), ("3.54.0", False), ("4.0.0", False),
    ],
)  # fmt: skip
def test_a_version_with_the_race_is_outdated(
    found: str,
    refused: bool,  # noqa: FBT001 - a case's column
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: found)
    why = sqlite.outdated()
    assert (why is not None) == refused
    assert why is None or f"SQLite {found} can corrupt" in why.en
