"""A policy over history: decide every past application again, and hold it against what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isnan
from pathlib import Path
from typing import TypeVar, get_args

import pyarrow as pa

from seawall.acts.application_files import IDS, applications
from seawall.core.engine import Engine
from seawall.core.expression import language, types
from seawall.core.expression.sql import sql_text
from seawall.core.measure import Measure, Question
from seawall.core.problem import Place, refusal
from seawall.core.steps import Steps
from seawall.policy import application, history, problems, swaps
from seawall.policy.decider import Decider
from seawall.policy.declaration import Outcome
from seawall.policy.program import Program
from seawall.policy.window_history import history as looked_back
from seawall.policy.window_points import Queries
from seawall.portfolio.conventions import Conventions, Performance
from seawall.portfolio.performance import performance

_T = TypeVar("_T")
PAST = "past"
NUMBER = "past_number"
THEN = "past_outcome"
LENT = "past_lent"
BAD = "past_bad"
SEGMENTS = ("product", "channel", "partner", "region", "purpose", "currency")
"""What a replay can be broken down by, where the applications say it."""


@dataclass(frozen=True)
class Past:
    """Past applications that an engine shows.

    Attributes:
        relation: its name; beside an application's columns it may have `past_outcome` (what was
            decided then), `past_lent` and `past_bad`.
        engine: shows them.
        scratch: a folder for what comes of them.
        key: the column that tells them apart.
        columns: all their columns.
        streams: events that the engine shows, by relation: their columns.
    """

    relation: str
    engine: Engine
    scratch: Path
    key: str
    columns: tuple[str, ...]
    streams: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    Attributes:
        program: the policy that was replayed.
        other: what it was compared with; None where nothing was known.
        measures: what can be told, in order.
        answers: by a measure's name, and by `name:segment` where broken down.
        absent: inputs and features that the past does not hold: they were missing throughout.
    """

    program: Program
    other: Program | None
    measures: dict[str, Measure]
    answers: dict[str, pa.Table]
    absent: tuple[str, ...]


def book_past(engine: Engine, as_of: date, conventions: Conventions, scratch: Path) -> Past:
    """The applications of a book that an engine shows, and how those that became loans turned out.

    Args:
        engine: shows the book's tables and its `month_end`.
        as_of: later applications are left out, and later outcomes are not known.
        conventions: say what a bad loan is.
        scratch: a folder for the joined applications.
    """
    lent = _lent(as_of, conventions.performance)
    steps = lent.then("last_decision", f"""
SELECT application_id, outcome, ROW_NUMBER() OVER (
  PARTITION BY application_id ORDER BY decided_at DESC, decision_id DESC) AS turn
FROM decision WHERE CAST(decided_at AS DATE) <= DATE '{as_of}'""")  # fmt: skip
    steps = steps.then(
        PAST,
        f"""
SELECT a.*, d.outcome AS {THEN},
  p.application_id IS NOT NULL AS {LENT}, p.bad AS {BAD}
FROM application a
LEFT JOIN performance p ON p.application_id = a.application_id
LEFT JOIN last_decision d ON d.application_id = a.application_id AND d.turn = 1
WHERE CAST(a.applied_at AS DATE) <= DATE '{as_of}'""",
    )
    _keep(engine, PAST, steps, scratch)
    streams = {name: _columns(engine, name) for name in ("application", "contact", "event")}
    return Past(PAST, engine, scratch, "application_id", _columns(engine, PAST), streams)


def _lent(as_of: date, wanted: Performance) -> Steps:
    """Performance by application: one that became several loans is bad if one of them is."""
    steps = performance(as_of, wanted)
    each = steps.queue[-1]
    return (
        Steps(steps.queue[:-1])
        .then("each_loan", each.sql)
        .then(
            "performance",
            """
SELECT application_id, CASE
    WHEN MAX(CASE WHEN bad THEN 1 ELSE 0 END) = 1 THEN TRUE
    WHEN COUNT(bad) = COUNT(*) THEN FALSE END AS bad
FROM each_loan GROUP BY application_id""",
        )
    )


