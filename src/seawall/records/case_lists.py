"""Lists of cases, page by page, and never slower for how many there are.

A list is in the order of an index. What is looked up by several values (states of a kind, units) is asked value by
value, each answer no longer than the page, and put together: one statement, whose cost is that of the page. A title
is found by its words: rare ones are looked up, common ones are asked of each case on the way.
Times are whole microseconds since 1970 (UTC).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal, NamedTuple

from django.db import connection

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.records.case_words import words
from seawall.records.rows import rows as _table

_COLUMNS = ("case_id", "kind", "kind_digest", "unit", "state", "is_open", "revision", "title", "assignee", "waits",
            "opened_us", "changed_us", "due_us")  # fmt: skip
_ORDERS = {"changed": ("changed_us", "DESC", "<="), "due": ("due_us", "ASC", ">=")}
RARE = 1_000
"""Cases with a word; of more, each case on the way is asked for it."""
MOST = 500
"""Rows of a page."""
_BRANCHES_MOST = 400
"""SQLite puts no more answers together in one statement than 500."""

Order = Literal["changed", "due"]
After = tuple[int, str]
"""The last row of the page before: its time in the list's order, and its id."""


class Line(NamedTuple):
    """A case in a list; fields as in `case_models.CaseNow`."""

    case_id: str
    kind: str
    kind_digest: str
    unit: str
    state: str
    is_open: bool
    revision: int
    title: str
    assignee: str
    waits: bool
    opened_us: int
    changed_us: int
    due_us: int | None

    def after(self, order: Order) -> After:
        """Where the page after this row begins."""
        return ((self.due_us or 0) if order == "due" else self.changed_us, self.case_id)


@dataclass(frozen=True)
class Which:
    """Which cases a list is of; what is empty or None asks nothing.

    Attributes:
        places: pairs of a kind and one of its states.
        kind: of any state; asks nothing beside `places`.
        kinds: of one of these; None is any. Asked of each case on the way, where `places` do not say it already.
        units: exactly these; None is all of them.
        is_open: open ones, or ended ones; asks nothing beside `places`.
        assignee: as names are compared.
        waits: only those in which something waits for approval.
        due_until_us: only those with a deadline until then.
        words: all of which the title has; the last may be the beginning of one.
        order: those changed last first, or those due first (which leaves out those without a deadline).
    """

    places: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    kinds: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None
    is_open: bool | None = True
    assignee: str = ""
    waits: bool = False
    due_until_us: int | None = None
    words: tuple[str, ...] = ()
    order: Order = "changed"


class _Said(NamedTuple):
    """A piece of SQL and its values."""

    sql: str
    values: tuple[Any, ...]


def page(which: Which, after: After | None = None, most: int = 50) -> list[Line]:
    """A page of cases.

    Args:
        which: the list.
        after: the last row of the page before.
        most: rows of the page; at most `MOST`.
    """
    few = _rare(which.words) if which.words else None
    if few is None:
        return several({"": which}, most, after)[""]
    kept = [
        line for line in _looked_up(few) if _among(line, which) and _later(line, which.order, after)
    ]
    return _in_order(kept, which.order)[:most]


def several(
    lists: Mapping[str, Which], most: int, after: After | None = None
) -> dict[str, list[Line]]:
    """The first pages of several lists, by name, in one statement.

    Raises:
        UnableToList: they ask for more values than one statement has room for.
    """
    parts = [
        _tagged(name, branch)
        for name, which in lists.items()
        for branch in _branches(which, after, min(most, MOST))
    ]
    if len(parts) > _BRANCHES_MOST:
        raise UnableToList(len(parts))
    found: dict[str, list[Line]] = {name: [] for name in lists}
    if parts:
        said = " UNION ALL ".join(part.sql for part in parts)
        for name, *row in _rows(said, [value for part in parts for value in part.values]):
            found[name].append(_line(row))
    return {name: _in_order(found[name], lists[name].order)[:most] for name in lists}


def line(case_id: str) -> Line | None:
    """One case; None where there is none."""
    found = _looked_up([case_id])
    return found[0] if found else None


