"""Make a synthetic lender's book."""

import json
from dataclasses import asdict, dataclass

from seawall.acts.deriving import Desk, Progress, derive
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.simulator.declaration import Lender
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan, Trouble, planted

NOTE = "simulation"
"""Under which name the book notes the plan and the planted troubles."""


@dataclass(frozen=True)
class Made:
    """What was simulated."""

    rows: dict[str, int]
    troubles: tuple[Trouble, ...]


def make_lender(desk: Desk, plan: Plan, lender: Lender, *, progress: Progress) -> Made:
    """Simulate a lender into an empty book; the ground truth is noted beside it.

    Raises:
        UnableToSimulateIntoBook: the book already holds facts.
        UnableToChangeBook: another process is changing the book.
    """
    counts: dict[str, int] = {}
    with desk.book.change() as change:
        if change.before.tables:
            raise UnableToSimulateIntoBook
        for table, rows in simulate(plan, lender):
            change.append(table, rows)
            counts[table] = counts.get(table, 0) + rows.num_rows
            progress("simulating", min(counts.get("loan", 0) / plan.loans, 1.0))
        troubles = planted(plan, lender)
        told = {
            "lender": lender.id,
            "plan": asdict(plan),
            "troubles": [{**asdict(each), "title": each.title.model_dump()} for each in troubles],
        }
        change.note(NOTE, json.dumps(told, ensure_ascii=False, default=str))
        derive(change, desk.engine, desk.conventions, progress)
    return Made(counts, troubles)


class UnableToSimulateIntoBook(Unable):
    """The book already holds facts; simulated people must not mix with real ones."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="the book already holds facts, and simulated loans must not mix with them; choose an "
                "empty home with --home",
                zh="账册中已有事实，模拟贷款不得与之混合；请用 --home 选一个空的主目录",
            )
        )
