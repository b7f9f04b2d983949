"""Policies on screen: read as the commands say them, written with marks at the line, published by two persons."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from seawall.acts import publishing
from seawall.cli.main import app
from seawall.core.problem import UnableToUseInput
from seawall.core.text import Language
from seawall.office import packs
from seawall.office.homes import Home
from seawall.office.work import schedule
from seawall.office.work.worker import Worker
from seawall.policy import explain
from seawall.records.models import Approval, Person, Proposal

As = Callable[[str], Client]
LOAN = "/policies/instalment_loan/"
TABS = (
    "",
    "rules/",
    "values/",
    "tables/",
    "cases/",
    "versions/",
    "differences/",
    "history/",
    "replay/",
)
NO_PLAN = schedule.shipped().model_copy(update={"entries": ()})
DEARER = ("annual_rate: 0.224", "annual_rate: 0.229")


def plain(answer: Any) -> str:  # noqa: ANN401 - Django's test client patches what it gives
    """The words of a page, as they are read."""
    text = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^<>]+>", " ", text)).split())


def speak(name: str, language: Language) -> None:
    Person.objects.filter(name=name).update(language=language)


def command(*arguments: object, home: Home | None = None) -> str:
    """What a command says of the same home."""
    said = [str(each) for each in arguments]
    told = CliRunner().invoke(app, [*said, *(["--home", str(home.folder)] if home else [])])
    refused = isinstance(told.exception, UnableToUseInput)
    return str(told.exception) if refused else told.output


def form(
    client: Client, *change: tuple[str, str], policy: str = "instalment_loan"
) -> dict[str, str]:
    """What the editor's form holds, with some of its text replaced."""
    page = client.get(f"/policies/{policy}/edit/").text

    def field(name: str) -> str:
        found = re.search(rf'<input type="hidden" name="{name}" value="(.*?)">', page)
        assert found is not None
        return unescape(found[1])

    texts = {name: unescape(text) for name, text in
             re.findall(r'<textarea name="(\w+)".*?>\n(.*?)</textarea>', page, re.DOTALL)}  # fmt: skip
    for before, after in change:
        assert before in texts["text"]
        texts["text"] = texts["text"].replace(before, after)
    return {**texts, "base": field("base"), "seen_us": field("seen_us"), "key": uuid4().hex}


def worked(lender: Home, client: Client, answer: Any) -> Any:  # noqa: ANN401 - likewise
    """The page of work that was asked for, once a worker did it."""
    assert answer.status_code == 303, answer.text[-2000:]
    assert "waiting for its turn" in plain(client.get(answer.headers["Location"]))
    Worker(lender, NO_PLAN, lambda _: None).once()
    return client.get(answer.headers["Location"])


def proposed(lender: Home, client: Client, *change: tuple[str, str]) -> str:
    """Propose a change from the editor; the address of its proposal."""
    answer = client.post(LOAN + "edit/propose", form(client, *change))
    return str(worked(lender, client, answer).headers["Location"])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("tab", TABS)
