"""A source's rows into the contract's tables: what fits is kept, what does not says why.

A row of a source is kept when every row it gives fits the contract, and rejected otherwise, so
that rows in = kept + rejected, and so does the sum of the source's amount.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import duckdb
import pyarrow as pa

from seawall.core.engine import Engine
from seawall.core.problem import Kind, Place, Problem, refusal
from seawall.core.steps import Steps
from seawall.portfolio import cashflow, contract, formula, problems, reading, schedule, tape
from seawall.portfolio.delimited import Reject
from seawall.portfolio.mapping import Mapping, Rows, Schedule, Source

_CODES: dict[str, Kind] = {kind.code: kind for kind in problems.KINDS}
_ISSUES = pa.schema(
    [("file", pa.int32()), ("row", pa.int32())]
    + [(name, pa.string()) for name in ("name", "value", "code", "detail")]
)


@dataclass(frozen=True)
class Sheet:
    """The rows of one source: `file` (index into the import's files), `row`, and text columns."""

    source: str
    raw: pa.Table


@dataclass(frozen=True)
class Count:
    """What became of one file's rows; the amounts sum what reads as an amount, kept or not."""

    file: int
    rows: int
    kept: int
    amount_in: Decimal
    amount_kept: Decimal


@dataclass(frozen=True)
class Intake:
    """What an import gives: tables in the contract's schema, rejects, and a count per file.

    `notices` are warnings about what is kept.
    """

    tables: dict[str, pa.Table]
    rejects: tuple[Reject, ...]
    counts: tuple[Count, ...]
    notices: tuple[Problem, ...] = ()


def take_in(
    engine: Engine,
    mapping: Mapping,
    sheets: tuple[Sheet, ...],
    *,
    files: tuple[str, ...],
    held: frozenset[str] = frozenset(),
) -> Intake:
    """Bring sheets into the contract's tables.

    Args:
        engine: an embedded engine (import reads text in DuckDB's own way).
        mapping: the declaration.
        sheets: one per source that has files.
        files: the files' names, in the order that `file` counts them.
        held: the tables the book already has, shown to the engine as `book_<table>`.

    Raises:
        UnableToUseInput: a formula of the mapping cannot be used.
    """
    desk = _Desk(engine, mapping, frozenset(sheet.source for sheet in sheets), held)
    desk.read(sheets)
    desk.shape()
    desk.derive()
    tables = desk.kept_tables()
    return Intake(tables, desk.rejects(files), tuple(desk.counts()), tuple(desk.notices(tables)))


class _Desk:
    """The import in the making; relations of the engine hold what is on it.

    `typed_<source>` are read rows; `issues` what is wrong so far; `good_<source>` the rows without
    an issue; `shaped_<table>_<n>` the rows that a part of the mapping gives.
    """

    def __init__(
        self, engine: Engine, mapping: Mapping, present: frozenset[str], held: frozenset[str]
    ) -> None:
        self._engine = engine
        self._mapping = mapping
        self._present = present
        self._held = held
        self._issues = _ISSUES.empty_table()
        self._derived: dict[str, list[pa.Table]] = {}

    def read(self, sheets: tuple[Sheet, ...]) -> None:
        """Type every column; find what does not read, and keys given twice."""
        for name in self._mapping.sources.keys() - self._present:
            self._engine.show(f"good_{name}", _nothing(self._mapping.sources[name]))
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
        parts = list(self._parts())
        loans = [part for part in parts if part[0] == "loan"]
        for name, relation, rows in loans:
            self._fit(name, relation, rows)
            self._keep_good(rows.source)
        self._show_loans()
        for _, relation, rows in loans:
            self._find(contract.second_currency(relation, "known_loans"))
            self._keep_good(rows.source)
        self._show_loans()
        for name, relation, rows in parts:
            if name != "loan":
                self._fit(name, relation, rows)
                if "loan_id" in (rows.columns or {}):
                    self._fit_loans(relation, rows)
        for source in self._present:
            self._keep_good(source)

    def _fit(self, name: str, relation: str, rows: Rows) -> None:
        table, columns = tape.table(name), rows.columns or {}
        self._engine.show(relation, self._run(self._shaping(table, rows, columns)))
        self._find(contract.issues(table, frozenset(columns), relation))
        self._find(contract.twice(table.key, relation))
        if name in self._held:
            self._find(contract.in_book(table, relation))

    def _fit_loans(self, relation: str, rows: Rows) -> None:
        """What rows must have in common with their loans."""
        self._find(contract.orphans(relation, "known_loans"))
        for day in ("paid_on", "due_on"):
            if day in (rows.columns or {}):
                self._find(contract.out_of_life(relation, day, "known_loans"))

    def derive(self) -> None:
        """Derive schedules, then cash flows, from the rows that are good so far."""
        for rows in self._mapping.tables.get("instalment", ()):
            if rows.schedule is not None and rows.source in self._present:
                self._schedule(rows, rows.schedule)
        for source in self._present:
            self._keep_good(source)
        self._show("instalment", self._derived.get("instalment", []))
        for rows in self._mapping.tables.get("payment", ()):
            if rows.totals is not None and rows.source in self._present:
                declared = cashflow.totals(rows.totals, self._chosen(rows), self._formula(rows))
                self._engine.show("totals", self._run(declared))
                self._show_loans()
                self._find(cashflow.issues("totals", "known_loans"))
                self._keep_good(rows.source)
                self._engine.show("totals", self._run(_good("totals", rows.source)))
                found = self._engine.table(cashflow.payments("totals"))
                self._derived.setdefault("payment", []).append(found)

    def kept_tables(self) -> dict[str, pa.Table]:
        """The rows of every table whose source rows are good, in the contract's schema."""
        kept: dict[str, list[pa.Table]] = {name: list(each) for name, each in self._derived.items()}
        for name, relation, rows in self._parts():
            columns = ", ".join(column.name for column in tape.table(name).columns)
            good = f"{_good(relation, rows.source, columns)} ORDER BY r.file, r.row"
            kept.setdefault(name, []).append(self._run(good))
        return {
            name: pa.concat_tables([_fitted(each, tape.table(name)) for each in several])
            for name, several in kept.items()
        }

    def rejects(self, files: tuple[str, ...]) -> tuple[Reject, ...]:
        """Every issue as a reject, in the order of files and rows."""
        ordered = self._issues.sort_by([("file", "ascending"), ("row", "ascending")])
        return tuple(_reject(issue, files) for issue in ordered.to_pylist())

    def notices(self, tables: dict[str, pa.Table]) -> Iterator[Problem]:
        """Loans whose schedule does not add up to what was lent, counted, with some of them."""
        if not tables.get("loan"):
            return
        self._engine.show("kept_loan", tables["loan"])
        instalments = tables.get("instalment") or tape.INSTALMENT.schema.empty_table()
        self._engine.show("kept_instalment", instalments)
        odd = self._run("""
SELECT l.loan_id FROM kept_loan l
LEFT JOIN (SELECT loan_id, SUM(principal) AS principal FROM kept_instalment GROUP BY loan_id) AS i
  ON i.loan_id = l.loan_id
WHERE i.principal IS NULL OR i.principal <> l.principal ORDER BY l.loan_id""")
        if odd.num_rows:
            examples = ", ".join(odd["loan_id"].slice(0, EXAMPLES).to_pylist())
            facts: dict[str, object] = {"n": f"{odd.num_rows:,}", "examples": examples}
            yield Problem(problems.SCHEDULE_ODD, Place(self._mapping.id), facts)

    def counts(self) -> list[Count]:
        """What became of each file's rows."""
        counts: list[Count] = []
        for name in sorted(self._present):
            amount = self._mapping.sources[name].amount
            money = f'CAST(t."{amount}" AS DECIMAL(18,2))' if amount else "CAST(0 AS DECIMAL(18,2))"
            found = self._run(f"""
SELECT t.file, COUNT(*) AS rows, COUNT(g.row) AS kept,
  COALESCE(SUM({money}), 0) AS amount_in,
  COALESCE(SUM(CASE WHEN g.row IS NOT NULL THEN {money} END), 0) AS amount_kept
FROM typed_{name} t LEFT JOIN good_{name} g ON g.file = t.file AND g.row = t.row
GROUP BY t.file ORDER BY t.file""")
            counts += [Count(**line) for line in found.to_pylist()]
        return counts

    def _parts(self) -> list[tuple[str, str, Rows]]:
        return [
            (name, f"shaped_{name}_{number}", rows)
            for name, several in self._mapping.tables.items()
            for number, rows in enumerate(several)
            if rows.columns is not None and rows.source in self._present
        ]

    def _shaping(self, table: tape.Table, rows: Rows, columns: dict[str, str]) -> str:
        formula_sql = self._formula(rows)
        shaped = ", ".join(
            f"TRY_CAST({formula_sql(columns[each.name]) if each.name in columns else 'NULL'}"
            f" AS {tape.SQL_TYPES[each.type]}) AS {each.name}"
            for each in table.columns
        )
        return f"SELECT file, row, {shaped} FROM {self._chosen(rows)}"

    def _chosen(self, rows: Rows) -> str:
        """The good rows of a part's source, with its look-ups, where its condition holds."""
        joins = "".join(
            f' LEFT JOIN good_{name} AS {name} ON {name}."{key}" = s."{key}"'
            for name, key in rows.lookup.items()
        )
        held = {name: self._mapping.sources[name].columns for name in rows.lookup}
        extra = "".join(
            f', {name}."{column}"'
            for name, columns in held.items()
            for column in columns
            if column not in self._mapping.sources[rows.source].columns
        )
        joined = f"(SELECT s.*{extra} FROM good_{rows.source} AS s{joins})"
        if rows.where is None:
            return f"{joined} AS chosen"
        condition = formula.sql(rows.where, self._names(rows))
        return f"(SELECT * FROM {joined} AS every WHERE {condition}) AS chosen"

    def _names(self, rows: Rows) -> frozenset[str]:
        sources = (rows.source, *rows.lookup)
        return frozenset(
            column for name in sources for column in self._mapping.sources[name].columns
        )

    def _formula(self, rows: Rows) -> Callable[[str], str]:
        """Turns the part's formulas into SQL, each tried on no rows so that mistakes are named."""

        def compiled(text: str) -> str:
            try:
                sql = formula.sql(text, self._names(rows))
                self._run(f"SELECT {sql} AS tried FROM {self._chosen(rows)} LIMIT 0")
            except (formula.UnableToUseFormula, duckdb.Error) as error:
                why = error.why if isinstance(error, formula.UnableToUseFormula) else str(error)
                place, first = Place(self._mapping.id), why.splitlines()[0]
                raise refusal(problems.FORMULA_INVALID, place, formula=text, why=first) from None
            return sql

        return compiled

    def _schedule(self, rows: Rows, declared: Schedule) -> None:
        terms = self._run(schedule.terms(declared, self._chosen(rows), self._formula(rows)))
        self._engine.show("terms", terms)
        needed = {
            "loan_id": "loan_id IS NULL",
            "principal": "principal IS NULL",
            "first_due_on": "first_due_on IS NULL",
            "count": f"times IS NULL OR times NOT BETWEEN 1 AND {schedule.COUNT_MOST}",
        }
        for name, condition in needed.items():
            self._find(contract.missing(f"schedule.{name}", condition, "terms"))
        self._keep_good(rows.source)
        self._engine.show("good_terms", self._run(_good("terms", rows.source)))
        found = self._engine.table(schedule.instalments(declared, "good_terms"))
        self._derived.setdefault("instalment", []).append(found)

    def _find(self, sql: str) -> None:
        if sql:
            named = f"SELECT file, row, name, value, code, detail FROM ({sql}) AS found"
            found = self._run(named).cast(_ISSUES)
            self._issues = pa.concat_tables([self._issues, found])

    def _keep_good(self, source: str) -> None:
        self._engine.show("issues", self._issues)
        good = (
            f"SELECT t.* FROM typed_{source} t ANTI JOIN issues i "
            "ON i.file = t.file AND i.row = t.row"
        )
        self._engine.show(f"good_{source}", self._run(good))

    def _show_loans(self) -> None:
        parts = [
            _good(relation, rows.source, f"{_LIFE}, 1 AS turn")
            for name, relation, rows in self._parts()
            if name == "loan"
        ]
        parts += [f"SELECT {_LIFE}, 0 AS turn FROM book_loan"] if "loan" in self._held else []
        none = (
            "SELECT CAST(NULL AS VARCHAR) AS loan_id, CAST(NULL AS DATE) AS disbursed_on, "
            "CAST(NULL AS DATE) AS observed_on, CAST(NULL AS VARCHAR) AS currency, "
            "CAST(NULL AS DECIMAL(18,2)) AS principal, 1 AS turn WHERE FALSE"
        )
        self._engine.show("known_loans", self._run(" UNION ALL ".join(parts or [none])))

    def _show(self, name: str, tables: list[pa.Table]) -> None:
        table = tape.table(name)
        fitted = [_fitted(each, table) for each in tables] or [table.schema.empty_table()]
        self._engine.show(name, pa.concat_tables(fitted))

    def _run(self, sql: str) -> pa.Table:
        return self._engine.table(Steps().then("rows", sql))


EXAMPLES = 5
"""So many loans are named where many have the same fault."""
_LIFE = "loan_id, disbursed_on, observed_on, currency, principal"


def _good(relation: str, source: str, columns: str = "r.*") -> str:
    """The rows of a relation, called `r`, whose rows of the source have no issue."""
    return (
        f"SELECT {columns} FROM {relation} r "
        f"SEMI JOIN good_{source} g ON g.file = r.file AND g.row = r.row"
    )


def _nothing(source: Source) -> pa.Table:
    columns = [pa.field(name, tape.ARROW_TYPES[f.type]) for name, f in source.columns.items()]
    places = [pa.field("file", pa.int32()), pa.field("row", pa.int32())]
    return pa.schema([*places, *columns]).empty_table()


def _fitted(rows: pa.Table, table: tape.Table) -> pa.Table:
    return rows.select(table.schema.names).cast(table.schema)


def _reject(issue: dict[str, str | int | None], files: tuple[str, ...]) -> Reject:
    kind = _CODES[str(issue["code"])]
    name = str(issue["name"])
    place = Place(files[int(issue["file"] or 0)], row=int(issue["row"] or 0), column=name)
    return Reject(
        Problem(kind, place, _facts(kind, name, issue["detail"])), str(issue["value"] or "")
    )


_DETAILS = {
    problems.VALUE_OUT_OF_RANGE.code: "range",
    problems.VALUE_NOT_AMONG.code: "among",
    problems.ROW_TWICE.code: "first",
    problems.DATES_OUT_OF_ORDER.code: "earlier",
    problems.PAID_AFTER_OBSERVED.code: "observed",
    problems.CURRENCY_SECOND.code: "currency",
    problems.RECEIVED_TOO_MUCH.code: "lent",
}


def _facts(kind: Kind, name: str, detail: str | int | None) -> dict[str, object]:
    """What the kind's sentence wants to know."""
    if kind is problems.VALUE_UNREADABLE:
        wanted = reading.NAMES[cast(tape.Type, detail)]
        return {"wanted": wanted.en, "wanted_zh": wanted.zh}
    facts: dict[str, object] = {"later": name}
    if kind.code in _DETAILS:
        facts[_DETAILS[kind.code]] = detail
    return facts