def lines(case_ids: Sequence[str]) -> list[Line]:
    """Some cases, in no order."""
    return _looked_up(case_ids)


def lanes(which: Which, most: int) -> dict[tuple[str, str], list[Line]]:
    """For each of a list's places, its first cases: a board."""
    named = {f"{kind}/{state}": (kind, state) for kind, state in which.places}
    each = {name: replace(which, places=(place,)) for name, place in named.items()}
    return {named[name]: lines for name, lines in several(each, most).items()}


def known_units() -> tuple[str, ...]:
    """Every unit that cases are of: one look into an index for each."""
    sql = (
        "WITH RECURSIVE known(unit) AS (SELECT MIN(unit) FROM records_casenow UNION ALL "
        "SELECT (SELECT MIN(c.unit) FROM records_casenow c WHERE c.unit > known.unit) FROM known "
        "WHERE known.unit IS NOT NULL) SELECT unit FROM known WHERE unit IS NOT NULL"
    )
    return tuple(unit for (unit,) in _rows(sql, []))


def _branches(which: Which, after: After | None, most: int) -> Iterator[_Said]:
    """The statements whose answers make up a list: each in the order of one index; none where it is of no kind."""
    if which.kinds == ():
        return
    kinds: Sequence[tuple[str, str]] = which.places or ((which.kind, ""),)
    whole = which.is_open is not None or which.places or which.waits
    openness = (which.is_open,) if whole else (True, False)
    units = (None,) if which.units is None else which.units
    for unit, (kind, state), is_open in product(units, kinds, openness):
        told: dict[str, object] = {"unit": unit, "kind": kind or None, "state": state or None}
        told |= {"is_open": is_open, "assignee": which.assignee or None}
        yield _branch(which, {n: v for n, v in told.items() if v is not None}, after, most)


def _branch(which: Which, equal: Mapping[str, Any], after: After | None, most: int) -> _Said:
    column, direction, _ = _ORDERS[which.order]
    conditions = [*_equal(which, equal), *_bounds(which, column), *_having(which.words)]
    if after is not None:
        conditions += _behind(which.order, after)
    where = " AND ".join(each.sql for each in conditions) or "TRUE"
    values = tuple(value for each in conditions for value in each.values)
    order = f"{column} {direction}, case_id"
    return _Said(
        f"SELECT {', '.join(_COLUMNS)} FROM records_casenow WHERE {where} ORDER BY {order} LIMIT {most}",
        values,
    )


def _equal(which: Which, equal: Mapping[str, Any]) -> Iterator[_Said]:
    for name, value in equal.items():
        # Whether it is open follows from a state, and would lead a planner to another index.
        # As it follows from a deadline, which only open ones have.
        if name == "is_open" and ("state" in equal or (value and which.order == "due")):
            continue
        if name == "is_open" and which.waits:  # few wait: their own index is not to be passed over
            yield _Said("COALESCE(is_open, %s) = %s", (value, value))
        else:
            yield _Said(f"{name} = %s", (value,))
    if which.kinds is not None and "kind" not in equal:
        yield _Said(f"kind IN ({', '.join(['%s'] * len(which.kinds))})", which.kinds)
    if which.assignee:
        yield _Said("NOT assignee = ''", ())  # as the index says it
    if which.waits:
        yield _Said("waits", ())


def _bounds(which: Which, column: str) -> Iterator[_Said]:
    if column == "due_us" or which.due_until_us is not None:
        yield _Said("due_us IS NOT NULL", ())
    if which.due_until_us is not None:
        yield _Said("due_us <= %s", (which.due_until_us,))


def _behind(order: Order, after: After) -> list[_Said]:
    column, _, beyond = _ORDERS[order]
    at, case_id = after
    # An index begins at the first condition. The second is hidden from planners, who would make two look-ups of it, or
    # think that few rows pass it: both read all that is behind, and sort it.
    return [
        _Said(f"{column} {beyond} %s", (at,)),
        _Said(f"COALESCE({column} <> %s OR case_id > %s, FALSE)", (at, case_id)),
    ]


