"""Every shipped policy over a whole simulated book, in SQL and one by one: how many answers differ.

    python bench/replay.py [LOANS] [duckdb|spark]      default: 20000 (the demo's book) duckdb

Figures go to `bench/results/replay_ENGINE.md`.
"""

import importlib
import sys
import tempfile
import time
from pathlib import Path

from seawall.core.engine import DuckEngine, Engine
from seawall.core.spark import SparkEngine
from seawall.office import packs

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
SEED = 1
"""The demo's."""


def main() -> None:
    """Compare, print, keep the figures; fail where an answer differs."""
    loans = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    name = sys.argv[2] if len(sys.argv) > 2 else "duckdb"  # noqa: PLR2004 - the second argument
    sys.path.append(str(ROOT))  # the comparison is the tests' own
    shipped_book = importlib.import_module("tests.acts.shipped_book")
    rows = shipped_book.applications(loans, SEED)
    lines = [
        f"# Shipped policies on a book, {name} against one by one", "",
        f"{loans:,} loans, {rows.num_rows:,} applications, seed {SEED}.", "",
        "| policy | applications | approve | refer | decline | differences | s |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        engine: Engine = DuckEngine(scratch) if name == "duckdb" else SparkEngine(scratch / "spark")
        for policy in packs.policies():
            began = time.perf_counter()
            past = shipped_book.past(engine, rows, scratch)
            found = shipped_book.compared(past, packs.policy(policy))
            differences += len(found.differences)
            told = " | ".join(
                f"{found.outcomes[each]:,}" for each in ("approve", "refer", "decline")
            )
            lines.append(
                f"| {policy} | {found.applications:,} | {told} | {len(found.differences)} | "
                f"{time.perf_counter() - began:.0f} |"
            )
            print(lines[-1], *found.differences[:3])
        engine.close()
    page = "\n".join([*lines, ""])
    (RESULTS / f"replay_{name}.md").write_text(page)
    print(page)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
