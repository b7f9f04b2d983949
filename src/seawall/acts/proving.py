"""Prove the cases: what lists show is what the events say, and the ledger tells of each event, and of no other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from seawall.acts import case_problems as problems
from seawall.acts import kind_entries
from seawall.acts.case_rows import NEVER, case_row, events_of, needs_of, row_of, us_of
from seawall.acts.handling import Desk, UnableToFindKind, entry_of
from seawall.cases.case import Case
from seawall.cases.fold import UnableToFold, fold
from seawall.core.problem import Kind, Place, Problem, Unable
from seawall.records import case_register as register
from seawall.records.case_register import CaseRow, EventRow
from seawall.records.case_words import words

_CLOCKS = ("next_us", "due_us")


@dataclass(frozen=True)
class Proved:
    """What was looked at, and what is wrong.

    Attributes:
        cases, events: how many.
        untold: events that the ledger does not tell of yet, because a process stopped; `tell` tells.
    """

    cases: int
    events: int
    untold: int
    problems: tuple[Problem, ...]


def prove(desk: Desk) -> Proved:
    """Fold every case from its events again, and compare it with its row and with the ledger."""
    found: list[Problem] = [*_needs(desk), *_slipped_in(desk)]
    cases = events = untold = 0
    rows = {row.case_id: row for row in register.every_case()}
    waiting = {errand.key for errand, _ in register.errands("tell", "waiting")}
    for case_id, group in groupby(register.every_event(), key=lambda each: each.case_id):
        kept = list(group)
        cases, events = cases + 1, events + len(kept)
        found += _case(desk, kept, rows.pop(case_id, None))
        missing = list(_missing(desk, kept))
        late = [each for each in missing if f"{each.case_id}:{each.place}:tell" in waiting]
        untold += len(late)
        found += [_problem(problems.EVENT_UNTOLD, each.case_id, event=each.place)
                  for each in missing if each not in late]  # fmt: skip
    found += [_problem(problems.CASE_WITHOUT_EVENTS, case_id) for case_id in rows]
    found += _invented(desk, events)
    found += _miscalled()
    return Proved(cases, events, untold, tuple(found))


def _case(desk: Desk, kept: list[EventRow], row: CaseRow | None) -> Iterator[Problem]:
    """Whether a case's events fold, and its row says what they come to."""
    case_id = kept[0].case_id
    try:
        digests = {each.kind_digest for each in kept}
        case = fold({digest: desk.kinds.of(digest) for digest in digests}, events_of(kept))
    except (UnableToFold, UnableToFindKind, ValueError, KeyError, TypeError) as error:
        why = error.said if isinstance(error, Unable) else str(error)
        yield _problem(problems.CASE_UNFOLDED, case_id, why=why)
        return
    # Every column, and the body's very letters: readers of JSON differ in what two values of a name mean.
    wrong = [each.place for each, event in zip(kept, events_of(kept), strict=True)
             if each != row_of(event)]  # fmt: skip
    for place in wrong:
        yield _problem(problems.EVENT_DIGEST, case_id, event=place)
    if row is None:
        yield _problem(problems.CASE_UNLISTED, case_id)
        return
    if differing := _differing(desk, case, row):
        yield _problem(problems.CASE_ROW_DIFFERS, case_id, names=", ".join(differing))
    elif row.due_us != us_of(desk.timer(desk.kinds.of(case.kind_digest), case).due_at):
        yield _problem(problems.CASE_DUE_DIFFERS, case_id)


def _differing(desk: Desk, case: Case, row: CaseRow) -> list[str]:
    kind = desk.kinds.of(case.kind_digest)
    made = case_row(case, kind, NEVER)
    return [
        name
        for name in row._fields
        if name not in _CLOCKS and getattr(row, name) != getattr(made, name)
    ]


def _miscalled() -> Iterator[Problem]:
    """Cases that are not found by the words of their titles and by their links, or by others."""
    called, linked = register.every_word(), register.every_link()
    for row in register.every_case():
        links = {(name, to) for name, to in json.loads(row.content).get("links", ())}
        same_words = called.pop(row.case_id, frozenset()) == frozenset(words(row.title))
        if linked.pop(row.case_id, frozenset()) != links or not same_words:
            yield _problem(problems.CASE_WORDS_DIFFER, row.case_id)
    for case_id in called.keys() | linked.keys():
        yield _problem(problems.CASE_WORDS_DIFFER, case_id)


def _needs(desk: Desk) -> Iterator[Problem]:
    """Whether the database asks for the approvals that each kept kind declares."""
    kept: dict[str, dict[str, register.Need]] = {}
    for (digest, verb), need in register.needs().items():
        kept.setdefault(digest, {})[verb] = need
    for digest, (kind, _) in register.kinds().items():
        try:
            declared = needs_of(desk.kinds.of(digest))
        except UnableToFindKind as error:
            yield _problem(problems.CASE_UNFOLDED, kind, why=error.said)
            continue
        if declared != kept.get(digest, {}):
            yield _problem(problems.NEEDS_DIFFER, kind, digest=digest[:12])


def _slipped_in(desk: Desk) -> Iterator[Problem]:
    """Kept versions of kinds that the ledger does not tell of; `tell` tells of those in force."""
    kept = register.kinds()
    ours = {kind.digest for kind in desk.kinds.in_force.values()}
    for digest in sorted(kind_entries.untold(desk.ledger, kept) - ours):
        yield _problem(problems.KIND_UNTOLD, kept[digest][0], digest=digest[:12])


def _missing(desk: Desk, kept: list[EventRow]) -> Iterator[EventRow]:
    """Events that the ledger tells nothing, or something else, of."""
    told = desk.ledger.find_all([entry_of(each).act for each in kept])
    for each in kept:
        entry = told.get(entry_of(each).act)
        if entry is None or not entry.tells(entry_of(each)):
            yield each


def _invented(desk: Desk, events: int) -> Iterator[Problem]:
    """Entries of cases' events that the register does not hold."""
    acts = ((str(e.told["act"]), e.told) for e in desk.ledger.entries())
    told = [each for act, each in acts
            if act.startswith("case:") and not act.startswith(kind_entries.ACT)]  # fmt: skip
    if len(told) <= events:
        return
    held = {entry_of(each).act for each in register.every_event()}
    for entry in told:
        if entry["act"] not in held:
            yield _problem(
                problems.EVENT_GONE, str(entry["subject"]).removeprefix("case:"), act=entry["act"]
            )


def _problem(kind: Kind, case_id: str, **facts: object) -> Problem:
    return Problem(kind, Place(case_id), facts)
