"""Runs of playbooks, folded from events; times and lists counted by hand."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.cases import playbook_run
from seawall.cases.playbook import Playbook, Within
from seawall.cases.playbook_cases import known
from seawall.cases.playbook_run import Event, PlaybookRun, UnableToFold, What
from seawall.office import packs

START = datetime(2026, 3, 2, 9, 0)
PLANS = {name: packs.playbook(name) for name in packs.playbooks()}
OUTAGE = PLANS["payment_outage"]


def event(minute: float, what: What, step: str | None = None, name: str | None = None,
          value: object = None) -> Event:  # fmt: skip
    return Event(what, START + timedelta(minutes=minute), "ann", step, name, value)  # type: ignore[arg-type]


def run(*events: Event, minute: float, plan: Playbook = OUTAGE) -> PlaybookRun:
    told = (event(0, "started"), *events)
    return playbook_run.fold(plan, told, START + timedelta(minutes=minute))


BEGUN = (
    event(5, "attached", "confirm", "failure_rates", "sha256:aa"),
    event(8, "done", "confirm"),
    event(16, "done", "declare"),  # due at minute 15
    event(18, "told", "declare", "gateway"),
)


def test_a_run_begins_with_its_first_step() -> None:
    assert run(minute=0).next == ("confirm",)


def test_what_follows_a_step_may_be_several() -> None:
    assert run(*BEGUN, minute=19).next == ("protect", "route", "notify")


def test_what_is_late_was_done_after_its_limit_or_not_at_all() -> None:
    late = [(each.step, each.tell and each.tell.whom, each.ended_at) for each in
            run(*BEGUN, minute=31).late()]  # fmt: skip
    assert late == [
        ("declare", None, START + timedelta(minutes=16)),
        ("declare", "customer_care", None),  # 20 minutes, and nobody told them
        ("notify", "regulator", None),  # 30 minutes
    ]


def test_a_limit_that_ends_now_is_kept() -> None:
    assert list(run(event(8, "done", "confirm"), minute=15).late()) == []
    assert [each.step for each in run(event(8, "done", "confirm"), minute=15.1).late()] == [
        "declare"
    ]


def test_evidence_is_missing_where_a_step_is_done_without_it() -> None:
    now = run(*BEGUN, event(30, "done", "protect"), minute=40)
    assert list(now.missing()) == [("protect", "stop_list")]
    assert [(step, tell.whom) for step, tell in now.untold()] == [("declare", "customer_care")]


def test_a_decision_that_follows_its_condition_and_one_against_it() -> None:
    facts = (event(1, "known", None, "failed_share", 0.5),
             event(1, "known", None, "second_gateway", True))  # fmt: skip
    taken = run(*facts, *BEGUN, event(20, "decided", "route", "switch", "as planned"), minute=30)
    assert not taken.progress("route").against
    assert "switch" in taken.next
    against = run(*facts, *BEGUN, event(20, "decided", "route", "wait", "never tried"), minute=30)
    assert against.progress("route").against
    assert "wait" in against.next


def test_a_decision_is_judged_by_what_was_known_when_it_was_taken() -> None:
    early = run(*BEGUN, event(20, "decided", "route", "wait", "nothing known"),
                event(25, "known", None, "failed_share", 0.5),
                event(25, "known", None, "second_gateway", True), minute=30)  # fmt: skip
    assert not early.progress("route").against


def test_a_step_waits_for_all_that_can_still_lead_to_it() -> None:
    done = (*BEGUN, event(30, "done", "protect"), event(35, "decided", "route", "wait", "x"))
    assert run(*done, minute=40).next == ("wait", "notify")  # `credit` waits for `wait`
    later = run(*done, event(41, "done", "wait"), minute=45)
    assert later.next == ("notify", "credit")


def test_a_step_done_before_its_turn_is_told_as_such() -> None:
    now = run(event(3, "done", "credit"), minute=5)
    assert now.progress("credit").early
    assert now.next == ("confirm",)


def test_a_skipped_step_needs_a_reason_and_leads_on() -> None:
    with pytest.raises(UnableToFold, match="without a reason"):
        run(event(1, "skipped", "confirm"), minute=5)
    now = run(event(1, "skipped", "confirm", None, "seen by everybody"), minute=60)
    assert now.next == ("declare",)
    assert "confirm" not in {late.step for late in now.late()}


def test_a_run_may_close_when_all_is_done_told_proved_and_well() -> None:
    events = [event(0, "known", None, "failed_share", 0.01),
              event(0, "known", None, "paid_uncredited", 0)]  # fmt: skip
    now, minute = run(*events, minute=0), 1
    while not now.over:
        name = now.next[0]
        step = OUTAGE.steps[name]
        events += [event(minute, "attached", name, each.id, "sha256:aa") for each in step.evidence]
        events += [event(minute, "told", name, each.whom) for each in step.tell]
        events.append(event(minute, "decided", name, "wait", "x") if step.decide
                      else event(minute, "done", name))  # fmt: skip
        assert not now.may_close
        minute += 1
        now = run(*events, minute=minute)
    assert now.may_close
    open_again = run(*events, event(minute, "known", None, "failed_share", 0.02), minute=minute)
    assert [each.when for each in open_again.unmet()] == ["failed_share < 0.02"]
    assert not open_again.may_close


def test_limits_of_working_time_ask_a_calendar() -> None:
    plan = PLANS["regulatory_notice"]
    told = (event(0, "started"),)
    later = START + timedelta(days=3)
    assert list(playbook_run.fold(plan, told, later).late()) == []

    def nine_to_five(began_at: datetime, within: Within) -> datetime | None:
        return began_at + timedelta(
            hours=within.count * (8 if within.unit == "working_days" else 1)
        )

    late = list(playbook_run.fold(plan, told, later, reckon=nine_to_five).late())
    assert late[0].due_at == START + timedelta(hours=4)


@pytest.mark.parametrize(("wrong", "said"), [
    ((event(1, "done", "nothing"),), "no step"),
    ((event(1, "done", "confirm"), event(2, "done", "confirm")), "had ended"),
    ((event(2, "done", "confirm"), event(1, "done", "declare")), "stands behind"),
    ((event(1, "started"),), "starts once"),
    ((event(1, "done", "route"),), "is a decision"),
    ((event(1, "decided", "route", "learn"),), "no 'learn'"),
    ((event(1, "attached", "confirm", "photo", "x"),), "no 'photo'"),
    ((event(1, "told", "declare", "press"),), "no 'press'"),
    ((event(1, "known", None, "weather", "x"),), "no fact"),
])  # fmt: skip
def test_events_that_no_run_can_have_are_refused(wrong: tuple[Event, ...], said: str) -> None:
    with pytest.raises(UnableToFold, match=said):
        run(*wrong, minute=10)


def test_a_run_without_a_start_is_none() -> None:
    with pytest.raises(UnableToFold, match="begins with"):
        playbook_run.fold(OUTAGE, (event(1, "done", "confirm"),), START + timedelta(minutes=2))


FACTS = {
    name: st.fixed_dictionaries({}, optional={
        fact: {"number": st.floats(0, 300), "integer": st.integers(0, 300),
               "boolean": st.booleans()}[said.type]
        for fact, said in plan.sheet.facts.items()
    })
    for name, plan in PLANS.items()
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
def test_doing_what_is_next_in_any_order_goes_through_the_walk(name: str) -> None:
    plan = PLANS[name]

    @settings(max_examples=15, deadline=None)
    @given(FACTS[name], st.randoms(use_true_random=False))
    def follow(facts: dict[str, object], chance: object) -> None:
        events = [event(0, "known", None, fact, value) for fact, value in facts.items()]
        now = run(*events, minute=0, plan=plan)
        for minute in range(1, len(plan.steps) + 1):
            if now.over:
                break
            step = chance.choice(now.next)  # type: ignore[attr-defined]
            branch = plan.branch(step, known(plan, facts)) if plan.steps[step].decide else None
            events.append(event(minute, "decided", step, branch.to, "so") if branch
                          else event(minute, "done", step))  # fmt: skip
            now = run(*events, minute=minute, plan=plan)
        assert now.over
        assert now.reached == plan.walk(known(plan, facts))
        assert not any(each.early or each.against for each in now.steps.values())

    follow()
