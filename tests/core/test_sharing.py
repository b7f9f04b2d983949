"""What queues begin with in common is run once, and changes no answer."""

from pathlib import Path

import pyarrow as pa

from seawall.core.engine import DuckEngine
from seawall.core.sharing import answers
from seawall.core.steps import Steps

BASE = Steps().then("base", "SELECT n, n * n AS square FROM numbers")
QUEUES = (
    BASE.then("sum", "SELECT CAST(SUM(square) AS BIGINT) AS told FROM base"),
    BASE.then("most", "SELECT MAX(square) AS told FROM base"),
    Steps().then("alone", "SELECT COUNT(*) AS told FROM numbers"),
    BASE,
)


class Counting:
    """An engine that notes what it ran."""

    def __init__(self, inner: DuckEngine) -> None:
        self.inner, self.ran = inner, list[str]()

    def show(self, name: str, source: pa.Table | tuple[Path, ...]) -> None:
        self.inner.show(name, source)

    def table(self, steps: Steps) -> pa.Table:
        self.ran.append(steps.sql())
        return self.inner.table(steps)

    def write(self, steps: Steps, target: Path) -> None:
        self.inner.write(steps, target)

    def close(self) -> None:
        self.inner.close()


def test_a_common_first_step_is_run_once_and_changes_no_answer(engine: DuckEngine) -> None:
    engine.show("numbers", pa.table({"n": [1, 2, 3]}))
    counting = Counting(engine)
    shared = list(answers(counting, QUEUES))
    assert [each.sort_by(each.column_names[0]) for each in shared] == [
        table.sort_by(table.column_names[0]) for table in map(engine.table, QUEUES)
    ]
    assert sum("FROM numbers" in sql and "square" in sql for sql in counting.ran) == 2