def file_past(engine: Engine, program: Program, file: Path, scratch: Path) -> Past:
    """The applications of a file.

    Args:
        engine: will show them.
        program: says what the columns are; texts are read as `seawall decide` reads them.
        file: as for `deciding.decide_file`; columns `outcome` (approve, refer or decline) and `bad`
            (true or false), where there are such, say what was decided then and how it turned out.
        scratch: a folder for what comes of them.

    Raises:
        UnableToUseInput: the file holds no applications.
    """
    rows = applications(file, program.asked)
    if not rows:
        raise refusal(problems.APPLICATIONS_UNREADABLE, Place(str(file)), why="there are none")
    there = {name for row in rows for name in row}
    decider = Decider(program)
    read = [decider.known(application.read(program, row)[0]) for row in rows]
    held: dict[str, pa.Array] = {NUMBER: pa.array(range(1, len(rows) + 1), pa.int64())}
    for name in there.intersection(program.asked):
        kind = _ARROW[program.types[name].kind]
        held[name] = pa.array([row[name] for row in read], kind)
    for name in there.intersection((*IDS, *SEGMENTS)) - held.keys():
        held[name] = pa.array([_said(row.get(name)) for row in rows], pa.string())
    if "outcome" in there:
        held[THEN] = pa.array(_told(file, rows, "outcome", _OUTCOMES), pa.string())
    if "bad" in there:
        held[BAD] = pa.array(_told(file, rows, "bad", _TRUTHS), pa.bool_())
        held[LENT] = held[BAD].is_valid()
    engine.show(PAST, pa.table(held))
    return Past(PAST, engine, scratch, NUMBER, tuple(held), {})


_ARROW = {
    "boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64(), "text": pa.string(),
    "date": pa.date32(), "timestamp": pa.timestamp("us"),
}  # fmt: skip


def _said(value: object) -> str | None:
    gap = isinstance(value, float) and isnan(value)  # of a table of numbers
    return None if value is None or value == "" or gap else str(value)


def _told(
    file: Path, rows: Sequence[Mapping[str, object]], column: str, meanings: Mapping[str, _T]
) -> list[_T | None]:
    """What a column says of the past. A word nobody knows is refused: left out, it would bias rates."""
    found: list[_T | None] = []
    for number, row in enumerate(rows, 1):
        said = _said(row.get(column))
        meant = meanings.get(said.strip().lower()) if said else None
        if said and meant is None:
            where = Place(str(file), row=number, column=column)
            known = ", ".join(meanings)
            raise refusal(problems.PAST_UNREADABLE, where, value=repr(said)[:80], known=known)
        found.append(meant)
    return found


_OUTCOMES: dict[str, str] = {each: each for each in get_args(Outcome)}
_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
"""With a decimal, as tools write ones and zeros in a column that also has gaps."""


def only(past: Past, program: Program, condition: str) -> Past:
    """The past narrowed to the applications for which a condition is true.

    Args:
        past: all applications.
        program: says what its inputs are; segments are texts.
        condition: in the expression language, such as `product = 'micro' AND amount < 500`. Events
            that features count stay whole.

    Raises:
        UnableToUseInput: the condition cannot be read, is no condition, or none fulfils it.
    """
    inputs = dict.fromkeys(SEGMENTS, types.TEXT) | {n: program.types[n] for n in program.inputs}
    known = {name: kind for name, kind in inputs.items() if name in past.columns}
    stands = Place("--where")
    where = language.parse(condition, inputs=known, where=stands)
    if where.type.kind != "boolean":
        raise refusal(problems.NOT_BOOLEAN, stands, found=where.type.kind)
    steps = Steps().then("kept", f"SELECT * FROM {past.relation} WHERE {sql_text(where)}")
    _keep(past.engine, "past_kept", steps, past.scratch)
    if not _count(past.engine, "past_kept"):
        raise refusal(problems.NONE_LEFT, stands, count=_count(past.engine, past.relation))
    return replace(past, relation="past_kept")


