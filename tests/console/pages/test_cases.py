"""Pages of cases, whatever their kind; truth from the kernel's folds, the register and the ledger."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.acts import handling
from seawall.acts.proving import prove
from seawall.cases.case import Actor, Case, Command
from seawall.console import place
from seawall.office import cases, homes
from seawall.office.homes import Home
from seawall.records.models import Person
from seawall.records.rows import rows
from tests.office.test_queues import PARCEL

As = Callable[[str], Client]
QUERIES_MOST = 12
IVAN = Actor("ivan", frozenset({"security_officer"}), "house")
INCIDENT = {
    "f.summary": "Payments fail <b>again</b>",
    "f.system": "gateway",
    "f.jurisdiction": "cn",
    "f.exercise": "false",
}


@pytest.fixture(scope="module", autouse=True)
def own_kind(lender: Home) -> Iterator[None]:
    """A kind that nobody programmed lies in the home."""
    folder = lender.folder / cases.KINDS
    folder.mkdir(parents=True)
    text = PARCEL.replace("[employee]", "[employee, security_officer]")
    text = text.replace("owner: manager\n", "owner: manager\nreaders: everyone\n")
    (folder / "parcel.yaml").write_text(text, encoding="utf-8")
    place.choose(homes.home(lender.folder))
    yield
    place.choose(lender)


def told(queries: CaptureQueriesContext) -> str:
    return "\n".join(each["sql"][:150] for each in asking(queries))


def asking(queries: CaptureQueriesContext) -> list[dict[str, str]]:
    """What was asked of the database; that a transaction begins and ends asks nothing."""
    return [each for each in queries if not each["sql"].startswith(("BEGIN", "COMMIT"))]


def opened(client: Client, kind: str, verb: str, **fields: str) -> str:
    answer = client.post(
        "/cases/new/open", {"kind": kind, "verb": verb, "key": uuid4().hex, **fields}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[2]


def incident(client: Client) -> str:
    return opened(client, "incident", "detect", **INCIDENT)


def seen(case_id: str) -> Case:
    return place.cases().seen(case_id).case


def does(
    client: Client, case_id: str, verb: str, sent: dict[str, str] | None = None, status: int = 303
) -> str:
    sending = {"revision": str(seen(case_id).revision), "key": uuid4().hex, **(sent or {})}
    answer = client.post(f"/cases/{case_id}/do/{verb}/now", sending)
    assert answer.status_code == status, answer.text
    return answer.text


def entries(home: Home, case_id: str) -> list[dict[str, object]]:
    found = [dict(each.told) for each in home.ledger_reader.entries()]
    return [each for each in found if each["subject"] == f"case:{case_id}"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", ["/", "/cases/", "/cases/?kind=alert&order=due", "/cases/board?kind=alert", "/cases/new/",
             "/cases/new/form?kind=complaint&verb=receive", "/drills/", "/drills/gateway_down_on_payday/"],
)  # fmt: skip
def test_pages_are_there_in_both_languages_with_few_questions(
    as_: As, path: str, language: str
) -> None:
    Person.objects.filter(name="ivan").update(language=language)
    ivan = as_("ivan")
    ivan.get(path)  # what is opened once for each thread
    with CaptureQueriesContext(connection) as queries:
        answer = ivan.get(path)
    if "complaint" in path:  # his roles do not open one: he is told so, and sees what it asks
        assert (
            "may not receive" in answer.text or "无权" in answer.text or answer.status_code == 200
        )
    assert answer.status_code == 200
    assert len(asking(queries)) <= QUERIES_MOST, told(queries)
    Person.objects.filter(name="ivan").update(language="en")


def test_a_record_shows_what_the_fold_says_with_few_questions(as_: As) -> None:
    ivan = as_("ivan")
    case_id = incident(ivan)
    does(ivan, case_id, "acknowledge")
    with CaptureQueriesContext(connection) as queries:
        text = ivan.get(f"/cases/{case_id}/").text
    assert len(asking(queries)) <= QUERIES_MOST, told(queries)
    found = place.cases().seen(case_id)
    assert "Payments fail &lt;b&gt;again&lt;/b&gt;" in text
    assert "<b>again</b>" not in text
    for event in found.events:
        assert event.digest in text
    for due in found.dues:
        assert found.kind.clocks[due.clock].title.en in text
    assert "Classify" in text
    assert "Fails again" not in text  # not from this state


def test_a_kind_that_nobody_programmed_has_all_its_pages(as_: As, lender: Home) -> None:
    ivan, bob = as_("ivan"), as_("bob")
    assert "Parcel" in ivan.get("/cases/new/").text
    assert (
        'name="f.sender"'
        in ivan.get("/cases/new/form?kind=parcel&amp;verb=bring".replace("&amp;", "&")).text
    )
    refused = ivan.post("/cases/new/open", {"kind": "parcel", "verb": "bring", "f.sender": ""})
    assert refused.status_code == 422
    case_id = opened(ivan, "parcel", "bring", **{"f.sender": "=cmd|' /C calc'!A0"})
    assert case_id in ivan.get("/cases/?kind=parcel").text
    assert "there" in ivan.get("/cases/board?kind=parcel").text
    refused = bob.post("/cases/new/open", {"kind": "parcel", "verb": "bring", "f.sender": "x"})
    assert refused.status_code == 422  # by the kind's own roles
    assert "case-role" in refused.text
    does(ivan, case_id, "fetch")
    assert seen(case_id).state == "fetched"
    assert len(entries(lender, case_id)) == 2
    sheet = as_("alice").get("/cases/?kind=parcel&show=all&as=csv")
    rows_ = list(csv.reader(io.StringIO(b"".join(sheet).decode("utf-8-sig"))))
    assert rows_[0][-1] == "sender"
    assert [row[0] for row in rows_[1:]] == [case_id]
    assert not rows_[1][-1].startswith("=")  # a spreadsheet would compute it


def test_two_persons_close_an_incident_and_nobody_alone(as_: As, lender: Home) -> None:
    ivan, alice, bob = as_("ivan"), as_("alice"), as_("bob")
    case_id = incident(ivan)
    does(ivan, case_id, "acknowledge")
    does(
        ivan,
        case_id,
        "classify",
        {"f.severity": "major", "f.personal_data": "false", "f.customers_hit": "12"},
    )
    does(ivan, case_id, "contain", {"f.containment": "The other gateway."})
    does(
        ivan,
        case_id,
        "tell_authority",
        {"f.authority": "PBOC", "f.notified_at": "2026-11-26T10:00"},
    )
    does(ivan, case_id, "recover", {"f.recovered_at": "2026-11-26T10:30"})
    does(ivan, case_id, "review", {"f.root_cause": "A certificate.", "f.lessons": "Watch them."})
    does(ivan, case_id, "close")
    asked = seen(case_id).asked["close"]
    text = alice.get(f"/cases/{case_id}/").text
    assert asked.digest in text
    assert "Approve exactly this" in text
    assert "Close" in alice.get("/").text
    address = f"/cases/{case_id}/asked/close"
    told = {"digest": asked.digest, "key": "1"}
    assert (
        ivan.post(f"{address}/approve", told).status_code == 422
    )  # his own request, and not his role
    assert bob.post(f"{address}/approve", told).status_code == 404, "he reads no incidents"
    assert ivan.post(f"{address}/do", {"key": "2"}).status_code == 422
    assert alice.post(f"{address}/approve", {"digest": "0" * 64, "key": "3"}).status_code == 422
    assert alice.post(f"{address}/approve", told).status_code == 303
    for _ in range(2):  # a double click
        assert ivan.post(f"{address}/do", {"key": "4"}).status_code == 303
    assert seen(case_id).state == "closed"
    verbs = [str(each["kind"]) for each in entries(lender, case_id)]
    assert verbs.count("case.close") == 1
    assert verbs[-3:] == ["case.ask", "case.approve", "case.close"]


def test_a_stale_form_is_told_and_keeps_what_was_typed(as_: As) -> None:
    ivan = as_("ivan")
    case_id = incident(ivan)
    does(ivan, case_id, "acknowledge")
    revision = str(seen(case_id).revision)
    does(ivan, case_id, "comment", {"reason": "I look into it."})
    told = {"revision": revision, "key": "k1", "f.containment": "Typed for ten minutes & more"}
    answer = ivan.post(f"/cases/{case_id}/do/contain/now", told)
    assert answer.status_code == 422
    assert "case-moved-on" in answer.text
    assert "Typed for ten minutes &amp; more" in answer.text
    assert "I look into it." in answer.text  # what happened meanwhile
    again = dict(re.findall(r'name="(revision|key)" value="([^"]*)"', answer.text))
    assert ivan.post(f"/cases/{case_id}/do/contain/now", {**told, **again}).status_code == 303
    assert seen(case_id).state == "contained"


def test_a_double_click_opens_and_does_once(as_: As, lender: Home) -> None:
    ivan = as_("ivan")
    sent = {"kind": "incident", "verb": "detect", "key": "twice", **INCIDENT}
    first, second = (ivan.post("/cases/new/open", sent).headers["Location"] for _ in range(2))
    assert first == second
    case_id = first.split("/")[2]
    told = {"revision": "1", "key": "once"}
    for _ in range(2):
        assert ivan.post(f"/cases/{case_id}/do/acknowledge/now", told).status_code == 303
    assert seen(case_id).revision == 2
    assert len(entries(lender, case_id)) == 2


def test_what_cannot_be_read_is_told_at_its_field(as_: As) -> None:
    ivan = as_("ivan")
    case_id = incident(ivan)
    does(ivan, case_id, "acknowledge")
    wrong = {"f.severity": "huge", "f.personal_data": "no", "f.customers_hit": "-3"}
    text = does(ivan, case_id, "classify", wrong, 422)
    assert text.count('aria-invalid="true"') == 3
    assert 'value="-3"' in text
    text = does(ivan, case_id, "edit", {}, 422)
    assert "case-field-not-set" in text  # nothing changed, so that nothing is edited
    does(
        ivan,
        case_id,
        "edit",
        {"f.system": "gateway two", "f.summary": "Payments fail <b>again</b>"},
    )
    event = place.cases().seen(case_id).events[-1]
    assert event.fields == {"system": "gateway two"}


def test_files_come_in_by_content_and_go_out_to_be_saved(as_: As) -> None:
    ivan = as_("ivan")
    case_id = incident(ivan)
    png = bytes.fromhex("89504e470d0a1a0a") + b"x" * 9
    for name, content, status in (
        ("shot.png", png, 303), ("page.html", b"<script>1</script>", 422), ("shot.pdf", png, 422),
    ):  # fmt: skip
        sent = {"file": SimpleUploadedFile(name, content), "reason": "Seen.", "key": uuid4().hex}
        assert ivan.post(f"/cases/{case_id}/attach", sent).status_code == status
    text = ivan.get(f"/cases/{case_id}/").text
    (path,) = re.findall(r'href="(/cases/[^"]+/files/[0-9a-f]{64})"', text)
    answer = as_("alice").get(path)
    assert answer.content == png
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shot.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert as_("charlie").get(path).status_code == 404
    assert ivan.get(path[:-64] + "0" * 64).status_code == 404


def test_cases_of_another_unit_are_not_there(as_: As) -> None:
    command = Command("detect", Actor("ivan", frozenset({"security_officer"}), "other"), datetime.now(UTC), uuid4().hex,
                      {"summary": "Theirs", "system": "x", "jurisdiction": "cn", "exercise": False})  # fmt: skip
    came = handling.open_case(place.cases().desk, "incident", command)
    assert came.case is not None
    theirs, ours = came.case.id, incident(as_("ivan"))
    alice, charlie, heidi = as_("alice"), as_("charlie"), as_("heidi")
    assert alice.get(f"/cases/{theirs}/").status_code == 404
    assert theirs not in alice.get("/cases/?kind=incident").text
    assert charlie.get(f"/cases/{theirs}/").status_code == 200
    for who in (charlie, heidi):
        assert who.get(f"/cases/{ours}/").status_code == 404
        assert ours not in who.get("/cases/?kind=incident").text
        assert who.post(f"/cases/{ours}/do/comment/now", {"reason": "x"}).status_code == 404
        done = who.post("/cases/many/comment", {"case": [ours], "reason": "x", "key": "1"})
        assert done.status_code == 404  # nothing was chosen that he sees
    assert seen(ours).revision == 1


def test_who_looks_touches_nothing(as_: As) -> None:
    case_id = incident(as_("ivan"))
    dana = as_("dana")
    text = dana.get(f"/cases/{case_id}/").text
    assert "What can be done" not in text
    assert dana.post(f"/cases/{case_id}/do/comment/now", {"reason": "x"}).status_code == 403
    assert dana.get("/cases/?as=csv").status_code == 200


def test_many_cases_are_done_each_for_itself(as_: As, lender: Home) -> None:
    ivan = as_("ivan")
    chosen = [incident(ivan) for _ in range(3)]
    does(ivan, chosen[1], "acknowledge")
    page = ivan.get("/cases/many", {"case": chosen}).text
    assert "Acknowledge" in page
    for _ in range(2):  # a double click
        text = ivan.post("/cases/many/acknowledge", {"case": chosen, "key": "bulk"}).text
        assert text.count("chip good") == 2
        assert "acknowledge" in text
    assert [seen(case_id).revision for case_id in chosen] == [2, 2, 2]
    assert all(len(entries(lender, case_id)) == 2 for case_id in chosen)


def test_filters_are_kept_for_oneself(as_: As) -> None:
    ivan, alice = as_("ivan"), as_("alice")
    ivan.post(
        "/cases/filters/keep", {"asked": "kind=incident&late=1&evil=<x>", "title": "Late <ones>"}
    )
    text = ivan.get("/cases/").text
    assert "Late &lt;ones&gt;" in text
    assert "evil" not in text
    assert "Late" not in alice.get("/cases/").text.split("<form")[0]
    number = rows("SavedFilter").get(person="ivan").number
    alice.post("/cases/filters/drop", {"number": number})
    assert rows("SavedFilter").filter(number=number).exists()
    ivan.post("/cases/filters/drop", {"number": number})
    assert not rows("SavedFilter").filter(number=number).exists()


def test_links_are_shown_at_both_ends(as_: As) -> None:
    ivan = as_("ivan")
    found = opened(ivan, "finding", "raise", **{
        "f.title": "No watch on certificates", "f.weakness": "None.", "f.source": "incident", "f.rating": "low",
    })  # fmt: skip
    case_id = incident(ivan)
    does(ivan, case_id, "link", {"link.finding": found})
    assert f"/cases/{found}/" in ivan.get(f"/cases/{case_id}/").text
    assert f"/cases/{case_id}/" in ivan.get(f"/cases/{found}/").text


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_lists_are_taken_away(as_: As, form: str, begins: bytes) -> None:
    answer = as_("alice").get(f"/cases/?kind=alert&as={form}")
    content = b"".join(answer) if answer.streaming else answer.content
    assert content.startswith(begins)
    assert as_("ivan").get("/cases/?as=csv").status_code == 403  # his role does not export


def test_a_drill_is_played_on_screen_and_scored(as_: As, lender: Home) -> None:
    ivan = as_("ivan")
    sent = {"planned_on": "2026-11-27", "sort": "tabletop", "key": "drill-1"}
    address = ivan.post("/drills/gateway_down_on_payday/plan", sent).headers["Location"]
    case_id = address.rpartition("/")[2]
    assert ivan.post(f"{address}/start", {"key": "s"}).status_code == 303
    assert ivan.post(f"{address}/give", {"number": "1", "key": "g"}).status_code == 303
    text = ivan.get(address).text
    assert "Confirm the outage" in text
    evidence, step = re.search(r'name="step" value="(\w+)"', text), "confirm"
    assert evidence is not None
    step = evidence[1]
    for _ in range(2):  # a double click
        assert ivan.post(
            f"{address}/note", {"what": "done", "step": step, "key": "n"}
        ).status_code in (303, 422)
    assert (
        ivan.post(f"{address}/note", {"what": "done", "step": "nowhere", "key": "x"}).status_code
        == 422
    )
    assert "done" in ivan.get(address).text
    assert ivan.post(f"{address}/end", {"reason": "Nobody called.", "key": "e"}).status_code == 303
    case = seen(case_id)
    assert case.state == "ended"
    assert "Nobody called." in str(case.fields["observations"])
    assert "Lessons" in as_("alice").get(address).text
    assert case_id in str(entries(lender, case_id)[0]["subject"])


def test_all_of_it_is_proved_in_the_end(as_: As) -> None:
    del as_
    assert prove(place.cases().desk).problems == ()
