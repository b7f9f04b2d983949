"""The vault's laws on PostgreSQL: people and keys in two databases of one server."""

import threading
from collections.abc import Iterator

import pytest

from seawall.vault import ring
from seawall.vault.algorithms import AES
from seawall.vault.database import KEYS, PEOPLE, UnableToReachDatabase
from tests import postgresql
from tests.vault.conftest import BOB, NOW, Check, Room, given
from tests.vault.laws import LAWS

pytestmark = postgresql.MARKS


@pytest.fixture(scope="module")
def databases() -> Iterator[tuple[str, str]]:
    import psycopg  # noqa: PLC0415 - an extra; the tests are skipped without it

    with postgresql.server() as address:
        with psycopg.connect(address, autocommit=True) as raw:
            raw.execute("CREATE DATABASE people")
            raw.execute("CREATE DATABASE keys")
        folder = address.rpartition("/")[0]
        yield f"{folder}/people", f"{folder}/keys"


@pytest.fixture
def room(databases: tuple[str, str]) -> Iterator[Room]:
    from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

    rows, keys = PostgresDatabase(databases[0], PEOPLE), PostgresDatabase(databases[1], KEYS)
    for database, schema in ((rows, PEOPLE), (keys, KEYS)):
        tables = [each.split("EXISTS ")[1].split(" ")[0] for each in schema if "TABLE" in each]
        with database.writing() as session:
            session.rows(f"TRUNCATE {', '.join(tables)}")
    yield Room(rows, keys, ring.new(AES))
    rows.close()
    keys.close()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_on_postgresql(law: Check, room: Room) -> None:
    law(room)


@pytest.mark.parametrize("by", ["phone", None])
def test_two_writers_admit_a_person_once(
    room: Room, databases: tuple[str, str], by: str | None
) -> None:
    """By the field that a caller names; by himself, where he names none."""
    from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

    rows, keys = PostgresDatabase(databases[0], PEOPLE), PostgresDatabase(databases[1], KEYS)
    others = Room(rows, keys, room.ring)
    tokens: list[str] = []

    def admit(at: Room) -> None:
        vault = at.vault
        for _ in range(20):
            if by:
                tokens.append(vault.admit(given(BOB), at=NOW, by=by))
            else:
                tokens.extend(each.token for each in vault.recognise_all([given(BOB)], at=NOW))

    racers = [threading.Thread(target=admit, args=(each,)) for each in (room, others)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    rows.close()
    keys.close()
    assert len(tokens) == 40
    assert len(set(tokens)) == 1
    assert room.vault.status().states == {"active": 1}
    assert sum(room.vault.status().keys.values()) == 1 + 5  # the person's, and five indexes'


def test_a_server_that_loses_rows_is_refused(databases: tuple[str, str]) -> None:
    from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

    lossy = f"{databases[0]}?options=-csynchronous_commit%3Doff"
    with pytest.raises(UnableToReachDatabase, match="loses rows"):
        PostgresDatabase(lossy, PEOPLE)


def test_a_server_that_comes_back_is_found_again() -> None:
    """On the same object: a thread opens its stores once, and keeps them."""
    from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

    with postgresql.durable() as server:
        both = PostgresDatabase(server.address, PEOPLE), PostgresDatabase(server.address, KEYS)
        room = Room(*both, ring.new(AES))
        token = room.vault.admit(given(BOB), at=NOW, by="phone")
        for _ in range(2):
            server.stop()
            with pytest.raises(UnableToReachDatabase):
                room.vault.status()
            server.start()
            assert room.vault.status().states == {"active": 1}
            assert room.vault.admit(given(BOB), at=NOW, by="phone") == token
            server.stop()
            server.start()
            for each in both:  # nobody asked while it was away
                each.scrub()
        for each in both:
            each.close()
