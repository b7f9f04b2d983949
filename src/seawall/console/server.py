"""Serve a home's console: its tables are brought up to date first, then a server's processes answer.

What is chosen here stands in the home's settings (`office.addresses`); what the processes serve is `serving`.
"""

import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.common import AbstractServer

from seawall.console import configuring
from seawall.core.problem import Unable, UnableToUseInput
from seawall.core.text import Text
from seawall.office import addresses, condition, homes, listening, settings, settling
from seawall.office.homes import Home
from seawall.records import starting

TARGET = "seawall.console.server:application"
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
BACKLOG = 2_048
STOPS_WITHIN_S = 20
"""How long requests in flight have when the server is told to stop."""


@dataclass(frozen=True)
class Ready:
    """A home that can be served.

    Attributes:
        origin: its address, as people write it.
        code: what makes the first administrator; None where there is one.
    """

    home: Home
    origin: str
    code: str | None


def ready() -> Ready:
    """Make the home that `SEAWALL_HOME` names ready to be served.

    Raises:
        UnableToServe: there is no home.
        UnableToUseInput: its settings are unsafe.
        UnableToUseRecords: its database cannot be used.
    """
    home = homes.home()
    if not condition.is_home(home.folder) or not home.ledger_key.is_file():
        raise UnableToServe(str(home.folder))
    console = home.settings.console
    if found := tuple(addresses.unsafe(console, str(home.folder / settings.FILE))):
        raise UnableToUseInput(found)
    if console.workers > 1:
        _count_together(home)
    configuring.prepare(configuring.of(home, os.environ))
    starting.start(home.records)
    starting.migrate()
    _seal_factors(home)
    code = settling.code(home) if settling.needed() else None
    starting.stop()  # those that serve are this process's children, and open connections of their own
    return Ready(home, console.origin, code)


def _seal_factors(home: Home) -> None:
    from seawall.console import factors  # noqa: PLC0415 - Django is told first

    factors.seal_old(home)


def _count_together(home: Home) -> None:
    """Let the counts of several processes come together, see `counting`; before its library is imported."""
    folder = Path(os.environ.setdefault(COUNTS, str(home.folder / "scratch" / "counts")))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def server(home: Home) -> "AbstractServer[Any]":
    """The server of a home that is ready; its `serve` returns once it is told to stop by SIGTERM or SIGINT."""
    from seawall.console import serving  # noqa: PLC0415 - Django is told first

    console = home.settings.console
    host = "127.0.0.1" if console.host == "localhost" else console.host
    listening.refuse_taken(host, console.port)
    made: AbstractServer[Any] = Granian(
        TARGET,
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1" if console.host == "localhost" else console.host,
        port=console.port,
        workers=console.workers,
        blocking_threads=serving.THREADS,
        backpressure=serving.BACKPRESSURE,
        backlog=BACKLOG,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        ssl_cert=console.certificate,
        ssl_key=console.private_key,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPS_WITHIN_S,
    )
    return made


def application() -> Callable[..., Any]:
    """What a process of the server answers by; it does not outlive the server, which would keep its port."""
    from seawall.console import serving  # noqa: PLC0415 - Django is told first

    server = multiprocessing.parent_process()
    if server is not None and server.pid is not None:
        threading.Thread(target=_follow, args=(server.pid,), name="follow", daemon=True).start()
    return serving.application()


def _follow(server: int) -> None:
    """End this process when the server, killed, is not its parent any more."""
    while os.getppid() == server:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOPS_WITHIN_S)
    os._exit(1)


class UnableToServe(Unable, LookupError):
    """There is no home to be served."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            Text(
                en="there is no home in {folder}: `seawall init` makes one, `seawall demo` one that is full",
                zh="{folder} 中没有主目录：`seawall init` 可新建，`seawall demo` 可建立演示主目录",
            ),
            folder=folder,
        )
