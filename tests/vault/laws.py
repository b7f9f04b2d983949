"""What a vault must do, whatever database it stands on: run on SQLite and on PostgreSQL."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from seawall.core.problem import UnableToUseInput
from seawall.vault import rotation
from seawall.vault.algorithms import AES, SM4, UnableToAuthenticate
from seawall.vault.declaration import Given
from seawall.vault.erasure import Order
from seawall.vault.keys import UnableToUseOldRing
from seawall.vault.opening import Unsealing
from seawall.vault.plain import Plain
from seawall.vault.recognition import Recognised
from seawall.vault.refusals import (
    UnableToErase,
    UnableToFindPerson,
    UnableToLookUp,
    UnableToOpen,
    UnableToOpenSoMuch,
    UnableToSeal,
    UnableToUseVault,
)
from seawall.vault.ring import LocalRing
from tests.vault.conftest import (
    ALICE,
    BOB,
    NOW,
    Check,
    Room,
    ask,
    erase,
    given,
    nothing,
    refusing,
    replay,
)

ORDER = Order("dana", "asked by the person", NOW)


def what_goes_in_comes_out(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    opened = room.vault.open(token, tuple(ALICE), ask=ask("answer_person"), record=room.recorder)
    assert {name: value.reveal() for name, value in opened.items()} == {
        **ALICE,
        "national_id": "CN:11010519491231002X",
        "phone": "+8613800138000",
    }
    assert room.recorder.seen[0].values == tuple((token, name) for name in ALICE)


def a_change_replaces_a_value_and_its_index(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    room.vault.seal(token, given({"phone": "13912345678"}))
    assert room.vault.find("phone", Plain("13800138000"), country="CN") == ()
    assert room.vault.find("phone", Plain("139 1234 5678"), country="CN") == (token,)
    opened = room.vault.open(token, ("phone",), ask=ask(), record=room.recorder)
    assert opened["phone"].reveal() == "+8613912345678"


def a_person_known_by_a_field_keeps_his_token(room: Room) -> None:
    first = room.vault.admit(given(ALICE), at=NOW, by="national_id")
    again = room.vault.admit(given({**ALICE, "phone": "13912345678"}), at=NOW, by="national_id")
    assert first == again
    twice = room.vault.admit_all((given(BOB), given(BOB), given(ALICE)), at=NOW, by="national_id")
    assert twice[0] == twice[1]
    assert twice[2] == first
    assert room.vault.status().states == {"active": 2}
    assert room.vault.find("phone", Plain("13912345678"), country="CN") == (twice[0],)


def who_comes_by_himself_is_known_by_what_identifies_and_changes_nothing(room: Room) -> None:
    """Alice gives her number; somebody without one gives her telephone, and twice the same."""
    numberless = {"name": "Mallory", "phone": ALICE["phone"]}
    (alice,) = room.vault.recognise_all([given(ALICE)], at=NOW)
    (mallory,) = room.vault.recognise_all([given(numberless)], at=NOW)
    thief = given({**ALICE, "bank_card": "5500005555555559"})
    told = room.vault.recognise_all([given(numberless), thief], at=NOW)
    assert (alice.new, mallory.new, alice.shared) == (True, True, {})
    assert mallory.shared == {"phone": (alice.token,)}
    assert [(each.token, each.new) for each in told] == [
        (mallory.token, False),
        (alice.token, False),
    ]
    assert told[1].differing == ("bank_card",)
    assert told[1].shared == {"phone": (mallory.token,)}
    opened = room.vault.open(
        alice.token, ("name", "bank_card"), ask=ask("answer_person"), record=room.recorder
    )
    assert opened["name"].reveal() == ALICE["name"]
    assert opened["bank_card"].reveal() == ALICE["bank_card"]


def who_is_erased_or_held_is_not_taken_in_as_himself(room: Room) -> None:
    (alice,) = room.vault.recognise_all([given(ALICE)], at=NOW)
    room.vault.hold(alice.token, "dispute", by=ORDER, record=nothing)
    with pytest.raises(UnableToSeal, match="dispute"):
        room.vault.recognise_all([given(ALICE)], at=NOW)
    room.vault.release(alice.token, "dispute", record=nothing)
    erase(room.vault, (alice.token,), by=ORDER)
    (again,) = room.vault.recognise_all([given(ALICE)], at=NOW)
    assert (again.new, again.token == alice.token, again.shared) == (True, False, {})


def who_comes_is_known_all_through_an_index_rotation(room: Room) -> None:
    every = [given(ALICE), given({"name": "Bob", "phone": BOB["phone"]})]
    before = [each.token for each in room.vault.recognise_all(every, at=NOW)]
    for field in ("national_id", "phone"):
        room.vault.keys.next_index(field)
        assert [each.token for each in room.vault.recognise_all(every, at=NOW)] == before
        for _ in rotation.reindex(room.rows, room.vault.keys, field, most=1):
            assert [each.token for each in room.vault.recognise_all(every, at=NOW)] == before


def two_who_take_people_in_at_once_make_each_of_them_once(room: Room) -> None:
    """The other does so between a look and its writing, as another process may."""
    every = [given(BOB), given({"name": "Mallory", "phone": BOB["phone"]})]
    other, add, first = room.vault, room.vault.keys.add, list[Recognised]()
    vault = room.vault

    def overtaken(tokens: list[str]) -> dict[str, bytes]:
        if not first:
            first.extend(other.recognise_all(every, at=NOW))
        return add(tokens)

    with patch.object(vault.keys, "add", overtaken):
        told = vault.recognise_all(every, at=NOW)
    assert [each.token for each in told] == [each.token for each in first]
    assert [each.new for each in (*first, *told)] == [True, True, False, False]
    assert room.vault.status().states == {"active": 2}
    assert sum(room.vault.status().keys.values()) == 2 + 5  # the people's, and five indexes'


def devices_have_tokens_of_their_own(room: Room) -> None:
    device = Given({"device_id": Plain("38400000-8cf0")}, "CN", "device")
    token = room.vault.admit(device, at=NOW, by="device_id")
    assert token.startswith("device_")
    assert room.vault.admit(device, at=NOW, by="device_id") == token
    assert room.vault.find("device_id", Plain("38400000-8cf0"), country="CN") == (token,)


def nothing_is_sealed_if_one_value_is_wrong(room: Room) -> None:
    with pytest.raises(UnableToUseInput) as refused:
        room.vault.admit_all((given(BOB), given({**ALICE, "phone": "1", "email": "x"})), at=NOW)
    assert len(refused.value.problems) == 2
    assert room.vault.status().states == {}


def nothing_opens_without_its_record(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    with pytest.raises(UnableToUseVault):
        room.vault.open(token, ("phone",), ask=ask(), record=refusing)
    decrypted_before = []

    def failing(unsealing: Unsealing) -> None:
        decrypted_before.append(unsealing)
        raise OSError("the ledger's disk is full")

    with pytest.raises(OSError, match="full"):
        room.vault.open(token, ("phone",), ask=ask(), record=failing)
    assert decrypted_before[0].values == ((token, "phone"),)


def a_purpose_is_needed_and_kept_to(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    for purpose, field in (("curiosity", "phone"), ("pay_out", "phone"), ("pay_out", "shoe")):
        with pytest.raises(UnableToOpen):
            room.vault.open(token, (field,), ask=ask(purpose), record=room.recorder)
    with pytest.raises(UnableToOpen):
        room.vault.open(token, ("phone",), ask=ask(actor=""), record=room.recorder)
    with pytest.raises(UnableToFindPerson):
        room.vault.open("person_x", ("phone",), ask=ask(), record=room.recorder)
    assert room.recorder.seen == []


def a_masked_purpose_shows_masks_only(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    opened = room.vault.open(
        token, ("bank_card",), ask=ask("recognise_customer"), record=room.recorder
    )
    assert opened["bank_card"].reveal() == "411111••••••1111"
    assert room.recorder.seen[0].reveals == "masked"


def bulk_needs_an_approval(room: Room) -> None:
    tokens = [room.vault.admit(given(BOB), at=NOW) for _ in range(11)]
    wanted = [(token, "phone") for token in tokens]
    with pytest.raises(UnableToOpen, match="approval"):
        room.vault.open_all(wanted, ask=ask(), record=room.recorder)
    opened = room.vault.open_all(wanted, ask=ask(approval="APP-7"), record=room.recorder)
    assert len(opened) == 11
    assert room.recorder.seen[0].ask.approval == "APP-7"


def an_actor_is_limited_over_every_process(room: Room) -> None:
    """60 an hour for this purpose; each vault is what another process would have."""
    token = room.vault.admit(given(BOB), at=NOW)
    for turn in range(60):
        at = NOW + timedelta(minutes=turn % 59)
        room.vault.open(token, ("phone",), ask=ask(at=at), record=room.recorder)
    late = NOW + timedelta(minutes=59, seconds=59)
    for at in (late, NOW - timedelta(days=3)):  # a clock that went back does not help
        with pytest.raises(UnableToOpenSoMuch):
            room.vault.open(token, ("phone",), ask=ask(at=at), record=room.recorder)
    room.vault.open(token, ("phone",), ask=ask(at=late, actor="alice"), record=room.recorder)
    hour = NOW + timedelta(hours=1)  # the two openings at NOW are an hour old now
    room.vault.open(token, ("phone",), ask=ask(at=hour), record=room.recorder)


def a_moved_value_does_not_open(room: Room) -> None:
    """The row, the column and the version, each exchanged by someone who can write the database."""
    alice, bob = room.vault.admit_all((given(ALICE), given(BOB)), at=NOW)
    with room.rows.writing() as session:
        read = "SELECT sealed FROM vault_sealed WHERE token = ? AND field = ?"
        others = [session.rows(read, bob, "phone")[0][0], session.rows(read, alice, "name")[0][0]]
        old = session.rows(read, alice, "phone")[0][0]
    room.vault.seal(alice, given({"phone": "13912345678"}))
    for sealed in (*others, old):
        with room.rows.writing() as session:
            write = "UPDATE vault_sealed SET sealed = ? WHERE token = ? AND field = 'phone'"
            session.rows(write, sealed, alice)
        with pytest.raises(UnableToAuthenticate):
            room.vault.open(alice, ("phone",), ask=ask(), record=room.recorder)


def a_moved_key_does_not_unwrap(room: Room) -> None:
    alice, bob = room.vault.admit_all((given(ALICE), given(BOB)), at=NOW)
    with room.keys.writing() as session:
        sql = "UPDATE vault_key SET wrapped = (SELECT wrapped FROM vault_key WHERE token = ?)"
        session.rows(f"{sql} WHERE token = ?", bob, alice)
    with pytest.raises(UnableToAuthenticate):
        room.vault.open(alice, ("phone",), ask=ask(), record=room.recorder)


def erasure_leaves_a_token_and_a_certificate(room: Room) -> None:
    alice, bob = room.vault.admit_all((given(ALICE), given(BOB)), at=NOW)
    (certificate,) = erase(room.vault, (alice,), by=ORDER)
    assert certificate.fields == tuple(sorted(ALICE))
    assert len(certificate.key) == 64
    assert erase(room.vault, (alice,), by=Order("bob", "again", NOW)) == [certificate]
    assert room.vault.erasures() == [certificate]
    with pytest.raises(UnableToOpen, match="erased"):
        room.vault.open(alice, ("phone",), ask=ask(), record=room.recorder)
    with pytest.raises(UnableToSeal):
        room.vault.seal(alice, given({"phone": "13912345678"}))
    assert room.vault.find("phone", Plain("13800138000"), country="CN") == ()
    assert room.vault.status().states == {"active": 1, "erased": 1}
    assert room.vault.open(bob, ("phone",), ask=ask(), record=room.recorder)
    with pytest.raises(UnableToFindPerson):
        erase(room.vault, (bob, "person_x"), by=ORDER)
    assert room.vault.status().states == {"active": 1, "erased": 1}


def a_hold_blocks_erasure_and_restricts(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    room.vault.hold(token, "dispute", by=Order("dana", "case 7", NOW), record=nothing)
    with pytest.raises(UnableToErase, match="dispute"):
        erase(room.vault, (token,), by=ORDER)
    with pytest.raises(UnableToOpen, match="held"):
        room.vault.open(token, ("phone",), ask=ask(), record=room.recorder)
    with pytest.raises(UnableToSeal):
        room.vault.seal(token, given({"phone": "13912345678"}))
    assert room.vault.open(token, ("phone",), ask=ask("legal_claim"), record=room.recorder)
    room.vault.release(token, "dispute", record=nothing)
    assert room.vault.open(token, ("phone",), ask=ask(), record=room.recorder)
    assert len(erase(room.vault, (token,), by=ORDER)) == 1


def rotation_rewraps_and_changes_no_sealed_value(room: Room) -> None:
    tokens = room.vault.admit_all([given(BOB)] * 7, at=NOW)
    stale = room.vault
    read = "SELECT token, field, sealed FROM vault_sealed ORDER BY 1, 2"
    with room.rows.reading() as session:
        before = list(session.rows(read))
    assert isinstance(room.ring, LocalRing)
    old, room.ring = room.ring.current, room.ring.rotated(AES)
    progress = rotation.rewrap(room.vault.keys, most=3)
    assert next(progress) > 0  # and there it is stopped
    assert old in room.vault.status().keys
    assert room.vault.open(tokens[0], ("phone",), ask=ask(), record=room.recorder)
    list(rotation.rewrap(room.vault.keys, most=3))
    assert set(room.vault.status().keys) == {room.ring.current}
    room.ring = room.ring.without(old)
    wanted = [(token, "phone") for token in tokens]
    opened = room.vault.open_all(wanted, ask=ask(), record=room.recorder)
    assert {value.reveal() for value in opened.values()} == {"+8613912345678"}
    with room.rows.reading() as session:
        assert list(session.rows(read)) == before
    with pytest.raises(UnableToUseOldRing):
        stale.keys.add(("person_y",))


def lookup_works_all_through_an_index_rotation(room: Room) -> None:
    people = [given({**BOB, "phone": f"1391234567{n}"}) for n in range(7)]
    tokens = room.vault.admit_all(people, at=NOW)

    def all_found() -> bool:
        return all(
            room.vault.find("phone", Plain(f"1391234567{n}"), country="CN") == (token,)
            for n, token in enumerate(tokens)
        )

    assert room.vault.keys.next_index("phone") == 2
    assert all_found()
    progress = rotation.reindex(room.rows, room.vault.keys, "phone", most=3)
    assert next(progress) == 3
    assert all_found()
    with room.rows.reading() as session:
        left = session.rows("SELECT token FROM vault_blind WHERE field = 'phone' AND version = 1")
    changed = tokens.index(left[0][0])
    room.vault.seal(tokens[changed], given({"phone": f"1391234567{changed}"}))
    assert room.vault.status().indexes["phone 2"] == 4
    list(rotation.reindex(room.rows, room.vault.keys, "phone", most=3))
    assert all_found()
    assert {k: v for k, v in room.vault.status().indexes.items() if "phone" in k} == {"phone 2": 7}
    assert set(room.vault.keys.indexes()["phone"]) == {2}


def an_index_restored_from_before_a_rotation_is_told_and_mended(room: Room) -> None:
    token = room.vault.admit(given(BOB), at=NOW)
    with room.rows.reading() as session:
        rows = session.rows("SELECT * FROM vault_blind WHERE field = 'phone'")
    room.vault.keys.next_index("phone")
    list(rotation.reindex(room.rows, room.vault.keys, "phone"))
    with room.rows.writing() as session:
        session.rows("DELETE FROM vault_blind WHERE field = 'phone'")
        session.each("INSERT INTO vault_blind VALUES (?, ?, ?, ?)", rows)
    with pytest.raises(UnableToLookUp, match="reindex phone"):
        room.vault.find("phone", Plain(BOB["phone"]), country="CN")
    list(rotation.reindex(room.rows, room.vault.keys, "phone"))
    assert room.vault.find("phone", Plain(BOB["phone"]), country="CN") == (token,)


def a_restore_erases_again(room: Room) -> None:
    """Rows and key come back as from a backup taken before the erasure."""
    alice = room.vault.admit(given(ALICE), at=NOW)
    with room.rows.reading() as session:
        rows = session.rows("SELECT * FROM vault_sealed")
    with room.keys.reading() as session:
        keys = session.rows("SELECT * FROM vault_key")
    erase(room.vault, (alice,), by=ORDER)
    listed = room.vault.erasures()
    with room.rows.writing() as session:
        session.rows("UPDATE vault_person SET state = 'active', erasure = NULL")
        session.each("INSERT INTO vault_sealed VALUES (?, ?, ?, ?)", rows)
    with room.keys.writing() as session:
        session.each("INSERT INTO vault_key VALUES (?, ?, ?)", keys)
    assert room.vault.open(alice, ("phone",), ask=ask(), record=room.recorder)
    assert replay(room.vault, listed) == 1
    assert room.vault.erasures() == listed
    assert room.vault.keys.of((alice,)) == {}
    with pytest.raises(UnableToOpen, match="erased"):
        room.vault.open(alice, ("phone",), ask=ask(), record=room.recorder)


def a_person_gets_everything_held_on_him(room: Room) -> None:
    token = room.vault.admit(given(ALICE), at=NOW)
    made = room.vault.export(token, ask=ask("answer_person"), record=room.recorder)
    assert all(text in made.reveal() for text in ("张三丰", "+8613800138000", token))
    assert len(room.recorder.seen[0].values) == len(ALICE)


def the_chinese_suite_does_the_same(room: Room) -> None:
    assert isinstance(room.ring, LocalRing)
    room.ring, room.suite = room.ring.rotated(SM4), SM4
    list(rotation.rewrap(room.vault.keys))
    what_goes_in_comes_out(room)
    with room.rows.reading() as session:
        rows = session.rows("SELECT sealed FROM vault_sealed")
    assert {bytes(sealed)[0] for (sealed,) in rows} == {SM4.byte}
    assert len(room.vault.find("phone", Plain("13800138000"), country="CN")) == 1


LAWS: tuple[Check, ...] = (
    what_goes_in_comes_out,
    a_change_replaces_a_value_and_its_index,
    a_person_known_by_a_field_keeps_his_token,
    who_comes_by_himself_is_known_by_what_identifies_and_changes_nothing,
    who_is_erased_or_held_is_not_taken_in_as_himself,
    who_comes_is_known_all_through_an_index_rotation,
    two_who_take_people_in_at_once_make_each_of_them_once,
    devices_have_tokens_of_their_own,
    nothing_is_sealed_if_one_value_is_wrong,
    nothing_opens_without_its_record,
    a_purpose_is_needed_and_kept_to,
    a_masked_purpose_shows_masks_only,
    bulk_needs_an_approval,
    an_actor_is_limited_over_every_process,
    a_moved_value_does_not_open,
    a_moved_key_does_not_unwrap,
    erasure_leaves_a_token_and_a_certificate,
    a_hold_blocks_erasure_and_restricts,
    rotation_rewraps_and_changes_no_sealed_value,
    lookup_works_all_through_an_index_rotation,
    an_index_restored_from_before_a_rotation_is_told_and_mended,
    a_restore_erases_again,
    a_person_gets_everything_held_on_him,
    the_chinese_suite_does_the_same,
)
