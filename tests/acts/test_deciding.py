"""An application in, a durable decision out: once, with its event, its tokens and its entry."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from seawall.acts import deciding, publishing, verifying
from seawall.acts.admitting import Application, received
from seawall.acts.deciding import Decided, Desk, Order
from seawall.acts.in_force import Policies, UnableToDecideBy
from seawall.acts.signing import Signed, UnableToSignAs
from seawall.core import pack
from seawall.core.problem import Place, Problem
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.entry import Erasing
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office.packs import PACKS
from seawall.office.publishing import texts
from seawall.policy.trial import Trial
from seawall.policy.window_online import observer
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from seawall.vault.algorithms import AES
from seawall.vault.declaration import Rules
from seawall.vault.embedded import Embedded
from seawall.vault.erasure import Order as VaultOrder

NOON = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - the house's times are UTC, without an offset
HERE = Place("applications")
POLICY = """\
id: NAME
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: applied_at
customer: customer_token
inputs:
  customer_token: {type: text, title: {en: c, zh: 客户}, required: true}
  applied_at: {type: timestamp, title: {en: t, zh: 时间}, required: true}
  device_token: {type: text, title: {en: d, zh: 设备}}
  amount: {type: number, title: {en: a, zh: 金额}, least: 0}
  count: {type: integer, title: {en: n, zh: 数}}
  note: {type: text, title: {en: n, zh: 备注}}
streams:
  application:
    title: {en: applications, zh: 申请}
    columns: {application_id: text, applied_at: timestamp, customer_token: text, device_token: text}
    id: application_id
    at: applied_at
features:
  device_customers: {title: {en: f, zh: 特征}, of: distinct, value: customer_token, events: application,
                     by: [device_token], over: 30 days}
  applications: {title: {en: f, zh: 特征}, of: count, events: application, by: [customer_token], over: 30 days}
derived:
  share: {title: {en: s, zh: 份}, is: amount / 4.0}
rules:
  - {id: large, when: amount > LIMIT, then: decline, unknown: ignore, cite: House, reason: {en: Large., zh: 过大。}}
  - {id: shared, when: device_customers >= 2, then: refer, unknown: ignore, cite: House,
     reason: {en: Shared., zh: 共用。}}
  - {id: often, when: applications >= 2, then: refer, unknown: ignore, cite: House, reason: {en: Often., zh: 频繁。}}
offer: [share]
"""
CASES = """\
cases:
  - {name: a small amount, input: {customer_token: c, applied_at: 2026-01-01 00:00:00, amount: 4},
     expect: {outcome: approve}}
