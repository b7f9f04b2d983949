"""Who handles cases and delivers notices is killed at random points: nothing is lost, nothing done twice, and
nobody is told of what was acknowledged."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from seawall.acts import handling
from seawall.acts.delivering import Letter, Notice, Post, deliver
from seawall.acts.proving import prove
from seawall.core.text import Text
from seawall.records import case_register as register
from seawall.records import starting
from seawall.records.case_register import UnableToMoveCase
from tests.acts.cases import Office

# Newer Pythons warn of forks beside threads; the children here use nothing that their parent began.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

FORK = multiprocessing.get_context("fork")
KILLS = int(os.environ.get("SEAWALL_KILLS", "5"))


def opened(folder: Path) -> Office:
    starting.start(folder / "office.sqlite")
    return Office(folder)


class Pipe:
    """A channel that writes the case's id and the time down."""

    def __init__(self, out: int) -> None:
        self.out = out

    def send(self, letter: Letter) -> None:
        os.write(self.out, f"sent {letter.title.en} {time.time_ns()}\n".encode())


def work(folder: Path, seed: int, out: int) -> None:
    """Open, acknowledge and deliver for ever; each act is told once it is durable."""
    office, chance, n = opened(folder), random.Random(seed), 0  # noqa: S311 - it only says what to do next
    post = Post(office.desk.ledger, {"pipe": Pipe(out)}, lambda _: ("pipe",), letter)
    os.write(out, b"ready\n")
    while True:
        n += 1
        key = f"{seed}-{n}"
        case = office.open(key=key).case
        assert case is not None
        os.write(out, f"opened {key} {case.id}\n".encode())
        if chance.random() < 0.5:
            with suppress(UnableToMoveCase):
                begun = time.time_ns()
                office.do(case, "see", "carol", key=f"see-{key}")
                os.write(out, f"seen {case.id} {begun} {time.time_ns()}\n".encode())
        deliver(post, datetime.now(UTC))


def letter(notice: Notice) -> Letter:
    return Letter(Text(en=notice.case, zh=notice.case), Text(en="", zh=""))


def killed(folder: Path, seed: int, chance: random.Random) -> Iterator[str]:
    """Let two processes work, kill both at a random point; what they told before.

    The first two have delivered something, on a slow machine, too.
    """
    read, write = os.pipe()
    processes = [
        FORK.Process(target=work, args=(folder, 10 * seed + n, write), daemon=True)
        for n in range(2)
    ]
    for process in processes:
        process.start()
    os.close(write)
    with os.fdopen(read) as lines:
        first = [lines.readline()]
        while first.count("ready\n") < len(processes):
            first.append(lines.readline())
        while seed == 0 and not first[-1].startswith("sent "):
            first.append(lines.readline())
        time.sleep(chance.uniform(0, 0.8))
        for process in processes:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        told = "".join(first) + lines.read()
    for process in processes:
        process.join()
    # A kill can cut the last line of each.
    yield from (line for line in told.split("\n")[:-1] if line != "ready")


def test_killed_at_random_points_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - it only says when to kill
    office = opened(tmp_path)
    office.desk.ledger.store.close()
    connections.close_all()
    told = [line.split() for n in range(KILLS) for line in killed(tmp_path, n, chance)]
    office = opened(tmp_path)
    assert prove(office.desk).problems == (), "what is not told yet waits to be told"
    handling.tell(office.desk, datetime(2099, 1, 1, tzinfo=UTC))
    office.holds()
    opened_ = {line[1]: line[2] for line in told if line[0] == "opened"}
    assert opened_, "no process lived long enough to open anything"
    for key, case_id in opened_.items():
        assert register.event(case_id, 1).key == key
        assert office.open(key=key).new is False
    kept = [row.key for row in register.every_event()]
    assert len(kept) == len(set(kept))
    sent = [(line[1], int(line[2])) for line in told if line[0] == "sent"]
    assert sent, "no process lived long enough to deliver anything"
    seen = {line[1]: int(line[3]) for line in told if line[0] == "seen"}
    late = [case_id for case_id, at in sent if case_id in seen and at > seen[case_id]]
    assert late == []
    connections.close_all()
