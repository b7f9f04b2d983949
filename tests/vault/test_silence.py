"""No personal data leaves the vault but through `reveal`: canaries through every path, then a search."""

import base64
import contextlib
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from seawall.vault import envelope, ring, rotation
from seawall.vault.algorithms import AES, SM4, Suite
from seawall.vault.erasure import Order
from seawall.vault.opening import Unsealing
from seawall.vault.plain import Plain
from seawall.vault.ring import LocalRing
from tests.vault.conftest import NOW, Room, ask, erase, given, refusing, sqlite_room

CANARIES = {
    "name": "Canaria Vogelsang",
    "national_id": "440524188001010014",
    "phone": "+8613987654321",
    "bank_card": "5555555555554444",
    "address": "Kanarienweg 17, Vogelstadt",
    "email": "canary@vogelsang.example",
}
SPOILT = {
    "national_id": "440524188001010015",
    "phone": "Kanarienruf",
    "bank_card": "5555555555554445",
    "email": "canary@@vogelsang.example",
    "name": "55555555555544441",
    "address": "Kanarienweg" * 200,
}
TRACES = [*CANARIES.values(), *SPOILT.values(), "Kanarienweg", "vogelsang", "13987654321"]


def told(error: BaseException) -> Iterator[str]:
    """All that a log, a debugger or an error tracker could show of an exception."""
    yield repr(error)
    yield "".join(traceback.format_exception(error))
    for each in (error.__cause__, error.__context__):
        if each is not None:
            yield from told(each)
    yield from _locals(error.__traceback__)


def _locals(frame: TracebackType | None) -> Iterator[str]:
    while frame is not None:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:  # what tests hold is no leak
            yield from map(repr, frame.tb_frame.f_locals.values())
        frame = frame.tb_next


@contextlib.contextmanager
def listened(heard: list[str]) -> Iterator[None]:
    """Whatever is printed, logged or raised in the block is heard; it must raise."""
    out, log = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                yield
            except Exception as error:  # noqa: BLE001 - every one of them
                heard.extend(told(error))
            else:
                pytest.fail("nothing was raised")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    heard += [out.getvalue(), log.getvalue()]


def failing(unsealing: Unsealing) -> None:
    raise OSError(f"no disk for {unsealing}")


def test_no_path_tells_a_value(tmp_path: Path) -> None:
    heard: list[str] = []
    room = sqlite_room(tmp_path)
    vault = room.vault
    token = vault.admit(given(CANARIES), at=NOW, by="phone")
    vault.seal(token, given(CANARIES))
    opened = vault.open(token, tuple(CANARIES), ask=ask("answer_person"), record=room.recorder)
    assert opened["name"].reveal() == CANARIES["name"]
    exported = vault.export(token, ask=ask("answer_person"), record=room.recorder)
    heard += [repr(opened), f"{opened}", repr(exported), str(exported), f"{exported:>40}"]
    heard += [repr(room.recorder.seen), str(room.recorder.seen)]
    for name, value in SPOILT.items():
        with listened(heard):
            vault.seal(token, given({name: value}))
        with listened(heard):
            vault.admit(given({**CANARIES, name: value}), at=NOW, by="phone")
        with listened(heard):
            vault.find(name, Plain(value), country="CN")
    with listened(heard):
        vault.seal(token, given({"shoe": CANARIES["name"]}))
    for recorder in (refusing, failing):
        with listened(heard):
            vault.open(token, ("name",), ask=ask(), record=recorder)
    with listened(heard):
        vault.open(token, ("name",), ask=ask("curiosity"), record=room.recorder)
    with listened(heard):
        pickle.dumps(opened)
    with listened(heard):
        copy.copy(opened["name"])
    with listened(heard):
        {opened["name"]}
    _break(room, token, heard)
    erase(vault, (token,), by=Order("dana", "asked", NOW))
    heard += [str(vault.erasures()), str(vault.status()), repr(vault)]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(heard) > 100
    for trace in TRACES:
        assert not [each for each in heard if trace in each], trace
        assert trace.encode() not in written, trace


def _break(room: Room, token: str, heard: list[str]) -> None:
    """The databases fail, and what they hold is changed, while values are on their way."""
    assert isinstance(room.ring, LocalRing)
    with room.rows.writing() as session:
        session.rows("UPDATE vault_sealed SET version = 9 WHERE field = 'email'")
    with listened(heard):
        room.vault.open(token, ("email",), ask=ask(), record=room.recorder)
    room.vault.keys.next_index("email")
    with listened(heard):
        list(rotation.reindex(room.rows, room.vault.keys, "email"))
    stale = room.vault
    room.ring = room.ring.rotated(AES)
    list(rotation.rewrap(room.vault.keys))
    with listened(heard):
        stale.admit(given(CANARIES), at=NOW)
    with room.rows.writing() as session:
        session.rows("ALTER TABLE vault_blind RENAME TO gone")
    with listened(heard):
        room.vault.admit(given(CANARIES), at=NOW)
    with listened(heard):
        room.vault.find("phone", Plain(CANARIES["phone"]), country="CN")
    with room.rows.writing() as session:
        session.rows("ALTER TABLE gone RENAME TO vault_blind")


def test_while_people_are_there_the_files_hold_no_value(tmp_path: Path) -> None:
    room = sqlite_room(tmp_path)
    room.vault.admit(given(CANARIES), at=NOW)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(written) > 50_000
    for trace in TRACES:
        assert trace.encode() not in written, trace
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("suite", [AES, SM4], ids=["aes", "sm4"])
def test_no_traceback_tells_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suite: Suite
) -> None:
    """Neither a person's nor an index's, nor what wraps them: with one, and the files, all is open."""
    heard: list[str] = []
    room = sqlite_room(tmp_path)
    room.ring, room.suite = ring.new(suite), suite
    token = room.vault.admit(given(CANARIES), at=NOW)
    keys = [*room.vault.keys.of((token,)).values(), *room.ring._keys[room.ring.current][1:]]  # noqa: SLF001
    keys += [key for each in room.vault.keys.indexes().values() for key in each.values()]
    for recorder in (refusing, failing):
        with listened(heard):
            room.vault.open(token, ("name",), ask=ask(), record=recorder)
    with room.rows.writing() as session:
        session.rows("UPDATE vault_sealed SET version = 9 WHERE field = 'name'")
        session.rows("ALTER TABLE vault_hold RENAME TO gone")
    with listened(heard):
        room.vault.admit(given(CANARIES), at=NOW)
    with room.rows.writing() as session:
        session.rows("ALTER TABLE gone RENAME TO vault_hold")
    with listened(heard):
        room.vault.open(token, ("name",), ask=ask(), record=room.recorder)
    for broken in ("encrypt", "decrypt"):
        with monkeypatch.context() as patched, listened(heard):
            patched.setattr(envelope, broken, lambda *_, **__: 1 / 0)
            other = room.vault.admit(given(CANARIES), at=NOW)
            room.vault.open(other, ("phone",), ask=ask(), record=room.recorder)
    heard += [repr(room.ring), repr(keys), str(keys[0]), format(keys[0])]
    with listened(heard):
        pickle.dumps(keys[0])
    for key in keys:
        for written in (repr(bytes(key))[2:-1], key.hex(), base64.b64encode(key).decode()):
            assert not [each for each in heard if written in each]
