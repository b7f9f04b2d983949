"""An index of the ledger that lists and searches read: caught up with entry by entry, and proved.

The ledger is what counts, and knows its entries by number and act only. The index is rows of the office, made
from entries alone; nobody waits for it who decides. It may stop anywhere, be thrown away, and be made again.
Where the ledger is another one than the index was made from, as after a restore, it begins anew.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from seawall.acts import problems
from seawall.acts.admitting import TOKENS
from seawall.acts.decision_entries import KIND, SUBJECT
from seawall.core.institution import HOUSE
from seawall.core.period import microseconds
from seawall.core.problem import Place as Where
from seawall.core.problem import Problem
from seawall.ledger.entry import TEXT_MOST, Recorded
from seawall.ledger.log import Reader, UnableToFindEntry
from seawall.ledger.verifier import ERASURE, leaf_hash
from seawall.records import entry_index as index
from seawall.records.entry_index import DecisionRow, EntryRow, Place, Read

TOGETHER = 1_000
"""Entries in one transaction: SQLite's other writers wait some milliseconds, and no longer."""
ENTRY = "entry:"
"""What the subject of an erasure begins with, before the number of the entry whose body is gone."""
INDEX = Where("index")
_BOTH = 2
Row = EntryRow | DecisionRow
_Key = tuple[int, bool]


@dataclass(frozen=True)
class Caught:
    """How far the index is.

    Attributes:
        added: how many entries were read now.
        behind: how many entries the ledger has beyond.
    """

    added: int
    behind: int


def catch_up(ledger: Reader, most: int | None = None) -> Caught:
    """Read on where the index ends.

    Args:
        ledger: what is read.
        most: so many entries at most, so that whoever waits does not wait for long; all where None.

    Raises:
        UnableToFindEntry: one is missing where the index goes on: `seawall ledger verify` tells.
    """
    at = _place(ledger)
    size, added = ledger.size, 0
    until = size if most is None else min(size, at.size + most)
    while at.size < until:
        batch = list(ledger.entries(at.size, min(at.size + TOGETHER, until)))
        if not batch:
            raise UnableToFindEntry(str(at.size))
        if index.add(read(batch), at, Place(batch[-1].number + 1, _leaf(batch[-1]))):
            added += len(batch)
        at = index.place()
    return Caught(added, max(0, size - at.size))


def again(ledger: Reader) -> Caught:
    """Throw the index away, and make it again."""
    index.discard()
    return catch_up(ledger)


def _place(ledger: Reader) -> Place:
    """Where the index ends; at nought where it was made from another ledger."""
    at = index.place()
    if _of(ledger, at):
        return at
    index.discard()
    return index.place()


def _of(ledger: Reader, at: Place) -> bool:
    """Whether an index that has come so far was made from this ledger."""
    try:
        return at.size == 0 or _leaf(ledger.entry(at.size - 1)) == at.leaf
    except UnableToFindEntry:
        return False


def _leaf(entry: Recorded) -> str:
    return leaf_hash(entry.leaf).hex()


def read(entries: Sequence[Recorded]) -> Read:
    """What the index says of entries; decisions without a body have lost what stood in it."""
    lines = [_entry(each) for each in entries]
    both = zip(entries, lines, strict=True)
    return Read(
        entries=lines,
        decisions=[_decision(each, line) for each, line in both if line.kind == KIND],
        erased=[number for each in entries if (number := erased_by(each)) is not None],
    )


def erased_by(entry: Recorded) -> int | None:
    """The number of the entry whose body an entry erased; None where it is no erasure."""
    told = entry.told
    return int(told["subject"].removeprefix(ENTRY)) if told["kind"] == ERASURE else None


def _entry(entry: Recorded) -> EntryRow:
    told = entry.told
    at_us = microseconds(datetime.fromisoformat(told["at"]))
    by = told["actor"], told["on_behalf_of"] or ""
    return EntryRow(entry.number, told["kind"], told["subject"], *by, at_us)


def _decision(entry: Recorded, line: EntryRow) -> DecisionRow:
    content = entry.content or {}
    return DecisionRow(
        entry=entry.number,
        application_id=line.subject.removeprefix(SUBJECT),
        policy=_text(content, "policy", "id"),
        digest=entry.told["digests"].get("policy", ""),
        outcome=_text(content, "outcome"),
        reason=_text(content, "reasons", 0, "code"),
        customer_token=_text(content, "input", TOKENS["person"]),
        actor=line.actor,
        unit=line.on_behalf_of or HOUSE,
        at_us=line.at_us,
    )


def _text(content: Any, *way: str | int) -> str:  # noqa: ANN401 - JSON, by whoever wrote the entry
    """A text within a body; empty where there is none that one could look for."""
    try:
        for step in way:
            content = content[step]
    except (KeyError, IndexError, TypeError):
        return ""
    fits = isinstance(content, str) and len(content) <= TEXT_MOST and content.isprintable()
    return content if fits else ""


def wrong(ledger: Reader) -> Iterator[Problem]:
    """Where the index, as far as it has come, is not what the ledger says; nothing where it is.

    Both are gone through once, in the order of entries.
    """
    at = index.place()
    if not _of(ledger, at):
        yield Problem(problems.INDEX_OF_ANOTHER, INDEX, {"size": at.size})
        return
    kept = heapq.merge(map(_keyed, index.every_entry()), map(_keyed, index.every_decision()))
    told = _told(ledger, at.size)
    for (number, _), rows in groupby(heapq.merge(kept, told), key=lambda each: each[0]):
        found = [row for _, row in rows]
        same = len(found) == _BOTH and found[0] == found[1]
        if not (same or _erased_since(ledger, number, at.size)):
            yield Problem(problems.INDEX_DIFFERS, INDEX, {"entry": number})


def _erased_since(ledger: Reader, number: int, size: int) -> bool:
    """Whether an entry's body was erased by one that the index has not come to."""
    eraser = ledger.eraser(number)
    return eraser is not None and eraser.number >= size


def _told(ledger: Reader, size: int) -> Iterator[tuple[_Key, Row]]:
    """The rows that entries say, up to a number."""
    for entry in ledger.entries(0, size):
        line = _entry(entry)
        yield _keyed(line)
        if line.kind == KIND:
            yield _keyed(_decision(entry, line))


def _keyed(row: Row) -> tuple[_Key, Row]:
    """A row behind its place: by the entry's number, its line before its decision."""
    return (row[0], isinstance(row, DecisionRow)), row
