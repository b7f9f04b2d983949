"""People: added, given roles, reviewed; each with its entry, and never by oneself."""

import io
import json
import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.test import Client
from openpyxl import load_workbook

from seawall.acts import change_telling
from seawall.office.homes import Home
from seawall.records.models import Person

As = Callable[[str], Client]


def entries(home: Home, kind: str) -> list[dict[str, object]]:
    return [each.told for each in home.ledger.entries() if each.told["kind"] == kind]


def test_everybody_is_listed_with_roles(as_: As) -> None:
    text = as_("dana").get("/people/").text
    for name in ("alice", "bob", "heidi"):
        assert f"/people/{name}/" in text
    assert "/people/charlie/" not in text, "he belongs to another institution"


def test_an_administrator_adds_a_person_and_makes_a_link(as_: As, lender: Home) -> None:
    root = as_("root")
    form = {
        "name": "niaj",
        "shown": "Niaj",
        "roles": ["risk_analyst", "wizard"],
        "unit": "house/online",
    }
    assert root.post("/people/add", form).headers["Location"] == "/people/niaj/"
    person = Person.objects.get(name="niaj")
    assert (json.loads(person.roles), person.unit) == ([], "house/online")
    assert json.loads(person.asked or "")["roles"] == ["risk_analyst"]
    assert not person.has_usable_password()
    text = root.post("/people/niaj/invite").text
    origin = re.escape(lender.settings.console.origin)
    (link,) = re.findall(rf"{origin}(/accounts/password/reset/key/[^<]+)", text)
    assert link.split("/")[-2] not in json.dumps([e.content for e in lender.ledger.entries()])
    stranger = Client()
    page = stranger.get(link, follow=True)
    password = "another long sentence"  # noqa: S105
    stranger.post(page.request["PATH_INFO"], {"password1": password, "password2": password})
    assert Person.objects.get(name="niaj").check_password(password)
    assert [e["subject"] for e in entries(lender, "person.invite")] == ["person:niaj"]
    assert root.post("/people/niaj/invite").status_code == 409, "he has come in"


def confirmed(reviewer: Client, name: str) -> int:
    """The status of confirming what the person's page shows."""
    text = reviewer.get(f"/people/{name}/").text
    (seen,) = set(re.findall(r'name="seen" value="(\d+)"', text))
    return reviewer.post(f"/people/{name}/confirm", {"seen": seen}).status_code


def test_what_root_asks_is_told_to_reviewers_and_counts_once_one_confirmed(as_: As) -> None:
    form = {"roles": ["fraud_analyst"], "unit": "house"}
    as_("root").post("/people/frank/assign", form)
    assert json.loads(Person.objects.get(name="frank").roles) == []
    assert "waits for a second person" in as_("root").get("/people/").text
    form_ = as_("root").get("/people/frank/").text
    assert re.findall(r'value="(\w+)" checked', form_) == ["fraud_analyst"], (
        "sent as it is, it asks the same"
    )
    for reviewer in ("alice", "grace", "ivan"):
        assert "/people/frank/" in as_(reviewer).get("/").text
        assert "Frank" in as_(reviewer).get("/people/waiting").text
    assert "/people/frank/" not in as_("root").get("/").text
    assert as_("root").post("/people/frank/confirm", {"seen": "1"}).status_code == 403
    assert as_("charlie").post("/people/frank/confirm", {"seen": "1"}).status_code == 404
    assert confirmed(as_("grace"), "frank") == 303
    assert json.loads(Person.objects.get(name="frank").roles) == ["fraud_analyst"]
    as_("root").post("/people/frank/assign", {"roles": ["collections_manager"], "unit": "house"})
    stale = as_("ivan").post("/people/frank/refuse", {"reason": "not his work", "seen": "1"})
    assert stale.status_code == 409, "what was asked since is not refused by an older page"
    seen = re.findall(r'name="seen" value="(\d+)"', as_("ivan").get("/people/frank/").text)
    assert len(set(seen)) == 1
    assert len(seen) == 2, "to confirm, and to refuse"
    refusal = as_("ivan").post("/people/frank/refuse", {"reason": "not his work", "seen": seen[0]})
    assert refusal.status_code == 303
    frank = Person.objects.get(name="frank")
    assert (json.loads(frank.roles), frank.asked) == ([], None)


