"""Who decides is killed at random points: no acknowledged decision is lost, none is made twice."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts.deciding import Decided
from seawall.core.canonical import canonical
from tests.acts.lender import House, asks

# Newer Pythons warn of forks beside threads; the children here use nothing that their parent began.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

FORK = multiprocessing.get_context("fork")
KILLS = int(os.environ.get("SEAWALL_KILLS", "5"))
DEVICES = 5


def application(n: int) -> dict[str, object]:
    return asks(
        f"k{n}", n, phone=f"1380013{n % 40:04d}", name="李雷", device_id=f"device-{n % DEVICES}"
    )


def told(decided: Decided) -> str:
    """A decision in short: its id, and a digest of all that it says."""
    return f"{decided.id} {sha256(canonical(decided.content)).hexdigest()}"


def decide_until_killed(folder: Path, first: int, out: int) -> None:
    """Decide for ever, some at once; each is told once it is durable."""
    house, n = House(folder), first
    os.write(out, b"ready\n")
    while True:
        count = 1 + n % 4
        decided = house.decide(*(application(each) for each in range(n, n + count)))
        os.write(out, "".join(f"{told(each)}\n" for each in decided).encode())
        n += count


def closed(house: House) -> None:
    """Let go of everything, so that a child begins with nothing of its parent's."""
    house.ledger.store.close()
    house.vault.rows.close()
    house.vault.keys.database.close()
    connections.close_all()


def killed(folder: Path, first: int, chance: random.Random) -> Iterator[str]:
    """Let a process decide, kill it at a random point; what it told before, the first one something."""
    read, write = os.pipe()
    process = FORK.Process(target=decide_until_killed, args=(folder, first, write))
    process.start()
    os.close(write)
    with os.fdopen(read) as lines:
        assert lines.readline() == "ready\n"
        early = "" if first else lines.readline()  # on a slow machine, too
        time.sleep(chance.uniform(0, 0.3))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        yield from (early + lines.read()).split("\n")[:-1]
    process.join()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_points_it_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - it only says when to kill
    acknowledged, first = dict[str, str](), 0
    house = House(tmp_path)
    house.publish()
    closed(house)
    for n in range(KILLS):
        # Every second process tells again what the one before told, or had begun to tell.
        for line in killed(tmp_path, first, chance):
            id_, digest = line.split()
            assert acknowledged.setdefault(id_, digest) == digest
        first = len(acknowledged) if n % 2 == 0 else max(0, len(acknowledged) - 6)
    house = House(tmp_path)
    house.holds()
    kept = [e.told["subject"] for e in house.ledger.entries() if e.told["kind"] == "decision"]
    assert {f"application:{id_}" for id_ in acknowledged} <= set(kept)
    every = house.decide(*(application(n) for n in range(len(kept) + 8)))
    assert acknowledged.items() <= dict(told(each).split() for each in every).items()
    house.holds()
    assert len(list(house.events.facts("application"))) == len(every)
    people = house.vault.status().states
    assert people == {"active": min(len(every), 40) + min(len(every), DEVICES)}
    assert acknowledged
    closed(house)


def race(folder: Path, out: int) -> None:
    house = House(folder)
    for first in range(0, 60, 6):
        decided = house.decide(*(application(n) for n in range(first, first + 6)))
        os.write(out, "".join(f"{told(each)} {each.new}\n" for each in decided).encode())
    closed(house)


def test_processes_that_decide_the_same_at_once_decide_it_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.publish()
    closed(house)
    read, write = os.pipe()
    processes = [FORK.Process(target=race, args=(tmp_path, write)) for _ in range(3)]
    for process in processes:
        process.start()
    os.close(write)
    with os.fdopen(read) as lines:
        seen = [line.split() for line in lines]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(seen) == 180
    assert len({(id_, digest) for id_, digest, _ in seen}) == 60
    assert sorted(id_ for id_, _, new in seen if new == "True") == sorted({s[0] for s in seen})
    house = House(tmp_path)
    house.holds()
    assert json.dumps(house.kinds).count('"decision"') == 60
    closed(house)
