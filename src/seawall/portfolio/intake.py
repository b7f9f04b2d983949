"""A source's rows into the contract's tables: what fits is kept, what does not says why.

A row of a source is kept when every row it gives fits the contract and what the book holds, and
rejected otherwise. A kept row is new, updates what the book says, or changes nothing; so that rows
in = new + updated + unchanged + rejected, and so does the sum of the source's amount.
"""

from dataclasses import dataclass

import pyarrow as pa

from seawall.core.engine import Engine
from seawall.core.problem import Problem
from seawall.core.steps import Steps
from seawall.portfolio import (
    cashflow,
    contract,
    held,
    issues,
    reading,
    schedule,
    shaping,
    tape,
)
from seawall.portfolio.delimited import Reject
from seawall.portfolio.mapping import Mapping, Rows, Schedule, Totals
from seawall.portfolio.outcome import Count, Outcome
from seawall.portfolio.part import Part, good


@dataclass(frozen=True)
class Sheet:
    """The rows of one source: `file` (index into the import's files), `row`, and text columns."""

    source: str
    raw: pa.Table


@dataclass(frozen=True)
class Intake:
    """What an import gives.

    Attributes:
        tables: rows for the book, new ones and those that replace, in the contract's schema.
        replaced: for each table, the keys of rows that the book held and that hold no more.
        rejects: every row that is not used, with its reason.
        counts: of all rows that could be read at all, by file and fate.
        notices: warnings about what is kept.
    """

    tables: dict[str, pa.Table]
    replaced: dict[str, pa.Table]
    rejects: tuple[Reject, ...]
    counts: tuple[Count, ...]
    notices: tuple[Problem, ...] = ()


def take_in(
    engine: Engine, mapping: Mapping, sheets: tuple[Sheet, ...], *, files: tuple[str, ...]
) -> Intake:
    """Bring sheets into the contract's tables.

    Args:
        engine: an embedded engine (import reads text in DuckDB's own way); it is shown what the
            book holds of each table of the contract as `book_<table>`.
        mapping: the declaration.
        sheets: one per source that has files.
        files: the files' names, in the order that `file` counts them.

    Raises:
        UnableToUseInput: a formula of the mapping cannot be used.
    """
    desk = _Desk(engine, mapping, frozenset(sheet.source for sheet in sheets))
    desk.read(sheets)
    desk.shape()
    desk.derive()
    desk.compare()
    outcome = Outcome(engine, mapping, desk.parts)
    return Intake(
        tables={name: rows for name, rows in outcome.tables.items() if rows.num_rows},
        replaced={name: keys for name, keys in outcome.replaced.items() if keys.num_rows},
        rejects=issues.rejects(desk.issues, files),
        counts=tuple(outcome.counts(desk.present)),
        notices=tuple(outcome.notices()),
    )


