"""Columns cut into regions, and tables as boxes, against trying every point of a grid."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core.expression import language, types
from seawall.core.expression.python import python_function
from seawall.policy import boxes, regions
from seawall.policy.boxes import Boxes, SearchEnded
from seawall.policy.program import Lookup, LookupOutput, LookupRow
from seawall.policy.regions import Domain, NotRegions

TYPES = {
    "n": types.INTEGER, "x": types.NUMBER, "t": types.TEXT, "d": types.DATE, "b": types.BOOLEAN,
    "s": types.TIMESTAMP,
}  # fmt: skip
VALUES = {
    "n": (None, *range(-1, 13)),
    "x": (None, -1e9, *(number / 2 for number in range(-2, 25)), 1e9),
    "t": (None, "", "a", "aa", "b", "c", "cx", "d", "zz"),
    "d": (None, *(date(2026, 1, day) for day in range(1, 15))),
    "b": (None, True, False),
}
CONSTANTS = {
    "n": ("0", "3", "4", "5.5", "9"),
    "x": ("0", "2.5", "3", "7"),
    "t": ("'a'", "'b'", "'c'"),
    "d": ("DATE '2026-01-03'", "DATE '2026-01-04'", "DATE '2026-01-10'"),
}


@st.composite
def conditions(draw: st.DrawFn, name: str, depth: int = 2) -> str:
    inner = conditions(name, depth - 1) if depth else st.nothing()
    choices = ["null", "atom", *(["both", "not", "is"] if depth else [])]
    match draw(st.sampled_from(choices)):
        case "null":
            return f"{name} IS {draw(st.sampled_from(('', 'NOT ')))}NULL"
        case "both":
            return f"({draw(inner)}) {draw(st.sampled_from(('AND', 'OR')))} ({draw(inner)})"
        case "not":
            return f"NOT ({draw(inner)})"
        case "is":
            return (
                f"({draw(inner)}) IS {draw(st.sampled_from(('TRUE', 'FALSE', 'NULL', 'NOT TRUE')))}"
            )
    if name == "b":
        return draw(st.sampled_from(("b", "b = TRUE", "b <> FALSE", "b IN (TRUE, NULL)")))
    one, two = (draw(st.sampled_from((*CONSTANTS[name], "NULL"))) for _ in range(2))
    sign = draw(st.sampled_from(("=", "<>", "<", "<=", ">", ">=")))
    return draw(
        st.sampled_from((
            f"{name} {sign} {one}", f"{one} {sign} {name}", f"{name} BETWEEN {one} AND {two}",
            f"{name} NOT BETWEEN {one} AND {two}", f"{name} IN ({one}, {two})",
            f"{name} NOT IN ({one}, {two})",
        ))
    )  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cell_has_one_truth_on_each_region_and_it_is_that_of_its_values(
    name: str, data: st.DataObject
) -> None:
    expression = language.parse(data.draw(conditions(name)), inputs=TYPES)
    points = {value for _, value in regions.constants(expression.node) if value is not None}
    on = regions.axis(Domain(TYPES[name].kind), {True, False} if name == "b" else points)
    truth = regions.truth(expression.node, on)
    assert not truth.true & truth.false
    run = python_function(expression)
    for place in boxes.bits(on.present):
        found = run(on.values[place]) if expression.names else run()
        said = True if truth.true >> place & 1 else False if truth.false >> place & 1 else None
        assert found is said
    # Every value lies in a region whose truth it shares.
    for value in VALUES[name]:
        alike = [place for place in boxes.bits(on.present) if _alike(on, place, value)]
        assert len(alike) == 1, (value, on)
        found = run(value) if expression.names else run()
        assert found is (
            True if truth.true >> alike[0] & 1 else False if truth.false >> alike[0] & 1 else None
        )


def _alike(on: regions.Axis, place: int, value: object) -> bool:
    """Whether a value and a region's compare alike with every constant."""
    other = on.values[place]
    if value is None or other is None:
        return value is None and other is None
    return all((value < p, value == p) == (other < p, other == p) for p in on.points)


@pytest.mark.parametrize(
    "text", ["x + 1 > 3", "x > n", "t LIKE 'a%'", "ROUND(x, 0) = 3", "LENGTH(t) > 2", "n = 9007199254740993"]
)  # fmt: skip
def test_a_cell_that_is_more_than_comparisons_with_constants_is_refused(text: str) -> None:
    with pytest.raises(NotRegions):
        list(regions.constants(language.parse(text, inputs=TYPES).node))


