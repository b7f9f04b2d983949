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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.util import Finalize
from typing import Any, Final

from django.core.wsgi import get_wsgi_application

from seawall.console import configuring, place
from seawall.console.api import problems
from seawall.core.problem import Kind
from seawall.core.text import Text
from seawall.office import homes
from seawall.records import starting

Environ = dict[str, Any]
StartResponse = Callable[..., object]
Wsgi = Callable[[Environ, StartResponse], list[bytes]]
DECISIONS_MOST: Final = 320
"""Requests for decisions in flight: at 500 a second a stall of 0.6 s refuses nobody."""
PAGES_MOST: Final = 24
"""Other requests in flight."""
PAGE_THREADS: Final = 8
"""Threads that render pages: each opens stores of its own."""
THREADS: Final = DECISIONS_MOST + PAGES_MOST + 24
"""Threads of the server: for all who are let in, and for who is told that there is no room."""
BACKPRESSURE: Final = 2_048
"""Connections that the server takes before it lets the system's queue fill."""
AGAIN_SECONDS: Final = 1
_DECISIONS: Final = "/api/v1/decisions"
_ALWAYS: Final = ("/api/v1/health", "/api/v1/ready", "/api/v1/metrics")


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

    made = Shedding(Express(Pages(get_wsgi_application())))
    place.live()
    # A quarter of a million objects are here to stay: looking at them again and again takes 0.2 s each time, for which
    # everybody waits.
    gc.collect()
    gc.freeze()
    return made


class Pages:
    """Django, in a few threads of its own: each has stores open, which a hundred would be too many for.

    Whether the process is well is answered in a thread that no page can hold.
    """

    def __init__(self, below: Callable[[Environ, Any], Any]) -> None:
        self._below = below
        self._threads = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="pages")
        self._always = ThreadPoolExecutor(1, thread_name_prefix="well-being")

    def __call__(self, environ: Environ, start: StartResponse) -> list[bytes]:
        """Answer a request, whole."""
        threads = self._always if environ["PATH_INFO"] in _ALWAYS else self._threads
        return threads.submit(self._answer, environ, start).result()

    def _answer(self, environ: Environ, start: StartResponse) -> list[bytes]:
        response = self._below(environ, start)
        try:
            return [b"".join(response)]
        finally:
            response.close()  # in this thread, whose connections it closes


class Shedding:
    """Lets in as many as there is room for, and tells the others when to come again.

    Args:
        below: answers who is let in.
    """

    def __init__(
        self, below: Wsgi, *, decisions: int = DECISIONS_MOST, pages: int = PAGES_MOST
    ) -> None:
        self._below = below
        self._decisions = threading.Semaphore(decisions)
        self._pages = threading.Semaphore(pages)

    def __call__(self, environ: Environ, start: StartResponse) -> list[bytes]:
        """Answer a request; how a process is, it tells at any time."""
        path: str = environ["PATH_INFO"]
        if path in _ALWAYS:
            return self._below(environ, start)
        room = self._decisions if path.startswith(_DECISIONS) else self._pages
        if not room.acquire(blocking=False):
            start("503 Service Unavailable", _FULL)
            return [FULL]
        try:
            return self._below(environ, start)
        finally:
            room.release()


def _refusal(kind: Kind, why: Text) -> bytes:
    """A refusal's body in the API's form: `api.answers` writes it too, but cannot be read before Django is told."""
    each = {name: {"en": text.en, "zh": text.zh} for name, text in
            (("message", kind.message.filled(why=why)), ("remedy", kind.remedy))}  # fmt: skip
    told = {"problems": [{"code": kind.code, "where": "request", **each}]}
    return json.dumps(told, ensure_ascii=False).encode()


FULL: Final = _refusal(problems.BUSY, Text(en="too many ask at once", zh="同时请求过多"))
"""The body of every refusal for want of room; written once."""
_FULL: Final = [
    ("Content-Type", "application/json; charset=utf-8"),
    ("Content-Length", str(len(FULL))),
    ("Cache-Control", "no-store, private"),
    ("Retry-After", str(AGAIN_SECONDS)),
]
