"""The same ledger on PostgreSQL."""

import threading
from collections.abc import Iterator

import pytest

from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.entry import Erasing
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sequencing import UnableToAppend, UnableToErase
from seawall.ledger.store import UnableToOpenStore, UnableToWriteStore
from tests import postgresql
from tests.ledger import naive
from tests.ledger.conftest import AT, decision
from tests.ledger.test_faults import Faulty, holds

pytestmark = postgresql.MARKS
TABLES = ("ledger_entry", "ledger_tile", "ledger_head", "ledger_checkpoint")


@pytest.fixture(scope="module")
def served() -> Iterator[postgresql.Server]:
    with postgresql.durable() as made:
        yield made


@pytest.fixture
def ledger(served: postgresql.Server, signer: Signer) -> Iterator[Ledger]:
    from seawall.ledger.postgresql import PostgresStore  # noqa: PLC0415 - an extra

    made = log.start(PostgresStore(served.address), signer)
    yield made
    made.store.close()
    direct(served, f"DROP TABLE {', '.join(TABLES)}", "DROP FUNCTION ledger_refuse, ledger_entry_next, "
           "ledger_entry_erased, ledger_grows, ledger_checkpoint_next")  # fmt: skip


def direct(served: postgresql.Server, *statements: str) -> None:
    """As a person with a client does."""
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(served.address) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_entries_come_back_prove_and_verify(ledger: Ledger) -> None:
    ledger.append_all([decision(n) for n in range(600)])
    assert not ledger.append(decision(7)).new
    with pytest.raises(UnableToAppend):
        ledger.append(decision(7, actor="bob"))
    ledger.erase(3, Erasing("dana", AT, "erase:3", "asked"))
    with pytest.raises(UnableToErase):
        ledger.erase(3, Erasing("dana", AT, "erase:3:again", "asked"))
    ledger.keep_checkpoint(AT)
    found = audit(ledger)
    assert (found.problems, found.entries, found.erased) == ((), 601, 1)
    assert ledger.checkpoint().root == naive.root([each.leaf for each in ledger.entries()])


def test_racing_writers_lose_nothing_and_double_nothing(
    ledger: Ledger, served: postgresql.Server, signer: Signer
) -> None:
    from seawall.ledger.postgresql import PostgresStore  # noqa: PLC0415 - an extra

    def tell(writer: int) -> None:
        mine = Ledger(PostgresStore(served.address), signer)
        for n in range(10):
            mine.append_all([decision(writer * 100 + n), decision(7)])
        mine.store.close()

    threads = [threading.Thread(target=tell, args=(writer,)) for writer in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit(ledger)
    assert (found.problems, found.entries) == ((), 41)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET leaf = '\\x00' WHERE number = 1",
        "UPDATE ledger_entry SET salt = NULL, body = NULL WHERE number = 1",
        "DELETE FROM ledger_entry WHERE number = 1",
        "INSERT INTO ledger_entry SELECT 9, 'x', leaf, salt, body FROM ledger_entry LIMIT 1",
        "SET session_replication_role = replica; DELETE FROM ledger_entry",
        "UPDATE ledger_tile SET hashes = '\\x00'",
        "UPDATE ledger_head SET size = 1",
        "UPDATE ledger_checkpoint SET at_us = 0",
        *(f"DELETE FROM {table}" for table in TABLES),
        *(f"TRUNCATE {table} CASCADE" for table in TABLES),
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(
    ledger: Ledger, served: postgresql.Server, statement: str
) -> None:
    import psycopg  # noqa: PLC0415 - an extra

    ledger.append_all([decision(n) for n in range(3)])
    ledger.keep_checkpoint(AT)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        direct(served, statement)
    assert audit(ledger).problems == ()


def test_who_goes_around_the_triggers_is_found(ledger: Ledger, served: postgresql.Server) -> None:
    ledger.append_all([decision(n) for n in range(300)])
    direct(
        served,
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "UPDATE ledger_entry SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'alice', 'bob'), "
        "'UTF8') WHERE number = 200",
    )
    first = audit(ledger).problems[0]
    assert (first.code, first.facts["entry"]) == ("ledger-leaf-wrong", 200)


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_can_lose_acknowledged_entries_is_refused(
    ledger: Ledger, served: postgresql.Server, setting: str
) -> None:
    from seawall.ledger.postgresql import PostgresStore  # noqa: PLC0415 - an extra

    del ledger
    direct(served, f"ALTER ROLE bob SET {setting} = off")
    try:
        with pytest.raises(UnableToOpenStore, match=f"{setting} is off") as refused:
            PostgresStore(served.address)
    finally:
        direct(served, f"ALTER ROLE bob RESET {setting}")
    assert "bob" not in str(refused.value), "an address with its password is not repeated"


def test_what_was_acknowledged_survives_a_server_that_is_killed(
    ledger: Ledger, served: postgresql.Server
) -> None:
    ledger.append_all([decision(n) for n in range(5)])
    served.stop()
    with pytest.raises((UnableToWriteStore, UnableToOpenStore)):
        ledger.append(decision(5))
    served.start()
    assert ledger.size == 5
    assert ledger.append(decision(5)).number == 5
    assert audit(ledger).problems == ()


@pytest.mark.parametrize("fault", ["at the start", "failed", "failed but persisted"])
def test_an_act_told_again_after_a_failure_is_kept_once(ledger: Ledger, fault: str) -> None:
    store = Faulty(ledger.store)
    failing = Ledger(store, ledger.signer)
    failing.append(decision(0))
    told = [decision(n) for n in range(1, 300)]
    store.fault = fault
    with pytest.raises(UnableToWriteStore):
        failing.append_all(told)
    receipts = failing.append_all(told)
    assert {each.new for each in receipts} == {fault != "failed but persisted"}
    holds(ledger, set(range(300)))


def test_temporary_tables_do_not_stand_in_for_the_ledgers(
    ledger: Ledger, served: postgresql.Server
) -> None:
    """Names without a schema are looked up among a session's temporary tables first."""
    import psycopg  # noqa: PLC0415 - an extra

    ledger.append_all([decision(n) for n in range(3)])
    with pytest.raises(psycopg.IntegrityError, match="a body is erased by an entry"):
        direct(
            served,
            "CREATE TEMP TABLE ledger_entry AS SELECT * FROM ledger_entry",
            "UPDATE ledger_entry SET erases = 1 WHERE number = 2",
            "UPDATE public.ledger_entry SET salt = NULL, body = NULL WHERE number = 1",
        )
    assert ledger.entry(1).body is not None
