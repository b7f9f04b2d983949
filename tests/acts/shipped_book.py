"""The applications of a simulated lender, and one policy over them in two ways: both the same."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from seawall.acts import replaying
from seawall.acts.replaying import Past
from seawall.core.engine import Engine
from seawall.core.steps import Steps
from seawall.office import packs
from seawall.policy.decider import Decider
from seawall.policy.program import Program
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan

KEY = "application_id"


@dataclass
class Compared:
    """What came of it.

    Attributes:
        applications: how many were decided.
        outcomes: how many of each, by the Decider.
        differences: applications for which outcome, reasons or offer are not the same, with both.
    """

    applications: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, object, object]] = field(default_factory=list)


def applications(loans: int, seed: int) -> pa.Table:
    """The applications of a lender who lends so often."""
    made = simulate(Plan(loans=loans, seed=seed), packs.lender())
    return pa.concat_tables(rows for name, rows in made if name == "application")


def past(engine: Engine, rows: pa.Table, scratch: Path) -> Past:
    """Applications as a past that an engine shows, themselves the events that features count."""
    engine.show("application", rows)
    columns = tuple(rows.column_names)
    return Past("application", engine, scratch, KEY, columns, {"application": columns})


def compared(past: Past, program: Program) -> Compared:
    """Replay in SQL, then decide every row in Python on the features that the replay counted."""
    replaying.replay(past, program)
    offer = [f'd."offer.{name}" AS d_offer_{n}' for n, name in enumerate(program.offer)]
    joined = (
        f"SELECT {', '.join(['p.*, d.outcome AS d_outcome, d.reasons AS d_reasons', *offer])} "
        f"FROM {'decided_past' if program.features else past.relation} p "
        f"JOIN decided d ON d.{KEY} = p.{KEY}"
    )
    decider, found = Decider(program), Compared()
    rows = past.engine.table(Steps().then("joined", joined))
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            _look(found, decider, row)
    return found


def _look(found: Compared, decider: Decider, row: dict[str, object]) -> None:
    answer = decider.decide(row)
    in_python = (answer.outcome, " ".join(answer.reasons), *answer.offer)
    offered = (row[f"d_offer_{n}"] for n in range(len(decider.program.offer)))
    in_sql = (row["d_outcome"], row["d_reasons"], *offered)
    found.applications += 1
    found.outcomes[answer.outcome] += 1
    # repr tells 1 from 1.0, and numbers to the last bit.
    if repr(in_python) != repr(in_sql):
        found.differences.append((str(row[KEY]), in_python, in_sql))
