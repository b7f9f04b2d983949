"""Turns: heavy work is done for a few at a time; some wait, and who waits too long, or comes too often, is sent away."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from seawall.core.problem import Unable
from seawall.core.text import Text

WAITING_MOST = 3
"""A server has eight threads for all but decisions: who wait for one thing must not hold all of them."""
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


class Pace:
    """How often each may come: so many at once, and so many a second from then on.

    Args:
        per_second: for how many a second there is room for each, in the long run.
        at_once: for how many, after a rest.
        clock: seconds that only grow.
    """

    def __init__(
        self, per_second: float, at_once: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._most = at_once
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        self._counting = threading.Lock()

    def come(self, name: str) -> None:
        """Count one.

        Raises:
            UnableToComeSoOften: there is no room for this one now.
        """
        with self._counting:
            at = self._clock()
            left, since = self._left.get(name, (float(self._most), at))
            left = min(self._most, left + (at - since) * self._per_second)
            if left < 1:
                raise UnableToComeSoOften(self._per_second)
            self._left[name] = (left - 1, at)


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


class UnableToComeSoOften(Unable):
    """Somebody comes more often than there is room for; nothing was done.

    Attributes:
        after_seconds: when it is worth coming again.
    """

    after_seconds = 1

    def __init__(self, per_second: float) -> None:
        super().__init__(
            Text(
                en="more than {n:g} requests a second of one machine: ask the same again in 1 s",
                zh="同一系统每秒请求超过 {n:g} 次：请在 1 秒后以相同内容重试",
            ),
            n=per_second,
        )