def test_every_part_is_shown_in_both_languages(as_: As, tab: str, language: Language) -> None:
    speak("dana", language)
    dana = as_("dana")
    for policy in ("instalment_loan", "instalment_loan_us"):
        answer = dana.get(f"/policies/{policy}/{tab}")
        assert answer.status_code == 200
        assert packs.policy(policy).title.in_(language) in plain(answer)
    speak("dana", "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rules_say_what_the_command_explains(as_: As, language: Language) -> None:
    speak("dana", language)
    shown = plain(as_("dana").get("/policies/instalment_loan_cn/rules/"))
    speak("dana", "en")
    printed = command("policy", "explain", "instalment_loan_cn", "--lang", language)
    program = packs.policy("instalment_loan_cn")
    ids = [check.id for check in program.checks if ":" not in check.id]
    assert [shown.index(id_) for id_ in ids] == sorted(shown.index(id_) for id_ in ids)
    for check in (check for check in program.checks if ":" not in check.id):
        said = explain.condition(program, check).in_(language)
        assert said in printed.replace("\n", " ")
        # Days of force stand beside a rule's name, and not in its condition.
        assert said in shown or " on or " in said or "不早于" in said
        assert check.reason.in_(language) in shown
        assert check.source in shown


def test_the_list_says_what_history_says(as_: As, lender: Home) -> None:
    shown = plain(as_("dana").get("/policies/"))
    for policy in packs.policies():
        assert packs.policy(policy).title.en in shown
    line = command("policy", "history", "micro_loan", home=lender).splitlines()[0]
    digest, by = line.split()[3:5]
    assert re.search(rf"micro_loan {digest} [-0-9]+ [0-9:]+ {by}", shown)
    assert shown.count("shipped, not in force") == len(packs.policies()) - 2


def test_the_list_of_policies_is_taken_away_as_it_stands(as_: As, lender: Home) -> None:
    file = as_("dana").get("/policies/?as=csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert {row["policy"] for row in rows} >= set(packs.policies())
    in_force = [row for row in rows if row["version in force"]]
    assert {row["policy"] for row in in_force} == {"instalment_loan", "micro_loan"}
    for row in in_force:
        told = command("policy", "history", row["policy"], home=lender).splitlines()[0].split()
        assert row["version in force"].startswith(told[3])
        assert row["published by"] == told[4]
    for form in ("xlsx", "pdf"):
        assert as_("dana").get(f"/policies/?as={form}").status_code == 200


def test_who_only_looks_is_told_why_there_is_no_editor(as_: As) -> None:
    dana = as_("dana")
    assert "it does not write them" in plain(dana.get(LOAN))
    assert dana.get(LOAN + "edit/").status_code == 403
    assert as_("charlie").get(LOAN).status_code == 404
    assert dana.get("/policies/nobodys/").status_code == 409


MISTAKES = {
    "a name nobody declared": ("when: score < 500", "when: scor < 500"),
    "a tab": ("  - id: score_low", "\t- id: score_low"),
    "a type": ("when: score < 500", "when: score + 500"),
    "a field that is none": ("unknown: refer\n", "unknowns: refer\n"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_marks_stand_at_the_line_that_the_command_names(
    as_: As, mistake: str, tmp_path: Path
) -> None:
    bob = as_("bob")
    told = form(bob, MISTAKES[mistake])
    file = tmp_path / "instalment_loan.yaml"
    file.write_text(told["text"], encoding="utf-8")
    lines = command("policy", "check", file).splitlines()
    named = [re.match(r".*?:(\d+):(\d+): \[([a-z-]+)\]", line) for line in lines]
    wanted = [each.groups() for each in named if each]
    assert wanted
    # As one types: only what is found comes back.
    beside = bob.post(LOAN + "edit/look", told, headers={"HX-Request": "true"}).text
    assert "<html" not in beside
    # Without scripts: the whole page, with the text as it was typed.
    whole = bob.post(LOAN + "edit/look", told).text
    assert told["text"][:300] in unescape(whole)
    for page in (beside, whole):
        marks = re.findall(r'data-line="(\d+)" data-column="(\d+)" data-grade="error".*?<small><code>([a-z-]+)</code>',
                           page, re.DOTALL)  # fmt: skip
        assert marks == wanted
    assert bob.post(LOAN + "edit/propose", told).status_code == 422


def test_looking_keeps_nothing_and_tells_nobody(as_: As, lender: Home) -> None:
    bob, before = as_("bob"), lender.ledger_reader.size
    found = plain(bob.post(LOAN + "edit/look", form(bob, DEARER)))
    assert "Cases: all 50 pass" in found
    assert "Changes against what counts now: 1" in found
    assert "row 14: annual_rate 0.224 → 0.229" in found
    assert lender.ledger_reader.size == before
    assert "From version" in plain(bob.get(LOAN + "edit/"))


def test_a_draft_is_kept_for_its_writer_and_not_overwritten_unseen(as_: As, lender: Home) -> None:
    erin, bob = as_("erin"), as_("bob")
    first = form(bob, DEARER)
    assert bob.post(LOAN + "edit/keep", first).status_code == 303
    assert "Your draft, kept" in plain(bob.get(LOAN + "edit/"))
    assert DEARER[1] in form(bob)["text"]
    assert "your draft" in plain(bob.get("/policies/"))
    assert erin.get(LOAN + "edit/").status_code == 403
    # The other tab still holds what it was opened with.
    refused = bob.post(LOAN + "edit/keep", {**first, "key": uuid4().hex})
    assert refused.status_code == 409
    assert "kept from elsewhere" in plain(refused)
    last = list(lender.ledger_reader.entries())[-1].told
    assert (last["kind"], last["actor"], last["subject"]) == (
        "policy.draft", "bob", "policy:instalment_loan",
    )  # fmt: skip
    bob.post(LOAN + "edit/drop", {"key": uuid4().hex})
    assert "From version" in plain(bob.get(LOAN + "edit/"))


def test_a_text_whose_cases_fail_is_not_proposed_and_says_which(as_: As) -> None:
    bob = as_("bob")
    told = form(bob, ("when: debt_to_income > 0.50", "when: debt_to_income > 0.45"))
    answer = bob.post(LOAN + "edit/propose", told)
    assert answer.status_code == 409
    printed = plain(answer)
    failed = re.search(r"cannot be proposed: (\d+) cases fail", printed)
    assert failed is not None
    assert "debts of exactly half the income pass" in printed
    assert f"Cases: {failed[1]} of 50 fail" in printed


@pytest.fixture(scope="module")
def bobs(lender: Home) -> str:
    """A proposal of bob's: its address."""
    client = Client()
    client.force_login(Person.objects.get(name="bob"))
    return proposed(lender, client, DEARER)


def test_a_proposal_shows_its_evidence_what_it_changes_and_why_no_button_is_there(
    as_: As, lender: Home, bobs: str
) -> None:
    number = int(bobs.rstrip("/").rpartition("/")[2])
    printed = command("policy", "review", number, home=lender)
    evidence = re.search(r"[0-9a-f]{64}$", printed.strip().splitlines()[5])
    maker, analyst = as_("bob").get(bobs), as_("erin").get(bobs)
    seen = plain(maker)
    assert publishing.proposal(number).evidence_digest in seen
    assert publishing.proposal(number).evidence_digest in printed
    for rate in re.findall(r"(?:approved|referred|declined): ([\d.]+%)", printed):
        assert rate in seen
    assert "row 14: annual_rate 0.224 → 0.229" in seen
    assert "You made this change, and a maker never approves his own" in seen
    assert "Your role does not let you publish policies." in seen
    assert "Your role does not let you approve policies." in plain(analyst)
    assert "Approve exactly this" not in seen + plain(analyst)
    assert "Approve exactly this" in plain(as_("grace").get(bobs))
    report = as_("dana").get(bobs + "report")
    assert b"".join(report.streaming_content).startswith(b"<!doctype html>")  # type: ignore[attr-defined]
    assert "attachment" in report.headers["Content-Disposition"]
    assert evidence is None or evidence[0] in seen


def test_the_maker_is_refused_by_the_page_and_by_the_database(
    as_: As, lender: Home, bobs: str
) -> None:
    number = int(bobs.rstrip("/").rpartition("/")[2])
    seen, before = publishing.proposal(number), lender.ledger_reader.size
    assert as_("bob").post(bobs + "approve", {"evidence": seen.evidence_digest}).status_code == 403
    Person.objects.filter(name="bob").update(roles='["chief_risk_officer"]')
    try:
        refused = as_("bob").post(bobs + "approve", {"evidence": seen.evidence_digest})
    finally:
        Person.objects.filter(name="bob").update(roles='["risk_analyst"]')
    assert refused.status_code == 409
    assert "a maker never approves his own change" in plain(refused)
    with pytest.raises(IntegrityError, match="a maker never approves his own change"):
        Approval.objects.create(act="by hand", proposal=Proposal.objects.get(number=number),
                                digest=seen.version.digest, evidence_digest=seen.evidence_digest,
                                approved_by="bob", approved_us=1)  # fmt: skip
    assert lender.ledger_reader.size == before


def test_an_approval_is_of_exactly_what_was_seen(as_: As, bobs: str) -> None:
    refused = as_("grace").post(bobs + "approve", {"evidence": "0" * 64})
    assert refused.status_code == 409
    assert "its evidence is another than was seen" in plain(refused)


def test_two_persons_put_a_change_in_force_and_take_it_back(
    as_: As, lender: Home, bobs: str
) -> None:
    alice, grace = as_("alice"), as_("grace")
    number = int(bobs.rstrip("/").rpartition("/")[2])
    seen = publishing.proposal(number)
    early = alice.post(bobs + "publish", {"since": ""})
    assert early.status_code == 409
    key = uuid4().hex
    for _ in range(2):  # a double click is one approval
        assert (
            grace.post(bobs + "approve", {"evidence": seen.evidence_digest, "key": key}).status_code
            == 303
        )
    assert "You have approved it already." in plain(grace.get(bobs))
    assert grace.post(bobs + "publish", {"since": ""}).status_code == 403
    past = alice.post(bobs + "publish", {"since": "2020-01-01T00:00"})
    assert past.status_code == 409
    assert alice.post(bobs + "publish", {"since": "soon"}).status_code == 409
    assert alice.post(bobs + "publish", {"since": "", "key": uuid4().hex}).status_code == 303
    now = command("policy", "history", "instalment_loan", home=lender)
    assert now.splitlines()[-1].startswith("→")
    assert seen.version.digest[:12] in now.splitlines()[-1]
    assert seen.version.digest[:12] in plain(as_("dana").get("/policies/"))

    first = now.splitlines()[0].split()[2]
    for reason, status in (("  ", 409), ("Too dear for grade E", 303)):
        asked = {"digest": first, "reason": reason, "key": uuid4().hex}
        assert alice.post(LOAN + "roll-back", asked).status_code == status
    assert (
        as_("grace").post(LOAN + "roll-back", {"digest": first, "reason": "x"}).status_code == 403
    )
    back = command("policy", "history", "instalment_loan", home=lender)
    assert "rolled back: Too dear for grade E" in back.splitlines()[-1]
    told = plain(alice.get(LOAN + "history/"))
    assert "Too dear for grade E" in told
    kinds = [(entry.told["kind"], entry.told["actor"]) for entry in lender.ledger_reader.entries()
             if entry.told["subject"] == "policy:instalment_loan"]  # fmt: skip
    assert kinds[-4:] == [("policy.draft_drop", "bob"), ("policy.approve", "grace"),
                          ("policy.publish", "alice"), ("policy.roll_back", "alice")]  # fmt: skip
    assert ("policy.propose", "bob") in kinds
    assert "0 problems" in command("policy", "verify", home=lender)


def test_a_page_that_waits_for_its_proposal_is_sent_there(as_: As, lender: Home) -> None:
    bob = as_("bob")
    answer = bob.post(
        LOAN + "edit/propose", form(bob, ("annual_rate: 0.234", "annual_rate: 0.233"))
    )
    run = answer.headers["Location"]
    assert 'hx-trigger="every 1s"' in bob.get(run).text
    proposal = worked(lender, bob, answer).headers["Location"]
    told = bob.get(run, headers={"HX-Request": "true"})
    assert told.headers["HX-Redirect"] == proposal


def test_what_is_published_for_later_comes_then(as_: As, lender: Home) -> None:
    bob, grace, alice = as_("bob"), as_("grace"), as_("alice")
    address = proposed(lender, bob, ("annual_rate: 0.214", "annual_rate: 0.211"))
    number = int(address.rstrip("/").rpartition("/")[2])
    seen = publishing.proposal(number)
    grace.post(address + "approve", {"evidence": seen.evidence_digest})
    Person.objects.filter(name="alice").update(time_zone="Asia/Shanghai")
    later = (datetime.now(UTC) + timedelta(days=2, hours=8)).replace(tzinfo=None, microsecond=0)
    answer = alice.post(address + "publish", {"since": later.isoformat("T", "minutes")})
    assert answer.status_code == 303, plain(answer)
    last = command("policy", "history", "instalment_loan", home=lender).splitlines()[-1]
    assert last.split()[:2] == [
        f"{later - timedelta(hours=8):%Y-%m-%d}",
        f"{later - timedelta(hours=8):%H:%M}:00",
    ]
    shown = plain(alice.get("/policies/"))
    assert f"from {later:%Y-%m-%d %H:%M}" in shown
    Person.objects.filter(name="alice").update(time_zone="UTC")


def test_a_replay_tells_what_the_command_tells(as_: As, lender: Home) -> None:
    bob = as_("bob")
    asked = {"version": "", "against": "", "where": "amount < 20000"}
    shown = plain(worked(lender, bob, bob.post("/policies/micro_loan/replay/begin", asked)))
    said = ("replay", "micro_loan", "--where", "amount < 20000", "--format", "json")
    told = json.loads(command(*said, home=lender))
    rates = told["replay_rates"][0]
    assert f"applications {rates['applications']:,}" in shown
    assert f"approved {rates['approved_share']:.2%}" in shown
    for swap in told["replay_swaps"]:
        assert f"{swap['applications']:,} {swap['share']:.2%}" in shown
    assert as_("erin").post("/policies/micro_loan/replay/begin", asked).status_code == 403
    wrong = bob.post("/policies/micro_loan/replay/begin", {**asked, "where": "amount <"})
    assert "It failed" in plain(worked(lender, bob, wrong))


def test_the_whole_check_finds_what_the_command_finds(
    as_: As, lender: Home, tmp_path: Path
) -> None:
    bob = as_("bob")
    told = form(bob, ("when: score >= 500 AND score < 515", "when: score >= 500 AND score < 500"))
    shown = plain(worked(lender, bob, bob.post(LOAN + "edit/whole", told)))
    file = tmp_path / "instalment_loan.yaml"
    file.write_text(told["text"], encoding="utf-8")
    (tmp_path / "instalment_loan.cases.yaml").write_text(told["cases"], encoding="utf-8")
    said = json.loads(command("policy", "check", file, "--format", "json"))
    assert "policy-rule-never-true" in {each["code"] for each in said}
    for each in said:
        if each["proof"] != "undecided":
            assert each["message"]["en"] in shown


@pytest.mark.parametrize(
    ("path", "most"),
    [("/policies/", 7), *((LOAN + tab, 8) for tab in TABS), (LOAN + "edit/", 6), (LOAN + "proposals/1/", 6)],
)  # fmt: skip
def test_pages_ask_the_database_no_more_than_agreed(as_: As, path: str, most: int) -> None:
    alice = as_("alice")
    alice.get(path)
    with CaptureQueriesContext(connection) as frame:
        alice.get("/me/")
    with CaptureQueriesContext(connection) as asked:
        assert alice.get(path).status_code == 200
    own = len(asked) - len(frame)
    assert own <= most, "\n".join(each["sql"][:120] for each in asked)
