"""The points in time that windows of one stream and key are frames over.

A point is a row per key and time. Events, corrections and decisions each give rows of all columns,
empty where they have nothing to say; rows of one key and time become one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from seawall.core.expression import types
from seawall.core.expression.sql import sql_input, sql_text
from seawall.policy.window import SCALE, VALUE_MOST, Meaning

Aggregate = Literal["SUM", "MIN", "MAX"]
Role = Literal["happened", "unknown", "latest", "step"]
COUNT, MONEY, NUMBER = "BIGINT", "DECIMAL(38,0)", "DOUBLE"
UNADDABLE = "CAST('10000000000000000000000000' AS DECIMAL(26,0))"
"""Stands for a value that cannot be added: no sum of values that can comes near it."""


@dataclass(frozen=True)
class Queries:
    """The relation of decisions.

    Attributes:
        relation: its name; it has the columns below and every key, under its own name.
        id: tells decisions apart.
        at: when the decision was made, a timestamp (UTC).
    """

    relation: str = "application"
    id: str = "application_id"
    at: str = "applied_at"


@dataclass(frozen=True)
class Column:
    """A column of points.

    Attributes:
        role: what fills it: events when they `happened`; late events, from when they happened until
            they are no longer `unknown`; the `latest` event, when it could first be seen; or one
            feature's own steps up and down.
        made: its value, over the columns of events; for steps the feature.
        joined: how points of one key and time become one.
        type: its SQL type.
        length_us: of the window that late events leave, where they do.
    """

    role: Role
    made: str
    joined: Aggregate
    type: str = COUNT
    length_us: int = 0


@dataclass
class Group:
    """The windows over one stream by the same keys, and the columns that they share."""

    name: str
    first: Meaning
    queries: Queries
    members: dict[str, Meaning] = field(default_factory=dict)
    columns: dict[Column, str] = field(default_factory=dict)
    observed: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The keys' names in every step."""
        return [f"key_{n}" for n in range(len(self.first.window.by))]

    @property
    def late(self) -> bool:
        """Whether an event may be known later than it happened."""
        return self.first.stream.known_at is not None

    @property
    def extremes(self) -> dict[str, Meaning]:
        """The windows that ask for a least or greatest value."""
        return {name: m for name, m in self.members.items() if m.window.of in ("min", "max")}

    def read_keys(self) -> list[str]:
        """The keys of a relation as the language reads them, in order."""
        stream = self.first.stream
        return [sql_input(name, stream.types[name]) for name in self.first.window.by]

    def column(self, column: Column) -> str:
        """The name of a column of points; the same again for the same."""
        return self.columns.setdefault(column, f"c{len(self.columns)}")

    def observe(self, made: str) -> str:
        """The name of a column of events; the same again for the same."""
        return self.observed.setdefault(made, f"o{len(self.observed)}")

    def counts(self, meaning: Meaning) -> str | None:
        """The column of events that says whether one counts; None where all do."""
        return self.observe(sql_text(meaning.where)) if meaning.where else None

    def value(self, meaning: Meaning) -> str:
        """The column of events that holds a window's value."""
        assert meaning.value is not None  # noqa: S101 - the window itself sees to it
        text = sql_text(meaning.value)
        return self.observe(text if meaning.window.of == "distinct" else f"CAST({text} AS DOUBLE)")

    def frame(self, meaning: Meaning, *, own: bool) -> str:
        """The points of the key that stand in the window, with or without the point itself.

        Times are whole microseconds. DuckDB finds the end of a frame much sooner if it is the row.
        """
        end = "CURRENT ROW" if own else "1 PRECEDING"
        return self._over(f"RANGE BETWEEN {meaning.window.microseconds} PRECEDING AND {end}")

    def before(self) -> str:
        """All points of the key before this one; no two of them have one time."""
        return self._over("ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING")

    def _over(self, frame: str) -> str:
        return f"(PARTITION BY {', '.join(self.keys)} ORDER BY at_us {frame})"


def us(column: str) -> str:
    """A column as microseconds since 1970."""
    moment = sql_input(column, types.TIMESTAMP)
    return f"DATE_DIFF('microsecond', TIMESTAMP '1970-01-01 00:00:00', {moment})"


def only(condition: str | None, then: str) -> str:
    """A value where a condition holds, else NULL."""
    return f"CASE WHEN {condition} THEN {then} END" if condition else then


def framed(group: Group, name: str, meaning: Meaning) -> str:
    """A window over points, as columns named after the feature."""
    return f'{_FRAMED[meaning.window.of](group, name, meaning)} AS "{name}"'


def _count(group: Group, _name: str, meaning: Meaning) -> str:
    return _added(group, meaning, only(group.counts(meaning), "1"), COUNT)


def _latest(group: Group, _name: str, meaning: Meaning) -> str:
    column = group.column(Column("latest", only(group.counts(meaning), "at_us"), "MAX"))
    return f"MAX({column}) OVER {group.before()}"


def _distinct(group: Group, name: str, meaning: Meaning) -> str:
    group.counts(meaning), group.value(meaning)  # the intervals read them
    column = group.column(Column("step", name, "SUM"))
    return f"CAST(COALESCE(SUM({column}) OVER {group.before()}, 0) AS BIGINT)"


