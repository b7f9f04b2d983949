"""What a process does that is killed, or whose disk fails; started by the tests, prints what it was told."""

import ctypes
import errno
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToWriteStore
from tests.ledger.conftest import decision

SEED = bytes(range(32))


def opened(folder: Path) -> Ledger:
    signer = Signer("lender.example/ledger", seed=SEED)
    return log.start(SqliteStore(folder / "ledger.sqlite"), signer)


def tell_until_killed(folder: Path, first: int, out: int, *, writers: int = 4) -> None:
    """Append from some threads for ever; the number of each entry told is written once it is durable."""
    ledger = opened(folder)

    def tell(writer: int) -> None:
        n = first + writer
        while True:
            together = [n + k * writers for k in range(1 + n % 3)]
            ledger.append_all([decision(each) for each in together])
            os.write(out, "".join(f"{each}\n" for each in together).encode())
            n += len(together) * writers

    threads = [threading.Thread(target=tell, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def arm(call: str, *, skip: int = 0, times: int = 1, code: str = "EIO", does: bool = False) -> None:
    """Let calls of a kind fail; see `faults.c`."""
    kind = {"": 0, "write": 1, "sync": 2}[call]
    ctypes.CDLL(None).fault_arm(kind, skip, times, getattr(errno, code), does)


def fails(folder: Path, *told: str) -> dict[str, object]:
    """Calls fail during an append, until it gave up; the same act is told again afterwards.

    Args:
        folder: where the ledger is.
        told: the call, how many of them go well, how many then fail, how, and whether they are done.
    """
    call, skip, times, code, does = told
    ledger = opened(folder)
    ledger.append_all([decision(n) for n in range(3)])
    arm(call, skip=int(skip), times=int(times), code=code, does=does == "does")
    refused = None
    try:
        ledger.append(decision(3))
    except UnableToWriteStore as error:
        refused = str(error)
    arm("")
    seen = ledger.size
    again = ledger.append(decision(3))
    ledger.append_all([decision(n) for n in range(4, 8)])
    return {
        "refused": refused,
        "seen": seen,
        "new": again.new,
        "acts": [each.told["act"] for each in ledger.entries()],
        "problems": [each.sentence() for each in audit(ledger).problems],
    }


def disk_full(folder: Path) -> dict[str, object]:
    """Every write fails for a while; then there is room again."""
    ledger = opened(folder)
    ledger.append_all([decision(n) for n in range(3)])
    arm("write", times=1_000_000, code="ENOSPC")
    beside = opened(folder)
    refused = 0
    for n in range(3, 6):
        try:
            ledger.append(decision(n))
        except UnableToWriteStore:
            refused += 1
    read = [each.told["act"] for each in beside.entries()]
    proof, while_full = len(ledger.prove(1).hashes), len(audit(ledger).problems)
    arm("")
    for n in range(3, 6):
        ledger.append(decision(n))
    return {
        "refused": refused,
        "read": read,
        "proof": proof,
        "while_full": while_full,
        "acts": [each.told["act"] for each in ledger.entries()],
        "problems": [each.sentence() for each in audit(ledger).problems],
    }


def power_goes(folder: Path, synchronous: str) -> dict[str, object]:
    """Append, and erase nothing; what a loss of power leaves is in the files *.durable."""
    ledger = opened(folder)
    with ledger.store.writing() as rows:
        rows.all("CREATE TABLE IF NOT EXISTS unused (n)")
    ledger.store._writer.execute(f"PRAGMA synchronous = {synchronous}")  # type: ignore[attr-defined]  # noqa: SLF001
    for n in range(600):  # past the 4,000 pages after which SQLite copies its log
        ledger.append_all([decision(n * 10 + k) for k in range(n % 10 + 1)])
    os._exit(_said({"told": ledger.size}))


def fails_and_dies(folder: Path) -> dict[str, object]:
    """The sync of a commit fails, and so does every one after it; then the process is gone."""
    ledger = opened(folder)
    ledger.append_all([decision(n) for n in range(3)])
    arm("sync", times=1_000_000)
    try:
        ledger.append(decision(3))
    except UnableToWriteStore as error:
        os._exit(_said({"refused": str(error)}))
    return {"refused": None}


def tells_again(folder: Path) -> dict[str, object]:
    """Another process tells the same act, and is acknowledged; then the power goes."""
    ledger = opened(folder)
    again = ledger.append(decision(3))
    os._exit(_said({"told": again.number + 1, "new": again.new}))


def _said(told: dict[str, object]) -> int:
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    return 0


MODES: dict[str, Callable[..., dict[str, object]]] = {
    "fails": fails,
    "disk_full": disk_full,
    "power_goes": power_goes,
    "fails_and_dies": fails_and_dies,
    "tells_again": tells_again,
}

if __name__ == "__main__":
    _said(MODES[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))
