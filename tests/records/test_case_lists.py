"""Lists of cases hold what they ask for, page by page, whatever the order of events: truth by a plain filter."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random as _Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from seawall.records import case_lists, starting
from seawall.records.case_lists import After, Line, Which
from seawall.records.case_words import words
from seawall.records.rows import rows
from tests import postgresql

KINDS = {"alert": ("raised", "seen", "cleared"), "incident": ("open", "closed")}
ENDED = {"cleared", "closed"}
UNITS = ("", "house", "house/online", "house/partners", "other")
TITLES = ("Payments fail", "payment gateway down", "支付中断 gateway", "Déjà vu", "")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Line]]:
    if request.param == "sqlite":
        starting.start(tmp_path / "office.sqlite")
        yield filled(600)
    else:
        with postgresql.server() as address:
            starting.start(address)
            yield filled(600)
            starting.stop()


def filled(count: int) -> list[Line]:
    rng = chance(5)
    lines = [_line(number, rng) for number in range(count)]
    made = [
        {**line._asdict(), "head": "0" * 64, "content": "{}", "next_us": line.due_us}
        for line in lines
    ]
    table = rows("CaseNow")
    table.bulk_create([table.model(**each) for each in made])
    word = rows("CaseWord")
    word.bulk_create(
        [word.model(word=w, case_id=line.case_id) for line in lines for w in words(line.title)]
    )
    return lines


def _line(number: int, rng: _Random) -> Line:
    kind = rng.choice(list(KINDS))
    state = rng.choice(KINDS[kind])
    is_open = state not in ENDED
    due_us = rng.choice((None, rng.randint(1, 90))) if is_open else None
    return Line(
        f"{kind}-{number:020x}", kind, "0" * 64, rng.choice(UNITS), state, is_open, 1, rng.choice(TITLES),
        rng.choice(("", "", "alice", "bob")), rng.random() < 0.1, 1, rng.randint(1, 90), due_us,
    )  # fmt: skip


def chance(seed: int) -> _Random:
    return _Random(seed)  # noqa: S311 - nothing secret


def plainly(lines: list[Line], which: Which) -> list[Line]:
    def has(line: Line) -> bool:
        *whole, last = which.words or ("",)
        had = set(words(line.title))
        return set(whole) <= had and (not last or any(word.startswith(last) for word in had))

    kept = [
        line for line in lines
        if (not which.places or (line.kind, line.state) in which.places)
        and (which.places or which.kind in ("", line.kind))
        and (which.units is None or line.unit in which.units)
        and (which.places or which.is_open in (None, line.is_open))
        and which.assignee in ("", line.assignee)
        and (line.waits or not which.waits)
        and (line.due_us is not None or (which.order != "due" and which.due_until_us is None))
        and (which.due_until_us is None or (line.due_us or 0) <= which.due_until_us)
        and has(line)
    ]  # fmt: skip
    if which.order == "due":
        return sorted(kept, key=lambda line: (line.due_us or 0, line.case_id))
    return sorted(kept, key=lambda line: (-line.changed_us, line.case_id))


def asked(rng: _Random) -> Which:
    places = tuple((kind, state) for kind, states in KINDS.items() for state in states)
    return Which(
        places=tuple(rng.sample(places, rng.choice((0, 0, 1, 2)))),
        kind=rng.choice(("", "", "alert")),
        units=rng.choice((None, None, ("", "house"), ("other",), ())),
        is_open=rng.choice((True, False, None)),
        assignee=rng.choice(("", "", "", "alice")),
        waits=rng.random() < 0.2,
        due_until_us=rng.choice((None, None, 40)),
        words=rng.choice(
            ((), (), (), ("gateway",), ("pay",), ("支付",), ("payment", "gat"), ("none",))
        ),
        order=rng.choice(("changed", "changed", "due")),
    )


@pytest.mark.parametrize("rare", [0, 1_000])
def test_lists_are_what_a_plain_filter_keeps(
    held: list[Line], rare: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_lists, "RARE", rare)  # words looked up, and words asked of each case
    rng, told = chance(11), 0
    for _ in range(150):
        which = asked(rng)
        found: list[Line] = []
        after = None
        while page := case_lists.page(which, after, 17):
            found += page
            after = page[-1].after(which.order)
        assert found == plainly(held, which), which
        told += len(found)
    assert told > 1_000


def test_who_reads_no_kind_has_an_empty_list(held: list[Line]) -> None:
    assert held
    assert case_lists.several({"mine": Which(kinds=()), "all": Which()}, 1).keys() == {
        "mine",
        "all",
    }
    assert case_lists.page(Which(kinds=())) == []
    assert case_lists.page(Which(kinds=(), units=("house",), is_open=None)) == []


def test_several_lists_are_one_statement(held: list[Line]) -> None:
    lists = {str(number): asked(chance(number)) for number in range(20)}
    lists = {name: replace(which, words=()) for name, which in lists.items()}
    with CaptureQueriesContext(connection) as queries:
        found = case_lists.several(lists, 9)
    assert len(queries) == 1
    assert found == {name: plainly(held, which)[:9] for name, which in lists.items()}


def test_every_unit_is_known(held: list[Line]) -> None:
    assert sorted(case_lists.known_units()) == sorted({line.unit for line in held})
    rows("CaseNow").all().delete()
    assert case_lists.known_units() == ()


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (Which(), "case_latest"),
        (Which(kind="alert"), "case_of_kind"),
        (Which(places=(("alert", "raised"),)), "case_of_state"),
        (Which(units=("house",)), "case_of_unit"),
        (Which(units=("house",), places=(("alert", "raised"),)), "case_of_unit_state"),
        (Which(assignee="alice"), "case_of_person"),
        (Which(waits=True, is_open=None), "case_waiting"),
        (Which(units=("house",), order="due"), "case_by_due"),
    ],
)
def test_a_list_is_read_in_the_order_of_an_index(tmp_path: Path, which: Which, index: str) -> None:
    starting.start(tmp_path / "office.sqlite")
    filled(600)
    with CaptureQueriesContext(connection) as queries:
        case_lists.page(which)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert index in plan
    assert "TEMP B-TREE" not in plan


MANY = """
INSERT INTO records_casenow (case_id, kind, kind_digest, unit, state, is_open, revision, head, content, opened_us,
  changed_us, next_us, title, assignee, waits, due_us)