def _extreme(group: Group, _name: str, meaning: Meaning) -> str:
    joined: Aggregate = "MIN" if meaning.window.of == "min" else "MAX"
    made = only(group.counts(meaning), group.value(meaning))
    column = group.column(Column("happened", made, joined, NUMBER))
    return f"{joined}({column}) OVER {group.frame(meaning, own=False)}"


def _sum(group: Group, _name: str, meaning: Meaning) -> str:
    value = group.value(meaning)
    whole = f"CAST(CAST(ROUND({value} * {SCALE}E0) AS BIGINT) AS DECIMAL(26,0))"
    made = (
        f"CASE WHEN ABS({value}) <= {VALUE_MOST}E0 THEN {whole} "
        f"WHEN {value} IS NOT NULL THEN {UNADDABLE} END"
    )
    return _added(group, meaning, only(group.counts(meaning), made), MONEY)


def _mean(group: Group, name: str, meaning: Meaning) -> str:
    there = [each for each in (group.counts(meaning),) if each]
    number = only(" AND ".join([*there, f"{group.value(meaning)} IS NOT NULL"]), "1")
    return f'{_added(group, meaning, number, COUNT)} AS "{name}.n", {_sum(group, name, meaning)}'


_FRAMED: dict[str, Callable[[Group, str, Meaning], str]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "min": _extreme,
    "max": _extreme,
    "distinct": _distinct,
    "since_last": _latest,
}


def _added(group: Group, meaning: Meaning, made: str, type_: str) -> str:
    """What stands in the frame, less what of it was not yet known."""
    inside = group.column(Column("happened", made, "SUM", type_))
    framed_ = f"SUM({inside}) OVER {group.frame(meaning, own=True)}"
    text = f"COALESCE({framed_}, 0) - COALESCE({inside}, 0)"
    if group.late:
        length_us = meaning.window.microseconds
        unknown = group.column(Column("unknown", made, "SUM", type_, length_us))
        text += f" - COALESCE(SUM({unknown}) OVER {group.before()}, 0)"
    return f"CAST({text} AS {type_})"


def events(group: Group) -> str:
    """The stream's events with their keys, and what the windows need of each."""
    stream = group.first.stream
    at = us(stream.at)
    known = f"COALESCE({us(stream.known_at)}, {at})" if stream.known_at else "0"
    made = [f"{text} AS {name}" for text, name in group.observed.items()]
    source = f"{group.first.window.events}_once"
    return _keyed(group, [f"{at} AS at_us", f"{known} AS known_us", *made], source)


def asked(group: Group) -> str:
    """The keys and times of decisions."""
    return _keyed(group, [f"{us(group.queries.at)} AS at_us"], group.queries.relation)


def _keyed(group: Group, made: list[str], source: str) -> str:
    keys = [f"{read} AS {key}" for read, key in zip(group.read_keys(), group.keys, strict=True)]
    there = " AND ".join(f"{each} IS NOT NULL" for each in (*group.keys, "at_us"))
    return f"SELECT * FROM (SELECT {', '.join([*keys, *made])} FROM {source}) AS r WHERE {there}"


def points(group: Group) -> str:
    """All points, those of one key and time as one."""
    keys = ", ".join(group.keys)
    made = [
        f"CAST({column.joined}({name}) AS {column.type}) AS {name}"
        for column, name in group.columns.items()
    ]
    every = "\nUNION ALL\n".join(_sources(group))
    return (
        f"SELECT {', '.join([keys, 'at_us', *made])} FROM (\n{every}\n) AS p GROUP BY {keys}, at_us"
    )


def _sources(group: Group) -> Iterator[str]:
    """Every relation that gives points."""
    happened = f"{group.name}_events"
    yield _row(group, f"{group.name}_asked", {})
    filled = {}
    for column in group.columns:
        if column.role == "happened" or (column.role == "latest" and not group.late):
            filled[column] = column.made
        if column.role == "unknown":
            filled[column] = only("known_us > at_us", column.made)
    yield _row(group, happened, filled)
    if group.late:
        yield from _known_later(group, happened)
    for column in group.columns:
        if column.role == "step":
            yield _row(group, f"{group.name}_ends_{column.made}", {column: "step"})


def _known_later(group: Group, happened: str) -> Iterator[str]:
    """Late events are no longer unknown when they are known, or when the window leaves them."""
    late = f"{happened} WHERE known_us > at_us"
    unknown = [column for column in group.columns if column.role == "unknown"]
    for length_us in dict.fromkeys(column.length_us for column in unknown):
        left = {c: f"-({c.made})" for c in unknown if c.length_us == length_us}
        yield _row(group, late, left, f"LEAST(known_us, at_us + {length_us})")
    latest = {column: column.made for column in group.columns if column.role == "latest"}
    if latest:
        yield _row(group, happened, latest, "GREATEST(at_us, known_us)")


def _row(group: Group, source: str, filled: dict[Column, str], at_us: str = "at_us") -> str:
    """Points from a relation: all columns in order, NULL where it has nothing to say."""
    made = [
        f"CAST({filled.get(column, 'NULL')} AS {column.type}) AS {name}"
        for column, name in group.columns.items()
    ]
    return f"SELECT {', '.join([*group.keys, f'{at_us} AS at_us', *made])} FROM {source}"


def listed(alias: str, names: Iterable[str]) -> str:
    """Columns of one relation."""
    return ", ".join(f"{alias}.{name}" for name in names)
