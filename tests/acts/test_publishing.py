"""A policy comes into force by two people, an entry each, or not at all."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from seawall.acts import publishing, verifying
from seawall.acts.publishing import Replayed, UnableToPropose
from seawall.acts.signing import Signed, UnableToSignAs
from seawall.core import period
from seawall.core.text import Text
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.entry import Entry
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office.publishing import texts
from seawall.records import policy_register as register
from seawall.records import starting
from seawall.records.policy_register import UnableToRegister, Version
from tests.elsewhere import SQLITE

NOON = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - the house's times are UTC, without an offset
POLICY = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
inputs: {age: {type: integer, title: {en: age, zh: 年龄}, required: true}}
rules:
  - {id: young, when: age < LIMIT, then: decline, cite: House,
     reason: {en: Too young., zh: 未成年。}}
"""
CASES = """\
cases:
  - {name: a child is declined, input: {age: 12}, expect: {outcome: decline}}
  - {name: a woman of 40 is approved, input: {age: 40}, expect: {outcome: approve}}
"""


@dataclass(frozen=True)
class House:
    folder: Path
    ledger: Ledger

    def version(self, limit: int = 18, cases: str | None = CASES) -> Version:
        file = self.folder / f"small{limit}" / "small.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(POLICY.replace("LIMIT", str(limit)), encoding="utf-8")
        if cases is not None:
            file.with_name("small.cases.yaml").write_text(cases, encoding="utf-8")
        return texts(str(file))

    def kinds(self) -> list[str]:
        return [entry.told["kind"] for entry in self.ledger.entries()]

    def proposed(self, limit: int = 18, by: str = "alice") -> int:
        return publishing.propose(
            self.ledger, self.version(limit), at(f"p{limit}", by), writers=["bob"]
        )

    def approved(self, number: int, by: str = "charlie") -> None:
        seen = publishing.proposal(number)
        publishing.approve(self.ledger, number, seen.evidence_digest, at(f"a{number}-{by}", by))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    starting.start(tmp_path / "office.sqlite")
    store = SqliteStore(tmp_path / "ledger.sqlite")
    yield House(tmp_path, log.start(store, Signer("lender.example/ledger")))
    store.close()


def in_force(when: datetime) -> Version | None:
    found = publishing.in_force("small", when)
    return found[1] if found else None


def at(act: str, by: str, hours: int = 0) -> Signed:
    return Signed(act, by, NOON + timedelta(hours=hours))


def test_two_people_put_a_policy_in_force(house: House) -> None:
    number = house.proposed()
    house.approved(number)
    later = NOON + timedelta(hours=2)
    publishing.publish(house.ledger, number, at("pub", "dana", 1), later)
    assert publishing.in_force("small", NOON + timedelta(hours=1)) is None
    found = in_force(later)
    assert found == house.version()
    assert publishing.program(found).digest == found.digest
    assert house.kinds() == ["policy.propose", "policy.approve", "policy.publish"]
    assert audit(house.ledger).problems == ()


def test_every_entry_names_the_version_and_what_was_shown(house: House) -> None:
    shown = Replayed(Text(en="a book", zh="账册"), "e" * 64, {"approved_share": 0.5})
    number = publishing.propose(
        house.ledger, house.version(), at("p", "alice"), writers=["bob"], replayed=shown
    )
    house.approved(number)
    seen = publishing.proposal(number)
    for entry in house.ledger.entries():
        assert entry.told["digests"] == {
            "policy": seen.version.digest,
            "evidence": publishing.digest(seen.evidence),
        }
    evidence = json.loads(seen.evidence)
    assert evidence["digest"] == seen.version.digest
    assert evidence["cases"]["passed"] == 2
    assert evidence["replay"]["report"] == "e" * 64
    told = house.ledger.entry(0).content
    assert told is not None
    assert told["writers"] == ["alice", "bob"]


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_a_maker_cannot_approve_his_own_change(house: House, by: str) -> None:
    number = house.proposed()
    with pytest.raises(publishing.UnableToApprove, match="never approves his own"):
        house.approved(number, by)
    assert house.kinds() == ["policy.propose"]
    with pytest.raises(UnableToRegister, match="only what another person approved"):
        publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    assert publishing.in_force("small", NOON) is None


