"""What an import comes to: the rows for the book, what they replace, and every row's fate."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from seawall.core.engine import Engine
from seawall.core.problem import Place, Problem
from seawall.core.steps import Steps
from seawall.portfolio import held, problems, tape
from seawall.portfolio.mapping import Mapping
from seawall.portfolio.part import Part

Fate = Literal["new", "updated", "unchanged", "no_fact", "rejected"]
"""What becomes of a row; `no_fact` are kept ones that only complete others, as look-ups do."""

EXAMPLES = 5
"""So many loans are named where many have the same fault."""


@dataclass(frozen=True)
class Count:
    """How many of one file's rows met a fate; the amount sums what of them reads as an amount."""

    file: int
    fate: Fate
    rows: int
    amount: Decimal


class Outcome:
    """The outcome of parts that were checked and compared with the book.

    Shows `kept_<table>`, what goes into the book, and `gone_<table>`, the keys of what it replaces;
    reads `book_<table>`, `fresh`, and `typed_<source>` and `good_<source>` of the sources.
    """

    def __init__(self, engine: Engine, mapping: Mapping, parts: list[Part]) -> None:
        self._engine = engine
        self._mapping = mapping
        self._parts = parts
        self.tables = {table.name: self._kept(table) for table in tape.TABLES}
        self.replaced = {table.name: self._replaced(table) for table in tape.TABLES}

    def _kept(self, table: tape.Table) -> pa.Table:
        """The good rows of a table that the book does not hold as they are."""
        kept = [table.schema.empty_table()]
        columns = ", ".join(f"r.{column.name}" for column in table.columns)
        for part in self._of(table):
            rows = held.unknown(table, part.good)
            found = self._run(f"SELECT {columns} FROM {rows} r ORDER BY r.file, r.row")
            kept.append(found.cast(table.schema))
        every = pa.concat_tables(kept)
        self._engine.show(f"kept_{table.name}", every)
        return every

    def _replaced(self, table: tape.Table) -> pa.Table:
        """The keys of held rows that what is kept replaces, or that are told no more."""
        ways = [held.replaced(table, f"kept_{table.name}")]
        parts = self._of(table)
        if whole := [part.told_whole for part in parts if part.told_whole]:
            keys = ", ".join(table.key)
            given = " UNION ALL ".join(f"SELECT {keys} FROM {part.good} AS r" for part in parts)
            loans = " UNION ".join(f"SELECT loan_id FROM {each} AS r" for each in whole)
            ways.append(held.vanished(table, f"({given})", f"({loans})"))
        gone = self._run(" UNION ".join(ways))
        self._engine.show(f"gone_{table.name}", gone)
        return gone

    def counts(self, sources: frozenset[str]) -> Iterator[Count]:
        """How many rows of each file met which fate."""
        for name in sorted(sources):
            amount = self._mapping.sources[name].amount
            money = f't."{amount}"' if amount else "0"
            found = self._run(f"""
SELECT file, fate, COUNT(*) AS rows, COALESCE(SUM(amount), 0) AS amount
FROM (
  SELECT t.file, CASE WHEN g.row IS NULL THEN 'rejected' WHEN s.standing = 0 THEN 'unchanged'
    WHEN s.standing = 1 THEN 'new' WHEN s.standing = 2 THEN 'updated' ELSE 'no_fact' END AS fate,
    CAST({money} AS DECIMAL(18,2)) AS amount
  FROM typed_{name} t LEFT JOIN good_{name} g ON g.file = t.file AND g.row = t.row
  LEFT JOIN ({self._standing(name)}) AS s ON s.file = t.file AND s.row = t.row
) AS met GROUP BY file, fate ORDER BY file, fate""")
            yield from (Count(**line) for line in found.to_pylist())

    def _standing(self, source: str) -> str:
        """The highest standing of the facts that each row of a source gives."""
        every = [part for part in self._parts if part.rows.source == source]
        # What is derived from a loan's row stands as the loan does.
        parts = [part for part in every if part.units is None] or every
        found = [held.standing(part.table, part.relation) for part in parts]
        none = "SELECT 0 AS file, 0 AS row, 0 AS standing WHERE FALSE"
        return (
            "SELECT file, row, MAX(standing) AS standing "
            f"FROM ({' UNION ALL '.join(found or [none])}) AS facts GROUP BY file, row"
        )

    def notices(self) -> Iterator[Problem]:
        """Loans whose schedule does not add up to what was lent, counted, with some of them."""
        odd = self._run(f"""
SELECT l.loan_id FROM kept_loan l
LEFT JOIN (SELECT loan_id, SUM(principal) AS principal FROM (
    SELECT loan_id, principal FROM kept_instalment UNION ALL
    SELECT loan_id, principal FROM ({held.left(tape.INSTALMENT, "gone_instalment")}) AS stays
  ) AS every GROUP BY loan_id) AS i ON i.loan_id = l.loan_id
WHERE i.principal IS NULL OR i.principal <> l.principal ORDER BY l.loan_id""")
        if odd.num_rows:
            examples = ", ".join(odd["loan_id"].slice(0, EXAMPLES).to_pylist())
            facts: dict[str, object] = {"n": f"{odd.num_rows:,}", "examples": examples}
            yield Problem(problems.SCHEDULE_ODD, Place(self._mapping.id), facts)

    def _of(self, table: tape.Table) -> list[Part]:
        return [part for part in self._parts if part.table is table]

    def _run(self, sql: str) -> pa.Table:
        return self._engine.table(Steps().then("rows", sql))
