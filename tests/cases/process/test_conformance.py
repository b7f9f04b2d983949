"""Replays on a machine: first departures by hand, and against regular expressions."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.cases.process import conformance
from seawall.cases.process.conformance import Machine, Outcome, Sheet
from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.core.measure import Question
from seawall.core.problem import UnableToUseInput
from tests.cases.process.test_measures import AS_OF, made, table

COMPLAINT = """
title: {en: Complaint, zh: 投诉}
initial: new
finals: [closed]
moves:
  - {verb: take, from: [new, reopened], to: open}
  - {verb: answer, from: [open], to: answered}
  - {verb: close, from: [answered], to: closed}
  - {verb: reopen, from: [closed, answered], to: reopened}
beside: [note]
"""


def machine(text: str = COMPLAINT) -> Machine:
    return conformance.machine(pack.parse_placed(text, "complaint.yaml", Sheet))


@pytest.mark.parametrize(("activities", "outcome"), [
    ("take answer close", Outcome("fits", "closed")),
    ("take note answer close reopen take answer close note", Outcome("fits", "closed")),
    ("take answer", Outcome("not_ended", "answered")),
    ("", Outcome("not_ended", "new")),
    ("take close answer", Outcome("not_allowed_here", "open", "close")),
    ("take shred close", Outcome("unknown_activity", "open", "shred")),
    ("take answer close close", Outcome("not_allowed_here", "closed", "close")),
])  # fmt: skip
def test_a_case_is_told_by_its_first_departure(activities: str, outcome: Outcome) -> None:
    assert conformance.replay(machine(), activities.split()) == outcome


# The same language, written by hand: t take, a answer, c close, r reopen, n note, x unknown.
ROUND = "tn*an*(?:rn*tn*an*)*"
FITS = re.compile(f"n*{ROUND}cn*(?:rn*{ROUND}cn*)*")
VERBS = {"t": "take", "a": "answer", "c": "close", "r": "reopen", "n": "note", "x": "shred"}


@settings(max_examples=60, deadline=None)
@given(st.text("tacrnx", max_size=12) | st.from_regex(FITS, fullmatch=True))
def test_what_fits_is_a_regular_language(letters: str) -> None:
    outcome = conformance.replay(machine(), [VERBS[each] for each in letters])
    assert (outcome.fate == "fits") == bool(FITS.fullmatch(letters))


def test_cases_are_counted_by_departure(engine: DuckEngine) -> None:
    told = {
        "1": "take answer close", "2": "take answer close", "3": "take note answer close",
        "4": "take answer", "5": "answer close", "6": "answer", "7": "take shred",
    }  # fmt: skip
    rows = made(*(
        (case, activity, n, None, None)
        for case, activities in told.items() for n, activity in enumerate(activities.split())
    ))  # fmt: skip
    rows = [{**row, "ordinal": n} for n, row in enumerate(rows)]
    engine.show("log", table(rows))
    steps = conformance.measure().steps(Question(AS_OF))
    found = conformance.deviations(machine(), engine.table(steps)).to_pylist()
    assert [
        (r["fate"], r["state"], r["activity"], r["cases"], r["variants"]) for r in found
    ] == [
        ("fits", "closed", None, 3, 2),
        ("not_allowed_here", "new", "answer", 2, 2),
        ("not_ended", "answered", None, 1, 1),
        ("unknown_activity", "open", "shred", 1, 1),
    ]  # fmt: skip
    assert sum(row["share"] for row in found) == pytest.approx(1)
    assert set(found[0]) == {column.name for column in conformance.measure().columns}


@pytest.mark.parametrize(("old", "new", "code", "line"), [
    ("to: closed}", "to: closed}\n  - {verb: close, from: [answered], to: new}",
     "machine-two-ways", 9),
    ("from: [answered], to: closed", "from: [lost], to: closed", "machine-unreached", 6),
    ("finals: [closed]", "finals: [open]\n", "machine-no-end", 4),
    ("beside: [note]", "beside: [note, take]", "machine-beside-and-move", 10),
])  # fmt: skip
def test_a_machine_that_cannot_be_replayed_says_where(
    old: str, new: str, code: str, line: int
) -> None:
    if code == "machine-no-end":
        new, old = "from: [closed], to: reopened", "from: [closed, answered], to: reopened"
        text = COMPLAINT.replace("finals: [closed]", "finals: [open]").replace(old, new)
        text = text.replace("from: [new, reopened]", "from: [new]")
    else:
        text = COMPLAINT.replace(old, new)
    with pytest.raises(UnableToUseInput) as refused:
        machine(text)
    found = {(each.code, each.where.line) for each in refused.value.problems}
    assert (code, line) in found
