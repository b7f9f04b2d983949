"""Key rings: a file, the environment, and a key management system's stand-in."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.core.text import verbatim
from seawall.vault import ring
from seawall.vault.algorithms import AES, SM4, Suite, UnableToAuthenticate
from seawall.vault.envelope import Place, seal, unseal
from seawall.vault.ring import LocalRing, UnableToReachKeys, Wrapped
from tests.vault.conftest import Room
from tests.vault.laws import what_goes_in_comes_out


def test_a_ring_in_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    path, made = tmp_path / "ring.json", ring.new(AES)
    ring.write_file(path, made)
    assert path.stat().st_mode & 0o777 == 0o600
    assert ring.from_file(path) == made
    for mode in (0o640, 0o604, 0o620, 0o660):
        path.chmod(mode)
        with pytest.raises(UnableToReachKeys, match="chmod 600"):
            ring.from_file(path)


def test_a_ring_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    ring.write_file(path, ring.new(AES))
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 65534, -1)
    with pytest.raises(UnableToReachKeys, match="another user"):
        ring.from_file(path)


def test_a_ring_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ring.VARIABLE, raising=False)
    with pytest.raises(UnableToReachKeys, match=ring.VARIABLE):
        ring.from_environment()
    made = ring.new(SM4)
    monkeypatch.setenv(ring.VARIABLE, made.text())
    assert ring.from_environment() == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"current": "a", "suite": "aes", "keys": {}}',
        '{"current": "a", "suite": "aes", "keys": {"a": {"suite": "aes", "key": "c2VjcmV0"}}}',
        '{"current": "a", "suite": "aes", "keys": {"a": {"suite": "aes", "key": "sECRET!"}}}',
    ],
)
def test_what_is_no_ring_is_refused_and_not_told(text: str) -> None:
    with pytest.raises(UnableToReachKeys) as refused:
        ring.parse(text, "the file")
    assert "c2VjcmV0" not in str(refused.value)
    assert "sECRET" not in str(refused.value)


def test_a_ring_shows_no_key() -> None:
    made = ring.new(AES)
    assert "_keys" not in repr(made)
    for suite in (AES, SM4):
        wrapped = made.rotated(suite).wrap(b"k" * 32, "person_a")
        assert b"k" * 8 not in wrapped.text


def test_the_current_key_cannot_be_dropped() -> None:
    made = ring.new(AES)
    with pytest.raises(UnableToReachKeys):
        made.without(made.current)


@pytest.mark.parametrize("suite", [AES, SM4])
def test_every_changed_bit_of_a_wrapped_key_is_found(suite: Suite) -> None:
    made = ring.new(suite)
    wrapped = made.wrap(b"k" * 32, "person_a")
    assert made.unwrap(wrapped, "person_a") == b"k" * 32
    with pytest.raises(UnableToAuthenticate):
        made.unwrap(wrapped, "person_b")
    for bit in range(len(wrapped.text) * 8):
        changed = bytearray(wrapped.text)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnableToAuthenticate):
            made.unwrap(Wrapped(wrapped.kek, bytes(changed)), "person_a")


@pytest.mark.parametrize("suite", [AES, SM4])
def test_every_changed_bit_of_a_sealed_field_is_found(suite: Suite) -> None:
    key, place = suite.new_key(), Place("person", "phone", "person_a", 1)
    sealed = seal(suite, key, place, b"+8613800138000")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnableToAuthenticate):
            unseal(suite, key, place, bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(UnableToAuthenticate):
            unseal(suite, key, place, sealed[:length])


@given(st.sampled_from([AES, SM4]), st.binary(max_size=300), st.text(), st.text())
def test_whatever_is_sealed_opens_in_its_place(
    suite: Suite, text: bytes, column: str, token: str
) -> None:
    key, place = suite.new_key(), Place("person", column, token, 3)
    sealed = seal(suite, key, place, text)
    assert unseal(suite, key, place, sealed) == text
    assert seal(suite, key, place, text) != sealed  # another nonce
    with pytest.raises(UnableToAuthenticate):
        unseal(suite, suite.new_key(), place, sealed)


def test_no_two_places_are_bound_alike() -> None:
    """Words that run into each other, such as a token that ends as another begins."""
    key = AES.new_key()
    sealed = seal(AES, key, Place("person", "ab", "c", 1), b"x")
    for other in (
        Place("person", "a", "bc", 1),
        Place("persona", "b", "c", 1),
        Place("person", "ab", "c", 2),
        Place("device", "ab", "c", 1),
    ):
        with pytest.raises(UnableToAuthenticate):
            unseal(AES, key, other, sealed)


class StandIn:
    """A key management system on this machine: counts calls, can be out of reach."""

    def __init__(self) -> None:
        self._inside: LocalRing = ring.new(AES)
        self.calls = 0
        self.reachable = True

    @property
    def current(self) -> str:
        return self._inside.current

    def wrap(self, key: bytes, owner: str) -> Wrapped:
        self._call()
        return self._inside.wrap(key, owner)

    def unwrap(self, wrapped: Wrapped, owner: str) -> bytes:
        self._call()
        return self._inside.unwrap(wrapped, owner)

    def _call(self) -> None:
        if not self.reachable:
            raise UnableToReachKeys(verbatim("the key management system does not answer"))
        self.calls += 1


def test_a_key_management_system_holds_the_keys(room: Room) -> None:
    stand_in = StandIn()
    with room.keys.writing() as session:
        session.rows("DELETE FROM vault_kek")
    room.ring = stand_in
    what_goes_in_comes_out(room)
    assert stand_in.calls > 0
    stand_in.reachable = False
    with pytest.raises(UnableToReachKeys):
        what_goes_in_comes_out(room)
    assert room.vault.status().states == {"active": 1}  # the first one only
