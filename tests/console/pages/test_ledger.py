"""Pages of the ledger: what the command line says, and proofs that hold without us."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from seawall.acts import auditing
from seawall.cli.main import app
from seawall.console import access, place
from seawall.ledger.verifier import (
    included,
    leaf_hash,
    read_checkpoint,
    read_key,
    read_note,
    verify,
    vouched,
)
from seawall.office import ledgers
from seawall.office.homes import Home
from seawall.office.work import schedule
from seawall.office.work.jobs import Job
from seawall.office.work.worker import Worker
from seawall.records.models import Person
from tests.elsewhere import SQLITE

As = Callable[[str], Client]
STATEMENTS_MOST = 12


@pytest.fixture(autouse=True)
def _english(lender: Home) -> Iterator[None]:
    del lender
    yield
    Person.objects.update(language="en")


def first_of(kind: str) -> int:
    entries = place.home().ledger.entries()
    return next(each.number for each in entries if each.told["kind"] == kind)


def test_entries_are_browsed_from_the_last_to_the_first(as_: As) -> None:
    dana, found, url = as_("dana"), list[int](), "/ledger/?kind=policy.approve"
    every = [each.number for each in place.home().ledger.entries()]
    text = dana.get("/ledger/").text
    assert text.count("<tr>") == 51
    assert f"{len(every):,}" in text
    while url:
        text = dana.get(url).text
        rows = text.split('<th scope="row" class="num"><a href="/ledger/')[1:]
        found += [int(row.partition("/")[0]) for row in rows]
        more = text.partition('rel="next" href="')[2].partition('"')[0]
        url = f"/ledger/{more}" if more else ""
    told = [n for n in every if place.home().ledger.entry(n).told["kind"] == "policy.approve"]
    assert found == told[::-1]


def test_a_search_by_subject_and_actor_finds_what_a_walk_finds(as_: As) -> None:
    dana = as_("dana")
    for name, value in (("actor", "bob"), ("subject", "policy:micro_loan")):
        text = dana.get(f"/ledger/?{name}={value}").text
        fitting = [e for e in place.home().ledger.entries() if e.told[name] == value]
        assert text.count("<tr>") == min(50, len(fitting)) + 1
    assert "No entry fits" in dana.get("/ledger/?subject=nobody").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_entry_shows_its_fields_its_body_and_a_proof_that_holds(as_: As, language: str) -> None:
    dana, ledger = as_("dana"), place.home().ledger
    dana.post("/language", {"language": language})
    number = first_of("decision")
    text = dana.get(f"/ledger/{number}/").text
    told = ledger.entry(number).told
    for shown in (told["act"], told["body"], told["at"], told["digests"]["policy"]):
        assert shown in text
    assert "customer_token" in text
    hashes = [part.partition("<")[0] for part in text.split('<li class="code">')[1:]]
    checkpoint = ledger.checkpoint()
    assert included(leaf_hash(ledger.entry(number).leaf), (number, checkpoint.size),
                    [bytes.fromhex(each) for each in hashes], root=checkpoint.root)  # fmt: skip


def test_a_proof_is_the_file_that_the_command_line_writes(as_: As, tmp_path: Path) -> None:
    number, file = first_of("decision"), tmp_path / "proof.json"
    at = str(place.home().folder)
    done = CliRunner().invoke(app, ["ledger", "prove", str(number), "-o", str(file), "--home", at])
    assert done.exit_code == 0
    answer = as_("dana").get(f"/ledger/{number}/proof")
    assert answer.content == file.read_bytes()


def test_who_sees_no_decisions_sees_no_customers_body_and_can_prove_all_the_same(
    as_: As,
) -> None:
    judy, number = as_("judy"), first_of("decision")
    text = judy.get(f"/ledger/{number}/").text
    assert "your role sees no decisions" in text
    assert "customer_token" not in text
    told = json.loads(judy.get(f"/ledger/{number}/proof").content)
    assert (told["body"], told["salt"]) == (None, None)
    head = read_checkpoint(read_note(told["checkpoint"].encode(), "checkpoint"))
    hashes = [bytes.fromhex(each) for each in told["proof"]]
    assert included(leaf_hash(told["leaf"].encode()), (number, head.size), hashes, root=head.root)
    assert "customer_token" not in judy.get(f"/ledger/{first_of('policy.publish')}/").text
    assert "<pre" in judy.get(f"/ledger/{first_of('policy.publish')}/").text


def test_a_pack_is_the_file_that_the_command_line_writes_and_verifies(
    as_: As, tmp_path: Path
) -> None:
    file = tmp_path / "pack.zip"
    at = str(place.home().folder)
    told = ["ledger", "export", "--from", "2", "--to", "40", "-o", str(file), "--home", at]
    assert CliRunner().invoke(app, told).exit_code == 0
    answer = as_("dana").get("/ledger/pack?first=2&last=40")
    assert answer.content == file.read_bytes()
    key = read_key(as_("dana").get("/ledger/key").content.decode())
    verdict = verify(answer.content, key)
    assert (verdict.findings, verdict.entries) == ((), 39)


@pytest.mark.parametrize(
    ("query", "status"),
    [("first=2", 404), ("first=x&last=3", 404), ("first=5&last=2", 409), ("first=0&last=999999", 409)],
)  # fmt: skip
def test_no_pack_of_what_is_not_there(as_: As, query: str, status: int) -> None:
    assert as_("dana").get(f"/ledger/pack?{query}").status_code == status


def test_packs_are_for_those_who_may_export_and_see_the_whole_house(as_: As) -> None:
    assert as_("judy").get("/ledger/pack?first=0&last=1").status_code == 403
    Person.objects.filter(name="dana").update(unit="house/online")
    try:
        assert as_("dana").get("/ledger/pack?first=0&last=1").status_code == 404
        body = as_("dana").get(f"/ledger/{first_of('decision')}/").text
        assert "customer_token" not in body
    finally:
        Person.objects.filter(name="dana").update(unit="house")


def test_a_pack_has_every_body_so_it_is_for_who_may_see_decisions(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = frozenset({"ledger.read", "ledger.export"})
    monkeypatch.setattr(access, "permissions", lambda _: only)
    assert as_("dana").get("/ledger/pack?first=0&last=1").status_code == 403
    assert "/ledger/pack" not in as_("dana").get("/ledger/proofs").text


def test_the_checkpoint_is_signed_by_the_key_that_is_told(as_: As) -> None:
    dana = as_("dana")
    key = read_key(dana.get("/ledger/key").content.decode())
    told = vouched(read_note(dana.get("/ledger/checkpoint").content, "checkpoint"), key)
    assert told == place.home().ledger.checkpoint()
    assert str(key) in dana.get("/ledger/proofs").text.replace("&#x2B;", "+")


def test_verifying_recomputes_and_is_told(as_: As) -> None:
    dana = as_("dana")
    before = place.home().ledger.size
    answer = dana.post("/ledger/verify", {"key": "v1"})
    assert answer.headers["Location"] == "/ledger/proofs"
    entry = place.home().ledger.entry(before)
    content = entry.content or {}
    assert (entry.told["kind"], entry.told["actor"]) == ("ledger.verify", "dana")
    assert (content["from"], content["size"], content["problems"]) == (0, before, 0)
    text = dana.get("/ledger/proofs").text
    assert f"the whole ledger, {before:,} entries" in text
    assert "✓ sound" in dana.get("/ledger/").text


@SQLITE  # it changes the file
def test_verifying_names_the_first_entry_that_was_altered(as_: As) -> None:
    home = place.home()
    dana, file = as_("dana"), home.folder / "ledger.sqlite"
    number = first_of("policy.publish")
    direct = apsw.Connection(str(file))
    triggers = direct.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()  # fmt: skip
    ((body,),) = direct.execute("SELECT body FROM ledger_entry WHERE number = ?", (number,))
    try:
        for name, _ in triggers:
            direct.execute(f"DROP TRIGGER {name}")
        direct.execute("UPDATE ledger_entry SET body = ? WHERE number = ?", (b"{}", number))
        text = dana.post("/ledger/verify", {"key": "v2"}).text
        assert f"The body of entry {number} is not the one" in text
        assert "1 problems" in dana.get("/ledger/proofs").text
    finally:
        direct.execute("UPDATE ledger_entry SET body = ? WHERE number = ?", (body, number))
        for _, sql in triggers:
            direct.execute(str(sql))
        direct.close()
    assert dana.post("/ledger/verify", {"key": "v3"}).status_code == 303


def test_a_large_ledger_is_verified_since_it_was_sound_and_whole_by_a_worker(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana, size = as_("dana"), place.home().ledger.size
    dana.post("/ledger/verify", {"key": "w0"})
    monkeypatch.setattr(ledgers, "WHOLE_MOST", 5)
    dana.post("/ledger/verify", {"key": "w1"})
    latest = place.home().ledger.entry(size + 1).content or {}
    assert (latest["from"], latest["size"], latest["problems"]) == (size, size + 1, 0)
    assert f"entries {size:,} to {size:,}" in dana.get("/ledger/proofs").text
    dana.post("/ledger/verify", {"key": "w2", "whole": "1"})
    assert "waits for a worker" in dana.get("/ledger/proofs").text
    told: list[Job] = []
    Worker(place.home(), schedule.shipped(), told.append).once()
    (run,) = [job for job in told if (job.task, job.asked_by) == ("ledger.verify", "dana")]
    assert (run.state, run.result["problems"]) == ("done", 0)
    assert "waits for a worker" not in dana.get("/ledger/proofs").text


def test_what_nobody_waits_for_is_refused_with_what_to_do(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "WHOLE_MOST", 5)
    monkeypatch.setattr(auditing, "LOOKED_AT", 0)
    answer = as_("dana").post("/ledger/verify", {"key": "x1"})
    assert (answer.status_code, "in the background" in answer.text) == (409, True)


def test_who_may_not_verify_is_refused(as_: As) -> None:
    assert as_("heidi").post("/ledger/verify", {}).status_code == 404, (
        "the ledger is of the whole house"
    )
    assert as_("charlie").get("/ledger/").status_code == 404
    assert as_("dana").get("/ledger/999999/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/ledger/", "/ledger/?kind=decision&actor=origination-1", "/ledger/0/", "/ledger/proofs"],
)
def test_pages_ask_the_database_no_more_than_agreed_and_speak_chinese(as_: As, path: str) -> None:
    dana = as_("dana")
    dana.post("/language", {"language": "zh"})
    dana.get(path)
    with CaptureQueriesContext(connection) as asked:
        text = dana.get(path).text
    assert 'lang="zh-Hans"' in text
    assert "账本" in text
    assert len(asked) <= STATEMENTS_MOST, "\n".join(each["sql"][:90] for each in asked)


def test_entries_are_taken_away_as_a_file(as_: As) -> None:
    answer = as_("dana").get("/ledger/?actor=bob&as=csv")
    text = answer.content.decode("utf-8-sig")
    bobs = [each for each in place.home().ledger.entries() if each.told["actor"] == "bob"]
    assert len(text.splitlines()) == len(bobs) + 1
    assert str(bobs[0].told["subject"]) in text