def test_who_was_let_in_by_one_alone_stands_first(as_: As) -> None:
    text = as_("dana").get("/people/").text
    names = re.findall(r'<a href="/people/([a-z]+)/"', text)
    assert names[0] == "alice"
    assert text.count("given by one person alone") == 1
    assert as_("grace").post("/people/alice/review", {"keeps": "yes"}).status_code == 303
    assert "given by one person alone" in as_("dana").get("/people/").text, "alice confirmed grace"


def test_roles_are_given_by_another_and_the_ledger_agrees(as_: As, lender: Home) -> None:
    as_("root").post(
        "/people/heidi/assign", {"roles": ["complaint_manager"], "unit": "house/online"}
    )
    assert confirmed(as_("alice"), "heidi") == 303
    assert json.loads(Person.objects.get(name="heidi").roles) == ["complaint_manager"]
    refused = as_("root").post(
        "/people/root/assign", {"roles": ["chief_risk_officer"], "unit": "house"}
    )
    assert refused.status_code == 409
    assert json.loads(Person.objects.get(name="root").roles) == ["administrator"]
    change_telling.tell(lender.ledger)
    assert not [
        p for p in change_telling.compare(lender.ledger) if p.facts["name"] in {"heidi", "root"}
    ]


def test_sent_twice_a_form_acts_once(as_: As, lender: Home) -> None:
    before = len(entries(lender, "person.assign"))
    form = {"roles": ["collector"], "unit": "house", "key": "k" * 32}
    for _ in range(2):
        as_("root").post("/people/frank/assign", form)
    assert len(entries(lender, "person.assign")) == before + 1


def test_who_left_cannot_sign_in_and_may_come_back(as_: As) -> None:
    root = as_("root")
    root.post("/people/erin/leave", {"reason": "moved on"})
    assert not Person.objects.get(name="erin").is_active
    root.post("/people/erin/leave", {"reason": "came back", "do": "return"})
    erin = Person.objects.get(name="erin")
    assert erin.is_active
    assert json.loads(erin.roles) == []
    assert not erin.has_usable_password()
    assert not Authenticator.objects.filter(user=erin).exists()
    assert json.loads(erin.asked or "")["roles"] == ["fraud_manager"]


def test_access_is_reviewed(as_: As, lender: Home) -> None:
    as_("alice").post("/people/bob/review", {"keeps": "yes", "note": "still analyses"})
    assert Person.objects.get(name="bob").reviewed_us
    assert entries(lender, "person.review")[-1]["actor"] == "alice"


def test_the_list_is_taken_away(as_: As) -> None:

    answer = as_("dana").get("/people/?as=xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    cells = {cell.value for row in book.active.iter_rows() for cell in row}
    assert {"alice", "bob"} <= cells


def test_the_matrix_is_the_pack(as_: As) -> None:
    text = as_("judy").get("/people/access")
    assert text.status_code == 403
    assert "policies.approve" in as_("dana").get("/people/access").text


def test_who_gives_access_takes_no_decisions(as_: As) -> None:
    form = {"roles": ["administrator", "chief_risk_officer"], "unit": "house"}
    assert as_("root").post("/people/heidi/assign", form).status_code == 409
    assert "chief_risk_officer" not in json.loads(Person.objects.get(name="heidi").roles)


def test_a_unit_that_nobody_declared_is_none(as_: As) -> None:
    form = {"name": "peggy", "shown": "Peggy", "unit": "house/yyy", "email": "no address"}
    assert as_("root").post("/people/add", form).status_code == 404
    assert as_("root").post("/people/add", {**form, "unit": "house/online"}).status_code in {
        302,
        303,
    }
    assert Person.objects.get(name="peggy").email is None
