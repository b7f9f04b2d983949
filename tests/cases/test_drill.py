"""Drills, scored by hand: an exercise whose every minute is known."""

from datetime import timedelta

import pytest

from seawall.cases import drill, playbook_run
from seawall.cases.drill import Line, Sheet, UnableToScore
from seawall.cases.playbook_run import Event
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from tests.cases.test_playbook_run import OUTAGE, START, event

PAYDAY = packs.drill("gateway_down_on_payday")

# The team notices at minute 6 of the scenario and starts; limits of steps count from then, those of
# milestones from the scenario's first minute. `event` counts from the start of the run.
BEGAN_AT = START - timedelta(minutes=6)
EXERCISE = (
    event(0, "started"),
    event(0, "known", None, "failed_share", 0.5),
    event(3, "attached", "confirm", "failure_rates", "sha256:aa"),
    event(3, "done", "confirm"),  # minute 9 of the scenario: detected, 10 expected
    event(12, "done", "declare"),  # minute 18: acknowledged late, 15 expected; the step is in time
    event(14, "told", "declare", "gateway"),
    event(25, "told", "declare", "customer_care"),  # its limit was 20
    event(14, "known", None, "second_gateway", True),
    event(40, "done", "protect"),  # no list of stopped instalments
    event(29, "known", None, "paid_uncredited", 40),
    event(50, "done", "notify"),
    event(29, "told", "notify", "regulator"),
    event(58, "decided", "route", "wait", "the switch was never tried"),  # against the condition
    event(65, "done", "wait"),
    event(65, "told", "wait", "customers"),
    event(70, "done", "learn"),  # before `write` and `credit`
)


def in_time(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda each: each.at))


def scored() -> drill.Score:
    end = START + timedelta(minutes=240)
    run = playbook_run.fold(OUTAGE, in_time(EXERCISE), end, exercise=True)
    return drill.score(PAYDAY, run, began_at=BEGAN_AT)


def lines(subject: str) -> list[tuple[str, float | None, float | None, str]]:
    return [
        (line.what.en, line.planned, line.actual, line.verdict)
        for line in scored().lines if line.subject == subject
    ]  # fmt: skip


def test_milestones_count_from_the_first_minute_of_the_scenario() -> None:
    assert lines("milestone") == [
        ("detect", 10, 9, "met"),
        ("acknowledge", 15, 18, "late"),
        ("contain", 60, 64, "late"),  # `route` was the last of its phase: 58 + 6
        ("recover", 240, None, "missed"),  # `switch` and `credit` were never done
    ]


def test_steps_are_met_late_missed_early_or_against_their_condition() -> None:
    assert lines("step") == [
        ("Confirm the outage", 16, 9, "met"),
        ("Declare and grade it", 21, 18, "met"),
        ("Protect who cannot pay", 51, 46, "met"),
        ("Another gateway?", 66, 64, "against"),
        ("Switch to the other gateway", 96, None, "missed"),
        ("Report it", 66, 56, "met"),
        ("Report it in writing", 726, None, "missed"),
        ("Credit every payment, once", 1446, None, "missed"),
        ("Learn from it", None, 76, "out_of_order"),
    ]


def test_evidence_and_messages_are_checked_one_by_one() -> None:
    assert [(what, verdict) for what, _, _, verdict in lines("evidence")] == [
        ("failure rates by gateway and minute", "met"), ("list of instalments stopped", "missed"),
        ("what was switched, when, by whom", "missed"), ("reconciliation to the cent", "missed"),
        ("review with actions and owners", "missed"),
    ]  # fmt: skip
    assert lines("message") == [
        ("what fails, since when, whom to call back", 26, 20, "met"),
        ("what to say to callers", 26, 31, "late"),
        ("first report of the interruption", 36, 35, "met"),
        ("written report", 726, None, "missed"),
    ]


