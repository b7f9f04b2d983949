"""Whoever may not do something is told why, as the register would refuse him."""

import pytest

from seawall.acts.policy_doors import Verb, proposal_doors, roll_back_door
from seawall.records.policy_register import Proposed, Published, Version

ALL: tuple[Verb, ...] = ("propose", "approve", "publish", "roll_back")
SEEN = Proposed(1, Version("loan", "a" * 64, {}), "{}", "e" * 64, frozenset({"alice", "bob"}), ())
APPROVED = Proposed(1, SEEN.version, "{}", "e" * 64, SEEN.makers, ("charlie",))


def published(digest: str, effective_us: int, number: int = 1) -> Published:
    return Published(number, "loan", digest * 64, 1, effective_us, "charlie", 5, "")


@pytest.mark.parametrize("maker", ["alice", "bob", "Bob "])
def test_a_maker_is_told_that_another_person_has_to_approve(maker: str) -> None:
    door = proposal_doors(SEEN, None, maker, ALL)["approve"]
    assert not door.open
    assert "maker never approves" in door.why[0].en


def test_another_person_may_approve_once() -> None:
    assert proposal_doors(SEEN, None, "charlie", ALL)["approve"].open
    assert [why.en for why in proposal_doors(APPROVED, None, "charlie", ALL)["approve"].why] == [
        "You have approved it already."
    ]


def test_nothing_is_published_before_another_person_approved_it() -> None:
    assert not proposal_doors(SEEN, None, "charlie", ALL)["publish"].open
    assert proposal_doors(APPROVED, None, "charlie", ALL)["publish"].open
    assert proposal_doors(APPROVED, None, "alice", ALL)["publish"].open
    done = proposal_doors(APPROVED, published("a", 10), "charlie", ALL)
    assert {verb: [why.en for why in door.why][-1] for verb, door in done.items()} == {
        "approve": "It has been published.", "publish": "It has been published.",
    }  # fmt: skip


def test_a_role_without_the_verb_is_told_so_in_both_languages() -> None:
    (why,) = proposal_doors(APPROVED, None, "dana", ())["publish"].why
    assert (why.en, why.zh) == (
        "Your role does not let you publish policies.", "您的角色无权发布策略。",
    )  # fmt: skip


def test_a_version_comes_back_only_if_it_was_in_force_and_is_not() -> None:
    told = (published("a", 10), published("b", 20, 2), published("c", 90, 3))
    open_ = {each: roll_back_door(each * 64, told, 50, ALL).open for each in "abcd"}
    assert open_ == {"a": True, "b": False, "c": False, "d": False}
    assert not roll_back_door("a" * 64, told, 50, ALL[:1]).open