def replay(
    past: Past,
    program: Program,
    *,
    against: Program | None = None,
    times_as_bad: tuple[float, ...] = (1.0,),
) -> Replayed:
    """Decide the past again.

    Args:
        past: what is decided again. Its scratch folder then holds `decided.parquet`, a row per
            application with its `outcome`, `reasons` and offer, and `other.parquet` likewise.
        program: the policy.
        against: another policy; what was decided then where None.
        times_as_bad: how many times as bad those might be that were approved but never lent.
    """
    absent = _decide(past, program, "decided")
    if against is not None:
        _decide(past, against, "other")
    day = program.as_of if program.as_of in past.columns else None
    segments = [name for name in SEGMENTS if name in past.columns]
    compared = against is not None or not _absent(past.engine, past.relation, (THEN,), past.columns)
    other = (
        "o.outcome" if against else f"p.{THEN}" if THEN in past.columns else "CAST(NULL AS VARCHAR)"
    )
    chosen = [
        f'CAST(p."{day}" AS DATE) AS applied_on' if day else "CAST(NULL AS DATE) AS applied_on",
        *(f'p."{name}"' for name in segments),
        "d.outcome", "d.reasons", f"{other} AS other",
        f"p.{LENT} AS lent, p.{BAD} AS bad" if BAD in past.columns
        else "FALSE AS lent, CAST(NULL AS BOOLEAN) AS bad",
    ]  # fmt: skip
    joined = f'JOIN decided d ON d."{past.key}" = p."{past.key}"'
    joined += f' JOIN other o ON o."{past.key}" = p."{past.key}"' if against else ""
    steps = Steps().then("whole", f"SELECT {', '.join(chosen)} FROM {past.relation} p {joined}")
    _keep(past.engine, swaps.RELATION, steps, past.scratch)
    told = {each.name: each for each in swaps.measures(program, times_as_bad)}
    tellable = {"replay_months": bool(day), "replay_swaps": compared}
    told = {name: each for name, each in told.items() if tellable.get(name, True)}
    question = Question(date.max)
    answers = {name: past.engine.table(each.steps(question)) for name, each in told.items()}
    for name in segments:
        by = Question(date.max, (name,))
        answers[f"replay_rates:{name}"] = past.engine.table(told["replay_rates"].steps(by))
    return Replayed(program, against, told, answers, absent)


def _decide(past: Past, program: Program, name: str) -> tuple[str, ...]:
    """Decide all into a relation; returns what the policy asks for and the past does not hold."""
    source, columns = _featured(past, program, name)
    steps = history.decisions(program, source=source, columns=columns, keep=(past.key,))
    _keep(past.engine, name, steps, past.scratch)
    return _absent(past.engine, source, program.asked, columns)


def _absent(
    engine: Engine, relation: str, names: Sequence[str], columns: Sequence[str]
) -> tuple[str, ...]:
    """Which of the names a relation does not know of any application."""
    held = [name for name in names if name in columns]
    counted = ", ".join(
        ["COUNT(*) AS past_all", *(f'COUNT("{name}") AS "{name}"' for name in held)]
    )
    counts = engine.table(Steps().then("counted", f"SELECT {counted} FROM {relation}"))
    known = counts.to_pylist()[0]
    return tuple(name for name in names if not known.get(name))


def _featured(past: Past, program: Program, name: str) -> tuple[str, tuple[str, ...]]:
    """The past with the features that its streams can answer, and the columns it then has."""
    windows = {
        feature: meant
        for feature, meant in program.features.items()
        if feature not in past.columns
        and meant.stream.columns.keys() <= set(past.streams.get(meant.window.events, ()))
        and {*meant.window.by, program.as_of} <= set(past.columns)
    }
    if not windows:
        return past.relation, past.columns
    asked = Queries(past.relation, past.key, str(program.as_of))
    _keep(past.engine, f"{name}_features", looked_back(windows, queries=asked), past.scratch)
    listed = ", ".join(f'f."{feature}"' for feature in windows)
    steps = Steps().then(
        "whole",
        f"""
SELECT p.*, {listed} FROM {past.relation} p JOIN {name}_features f ON f."{past.key}" = p."{past.key}"
""",
    )
    _keep(past.engine, f"{name}_past", steps, past.scratch)
    return f"{name}_past", (*past.columns, *windows)


def _keep(engine: Engine, name: str, steps: Steps, scratch: Path) -> None:
    """Write what steps give into the scratch folder, and show it under a name."""
    target = scratch / f"{name}.parquet"
    engine.write(steps, target)
    engine.show(name, (target,))


def _columns(engine: Engine, name: str) -> tuple[str, ...]:
    steps = Steps().then("none", f"SELECT * FROM {name} WHERE FALSE")
    return tuple(engine.table(steps).column_names)


def _count(engine: Engine, name: str) -> int:
    steps = Steps().then("counted", f"SELECT COUNT(*) AS n FROM {name}")
    return int(engine.table(steps).to_pylist()[0]["n"])
