# ruff: noqa: S311 - chance here decides where things break, and keeps no secret
"""Whatever fails: no acknowledged entry is lost, none appears twice, the tree always verifies."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from seawall.core.text import verbatim
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import (
    Rows,
    Store,
    UnableToOpenStore,
    UnableToReadStore,
    UnableToWriteStore,
)
from tests.ledger.child import opened, tell_until_killed
from tests.ledger.conftest import ROOT, decision

# Newer Pythons warn of forks beside threads; the children here use nothing that their parent began.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
HERE = Path(__file__).parent
FORK = multiprocessing.get_context("fork")
KILLS = int(os.environ.get("SEAWALL_KILLS", "6"))
"""`make soak` asks for 200."""


def acts(ledger: Ledger) -> list[str]:
    return [each.told["act"] for each in ledger.entries()]


def holds(ledger: Ledger, acknowledged: set[int]) -> None:
    """The invariants, looked at from outside."""
    found = acts(ledger)
    assert len(found) == len(set(found)), "an entry appears twice"
    assert {f"decide:{n}" for n in acknowledged} <= set(found), "an acknowledged entry is lost"
    assert audit(ledger).problems == ()


def killed(folder: Path, first: int, chance: random.Random) -> set[int]:
    """Let a process append, kill it at a random point; what it was told before, the first one something."""
    read, write = os.pipe()
    process = FORK.Process(target=tell_until_killed, args=(folder, first, write))
    process.start()
    os.close(write)
    with os.fdopen(read) as told:
        early = "" if first else told.readline()  # on a slow machine, too
        time.sleep(chance.uniform(0, 0.25))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        lines = (early + told.read()).split("\n")[:-1]
    process.join()
    return {int(line) for line in lines}


def test_a_writer_killed_at_random_points_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance, acknowledged, first = random.Random(KILLS), set[int](), 0
    opened(tmp_path).store.close()
    for n in range(KILLS):
        # Every second process tells again what the one before told or had begun to tell.
        acknowledged |= killed(tmp_path, first, chance)
        first = max(acknowledged, default=0) if n % 2 else first
        if n % 10 == 0 or n == KILLS - 1:
            ledger = opened(tmp_path)
            holds(ledger, acknowledged)
            ledger.store.close()
    assert acknowledged, "no process lived long enough to tell anything"


def _starts(folder: Path, writer: int) -> None:
    opened(folder).append(decision(writer))


def test_processes_that_start_a_ledger_at_once_start_one(tmp_path: Path) -> None:
    for n in range(4):
        folder = tmp_path / str(n)
        processes = [FORK.Process(target=_starts, args=(folder, writer)) for writer in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 4
        ledger = opened(folder)
        holds(ledger, set(range(4)))
        ledger.store.close()


def _alone(folder: Path, writer: int) -> None:
    ledger = opened(folder)
    for n in range(30):
        ledger.append_all([decision(n), decision(1_000 * writer + n)])
    ledger.store.close()


def test_processes_that_race_lose_and_double_nothing(tmp_path: Path) -> None:
    opened(tmp_path).store.close()
    processes = [FORK.Process(target=_alone, args=(tmp_path, writer)) for writer in range(1, 5)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    ledger = opened(tmp_path)
    holds(ledger, {*range(30), *(1_000 * writer + n for writer in range(1, 5) for n in range(30))})
    assert ledger.size == 150
    ledger.store.close()


# --- A disk that fails, for real ---------------------------------------------------------------


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler on Linux here: system calls cannot be made to fail")
    made = tmp_path_factory.mktemp("shim") / "faults.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / "faults.c"), "-ldl"],
                   check=True)  # fmt: skip
    return made


def child(shim: Path, mode: str, folder: Path, *told: str, **env: str) -> dict[str, Any]:
    paths = f"{ROOT / 'src'}:{ROOT}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.child", mode, str(folder), *told],
        check=True, stdout=subprocess.PIPE, cwd=ROOT, timeout=120,
        env={**os.environ, "PYTHONPATH": paths, "LD_PRELOAD": str(shim), **env},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


CALLS = [
    (call, skip, code, does)
    for call, skip in (("write", "0"), ("write", "1"), ("write", "3"), ("sync", "0"))
    for code in ("EIO", "ENOSPC")
    for does in ("failed", "does")
]
"""Which call of a commit fails, the how-manieth, with what, and whether it is done all the same."""


@pytest.mark.parametrize("told", CALLS, ids=" ".join)
def test_a_call_that_fails_during_a_commit_is_told_and_can_be_tried_again(
    shim: Path, tmp_path: Path, told: tuple[str, str, str, str]
) -> None:
    call, skip, code, does = told
    found = child(shim, "fails", tmp_path, call, skip, "1", code, does)
    assert found["refused"] is not None, "the fault did not reach the commit"
    assert "tell the same acts again" in found["refused"]
    assert found["new"] is (found["seen"] == 3), "told again, an entry that is there is found"
    assert found["acts"] == [f"decide:{n}" for n in range(8)]
    assert found["problems"] == []


def test_an_entry_whose_commit_failed_is_there_after_opening_again_and_is_found(
    shim: Path, tmp_path: Path
) -> None:
    """The trap itself: reported as failed, and whole in the log that the next process reads."""
    assert child(shim, "fails_and_dies", tmp_path)["refused"] is not None
    ledger = opened(tmp_path)
    assert ledger.size == 4
    assert not ledger.append(decision(3)).new
    holds(ledger, {0, 1, 2, 3})
    ledger.store.close()


def test_a_full_disk_leaves_the_ledger_readable(shim: Path, tmp_path: Path) -> None:
    found = child(shim, "disk_full", tmp_path)
    assert found["refused"] == 3
    assert found["read"] == ["decide:0", "decide:1", "decide:2"]
    assert (found["proof"], found["while_full"]) == (2, 0)
    assert found["acts"] == [f"decide:{n}" for n in range(6)]
    assert found["problems"] == []


def after_power_loss(shim: Path, folder: Path, *told: str) -> tuple[dict[str, Any], Ledger]:
    """What a process said, and the ledger as the disk has it, when only what was synced is there."""
    mode, *arguments = told
    (folder / "before").mkdir(exist_ok=True)
    (folder / "after").mkdir()
    found = child(shim, mode, folder / "before", *arguments, FAULT_DURABLE="1")
    for name in ("ledger.sqlite", "ledger.sqlite-wal"):
        if (durable := folder / "before" / f"{name}.durable").exists():
            shutil.copy(durable, folder / "after" / name)
    return found, opened(folder / "after")


def test_what_was_acknowledged_survives_a_loss_of_power(shim: Path, tmp_path: Path) -> None:
    found, ledger = after_power_loss(shim, tmp_path, "power_goes", "FULL")
    assert ledger.size == found["told"] == len(acts(ledger))
    assert audit(ledger).problems == ()
    ledger.store.close()


def test_without_syncs_a_loss_of_power_would_show_here(shim: Path, tmp_path: Path) -> None:
    found, ledger = after_power_loss(shim, tmp_path, "power_goes", "OFF")
    assert ledger.size < found["told"]
    ledger.store.close()


def test_an_entry_found_after_a_failed_commit_survives_a_loss_of_power(
    shim: Path, tmp_path: Path
) -> None:
    """Told again, it is found in the log; that it was found must mean that it is on the disk."""
    (tmp_path / "before").mkdir()
    child(shim, "fails_and_dies", tmp_path / "before", FAULT_DURABLE="1")
    found, ledger = after_power_loss(shim, tmp_path, "tells_again")
    assert (found["new"], found["told"]) == (False, 4)
    assert acts(ledger) == [f"decide:{n}" for n in range(4)]
    assert audit(ledger).problems == ()
    ledger.store.close()


# --- Torn writes -------------------------------------------------------------------------------


def torn_copies(folder: Path) -> Iterator[tuple[int, Path]]:
    """A ledger of 20 transactions whose log is cut, or garbled, at many places of its last frames."""
    ledger = opened(folder)
    for n in range(20):
        ledger.append(decision(n))
    files = {name: (folder / name).read_bytes() for name in ("ledger.sqlite", "ledger.sqlite-wal")}
    ledger.store.close()
    wal, chance = files["ledger.sqlite-wal"], random.Random(1)
    for n in range(24):
        at = len(wal) - 1 - chance.randrange(2 * 4120)
        other = folder / f"copy-{n}"
        other.mkdir()
        torn = wal[:at] if n % 2 else wal[:at] + bytes([wal[at] ^ 0xFF]) + wal[at + 1 :]
        (other / "ledger.sqlite").write_bytes(files["ledger.sqlite"])
        (other / "ledger.sqlite-wal").write_bytes(torn)
        yield n, other


def test_a_torn_write_takes_its_own_transaction_and_no_other(tmp_path: Path) -> None:
    for n, folder in torn_copies(tmp_path):
        ledger = opened(folder)
        assert ledger.size in (18, 19), n
        holds(ledger, set(range(ledger.size)))
        assert ledger.append(decision(19)).number in (18, 19)
        holds(ledger, {*range(18), 19})
        ledger.store.close()


@pytest.mark.parametrize("seed", range(6))
def test_a_garbled_database_is_found_by_verify_or_refused(tmp_path: Path, seed: int) -> None:
    """One bit of a page in use; where SQLite reads over it, the recomputation does not."""
    ledger = opened(tmp_path)
    ledger.append_all([decision(n, body={"text": "x" * 400}) for n in range(300)])
    ledger.store.close()
    file = tmp_path / "ledger.sqlite"
    data, chance = bytearray(file.read_bytes()), random.Random(seed)
    places = [at for at in range(4096 * 8, len(data)) if data[at] == ord("x")]
    data[chance.choice(places)] ^= 4
    file.write_bytes(data)
    try:
        again = opened(tmp_path)
        problem = audit(again).problems[0]
        again.store.close()
    except (UnableToOpenStore, UnableToReadStore, UnableToWriteStore):
        return
    assert problem.code == "ledger-body-wrong"


# --- A store that fails, whatever it is ----------------------------------------------------------


class Faulty:
    """A store that fails at a step of the next writing transaction, once."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.name = inner.name
        self.fault: str | None = None
        self.reading, self.close, self.forget = inner.reading, inner.close, inner.forget

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        fault, self.fault = self.fault, None
        if fault == "at the start":
            raise UnableToWriteStore(self.name, verbatim(fault))
        with self._inner.writing() as rows:
            yield rows
            if fault == "failed":
                raise UnableToWriteStore(self.name, verbatim(fault))
        if fault == "failed but persisted":
            raise UnableToWriteStore(self.name, verbatim(fault))


@pytest.mark.parametrize("fault", ["at the start", "failed", "failed but persisted"])
@pytest.mark.parametrize("count", [1, 300])
def test_an_act_told_again_after_a_failure_is_kept_once(
    tmp_path: Path, signer: Signer, fault: str, count: int
) -> None:
    store = Faulty(SqliteStore(tmp_path / "ledger.sqlite"))
    ledger = log.start(store, signer)
    ledger.append(decision(0))
    told = [decision(n) for n in range(1, 1 + count)]
    store.fault = fault
    with pytest.raises(UnableToWriteStore):
        ledger.append_all(told)
    receipts = ledger.append_all(told)
    assert {each.new for each in receipts} == {fault != "failed but persisted"}
    holds(ledger, set(range(1 + count)))
    assert ledger.size == 1 + count
    ledger.store.close()
