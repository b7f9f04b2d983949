"""An application in, a durable decision out: once, with its event, its tokens and its entry."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.db import connection

from seawall.acts import deciding
from seawall.acts.admitting import received
from seawall.acts.deciding import Order
from seawall.acts.in_force import Policies, UnableToDecideBy
from seawall.acts.signing import UnableToSignAs
from seawall.core.problem import Problem
from seawall.ledger.entry import Erasing
from seawall.policy.trial import Trial
from seawall.vault.erasure import Order as VaultOrder
from tests.acts.lender import HERE, NOON, House, asks, codes
from tests.elsewhere import SQLITE


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.holds()
    made.ledger.store.close()


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


def test_a_batch_in_the_order_of_time_decides_what_one_by_one_would(tmp_path: Path) -> None:
    """Windows see earlier applications of the same batch as if each had been decided alone."""
    chance = random.Random(5)  # noqa: S311 - a test's own dice
    told = [
        asks(f"a{n}", n // 2, who=f"c{chance.randrange(4)}", device=f"d{chance.randrange(3)}")
        for n in range(40)
    ]
    answers = []
    for name, batches in (("alone", [[one] for one in told]), ("together", [told])):
        (tmp_path / name).mkdir()
        house = House(tmp_path / name)
        house.publish()
        answers.append([each.content for batch in batches for each in house.decide(*batch)])
        house.holds()
        house.ledger.store.close()
    assert answers[0] == answers[1]
    seen = [each["features"]["applications"] for each in answers[0]]
    assert max(seen) > 5
    assert seen.count(0) >= 4


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


FORGED = {
    "another version in force": (
        """INSERT INTO records_publication
           (act, policy, version_id, proposal_id, effective_us, published_by, published_us, reason)
           SELECT 'mine', policy, 2, NULL, effective_us + 1, 'bob', published_us, 'forged'
           FROM records_publication WHERE number = 1""",
        "no entry",
    ),
    "in force since another time": (
        "UPDATE records_publication SET effective_us = effective_us + 1", "effective"),
    "another approver": ("UPDATE records_approval SET approved_by = 'mallory'", "actor"),
}  # fmt: skip


@SQLITE  # it takes the triggers away by SQLite's own tables
@pytest.mark.parametrize(
    ("forged", "before"),
    # A process that has decided looks again only where the publication itself is another.
    [*((each, False) for each in FORGED), *((each, True) for each in list(FORGED)[:2])],
)
def test_nobody_decides_by_a_version_that_the_ledger_does_not_tell_of(
    tmp_path: Path, forged: str, *, before: bool
) -> None:
    house = House(tmp_path)
    house.publish()
    house.publish(10, at=NOON + timedelta(days=9))  # told, and not yet in force
    sql, why = FORGED[forged]
    if before:
        house.decide(asks("a1", who="c"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(sql)
    with pytest.raises(UnableToDecideBy, match=why):
        house.decide(asks("a2", who="c"), at=NOON + timedelta(seconds=1))
    assert house.kinds.count("decision") == before
    house.ledger.store.close()


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
    policies = Policies(house.events, {"amount"}, house.ledger)
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
