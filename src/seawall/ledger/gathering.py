"""Group commit: what many threads ask for at once is written in one transaction."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seawall.ledger.entry import Entry, Receipt

TOGETHER_MOST = 4_096
"""Entries in one transaction; a bound on how long the last of them waits."""


@dataclass
class Asked:
    """Entries of one caller: all of them are kept, or none."""

    entries: Sequence[Entry]
    erases: int | None = None
    receipts: tuple[Receipt, ...] | None = None
    refused: Exception | None = None

    @property
    def answered(self) -> bool:
        """Whether the caller can go."""
        return self.receipts is not None or self.refused is not None


class Gathering:
    """Callers queue up; whoever is first in line writes for all who wait.

    Args:
        write: writes what some callers asked and answers each. When it raises, all of them are told.
    """

    def __init__(self, write: Callable[[Sequence[Asked]], None]) -> None:
        self._write = write
        self._waiting: list[Asked] = []
        self._queue, self._turn = threading.Lock(), threading.Lock()

    def submit(self, asked: Asked) -> tuple[Receipt, ...]:
        """Returns when the entries are durable; raises what refused them."""
        with self._queue:
            self._waiting.append(asked)
        with self._turn:
            # While this thread waited for its turn, the one before may have written for it.
            while not asked.answered:
                self._lead()
        if asked.refused is not None:
            raise asked.refused
        return asked.receipts or ()

    def _lead(self) -> None:
        batch = self._taken()
        try:
            self._write(batch)
        except BaseException as error:
            # Each caller gets it raised in his own thread; an interrupt is this thread's alone.
            for each in batch:
                each.receipts = None
                each.refused = error if isinstance(error, Exception) else UnableToFinish()
            if not isinstance(error, Exception):
                raise

    def _taken(self) -> list[Asked]:
        with self._queue:
            count = total = 0
            for each in self._waiting:
                total += len(each.entries)
                if count and total > TOGETHER_MOST:
                    break
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch


class UnableToFinish(RuntimeError):
    """The thread that wrote for others was interrupted."""

    def __init__(self) -> None:
        super().__init__(
            "writing to the ledger was interrupted; tell the same acts again, each is kept once"
        )
