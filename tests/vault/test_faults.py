"""What a kill, a reader, a race and an old library do: nothing."""

import multiprocessing
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import apsw
import pytest

from seawall.core import sqlite
from seawall.vault import ring, rotation
from seawall.vault.algorithms import AES
from seawall.vault.database import UnableToReachDatabase, UnableToScrub
from seawall.vault.embedded import Embedded
from seawall.vault.erasure import Order
from seawall.vault.plain import Plain
from seawall.vault.refusals import UnableToOpen
from seawall.vault.ring import UnableToReachKeys
from seawall.vault.store import Vault
from tests.conftest import ROOT
from tests.vault.conftest import (
    ALICE,
    BOB,
    NOW,
    RULES,
    Room,
    ask,
    erase,
    finish,
    given,
    replay,
    sqlite_room,
)
from tests.vault.worker import room_at

PEOPLE = 300
KILLS = 6


def phone(number: int) -> str:
    return f"139{number:08}"


def peopled(folder: Path) -> list[str]:
    ring.write_file(folder / "ring.json", ring.new(AES))
    room = room_at(folder)
    people = [given({**BOB, "phone": phone(n)}) for n in range(PEOPLE)]
    tokens = room.vault.admit_all(people, at=NOW)
    room.rows.close()
    room.keys.close()
    return tokens


def killed(folder: Path, what: str, after_s: float) -> bool:
    """Start the work and kill it -9 some moment later; whether it was still at it."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.vault.worker", str(folder), what],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(after_s)
        at_it = process.poll() is None
        process.kill()
    return at_it


def moment(n: int, chance: random.Random) -> float:
    """When a kill comes, in seconds from the start: the first at once, so that it finds it working anywhere."""
    return chance.random() * 0.12 if n else 0.0


def everyone_is_whole(room: Room, tokens: list[str]) -> None:
    wanted = [(token, "phone") for token in tokens]
    opened = room.vault.open_all(
        wanted,
        ask=ask("decide_application", approval="A"),
        record=room.recorder,
    )
    assert [value.reveal() for value in opened.values()] == [
        f"+86{phone(n)}" for n in range(PEOPLE)
    ]
    for n in range(0, PEOPLE, 7):
        assert room.vault.find("phone", Plain(phone(n)), country="CN") == (tokens[n],)


@pytest.mark.parametrize("what", ["rewrap", "reindex"])
def test_a_rotation_killed_anywhere_goes_on(tmp_path: Path, what: str) -> None:
    tokens, chance = peopled(tmp_path), random.Random(7)  # noqa: S311 - a seed
    at_it = 0
    for n in range(KILLS):
        at_it += killed(tmp_path, what, moment(n, chance))
        room = room_at(tmp_path)
        everyone_is_whole(room, tokens)
        room.rows.close()
        room.keys.close()
    assert at_it > 0, "no kill came while it worked"
    room = room_at(tmp_path)
    if what == "rewrap":
        list(rotation.rewrap(room.vault.keys))
        assert set(room.vault.status().keys) == {room.ring.current}
    else:
        list(rotation.reindex(room.rows, room.vault.keys, "phone"))
        assert len(room.vault.keys.indexes()["phone"]) == 1
    everyone_is_whole(room, tokens)


def test_an_erasure_killed_anywhere_goes_on(tmp_path: Path) -> None:
    tokens, chance = peopled(tmp_path), random.Random(8)  # noqa: S311 - a seed
    at_it = sum(killed(tmp_path, "erase", moment(n, chance)) for n in range(KILLS))
    assert at_it > 0, "no kill came while it worked"
    room = room_at(tmp_path)
    finish(room.vault)
    gone = {each.token for each in room.vault.erasures()}
    assert 0 < len(gone) < PEOPLE
    assert set(room.vault.keys.of(tokens)) == set(tokens) - gone
    assert room.vault.status().states == {"active": PEOPLE - len(gone), "erased": len(gone)}
    for n in range(0, PEOPLE, 7):
        found = room.vault.find("phone", Plain(phone(n)), country="CN")
        assert found == (() if tokens[n] in gone else (tokens[n],))


def test_the_bytes_of_erased_people_are_gone(tmp_path: Path) -> None:
    """Through thousands of rows, so that pages of the tables were split, merged and moved."""
    room, chance = sqlite_room(tmp_path), random.Random(9)  # noqa: S311 - a seed
    tokens = []
    for _ in range(8):
        tokens += room.vault.admit_all([given(BOB)] * 250, at=NOW)
        gone = chance.sample(tokens, 40)
        traces = traces_of(room, gone)
        left = [token for token in tokens if token not in gone]
        kept = traces_of(room, left[:20])
        erase(room.vault, gone, by=Order("dana", "asked", NOW))
        tokens = left
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert len(traces) == 40 * (1 + len(BOB) + 2)
        assert not [trace for trace in traces if trace in written]
        assert all(trace in written for trace in kept)  # the search can find something


def traces_of(room: Room, tokens: list[str]) -> list[bytes]:
    """The bytes of their wrapped keys, sealed values and blind indexes."""
    found = [wrapped.text for wrapped in room.vault.keys.wrapped(tokens).values()]
    with room.rows.reading() as session:
        for token in tokens:
            rows = session.rows("SELECT sealed FROM vault_sealed WHERE token = ?", token)
            found += [bytes(sealed) for (sealed,) in rows]
            rows = session.rows("SELECT digest, token FROM vault_blind WHERE token = ?", token)
            found += [bytes(digest) + name.encode() for digest, name in rows]
    return found


@pytest.mark.parametrize("retired", [False, True])
def test_a_restored_backup_brings_nobody_back(tmp_path: Path, *, retired: bool) -> None:
    """Both databases' files as they were before an erasure; with the ring as it is now."""
    home, backup = tmp_path / "home", tmp_path / "backup"
    home.mkdir()
    at = Embedded(home, RULES)
    at.make_ring("aes")
    vault = at.open()
    alice, bob = vault.admit_all((given(ALICE), given(BOB)), at=NOW)
    close(vault)
    shutil.copytree(home, backup)
    old, vault = at.ring.current, at.open()
    traces = [vault.keys.wrapped((alice,))[alice].text]
    certificates = erase(vault, (alice,), by=Order("dana", "asked", NOW))
    close(vault)
    if retired:
        list(at.rotate())
        at.retire(old)
    for file in ("vault/people.sqlite", "keys/keys.sqlite"):
        shutil.copy(backup / file, home / file)
    if retired:  # nobody's old key is of any use: neither the erased one's, nor, alas, the other's
        for token in (alice, bob):
            with pytest.raises(UnableToReachKeys, match=old):
                at.open().open(token, ("phone",), ask=ask(), record=lambda _: None)
        return
    vault = at.open()
    assert vault.open(alice, ("phone",), ask=ask(), record=lambda _: None)  # she is back
    assert replay(vault, certificates) == 1
    with pytest.raises(UnableToOpen, match="erased"):
        vault.open(alice, ("phone",), ask=ask(), record=lambda _: None)
    assert vault.open(bob, ("phone",), ask=ask(), record=lambda _: None)
    close(vault)
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert not [trace for trace in traces if trace in written]