def test_limits_and_kinds_leave_out_regions_that_hold_nothing() -> None:
    whole = regions.axis(Domain("integer", least=0, most=10), [3, 4, 10, 12.5])
    held = [whole.values[place] for place in boxes.bits(whole.present)]
    assert held == [1, 3, 4, 7, 10, None]
    few = regions.axis(Domain("text", among=("app", "web")), ["app", "post"])
    assert [few.values[place] for place in boxes.bits(few.present)] == ["app", "web", None]
    time = regions.axis(Domain("timestamp"), [])
    assert [time.values[place] is None for place in boxes.bits(time.present)] == [False, True]


def lookup(rows: list[dict[str, str]], hit: str = "first") -> Lookup:
    made = []
    for row in rows:
        cells = tuple((name, language.parse(cell, inputs=TYPES)) for name, cell in row.items())
        text = " AND ".join(f"({cell})" for cell in row.values())
        condition = language.parse(text, inputs=TYPES) if row else None
        made.append(LookupRow(cells, condition, (language.parse("1", inputs={}),)))
    output = LookupOutput("o", types.INTEGER, None, None)
    return Lookup("t", hit, tuple(made), (output,))  # type: ignore[arg-type]


COLUMNS = ("n", "t", "b")
DOMAINS = {
    "n": Domain("integer", least=0, most=11), "t": Domain("text", among=("a", "b", "d")),
    "b": Domain("boolean"),
}  # fmt: skip
GRID = list(itertools.product((None, *range(12)), (None, "a", "b", "d"), (None, True, False)))


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, str]]:
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        names = draw(st.sets(st.sampled_from(COLUMNS)))
        rows.append({name: draw(conditions(name, 1)) for name in COLUMNS if name in names})
    return rows


def truths(rows: Lookup) -> list[tuple[object, ...]]:
    """Per point of the grid, what every row's compiled condition says."""
    runs = [(row.condition.names, python_function(row.condition)) if row.condition else None
            for row in rows.rows]  # fmt: skip
    found: list[tuple[object, ...]] = []
    for point in GRID:
        values = dict(zip(COLUMNS, point, strict=True))
        found.append(
            tuple(run is None or run[1](*(values[name] for name in run[0])) for run in runs)
        )
    return found


@settings(max_examples=150, deadline=None)
@given(rows=tables())
def test_boxes_agree_with_trying_every_point(rows: list[dict[str, str]]) -> None:
    table = lookup(rows)
    found = Boxes(table, DOMAINS)
    tried = truths(table)
    # Conditions without a column at all (NULL = NULL) count as not understood.
    if not found.exact:
        return
    gap = found.free(found.whole, (1 << len(rows)) - 1)
    assert (gap is not None) == any(set(point) <= {False} for point in tried)
    for number in range(len(rows)):
        reached = found.free(found.box(number), (1 << number) - 1)
        assert (reached is not None) == any(
            point[number] is True and set(point[:number]) <= {False} for point in tried
        )
        meeting = {
            other for point in tried for other in range(number + 1, len(rows))
            if point[number] is True and point[other] is True
        }  # fmt: skip
        assert set(found.meeting(number)) == meeting


@settings(max_examples=60, deadline=None)
@given(rows=tables())
def test_gaps_are_told_apart_until_none_is_left(rows: list[dict[str, str]]) -> None:
    found = Boxes(lookup(rows), DOMAINS)
    told: list[tuple[int, ...]] = []
    everything = (1 << len(rows)) - 1
    while (point := found.free(found.whole, everything, told)) is not None:
        assert found.at(point)[0] == 0
        box = found.widened(point)
        inside = itertools.product(*(list(boxes.bits(each)) for each in box))
        assert all(found.at(each)[0] == 0 for each in inside)
        told.append(box)
        assert len(told) < 200


def test_a_search_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "STEPS_MOST", 3)
    found = Boxes(lookup([{"n": "n < 3"}, {"t": "t = 'a'"}, {"b": "b"}]), DOMAINS)
    with pytest.raises(SearchEnded):
        found.free(found.whole, 0b111)


def test_a_cell_that_is_not_understood_can_be_anything() -> None:
    found = Boxes(lookup([{"t": "t LIKE 'a%'"}, {"t": "t LIKE 'a%'"}, {"n": "n < 3"}]), DOMAINS)
    assert found.opaque == 2
    assert found.free(found.box(0), 0) is not None
    # The same cell twice is the same unknown: the second row is covered all the same.
    assert found.free(found.box(1), 0b1) is None
    assert found.free(found.box(2), 0b11) is not None
