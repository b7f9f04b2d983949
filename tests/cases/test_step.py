"""The machine on a small kind: what it does, and every reason for which it refuses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from seawall.cases import problems
from seawall.cases.case import Actor, opened_id
from seawall.cases.fold import UnableToFold, fold, timeline
from seawall.cases.kind import Kind
from seawall.cases.step import Refused, Stepped
from tests.cases.loan_review import ALICE, BOB, CAROL, DAVE, ERIN, MACHINE, REVIEW, START, Desk

LOAN = {"loan": "loan_ABC"}
OFF: dict[str, Any] = {"fields": {"written_off": 400}, "reason": "she died"}


def opened(**fields: object) -> Desk:
    desk = Desk()
    desk.does(BOB, "open_review", fields={**LOAN, **fields})
    return desk


def looked_at() -> Desk:
    desk = opened()
    desk.does(BOB, "look", fields={"amount": "500.50"})
    return desk


def asked() -> tuple[Desk, dict[str, str]]:
    desk = looked_at()
    desk.does(ERIN, "write_off", **OFF)
    return desk, {"verb": "write_off", "digest": desk.case.asked["write_off"].digest}


def test_a_case_goes_its_way_and_its_events_tell_it_all() -> None:
    desk = Desk()
    desk.does(BOB, "open_review", fields=LOAN, key="first")
    assert desk.case.id == opened_id("loan_review", "first")
    desk.does(BOB, "look", fields={"amount": "500.50"})
    request = desk.does(ERIN, "write_off", **OFF)
    assert [effect.to for effect in request.effects] == ["head", "officer"]
    digest = desk.case.asked["write_off"].digest
    for approver in (ALICE, CAROL):
        desk.does(approver, "approve", fields={"verb": "write_off", "digest": digest})
    done = desk.does(ERIN, "write_off", **OFF)
    assert done.case.fields == {**LOAN, "amount": "500.50", "written_off": "400.00"}
    assert done.events[0].approved == digest
    assert [effect.to for effect in done.effects] == ["finance"]
    assert fold({REVIEW.digest: REVIEW}, desk.events) == desk.case
    told = timeline({REVIEW.digest: REVIEW}, desk.events)
    assert [moment.did.en for moment in told] == [
        "Open", "Look at", "Ask for approval: Write off", "Approve what is asked for",
        "Approve what is asked for", "Write off",
    ]  # fmt: skip
    assert [moment.moved for moment in told] == [True, True, False, False, False, True]


def test_makers_never_approve_and_too_few_are_too_few() -> None:
    desk = Desk()
    desk.does(DAVE, "open_review", fields=LOAN)
    desk.does(BOB, "look", fields={"amount": 500})
    desk.does(ERIN, "write_off", **OFF)
    yes = {"verb": "write_off", "digest": desk.case.asked["write_off"].digest}
    assert desk.codes(DAVE, "approve", fields=yes) == {"case-own-change"}
    assert desk.codes(replace(DAVE, name="ｄａｖｅ "), "approve", fields=yes) == {"case-own-change"}
    for_dave = replace(CAROL, on_behalf_of="dave")
    assert desk.codes(for_dave, "approve", fields=yes) == {"case-own-change"}
    assert desk.codes(ERIN, "write_off", **OFF) == {"case-not-approved"}
    desk.does(CAROL, "approve", fields=yes)
    assert desk.codes(CAROL, "approve", fields=yes) == {"case-approved-twice"}
    for_carol = replace(ALICE, on_behalf_of="Carol")
    assert desk.codes(for_carol, "approve", fields=yes) == {"case-approved-twice"}
    assert desk.codes(ERIN, "write_off", **OFF) == {"case-not-approved"}


def test_a_delegate_shown_later_takes_an_approval_back() -> None:
    desk, yes = asked()
    desk.does(ALICE, "approve", fields=yes)
    desk.does(CAROL, "approve", fields=yes)
    desk.does(replace(BOB, on_behalf_of="Carol"), "comment", reason="I sit in for her.")
    assert desk.codes(ERIN, "write_off", **OFF) == {"case-not-approved"}


@pytest.mark.parametrize(
    ("actor", "verb", "also"),
    [
        (BOB, "edit", {"fields": {"note": "late"}}),
        (BOB, "link", {"links": (("finding", "finding-1"),)}),
        (BOB, "wait", {}),
        (ERIN, "withdraw", {"fields": {"verb": "write_off"}}),
        (ERIN, "write_off", {"fields": {"written_off": 401}, "reason": "she died"}),
    ],
)
def test_whatever_changes_voids_what_was_approved(
    actor: Actor, verb: str, also: dict[str, Any]
) -> None:
    desk, yes = asked()
    for approver in (ALICE, CAROL):
        desk.does(approver, "approve", fields=yes)
    desk.does(actor, verb, **also)
    if desk.case.state == "waiting":
        desk.does(BOB, "go_on")
    done = desk.does(ERIN, "write_off", **OFF)
    assert done.events[0].verb == "ask"
    assert done.case.state == "looked_at"


def test_a_comment_voids_nothing() -> None:
    desk, yes = asked()
    desk.does(ALICE, "approve", fields=yes)
    desk.does(BOB, "comment", reason="I agree.")
    desk.does(CAROL, "approve", fields=yes)
    assert desk.does(ERIN, "write_off", **OFF).case.state == "closed"


REFUSED: dict[str, tuple[Actor, str, dict[str, Any]]] = {
    "case-verb-unknown": (BOB, "dance", {}),
    "case-state": (BOB, "go_on", {}),
    "case-role": (CAROL, "wait", {}),
    "case-unit": (replace(BOB, unit="cn/beijing"), "wait", {}),
    "case-name-unclear": (replace(BOB, name="Al\u200bice"), "wait", {}),
    "case-on-own-behalf": (replace(BOB, on_behalf_of="BOB"), "wait", {}),
    "case-key-unclear": (BOB, "wait", {"key": " "}),
    "case-moved-on": (BOB, "wait", {"revision": 1}),
    "case-time": (BOB, "wait", {"at": START}),
    "case-reason-missing": (ERIN, "write_off", {"fields": {"written_off": 40}}),
    "case-text-unclear": (BOB, "comment", {"reason": "\ud800"}),
    "case-field-not-set": (BOB, "wait", {"fields": {"note": "x"}}),
    "case-field-missing": (ERIN, "write_off", {"reason": "she died"}),
    "case-field-misfit": (ERIN, "write_off", {"fields": {"written_off": "1.005"}, "reason": "x"}),
    "case-link-unknown": (BOB, "link", {"links": (("finding", "alert-1"),)}),
    "case-link-most": (BOB, "link", {"links": tuple(("finding", f"finding-{n}") for n in "123")}),
    "case-duties": (BOB, "write_off", {"fields": {"written_off": 40}, "reason": "x"}),
    "case-guard": (ERIN, "write_off", {"fields": {"written_off": 501}, "reason": "x"}),
    "case-nothing-asked": (ALICE, "approve", {"fields": {"verb": "close", "digest": "x"}}),
    "case-clock-unknown": (MACHINE, "breach", {"fields": {"clock": "nap"}}),
    "case-upgrade-same": (ALICE, "upgrade", {"reason": "because"}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_each_reason_refuses_alone_and_says_so_in_both_languages(code: str) -> None:
    desk = looked_at()
    desk.held = replace(desk.case, unit="cn/shanghai")
    actor, verb, also = REFUSED[code]
    done = desk.tries(actor, verb, **also)
    assert isinstance(done, Refused)
    assert {problem.code for problem in done.problems} == {code}
    for problem in done.problems:
        assert "{" not in problem.sentence("en") + problem.sentence("zh")


def test_every_problem_of_the_machine_is_tried_somewhere() -> None:
    elsewhere = {
        "case-not-opened", "case-key-reused", "case-version", "case-not-approved",
        "case-another-digest", "case-own-change", "case-approved-twice", "case-settled",
        "case-upgrade-state", "case-upgrade-field", "case-not-extended",
    }  # fmt: skip
    assert {kind.code for kind in problems.KINDS} == set(REFUSED) | elsewhere


def test_nothing_but_an_opening_opens_a_case() -> None:
    assert Desk().codes(BOB, "look", fields={"amount": 1}) == {"case-not-opened"}
    assert Desk().codes(BOB, "comment", reason="hello") == {"case-not-opened"}
    assert opened().codes(BOB, "open_review", fields=LOAN) == {"case-state"}


def test_the_same_act_under_the_same_key_changes_nothing_and_another_is_refused() -> None:
    desk = opened()
    act: dict[str, Any] = {"fields": {"amount": Decimal("1.50")}, "key": "once"}
    desk.does(BOB, "look", **act)
    again = desk.tries(BOB, "look", fields={"amount": 1.5}, key="once")
    assert again == Stepped(desk.case, (), ())
    assert desk.codes(BOB, "look", fields={"amount": 2}, key="once") == {"case-key-reused"}
    assert desk.codes(BOB, "look", fields={"amount": 1.5, "x": 1}, key="once") == {
        "case-key-reused"
    }
    assert desk.codes(BOB, "look", reason="\ud800", key="once") == {"case-text-unclear"}
    assert desk.codes(ERIN, "look", **act) == {"case-key-reused"}


def test_what_was_approved_is_no_longer_edited() -> None:
    desk, yes = asked()
    for approver in (ALICE, CAROL):
        desk.does(approver, "approve", fields=yes)
    desk.does(ERIN, "write_off", **OFF)
    desk.does(ALICE, "reopen", reason="A payment came.")
    assert desk.codes(BOB, "edit", fields={"note": "x"}) == {"case-settled"}


def test_what_decides_about_approval_is_not_edited() -> None:
    assert looked_at().codes(ERIN, "edit", fields={"written_off": 1}) == {"case-field-not-set"}


def test_an_approval_of_another_content_is_refused() -> None:
    desk, yes = asked()
    assert desk.codes(ALICE, "approve", fields={**yes, "digest": "0"}) == {"case-another-digest"}


def test_a_final_state_is_left_only_by_a_verb_that_names_it() -> None:
    desk = opened()
    desk.does(ALICE, "close")
    for verb, also in (("close", {}), ("edit", {"fields": {"note": "x"}}),
                       ("link", {"links": (("finding", "finding-1"),)})):  # fmt: skip
        assert desk.codes(ALICE if verb == "close" else BOB, verb, **also) == {"case-state"}
    desk.does(BOB, "comment", reason="Filed.")
    assert desk.case.state == "closed"
    desk.does(ALICE, "reopen", reason="A mistake.")
    assert desk.case.state == "open"


def test_values_are_held_as_json_holds_them() -> None:
    desk = opened(since=date(2026, 2, 1), grade="b", amount=Decimal("0.1"))
    assert desk.case.fields == {**LOAN, "since": "2026-02-01", "grade": "b", "amount": "0.10"}
    desk.does(BOB, "edit", fields={"grade": None})
    assert "grade" not in desk.case.fields
    assert desk.codes(BOB, "edit", fields={"loan": None}) == {"case-field-missing"}


def test_a_time_of_another_zone_is_the_same_time() -> None:
    desk = Desk()
    at = START.astimezone(timezone(timedelta(hours=8)))
    desk.does(BOB, "open_review", fields=LOAN, at=at)
    assert desk.events[0].content["at"] == "2026-03-02T09:00:00Z"
    assert fold({REVIEW.digest: REVIEW}, desk.events) == desk.case


def version(**changes: object) -> Kind:
    return Kind.model_validate({**REVIEW.declared, **changes})


def test_a_case_goes_on_under_its_version_until_it_is_upgraded() -> None:
    desk = looked_at()
    newer = version(source="for tests, again")
    desk.kind = newer
    assert desk.codes(BOB, "wait") == {"case-version"}
    assert desk.codes(BOB, "upgrade", reason="better") == {"case-role"}
    desk.does(ALICE, "upgrade", reason="better")
    desk.does(BOB, "wait")
    assert desk.case.kind_digest == newer.digest
    both = {REVIEW.digest: REVIEW, newer.digest: newer}
    assert fold(both, desk.events) == desk.case
    with pytest.raises(UnableToFold):
        fold({newer.digest: newer}, desk.events)


def test_a_version_that_cannot_hold_the_case_is_refused() -> None:
    desk = looked_at()
    declared: dict[str, Any] = REVIEW.declared
    desk.kind = version(
        states={**declared["states"], "looked_at": {**declared["states"]["closed"]}}
    )
    assert desk.codes(ALICE, "upgrade", reason="x") == {"case-upgrade-state"}
    amount = {**declared["fields"]["amount"], "most": 100}
    desk.kind = version(fields={**declared["fields"], "amount": amount})
    assert desk.codes(ALICE, "upgrade", reason="x") == {"case-upgrade-field"}


def test_an_upgrade_opens_nothing_that_has_ended() -> None:
    desk = looked_at()
    desk.does(ALICE, "close")
    states: dict[str, Any] = REVIEW.declared["states"]  # type: ignore[assignment]
    desk.kind = version(states={**states, "closed": states["open"], "open": states["closed"]})
    assert desk.codes(ALICE, "upgrade", reason="x") == {"case-state"}


def test_an_upgrade_voids_what_was_approved() -> None:
    desk, yes = asked()
    desk.does(ALICE, "approve", fields=yes)
    desk.kind = version(source="for tests, again")
    desk.does(ALICE, "upgrade", reason="better")
    assert desk.case.asked == {}


def test_clocks_start_stand_still_go_on_and_stop() -> None:
    desk = opened(since=date(2026, 2, 20))
    run = desk.case.clocks["answer"]
    assert (run.started_at, run.applies) == (datetime(2026, 2, 20, 12, tzinfo=UTC), False)
    desk.does(BOB, "look", fields={"amount": 500})
    assert desk.case.clocks["answer"].runs
    desk.does(BOB, "wait")
    held = desk.now
    desk.does(BOB, "go_on")
    assert desk.case.clocks["answer"].pauses == ((held, desk.now),)
    late = desk.does(MACHINE, "warn", fields={"clock": "answer", "due": "2026-03-09T00:00:00Z"})
    assert [effect.to for effect in late.effects] == ["head"]
    desk.does(ALICE, "close")
    assert desk.case.clocks["answer"].stopped_at == desk.now
    assert desk.codes(MACHINE, "breach", fields={"clock": "answer"}) == {"case-state"}
    desk.does(ALICE, "reopen", reason="again")
    again = desk.case.clocks["answer"]
    assert (again.times, again.started_at, again.pauses) == (2, desk.now, ())


def test_a_clock_never_counts_from_the_future() -> None:
    desk = opened(since=date(2026, 12, 1))
    assert desk.case.clocks["answer"].started_at == desk.now


def test_an_ask_that_asks_for_nothing_is_no_history() -> None:
    desk, _ = asked()
    *before, ask = desk.events
    for changed in ({"set": "all"}, {"links": [["finding"]]}, {"links": None}, {"verb": 3}):
        fields: dict[str, Any] = {**ask.fields, **changed}
        with pytest.raises(UnableToFold):
            fold({REVIEW.digest: REVIEW}, [*before, replace(ask, fields=fields)])


def test_no_history_is_no_case() -> None:
    with pytest.raises(UnableToFold, match="there are no events"):
        fold({}, [])
