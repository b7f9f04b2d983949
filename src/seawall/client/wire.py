"""How the client asks: one connection kept open, and the same request again where the house is busy or away.

Every request of this API may be sent again: what changes something has a key under which it is done once. So a
request is repeated, with growing pauses or after the seconds that the house names, until it is answered or the
caller's patience ends.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from pydantic import ValidationError

from seawall.client.refusals import UnableToGetAnswer, UnableToReachHouse, UnableToTrustAddress
from seawall.client.told import Refusal
from seawall.core.problem import Unable

PREFIX: Final = "/api/v1"
LATER: Final = frozenset({429, 503})
"""The house has no time for anybody now, or not for this machine again so soon."""
_REDIRECTED: Final = 300
"""From this status on a request was not done; nobody is followed elsewhere with a token."""
_PAUSE_FIRST, _PAUSE_MOST = 0.1, 5.0
Asked = Mapping[str, str | int | bool | list[str] | None]


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        path: under the API's own, quoted.
        asked: the query; what is None is left out.
        body: with its media type; None where there is none.
        key: under which it is done once.
    """

    method: str
    path: str
    asked: Asked = field(default_factory=dict)
    body: tuple[str, bytes] | None = None
    key: str | None = None

    @property
    def target(self) -> str:
        """Path and query."""
        known = {name: _written(value) for name, value in self.asked.items() if value is not None}
        query = urlencode(known, doseq=True)  # of an empty list it writes nothing
        return f"{PREFIX}{self.path}" + (f"?{query}" if query else "")

    def headers(self, token: str) -> dict[str, str]:
        """All headers."""
        told = {"Authorization": f"Bearer {token}"} if token else {}
        if self.body is not None:
            told["Content-Type"] = self.body[0]
        if self.key is not None:
            told["Idempotency-Key"] = self.key
        return told


def _written(value: str | int | bool | list[str]) -> str | int | list[str]:  # noqa: FBT001
    return str(value).lower() if isinstance(value, bool) else value


class Wire:
    """A connection to a house; one thread's.

    Args:
        address: such as `https://seawall.lender.example`; `http` only to this machine.
        token: `swl_…`.
        timeout_s: for one try.
        patience_s: for all tries of one request.

    Raises:
        UnableToTrustAddress: the token would be there for everybody to read.
    """

    def __init__(
        self, address: str, token: str, *, timeout_s: float = 10.0, patience_s: float = 30.0
    ) -> None:
        self._at = urlsplit(address)
        if self._at.scheme != "https" and not _is_here(self._at):
            raise UnableToTrustAddress(address)
        self._token = token
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self._kept: HTTPConnection | None = None

    def ask(self, request: Request) -> bytes:
        """The answer's body.

        Raises:
            UnableToGetAnswer: the house refused.
            UnableToReachHouse: no answer came in time.
        """
        until = time.monotonic() + self._patience_s
        pause = _PAUSE_FIRST
        while True:
            failed: Unable
            again_s = 0.0
            try:
                status, again_s, body = self.once(request)
                if status < _REDIRECTED:
                    return body
                failed = _refused(status, body)
                if status not in LATER:
                    raise failed
            except (OSError, HTTPException) as lost:
                self.close()
                failed = UnableToReachHouse(
                    self._at.hostname or "", self._patience_s, type(lost).__name__
                )
            wait = max(again_s, pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads callers, hides nothing
            if time.monotonic() + wait > until:
                raise failed
            time.sleep(wait)
            pause = min(2 * pause, _PAUSE_MOST)

    def once(self, request: Request) -> tuple[int, float, bytes]:
        """Send a request, and do not try again; status, seconds after which to come again, body."""
        connection = self._kept = self._kept or self._opened()
        body = None if request.body is None else request.body[1]
        connection.request(request.method, request.target, body, request.headers(self._token))
        response = connection.getresponse()
        told = response.read()
        if response.will_close:
            self.close()
        again = response.headers.get("Retry-After", "")
        return response.status, float(again) if again.isdecimal() else 0.0, told

    def _opened(self) -> HTTPConnection:
        made = HTTPSConnection if self._at.scheme == "https" else HTTPConnection
        return made(self._at.hostname or "", self._at.port, timeout=self._timeout_s)

    def close(self) -> None:
        """Let go of the connection; the next request opens another."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def _is_here(at: SplitResult) -> bool:
    """Whether an address is this machine's own."""
    try:
        return at.scheme == "http" and ip_address(at.hostname or "").is_loopback
    except ValueError:
        return at.scheme == "http" and at.hostname == "localhost"


def _refused(status: int, body: bytes) -> UnableToGetAnswer:
    try:
        return UnableToGetAnswer(status, Refusal.model_validate_json(body).problems)
    except ValidationError:
        return UnableToGetAnswer(status, ())