def close(vault: Vault) -> None:
    vault.rows.close()
    vault.keys.database.close()


def test_a_reader_delays_the_scrub_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seawall.vault.sqlite.WAIT_MS", 50)
    room = sqlite_room(tmp_path)
    token = room.vault.admit(given(BOB), at=NOW)
    reader = apsw.Connection(str(tmp_path / "keys.sqlite"))
    with reader:
        reader.execute("SELECT * FROM vault_key").fetchall()
        with pytest.raises(UnableToScrub, match="seawall vault scrub"):
            erase(room.vault, (token,), by=Order("dana", "asked", NOW))
        assert room.vault.status().states == {"erasing": 1}
        assert room.vault.keys.of((token,)) == {}
    reader.close()
    assert finish(room.vault) == 1
    assert room.vault.status().states == {"erased": 1}


def _admit(folder: Path, go: object, made: "multiprocessing.Queue[str]") -> None:
    room = room_at(folder)
    go.wait()  # type: ignore[attr-defined]
    for n in range(30):
        made.put(room.vault.admit(given({**BOB, "phone": phone(n)}), at=NOW, by="phone"))


def test_processes_that_race_give_a_person_one_token(tmp_path: Path) -> None:
    ring.write_file(tmp_path / "ring.json", ring.new(AES))
    room_at(tmp_path)
    spawn = multiprocessing.get_context("spawn")
    go, made = spawn.Event(), spawn.Queue()
    racers = [spawn.Process(target=_admit, args=(tmp_path, go, made)) for _ in range(3)]
    for racer in racers:
        racer.start()
    go.set()
    tokens = [made.get(timeout=60) for _ in range(90)]
    for racer in racers:
        racer.join()
    assert len(set(tokens)) == 30
    status = room_at(tmp_path).vault.status()
    assert status.states == {"active": 30}
    assert sum(status.keys.values()) == 30 + 5  # nobody's key is left over; five indexes'


def test_sqlite_that_can_corrupt_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: (3, 51, 2))
    with pytest.raises(UnableToReachDatabase, match=r"3\.51\.2 can corrupt"):
        sqlite_room(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_changes_nothing_and_leaves_people_readable(tmp_path: Path) -> None:
    room = sqlite_room(tmp_path)
    token = room.vault.admit(given(BOB), at=NOW)
    raw = room.rows._raw  # type: ignore[attr-defined]  # noqa: SLF001 - a page limit is a full disk
    pages = raw.pragma("page_count")
    raw.pragma("max_page_count", pages)
    with pytest.raises(UnableToReachDatabase, match="Full"):
        room.vault.admit_all([given(BOB)] * 500, at=NOW)
    assert room.vault.status().states == {"active": 1}
    assert room.vault.open(token, ("phone",), ask=ask(), record=room.recorder)


@pytest.mark.parametrize("who", ["writer", "seeker"])
def test_an_index_that_rotates_between_two_steps_loses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """The keys are read; then another process rotates, as far as it may; then the old keys are used."""
    ring.write_file(tmp_path / "ring.json", ring.new(AES))
    vault, rotator = room_at(tmp_path).vault, room_at(tmp_path)
    first = vault.admit(given(BOB), at=NOW)
    read = vault.keys.indexes
    threads: list[threading.Thread] = []

    def rotate() -> None:
        rotator.vault.keys.next_index("phone")
        list(rotation.reindex(rotator.rows, rotator.vault.keys, "phone"))

    def indexes(*fields: str) -> dict[str, dict[int, bytes]]:
        held = read(*fields)
        if not threads:
            threads.append(threading.Thread(target=rotate))
            threads[0].start()
            threads[0].join(timeout=1)  # it cannot end while the writer holds the rows
        return held

    monkeypatch.setattr(vault.keys, "indexes", indexes)
    if who == "writer":
        second = vault.admit(given({**BOB, "phone": phone(1)}), at=NOW)
        assert vault.find("phone", Plain(phone(1)), country="CN") == (second,)
    assert vault.find("phone", Plain(BOB["phone"]), country="CN") == (first,)
    threads[0].join()
    assert set(rotator.vault.keys.indexes("phone")["phone"]) == {2}
    if who == "writer":
        assert vault.find("phone", Plain(phone(1)), country="CN") == (second,)
