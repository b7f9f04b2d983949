"""Tell the ledger of each version of a kind that cases go by, so that nobody slips one in by the database alone.

Only what the packs in force declare is told of, and never what the database holds: whoever can write there
could otherwise have the house vouch for a version that asks for no approvals.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from seawall.cases.kind import Kind
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger

ACT = "case:kind:"
"""How the acts of these entries begin; the kind's digest follows."""
TELLER = "house-1"


def tell(ledger: Ledger, kinds: Iterable[Kind], at: datetime) -> None:
    """Tell of versions of kinds; told again, nothing changes."""
    for kind in kinds:
        ledger.append(entry_of(kind, at))


def untold(ledger: Ledger, digests: Collection[str]) -> frozenset[str]:
    """The versions that the ledger does not tell of."""
    told = ledger.find_all([f"{ACT}{each}" for each in digests])
    return frozenset(each for each in digests if f"{ACT}{each}" not in told)


def entry_of(kind: Kind, at: datetime) -> Entry:
    """What the ledger is told of a version of a kind."""
    return Entry(
        kind="case.kind",
        subject=f"kind:{kind.id}",
        actor=TELLER,
        at=at,
        act=f"{ACT}{kind.digest}",
        digests={"kind": kind.digest},
    )
