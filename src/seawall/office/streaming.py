"""Lines that arrive, in batches: as large as they come, and none waits long."""

import queue
import threading
import time
from collections.abc import Iterable, Iterator

from seawall.acts.ingesting import Batch

EVERY_SECONDS = 1.0
"""A line waits for others so long at most."""
LINES_MOST = 5_000
_AHEAD = 4 * LINES_MOST
"""Lines read before they can be kept; the sender waits then."""


def batches(lines: Iterable[str], name: str, *, every: float = EVERY_SECONDS) -> Iterator[Batch]:
    """The lines of a stream until its end, in batches, numbered from 1.

    Args:
        lines: a file, or a pipe that somebody writes to for days.
        name: what problems call it.
        every: seconds that a line waits for others at most.
    """
    arriving: queue.Queue[tuple[int, str] | None] = queue.Queue(_AHEAD)
    # A daemon: who stops reading does not wait for a pipe that says nothing.
    threading.Thread(target=_read, args=(lines, arriving), daemon=True).start()
    ended = False
    while not ended:
        held = []
        line = arriving.get()
        until = time.monotonic() + every
        while line is not None:
            held.append(line)
            left = until - time.monotonic()
            if len(held) >= LINES_MOST or left <= 0:
                break
            try:
                line = arriving.get(timeout=left)
            except queue.Empty:
                break
        ended = line is None
        if held:
            yield Batch(name, tuple(held))


def _read(lines: Iterable[str], arriving: "queue.Queue[tuple[int, str] | None]") -> None:
    try:
        for number, line in enumerate(lines, 1):
            arriving.put((number, line))
    finally:
        arriving.put(None)
