"""Machines' tokens: random, hashed, scoped, ending; each granted and taken back once, and told."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps

from seawall.acts import granting, staffing
from seawall.acts.granting import (
    Grantable,
    UnableToFindToken,
    Wanted,
    grant,
    holder,
    listed,
    revoke,
)
from seawall.acts.signing import Signed, UnableToSignAs
from seawall.core.problem import UnableToUseInput
from seawall.ledger.audit import audit
from seawall.ledger.log import Ledger
from seawall.ledger.sequencing import UnableToAppend
from seawall.office import homes
from seawall.records import starting
from tests.elsewhere import SQLITE

NOW = datetime(2026, 3, 1, 9)  # noqa: DTZ001 - the house's times are UTC, without an offset
AMONG = Grantable({"facts.write", "cases.read", "metrics.read"}, {"house", "house/online"})
WANTED = Wanted(
    "origination-1", frozenset({"facts.write", "cases.read"}), "house", NOW + timedelta(days=90)
)


def signed(act: str = "grant:1", at: datetime = NOW) -> Signed:
    return Signed(act, "ivan", at)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    starting.start(home.records)
    yield home.ledger
    starting.stop()


def test_a_granted_token_opens_what_it_was_granted_for(ledger: Ledger) -> None:
    given = grant(ledger, WANTED, AMONG, signed())
    assert given.secret.startswith("swl_")
    found = holder(given.secret, NOW)
    assert found is not None
    assert (found.name, found.unit, found.scopes) == ("origination-1", "house", WANTED.scopes)
    assert holder(given.secret + "x", NOW) is None
    assert holder("", NOW) is None
    assert holder("swl_\udcff", NOW) is None


@SQLITE  # it looks into the file
def test_a_secret_has_256_random_bits_and_is_kept_as_its_hash_alone(
    ledger: Ledger, tmp_path: Path
) -> None:
    secrets = {grant(ledger, WANTED, AMONG, signed(f"grant:{n}")).secret for n in range(20)}
    assert len(secrets) == 20
    assert {len(each.removeprefix("swl_")) for each in secrets} == {43}  # 32 bytes in base64
    files = [file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file()]
    kept = b"".join(files)
    for each in secrets:
        assert each.encode() not in kept
        assert hashlib.sha256(each.encode()).hexdigest().encode() in kept
    assert "swl_" not in repr(grant(ledger, WANTED, AMONG, signed("grant:shown")))


def test_it_ends_by_itself(ledger: Ledger) -> None:
    secret = grant(ledger, WANTED, AMONG, signed()).secret
    assert holder(secret, WANTED.expires - timedelta(microseconds=1)) is not None
    assert holder(secret, WANTED.expires) is None


def test_taken_back_it_opens_nothing_at_once(ledger: Ledger) -> None:
    given = grant(ledger, WANTED, AMONG, signed())
    assert revoke(ledger, given.number, signed("revoke:1"))
    assert holder(given.secret, NOW) is None
    assert not revoke(ledger, given.number, signed("revoke:2"))
    with pytest.raises(UnableToFindToken):
        revoke(ledger, given.number + 1, signed("revoke:3"))


def test_each_change_has_one_entry_without_the_secret(ledger: Ledger) -> None:
    given = grant(ledger, WANTED, AMONG, signed())
    revoke(ledger, given.number, signed("revoke:1"))
    revoke(ledger, given.number, signed("revoke:2"))
    entries = list(ledger.entries())
    assert [each.told["kind"] for each in entries] == ["token.grant", "token.revoke"]
    alone = [{"alone": True}, {}]  # there was nobody else when it was granted
    for each, more in zip(entries, alone, strict=True):
        assert (each.told["actor"], each.told["subject"]) == ("ivan", "token:origination-1")
        assert each.told["digests"]["token"] == hashlib.sha256(given.secret.encode()).hexdigest()
        assert each.content == {
            "scopes": ["cases.read", "facts.write"],
            "unit": "house",
            "expires": "2026-05-30T09:00:00Z",
            **more,
        }
    assert audit(ledger).problems == ()


def test_one_act_grants_one_token(ledger: Ledger) -> None:
    """The secret was shown: it cannot be shown again, and a second one was not asked for."""
    grant(ledger, WANTED, AMONG, signed())
    with pytest.raises(UnableToAppend):
        grant(ledger, WANTED, AMONG, signed())
    assert len(listed()) == 1


WRONG = {
    "token-scope-unknown": replace(WANTED, scopes=frozenset({"policies.publish"})),
    "token-scope-none": replace(WANTED, scopes=frozenset()),
    "token-unit-unknown": replace(WANTED, unit="other"),
    "token-scope-of-the-whole": replace(WANTED, unit="house/online"),
    "token-name-of-a-person": replace(WANTED, name="alice"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_no_token_may_have_is_refused_and_nothing_kept(ledger: Ledger, code: str) -> None:
    alice = staffing.Newcomer("alice", "Alice", (), "house")
    staffing.add(ledger, alice, signed("add:alice"), confirming=())
    before = ledger.size
    with pytest.raises(UnableToUseInput) as refused:
        grant(ledger, WRONG[code], AMONG, signed())
    assert [each.code for each in refused.value.problems] == [code]
    assert (listed(), ledger.size) == ({}, before)


def test_a_part_of_the_house_is_told_each_scope_that_it_cannot_have(ledger: Ledger) -> None:
    whole = frozenset({"measures.read", "facts.write", "metrics.read", "ledger.read"})
    among = Grantable(whole | {"cases.read"}, AMONG.units)
    wanted = replace(WANTED, scopes=frozenset(among.scopes), unit="house/online")
    with pytest.raises(UnableToUseInput) as refused:
        grant(ledger, wanted, among, signed())
    assert {each.facts["scope"] for each in refused.value.problems} == whole
    grant(ledger, replace(wanted, unit="house"), among, signed("grant:house"))
    grant(ledger, replace(wanted, scopes=frozenset({"cases.read"})), among, signed("grant:part"))


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_token_ends_and_within_a_year(ledger: Ledger, days: int) -> None:
    with pytest.raises(UnableToUseInput, match="token-expiry"):
        grant(ledger, replace(WANTED, expires=NOW + timedelta(days=days)), AMONG, signed())
    grant(ledger, replace(WANTED, expires=NOW + granting.LONGEST), AMONG, signed())


def test_a_name_with_two_spellings_is_none() -> None:
    with pytest.raises(UnableToSignAs):
        replace(WANTED, name="Origination 1")


def test_its_last_use_is_noted_to_the_minute(ledger: Ledger) -> None:
    given = grant(ledger, WANTED, AMONG, signed())
    uses = [0, 30, 59, 60, 100, 121]
    noted = []
    for seconds in uses:
        holder(given.secret, NOW + timedelta(seconds=seconds))
        used = listed()[given.number].used_at
        assert used is not None
        noted.append((used - NOW).total_seconds())
    assert noted == [0, 0, 0, 60, 60, 121]


def test_a_token_that_came_or_changed_by_the_database_alone_is_found(ledger: Ledger) -> None:
    numbers = [grant(ledger, WANTED, AMONG, signed(f"grant:{n}")).number for n in range(4)]
    revoke(ledger, numbers[3], signed("revoke:3"))
    assert list(granting.compare(ledger)) == []
    rows = apps.get_model("records", "ApiToken").objects
    rows.filter(number=numbers[0]).update(scopes='["facts.write", "ledger.read"]')
    rows.filter(number=numbers[1]).update(expires_us=2**50)
    rows.filter(number=numbers[3]).update(revoked_us=None)
    told = rows.filter(number=numbers[2]).values().get()
    slipped = rows.create(**{**told, "number": None, "hash": "0" * 64}).number
    found = list(granting.compare(ledger))
    assert {each.facts["number"] for each in found} == {numbers[0], numbers[1], numbers[3], slipped}
    assert {each.code for each in found} == {"token-otherwise"}
