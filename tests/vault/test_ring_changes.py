"""Two who change the key ring at once: no key-encryption key is ever lost, or all that it wraps would be."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from seawall.vault import ring
from seawall.vault.embedded import Embedded, UnableToMakeRing
from seawall.vault.refusals import UnableToUseVault
from seawall.vault.ring import LocalRing
from tests.vault.conftest import ALICE, NOW, RULES, Remembering, ask, given

PATIENCE_S = 0.5
"""How long whoever is half-way waits for the other one, who must not get through meanwhile."""


@pytest.fixture
def at(tmp_path: Path) -> Embedded:
    return Embedded(tmp_path, RULES)


class Other:
    """Another process's change, which comes just before the first writing of the ring."""

    def __init__(self, change: Callable[[], object]) -> None:
        self.refused: Exception | None = None
        self._change = change
        self._thread = threading.Thread(target=self._run)
        self._write = ring.write_file

    def write(self, path: Path, made: LocalRing) -> None:
        """In the place of `ring.write_file`."""
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(PATIENCE_S)
        self._write(path, made)

    def ended(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            self._change()
        except UnableToUseVault as error:
            self.refused = error


def between(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> Other:
    other = Other(change)
    monkeypatch.setattr(ring, "write_file", other.write)
    return other


def test_two_rotations_at_once_lose_no_key(at: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    at.make_ring("aes")
    token = at.open().admit(given(ALICE), at=NOW)
    other = between(monkeypatch, lambda: list(at.rotate()))
    list(at.rotate())
    other.ended()
    opened = at.open().open(token, ("phone",), ask=ask(), record=Remembering())
    assert opened["phone"].reveal() == "+8613800138000"
    assert set(at.open().status().keys) <= set(at.ring.names)


def test_a_key_that_is_retired_takes_no_new_one_along(
    at: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = at.make_ring("aes").current
    token = at.open().admit(given(ALICE), at=NOW)
    list(at.rotate())
    other = between(monkeypatch, lambda: list(at.rotate()))
    at.retire(old)
    other.ended()
    assert at.open().open(token, ("phone",), ask=ask(), record=Remembering())


def test_two_rings_made_at_once_are_one(at: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = list[str]()

    def making() -> None:
        at.make_ring("aes")
        tokens.append(at.open().admit(given(ALICE), at=NOW))

    other = between(monkeypatch, making)
    at.make_ring("aes")
    other.ended()
    assert isinstance(other.refused, UnableToMakeRing)
    assert tokens == []
