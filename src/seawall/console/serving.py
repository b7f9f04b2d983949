"""What a web server runs: load is shed first, then machines' decisions are answered, then Django's pages.

    granian --interface wsgi --factory seawall.console.serving:application

A request holds a thread while it waits. So there are as many threads as may wait, and some more, which are always
free to say within microseconds that there is no room. Decisions and pages have room of their own: whoever looks at
a portfolio does not wait for an origination's rush, nor it for him.
"""

import gc
import json
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from multiprocessing.util import Finalize
from typing import Any, Final, NamedTuple

from django.core.wsgi import get_wsgi_application

from seawall.console import configuring, place
from seawall.console.api import problems
from seawall.console.sending import Sending
from seawall.core.problem import Kind
from seawall.core.text import Text
from seawall.office import homes
from seawall.records import starting

Environ = dict[str, Any]
StartResponse = Callable[..., object]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
DECISIONS_MOST: Final = 320
"""Requests for decisions in flight: at 500 a second a stall of 0.6 s refuses nobody."""
PAGES_MOST: Final = 24
"""Other requests in flight."""
PAGE_THREADS: Final = 8
"""Threads that render pages: each opens stores of its own."""
SENDINGS_MOST: Final = 3
"""Answers that are sent while they are made, as long lists are: each holds a thread until it is taken."""
THREADS: Final = DECISIONS_MOST + PAGES_MOST + 24
"""Threads of the server: for all who are let in, and for who is told that there is no room."""
BACKPRESSURE: Final = 2_048
"""Connections that the server takes before it lets the system's queue fill."""
AGAIN_SECONDS: Final = 1
ALWAYS_MOST: Final = 4
"""Requests in flight that ask how the process is: they come from few machines, and anybody could ask."""
DECIDING: Final = frozenset({"/api/v1/decisions", "/api/v1/decisions/batch"})
"""Where decisions are made, by POST; they are looked at in the pages' room."""
_HEALTH: Final = "/api/v1/health"
_ALWAYS: Final = ("/api/v1/ready", "/api/v1/metrics")
_MIB: Final = 1_048_576
ATTACHED_MOST, FACTS_MOST, BODY_MOST = 25 * _MIB, 9 * _MIB, 2_500_000
"""Bytes that a body may have: a file for a case, facts, and anything else. Longer ones are refused unread: Django
would write them to the disk before it asks who sends them."""


def application() -> Wsgi:
    """What a worker process serves: the home that `SEAWALL_HOME` names; its tables are up to date.

    Raises:
        Unable: the home's stores cannot be opened.
    """
    home = homes.home()
    configuring.prepare(configuring.of(home, os.environ))
    starting.start(home.records)
    starting.stop()  # this thread's connection: every thread has its own
    place.choose(home)
    Finalize(None, place.close, exitpriority=0)  # a worker's process ends without `atexit`
    from seawall.console.express import Express  # noqa: PLC0415 - Django is told first

    below = Express(Pages(get_wsgi_application()))
    made = Shedding(below, late=lambda: place.live().full)
    place.live()
    # A quarter of a million objects are here to stay: looking at them again and again takes 0.2 s each time, for which
    # everybody waits.
    gc.collect()
    gc.freeze()
    return made


class Answer(NamedTuple):
    """What is sent; the body in pieces."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]


class Pages:
    """Django, in a few threads of its own: each has stores open, which a hundred would be too many for.

    Whether the process is well is answered in a thread that no page can hold.
    """

    def __init__(self, below: Callable[[Environ, Any], Any]) -> None:
        self._below = below
        self._threads = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="pages")
        self._always = ThreadPoolExecutor(1, thread_name_prefix="well-being")
        self._sendings = threading.Semaphore(SENDINGS_MOST)

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer a request: whole, or piece by piece where it is sent while it is made."""
        threads = self._always if environ["PATH_INFO"] in _ALWAYS else self._threads
        answered = Future[Answer]()
        threads.submit(self._answer, environ, answered)
        answer = answered.result()
        start(answer.status, answer.headers)
        return answer.body

    def _answer(self, environ: Environ, answered: "Future[Answer]") -> None:
        """Answer in this thread, whose connections the response closes."""
        try:
            said: list[Any] = []
            with closing(self._below(environ, lambda *told: said.extend(told))) as response:
                status, headers = said
                if response.streaming and not _measured(headers):
                    self._send(Answer(status, headers, response), answered)
                    return
                answer = Answer(status, headers, [b"".join(response)])
            answered.set_result(answer)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits for the answer
            if not answered.done():
                answered.set_exception(error)

    def _send(self, answer: Answer, answered: "Future[Answer]") -> None:
        """Make an answer while it is sent, where there is room for one more such."""
        if not self._sendings.acquire(blocking=False):
            answered.set_result(_short(*_BUSY))
            return
        try:
            sending = Sending()
            answered.set_result(answer._replace(body=sending))
            sending.make(answer.body)
        finally:
            self._sendings.release()


