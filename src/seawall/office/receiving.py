"""Facts that machines hand in: batches of bounded size, one after the other, and no queue without an end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from seawall.acts.ingesting import Batch, Ingested, ingest
from seawall.book.store import UnableToChangeBook
from seawall.core.problem import Place, Unable, refusal
from seawall.office.homes import Home
from seawall.office.streaming import LINES_MOST
from seawall.portfolio import problems, tape

BYTES_MOST = 8 * 1024 * 1024
"""Of one batch."""
WAITING_MOST = 8
"""Batches that wait for their turn; one more is sent away."""
WAIT_SECONDS = 5.0
"""How long a batch waits for its turn, and then for another process to be done with the book."""
_TABLES = tuple(each.name for each in tape.TABLES)


@dataclass(frozen=True)
class Inlet:
    """Where one process takes facts in; threads share it."""

    home: Home
    wait_seconds: float = WAIT_SECONDS
    _room: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(WAITING_MOST), repr=False
    )
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def waiting(self) -> int:
        """How many batches are here, the one whose turn it is included."""
        return WAITING_MOST - self._room._value  # noqa: SLF001 - the count has no other name

    def take(self, table: str, text: bytes, by: str) -> Ingested:
        """Keep the facts of a text of JSON lines; durable once this returns.

        Args:
            table: what they are facts of.
            text: the lines, UTF-8; one that is not is rejected alone.
            by: who hands them in, as the ledger names him.

        Raises:
            UnableToUseInput: the contract has no such table.
            UnableToTakeSoMuch: more bytes or lines than a batch may have.
            UnableToTakeNow: others are before it, or another process changes the book; nothing was kept that
                would not be known again.
        """
        if table not in _TABLES:
            known = ", ".join(_TABLES)
            raise refusal(problems.FACT_TABLE_UNKNOWN, Place("facts"), table=table, known=known)
        batch = Batch("facts", _lines(text), table)
        teller = self.home.teller(by)
        with self._alone():
            desk = self.home.desk()
            try:
                return ingest(desk, batch, teller, wait_seconds=self.wait_seconds)
            except UnableToChangeBook:
                raise UnableToTakeNow(_busy(self.wait_seconds)) from None
            finally:
                desk.engine.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """This batch's turn: the book is changed by one at a time anyway."""
        if not self._room.acquire(blocking=False):
            raise UnableToTakeNow(_busy(self.wait_seconds))
        try:
            if not self._turn.acquire(timeout=self.wait_seconds):
                raise UnableToTakeNow(_busy(self.wait_seconds))
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()


def _lines(text: bytes) -> tuple[tuple[int, str], ...]:
    if len(text) > BYTES_MOST:
        raise UnableToTakeSoMuch(f"{len(text):,} bytes", f"{BYTES_MOST:,}")
    lines = text.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    if len(lines) > LINES_MOST:
        raise UnableToTakeSoMuch(f"{len(lines):,} lines", f"{LINES_MOST:,}")
    return tuple(enumerate(lines, 1))


def _busy(waited: float) -> int:
    """Seconds after which it is worth asking again."""
    return max(1, round(waited / 2))


class UnableToTakeSoMuch(Unable, ValueError):
    """A batch is larger than one may be."""

    def __init__(self, found: str, most: str) -> None:
        super().__init__(
            f"a batch of facts has {most} at most, and this one {found}: send it in parts"
        )


class UnableToTakeNow(Unable):
    """There is no turn for a batch now.

    Attributes:
        after_seconds: when to tell it again.
    """

    def __init__(self, after_seconds: int) -> None:
        self.after_seconds = after_seconds
        super().__init__(f"the book is busy: send the same facts again in {after_seconds} s")