def test_an_edit_needs_an_approval_of_its_own(house: House) -> None:
    first = house.proposed(18)
    seen = publishing.proposal(first)
    house.approved(first)
    second = house.proposed(21)
    with pytest.raises(publishing.UnableToApprove, match="another than was seen"):
        publishing.approve(house.ledger, second, seen.evidence_digest, at("x", "charlie"))
    with pytest.raises(UnableToRegister, match="only what another person approved"):
        publishing.publish(house.ledger, second, at("pub", "dana"), NOON)


@pytest.mark.parametrize(
    ("cases", "why"),
    [(None, "no cases"), (CASES.replace("age: 12", "age: 30"), "1 cases fail")],
)
def test_only_what_passes_its_cases_is_proposed(house: House, cases: str | None, why: str) -> None:
    with pytest.raises(UnableToPropose, match=why):
        publishing.propose(house.ledger, house.version(cases=cases), at("p", "alice"))
    assert house.kinds() == []


@pytest.mark.parametrize("name", ["", "Alice", " bob", "a b", "爱丽丝", "a" * 64])
def test_nobody_goes_by_two_spellings(house: House, name: str) -> None:
    with pytest.raises(UnableToSignAs):
        at("p", name)
    with pytest.raises(UnableToSignAs):
        publishing.propose(house.ledger, house.version(), at("p", "alice"), writers=[name])
    assert house.kinds() == []


def test_a_rollback_takes_effect_at_once_and_is_told(house: House) -> None:
    for limit in (18, 21):
        number = house.proposed(limit)
        house.approved(number)
        publishing.publish(house.ledger, number, at(f"pub{limit}", "dana"), NOON)
    assert in_force(NOON) == house.version(21)
    back = publishing.version("small", house.version(18).digest[:8])
    publishing.roll_back(house.ledger, back, at("back", "erin", 1), "losses")
    assert in_force(NOON + timedelta(hours=1)) == house.version(18)
    assert house.kinds()[-1] == "policy.roll_back"


def test_acts_told_twice_are_done_once(house: House) -> None:
    for _ in range(2):
        number = house.proposed()
        house.approved(number)
        publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    assert len(house.kinds()) == 3
    assert len(publishing.publications("small")) == 1


def test_no_policy_is_in_force_that_the_ledger_does_not_tell_of(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = house.proposed()
    house.approved(number)

    def failing(_ledger: Ledger, _entry: Entry) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Ledger, "append", failing)
    with pytest.raises(OSError, match="no space"):
        publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    monkeypatch.undo()
    assert publishing.in_force("small", NOON) is None
    publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    assert publishing.in_force("small", NOON) is not None


def test_an_entry_without_its_row_is_made_whole_by_telling_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry became durable, the row did not: as after a kill between the two."""
    number = house.proposed()
    house.approved(number)
    told = Ledger.append

    def dying(self: Ledger, entry: Entry) -> None:
        told(self, entry)
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "append", dying)
    with pytest.raises(KeyboardInterrupt):
        publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    monkeypatch.undo()
    assert house.kinds()[-1] == "policy.publish"
    assert publishing.in_force("small", NOON) is None
    publishing.publish(house.ledger, number, at("pub", "dana"), NOON)
    assert publishing.in_force("small", NOON) is not None
    assert house.kinds().count("policy.publish") == 1


class Dying:
    """The ledger's entry becomes durable, and the process dies before the register's row does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = Ledger.append

        def dying(ledger: Ledger, entry: Entry) -> None:
            told(ledger, entry)
            raise KeyboardInterrupt

        self._patch = monkeypatch
        self._append = dying

    def __enter__(self) -> None:
        self._patch.setattr(Ledger, "append", self._append)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._patch.undo()
        return kind is KeyboardInterrupt


@SQLITE  # PostgreSQL gives no number twice
def test_a_proposal_stopped_half_way_is_told_again_though_another_took_its_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dying(monkeypatch):
        house.proposed(18)
    assert house.proposed(21, by="erin") == 1  # the number that the first would have had
    assert house.proposed(18) == 2
    assert house.kinds() == ["policy.propose"] * 2


