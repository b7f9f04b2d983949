"""Group commit: what many threads ask for at once is written in one transaction."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger.entry import Receipt, Sealed

TOGETHER_MOST = 4_096
"""Entries in one transaction; a bound on how long the last of them waits."""
_PATIENCE_S = 0.002
"""How long to wait for as many callers as last time; much less than a disk takes to sync."""


@dataclass(eq=False)
class Asked:
    """Entries of one caller: all of them are kept, or none."""

    entries: Sequence[Sealed]
    erases: int | None = None
    receipts: tuple[Receipt, ...] | None = None
    refused: Exception | None = None
    woken: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> bool:
        """Whether the caller can go."""
        return self.receipts is not None or self.refused is not None


class Gathering:
    """Callers queue up; one of them leads: writes for all who wait, wakes them, and names the next.

    Args:
        write: writes what some callers asked and answers each. When it raises, all of them are told.
    """

    def __init__(self, write: Callable[[Sequence[Asked]], None]) -> None:
        self._write = write
        self._waiting: list[Asked] = []
        self._led = False
        self._usual = 1
        self._arrived = threading.Condition()

    def submit(self, asked: Asked) -> tuple[Receipt, ...]:
        """Returns when the entries are durable; raises what refused them."""
        with self._arrived:
            self._waiting.append(asked)
            self._arrived.notify()
            if not self._led:
                self._name_next()
        try:
            asked.woken.wait()
            if not asked.answered:
                self._lead()
        except BaseException:
            self._leave(asked)
            raise
        if asked.refused is not None:
            raise asked.refused
        return asked.receipts or ()

    def _leave(self, asked: Asked) -> None:
        """A thread was interrupted: nobody may wait for somebody who is gone."""
        with self._arrived:
            if asked in self._waiting:
                self._waiting.remove(asked)
                if asked.woken.is_set():
                    self._name_next()

    def _lead(self) -> None:
        batch = list[Asked]()
        try:
            batch = self._gathered()
            self._write(batch)
        except BaseException as error:
            # Each caller gets it raised in his own thread; an interrupt is this thread's alone.
            for each in batch:
                each.receipts = None
                each.refused = error if isinstance(error, Exception) else UnableToFinish()
            if not isinstance(error, Exception):
                raise
        finally:
            with self._arrived:
                self._usual = len(batch)
                self._name_next()
            for each in batch:
                each.woken.set()

    def _gathered(self) -> list[Asked]:
        """Those who wait, as far as they fit into one transaction; the leader is their first."""
        with self._arrived:
            # The callers of the last transaction are about to ask again: one sync for all of them.
            self._arrived.wait_for(lambda: len(self._waiting) >= self._usual, _PATIENCE_S)
            count = total = 0
            for each in self._waiting:
                total += len(each.entries)
                if count and total > TOGETHER_MOST:
                    break
                count += 1
            batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    def _name_next(self) -> None:
        """The first who waits leads; called with the lock held."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].woken.set()


class UnableToFinish(Unable, RuntimeError):
    """The thread that wrote for others was interrupted."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="writing to the ledger was interrupted; tell the same acts again, each is kept once",
                zh="写入账本时被中断；请重新登记同样的行为，每一项只留存一次",
            )
        )