def _having(wanted: Sequence[str]) -> Iterator[_Said]:
    """Titles that have all of some words."""
    for place, word in enumerate(wanted):
        like = _like(word, begins=place == len(wanted) - 1, of="(w.word || '')")
        yield _Said(
            # Neither a join with all that have the word, nor its index: few words of this one case are looked at.
            "(SELECT 1 FROM records_caseword w WHERE w.case_id = records_casenow.case_id "
            f"AND {like.sql} LIMIT 1) IS NOT NULL",
            like.values,
        )


def _rare(wanted: Sequence[str]) -> set[str] | None:
    """The cases whose titles have all of some words; None where none of the words is rare."""
    parts = []
    for place, word in enumerate(wanted):
        like = _like(word, begins=place == len(wanted) - 1)
        # The order is that of the index. Without it a planner takes a common word for one that soon turns up in the
        # table, and where it stands at the end of it, reads all of it.
        sql = f"SELECT case_id FROM records_caseword w WHERE {like.sql} ORDER BY word, case_id LIMIT {RARE + 1}"
        parts.append(_tagged(str(place), _Said(sql, like.values)))
    found: dict[str, set[str]] = {str(place): set() for place in range(len(wanted))}
    said = " UNION ALL ".join(part.sql for part in parts)
    looked = [0] * len(wanted)
    for place, case_id in _rows(said, [value for part in parts for value in part.values]):
        found[place].add(case_id)
        looked[int(place)] += 1
    rare = [found[str(place)] for place, count in enumerate(looked) if count <= RARE]
    return set.intersection(*rare) if rare else None


def _like(word: str, *, begins: bool, of: str = "w.word") -> _Said:
    if begins:
        return _Said(f"{of} >= %s AND {of} < %s", (word, word + "\U0010ffff"))
    return _Said(f"{of} = %s", (word,))


def _looked_up(case_ids: Iterable[str]) -> list[Line]:
    found = _table("CaseNow").filter(case_id__in=list(case_ids))
    return [Line(*row) for row in found.values_list(*_COLUMNS)]


def _among(line: Line, which: Which) -> bool:
    """Whether a case belongs to a list: what statements ask of it, asked of its row."""
    asks = (
        not which.places or (line.kind, line.state) in which.places,
        bool(which.places) or which.kind in ("", line.kind),
        which.kinds is None or line.kind in which.kinds,
        which.units is None or line.unit in which.units,
        bool(which.places) or which.is_open in (None, line.is_open),
        which.assignee in ("", line.assignee),
        line.waits or not which.waits,
        line.due_us is not None or (which.order != "due" and which.due_until_us is None),
        which.due_until_us is None or (line.due_us or 0) <= which.due_until_us,
        _called(line.title, which.words),
    )
    return all(asks)


def _called(title: str, wanted: Sequence[str]) -> bool:
    *whole, last = wanted
    had = words(title)
    return set(whole) <= set(had) and any(word.startswith(last) for word in had)


def _later(line: Line, order: Order, after: After | None) -> bool:
    """Whether a row stands behind another in a list's order."""
    if after is None:
        return True
    (at, case_id), (line_at, line_id) = after, line.after(order)
    sooner = line_at > at if order == "due" else line_at < at
    return sooner or (line_at == at and line_id > case_id)


def _tagged(name: str, branch: _Said) -> _Said:
    return _Said(
        f"SELECT * FROM (SELECT %s AS list, b.* FROM ({branch.sql}) b) t", (name, *branch.values)
    )


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def _line(row: Sequence[Any]) -> Line:
    line = Line(*row)
    # SQLite's truth is a number.
    return line._replace(is_open=bool(line.is_open), waits=bool(line.waits))


def _in_order(lines: list[Line], order: Order) -> list[Line]:
    if order == "due":
        return sorted(lines, key=lambda line: (line.due_us or 0, line.case_id))
    return sorted(lines, key=lambda line: (-line.changed_us, line.case_id))


class UnableToList(Unable):
    """A list asks for too much at once."""

    def __init__(self, parts: int) -> None:
        super().__init__(
            Text(
                en="this list asks for {parts} kinds, states and units at once: ask for fewer",
                zh="该列表一次涉及 {parts} 组类别、状态与机构单元：请缩小范围",
            ),
            parts=parts,
        )