def test_a_proposal_is_told_again_with_another_replay(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book grew between a stop and the next try, and the report says so."""
    reports = [Replayed(Text(en="a book", zh="账册"), each * 64, {}) for each in "ef"]
    signed = at("propose:small", "alice")
    with Dying(monkeypatch):
        publishing.propose(house.ledger, house.version(), signed, replayed=reports[0])
    number = publishing.propose(house.ledger, house.version(), signed, replayed=reports[1])
    shown = json.loads(publishing.proposal(number).evidence)
    assert shown["replay"]["report"] == "f" * 64


def test_publishing_at_once_is_told_again_after_a_stop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once is another time than before the stop: nothing may be in force in hindsight."""
    number = house.proposed()
    house.approved(number)
    with Dying(monkeypatch):
        publishing.publish(house.ledger, number, at("publish:1", "dana"))
    assert publishing.publications("small") == ()
    later = at("publish:1", "dana", 1)
    published = publishing.publish(house.ledger, number, later)
    assert published.effective_us == period.microseconds(later.at)
    assert in_force(NOON) is None
    assert publishing.publish(house.ledger, number, at("publish:1", "dana", 2)) == published
    assert house.kinds().count("policy.publish") == 2


def test_a_proposal_is_published_once(house: House) -> None:
    number = house.proposed()
    house.approved(number)
    publishing.publish(house.ledger, number, at("u", "dana"), NOON)
    with pytest.raises(UnableToRegister, match="was published before"):
        publishing.publish(house.ledger, number, at("v", "dana"), NOON + timedelta(hours=1))
    assert house.kinds().count("policy.publish") == 1


def test_texts_changed_behind_the_register_are_not_trusted(house: House) -> None:
    version = house.version()
    forged = Version(version.policy, version.digest, {
        name: text.replace("age < 18", "age < 1") for name, text in version.texts.items()
    })  # fmt: skip
    with pytest.raises(publishing.UnableToTrustVersion):
        publishing.program(forged)
    assert register.in_force("small", period.microseconds(NOON)) is None


def published(house: House, limit: int) -> None:
    number = house.proposed(limit)
    house.approved(number)
    publishing.publish(house.ledger, number, at(f"u{limit}", "dana"), NOON)


def found(house: House) -> list[str]:
    return [each.code for each in verifying.register_wrong(house.ledger)]


def around(*statements: str) -> None:
    """What somebody does who has the database's file in his hands, and an own SQLite."""
    with connection.cursor() as cursor:
        names = cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            cursor.execute(f"DROP TRIGGER {name}")
        for each in statements:
            cursor.execute(each)


APPROVED = """INSERT INTO records_approval (act, proposal_id, digest, evidence_digest, approved_by, approved_us)
SELECT 'mine', p.number, v.digest, p.evidence_digest, 'alice', 3 FROM records_proposal p
JOIN records_policyversion v ON v.number = p.version_id WHERE p.number = 2"""
FORGED: dict[str, tuple[str, list[str]]] = {
    "the maker's approval": (APPROVED, ["policy-step-untold"]),
    "an approver changed": (
        "UPDATE records_approval SET approved_by = 'mallory'", ["policy-step-otherwise"]),
    "another version in force": (
        "UPDATE records_publication SET version_id = 2", ["policy-step-otherwise"]),
    "in force since another time": (
        "UPDATE records_publication SET effective_us = effective_us + 1", ["policy-step-otherwise"]),
    "a maker forgotten": (
        "DELETE FROM records_writing WHERE writer = 'bob'", ["policy-step-otherwise"] * 2),
    "evidence changed": (
        "UPDATE records_proposal SET evidence = '{}' WHERE number = 2", ["policy-step-otherwise"]),
    "a publication taken away": ("DELETE FROM records_publication", ["policy-step-unregistered"]),
    "a text changed": (
        "UPDATE records_policyversion SET texts = REPLACE(texts, 'age < 18', 'age < 1')",
        ["policy-version-untrusted"]),
}  # fmt: skip


@SQLITE  # it takes the triggers away by SQLite's own tables
@pytest.mark.parametrize("forged", FORGED)
def test_what_is_written_around_the_office_is_found_by_the_ledger(
    house: House, forged: str
) -> None:
    published(house, 18)
    house.proposed(21)
    assert found(house) == []
    sql, codes = FORGED[forged]
    around(sql)
    assert found(house) == codes


def test_a_register_whose_ledger_was_cut_is_not_told_of(house: House, tmp_path: Path) -> None:
    published(house, 18)
    other = log.start(SqliteStore(tmp_path / "cut.sqlite"), Signer("lender.example/ledger"))
    assert [each.code for each in verifying.register_wrong(other)] == ["policy-step-untold"] * 3
    other.store.close()
