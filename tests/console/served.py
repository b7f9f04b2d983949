"""A home that is served as in production: by the web server, in a process of its own, over a socket."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connections

from seawall.acts import granting
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.in_force import Policies
from seawall.acts.signing import Signed, now
from seawall.office import homes
from seawall.office.homes import HOME_VARIABLE
from seawall.office.settings import Settings
from seawall.policy.window_online import observer
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from tests.acts.lender import House

SCOPES = frozenset({"decisions.decide", "decisions.read"})
START_SECONDS = 120
"""A server on a busy machine; it takes three seconds on a quiet one."""


@dataclass
class Lender(House):
    """A lender whose stores lie as a home's do."""

    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        at = self.folder / "home"
        if not at.exists():
            homes.make(at, "lender.example/ledger", settings=self.settings)
        home = homes.home(at)
        self.ledger, self.vault = home.ledger, home.vault.open()
        starting.start(home.records)
        starting.migrate()
        self.events = RecordsEventStore(observer)
        self.policies = Policies(self.events, self.vault.rules.fields, self.ledger)

    def token(self) -> str:
        """A machine's, for a day."""
        wanted = Wanted("origination-1", SCOPES, "house", now() + timedelta(days=1))
        among, signed = Grantable(SCOPES, ["house"]), Signed("grant", "ivan", now())
        return granting.grant(self.ledger, wanted, among, signed).secret

    def close(self) -> None:
        """Let go of everything: a server of its own works with it now."""
        self.ledger.store.close()
        self.vault.rows.close()
        self.vault.keys.database.close()
        connections.close_all()


@dataclass
class Server:
    """A web server that was started, on loopback."""

    port: int
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """As a machine kills: every process of it, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 60) -> None:
        """As an operator stops it."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def start(folder: os.PathLike[str]) -> Server:
    """Serve the home in a folder; returns once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "seawall", "serve", "--quiet", "--port", str(port)]
    environment = {**os.environ, HOME_VARIABLE: str(folder)}
    made = Server(port, subprocess.Popen(command, env=environment, start_new_session=True))
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with closing(Machine(port, "")) as machine:
                machine.get("/api/v1/health")
        except OSError:
            if made.process.poll() is not None:
                raise AssertionError("the server ended") from None
            time.sleep(0.1)
        else:
            return made
    made.kill()
    raise AssertionError("the server does not answer")


@contextmanager
def served(folder: os.PathLike[str]) -> Iterator[Server]:
    made = start(folder)
    try:
        yield made
    finally:
        made.stop()


class Machine:
    """A machine that asks over a connection of its own, which it keeps."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._secret = secret
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        return self._asked("GET", path, None)

    def decide(
        self, application: Mapping[str, object], policy: str = "small"
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer. OSError: there was none."""
        body = json.dumps({"policy": policy, "application": application})
        return self._asked("POST", "/api/v1/decisions", body)

    def _asked(self, method: str, path: str, body: str | None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response.status, json.loads(response.read())
        except http.client.HTTPException as broken:
            raise ConnectionError from broken

    def close(self) -> None:
        self._connection.close()
