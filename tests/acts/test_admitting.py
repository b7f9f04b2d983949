"""Who comes with somebody else's telephone, card or number: he is not taken for him, and changes nothing of his."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seawall.acts.admitting import Admission
from seawall.vault.plain import Plain
from tests.acts.lender import NOON, House, asks, codes
from tests.vault.conftest import ask, nothing

VICTIM: dict[str, Any] = {"name": "张三丰", "national_id": "11010519491231002X", "phone": "13800138000",
          "bank_card": "4111111111111111"}  # fmt: skip
STRANGER: dict[str, Any] = {"name": "李鬼", "phone": "13800138000", "bank_card": "5500005555555559"}
OTHER_ID = "440524188001010014"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.holds()
    made.ledger.store.close()


def decided(house: House, id_: str, given: dict[str, Any]) -> tuple[str, list[str]]:
    """His token, and the codes of what is told beside."""
    (told,) = house.decide(asks(id_, **given))
    return told.content["input"]["customer_token"], codes(told)


def held(house: House, token: str) -> dict[str, str]:
    fields = ("name", "phone", "bank_card", "email", "national_id")
    opened = house.vault.open(token, fields, ask=ask("answer_person"), record=lambda _: nothing())
    return {name: value.reveal() for name, value in opened.items()}


@pytest.mark.parametrize("more", [{}, {"national_id": OTHER_ID}], ids=["no number", "another"])
@pytest.mark.parametrize("lacking", ["", "national_id"], ids=["victim with number", "without"])
def test_a_victims_telephone_makes_nobody_the_victim(
    house: House, more: dict[str, Any], lacking: str
) -> None:
    given = {name: text for name, text in VICTIM.items() if name != lacking}
    victim, _ = decided(house, "victim", given)
    before = held(house, victim)
    stranger, told = decided(house, "stranger", {**STRANGER, **more})
    assert stranger != victim
    assert told == ["application-value-shared"]
    assert held(house, victim) == before
    assert held(house, stranger)["bank_card"] == STRANGER["bank_card"]
    assert house.vault.find("phone", Plain("13800138000"), country="CN") == tuple(
        sorted((victim, stranger))
    )


def test_a_telephone_alone_is_nobody_who_gave_more(house: House) -> None:
    victim, _ = decided(house, "victim", {"name": "张三丰", "phone": "13800138000"})
    alone, _ = decided(house, "stranger", {"phone": "13800138000"})
    assert alone != victim
    assert decided(house, "again", {"name": "张三丰", "phone": "13800138000"})[0] == victim


def test_a_known_identity_number_changes_no_card_and_says_so(house: House) -> None:
    """Identity numbers leak, too: the card that a running loan is paid to stays the victim's."""
    victim, _ = decided(house, "victim", VICTIM)
    before = held(house, victim)
    (told,) = house.decide(
        asks("thief", **{**VICTIM, "bank_card": STRANGER["bank_card"], "email": "a@example.com"})
    )
    assert told.content["input"]["customer_token"] == victim
    assert codes(told) == ["application-value-differs"]
    assert told.problems[0].facts["names"] == "bank_card"
    assert held(house, victim) == {**before, "email": "a@example.com"}
    assert STRANGER["bank_card"] not in str(told)


def test_who_brings_his_number_later_is_linked_and_not_merged(house: House) -> None:
    numberless = {name: text for name, text in VICTIM.items() if name != "national_id"}
    first, _ = decided(house, "a1", numberless)
    later, told = decided(house, "a2", VICTIM)
    assert first != later
    assert told == ["application-value-shared"] * 2
    (again,) = house.decide(asks("a3", **numberless))
    assert again.content["input"]["customer_token"] == first
    assert {each.facts["others"] for each in again.problems} == {later}


def test_a_batch_takes_people_in_as_one_by_one_would(house: House) -> None:
    """Each of the same batch meets those before him; told again, all have the same tokens."""
    given = [
        VICTIM,
        STRANGER,
        VICTIM,
        {**VICTIM, "name": "张三"},
        STRANGER,
        {"phone": "13800138000"},
    ]
    told = house.decide(*(asks(f"b{n}", **each) for n, each in enumerate(given)))
    tokens = [each.content["input"]["customer_token"] for each in told]
    assert tokens[0] == tokens[2] == tokens[3]
    assert tokens[1] == tokens[4]
    assert len(set(tokens)) == 3
    assert codes(told[3]) == ["application-value-differs", "application-value-shared"]
    assert held(house, tokens[0])["name"] == "张三丰"
    assert told[5].problems[0].facts["count"] == 2


def test_stopped_before_its_decision_an_application_has_the_same_tokens(house: House) -> None:
    """As after a kill between the vault and the ledger: no entry tells of it yet."""
    for given in (VICTIM, STRANGER, {"phone": "13900139000"}):
        admission = Admission(house.vault, "CN", NOON)
        one = house.received(**asks("k1", device_id="ab-12", **given))
        first, again = admission.admit([one])["k1"], admission.admit([one])["k1"]
        assert first == again
        assert not isinstance(first, tuple)
        assert set(first.tokens) == {"customer_token", "device_token"}
