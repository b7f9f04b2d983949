"""The machine at play, over every shipped kind and kinds made at random.

Truth: a plain second machine (`plain_machine`) says what each command comes to; and what is looked
for in the events afterwards is looked for without the machine.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from seawall.cases.case import Event
from seawall.cases.fold import UnableToFold, fold
from seawall.cases.kind import Kind
from seawall.cases.step import Stepped
from seawall.office import kinds
from tests.cases.plain_machine import person
from tests.cases.playing import Play, random_kind

STEPS = 45
RANDOMS = st.randoms(use_true_random=False)
SLOW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a play of 45 acts shrinks for minutes
)


def played(kind: Kind, rng: Random) -> Play:
    play = Play(kind, rng)
    for _ in range(STEPS):
        play.goes_on()
    return play


@pytest.mark.parametrize("name", kinds.kinds())
@SLOW
@given(rng=RANDOMS)
def test_a_shipped_kind_does_what_the_plain_machine_does(name: str, rng: Random) -> None:
    keeps_the_laws(played(kinds.kind(name), rng))


@settings(SLOW, max_examples=40)
@given(seed=st.integers(0, 2**32), rng=RANDOMS)
def test_a_kind_made_at_random_does_what_the_plain_machine_does(seed: int, rng: Random) -> None:
    keeps_the_laws(played(random_kind(Random(seed)), rng))


@pytest.mark.soak
def test_many_kinds_at_length_do_what_the_plain_machine_does() -> None:
    shipped = [kinds.kind(name) for name in kinds.kinds()]
    for seed in range(int(os.environ.get("SEAWALL_PLAYS", "1500"))):
        rng = Random(seed)
        keeps_the_laws(played(rng.choice([*shipped, random_kind(rng)]), rng))


def test_play_comes_to_everything_that_is_to_be_tried() -> None:
    """Or the tests above would prove nothing: approvals are given, acts are done on them."""
    seen = {"done": 0, "ask": 0, "again": 0, "refused": 0, "approved": 0}
    for seed in range(60):
        for what, often in played(random_kind(Random(seed)), Random(seed)).seen.items():
            seen[what] += often
    assert all(often > 50 for often in seen.values()), seen


def _no_delegates(people: Iterable[str], _: object) -> frozenset[str]:
    return frozenset(map(person, people))


FAULTS: dict[str, Any] = {
    "seawall.cases.people.kin": _no_delegates,
    "seawall.cases.people.one": str.strip,
    "seawall.cases.applying._waiting": lambda case, _event, _given: case.asked,
    "seawall.cases.vetoes.of_duties": lambda _act: iter(()),
    "seawall.cases.vetoes.of_guard": lambda _act: iter(()),
    "seawall.cases.vetoes.of_state": lambda _act: iter(()),
    "seawall.cases.vetoes.of_role": lambda _act, _roles: iter(()),
    "seawall.cases.approving.missing": lambda _kind, _case, _waiting: 0,
    "seawall.cases.approving._another_person": lambda _act, _case, _waiting: iter(()),
    "seawall.cases.built_in.bound": lambda _kind: frozenset(),
    "seawall.cases.running._held": lambda run, _moment, held: run,  # noqa: ARG005
    "seawall.cases.step._again": lambda _act, case: Stepped(case, (), ()),
}
"""Parts of the machine, each with one that does less."""


@pytest.mark.parametrize("part", FAULTS)
def test_a_part_that_does_less_is_found_out(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, FAULTS[part])
    with pytest.raises(AssertionError):
        many_played()


def many_played() -> None:
    for seed in range(150):
        clocks_run_as_told(played(random_kind(Random(seed)), Random(seed)))


def keeps_the_laws(play: Play) -> None:
    chain_holds(play.events)
    final_states_stay(play.kind.declared, play.events)
    nobody_approved_his_own(play.kind.declared, play.events)
    clocks_run_as_told(play)
    if not play.events:
        return
    assert play.case == fold({play.kind.digest: play.kind}, play.events)
    changed_histories_are_refused(play)


def plain_digest(event: Event) -> str:
    """SHA-256 of RFC 8785, spelled by `json`: ASCII keys, and no number but plain ones."""
    held = {**event.__dict__, "at": event.at.isoformat().replace("+00:00", "Z")}
    held.pop("digest", None)
    text = json.dumps(_whole(held), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _whole(value: object) -> object:
    """Floats that are whole are written as integers are."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(each) for key, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list | tuple) else value