def test_the_score_is_the_share_of_checks_that_hold() -> None:
    score = scored()
    # 4 milestones, 9 steps, 5 pieces of evidence, 4 messages; 1 + 4 + 1 + 2 of them hold.
    assert (len(score.lines), score.met) == (22, 8)
    assert score.share == 8 / 22
    assert score.count("step", "missed") == 3
    assert len(score.lessons) == 14
    assert score.lessons[0].en == (
        "Milestone “acknowledge”: late. Find what held it up, and change limits or means."
    )
    assert score.lessons[0].zh == "里程碑“确认”：超时。查明延误原因，调整时限或资源。"
    assert "(chief_risk_officer)" in next(each.en for each in score.lessons if "Another" in each.en)


def test_a_perfect_exercise_has_no_lesson() -> None:
    events = [event(0, "started")]
    events += [event(0, "known", None, name, value) for name, value in PAYDAY.facts.items()]
    for name in PAYDAY.steps:
        step = OUTAGE.steps[name]
        events += [event(4, "attached", name, each.id, "sha256:aa") for each in step.evidence]
        events += [event(4, "told", name, each.whom) for each in step.tell]
        events.append(event(4, "decided", name, "switch", "x") if step.decide
                      else event(4, "done", name))  # fmt: skip
    run = playbook_run.fold(OUTAGE, events, START + timedelta(minutes=5), exercise=True)
    score = drill.score(PAYDAY, run, began_at=START)
    assert (score.share, score.lessons) == (1.0, ())


def test_only_an_exercise_of_its_playbook_is_scored() -> None:
    real = playbook_run.fold(OUTAGE, EXERCISE[:1], START)
    with pytest.raises(UnableToScore):
        drill.score(PAYDAY, real, began_at=START)
    other = packs.playbook("model_drift")
    exercise = playbook_run.fold(other, EXERCISE[:1], START, exercise=True)
    with pytest.raises(UnableToScore):
        drill.score(PAYDAY, exercise, began_at=START)


def test_a_line_that_was_met_teaches_nothing() -> None:
    title = OUTAGE.sheet.title
    assert Line("step", title, "risk_analyst", 1, 1, "met").lesson is None


TEXT = packs.drills()["gateway_down_on_payday"].read_text(encoding="utf-8")


@pytest.mark.parametrize(("old", "new", "code"), [
    ("playbook: payment_outage", "playbook: model_drift", "drill-other-playbook"),
    ("minute: 12", "minute: 0", None),
    ("minute: 20", "minute: 11", "drill-injects-out-of-order"),
    ("facts: {second_gateway: true}", "facts: {third_gateway: true}", "playbook-fact-unknown"),
    ("facts: {second_gateway: true}", "facts: {second_gateway: 1}", "playbook-fact-misfit"),
    ("zh: 媒体来电询问。", "zh: ''", "playbook-words-missing"),
])  # fmt: skip
def test_a_drill_that_does_not_fit_says_where(old: str, new: str, code: str | None) -> None:
    assert TEXT.count(old) == 1
    placed = pack.parse_placed(TEXT.replace(old, new), "drill.yaml", Sheet)
    if code is None:
        assert drill.drill(placed, OUTAGE).steps == PAYDAY.steps
        return
    with pytest.raises(UnableToUseInput) as refused:
        drill.drill(placed, OUTAGE)
    assert [each.code for each in refused.value.problems] == [code]
    assert refused.value.problems[0].where.line is not None


def test_a_milestone_that_no_step_on_the_way_reaches_is_no_expectation() -> None:
    head, _, _ = TEXT.replace("playbook: payment_outage", "playbook: funding_shock").partition(
        "injects:"
    )
    inject = (
        "injects:\n  - {minute: 0, says: {en: x, zh: 甲}, facts: {FACTS}}\nexpect: {contain: 60}\n"
    )
    rich = "days_of_cash: 120, rate_rise: 0.01, room_below_ceiling: 0.02"
    plan = packs.playbook("funding_shock")
    poor = pack.parse_placed(head + inject.replace("FACTS", "days_of_cash: 20"), "d.yaml", Sheet)
    assert "stop" in drill.drill(poor, plan).steps
    with pytest.raises(UnableToUseInput) as refused:
        drill.drill(pack.parse_placed(head + inject.replace("FACTS", rich), "d.yaml", Sheet), plan)
    assert [each.code for each in refused.value.problems] == ["drill-expects-nothing"]
