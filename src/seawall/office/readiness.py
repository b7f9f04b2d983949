"""Whether a home's stores answer, now and quickly: what a load balancer asks before it sends anybody here."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final

from seawall.office.homes import Home
from seawall.records import counting

HELD_SECONDS: Final = 1.0
"""How long an answer stands: anybody may ask, and each look opens stores."""


class Lately:
    """Looks whether stores answer, at most once in `HELD_SECONDS`, whoever asks and how often.

    Args:
        look: tells for each store whether it answers.
        clock: seconds, never going back.
    """

    def __init__(
        self, look: Callable[[], dict[str, bool]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look = look
        self._clock = clock
        self._looking = threading.Lock()
        self._seen: tuple[float, dict[str, bool]] | None = None

    def __call__(self) -> dict[str, bool]:
        """What was seen last, or is seen now."""
        with self._looking:
            if self._seen is None or self._clock() - self._seen[0] >= HELD_SECONDS:
                found = self._look()
                self._seen = self._clock(), found
            return self._seen[1]


def stores(home: Home, opened: Callable[[], object]) -> dict[str, bool]:
    """For each store, whether it answers.

    Args:
        home: whose stores.
        opened: opens what requests work with, in this thread; raises where it cannot.
    """
    return {
        "office": _answers(lambda: (opened(), counting.alive())),
        "ledger": _answers(lambda: _ledger(home)),
        "vault": _answers(lambda: _vault(home)),
    }


def _answers(ask: Callable[[], object]) -> bool:
    """Whether a store answers; why not is told by `seawall doctor`, and not to whoever asks here."""
    try:
        ask()
    except Exception:  # noqa: BLE001 - whatever keeps it from answering, it is not ready
        return False
    return True


def _ledger(home: Home) -> None:
    reader = home.ledger_reader
    with closing(reader.store):
        reader.checkpoint()


def _vault(home: Home) -> None:
    vault = home.vault.open()
    with closing(vault.rows), closing(vault.keys.database), vault.rows.reading() as rows:
        rows.rows("SELECT 1")