SELECT 'alert-' || lpad(to_hex(n), 20, '0'), 'alert', '', CASE n %% 20 WHEN 0 THEN '' ELSE 'house' END, 'raised',
  n %% 10 = 0, 1, '', '{}', n, n, NULL, 'x', '', FALSE, CASE WHEN n %% 10 = 0 THEN n END
FROM generate_series(1, 60000) AS n
"""
"""Cases of which one in ten is open and has a deadline."""
WORDS_OF_MANY = """
INSERT INTO records_caseword (word, case_id)
SELECT word, case_id FROM (VALUES ('first', 1), ('second', 2), ('third', 3)) AS w(word, place), records_casenow
ORDER BY place
"""
"""One word of all after the other, as a table has them that was filled at once."""


@pytest.fixture(scope="module", params=[pytest.param("", marks=postgresql.MARKS)])
def many() -> Iterator[None]:
    """A large office that nobody vacuumed yet, as after a move or a restore: planners know no better then."""
    with postgresql.durable("-c fsync=off -c autovacuum=off") as server:
        starting.start(server.address)
        with connection.cursor() as cursor:
            for statement in (MANY, WORDS_OF_MANY, "ANALYZE"):
                cursor.execute(statement, [])
        yield
        starting.stop()


@pytest.mark.parametrize(
    ("which", "after"),
    [
        (Which(words=("third",)), None),
        (Which(words=("second", "thi")), None),
        (Which(units=("", "house"), order="due", due_until_us=59_000), (3_000, "alert-0")),
        (Which(units=("house",)), (40_000, "alert-0")),
        (Which(is_open=None), (40_000, "alert-0")),
    ],
)
@pytest.mark.usefixtures("many")
def test_a_page_of_many_reads_no_more_than_itself(which: Which, after: After | None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert len(case_lists.page(which, after)) == 50
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN ANALYZE {query['sql'].replace('%', '%%')}", [])
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan" not in plan
        assert "Sort" not in plan


def test_words_are_found_in_both_scripts() -> None:
    assert words("Ｐayment GATEWAY支付中断, payment") == (
        "payment",
        "gateway",
        "支付",
        "付中",
        "中断",
    )
    assert words("断") == ("断",)
    assert words("—") == ()