class _Desk:
    """The import in the making; relations of the engine hold what is on it.

    `typed_<source>` are read rows; `issues` what is wrong so far; `good_<source>` the rows without
    an issue; `shaped_<table>_<n>` and `derived_<table>_<n>` the rows that a part of the mapping
    gives; `known_loans` every loan as it will be known; `fresh` those observed later than held.
    """

    def __init__(self, engine: Engine, mapping: Mapping, present: frozenset[str]) -> None:
        self._engine = engine
        self._mapping = mapping
        self.present = present
        self._shaping = shaping.Shaping(mapping, self._run)
        self.parts: list[Part] = []
        self.issues = issues.SCHEMA.empty_table()

    def read(self, sheets: tuple[Sheet, ...]) -> None:
        """Type every column; find what does not read, and keys given twice."""
        for name in self._mapping.sources.keys() - self.present:
            self._engine.show(f"good_{name}", shaping.nothing(self._mapping.sources[name]))
        for sheet in sheets:
            source = self._mapping.sources[sheet.source]
            self._engine.show(f"raw_{sheet.source}", sheet.raw)
            typed = self._run(reading.typed(source, f"raw_{sheet.source}"))
            self._engine.show(f"typed_{sheet.source}", typed)
            self._find(reading.issues(source, f"raw_{sheet.source}"))
            if source.key:
                self._find(contract.twice(source.key, f"typed_{sheet.source}"))
            self._keep_good(sheet.source)

    def shape(self) -> None:
        """Give every table its rows, loans first, and find what does not fit the contract."""
        self._fit("loan")
        self._keep_good(*self.present)
        self._show_loans()
        for part in self._of("loan"):
            self._find(contract.second_currency(part.relation, "currencies"))
            self._find(held.older(part.relation))
        self._keep_good(*self.present)
        for name in self._mapping.tables:
            if name != "loan":
                self._fit(name)
        for part in self._of("application"):
            self._find(contract.second_currency(part.relation, "currencies"))
        self._keep_good(*self.present)
        self._show_loans()

    def _fit(self, name: str) -> None:
        table, keys = tape.table(name), []
        for number, rows in enumerate(self._mapping.tables.get(name, ())):
            if rows.columns is None or rows.source not in self.present:
                continue
            part = Part(table, rows, f"shaped_{name}_{number}")
            self._engine.show(part.relation, self._run(self._shaping.rows(table, rows)))
            self._find(contract.issues(table, frozenset(rows.columns), part.relation))
            if table is tape.PAYMENT:
                self._find(contract.parts_odd(part.relation))
            self.parts.append(part)
            keys.append(f"SELECT file, row, {', '.join(table.key)} FROM {part.relation}")
        if keys:
            self._find(contract.twice(table.key, f"({' UNION ALL '.join(keys)}) AS given"))

    def derive(self) -> None:
        """Derive schedules, then cash flows, from the rows that are good so far."""
        for number, rows in enumerate(self._mapping.tables.get("instalment", ())):
            if rows.schedule is not None and rows.source in self.present:
                self._schedule(number, rows, rows.schedule)
        self._keep_good(*self.present)
        totals = [
            (number, rows, rows.totals)
            for number, rows in enumerate(self._mapping.tables.get("payment", ()))
            if rows.totals is not None and rows.source in self.present
        ]
        if totals:
            self._show_schedules()
        for number, rows, declared in totals:
            self._totals(number, rows, declared)

    def _schedule(self, number: int, rows: Rows, declared: Schedule) -> None:
        units = f"terms_{number}"
        found = schedule.terms(declared, self._shaping.chosen(rows), self._shaping.formula(rows))
        self._engine.show(units, self._run(found))
        needed = {
            "loan_id": "loan_id IS NULL",
            "principal": "principal IS NULL",
            "first_due_on": "first_due_on IS NULL",
            "count": f"times IS NULL OR times NOT BETWEEN 1 AND {schedule.COUNT_MOST}",
        }
        for name, condition in needed.items():
            self._find(contract.missing(f"schedule.{name}", condition, units))
        self._find(contract.twice(("loan_id",), units))
        self._keep_good(rows.source)
        self._engine.show(units, self._run(good(units, rows.source)))
        part = Part(tape.INSTALMENT, rows, f"derived_instalment_{number}", units)
        self._derived(part, schedule.instalments(declared, units))

    def _totals(self, number: int, rows: Rows, declared: Totals) -> None:
        units = f"totals_{number}"
        found = cashflow.totals(declared, self._shaping.chosen(rows), self._shaping.formula(rows))
        self._engine.show(units, self._run(found))
        self._find(cashflow.issues(units, "known_loans"))
        self._find(contract.twice(("loan_id",), units))
        self._keep_good(rows.source)
        self._engine.show(units, self._run(good(units, rows.source)))
        part = Part(tape.PAYMENT, rows, f"derived_payment_{number}", units)
        self._derived(part, cashflow.payments(units))

    def _derived(self, part: Part, steps: Steps) -> None:
        """Show what was derived, each row with the place of the row that its loan came from."""
        name = part.table.name
        placed = f"SELECT u.file, u.row, r.* FROM {name} r JOIN {part.units} u USING (loan_id)"
        self._engine.show(part.relation, self._engine.table(steps.then("placed", placed)))
        self.parts.append(part)

    def _show_schedules(self) -> None:
        columns = ", ".join(tape.INSTALMENT.schema.names)
        derived = [part.good for part in self._of("instalment") if part.units]
        parts = [f"SELECT {columns} FROM {rows} AS derived" for rows in derived]
        none = f"SELECT {columns} FROM book_instalment WHERE FALSE"
        self._engine.show("instalment", self._run(" UNION ALL ".join([none, *parts])))

    def compare(self) -> None:
        """Find rows that the book holds otherwise, and rows that do not fit their loans."""
        self._show_loans()
        for part in self.parts:
            if part.units is None:
                self._find(held.differing(part.table, part.good))
            else:
                self._find(held.derived_otherwise(part.table, part.good, part.units))
        self._keep_good(*self.present)
        self._show_loans()
        for part in self.parts:
            if part.table is not tape.LOAN and "loan_id" in (part.rows.columns or {}):
                self._fit_loans(part)
        self._keep_good(*self.present)
        for part in self._of("payment"):
            if "principal" in (part.rows.columns or {}):
                self._fit_principal(part)
        self._keep_good(*self.present)
        self._show_loans()

    def _fit_loans(self, part: Part) -> None:
        """What rows must have in common with their loans."""
        self._find(contract.orphans(part.relation, "known_loans"))
        for day in ("paid_on", "due_on"):
            if day in (part.rows.columns or {}):
                self._find(contract.out_of_life(part.relation, day, "known_loans"))

    def _fit_principal(self, part: Part) -> None:
        """What the servicer says he received of principal, this time and before."""
        before = held.left(tape.PAYMENT, part.relation)
        if part.rows.complete:  # what such a tape tells no more is gone
            before = f"SELECT * FROM ({before}) AS b ANTI JOIN fresh USING (loan_id)"
        self._find(contract.principal_beyond(part.good, f"({before})", "known_loans"))

    def _of(self, table: str) -> list[Part]:
        return [part for part in self.parts if part.table.name == table]

    def _find(self, sql: str) -> None:
        if sql:
            named = f"SELECT file, row, name, value, code, detail FROM ({sql}) AS found"
            found = self._run(named).cast(issues.SCHEMA)
            self.issues = pa.concat_tables([self.issues, found])

    def _keep_good(self, *sources: str) -> None:
        self._engine.show("issues", self.issues)
        for source in sources:
            good = (
                f"SELECT t.* FROM typed_{source} t ANTI JOIN issues i "
                "ON i.file = t.file AND i.row = t.row"
            )
            self._engine.show(f"good_{source}", self._run(good))

    def _show_loans(self) -> None:
        """Show loans as they will be known, those observed later, and whose currency counts."""
        none = "SELECT 0 AS file, 0 AS row, b.* FROM book_loan b WHERE FALSE"
        given = " UNION ALL ".join(
            [none, *(f"SELECT * FROM {part.good} AS r" for part in self._of("loan"))]
        )
        self._engine.show("given_loan", self._run(given))
        self._engine.show("fresh", self._run(held.fresh("given_loan")))
        self._engine.show(
            "known_loans",
            self._run(f"""
SELECT {_LIFE} FROM given_loan UNION ALL
SELECT {_LIFE} FROM (SELECT * FROM book_loan ANTI JOIN given_loan USING (loan_id)) AS others"""),
        )
        self._engine.show(
            "currencies",
            self._run("""
SELECT loan_id, currency, 0 AS turn FROM book_loan
UNION ALL SELECT loan_id, currency, 1 AS turn FROM given_loan"""),
        )

    def _run(self, sql: str) -> pa.Table:
        return self._engine.table(Steps().then("rows", sql))


_LIFE = "loan_id, disbursed_on, observed_on, principal"
