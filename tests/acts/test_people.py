"""Opening, erasing and holding: the ledger tells of each before it counts, once, and holds no value."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seawall.acts import erasing, opening
from seawall.acts.erasing import Hold, UnableToReplay
from seawall.acts.opening import Sought, UnableToOpenAgain
from seawall.acts.signing import Signed, UnableToSignAs
from seawall.core.text import verbatim
from seawall.ledger import log
from seawall.ledger.entry import Erasing, Recorded
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.store import UnableToWriteStore
from seawall.vault.erasure import Erasure, Order
from seawall.vault.plain import Plain
from seawall.vault.refusals import (
    UnableToErase,
    UnableToFindPerson,
    UnableToOpen,
    UnableToOpenSoMuch,
)
from seawall.vault.store import Vault
from tests.vault.conftest import ALICE, BOB, NOW, ask, given, sqlite_room

ORDER = Order("dana", "asked by the person", NOW)
AT = datetime(2026, 11, 26, 9, 0)  # noqa: DTZ001 - the house's times are UTC, without an offset


@dataclass(frozen=True)
class House:
    folder: Path
    ledger: Ledger
    vault: Vault
    tokens: list[str] = field(default_factory=list)

    def told(self) -> list[Recorded]:
        return list(self.ledger.entries())

    def kinds(self) -> list[str]:
        return [each.told["kind"] for each in self.told()]

    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise UnableToWriteStore("ledger", verbatim("disk I/O error"))

        monkeypatch.setattr(self.ledger, "append_all", fail)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    room = sqlite_room(tmp_path)
    store = SqliteStore(tmp_path / "ledger.sqlite")
    made = House(tmp_path, log.start(store, Signer("lender.example/ledger")), room.vault)
    made.tokens.extend(made.vault.admit_all((given(ALICE), given(BOB)), at=NOW))
    yield made
    store.close()
    room.rows.close()
    room.keys.close()


def looked_up(
    house: House, *phones: str, act: str = "find:1", **asked: object
) -> list[tuple[str, ...]]:
    sought = Sought("phone", [Plain(each) for each in phones], "CN")
    return opening.find(house.ledger, house.vault, sought, ask=ask(**asked), act=act)  # type: ignore[arg-type]


def test_a_look_up_is_told_with_whom_it_found_and_without_the_value(house: House) -> None:
    alice, bob = house.tokens
    assert looked_up(house, ALICE["phone"], "13812345678", BOB["phone"]) == [(alice,), (), (bob,)]
    assert looked_up(house, "13812345678", act="find:2") == [()]
    first, second = house.told()
    assert (first.told["kind"], first.told["actor"]) == ("vault.find", "bob")
    assert json.loads(first.body or b"") == {
        "purpose": "contact_customer", "approval": None, "field": "phone", "values": 3,
        "found": sorted((alice, bob)),
    }  # fmt: skip
    assert second.told["subject"] == "field:phone"
    written = b"".join(each.leaf + (each.body or b"") for each in house.told())
    for value in (ALICE["phone"], BOB["phone"], "13812345678"):
        assert value.encode() not in written
        assert hashlib.sha256(value.encode()).hexdigest().encode() not in written


def test_guesses_take_from_the_actors_limits_as_openings_do(house: House) -> None:
    """60 an hour for this purpose, ten at once without an approval."""
    with pytest.raises(UnableToOpen, match="approval"):
        looked_up(house, *[f"138123456{n:02}" for n in range(11)])
    for turn in range(6):
        looked_up(house, *[f"13812345{turn}{n:02}" for n in range(10)], act=f"find:{turn}")
    with pytest.raises(UnableToOpenSoMuch):
        looked_up(house, ALICE["phone"], act="find:more")
    one = [(house.tokens[0], "phone")]
    with pytest.raises(UnableToOpenSoMuch):
        opening.open_all(house.ledger, house.vault, one, ask=ask(), act="open:more")
    assert house.kinds() == ["vault.find"] * 6


def test_nobody_is_looked_up_untold_twice_or_beside_the_purpose(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnableToOpen, match="not for the purpose"):
        looked_up(house, ALICE["phone"], purpose="pay_out")
    looked_up(house, ALICE["phone"])
    with pytest.raises(UnableToOpenAgain):
        looked_up(house, ALICE["phone"])
    house.broken(monkeypatch)
    with pytest.raises(UnableToWriteStore):
        looked_up(house, ALICE["phone"], act="find:2")


@pytest.mark.parametrize("actor", ["Bob", "bob ", "bоb", "b\u200bob", ""])
def test_nobody_has_limits_of_his_own_under_another_spelling(house: House, actor: str) -> None:
    one = [(house.tokens[0], "phone")]
    with pytest.raises(UnableToSignAs):
        opening.open_all(house.ledger, house.vault, one, ask=ask(actor=actor), act="open:1")
    with pytest.raises(UnableToSignAs):
        opening.export(
            house.ledger, house.vault, one[0][0], ask=ask("answer_person", actor=actor), act="x"
        )
    with pytest.raises(UnableToSignAs):
        looked_up(house, ALICE["phone"], actor=actor)
    assert house.kinds() == []


def test_a_certificate_that_the_ledger_does_not_tell_of_erases_nobody(house: House) -> None:
    """Written by hand it would go past a hold, in somebody else's name."""
    alice, bob = house.tokens
    held = Signed("hold:1", "dana", AT)
    erasing.hold(house.ledger, house.vault, Hold(alice, "dispute"), signed=held, reason="case 7")
    (told,) = erasing.erase(house.ledger, house.vault, [bob], by=ORDER)
    forged = Erasure(alice, "dana", "asked by the person", NOW, (), "", "")
    other = replace(told, reason="another")
    for strange in (forged, other):
        with pytest.raises(UnableToReplay, match=strange.token):
            erasing.replay_told(house.ledger, house.vault, [told, strange])
    assert house.vault.status().states == {"active": 1, "erased": 1}
    assert house.vault.status().holds == {"dispute": 1}
    assert house.kinds() == ["vault.hold", "vault.erase"]
    assert erasing.replay_told(house.ledger, house.vault, [told]) == 1


