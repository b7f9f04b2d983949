"""What the pages of policies show is what the register and the commands say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seawall.acts import publishing
from seawall.acts.policy_doors import Verb
from seawall.acts.signing import Signed, now
from seawall.core.problem import UnableToUseInput
from seawall.office import homes, packs, policies, policy_runs, sketching
from seawall.office import publishing as office
from seawall.office.homes import Home
from seawall.office.policies import UnableToFindPolicy
from seawall.policy.glance import Sketch, glance, tried
from seawall.records import starting
from tests.office.test_running import ended

ALL: tuple[Verb, ...] = ("propose", "approve", "publish", "roll_back")


@dataclass(frozen=True)
class House:
    home: Home

    def edit(self, before: str, after: str, policy: str = "instalment_loan") -> Sketch:
        held = sketching.edited(policy, "alice", now()).sketch
        assert before in held.text
        return sketching.typed(policy, held.text.replace(before, after), held.cases, now()).sketch

    def propose(self, drawn: Sketch) -> int:
        run = policy_runs.begin_proposal(self.home, drawn, signed("propose"))
        done = ended(policy_runs.runs(self.home), run.id)
        assert done.state == "done", done.why
        number = policy_runs.proposed(self.home, run.id)
        assert number is not None
        return number

    def publish(self, number: int) -> None:
        ledger = office.opened(self.home)
        seen = publishing.proposal(number)
        publishing.approve(ledger, number, seen.evidence_digest, signed("approve", "bob"))
        publishing.publish(ledger, number, signed("publish", "bob"))


def signed(act: str, by: str = "alice") -> Signed:
    at = now()
    return Signed(f"{act}:{at.isoformat()}", by, at)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    office.opened(home)
    yield House(home)
    starting.stop()


DEARER = ("annual_rate: 0.224", "annual_rate: 0.229")


def test_a_shipped_policy_is_there_before_anybody_proposed_it(house: House) -> None:
    listed = policies.shelf(now(), "alice")
    assert [each.policy for each in listed] == list(packs.policies())
    assert {each.standing for each in listed} == {None}
    shown = policies.shown("instalment_loan_us", None, now())
    assert shown.read.digest == packs.policy("instalment_loan_us").digest
    assert shown.read.extends == ("instalment_loan",)
    assert not shown.registered
    with pytest.raises(UnableToFindPolicy):
        policies.shown("nobodys", None, now())
    assert house.home.folder.is_dir()


def test_two_people_take_an_edit_from_the_editor_into_force(house: House) -> None:
    first = house.propose(sketching.edited("instalment_loan", "alice", now()).sketch)
    house.publish(first)
    drawn = house.edit(*DEARER)
    number = house.propose(drawn)
    seen = policies.reviewed(number, "alice", ALL, now())
    assert not seen.doors["approve"].open
    assert seen.against is not None
    assert [(each.section, each.name) for each in seen.against.differences] == [("tables", "price")]
    assert policies.reviewed(number, "bob", ALL, now()).doors["approve"].open
    house.publish(number)
    at = datetime.now(UTC).replace(tzinfo=None)
    standing = policies.shown("instalment_loan", None, at).standing
    assert standing is not None
    assert standing.in_force is not None
    assert (
        standing.in_force.digest == sketching.proposable(drawn).digest == seen.seen.version.digest
    )
    doors = [each.door.open for each in policies.versions("instalment_loan", None, ALL, at)]
    assert doors == [False, True]
    shelved = next(e for e in policies.shelf(at, "bob") if e.policy == "instalment_loan")
    assert shelved.standing == standing


def test_an_overlay_is_edited_over_the_base_that_its_version_keeps(house: House) -> None:
    base = packs.policies()["instalment_loan"].read_text(encoding="utf-8")
    drawn = house.edit("since: 2026-11-24", "since: 2026-11-25", "instalment_loan_us")
    assert drawn.beneath == {"instalment_loan.yaml": base}
    found = glance(drawn)
    assert found.policy is not None
    assert found.policy.digest == packs.policy("instalment_loan_us").digest
    assert not tried(drawn).failed
    lost = house.edit("extends: instalment_loan", "extends: nobodys", "instalment_loan_us")
    (mark,) = glance(lost).marks
    assert (mark.code, mark.place.file) == ("policy-base-missing", "instalment_loan_us.yaml")
    with pytest.raises(UnableToUseInput):
        policy_runs.begin_proposal(house.home, lost, signed("propose"))


def test_a_draft_that_another_version_overtook_says_so(house: House) -> None:
    ledger = office.opened(house.home)
    opened = sketching.edited("instalment_loan", "alice", now())
    kept = sketching.keep(ledger, opened.sketch, opened.base, signed("draft"), seen_us=None)
    again = sketching.edited("instalment_loan", "alice", now())
    assert (again.seen_us, again.overtaken) == (kept.changed_us, False)
    assert sketching.edited("instalment_loan", "bob", now()).seen_us is None
    number = publishing.propose(
        ledger, sketching.proposable(house.edit(*DEARER)), signed("p", "dan")
    )
    house.publish(number)
    assert sketching.edited("instalment_loan", "alice", now()).overtaken


def test_a_new_policy_starts_from_nothing(house: House) -> None:
    empty = sketching.edited("ours", "alice", now())
    assert (empty.sketch.text, empty.sketch.name, empty.base) == ("", "ours.yaml", "")
    text = packs.policies()["instalment_loan"].read_text(encoding="utf-8")
    opened = sketching.typed(
        "ours", text.replace("id: instalment_loan\n", "id: ours\r\n", 1), "", now()
    )
    drawn = opened.sketch
    assert glance(drawn).policy is not None
    assert sketching.looked(opened).changed is None
    assert "\r" not in drawn.text
    run = policy_runs.begin_proposal(house.home, drawn, signed("propose"))
    failed = ended(policy_runs.runs(house.home), run.id)
    assert failed.why is not None
    assert "it has no cases" in failed.why.en


def test_the_whole_check_finds_what_only_the_solver_can(house: House) -> None:
    drawn = house.edit("when: score >= 500 AND score < 515", "when: score >= 500 AND score < 500")
    assert not [each for each in glance(drawn).marks if each.code == "policy-rule-never-true"]
    run = policy_runs.begin_check(house.home, drawn, "alice")
    until = datetime.now(UTC) + timedelta(seconds=40)
    while (marks := policy_runs.checked(house.home, run.id)) is None:
        assert datetime.now(UTC) < until
    (mark,) = [each for each in marks if each.code == "policy-rule-never-true"]
    line = next(
        n
        for n, text in enumerate(drawn.text.splitlines(), 1)
        if "score < 500" in text and "AND" in text
    )
    assert mark.place.line == line
