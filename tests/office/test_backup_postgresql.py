"""Stores that live in PostgreSQL are copied and put back: the ledger verifies, the vault opens, nothing is half there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.entry import Erasing
from seawall.ledger.note import Signer
from seawall.office.backup import postgresql as copying
from seawall.office.backup.postgresql import UnableToRunProgram
from seawall.vault import proving, ring
from seawall.vault.algorithms import AES
from seawall.vault.database import KEYS, PEOPLE
from tests import postgresql
from tests.ledger.conftest import AT, decision
from tests.vault.conftest import ALICE, NOW, Room, given

pytestmark = postgresql.MARKS


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql.durable() as made:
        yield made.address


def database(address: str, name: str) -> str:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute(f"CREATE DATABASE {name}".encode())
    return f"{address.rpartition('/')[0]}/{name}"


def test_a_ledger_comes_back_and_verifies(address: str, tmp_path: Path) -> None:
    from seawall.ledger.postgresql import PostgresStore  # noqa: PLC0415 - an extra

    signer = Signer("lender.example/ledger")
    ledger = log.start(PostgresStore(database(address, "one")), signer)
    ledger.append_all([decision(n) for n in range(400)])
    ledger.erase(3, Erasing("dana", AT, "erase:3", "asked"))
    file, programs = tmp_path / "ledger.dump", postgresql.FOLDERS[0]
    copying.dump(f"{address.rpartition('/')[0]}/one", file, programs=programs)
    assert file.stat().st_mode & 0o777 == 0o600
    ledger.append(decision(1000))
    other = database(address, "two")
    copying.put_back(file, other, programs=programs)
    again = log.Ledger(PostgresStore(other), signer)
    found = audit(again)
    assert (found.entries, found.erased, found.problems) == (401, 1, ())
    assert again.append(decision(1000)).number == 401
    for each in (ledger, again):
        each.store.close()


def test_a_vault_comes_back_and_its_keys_open(address: str, tmp_path: Path) -> None:
    from seawall.vault.postgresql import PostgresDatabase  # noqa: PLC0415 - an extra

    names = {"people": PEOPLE, "keys": KEYS}
    held = {name: database(address, name) for name in names}
    kept = ring.new(AES)
    first = {name: PostgresDatabase(held[name], schema) for name, schema in names.items()}
    Room(first["people"], first["keys"], kept).vault.admit(given(ALICE), at=NOW)
    again = {}
    for name, schema in names.items():
        copying.dump(held[name], tmp_path / name, programs=postgresql.FOLDERS[0])
        other = database(address, f"{name}2")
        copying.put_back(tmp_path / name, other, programs=postgresql.FOLDERS[0])
        again[name] = PostgresDatabase(other, schema)
    proved = proving.prove(Room(again["people"], again["keys"], kept).vault)
    assert (proved.keys, proved.values, proved.keyless) == (1, len(ALICE), ())
    for each in (*first.values(), *again.values()):
        each.close()


def test_a_cut_dump_changes_nothing_and_tells_no_password(address: str, tmp_path: Path) -> None:
    file, programs = tmp_path / "cut", postgresql.FOLDERS[0]
    source = database(address, "three")
    _fill(source)
    copying.dump(source, file, programs=programs)
    file.write_bytes(file.read_bytes()[:-200])
    other = database(address, "four")
    with pytest.raises(UnableToRunProgram, match="pg_restore failed") as caught:
        copying.put_back(file, other, programs=programs)
    assert address.split(":")[2].split("@", maxsplit=1)[0] not in str(caught.value)
    assert _tables(other) == 0


def _fill(address: str) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address) as raw:
        raw.execute(b"CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 5000) AS n")


def _tables(address: str) -> int:
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(address) as raw:
        found = raw.execute(
            b"SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
    assert found is not None
    return int(found[0])