"""


@dataclass
class House:
    """A home of a lender whose stores are opened piece by piece."""

    folder: Path
    policies: Policies = field(init=False)

    def __post_init__(self) -> None:
        starting.start(self.folder / "office.sqlite")
        self.ledger = log.start(
            SqliteStore(self.folder / "ledger.sqlite"),
            Signer("lender.example/ledger", seed=bytes(32)),
        )
        vault = Embedded(self.folder, pack.read(PACKS / "vault" / "fields.yaml", Rules))
        if not vault.ring_file.exists():
            vault.make_ring(AES.name)
        self.vault = vault.open()
        self.events = RecordsEventStore(observer)
        self.policies = Policies(self.events, self.vault.rules.fields)

    @property
    def desk(self) -> Desk:
        return Desk(self.ledger, self.vault, self.events, self.policies)

    def publish(self, limit: int = 100, name: str = "small", *, at: datetime = NOON) -> str:
        file = self.folder / f"{name}{limit}" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(POLICY.replace("LIMIT", str(limit)).replace("NAME", name), encoding="utf-8")
        file.with_name(f"{name}.cases.yaml").write_text(CASES, encoding="utf-8")
        version, act = texts(str(file)), f"{name}{limit}"
        number = publishing.propose(self.ledger, version, Signed(f"p{act}", "alice", at))
        evidence = publishing.proposal(number).evidence_digest
        publishing.approve(self.ledger, number, evidence, Signed(f"a{act}", "bob", at))
        publishing.publish(self.ledger, number, Signed(f"u{act}", "bob", at), at)
        return version.digest

    def received(self, **given: object) -> Application:
        one = received(given, HERE, self.vault.rules)
        assert isinstance(one, Application)
        return one

    def decide(self, *given: Mapping[str, object], **order: Any) -> list[Decided]:  # noqa: ANN401
        told = Order(
            **{"policy": "small", "by": "origination-1", "at": NOON, "country": "CN", **order}
        )
        return deciding.decide_all(self.desk, [self.received(**each) for each in given], told)

    def holds(self) -> None:
        """All that must always be true."""
        assert audit(self.ledger).problems == ()
        assert {each.agreement for each in verifying.verify(self.ledger, self.policies)} <= {
            "agrees",
            "erased",
        }
        decided = [e.told["subject"] for e in self.ledger.entries() if e.told["kind"] == "decision"]
        assert len(decided) == len(set(decided))
        events = {f"application:{each.id}" for each in self.events.facts("application")}
        assert set(decided) <= events

    @property
    def kinds(self) -> list[str]:
        return [entry.told["kind"] for entry in self.ledger.entries()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.holds()
    made.ledger.store.close()


def asks(
    id_: str, minute: int = 0, *, who: str | None = None, device: str | None = None, **more: object
) -> dict[str, object]:
    at = NOON + timedelta(minutes=minute)
    tokens = {"customer_token": who, "device_token": device}
    return {"application_id": id_, "applied_at": at.isoformat(), "amount": 20, **tokens, **more}


def codes(decided: Decided) -> list[str]:
    return [each.code for each in decided.problems]


def test_a_decision_is_an_entry_an_event_and_tokens(house: House) -> None:
    (one,) = house.decide(asks("a1", phone="13800138000", name="李雷", device_id="ab-12"))
    assert (one.new, one.problems, one.content["outcome"]) == (True, (), "approve")
    entry = house.ledger.entry(one.entry or 0)
    told = entry.told
    assert (told["kind"], told["subject"], told["act"]) == (
        "decision",
        "application:a1",
        "decide:a1",
    )
    assert (told["actor"], told["at"]) == ("origination-1", "2026-11-26T12:00:00.000000Z")
    assert told["digests"] == {"policy": one.content["policy"]["digest"]}
    token = one.content["input"]["customer_token"]
    assert entry.content == json.loads(json.dumps(one.content))
    assert house.vault.find("phone", house.received(**asks("x", phone="13800138000")).personal["phone"],
                            country="CN") == (token,)  # fmt: skip
    (event,) = house.events.facts("application")
    assert event.content["customer_token"] == token
    assert event.content["device_token"] == one.content["input"]["device_token"]


def test_later_applications_count_earlier_ones_of_the_same_batch_and_never_themselves(
    house: House,
) -> None:
    told = house.decide(
        asks("late", 3, who="c3", device="d"),
        asks("first", 1, who="c1", device="d"),
        asks("second", 2, who="c2", device="d"),
        asks("at the same time", 2, who="c4", device="d"),
    )
    seen = [each.content["features"]["device_customers"] for each in told]
    assert seen == [3, 0, 1, 1]
    assert [each.content["outcome"] for each in told] == ["refer", "approve", "approve", "approve"]
    (after,) = house.decide(asks("after", 9, who="c1", device="d"))
    assert after.content["features"] == {"device_customers": 4, "applications": 1}


def test_told_again_it_is_the_same_decision_whatever_is_in_force_by_then(house: House) -> None:
    given = asks("a1", phone="13800138000", device_id="ab-12", amount=50, nobody_asks=1)
    (first,) = house.decide(given)
    newer = house.publish(10, at=NOON + timedelta(hours=1))
    (again,) = house.decide(given, at=NOON + timedelta(hours=2), by="origination-2")
    assert (again.new, again.entry, again.problems) == (False, first.entry, ())
    assert again.content == first.content
    (other,) = house.decide(asks("a2", who="c", amount=50), at=NOON + timedelta(hours=2))
    assert (other.content["outcome"], other.content["policy"]["digest"]) == ("decline", newer)
    assert house.kinds.count("decision") == 2


CHANGES: dict[str, dict[str, object]] = {
    "another amount": {"amount": 21},
    "no amount": {"amount": None},
    "another time": {"applied_at": "2026-11-26T11:00:00"},
    "another phone": {"phone": "13900139000"},
    "another device": {"device_id": "cd-34"},
    "a token of somebody else": {"phone": None, "customer_token": "c9"},
    "no person": {"phone": None},
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_id_belongs_to_one_content(house: House, name: str) -> None:
    given = asks("a1", phone="13800138000", device_id="ab-12")
    house.decide(given)
    size = house.ledger.size
    (refused,) = house.decide({**given, **CHANGES[name]})
    assert (codes(refused), refused.entry, refused.content) == (["application-changed"], None, {})
    assert house.ledger.size == size
    assert house.decide(given)[0].new is False


def test_the_same_application_twice_in_a_batch_is_decided_once(house: House) -> None:
    given = asks("a1", who="c")
    told = house.decide(given, asks("a2", who="c"), given, {**given, "amount": 7})
    assert [each.new for each in told] == [True, True, False, False]
    assert told[0].content == told[2].content
    assert codes(told[3]) == ["application-changed"]


def test_a_refused_application_does_not_stop_the_others(house: House) -> None:
    told = house.decide(
        asks("bad phone", phone="12"),
        asks("good", phone="13800138000"),
        asks("only a name", name="韩梅梅"),
        asks("conflict", phone="13800138001", who="c1"),
        asks("long", who="c", count=2**60),
        asks("half a sign", who="c", note="\ud800"),
        asks("fine", who="c"),
    )
    assert [codes(each) for each in told] == [
        ["vault-phone-unreadable"], [], ["application-person-not-found-again"],
        ["application-token-conflict"], ["application-not-spelt"],
        ["application-value-unreadable"], [],
    ]  # fmt: skip
    assert [each.new for each in told] == [False, True, False, False, False, True, True]


def test_who_is_under_a_hold_is_not_decided_about(house: House) -> None:
    (first,) = house.decide(asks("a1", phone="13800138000"))
    token = first.content["input"]["customer_token"]
    order = VaultOrder("dana", "claim 7", NOON.replace(tzinfo=UTC))
    house.vault.hold(token, "dispute", by=order, record=lambda: None)
    told = house.decide(asks("a2", 1, phone="13800138000"), asks("a3", 1, phone="13800138001"))
    assert [codes(each) for each in told] == [["application-person-restricted"], []]
    assert house.decide(asks("a1", phone="13800138000"))[0].content == first.content


def test_what_nobody_asks_for_is_told_by_its_name_and_kept_nowhere(house: House) -> None:
    (one,) = house.decide(asks("a1", who="c", mobile="13800138000", applications=7))
    assert codes(one) == ["application-key-unused"] * 2
    assert [each.facts["name"] for each in one.problems] == ["mobile", "applications"]
    assert "13800138000" not in str(one)
    assert one.content["features"]["applications"] == 0
    assert "mobile" not in json.dumps(one.content)


def test_values_that_cannot_be_used_are_told_without_the_value(house: House) -> None:
    (one,) = house.decide(asks("a1", who="c", amount="13800138000x", count=1.5))
    (two,) = house.decide(asks("a2", who="c", amount=-5))
    assert codes(one) == ["application-value-unreadable"] * 2
    assert codes(two) == ["application-value-outside"]
    assert "13800138000" not in "".join(each.sentence("zh") for each in one.problems)


@pytest.mark.parametrize("id_", [None, "", "a\nb", "x" * 161, True, 1.5, ["a"], "\ud800"])
def test_an_application_needs_an_id_that_can_be_kept(house: House, id_: object) -> None:
    refused = received({"application_id": id_}, HERE, house.vault.rules)
    assert isinstance(refused, Problem)
    assert refused.code == "application-id-unusable"


def test_an_application_belongs_to_one_policy(house: House) -> None:
    house.publish(name="other")
    house.decide(asks("a1", who="c"))
    (refused,) = house.decide(asks("a1", who="c"), policy="other")
    assert codes(refused) == ["application-decided-otherwise"]


def test_an_erased_decision_is_not_made_again(house: House) -> None:
    (first,) = house.decide(asks("a1", who="c"))
    house.ledger.erase(first.entry or 0, Erasing("dana", NOON, "erase:a1", "asked by the person"))
    (again,) = house.decide(asks("a1", who="c"))
    assert codes(again) == ["application-decision-erased"]
    assert again.problems[0].facts["entry"] == first.entry


def test_nobody_decides_by_what_is_not_in_force(house: House) -> None:
    with pytest.raises(UnableToDecideBy):
        house.decide(asks("a1", who="c"), policy="none")
    with pytest.raises(UnableToDecideBy):
        house.decide(asks("a1", who="c"), at=NOON - timedelta(seconds=1))
    with pytest.raises(UnableToSignAs):
        house.decide(asks("a1", who="c"), by="Origination 1")


TRIAL = Trial.model_validate({
    "id": "spring", "title": {"en": "Spring", "zh": "春"}, "since": "2026-11-01", "until": "2026-11-30",
    "challengers": [{"policy": "strict", "share": 1}], "shadows": ["shadow"],
})  # fmt: skip


def test_in_a_trial_the_arm_decides_and_shadows_are_kept_in_the_same_entry(house: House) -> None:
    house.publish(10, "strict")
    house.publish(15, "shadow")
    given = asks("a1", who="c")
    (one,) = house.decide(given, trial=TRIAL)
    assert one.content["policy"]["id"] == "strict"
    assert one.content["reference"] == {
        "application_id": "a1", "trial": "spring", "role": "challenger", "champion": "small",
    }  # fmt: skip
    (shadow,) = one.content["shadows"]
    assert (shadow["policy"]["id"], shadow["reference"]["role"]) == ("shadow", "shadow")
    assert house.kinds.count("decision") == 1
    assert house.decide(given)[0].content == one.content
    later = asks("a2", who="c", applied_at="2026-12-01T00:00:00")
    assert house.decide(later, trial=TRIAL)[0].content["policy"]["id"] == "small"
    with pytest.raises(UnableToDecideBy):
        house.decide(given | {"application_id": "a3"},
                     trial=TRIAL.model_copy(update={"shadows": ("none",)}))  # fmt: skip


def test_a_policy_that_asks_for_a_sealed_field_in_the_clear_does_not_decide(house: House) -> None:
    policies = Policies(house.events, {"amount"})
    desk = replace(house.desk, policies=policies)
    with pytest.raises(UnableToDecideBy, match="amount"):
        deciding.decide(desk, house.received(**asks("a1")), Order("small", "o", NOON, "CN"))


def test_events_that_the_office_lost_are_there_after_telling_again(house: House) -> None:
    given = [asks(f"a{n}", n, who="c", device="d") for n in range(3)]
    first = house.decide(*given)
    with connection.cursor() as cursor:  # as after restoring a backup of before
        cursor.execute("DELETE FROM records_observation")
        cursor.execute("DELETE FROM records_event")
    again = house.decide(*given)
    assert [each.content for each in again] == [each.content for each in first]
    assert house.decide(asks("after", 9, who="c"))[0].content["features"]["applications"] == 3
