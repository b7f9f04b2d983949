"""Decide applications from a file."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.core.problem import Place, Problem, UnableToUseInput
from seawall.policy import application, problems
from seawall.policy.decider import Decider
from seawall.policy.decision import Decision

NUMBERED = "row"
"""What a decision is known by where its application has no id: its place in the file, from 1."""
IDS = ("application_id", "id")


@dataclass(frozen=True)
class Decided:
    """One application, what was known of it, and the answer."""

    reference: dict[str, str]
    known: dict[str, object]
    decision: Decision
    problems: tuple[Problem, ...]


def decide_file(decider: Decider, file: Path) -> Iterator[Decided]:
    """Decide every application of a file, in order.

    Args:
        decider: the policy.
        file: `.json` (an object or a list of them), `.jsonl`, `.csv` with a header, `.parquet`.

    Raises:
        UnableToUseInput: the file holds no applications; nothing was decided then.
    """
    for row, given in enumerate(applications(file), 1):
        known, strange = application.read(decider.program, given)
        yield Decided(
            reference=_reference(row, given),
            known=known,
            decision=decider.decide(known),
            problems=tuple(_problems(decider, file, row, known, strange)),
        )


def _reference(row: int, given: Mapping[str, object]) -> dict[str, str]:
    return next(({name: str(given[name])} for name in IDS if given.get(name)), {NUMBERED: str(row)})


def _problems(
    decider: Decider,
    file: Path,
    row: int,
    known: Mapping[str, object],
    strange: Mapping[str, object],
) -> Iterator[Problem]:
    program = decider.program
    for name, value in strange.items():
        facts: dict[str, object] = {"value": repr(value), "kind": program.types[name].kind}
        place = Place(str(file), row=row, column=name)
        yield Problem(problems.VALUE_UNREADABLE, place, facts)
    for name, value in application.outside(program, known).items():
        place = Place(str(file), row=row, column=name)
        yield Problem(problems.VALUE_OUTSIDE, place, {"value": repr(value)})


def applications(file: Path) -> Iterable[Mapping[str, object]]:
    """The applications of a file as they stand there, in order; see `decide_file`."""
    readers = {".json": _json, ".jsonl": _lines, ".csv": _csv, ".parquet": _parquet}
    if file.suffix not in readers:
        raise _unreadable(file, f"the name ends in {file.suffix or 'nothing'}")
    try:
        return list(readers[file.suffix](file))
    except OSError as error:
        raise _unreadable(file, error.strerror or "it cannot be opened") from None
    except UnicodeDecodeError:
        raise _unreadable(file, "it is not UTF-8") from None
    except (csv.Error, RecursionError) as error:
        raise _unreadable(file, str(error)) from None


def _json(file: Path) -> Iterator[Mapping[str, object]]:
    try:
        held = json.loads(file.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise _unreadable(file, error.msg, line=error.lineno, column=error.colno) from None
    for number, each in enumerate(held if isinstance(held, list) else [held], 1):
        yield _object(file, each, row=number)


def _lines(file: Path) -> Iterator[Mapping[str, object]]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield _object(file, json.loads(line), line=number)
                except json.JSONDecodeError as error:
                    raise _unreadable(file, error.msg, line=number, column=error.colno) from None


def _csv(file: Path) -> Iterator[Mapping[str, object]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, strict=True)
        for each in reader:
            if None in each or None in each.values():
                raise _unreadable(file, "a row is not as long as the header", line=reader.line_num)
            yield each


def _parquet(file: Path) -> Iterator[Mapping[str, object]]:
    try:
        with pq.ParquetFile(file) as held:
            for batch in held.iter_batches(batch_size=10_000):
                yield from batch.to_pylist()
    except pa.ArrowInvalid as error:
        raise _unreadable(file, str(error).splitlines()[0]) from None


def _object(
    file: Path, value: object, *, row: int | None = None, line: int | None = None
) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise _unreadable(file, "each application is an object of names and values", row=row, line=line)


def _unreadable(
    file: Path,
    why: str,
    *,
    line: int | None = None,
    row: int | None = None,
    column: int | None = None,
) -> UnableToUseInput:
    place = Place(str(file), line=line, row=row, column=column)
    return UnableToUseInput((Problem(problems.APPLICATIONS_UNREADABLE, place, {"why": why}),))
