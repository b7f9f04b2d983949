"""Questions about windows as SQL, and what the rows answer.

SQLite is asked one question after the other: each takes microseconds, and no way. PostgreSQL is asked all
questions of one form in one statement: a way to the server and back takes longer than an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Total = tuple[int, int, int] | float | None
Parts = tuple[tuple[str, int], ...]
Answer = tuple[Total, ...]
Shape = tuple[Callable[[Sequence[Any], int], Total], int]
"""How to read an answer from a row, and from which column on."""
Execute = Callable[[str, Sequence[object]], Any]
"""Runs one statement; gives the driver's cursor."""

_MICRO = 20
"""Sums are added as high and low halves, split here: neither can overflow 64 bits."""


class Question(NamedTuple):
    """What one decision asks of a series in the database; the fields of `policy.window.Ask`.

    Attributes:
        series: the series' number.
    """

    series: int
    key: bytes
    at_us: int
    parts: Parts


def one_by_one(execute: Execute, questions: Sequence[Question]) -> list[Answer]:
    """The answers, in order, by a statement for each question; marks are `?`."""
    found = []
    for series, key, at_us, parts in questions:
        form = _form(parts)
        values = (series, key, at_us - form.longest, at_us, at_us)
        starts = [at_us - length for length in form.shorter]
        row = execute(form.alone, (*starts, *values)).fetchone()
        found.append(_read(row, form.shapes))
    return found


def together(execute: Execute, questions: Sequence[Question]) -> Callable[[], list[Answer]]:
    """Ask by a statement for all questions of one form; what gives the answers, in order. Arrays are marked `%b`."""
    forms: dict[Parts, list[int]] = {}
    for place, question in enumerate(questions):
        forms.setdefault(question.parts, []).append(place)
    sent = []
    for parts, places in forms.items():
        form = _form(parts)
        columns = [list(column) for column in zip(*(questions[n][:3] for n in places), strict=True)]
        sent.append((form, places, execute(form.many, columns)))

    def answers() -> list[Answer]:
        found: dict[int, Answer] = {}
        for form, places, rows in sent:
            for place, *row in rows:
                found[places[place - 1]] = _read(row, form.shapes)
        return [found[place] for place in range(len(questions))]

    return answers


def _read(row: Sequence[Any], shapes: Sequence[Shape]) -> Answer:
    return tuple(shape(row, place) for shape, place in shapes)


class _Form(NamedTuple):
    """Questions that differ in series, key and time only.

    Attributes:
        alone: the statement for one of them: the starts of shorter windows, then series, key, the start of
            the longest, and the time twice.
        many: the statement for many: arrays of series, keys and times. Each row has its question's place
            before the answer, from 1.
        longest: the longest window.
        shorter: the others, as `alone` needs their starts; all in microseconds.
    """

    alone: str
    many: str
    longest: int
    shorter: tuple[int, ...]
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=4096)
def _form(parts: Parts) -> _Form:
    longest = max(length for _, length in parts)
    alone, many = list[str](), list[str]()
    shorter, shapes = list[int](), list[Shape]()
    for of, length in parts:
        made, shape = _ANSWERS[of]
        shapes.append((shape, len(alone)))
        for column in made:
            short = length < longest
            alone.append(f"{column} FILTER (WHERE at_us >= ?)" if short else column)
            many.append(
                f"{column} FILTER (WHERE at_us >= asked.at_us - {length})" if short else column
            )
            shorter += [length] if short else []
    return _Form(
        alone=f"SELECT {', '.join(alone)} {_SEEN.format(*'?????')}",
        many=_MANY.format(
            columns=", ".join(many),
            seen=_SEEN.format(
                "asked.series", "asked.key", f"asked.at_us - {longest}", *["asked.at_us"] * 2
            ),
        ),
        longest=longest,
        shorter=tuple(shorter),
        shapes=tuple(shapes),
    )


_SEEN = (
    "FROM records_observation WHERE series_number = {} AND key = {} AND at_us >= {} "
    "AND at_us < {} AND known_us < {}"
)
_MANY = (
    "SELECT asked.place, answer.* FROM unnest(%b::bigint[], %b::bytea[], %b::bigint[]) "
    "WITH ORDINALITY AS asked (series, key, at_us, place) "
    "CROSS JOIN LATERAL (SELECT {columns} {seen}) AS answer"
)


def _as_is(row: Sequence[Any], place: int) -> Total:
    found: int | float | None = row[place]
    return found


def _added(row: Sequence[Any], place: int) -> Total:
    values, addable, high, low = row[place : place + 4]
    return values, addable, (int(high or 0) << _MICRO) + int(low or 0)


_ADDED = (
    "COUNT(number)",
    "COUNT(scaled)",
    f"SUM(scaled >> {_MICRO})",
    f"SUM(scaled & {(1 << _MICRO) - 1})",
)
_ANSWERS: Mapping[str, tuple[tuple[str, ...], Callable[[Sequence[Any], int], Total]]] = {
    "count": (("COUNT(*)",), _as_is),
    "sum": (_ADDED, _added),
    "mean": (_ADDED, _added),
    "min": (("MIN(number)",), _as_is),
    "max": (("MAX(number)",), _as_is),
    "distinct": (("COUNT(DISTINCT label)",), _as_is),
    "since_last": (("MAX(at_us)",), _as_is),
}
