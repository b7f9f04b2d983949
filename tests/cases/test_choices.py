"""What somebody is offered is what the machine lets him do, and what stands against the rest is what it says."""

from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from seawall.cases import choices
from seawall.cases.case import Actor, Case, Command
from seawall.cases.choices import Choice
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, step
from seawall.office import kinds
from tests.cases.playing import Play, random_kind, value

OF_WHAT_IS_GIVEN = {"case-guard", "case-field-misfit"}
"""What can only be told when values are given."""
PEOPLE = ("Ann", "Bob", "Kim")


def valid(kind: Kind, case: Case, choice: Choice, rng: Random) -> dict[str, object]:
    waiting = case.asked.get(choice.verb)
    if waiting is not None:
        return dict(waiting.fields)
    told = kind.declared["fields"]
    assert isinstance(told, dict)
    return {name: value(told[name], rng) for name in choice.needed}


def codes(kind: Kind, case: Case, choice: Choice, actor: Actor, play: Play) -> set[str]:
    """What the machine says to the verb with values that fit."""
    waiting = case.asked.get(choice.verb)
    command = Command(
        choice.verb, actor, play.now, uuid4().hex, valid(kind, case, choice, play.rng),
        waiting.reason if waiting else "because", waiting.links if waiting else (),
    )  # fmt: skip
    done = step(kind, case, command, play.now)
    return {each.code for each in done.problems} if isinstance(done, Refused) else set()


def compared(kind: Kind, seed: int) -> tuple[int, int]:
    """How many verbs were offered and held back in a random play, each as the machine has it."""
    play = Play(kind, Random(seed))
    for _ in range(30):
        play.goes_on()
    assert play.case is not None
    offered = held = 0
    for name in PEOPLE:
        for role in sorted(kind.roles):
            actor = Actor(name, frozenset({role}))
            for choice in choices.choices(kind, play.case, actor, play.now):
                if choice.verb not in kind.verbs:
                    continue
                said = codes(kind, play.case, choice, actor, play)
                if choice.against:
                    held += 1
                    assert said == {each.code for each in choice.against}, (choice, said)
                else:
                    offered += 1
                    assert said <= OF_WHAT_IS_GIVEN, (choice, said)
    return offered, held


@pytest.mark.parametrize("name", kinds.kinds())
def test_what_a_shipped_kind_offers_is_what_the_machine_allows(name: str) -> None:
    compared(kinds.kind(name), 7)


def test_what_random_kinds_offer_is_what_the_machine_allows() -> None:
    offered = held = 0
    for seed in range(40):
        some = compared(random_kind(Random(seed)), seed)
        offered, held = offered + some[0], held + some[1]
    assert offered > 100
    assert held > 100


def test_approvals_are_offered_to_those_who_may_give_them() -> None:
    met = {True: 0, False: 0}
    for seed in range(60):
        kind = random_kind(Random(seed))
        play = Play(kind, Random(seed))
        for _ in range(25):
            play.goes_on()
        assert play.case is not None
        for name in (*PEOPLE, "Cy", "Dee"):
            for role in sorted(kind.roles):
                actor = Actor(name, frozenset({role}))
                for asked in choices.requests(kind, play.case, actor, play.now):
                    told = {"verb": asked.request.verb, "digest": asked.request.digest}
                    command = Command("approve", actor, play.now, uuid4().hex, told)
                    done = step(kind, play.case, command, play.now + timedelta(0))
                    met[not asked.against] += 1
                    assert isinstance(done, Refused) == bool(asked.against)
    assert all(met.values())


def test_roles_move_cases_from_the_states_their_verbs_lead_on_from() -> None:
    complaint = kinds.kind("complaint")
    found = choices.moves(complaint, frozenset({"compliance_officer"}))
    assert found == ("answered",)  # reopen; from `closed` too, which is an end
    assert choices.approves(complaint, frozenset({"compliance_officer"})) == {
        "answer_finally",
        "drop",
    }
    assert choices.moves(complaint, frozenset({"auditor"})) == ()
