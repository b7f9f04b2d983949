"""The home whose pages these are: one in a process; what is opened in it, once for each thread.

Stores are not shared between threads: a connection to SQLite is one thread's.
"""

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from seawall.ledger.log import Ledger
from seawall.office import alerts as office_alerts
from seawall.office import cases as office_cases
from seawall.office import deciding as office_deciding
from seawall.office import ledgers as office_ledgers
from seawall.office import publishing as office_publishing
from seawall.office.answering import Answers
from seawall.office.homes import Home
from seawall.office.live import Live
from seawall.office.receiving import Inlet

Opened = TypeVar("Opened")
Shared = TypeVar("Shared", Answers, Inlet, Live)
_thread: Final = threading.local()
_home: list[Home] = []
_answers: list[Answers] = []
_inlet: list[Inlet] = []
_live: list[Live] = []
_choosing: Final = threading.Lock()


def choose(home: Home) -> None:
    """Serve a home from now on; again with another one, to change over."""
    _home[:] = [home]


def home() -> Home:
    """The home that is served."""
    return _home[0]


def cases() -> office_cases.Counter:
    """Where its cases are handled."""
    return _once(office_cases.counter)


def decisions() -> office_deciding.Counter:
    """Where its applications are decided."""
    return _once(office_deciding.counter)


def ledgers() -> office_ledgers.Counter:
    """Where its ledger is looked at."""
    return _once(office_ledgers.counter)


def watchman() -> office_alerts.Watchman:
    """Who watches it."""
    return _once(office_alerts.watchman)


def answers() -> Answers:
    """The book's answers: one for all threads of the process, so that they share what is kept."""
    return _shared(_answers, Answers)


def inlet() -> Inlet:
    """Where facts come in: one for all threads of the process, so that they wait in one queue."""
    return _shared(_inlet, Inlet)


def ledger() -> Ledger:
    """Its ledger, to append to."""
    return _once(office_publishing.opened)


def live() -> Live:
    """Where machines' applications are decided: one for all threads of the process, so that they share batches."""
    return _shared(_live, Live, before=close)


def close() -> None:
    """Answer who waits for a decision, and take nobody any more."""
    while _live:
        _live.pop().stop()


def _shared(
    held: list[Shared], opening: Callable[[Home], Shared], before: Callable[[], None] | None = None
) -> Shared:
    """What all threads of the process have together for this home; opened where it is of none yet, or of another."""
    with _choosing:
        if not held or held[0].home is not home():
            if before is not None:
                before()
            held[:] = [opening(home())]
        return held[0]


def _once(opening: Callable[[Home], Opened]) -> Opened:
    """What an opening gave this thread for this home before; opened where it gave nothing yet."""
    opened: dict[Any, tuple[Home, Any]] = _thread.__dict__.setdefault("opened", {})
    known = opened.get(opening)
    if known is None or known[0] is not home():
        known = opened[opening] = (home(), opening(home()))
    found: Opened = known[1]
    return found