def chain_holds(events: list[Event]) -> None:
    head = ""
    for number, event in enumerate(events, 1):
        assert (event.number, event.previous) == (number, head)
        head = plain_digest(event)
        assert head == event.digest


def final_states_stay(told: dict[str, Any], events: list[Event]) -> None:
    for before, event in itertools.pairwise(events):
        held = told["states"][before.state]
        if isinstance(held, dict) and held.get("final") and event.state != before.state:
            assert before.state in told["verbs"][event.verb]["from"]


def nobody_approved_his_own(told: dict[str, Any], events: list[Event]) -> None:
    """Each act on approval: just before it the ask, and n others, with no change in between."""
    for number, event in enumerate(events):
        if not event.approved:
            continue
        asked = max(
            n
            for n, each in enumerate(events[:number])
            if each.verb == "ask" and each.fields["digest"] == event.approved
        )
        between = events[asked + 1 : number]
        assert {each.verb for each in between} <= {
            "ask",
            "approve",
            "withdraw",
            "comment",
            "attach",
        } | {each.verb for each in between if not each.fields and not each.links}
        assert {each.state for each in between} <= {events[asked].state}
        assert event.fields == events[asked].fields["set"]
        assert event.reason == events[asked].reason
        makers = {
            who
            for n, each in enumerate(events[:asked])
            if n == 0 or (each.fields and each.verb in {*told["verbs"], "edit"})
            for who in behind(each)
        }
        others: set[frozenset[str]] = set()
        taken = makers | behind(events[asked])
        for each in between:
            if each.verb == "approve" and each.fields["digest"] == event.approved:
                if not behind(each) & taken:
                    others.add(frozenset(behind(each)))
                    taken |= behind(each)
                assert set(each.roles) & set(told["verbs"][event.verb]["approval"]["by"])
        assert len(others) >= told["verbs"][event.verb]["approval"].get("people", 1)


def clocks_run_as_told(play: Play) -> None:
    """Each clock's latest run, counted once more along the events."""
    for name, clock in play.told.get("clocks", {}).items():
        told = latest_run(clock, play.events)
        run = play.case.clocks.get(name) if play.case else None
        held = run and (run.times, run.triggered_at, run.stopped_at, run.pauses)
        assert held == told, name


def latest_run(clock: dict[str, Any], events: list[Event]) -> tuple[object, ...] | None:
    times, began, stopped, state = 0, None, None, ""
    pauses: list[tuple[datetime, datetime | None]] = []
    for event in events:
        moments = {event.verb} | ({event.state} if event.state != state else set())
        state = event.state
        if (not times or stopped) and moments & set(clock["starts"]):
            times, began, stopped, pauses = times + 1, event.at, None, []
        elif not times or stopped:
            continue
        ends = bool(moments & set(clock["stops"]))
        still = bool(pauses) and pauses[-1][1] is None
        if still and (ends or state not in clock.get("pauses", ())):
            pauses[-1] = (pauses[-1][0], event.at)
        elif not still and not ends and state in clock.get("pauses", ()):
            pauses.append((event.at, None))
        stopped = event.at if ends else None
    return (times, began, stopped, tuple(pauses)) if times else None


def behind(event: Event) -> set[str]:
    return {person(each) for each in (event.actor, event.on_behalf_of) if each}


def changed_histories_are_refused(play: Play) -> None:
    """Any event left out, twice, or changed in one thing breaks the fold."""
    events, rng = play.events, play.rng
    n = rng.randrange(len(events))
    event = events[n]
    for forged in (
        [*events[:n], *events[n + 1 :]] if n < len(events) - 1 else [],
        [*events[: n + 1], *events[n:]],
        [*events[:n], replace(event, state="elsewhere"), *events[n + 1 :]],
        [*events[:n], replace(event, actor="Mallory"), *events[n + 1 :]]
        if n < len(events) - 1
        else [],
        [*events[:n], replace(event, approved="f" * 64), *events[n + 1 :]],
        [*events[:n], replace(event, previous="f" * 64), *events[n + 1 :]],
    ):
        with pytest.raises(UnableToFold):
            fold({play.kind.digest: play.kind}, forged)
