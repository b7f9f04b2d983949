"""Turns: heavy work is done for a few at a time; some wait, and who would wait too long is sent away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from seawall.core.problem import Unable
from seawall.core.text import Text

WAITING_MOST = 8
WAIT_SECONDS = 5.0


class Turns:
    """Turns at one thing, shared by the threads of a process.

    Args:
        at_once: how many may have their turn at the same time.
        waiting_most: how many may be here, waiting or at work; one more is sent away at once.
        wait_seconds: how long one waits for his turn.
    """

    def __init__(
        self,
        at_once: int = 1,
        *,
        waiting_most: int = WAITING_MOST,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.wait_seconds = wait_seconds
        self._most = waiting_most
        self._here = 0
        self._counting = threading.Lock()
        self._turn = threading.BoundedSemaphore(at_once)

    @property
    def here(self) -> int:
        """How many wait or are at work."""
        return self._here

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One's turn.

        Raises:
            UnableToWaitLonger: too many are here, or one waited in vain.
        """
        with self._counting:
            if self._here >= self._most:
                raise UnableToWaitLonger(self.wait_seconds)
            self._here += 1
        try:
            if not self._turn.acquire(timeout=self.wait_seconds):
                raise UnableToWaitLonger(self.wait_seconds)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            with self._counting:
                self._here -= 1


class UnableToWaitLonger(Unable):
    """There is no turn now; nothing was done.

    Attributes:
        after_seconds: when it is worth coming again.
    """

    def __init__(self, waited_seconds: float) -> None:
        self.after_seconds = max(1, round(waited_seconds / 2))
        super().__init__(
            Text(
                en="too many ask at once: ask the same again in {seconds} s",
                zh="同时请求过多：请在 {seconds} 秒后以相同内容重试",
            ),
            seconds=self.after_seconds,
        )
