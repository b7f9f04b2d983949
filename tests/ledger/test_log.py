"""What a ledger promises to who appends and who reads."""

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import apsw
import pytest

from seawall.core import sqlite
from seawall.ledger import log, note
from seawall.ledger.entry import Erasing, UnableToTell
from seawall.ledger.log import Ledger, UnableToFindEntry
from seawall.ledger.note import Signer, UnableToUseKey
from seawall.ledger.sequencing import UnableToAppend, UnableToErase
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToOpenStore
from seawall.ledger.verifier import included, leaf_hash, read_checkpoint, read_note
from tests.ledger import naive
from tests.ledger.conftest import AT, decision

LATER = AT.replace(year=2027)


def test_an_entry_comes_back_as_it_was_told(ledger: Ledger) -> None:
    told = decision(1, on_behalf_of="charlie", digests={"policy": "ab" * 32})
    receipt = ledger.append(told)
    found = ledger.entry(receipt.number)
    assert (receipt.number, receipt.new) == (0, True)
    assert found.content == told.body
    assert {name: found.told[name] for name in ("kind", "subject", "actor", "act", "digests")} == {
        "kind": told.kind,
        "subject": told.subject,
        "actor": told.actor,
        "act": told.act,
        "digests": told.digests,
    }
    assert (found.told["on_behalf_of"], found.told["at"]) == (
        "charlie",
        "2026-01-02T03:04:05.000000Z",
    )
    assert ledger.find(told.act) == found


def test_a_receipt_leads_to_a_proof_under_a_signature(ledger: Ledger) -> None:
    receipts = ledger.append_all([decision(n) for n in range(300)])
    proof = ledger.prove(receipts[7].number)
    signed = read_note(proof.checkpoint, "receipt")
    signed.signed(ledger.key)
    checkpoint = read_checkpoint(signed)
    assert checkpoint.root == naive.root([each.leaf for each in ledger.entries()])
    at = (7, checkpoint.size)
    assert included(leaf_hash(proof.entry.leaf), at, proof.hashes, root=checkpoint.root)


def test_an_act_told_again_is_kept_once_though_the_clock_went_on(ledger: Ledger) -> None:
    first = ledger.append(decision(1))
    again = ledger.append(decision(1, at=LATER))
    assert (again.number, again.new, ledger.size) == (first.number, False, 1)
    assert ledger.entry(0).told["at"].startswith("2026")


@pytest.mark.parametrize(
    "changed",
    [{"body": {"outcome": "decline"}}, {"actor": "bob"}, {"subject": "application:2"},
     {"kind": "review"}, {"digests": {"a": "0" * 64}}, {"on_behalf_of": "bob"}],
    ids=str,
)  # fmt: skip
def test_an_acts_key_is_not_used_for_something_else(
    ledger: Ledger, changed: dict[str, object]
) -> None:
    ledger.append(decision(1))
    with pytest.raises(UnableToAppend, match="entry 0"):
        ledger.append(decision(1, **changed))
    assert ledger.size == 1


def test_entries_told_together_are_kept_all_or_none(ledger: Ledger) -> None:
    ledger.append(decision(1))
    with pytest.raises(UnableToAppend):
        ledger.append_all([decision(2), decision(1, actor="bob"), decision(3)])
    assert ledger.size == 1
    assert ledger.find("decide:2") is None
    assert ledger.append_all([]) == ()


def test_an_act_told_twice_in_one_breath_is_kept_once(ledger: Ledger) -> None:
    receipts = ledger.append_all([decision(1), decision(1), decision(2)])
    assert [each.number for each in receipts] == [0, 0, 1]


def test_numbers_follow_the_order_of_telling_and_not_the_clock(ledger: Ledger) -> None:
    ledger.append(decision(1, at=LATER))
    ledger.append(decision(2, at=AT))
    assert [each.told["act"] for each in ledger.entries()] == ["decide:1", "decide:2"]


