"""Drafts are kept for their writer, seen by nobody else, and never overwritten unseen."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from seawall.acts import drafting
from seawall.acts.signing import Signed
from seawall.ledger import log
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.records import draft_register, starting
from seawall.records.draft_register import Draft, UnableToKeepDraft

NOON = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - the house's times are UTC, without an offset


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    starting.start(tmp_path / "office.sqlite")
    store = SqliteStore(tmp_path / "ledger.sqlite")
    yield log.start(store, Signer("lender.example/ledger"))
    store.close()
    starting.stop()


def signed(minutes: int, by: str = "alice") -> Signed:
    return Signed(f"draft:{by}:{minutes}", by, NOON + timedelta(minutes=minutes))


def text(content: str) -> Draft:
    return Draft("loan", "", content, "", "", 0)


def kinds(ledger: Ledger) -> list[str]:
    return [str(entry.told["kind"]) for entry in ledger.entries()]


def test_a_draft_is_its_writers(ledger: Ledger) -> None:
    kept = drafting.keep(ledger, text("id: loan"), signed(0), seen_us=None)
    assert drafting.draft("loan", "alice") == kept
    assert drafting.draft("loan", "bob") is None
    assert draft_register.drafts("alice") == {"loan": kept.changed_us}
    assert draft_register.drafts("bob") == {}


def test_who_did_not_see_what_is_there_overwrites_nothing(ledger: Ledger) -> None:
    first = drafting.keep(ledger, text("one"), signed(0), seen_us=None)
    second = drafting.keep(ledger, text("two"), signed(1), seen_us=first.changed_us)
    for seen_us in (None, first.changed_us):
        with pytest.raises(UnableToKeepDraft, match="kept from elsewhere"):
            drafting.keep(ledger, text("three"), signed(2), seen_us=seen_us)
    assert drafting.draft("loan", "alice") == second
    assert kinds(ledger).count("policy.draft") == 2


def test_the_ledger_tells_of_each_keeping_by_digest_and_not_of_the_text(ledger: Ledger) -> None:
    drafting.keep(ledger, text("a secret plan"), signed(0), seen_us=None)
    drafting.drop(ledger, "loan", signed(1))
    drafting.drop(ledger, "loan", signed(2))
    kept, dropped = list(ledger.entries())[-2:]
    assert (kept.told["kind"], dropped.told["kind"]) == ("policy.draft", "policy.draft_drop")
    assert kept.told["actor"] == "alice"
    assert "secret" not in str(kept)
    assert drafting.draft("loan", "alice") is None