def test_an_opening_is_told_with_purpose_and_fields_and_without_a_value(house: House) -> None:
    alice, bob = house.tokens
    one = [(alice, "phone"), (alice, "name")]
    opened = opening.open_all(house.ledger, house.vault, one, ask=ask(), act="open:1")
    assert opened[alice, "name"].reveal() == ALICE["name"]
    both = [(alice, "phone"), (bob, "phone")]
    opening.open_all(house.ledger, house.vault, both, ask=ask(approval="APP-7"), act="open:2")
    opening.export(house.ledger, house.vault, bob, ask=ask("answer_person"), act="export:1")
    first, second, third = house.told()
    assert (first.told["kind"], first.told["subject"]) == ("vault.open", alice)
    assert second.told["subject"].startswith("people:")
    assert alice not in second.told["subject"]
    assert json.loads(second.body or b"")["approval"] == "APP-7"
    assert json.loads(second.body or b"")["values"] == [list(each) for each in both]
    assert len(json.loads(third.body or b"")["values"]) == len(BOB)
    written = b"".join(each.leaf + (each.body or b"") for each in house.told())
    for value in (*ALICE.values(), *BOB.values(), "+8613800138000"):
        assert value.encode() not in written


def test_nothing_is_opened_where_the_ledger_fails(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.broken(monkeypatch)
    monkeypatch.setattr("seawall.vault.people.unseal", lambda *_: pytest.fail("it was decrypted"))
    with pytest.raises(UnableToWriteStore):
        opening.open_all(
            house.ledger, house.vault, [(house.tokens[0], "phone")], ask=ask(), act="open:1"
        )


def test_nobody_opens_twice_behind_one_entry(house: House) -> None:
    wanted = [(house.tokens[0], "phone")]
    opening.open_all(house.ledger, house.vault, wanted, ask=ask(), act="open:1")
    with pytest.raises(UnableToOpenAgain):
        opening.open_all(house.ledger, house.vault, wanted, ask=ask(), act="open:1")
    assert house.kinds() == ["vault.open"]


def test_what_is_refused_is_not_told(house: House) -> None:
    for wanted in ([("person_x", "phone")], [(house.tokens[0], "shoe")]):
        with pytest.raises((UnableToFindPerson, UnableToOpen)):
            opening.open_all(house.ledger, house.vault, wanted, ask=ask(), act="open:1")
    with pytest.raises(UnableToSignAs):
        erasing.erase(house.ledger, house.vault, house.tokens, by=Order("Dana", "x", NOW))
    assert house.kinds() == []


def test_an_erasure_is_told_once_with_its_certificate(house: House) -> None:
    certificates = erasing.erase(house.ledger, house.vault, house.tokens, by=ORDER)
    again = erasing.erase(
        house.ledger, house.vault, house.tokens, by=Order("bob", "again", datetime.now(UTC))
    )
    assert again == certificates
    assert house.kinds() == ["vault.erase"] * 2
    assert [each.told["subject"] for each in house.told()] == house.tokens
    assert erasing.certificates(house.told()) == certificates
    assert house.vault.status().states == {"erased": 2}


def test_no_key_is_destroyed_that_the_ledger_does_not_tell_of(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = house.tokens[0]
    with monkeypatch.context() as during:
        house.broken(during)
        with pytest.raises(UnableToWriteStore):
            erasing.erase(house.ledger, house.vault, [alice], by=ORDER)
        with pytest.raises(UnableToWriteStore):
            erasing.finish(house.ledger, house.vault)
    assert house.vault.keys.wrapped([alice]), "her key is still there"
    with pytest.raises(UnableToOpen, match="erased"):
        opening.open_all(house.ledger, house.vault, [(alice, "phone")], ask=ask(), act="open:1")
    assert erasing.finish(house.ledger, house.vault) == 1
    assert not house.vault.keys.wrapped([alice])
    assert house.kinds() == ["vault.erase"]


def test_a_certificate_whose_body_is_erased_still_erases(house: House) -> None:
    (certificate,) = erasing.erase(house.ledger, house.vault, house.tokens[:1], by=ORDER)
    house.ledger.erase(0, Erasing("dana", AT, "erase:body", "the reason named her"))
    (known,) = erasing.certificates(house.told())
    assert (known.token, known.actor, known.reason) == (certificate.token, "dana", "")


def test_a_restored_vault_is_erased_again_and_told(house: House) -> None:
    alice, bob = house.tokens
    elsewhere = Erasure(alice, "dana", "asked", NOW, ("phone",), "kek-1", "0" * 64)
    assert erasing.replay(house.ledger, house.vault, [elsewhere]) == 1
    assert house.vault.status().states == {"active": 1, "erased": 1}
    assert erasing.certificates(house.told()) == [elsewhere]
    assert opening.open_all(
        house.ledger, house.vault, [(bob, "phone")], ask=ask(), act="open:1"
    )  # fmt: skip


def test_holds_are_told_where_they_change_something(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = Hold(house.tokens[0], "dispute")

    def hold(n: int) -> None:
        erasing.hold(house.ledger, house.vault, on, signed=Signed(f"h{n}", "dana", AT), reason="7")

    def release(n: int) -> None:
        erasing.release(
            house.ledger, house.vault, on, signed=Signed(f"r{n}", "dana", AT), reason="7"
        )

    release(1)
    with monkeypatch.context() as during:
        house.broken(during)
        with pytest.raises(UnableToWriteStore):
            hold(1)
    assert house.vault.status().holds == {}
    hold(1)
    hold(2)
    with pytest.raises(UnableToErase):
        erasing.erase(house.ledger, house.vault, house.tokens, by=ORDER)
    release(2)
    release(3)
    assert house.kinds() == ["vault.hold", "vault.release"]
    assert house.vault.status().holds == {}
