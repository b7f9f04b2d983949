"""What the pages of policies show is what the register and the commands say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seawall.acts import publishing
from seawall.acts.policy_doors import Verb
from seawall.acts.publishing import UnableToPropose
from seawall.acts.signing import Signed, now
from seawall.core.problem import UnableToUseInput
from seawall.office import homes, packs, policies, policy_runs, sketching
from seawall.office import publishing as office
from seawall.office.homes import Home
from seawall.office.policies import UnableToFindPolicy
from seawall.office.work import schedule
from seawall.office.work.worker import Worker
from seawall.policy.glance import Sketch, glance, tried
from seawall.records import starting
from seawall.records.draft_register import UnableToKeepDraft

NO_PLAN = schedule.shipped().model_copy(update={"entries": ()})
ALL: tuple[Verb, ...] = ("propose", "approve", "publish", "roll_back")


@dataclass(frozen=True)
class House:
    home: Home

    def edit(self, before: str, after: str, policy: str = "instalment_loan") -> Sketch:
        held = sketching.edited(policy, "alice", now()).sketch
        assert before in held.text
        return sketching.typed(policy, held.text.replace(before, after), held.cases, now()).sketch

    def propose(self, drawn: Sketch) -> int:
        """As the editor does, with a worker that does what waits."""
        opened = replace(sketching.edited(drawn.policy, "alice", now()), sketch=drawn)
        job = policy_runs.submit(office.opened(self.home), opened, signed("propose"))
        done = self.worked(job.number)
        assert done.number is not None, done.why
        return done.number

    def worked(self, number: int) -> policy_runs.Run:
        Worker(self.home, NO_PLAN, lambda _: None).once()
        run = policy_runs.run(number)
        assert run is not None
        assert run.job.over
        return run

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
    doors = [each.door.open for each in policies.versions("instalment_loan", None, ALL, at).listed]
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
    opened = replace(sketching.edited("instalment_loan_us", "alice", now()), sketch=lost)
    with pytest.raises(UnableToUseInput):
        policy_runs.submit(office.opened(house.home), opened, signed("propose"))
    assert sketching.edited("instalment_loan_us", "alice", now()).seen_us is None


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
    with pytest.raises(UnableToPropose, match="it has no cases"):
        policy_runs.submit(office.opened(house.home), opened, signed("propose"))


def test_the_whole_check_finds_what_only_the_solver_can(house: House) -> None:
    drawn = house.edit("when: score >= 500 AND score < 515", "when: score >= 500 AND score < 500")
    assert not [each for each in glance(drawn).marks if each.code == "policy-rule-never-true"]
    job = policy_runs.begin_check(drawn, signed("check"))
    marks = house.worked(job.number).marks
    assert marks is not None
    (mark,) = [each for each in marks if each.code == "policy-rule-never-true"]
    line = next(
        n
        for n, text in enumerate(drawn.text.splitlines(), 1)
        if "score < 500" in text and "AND" in text
    )
    assert mark.place.line == line


def test_a_draft_is_gone_once_it_is_proposed_and_there_where_that_fails(house: House) -> None:
    drawn = house.edit(*DEARER)
    opened = replace(sketching.edited("instalment_loan", "alice", now()), sketch=drawn)
    job = policy_runs.submit(office.opened(house.home), opened, signed("propose", "alice"))
    again = sketching.edited("instalment_loan", "alice", now())
    assert again.sketch == drawn
    bob = replace(opened, sketch=drawn)
    with pytest.raises(UnableToKeepDraft):
        policy_runs.submit(office.opened(house.home), bob, signed("propose", "alice"))
    assert house.worked(job.number).number is not None
    assert sketching.edited("instalment_loan", "alice", now()).seen_us is None


def test_work_that_is_refused_says_why_in_both_languages(house: House) -> None:
    shown = policies.shown("instalment_loan", None, now())
    over = policy_runs.over("instalment_loan", "", " amount < 5000 ")
    assert over.where == "amount < 5000"
    job = policy_runs.begin_replay(shown.version, over, signed("replay"))
    assert policy_runs.latest("instalment_loan")[0].number == job.number
    assert policy_runs.latest("micro_loan") == ()
    failed = house.worked(job.number)
    assert (failed.job.state, failed.leaf) == ("failed", None)
    assert failed.why is not None
    assert failed.why.en != failed.why.zh
    assert policy_runs.run(job.number + 1) is None
