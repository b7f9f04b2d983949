"""A table as boxes: which rows stand where, found without trying every combination.

A point is one region per column. At a point, a row is *alive* unless one of its cells is FALSE
there, and *true* where all are TRUE; an alive row that is not true is unknown. A table reads its
rows in order and stops at the first that is alive.

Rows are bits of an integer. The rows alive at a point are the AND over the columns of the rows
alive in the point's region of each, so a search that walks the columns needs to remember no more
than the column and the rows still alive: where it failed once with the same two, it fails again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from seawall.core.expression.tree import Node
from seawall.core.expression.types import Value
from seawall.policy.program import Lookup
from seawall.policy.regions import Axis, Domain, NotRegions, Truth, axis, constants, truth

STEPS_MOST = 300_000
"""How many regions one table's searches may look at; a table of the usual kind needs a hundredth."""

Point = tuple[int, ...]
Within = tuple[int, ...]
"""A set of regions per column."""


class SearchEnded(Exception):
    """The search looked at as many regions as it may; never leaves this room."""


@dataclass(frozen=True)
class Column:
    """A column with its regions, or a cell that is more than a set of them.

    Attributes:
        name: None for a cell that is not understood: its regions are TRUE, FALSE, unknown.
        axis: the regions of a column.
        alive: the rows alive in each region.
        true: the rows that are TRUE in each region.
        present: the regions that exist.
    """

    name: str | None
    axis: Axis | None
    alive: tuple[int, ...]
    true: tuple[int, ...]
    present: int


class Boxes:
    """The rows of a table, over the regions of its columns.

    Args:
        lookup: the table.
        domains: what the columns can hold.
    """

    def __init__(self, lookup: Lookup, domains: Mapping[str, Domain]) -> None:
        self.count = len(lookup.rows)
        self.opaque = 0
        self._left = STEPS_MOST
        self._truths: list[dict[int, Truth]] = []
        self.columns = tuple(self._columns(lookup, domains))
        self._choices: dict[tuple[int, int], dict[int, int]] = {}
        self.whole: Within = tuple(column.present for column in self.columns)

    @cached_property
    def exact(self) -> bool:
        """Whether every cell is understood."""
        return not self.opaque

    def _columns(self, lookup: Lookup, domains: Mapping[str, Domain]) -> Iterator[Column]:
        by_column, opaque = _cells(lookup)
        self.opaque = sum(len(rows) for rows in opaque.values())
        for name, cells in by_column.items():
            points = {value for found, _ in cells.values() for value in found}
            if domains[name].kind == "boolean":
                points = {False, True}
            on = axis(domains[name], points)
            truths = {row: truth(node, on) for row, (_, node) in cells.items()}
            yield self._column(name, on, truths, len(on.values), on.present)
        for node, rows in opaque.items():
            either = dict.fromkeys(rows, Truth(0b001, 0b010))
            yield self._column(None, None, either, 3, 0b111 if node.nullable else 0b011)

    def _column(
        self, name: str | None, on: Axis | None, truths: dict[int, Truth], size: int, present: int
    ) -> Column:
        every = (1 << self.count) - 1
        self._truths.append(truths)
        true = _turned({row: each.true for row, each in truths.items()}, size, every)
        false = _turned(
            {row: each.false for row, each in truths.items()}, size, every, absent=False
        )
        return Column(name, on, tuple(every & ~mask for mask in false), tuple(true), present)

    def box(self, row: int) -> Within:
        """The regions, per column, where a row's cells are TRUE."""
        return tuple(
            column.present & (truths[row].true if row in truths else column.present)
            for column, truths in zip(self.columns, self._truths, strict=True)
        )

    def at(self, point: Point) -> tuple[int, int]:
        """The rows alive, and those true, at a point."""
        alive = true = (1 << self.count) - 1
        for column, place in zip(self.columns, point, strict=True):
            alive &= column.alive[place]
            true &= column.true[place]
        return alive, true

    def values(self, point: Point) -> dict[str, Value]:
        """A value per column at a point; cells that are not understood have none."""
        return {
            column.name: column.axis.values[place]
            for column, place in zip(self.columns, point, strict=True)
            if column.name is not None and column.axis is not None
        }

    def free(self, within: Within, rows: int, boxes: Sequence[Within] = ()) -> Point | None:
        """A point of a box where none of some rows is alive, outside some other boxes.

        Raises:
            SearchEnded: it was not found, nor excluded, within the limit.
        """
        if not all(within):
            return None
        extra = tuple(self._extra(boxes, place) for place in range(len(self.columns)))
        against = rows | (((1 << len(boxes)) - 1) << self.count)
        return _Search(self, within, extra).point(against)

    def _extra(self, boxes: Sequence[Within], place: int) -> tuple[int, ...]:
        size = len(self.columns[place].alive) if boxes else 0
        return tuple(
            sum(1 << number for number, box in enumerate(boxes) if box[place] >> region & 1)
            << self.count
            for region in range(size)
        )

    def choices(self, place: int, regions: int) -> dict[int, int]:
        """The different sets of rows alive over some regions of a column, each with a region."""
        key = (place, regions)
        if key not in self._choices:
            alive = self.columns[place].alive
            self._choices[key] = {alive[region]: region for region in bits(regions)}
        return self._choices[key]

    def spend(self, steps: int) -> None:
        """Count regions that were looked at.

        Raises:
            SearchEnded: too many.
        """
        self._left -= steps
        if self._left < 0:
            raise SearchEnded

    def stubborn(self, within: Within, rows: int) -> int:
        """Of some rows, those alive all over a box."""
        for place, regions in enumerate(within):
            for mask in self.choices(place, regions):
                rows &= mask
        return rows

    def widened(self, point: Point) -> Within:
        """The box around a free point, as wide as it can be made and still be free."""
        within = [1 << place for place in point]
        for turn, column in enumerate(self.columns):
            others = (1 << self.count) - 1
            for place, regions in enumerate(within):
                if place != turn:
                    others &= _any(self.choices(place, regions))
            wide = [region for region in bits(column.present) if not others & column.alive[region]]
            within[turn] = sum(1 << region for region in wide)
        return tuple(within)

    def meeting(self, first: int) -> Iterator[int]:
        """The later rows that are TRUE somewhere where this one is."""
        rows = ((1 << self.count) - 1) & ~((2 << first) - 1)
        for place, regions in enumerate(self.box(first)):
            rows &= _any(self.columns[place].true[region] for region in bits(regions))
        yield from bits(rows)