def _measured(headers: list[tuple[str, str]]) -> bool:
    """Whether an answer says how long it is, as a style or a script does: such is whole, and holds nobody up."""
    return any(name.lower() == "content-length" for name, _ in headers)


class Shedding:
    """Lets in as many as there is room for, and tells the others when to come again.

    Args:
        below: answers who is let in.
        decisions: requests for decisions in flight.
        pages: other requests in flight.
        late: whether a decision that is asked for now would come too late.
    """

    def __init__(
        self,
        below: Wsgi,
        *,
        decisions: int = DECISIONS_MOST,
        pages: int = PAGES_MOST,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._below = below
        self._late = late
        self._always = threading.Semaphore(ALWAYS_MOST)
        self._decisions = threading.Semaphore(decisions)
        self._pages = threading.Semaphore(pages)

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer a request; that the process lives, it tells at any time.

        One that is sent while it is made has left its room: such are counted where they are made.
        """
        if environ["PATH_INFO"] == _HEALTH and environ["REQUEST_METHOD"] == "GET":
            return _answered(start, "200 OK", ALIVE)
        if refused := _body_refused(environ):
            return _answered(start, *refused)
        room = self._room(environ)
        if (room is self._decisions and self._late()) or not room.acquire(blocking=False):
            return _answered(start, *_BUSY)
        try:
            return self._below(environ, start)
        finally:
            room.release()

    def _room(self, environ: Environ) -> threading.Semaphore:
        path: str = environ["PATH_INFO"]
        if path in _ALWAYS:
            return self._always
        deciding = path in DECIDING and environ["REQUEST_METHOD"] == "POST"
        return self._decisions if deciding else self._pages


def _body_refused(environ: Environ) -> tuple[str, bytes] | None:
    """Why a request's body is not read: status and answer; None where it may be."""
    length: str = environ.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        brings = environ["REQUEST_METHOD"] in _BRINGING or "HTTP_TRANSFER_ENCODING" in environ
        return ("411 Length Required", UNMEASURED) if brings or length else None
    return (
        ("413 Content Too Large", TOO_LONG) if int(length) > _most(environ["PATH_INFO"]) else None
    )


_BRINGING: Final = ("POST", "PUT", "PATCH")
"""Methods whose requests bring a body, if an empty one."""


def _most(path: str) -> int:
    """How many bytes a body may have that is sent to a path."""
    if path.startswith("/cases/") and path.endswith("/attach"):
        return ATTACHED_MOST
    return FACTS_MOST if path.startswith("/api/v1/facts/") else BODY_MOST


def _answered(
    start: StartResponse, status: str, body: bytes, *more: tuple[str, str]
) -> Iterable[bytes]:
    answer = _short(status, body, *more)
    start(answer.status, answer.headers)
    return answer.body


def _short(status: str, body: bytes, *more: tuple[str, str]) -> Answer:
    return Answer(status, [*_HEADERS, ("Content-Length", str(len(body))), *more], [body])


def _refusal(kind: Kind, why: Text) -> bytes:
    """A refusal's body in the API's form: `api.answers` writes it too, but cannot be read before Django is told."""
    each = {name: {"en": text.en, "zh": text.zh} for name, text in
            (("message", kind.message.filled(why=why)), ("remedy", kind.remedy))}  # fmt: skip
    told = {"problems": [{"code": kind.code, "where": "request", **each}]}
    return json.dumps(told, ensure_ascii=False).encode()


FULL: Final = _refusal(problems.BUSY, Text(en="too many ask at once", zh="同时请求过多"))
"""The body of every refusal for want of room; written once."""
TOO_LONG: Final = _refusal(problems.TOO_MUCH, Text(en="the body is too long", zh="请求体过长"))
UNMEASURED: Final = _refusal(
    problems.UNREADABLE, Text(en="Content-Length is missing", zh="缺少 Content-Length")
)
ALIVE: Final = b'{"alive": true}'
"""As `api.health` answers, without its thread: nobody who asks keeps others from being told."""
_HEADERS: Final = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store, private"),
    ("X-Content-Type-Options", "nosniff"),
)
_BUSY: Final = ("503 Service Unavailable", FULL, ("Retry-After", str(AGAIN_SECONDS)))
"""Status, body and headers for whom there is no room."""
