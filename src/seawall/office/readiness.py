"""Whether a home's stores answer, now and quickly: what a load balancer asks before it sends anybody here."""

from collections.abc import Callable
from contextlib import closing

from seawall.office.homes import Home
from seawall.records import counting


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