def test_erasing_a_body_leaves_every_proof_and_tells_of_itself(ledger: Ledger) -> None:
    ledger.append_all([decision(n) for n in range(10)])
    leaf, root = ledger.entry(3).leaf, ledger.checkpoint().root
    receipt = ledger.erase(3, Erasing("dana", LATER, "erase:3", "asked for by the customer"))
    erased = ledger.entry(3)
    assert (erased.leaf, erased.body, erased.salt) == (leaf, None, None)
    assert included(leaf_hash(leaf), (3, 10), ledger.inclusion(3, 10), root=root)
    telling = ledger.eraser(3)
    assert telling is not None
    assert telling.number == receipt.number == 10
    assert (telling.told["subject"], telling.told["digests"]) == (
        "entry:3",
        {"leaf": leaf_hash(leaf).hex()},
    )


def test_an_erasure_told_again_is_done_once_and_by_one(ledger: Ledger) -> None:
    ledger.append(decision(1))
    order = Erasing("dana", AT, "erase:0", "asked")
    assert ledger.erase(0, order).new
    assert not ledger.erase(0, order).new
    with pytest.raises(UnableToErase, match="entry 1 tells"):
        ledger.erase(0, Erasing("dana", AT, "erase:0:again", "asked"))
    with pytest.raises(UnableToFindEntry):
        ledger.erase(99, order)


def test_an_erased_act_told_again_is_still_known(ledger: Ledger) -> None:
    ledger.append(decision(1))
    ledger.erase(0, Erasing("dana", AT, "erase:0", "asked"))
    assert not ledger.append(decision(1)).new
    with pytest.raises(UnableToAppend):
        ledger.append(decision(1, actor="bob"))


