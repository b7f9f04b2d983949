"""How a call that the house refused is answered, by its pages and by its API alike."""

from typing import Final

from django.http import HttpResponse

from seawall.acts.gathering import UnableToTake
from seawall.core.problem import Unable
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore
from seawall.office.live import UnableToAnswer
from seawall.office.receiving import UnableToTakeSoMuch
from seawall.office.turns import UnableToComeSoOften, UnableToWaitLonger
from seawall.records.starting import UnableToUseRecords
from seawall.vault.database import UnableToReachDatabase

REFUSED: Final = 409
TOO_MUCH: Final = 413
TOO_OFTEN: Final = 429
BUSY: Final = 503
AGAIN_SECONDS: Final = 1
"""When to come again where a store is away, and nobody knows for how long."""
_STATUSES: Final[tuple[tuple[tuple[type[Unable], ...], int], ...]] = (
    ((UnableToTakeSoMuch,), TOO_MUCH),
    ((UnableToTake, UnableToAnswer, UnableToWaitLonger, UnableToOpenStore, UnableToReadStore, UnableToWriteStore,
      UnableToUseRecords, UnableToReachDatabase), BUSY),
    ((UnableToComeSoOften,), TOO_OFTEN),
)  # fmt: skip
"""What a refusal is answered with, the first that fits; any other with `REFUSED`."""


def status(error: Unable) -> int:
    """The status of the answer to a refusal."""
    return next((code for kinds, code in _STATUSES if isinstance(error, kinds)), REFUSED)


def timed(response: HttpResponse, error: Unable) -> HttpResponse:
    """The answer to a refusal, with when to come again where the same may then be done."""
    if response.status_code in (BUSY, TOO_OFTEN):
        response.headers["Retry-After"] = str(getattr(error, "after_seconds", AGAIN_SECONDS))
    return response
