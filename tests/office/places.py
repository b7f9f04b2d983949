"""Where a home's stores may lie: SQLite files, or a fresh PostgreSQL database for each home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from seawall.office.settings import Settings, without_secrets
from tests import postgresql
from tests.postgresql import Server


@dataclass
class Cluster:
    """A server that makes databases; its password is in the environment, as a home's settings need it."""

    server: Server
    _numbers: Iterator[int] = field(default_factory=count)

    def database(self) -> str:
        """The address of a fresh database, without the password."""
        import psycopg  # noqa: PLC0415 - an extra

        name = f"home{next(self._numbers)}"
        with psycopg.connect(self.server.address, autocommit=True) as raw:
            raw.execute(f"CREATE DATABASE {name}".encode())
        return f"{without_secrets(self.server.address).rpartition('/')[0]}/{name}"

    def settings(self) -> Settings:
        return Settings(database=self.database())


@contextmanager
def cluster() -> Iterator[Cluster]:
    with postgresql.durable() as server:
        before = os.environ.get("PGPASSWORD")
        os.environ["PGPASSWORD"] = urlsplit(server.address).password or ""
        try:
            yield Cluster(server)
        finally:
            del os.environ["PGPASSWORD"]
            if before is not None:
                os.environ["PGPASSWORD"] = before
