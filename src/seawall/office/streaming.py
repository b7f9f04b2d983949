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
WAIT_SECONDS = 3600.0
"""A stream waits so long for another change of the book, such as a large import."""
_Arrived = tuple[int, str] | Exception | None
"""A line, why no more can be read, or the end."""


def batches(lines: Iterable[str], name: str, *, every: float = EVERY_SECONDS) -> Iterator[Batch]:
    """The lines of a stream until its end, in batches, numbered from 1.

    Args:
        lines: a file, or a pipe that somebody writes to for days.
        name: what problems call it.
        every: seconds that a line waits for others at most.

    Raises:
        OSError: the stream cannot be read on; what came before is given first.
    """
    arriving: queue.Queue[_Arrived] = queue.Queue(_AHEAD)
    # A daemon: who stops reading does not wait for a pipe that says nothing.
    threading.Thread(target=_read, args=(lines, arriving), daemon=True).start()
    last: _Arrived = (0, "")
    while isinstance(last, tuple):
        held, last = _together(arriving, every)
        if held:
            yield Batch(name, held)
    if last is not None:
        raise last


def _together(
    arriving: "queue.Queue[_Arrived]", every: float
) -> tuple[tuple[tuple[int, str], ...], _Arrived]:
    """Lines that come within a time of the first, and what came last."""
    held = []
    last = arriving.get()
    until = time.monotonic() + every
    while isinstance(last, tuple):
        held.append(last)
        left = until - time.monotonic()
        if len(held) >= LINES_MOST or left <= 0:
            break
        try:
            last = arriving.get(timeout=left)
        except queue.Empty:
            break
    return tuple(held), last


def _read(lines: Iterable[str], arriving: "queue.Queue[_Arrived]") -> None:
    end: _Arrived = None
    try:
        for number, line in enumerate(lines, 1):
            arriving.put((number, line))
    except Exception as error:  # noqa: BLE001 - told by whoever reads: here nobody would hear it
        end = error
    arriving.put(end)
