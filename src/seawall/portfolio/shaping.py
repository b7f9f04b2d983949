"""The rows that a part of a mapping gives, as SQL over the good rows of its source.

`good_<source>` are the typed rows without an issue.
"""

from collections.abc import Callable

import duckdb
import pyarrow as pa

from seawall.core.problem import Place, refusal
from seawall.portfolio import formula, problems, tape
from seawall.portfolio.mapping import Mapping, Rows, Source


class Shaping:
    """Turns the parts of a mapping into SQL.

    Args:
        mapping: the declaration.
        run: runs a statement; formulas are tried on no rows, so that mistakes are named.
    """

    def __init__(self, mapping: Mapping, run: Callable[[str], pa.Table]) -> None:
        self._mapping = mapping
        self._run = run

    def rows(self, table: tape.Table, part: Rows) -> str:
        """Rows of the contract's columns, with `file` and `row`, from a part with `columns`."""
        formula_sql, columns = self.formula(part), part.columns or {}
        shaped = ", ".join(
            f"TRY_CAST({formula_sql(columns[each.name]) if each.name in columns else 'NULL'}"
            f" AS {tape.SQL_TYPES[each.type]}) AS {each.name}"
            for each in table.columns
        )
        return f"SELECT file, row, {shaped} FROM {self.chosen(part)}"

    def chosen(self, part: Rows) -> str:
        """The good rows of a part's source, with its look-ups, where its condition holds."""
        joins = "".join(
            f' LEFT JOIN good_{name} AS {name} ON {name}."{key}" = s."{key}"'
            for name, key in part.lookup.items()
        )
        held = {name: self._mapping.sources[name].columns for name in part.lookup}
        extra = "".join(
            f', {name}."{column}"'
            for name, columns in held.items()
            for column in columns
            if column not in self._mapping.sources[part.source].columns
        )
        joined = f"(SELECT s.*{extra} FROM good_{part.source} AS s{joins})"
        if part.where is None:
            return f"{joined} AS chosen"
        condition = formula.sql(part.where, self._names(part))
        return f"(SELECT * FROM {joined} AS every WHERE {condition}) AS chosen"

    def formula(self, part: Rows) -> Callable[[str], str]:
        """Turns the part's formulas into SQL.

        Raises:
            UnableToUseInput: by what it gives, where a formula cannot be used.
        """

        def compiled(text: str) -> str:
            try:
                sql = formula.sql(text, self._names(part))
                self._run(f"SELECT {sql} AS tried FROM {self.chosen(part)} LIMIT 0")
            except (formula.UnableToUseFormula, duckdb.Error) as error:
                why = error.why if isinstance(error, formula.UnableToUseFormula) else str(error)
                place, first = Place(self._mapping.id), why.splitlines()[0]
                raise refusal(problems.FORMULA_INVALID, place, formula=text, why=first) from None
            return sql

        return compiled

    def _names(self, part: Rows) -> frozenset[str]:
        sources = (part.source, *part.lookup)
        return frozenset(
            column for name in sources for column in self._mapping.sources[name].columns
        )


def nothing(source: Source) -> pa.Table:
    """A source without a row."""
    columns = [pa.field(name, tape.ARROW_TYPES[f.type]) for name, f in source.columns.items()]
    places = [pa.field("file", pa.int32()), pa.field("row", pa.int32())]
    return pa.schema([*places, *columns]).empty_table()