def test_erased_bytes_are_gone_from_the_disk(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append_all([decision(n) for n in range(50)])
    ledger.append(decision(50, body={"name": "CANARY-7391"}))
    ledger.append_all([decision(n) for n in range(51, 99)])
    assert any(b"CANARY-7391" in file.read_bytes() for file in tmp_path.iterdir())
    ledger.erase(50, Erasing("dana", AT, "erase:50", "asked"))
    assert not any(b"CANARY-7391" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_guessable_body_cannot_be_confirmed_from_its_leaf(ledger: Ledger) -> None:
    ledger.append_all([decision(1), decision(2, body=decision(1).body)])
    first, second = ledger.entries()
    assert first.body == second.body
    assert first.told["body"] != second.told["body"]
    assert first.salt is not None
    assert len(first.salt) == 16


def test_an_erasure_is_told_by_erasing_only(ledger: Ledger) -> None:
    with pytest.raises(UnableToTell, match="erase"):
        ledger.append(decision(1, kind="ledger.erase"))


@pytest.mark.parametrize(
    "changed",
    [{"kind": "Decision"}, {"subject": ""}, {"actor": "x" * 201}, {"act": "a\nb"},
     {"digests": {"a": "xyz"}}, {"on_behalf_of": ""}],
    ids=str,
)  # fmt: skip
def test_fields_that_are_not_as_they_must_be_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(UnableToTell):
        decision(1, **changed)


def test_a_leaf_longer_than_bundles_allow_is_refused(ledger: Ledger) -> None:
    many = {f"file-{n}": "0" * 64 for n in range(1_000)}
    with pytest.raises(UnableToTell, match="65535"):
        ledger.append(decision(1, digests=many))


def test_many_threads_lose_nothing_and_double_nothing(ledger: Ledger) -> None:
    numbers: list[int] = []

    def tell(writer: int) -> None:
        for n in range(25):
            numbers.append(ledger.append(decision(writer * 100 + n)).number)
            ledger.append(decision(7))

    threads = [threading.Thread(target=tell, args=(writer,)) for writer in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 200
    assert ledger.size == 201
    assert ledger.checkpoint().root == naive.root([each.leaf for each in ledger.entries()])


def test_a_refused_caller_does_not_stop_those_in_his_batch(ledger: Ledger) -> None:
    ledger.append(decision(1))
    refused: list[Exception] = []

    def tell(n: int) -> None:
        try:
            ledger.append(decision(1, actor="bob") if n % 2 else decision(100 + n))
        except UnableToAppend as error:
            refused.append(error)

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), ledger.size) == (10, 11)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET leaf = x'00' WHERE number = 1",
        "UPDATE ledger_entry SET body = x'00' WHERE number = 1",
        "UPDATE ledger_entry SET body = NULL, salt = NULL WHERE number = 1",
        "UPDATE ledger_entry SET number = 9 WHERE number = 1",
        "DELETE FROM ledger_entry WHERE number = 1",
        "DELETE FROM ledger_entry",
        "REPLACE INTO ledger_entry SELECT 1, 'x', leaf, salt, body, NULL FROM ledger_entry",
        "REPLACE INTO ledger_entry SELECT 3, act, leaf, salt, body, NULL FROM ledger_entry LIMIT 1",
        "INSERT INTO ledger_entry SELECT 9, 'x', leaf, salt, body, NULL FROM ledger_entry LIMIT 1",
        "UPDATE ledger_tile SET hashes = x'00'",
        "DELETE FROM ledger_tile",
        "REPLACE INTO ledger_tile VALUES (0, 0, x'00')",
        "REPLACE INTO ledger_checkpoint SELECT * FROM ledger_checkpoint",
        "UPDATE ledger_head SET size = 1",
        "DELETE FROM ledger_head",
        "REPLACE INTO ledger_head SELECT * FROM ledger_head",
        "UPDATE ledger_checkpoint SET at_us = 0",
        "DELETE FROM ledger_checkpoint",
        "INSERT INTO ledger_checkpoint SELECT 1, size, at_us - 1, note FROM ledger_checkpoint",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(ledger: Ledger, sql: str) -> None:
    ledger.append_all([decision(n) for n in range(3)])
    ledger.keep_checkpoint(AT)
    before = list(ledger.entries())
    direct = apsw.Connection(ledger.store.name)
    with pytest.raises(apsw.ConstraintError):
        direct.execute(sql)
    direct.close()
    assert list(ledger.entries()) == before


def test_a_ledger_from_before_a_guard_is_given_it(ledger: Ledger) -> None:
    ledger.append_all([decision(n) for n in range(3)])
    direct = apsw.Connection(ledger.store.name)
    direct.execute("DROP TRIGGER ledger_tile_extended")
    SqliteStore(Path(ledger.store.name)).close()
    with pytest.raises(apsw.ConstraintError):
        direct.execute("REPLACE INTO ledger_tile VALUES (0, 0, x'00')")
    direct.close()


def test_the_time_of_checkpoints_never_goes_back(ledger: Ledger) -> None:
    ledger.keep_checkpoint(LATER)
    ledger.keep_checkpoint(AT)
    direct = apsw.Connection(ledger.store.name)
    times = [at for (at,) in direct.execute("SELECT at_us FROM ledger_checkpoint ORDER BY number")]
    direct.close()
    assert len(times) == 2
    assert times[0] == times[1]


def test_a_sqlite_with_the_race_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sqlite.version() >= sqlite.LEAST
    monkeypatch.setattr(sqlite, "version", lambda: (3, 51, 2))
    with pytest.raises(UnableToOpenStore, match=r"3\.51\.2 can corrupt"):
        SqliteStore(tmp_path / "ledger.sqlite")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 9)
    with pytest.raises(UnableToOpenStore, match="not a database"):
        SqliteStore(tmp_path / "ledger.sqlite")


def test_database_and_key_are_their_owners_only(tmp_path: Path, signer: Signer) -> None:
    log.start(SqliteStore(tmp_path / "ledger.sqlite"), signer).store.close()
    key = tmp_path / "keys" / "ledger.key"
    signer.save(key)
    assert (tmp_path / "ledger.sqlite").stat().st_mode & 0o777 == 0o600
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert note.load(key).key == signer.key
    with pytest.raises(FileExistsError):
        Signer("lender.example/ledger").save(key)
    key.chmod(0o640)
    with pytest.raises(UnableToUseKey, match="chmod 600"):
        note.load(key)


def test_a_ledger_is_started_once(ledger: Ledger, signer: Signer) -> None:
    ledger.append(decision(1))
    assert log.start(ledger.store, signer).size == 1


def test_a_time_with_an_offset_is_brought_to_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    told = decision(1, at=datetime(2026, 1, 2, 11, 4, 5, tzinfo=shanghai))
    assert told.at == AT
    assert told == decision(1)


def test_a_number_without_an_entry_is_told_so(ledger: Ledger) -> None:
    for ask in (ledger.entry, ledger.prove):
        with pytest.raises(UnableToFindEntry):
            ask(0)
