"""An answer that is sent while it is made: a few pieces of it are held, however long it is.

It is made in a thread of pages, where stores are open, and taken piece by piece in a thread of the server. Who stops
taking lets the maker go; who takes learns of a maker that failed, and breaks off: no list ends early and looks whole.
"""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Final

from seawall.core.problem import Unable
from seawall.core.text import Text

PIECES_MOST: Final = 4
"""Pieces that wait to be taken; one of a list has a thousand rows."""
WAIT_SECONDS: Final = 30.0
"""How long a piece waits for somebody who takes it."""


class Sending:
    """An answer on its way.

    Args:
        wait_seconds: how long the maker waits for each piece to be taken.
    """

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._pieces: Queue[bytes | BaseException | None] = Queue(PIECES_MOST)
        self._over = threading.Event()

    def make(self, pieces: Iterable[bytes]) -> None:
        """Make it, in the maker's thread: to its end, or until nobody takes it any more."""
        try:
            for piece in pieces:
                if not self._put(piece):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - told to who takes, whose server logs it
            self._put(error)

    def _put(self, piece: bytes | BaseException | None) -> bool:
        """Whether somebody still takes."""
        try:
            self._pieces.put(piece, timeout=self._wait_seconds)
        except Full:
            self._over.set()
        return not self._over.is_set()

    def __iter__(self) -> Iterator[bytes]:
        """Taken once."""
        return self

    def __next__(self) -> bytes:
        """The next piece.

        Raises:
            UnableToSend: the maker waited too long for this.
            Exception: what the maker failed with.
        """
        if self._over.is_set():
            raise UnableToSend(self._wait_seconds)
        piece = self._pieces.get()
        if piece is None:
            raise StopIteration
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def close(self) -> None:
        """Take no more: a maker that waits goes on, and finds that nobody takes."""
        self._over.set()
        while True:
            try:
                self._pieces.get_nowait()
            except Empty:
                return


class UnableToSend(Unable):
    """Nobody took what was made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Text(
                en="an answer is not sent further: nobody took any of it for {seconds:g} s",
                zh="停止发送应答：{seconds:g} 秒内无人接收",
            ),
            seconds=seconds,
        )
