"""Deciding from a file with what a home remembers, and in a trial."""

import json
from pathlib import Path

from typer.testing import CliRunner

from seawall.cli.main import app
from seawall.office import packs

EVENTS = """\
application_id,applied_at,customer_token,device_token
a1,2026-01-01T10:00:00,c1,d1
a2,2026-01-02T10:00:00,c2,d1
a3,2026-01-03T10:00:00,c3,d1
late,2026-01-09T23:59:59,c4,d1
old,2025-11-01T10:00:00,c5,d1
"""
NOW = {
    "application_id": "a9", "applied_at": "2026-01-10T00:00:00", "customer_token": "c1",
    "device_token": "d1", "currency": "CNY", "amount": 20_000, "term_days": 365,
    "income_annual": 200_000, "debt_monthly": 100, "bureau_score": 700, "inquiries_6m": 0,
    "open_lenders": 0, "purpose": "travel", "birth_year": 1990, "home": "own",
}  # fmt: skip
TRIAL = """\
id: spring
title: {en: Spring, zh: 春季}
since: 2026-01-01
until: 2026-03-31
challengers: [{policy: ours.yaml, share: 1}]
shadows: [instalment_loan_eu]
"""
OURS = """\
id: ours
extends: base
title: {en: Ours, zh: 本机构}
about: {en: Ours, zh: 本机构}
since: 2026-01-01
cite: House
rules:
  - id: nobody
    when: "TRUE"
    then: decline
    reason: {en: Nobody., zh: 无。}
    cite: House
"""


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_decision_looks_back_on_what_was_remembered(tmp_path: Path) -> None:
    events, now, home = tmp_path / "events.csv", tmp_path / "now.json", tmp_path / "home"
    events.write_text(EVENTS)
    now.write_text(json.dumps(NOW))
    told = run("policy", "remember", "instalment_loan", "application", events, "--home", home)
    assert "5 events stored, 0 known before" in told
    again = run("policy", "remember", "instalment_loan", "application", events, "--home", home)
    assert "0 events stored, 5 known before" in again
    text = run("decide", "instalment_loan", "-i", now, "--home", home, "--format", "json", "-q")
    record = json.loads(text)
    # c1 to c4 in the 30 days before; c5 was earlier. The customer's own: one.
    assert record["features"]["device_customers_30d"] == 4
    assert record["features"]["applications_30d"] == 1
    assert record["features"]["address_customers_90d"] is None
    assert [each["code"] for each in record["reasons"]] == ["device_shared"]


def test_an_application_may_bring_its_features(tmp_path: Path) -> None:
    now, home = tmp_path / "now.json", tmp_path / "home"
    now.write_text(json.dumps({**NOW, "device_customers_30d": 0}))
    events = tmp_path / "events.csv"
    events.write_text(EVENTS)
    run("policy", "remember", "instalment_loan", "application", events, "--home", home)
    record = json.loads(run("decide", "instalment_loan", "-i", now, "--home", home,
                            "--format", "json", "-q"))  # fmt: skip
    assert record["features"]["device_customers_30d"] == 0
    assert record["features"]["applications_30d"] == 1


def test_in_a_trial_one_answer_counts_and_shadows_are_recorded(tmp_path: Path) -> None:
    now, trial, out = tmp_path / "now.json", tmp_path / "trial.yaml", tmp_path / "out.jsonl"
    now.write_text(json.dumps(NOW))
    trial.write_text(TRIAL, encoding="utf-8")
    (tmp_path / "ours.yaml").write_text(OURS, encoding="utf-8")
    (tmp_path / "base.yaml").write_bytes(packs.policies()["instalment_loan"].read_bytes())
    told = run("decide", "instalment_loan", "-i", now, "--trial", trial, "-o", out)
    assert "0 approved, 0 referred, 1 declined" in told
    held = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(each["policy"]["id"], each["reference"]["role"]) for each in held] == [
        ("ours", "challenger"),
        ("instalment_loan_eu", "shadow"),
    ]
    assert {each["reference"]["trial"] for each in held} == {"spring"}
    spoken = run("decide", "instalment_loan", "-i", now, "--trial", trial)
    assert "application_id a9: decline (by the challenger ours)" in spoken
    assert "challenger" not in run("decide", "instalment_loan", "-i", now)
