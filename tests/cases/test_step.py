"""The machine on a small kind: what it does, and what it refuses."""

from seawall.cases.case import opened_id
from seawall.cases.fold import fold
from tests.cases.loan_review import ALICE, BOB, CAROL, DAVE, ERIN, REVIEW, Desk

LOAN = {"loan": "loan_ABC"}


def test_a_case_goes_its_way_and_its_events_tell_it_all() -> None:
    desk = Desk()
    desk.does(BOB, "open_review", fields=LOAN, key="first")
    assert desk.case.id == opened_id("loan_review", "first")
    desk.does(BOB, "look", fields={"amount": "500.50"})
    asked = desk.does(ERIN, "write_off", fields={"written_off": 400}, reason="she died")
    assert asked.events[0].verb == "ask"
    assert [effect.to for effect in asked.effects] == ["head", "officer"]
    request = desk.case.asked["write_off"]
    for approver in (ALICE, CAROL):
        fields = {"verb": "write_off", "digest": request.digest}
        desk.does(approver, "approve", fields=fields)
    done = desk.does(ERIN, "write_off", fields={"written_off": 400}, reason="she died")
    assert done.case.state == "closed"
    assert done.case.fields == {**LOAN, "amount": "500.50", "written_off": "400.00"}
    assert done.events[0].approved == request.digest
    assert [effect.to for effect in done.effects] == ["finance"]
    assert fold({REVIEW.digest: REVIEW}, desk.events) == desk.case


def test_makers_never_approve_and_too_few_are_too_few() -> None:
    desk = Desk()
    desk.does(DAVE, "open_review", fields=LOAN)
    desk.does(BOB, "look", fields={"amount": 500})
    act = {"fields": {"written_off": 400}, "reason": "she died"}
    desk.does(ERIN, "write_off", **act)
    yes = {"verb": "write_off", "digest": desk.case.asked["write_off"].digest}
    assert desk.codes(DAVE, "approve", fields=yes) == {"case-own-change"}
    assert desk.codes(ERIN, "write_off", **act) == {"case-not-approved"}
    desk.does(CAROL, "approve", fields=yes)
    assert desk.codes(CAROL, "approve", fields=yes) == {"case-approved-twice"}
    assert desk.codes(ERIN, "write_off", **act) == {"case-not-approved"}
