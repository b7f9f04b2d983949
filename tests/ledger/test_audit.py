"""Whoever goes around the triggers is found, and the first bad entry is named."""

import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from seawall.core.problem import Problem
from seawall.ledger import log
from seawall.ledger.audit import Audit, Seen, audit
from seawall.ledger.entry import Erasing
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sequencing import UnableToAppendToDamaged
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.tree import Edge
from seawall.ledger.verifier import Checkpoint, leaf_hash, read_checkpoint, read_note
from tests.ledger.conftest import AT, decision

SIZE = 600


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    ledger.append_all([decision(n) for n in range(SIZE)])
    ledger.keep_checkpoint(AT)
    ledger.erase(5, Erasing("dana", AT, "erase:5", "asked"))
    return ledger


def tampered(ledger: Ledger, *statements: str) -> None:
    """Change rows as somebody who owns the file can: without its triggers."""
    direct = apsw.Connection(ledger.store.name)
    for (name,) in direct.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall():
        direct.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        direct.execute(statement)
        assert direct.changes() > 0, statement
    direct.close()


def first(found: Audit) -> tuple[str, object]:
    return found.problems[0].code, found.problems[0].facts.get("entry")


def test_a_ledger_that_nobody_touched_is_as_it_was_written(filled: Ledger) -> None:
    found = audit(filled)
    assert found.problems == ()
    assert (found.entries, found.erased) == (SIZE + 1, 1)
    assert found.checkpoint == filled.checkpoint()


def test_a_ledger_is_audited_while_it_goes_on(filled: Ledger) -> None:
    done = threading.Event()

    def tell() -> None:
        n = 10_000
        while not done.is_set():
            filled.append_all([decision(n), decision(n + 1)])
            filled.erase(n % 300 + 6, Erasing("dana", AT, f"erase:{n}", "asked"))
            n += 2

    teller = threading.Thread(target=tell)
    teller.start()
    found = [audit(filled) for _ in range(5)]
    done.set()
    teller.join()
    assert [each.problems for each in found] == [()] * 5
    assert found[-1].entries > found[0].entries
    assert audit(filled).problems == ()


