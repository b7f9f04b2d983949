"""A part of an import: the rows of one table that one source gives."""

from dataclasses import dataclass

from seawall.portfolio.mapping import Rows
from seawall.portfolio.tape import INSTALMENT, Table


@dataclass(frozen=True)
class Part:
    """Rows of one table from one source, each with the `file` and `row` it comes from.

    Attributes:
        relation: the rows' name, good or not.
        units: where they are derived, the relation of the loans that they are derived from.
    """

    table: Table
    rows: Rows
    relation: str
    units: str | None = None

    @property
    def good(self) -> str:
        """The rows whose source's rows have no issue so far."""
        return f"({good(self.relation, self.rows.source)})"

    @property
    def told_whole(self) -> str | None:
        """The loans of which all rows are told at once, so that what is no longer told is gone.

        A schedule is told so, and what is derived from totals. Payments in rows are only where the
        mapping says that they are complete: a servicer may send those of the last month only.
        """
        if self.rows.complete:
            return "fresh"
        return self.units or (self.good if self.table is INSTALMENT else None)


def good(relation: str, source: str) -> str:
    """The rows of a relation whose rows of the source have no issue so far."""
    return (
        f"SELECT r.* FROM {relation} r "
        f"SEMI JOIN good_{source} g ON g.file = r.file AND g.row = r.row"
    )
