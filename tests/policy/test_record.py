"""Records: what was decided is decided again, byte for byte, from what the record says was known."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from seawall.office import packs
from seawall.policy.decider import Decider
from seawall.policy.probing import Prober
from seawall.policy.record import UnableToReplay, record, replayed

COUNT = 150
REFERENCE = {"application_id": "防线-1", "at": "2026-01-01T08:30:00", "arm": 'champion "A"'}
ODD = (
    *("", " ", "防线", "a\nb", '"', "\\", "\ud800", "1", 0, -1, 2**63, 10**400, 1.5, -0.0, 1e308, 5e-324),
    *(float("nan"), float("inf"), True, Decimal("5.25"), Decimal("NaN"), b"x", [1], {"a": 1}),
    *(datetime(2026, 1, 1, 8, 30, 0, 1, UTC), datetime.max.replace(tzinfo=UTC)),
)  # fmt: skip


@cache
def prober(name: str) -> Prober:
    return Prober(packs.policy(name))


def application(name: str, chance: random.Random) -> dict[str, object]:
    """Values at the policy's own boundaries, some of them odd, some not there."""
    held: dict[str, object] = {}
    for each, choices in prober(name).choices.items():
        if chance.random() < 0.9:
            held[each] = chance.choice(choices if chance.random() < 0.8 else ODD)
    return held


@pytest.mark.parametrize("name", packs.policies())
def test_a_record_is_replayed_byte_for_byte_from_disk(name: str, tmp_path: Path) -> None:
    decider = prober(name).decider
    chance = random.Random(7)  # noqa: S311 - repeatable samples
    given = [application(name, chance) for _ in range(COUNT)]
    records = [record(decider, each, reference=REFERENCE) for each in given]
    file = tmp_path / "records.jsonl"
    file.write_text("".join(f"{line}\n" for line in records), encoding="utf-8")
    lines = file.read_bytes().split(b"\n")[:-1]
    # A policy that is read and compiled anew, as years later.
    later = Decider(packs.policy(name))
    assert [replayed(later, line.decode()).encode() for line in lines] == lines
    for line, each in zip(lines, given, strict=True):
        held, decision = json.loads(line), decider.decide(each)
        assert held["outcome"] == decision.outcome
        assert tuple(reason["code"] for reason in held["reasons"]) == decision.reasons
        ids = [check.id for check in decider.program.checks]
        assert held["checks"] == dict(zip(ids, decision.truths, strict=True))
        assert held["reference"] == REFERENCE
        assert held["input"].keys() | held["features"].keys() == set(decider.program.asked)


def test_the_keys_of_a_record_may_be_written_in_any_order() -> None:
    decider = prober("micro_loan").decider
    line = record(decider, application("micro_loan", random.Random(1)), reference=REFERENCE)  # noqa: S311
    held = json.loads(line)
    shuffled = json.dumps(dict(reversed(held.items())), indent=2)
    assert replayed(decider, shuffled) == line


def test_a_record_of_another_policy_is_refused_by_its_digest() -> None:
    line = record(prober("micro_loan").decider, {}, reference={})
    with pytest.raises(UnableToReplay, match="made by micro_loan"):
        replayed(prober("micro_loan_cn").decider, line)
    held = json.loads(line)
    held["policy"]["digest"] = held["policy"]["digest"][::-1]
    with pytest.raises(UnableToReplay, match="made by micro_loan"):
        replayed(prober("micro_loan").decider, json.dumps(held))


def test_a_changed_answer_in_a_record_is_noticed() -> None:
    decider = prober("micro_loan").decider
    line = record(decider, {"amount": 5.0}, reference={})
    held = json.loads(line)
    held["outcome"] = "approve"
    changed = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert replayed(decider, changed) == line != changed


@pytest.mark.parametrize(
    "text", ["", "5", "[]", "{}", '{"policy": {"digest": "x", "id": "y"}}', "{", "null"]
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(UnableToReplay, match="not a decision record"):
        replayed(prober("micro_loan").decider, text)


def test_a_record_with_an_odd_part_is_refused() -> None:
    held = json.loads(record(prober("micro_loan").decider, {}, reference={}))
    for part in ("input", "features", "reference"):
        with pytest.raises(UnableToReplay, match="not a decision record"):
            replayed(prober("micro_loan").decider, json.dumps({**held, part: 5}))