class _Search:
    """One walk over the columns for a point where no row is alive.

    A row that only one column can still rid us of forces that column: it is walked next, over the
    regions that do. Without such a row, the column that can rid us of most rows is next.
    """

    def __init__(self, boxes: Boxes, within: Within, extra: tuple[tuple[int, ...], ...]) -> None:
        self._boxes, self._within, self._extra = boxes, within, extra
        self._regions = tuple(self._of(place) for place in range(len(within)))
        # The rows that a column can rid us of.
        self._sheds = tuple(~_all(regions) for regions in self._regions)
        self._failed: set[tuple[int, int]] = set()

    def _of(self, place: int) -> dict[int, int]:
        extra, within = self._extra[place], self._within[place]
        if not extra:
            return self._boxes.choices(place, within)
        alive = self._boxes.columns[place].alive
        return {alive[region] | extra[region]: region for region in bits(within)}

    def point(self, rows: int) -> Point | None:
        """The point, if there is one."""
        found = self._walk((1 << len(self._within)) - 1, rows)
        if found is None:
            return None
        anywhere = (next(bits(regions)) for regions in self._within)
        return tuple(found.get(place, region) for place, region in enumerate(anywhere))

    def _walk(self, columns: int, rows: int) -> dict[int, int] | None:
        if not rows:
            return {}
        turn = self._next(columns, rows)
        if turn is None or (columns, rows) in self._failed:
            return None
        place, forcing = turn
        regions = self._regions[place]
        self._boxes.spend(len(regions) + columns.bit_count())
        best = {rows & mask: region for mask, region in regions.items() if not mask & forcing}
        for left in _least(best):
            found = self._walk(columns & ~(1 << place), left)
            if found is not None:
                return {place: best[left], **found}
        self._failed.add((columns, rows))
        return None

    def _next(self, columns: int, rows: int) -> tuple[int, int] | None:
        """The next column, and the rows that only it can rid us of; None where one cannot be."""
        once = twice = 0
        for place in bits(columns):
            sheds = self._sheds[place]
            twice |= once & sheds
            once |= sheds
        if rows & ~once:
            return None
        forcing = rows & ~twice
        counts = [((self._sheds[place] & forcing).bit_count(),
                   (self._sheds[place] & rows).bit_count(), -place) for place in bits(columns)]  # fmt: skip
        place = -max(counts)[2]
        return place, forcing & self._sheds[place]


def bits(mask: int) -> Iterator[int]:
    """The places of the ones of an integer, from the lowest."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


COMPARED_MOST = 12


def _least(masks: Iterable[int]) -> list[int]:
    """Sets of rows from the smallest; most of those that hold another are left out.

    If no more columns rid us of the smaller one, they do not rid us of the larger.
    """
    kept: list[int] = []
    for mask in sorted(masks, key=lambda mask: (mask.bit_count(), mask)):
        if not any(less & ~mask == 0 for less in kept[:COMPARED_MOST]):
            kept.append(mask)
    return kept


def _all(masks: Iterable[int]) -> int:
    found = -1
    for mask in masks:
        found &= mask
    return found


def _any(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _turned(
    sets: Mapping[int, int], size: int, every: int, *, absent: bool = True
) -> Iterator[int]:
    """From regions per row to rows per region; rows without a cell are in every region or none.

    A set of regions is a few runs: each row is entered where a run begins, and again where it ends.
    """
    turns = [0] * (size + 1)
    for row, regions in sets.items():
        for edge in bits(regions ^ regions << 1):
            turns[edge] ^= 1 << row
    rows = (every & ~sum(1 << row for row in sets)) if absent else 0
    for turn in turns[:size]:
        rows ^= turn
        yield rows


Cells = dict[str, dict[int, tuple[list[Value], Node]]]


def _cells(lookup: Lookup) -> tuple[Cells, dict[Node, list[int]]]:
    """Per column, the cells that are understood, with the constants in them; and the others."""
    by_column: Cells = {}
    opaque: dict[Node, list[int]] = {}
    for number, row in enumerate(lookup.rows):
        for name, cell in row.cells:
            by_column.setdefault(name, {})
            try:
                found = list(constants(cell.node))
            except NotRegions:
                found = []
            if {each for each, _ in found} == {name}:
                values: list[Value] = [value for _, value in found if value is not None]
                by_column[name][number] = (values, cell.node)
            else:
                opaque.setdefault(cell.node, []).append(number)
    return by_column, opaque
