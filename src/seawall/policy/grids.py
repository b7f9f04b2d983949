"""Decision tables and scorecards to be read: cells in few words, and two columns as a matrix."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seawall.core.expression.tree import Call, Constant, Node
from seawall.core.expression.writing import is_conversion
from seawall.core.problem import Place
from seawall.core.text import Text, verbatim
from seawall.policy import explain
from seawall.policy.declaration import Band, Hit, Table
from seawall.policy.merging import Merged
from seawall.policy.program import Define, Lookup, LookupRow, Program

REST = Text(en="otherwise", zh="其余")
ANY = Text(en="any", zh="任意")
MISSING = Text(en="missing", zh="缺失")


@dataclass(frozen=True)
class Row:
    """A row of a table: a cell per column (what it asks) and per output (what it gives)."""

    cells: tuple[Text, ...]
    gives: tuple[Text, ...]
    source: str | None
    place: Place


@dataclass(frozen=True)
class Matrix:
    """A table of two columns and one output: the first goes down, the second across.

    Read as the table is: from the top, then from the left, the first that fits counts. A cell is None
    where the table has no row.
    """

    down: Text
    across: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Text | None, ...]], ...]


@dataclass(frozen=True)
class Grid:
    """A decision table.

    Attributes:
        hit: how its rows are read; `HITS` says it.
        columns, outputs: what each is called.
        otherwise: what it gives where no row matches, by output; None for nothing (missing).
        matrix: the same more closely, where that says the same.
    """

    name: str
    title: Text
    hit: Hit
    columns: tuple[Text, ...]
    outputs: tuple[Text, ...]
    rows: tuple[Row, ...]
    otherwise: tuple[Text | None, ...]
    matrix: Matrix | None
    place: Place


@dataclass(frozen=True)
class Characteristic:
    """A part of a scorecard: bands and their points; `missing` is None where the score is then missing."""

    title: Text
    of: Text
    bands: tuple[tuple[Text, float], ...]
    missing: float | None


@dataclass(frozen=True)
class Card:
    """A scorecard."""

    name: str
    title: Text
    start: float
    parts: tuple[Characteristic, ...]
    place: Place


HITS: Mapping[Hit, Text] = {
    "first": Text(en="The first row that fits counts.", zh="按顺序取首个符合的行。"),
    "unique": Text(en="Exactly one row may fit.", zh="只允许一行符合。"),
    "collect": Text(en="All rows that fit count together.", zh="合并所有符合的行。"),
}


def grids(whole: Merged, program: Program) -> Iterator[Grid]:
    """Every decision table of a policy."""
    lookups = {step.name: step for step in program.steps if isinstance(step, Lookup)}
    values = {step.name: step for step in program.steps if isinstance(step, Define)}
    for name, part in whole.tables.items():
        table = part.value
        parts = _lookups(name, table, lookups)
        keys = [_key(name, column, text, program) for column, text in table.columns.items()]
        rows = tuple(
            Row(
                cells=tuple(_asked(parts[0].rows[number], key, program) for key in keys),
                gives=tuple(
                    _given(each.node, program)
                    for lookup in parts
                    for each in lookup.rows[number].gives
                ),
                source=declared.cite,
                place=part.place("rows", number),
            )
            for number, declared in enumerate(table.rows)
        )
        columns = tuple(_called(key, values, program) for key in keys)
        outputs = tuple(output.title for output in table.gives.values())
        otherwise = tuple(
            None if each.otherwise is None else _given(each.otherwise.node, program)
            for lookup in parts
            for each in lookup.outputs
        )
        matrix = _matrix(rows, columns) if len(outputs) == 1 and table.hit == "first" else None
        yield Grid(
            name, table.title, table.hit, columns, outputs, rows, otherwise, matrix, part.place()
        )


def cards(whole: Merged, program: Program) -> Iterator[Card]:
    """Every scorecard of a policy."""
    lookups = {step.name: step for step in program.steps if isinstance(step, Lookup)}
    values = {step.name: step for step in program.steps if isinstance(step, Define)}
    for name, part in whole.scores.items():
        parts = tuple(
            Characteristic(
                title=each.title,
                of=explain.in_words(program, values[f"{name}.{key}.of"].expression.node),
                bands=tuple(_bands(each.bands, lookups[f"{name}.{key}"], each.missing, program)),
                missing=each.missing,
            )
            for key, each in part.value.parts.items()
        )
        yield Card(name, part.value.title, part.value.start, parts, part.place())


def _bands(
    bands: Sequence[Band], lookup: Lookup, missing: float | None, program: Program
) -> Iterator[tuple[Text, float]]:
    """Bands in words; points for a missing value stand before them as a row of their own."""
    rows = lookup.rows[missing is not None :]
    for band, row in zip(bands, rows, strict=True):
        asked = REST if band.is_ is None else short(row.cells[0][1].node, program)
        yield asked, band.points


def _lookups(name: str, table: Table, lookups: Mapping[str, Lookup]) -> tuple[Lookup, ...]:
    """A table that collects is a lookup for each output."""
    if table.hit != "collect":
        return (lookups[name],)
    given = (f"{output}.exact" if each.round else output for output, each in table.gives.items())
    return tuple(lookups[f"{name}.{output}"] for output in given)


def _key(table: str, column: str, text: str, program: Program) -> str:
    """What a column is called in the program: by the name it reads, or as one of its own."""
    return text.strip() if text.strip() in program.types else f"{table}.{column}"


def _called(key: str, values: Mapping[str, Define], program: Program) -> Text:
    """A column that computes something is called what it computes."""
    if "." in key and key in values:
        return explain.in_words(program, values[key].expression.node)
    return program.titles[key]


def _asked(row: LookupRow, key: str, program: Program) -> Text:
    cells = [cell for name, cell in row.cells if name == key]
    return short(cells[0].node, program) if cells else ANY


def _given(node: Node, program: Program) -> Text:
    plain = node.arguments[0] if isinstance(node, Call) and is_conversion(node) else node
    return _plain(plain) if isinstance(plain, Constant) else explain.in_words(program, node)


def short(node: Node, program: Program) -> Text:
    """A cell without what its column says anyway: `< 25`, `A, B`, `1 – 3`.

    Anything less usual is said in full.
    """
    if not isinstance(node, Call):
        return explain.in_words(program, node)
    operator, rest = node.overload.operator, [_bare(each) for each in node.arguments[1:]]
    if operator == "IS NULL":
        return MISSING
    if not all(isinstance(each, Constant) for each in rest) or operator not in _SIGNS:
        return explain.in_words(program, node)
    told = [_plain(each) for each in rest if isinstance(each, Constant)]
    return Text(
        en=_SIGNS[operator] + _BETWEEN.get(operator, ", ").join(each.en for each in told),
        zh=_SIGNS[operator] + _BETWEEN.get(operator, "、").join(each.zh for each in told),
    )


_SIGNS = {
    "=": "",
    "<>": "≠ ",
    "<": "< ",
    "<=": "≤ ",
    ">": "> ",
    ">=": "≥ ",
    "IN": "",
    "BETWEEN": "",
}
_BETWEEN = {"BETWEEN": " – "}
_TRUTHS = {True: Text(en="yes", zh="是"), False: Text(en="no", zh="否")}


def _bare(node: Node) -> Node:
    """Without a conversion that nobody wrote."""
    return node.arguments[0] if isinstance(node, Call) and is_conversion(node) else node


def _plain(node: Constant) -> Text:
    """A constant: texts without quotes."""
    if isinstance(node.value, bool):
        return _TRUTHS[node.value]
    told = node.value if isinstance(node.value, str) else explain.literal(node)
    return verbatim(told)


def _matrix(rows: Sequence[Row], columns: Sequence[Text]) -> Matrix | None:
    """The rows as a matrix; None where it would be read in another order than they are."""
    if len(columns) != _SIDES or len(rows) < _ROWS_LEAST:
        return None
    heads = list(dict.fromkeys(row.cells[1] for row in rows))
    downs = list(dict.fromkeys(row.cells[0] for row in rows))
    seats = [(downs.index(row.cells[0]), heads.index(row.cells[1])) for row in rows]
    if seats != sorted(set(seats)) or ANY in downs[:-1] or ANY in heads[:-1]:
        return None
    given = dict(zip(seats, (row.gives[0] for row in rows), strict=True))
    # After all others, anything is what is left.
    told = [REST if head == ANY and len(heads) > 1 else head for head in heads]
    lines = tuple(
        (REST if down == ANY and len(downs) > 1 else down,
         tuple(given.get((turn, seat)) for seat in range(len(heads))))
        for turn, down in enumerate(downs)
    )  # fmt: skip
    return Matrix(columns[0], columns[1], tuple(told), lines)


_SIDES = 2
_ROWS_LEAST = 4
"""A smaller table is read as quickly as it is."""