REPLACED = "CAST(REPLACE(CAST({} AS TEXT), 'alice', 'ALICE') AS BLOB)"
PUT_BACK = (
    "UPDATE ledger_entry SET (salt, body) = (SELECT salt, body FROM ledger_entry e "
    "WHERE e.number = 6) WHERE number = 5"
)
ONE_MORE = (
    "INSERT INTO ledger_entry SELECT number + 1, 'x', leaf, salt, body, NULL "
    "FROM ledger_entry ORDER BY number DESC LIMIT 1"
)
TAMPERED: dict[str, tuple[str, str, int | None]] = {
    "a leaf": (f"UPDATE ledger_entry SET leaf = {REPLACED.format('leaf')} WHERE number = 300",
               "ledger-leaf-wrong", 300),
    "a body": ("UPDATE ledger_entry SET body = CAST('{}' AS BLOB) WHERE number = 300",
               "ledger-body-wrong", 300),
    "a salt": ("UPDATE ledger_entry SET salt = zeroblob(16) WHERE number = 300",
               "ledger-body-wrong", 300),
    "body and salt taken away": (
        "UPDATE ledger_entry SET salt = NULL, body = NULL WHERE number = 300",
        "ledger-erasure-untold", 300),
    "a body without its salt": ("UPDATE ledger_entry SET salt = NULL WHERE number = 300",
                                "ledger-body-wrong", 300),
    "an erased body put back": (PUT_BACK, "ledger-body-wrong", 5),
    "an act": ("UPDATE ledger_entry SET act = 'x' WHERE number = 300", "ledger-leaf-wrong", 300),
    "what it erases": ("UPDATE ledger_entry SET erases = 9 WHERE number = 300",
                       "ledger-erasure-undone", 9),
    "an entry in the middle": ("DELETE FROM ledger_entry WHERE number = 300",
                               "ledger-entry-missing", 300),
    "the last entries": (f"DELETE FROM ledger_entry WHERE number > {SIZE - 9}",
                         "ledger-erasure-untold", 5),
    "all entries": ("DELETE FROM ledger_entry", "ledger-entry-missing", 0),
    "one entry too many": (ONE_MORE, "ledger-entry-unsigned", SIZE + 1),
    "a tile": ("UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 1",
               "ledger-tile-wrong", None),
    "a tile above": ("UPDATE ledger_tile SET hashes = zeroblob(64) WHERE level = 1",
                     "ledger-tile-wrong", None),
    "a tile taken away": ("DELETE FROM ledger_tile WHERE level = 0 AND number = 0",
                          "ledger-tile-wrong", None),
    "the head": ("UPDATE ledger_head SET note = CAST('x' AS BLOB)", "ledger-note-unreadable", None),
    "the head's size": ("UPDATE ledger_head SET size = 7", "ledger-head-wrong", None),
    "a kept checkpoint": ("UPDATE ledger_checkpoint SET note = CAST('x' AS BLOB)",
                          "ledger-note-unreadable", None),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_altered_is_found_and_named(filled: Ledger, what: str) -> None:
    statement, code, entry = TAMPERED[what]
    tampered(filled, statement)
    assert first(audit(filled)) == (code, entry)


def test_the_first_entry_that_was_cut_off_is_named(ledger: Ledger) -> None:
    ledger.append_all([decision(n) for n in range(SIZE)])
    ledger.keep_checkpoint(AT)
    tampered(ledger, "DELETE FROM ledger_entry WHERE number >= 500")
    assert [(each.code, each.facts["entry"]) for each in audit(ledger).problems] == [
        ("ledger-entry-missing", 500)
    ]


def test_entries_taken_away_with_their_hashes_are_named(filled: Ledger) -> None:
    tampered(
        filled,
        "DELETE FROM ledger_entry WHERE number BETWEEN 260 AND 262",
        "DELETE FROM ledger_tile WHERE level = 0 AND number = 1",
    )
    missing = [each.facts["entry"] for each in audit(filled).problems
               if each.code == "ledger-entry-missing"]  # fmt: skip
    assert missing == [260, 261, 262]


def test_a_number_far_away_does_not_keep_the_audit_busy(filled: Ledger) -> None:
    tampered(filled, f"UPDATE ledger_entry SET number = {2**40} WHERE number = 590")
    found = audit(filled).problems
    assert len(found) <= 100
    assert (found[0].code, found[0].facts["entry"]) == ("ledger-entry-missing", 590)


def forged(ledger: Ledger, number: int) -> None:
    """Change a leaf and every tile over it, as somebody who knows the tree can."""
    leaves = [each.leaf for each in ledger.entries()]
    leaves[number] = leaves[number].replace(b"alice", b"mallo")
    direct = apsw.Connection(ledger.store.name)
    direct.execute("UPDATE ledger_entry SET leaf = ? WHERE number = ?", (leaves[number], number))
    for tile in Edge().grow([leaf_hash(each) for each in leaves]):
        direct.execute(
            "UPDATE ledger_tile SET hashes = ? WHERE level = ? AND number = ?",
            (tile.hashes, tile.level, tile.number),
        )
    direct.close()


def test_who_forges_the_whole_tree_fails_at_the_signatures(filled: Ledger) -> None:
    tampered(filled)
    forged(filled, 300)
    found = audit(filled).problems
    assert [each.code for each in found] == ["ledger-root-wrong", "ledger-root-wrong"]
    assert [each.facts["size"] for each in found] == [SIZE, SIZE + 1]


def test_nothing_is_appended_to_a_tree_that_was_forged(filled: Ledger, signer: Signer) -> None:
    tampered(filled)
    forged(filled, 590)
    another = Ledger(SqliteStore(Path(filled.store.name)), signer)
    with pytest.raises(UnableToAppendToDamaged):
        another.append(decision(9_999))
    another.store.close()


def cut(ledger: Ledger, note: bytes) -> None:
    """Take the tail off, back to a checkpoint that the ledger signed: it needs no key."""
    size = read_checkpoint(read_note(note, "here")).size
    tampered(
        ledger,
        f"DELETE FROM ledger_entry WHERE number >= {size}",
        f"UPDATE ledger_tile SET hashes = SUBSTR(hashes, 1, 32 * ({size} - 256 * number)) "
        f"WHERE level = 0 AND number = {size // 256}",
        f"UPDATE ledger_head SET size = {size}, note = x'{note.hex()}'",
    )


def test_a_tail_that_was_cut_off_shows_only_against_a_checkpoint_from_elsewhere(
    ledger: Ledger,
) -> None:
    """The limit that `docs/ledger.md` tells of: nothing inside can know what is gone."""
    ledger.append_all([decision(n) for n in range(300)])
    early = ledger.note()
    ledger.append_all([decision(n) for n in range(300, 320)])
    seen = Seen("witness.example", ledger.checkpoint())
    cut(ledger, early)
    assert audit(ledger).problems == ()
    assert [each.code for each in audit(ledger, [seen]).problems] == ["ledger-rolled-back"]


@pytest.mark.parametrize("others", [0, 50])
def test_nothing_is_appended_by_whom_the_ledger_forgot(
    ledger: Ledger, signer: Signer, others: int
) -> None:
    """What a process acknowledged is gone; also where another one has gone on since."""
    ledger.append_all([decision(n) for n in range(300)])
    early = ledger.note()
    ledger.append_all([decision(n) for n in range(300, 320)])
    cut(ledger, early)
    another = Ledger(SqliteStore(Path(ledger.store.name)), signer)
    another.append_all([decision(n) for n in range(400, 400 + others)])
    for _ in range(2):
        with pytest.raises(UnableToAppendToDamaged, match="acknowledged"):
            ledger.append(decision(9_999))
    another.store.close()


def rewritten(tmp_path: Path, signer: Signer, size: int) -> Ledger:
    """Another history under the same key: what only the owner can make."""
    made = log.start(SqliteStore(tmp_path / "other.sqlite"), signer)
    made.append_all([decision(n, actor="mallory") for n in range(size)])
    return made


@pytest.mark.parametrize(
    ("size", "code"), [(100, "ledger-rolled-back"), (700, "ledger-forked")], ids=str
)
def test_a_history_that_the_owner_rewrote_is_found_against_a_seen_checkpoint(
    ledger: Ledger, tmp_path: Path, signer: Signer, size: int, code: str
) -> None:
    ledger.append_all([decision(n) for n in range(SIZE)])
    seen = Seen("witness.example", ledger.checkpoint())
    other = rewritten(tmp_path, signer, size)
    assert audit(other).problems == ()
    (problem,) = audit(other, [seen]).problems
    assert (problem.code, problem.facts["name"]) == (code, "witness.example")
    other.store.close()


def test_a_checkpoint_seen_of_the_same_history_agrees(filled: Ledger) -> None:
    early = Checkpoint("lender.example/ledger", 1, leaf_hash(filled.entry(0).leaf))
    assert audit(filled, [Seen("witness.example", early)]).problems == ()


def test_every_problem_speaks_both_languages(filled: Ledger) -> None:
    tampered(filled, "DELETE FROM ledger_entry WHERE number = 3")
    said: Callable[[Problem], tuple[str, str]] = lambda p: (p.message.en, p.message.zh)  # noqa: E731
    assert said(audit(filled).problems[0]) == ("Entry 3 is missing.", "缺少记录 3。")


def rooted(ledger: Ledger) -> Checkpoint:
    """The checkpoint of now, found right by a whole audit."""
    found = audit(ledger)
    assert found.problems == ()
    return found.checkpoint or Checkpoint("", 0, b"")


def test_since_a_checkpoint_only_what_came_after_is_recomputed(filled: Ledger) -> None:
    before = rooted(filled)
    filled.append_all([decision(n) for n in range(SIZE, SIZE + 700)])
    filled.erase(7, Erasing("dana", AT, "erase:7", "asked"))
    found = audit(filled, since=before)
    assert (found.problems, found.entries) == ((), SIZE + 702)
    tampered(filled, "UPDATE ledger_entry SET body = CAST('{}' AS BLOB) WHERE number = 900")
    assert first(audit(filled, since=before)) == first(audit(filled)) == ("ledger-body-wrong", 900)


def test_since_a_checkpoint_an_earlier_alteration_shows_in_a_whole_audit_only(
    filled: Ledger,
) -> None:
    before = rooted(filled)
    filled.append_all([decision(SIZE)])
    tampered(filled, "UPDATE ledger_entry SET body = CAST('{}' AS BLOB) WHERE number = 9")
    assert audit(filled, since=before).problems == ()
    assert first(audit(filled)) == ("ledger-body-wrong", 9)


def test_since_a_checkpoint_an_earlier_erasure_that_was_undone_is_found(filled: Ledger) -> None:
    before = rooted(filled)
    body = filled.entry(8)
    filled.erase(8, Erasing("dana", AT, "erase:8", "asked"))
    assert audit(filled, since=before).problems == ()
    assert body.body is not None
    assert body.salt is not None
    tampered(filled, f"UPDATE ledger_entry SET salt = x'{body.salt.hex()}', body = x'{body.body.hex()}' "
             "WHERE number = 8")  # fmt: skip
    assert first(audit(filled, since=before)) == ("ledger-erasure-undone", 8)


def test_since_a_checkpoint_of_another_history_or_of_a_longer_one_it_is_told(
    filled: Ledger, tmp_path: Path
) -> None:
    other = log.start(SqliteStore(tmp_path / "other.sqlite"), filled.signer)
    other.append_all([decision(n, actor="eve") for n in range(SIZE)])
    assert [each.code for each in audit(filled, since=other.checkpoint()).problems] == [
        "ledger-forked"
    ]
    other.append_all([decision(n) for n in range(SIZE, SIZE + 9)])
    assert "ledger-rolled-back" in {
        each.code for each in audit(filled, since=other.checkpoint()).problems
    }
