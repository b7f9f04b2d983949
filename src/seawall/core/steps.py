"""Analysis as a queue of named SQL steps, each of which can be looked at.

The text is written once, in DuckDB's dialect; `sql(dialect="spark")` is the same text transpiled.
Write what both engines mean alike: cast to DOUBLE before a division, spell out NULL handling,
give every aggregate a name, order only in the last step.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Dialect = Literal["duckdb", "spark"]


def quoted(text: str) -> str:
    """A text as a SQL literal, of both dialects.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Step:
    """One named step: a SELECT over relations and earlier steps.

    Attributes:
        kept: whether DuckDB shall compute it once and keep its rows for all that read it, or anew in
            one pass with each reader; DuckDB decides where None. Spark always decides by itself.
    """

    name: str
    sql: str
    kept: bool | None = None


@dataclass(frozen=True)
class Steps:
    """A queue of steps; the last one is the answer.

    >>> print(Steps().then("one", "SELECT 1 AS n").then("two", "SELECT n + 1 AS n FROM one").sql())
    WITH one AS (
    SELECT 1 AS n
    )
    SELECT n + 1 AS n FROM one
    """

    queue: tuple[Step, ...] = ()

    def then(self, name: str, sql: str, *, kept: bool | None = None) -> "Steps":
        """The queue with one more step at its end.

        Raises:
            UnableToAddStep: a step of this name is there; SQL does not tell `Loan` from `loan`.
        """
        for step in self.queue:
            if step.name.lower() == name.lower():
                raise UnableToAddStep(name, step.name)
        return Steps((*self.queue, Step(name, sql.strip(), kept)))

    def until(self, name: str) -> "Steps":
        """The queue cut after the step with this name: to look at what that step gives.

        Raises:
            UnableToFindStep: no step has this name.
        """
        names = [step.name for step in self.queue]
        if name not in names:
            raise UnableToFindStep(name, names)
        return Steps(self.queue[: names.index(name) + 1])

    def sql(self, dialect: Dialect = "duckdb") -> str:
        """One SELECT statement: the earlier steps as common table expressions.

        Raises:
            UnableToWriteSql: the queue has no step.
        """
        if not self.queue:
            raise UnableToWriteSql
        *earlier, last = self.queue
        how = _KEPT if dialect == "duckdb" else dict.fromkeys(_KEPT, "")
        head = ",\n".join(f"{step.name} AS {how[step.kept]}(\n{step.sql}\n)" for step in earlier)
        text = f"WITH {head}\n{last.sql}" if earlier else last.sql
        return text if dialect == "duckdb" else spark(text)


_KEPT: dict[bool | None, str] = {True: "MATERIALIZED ", False: "NOT MATERIALIZED ", None: ""}


@lru_cache(maxsize=256)
def spark(text: str) -> str:
    """DuckDB's text as Spark's; 128-bit integers, which Spark lacks, as decimals of 38 digits."""
    # Only Spark needs sqlglot here, and it takes an eighth of a second to load.
    import sqlglot  # noqa: PLC0415
    from sqlglot import exp  # noqa: PLC0415

    tree = sqlglot.parse_one(text, read="duckdb")
    for kind in list(tree.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.INT128:
            kind.replace(exp.DataType.build("DECIMAL(38, 0)"))
    return tree.sql(dialect="spark")


class UnableToAddStep(ValueError):
    """A queue has two steps of one name."""

    def __init__(self, name: str, held: str) -> None:
        cased = "" if name == held else f" ({name!r} differs only in upper and lower case)"
        super().__init__(
            f"the queue already has a step named {held!r}{cased}: give one of them another name"
        )


class UnableToFindStep(LookupError):
    """A queue has no step of the name asked for."""

    def __init__(self, name: str, names: list[str]) -> None:
        held = f"the steps are: {', '.join(names)}" if names else "the queue is empty"
        super().__init__(f"no step named {name!r}; {held}")


class UnableToWriteSql(ValueError):
    """A queue without steps asks nothing."""

    def __init__(self) -> None:
        super().__init__("the queue is empty: add a step with `then` before asking for its SQL")
