"""The way past the middlewares, for machines that ask for decisions: they cost more than a decision does.

What comes here is answered here where nothing stands against it: a token known to be good, and a body that reads.
Everything else goes down to Django, whose answer says what is wrong; both make decisions by the same functions of
`api.decisions`, so there are no two answers to one question. A test asks both.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final, NamedTuple

from django.core.handlers.wsgi import WSGIRequest
from django.db import connections
from pydantic import ValidationError

from seawall.console import counting
from seawall.console.api import decisions
from seawall.console.api.main import api
from seawall.console.api.tokens import Machine, Token, UnableToLetIn

Environ = dict[str, Any]
StartResponse = Callable[..., object]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
BYTES_MOST: Final = 1_000_000
HELD_SECONDS: Final = 1.0
"""How long a token that was good is taken for good: so long a revoked one may still decide."""
HELD_MOST: Final = 1_000
HEADERS: Final = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store, private"),
    ("X-Content-Type-Options", "nosniff"),
)
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Lane(NamedTuple):
    """A route that is answered here: its name in metrics, and what decides a body for a machine."""

    route: str
    decide: Callable[[Machine, bytes, str | None], dict[str, Any]]


def _one(machine: Machine, body: bytes, key: str | None) -> dict[str, Any]:
    return decisions.one(machine, decisions.One.model_validate_json(body), key)


def _many(machine: Machine, body: bytes, _key: str | None) -> dict[str, Any]:
    return decisions.many(machine, decisions.Many.model_validate_json(body))


LANES: Final = {
    "/api/v1/decisions": Lane("api/v1/decisions", _one),
    "/api/v1/decisions/batch": Lane("api/v1/decisions/batch", _many),
}


class Express:
    """Answers decisions, and hands the rest down.

    Args:
        below: Django.
    """

    def __init__(self, below: Wsgi) -> None:
        self._below = below
        self._holders = Holders()

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        lane = LANES.get(environ["PATH_INFO"])
        if lane is None or environ["REQUEST_METHOD"] != "POST" or environ.get("QUERY_STRING"):
            return self._below(environ, start)
        begun = time.perf_counter()
        body = _body(environ)
        machine = None if body is None else self._holders.holder(environ)
        if body is None or machine is None:
            return self._below(environ, start)
        try:
            answer = lane.decide(machine, body, environ.get("HTTP_IDEMPOTENCY_KEY"))
        except ValidationError:
            return self._below(environ, start)
        except Exception as error:  # noqa: BLE001 - told as the API tells every refusal and failure
            response = api.on_exception(WSGIRequest(environ), error)
            _count(lane, begun, response.status_code)
            headers = [*response.items(), *HEADERS[1:]]
            start(f"{response.status_code} {response.reason_phrase}", headers)
            return [response.content]
        _count(lane, begun, 200)
        text = _written(answer).encode()
        start("200 OK", [*HEADERS, ("Content-Length", str(len(text)))])
        return [text]


def _body(environ: Environ) -> bytes | None:
    """The body, to be read again by who comes after; None where it is too long, or its length is not told."""
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdecimal() or int(length) > BYTES_MOST:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _count(lane: Lane, begun: float, status: int) -> None:
    counting.SECONDS.labels(lane.route).observe(time.perf_counter() - begun)
    counting.REQUESTS.labels(lane.route, "POST", status).inc()


class Holders:
    """Whose tokens are, each looked up once in `HELD_SECONDS`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._token = Token(decisions.SCOPE)
        self._known: dict[str, tuple[float, Machine]] = {}
        self._looking = threading.Lock()

    def holder(self, environ: Environ) -> Machine | None:
        """Who may decide; None where nobody is known to."""
        scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme != "Bearer":
            return None
        known = self._known.get(secret)
        if known is None or known[0] < self._clock():
            known = self._looked_up(secret)
        return None if known is None else known[1]

    def _looked_up(self, secret: str) -> tuple[float, Machine] | None:
        with self._looking:
            known = self._known.get(secret)
            if known is not None and known[0] >= self._clock():
                return known
            try:
                machine = self._token.authenticate(None, secret)  # type: ignore[arg-type]
            except UnableToLetIn:
                machine = None
            finally:
                connections.close_all()  # of this thread, which is one of many and may never look again
            if machine is None:
                self._known.pop(secret, None)
                return None
            if len(self._known) >= HELD_MOST:
                self._known.clear()
            found = self._known[secret] = (self._clock() + HELD_SECONDS, machine)
            return found
