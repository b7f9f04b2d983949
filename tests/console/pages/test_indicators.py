"""Indicators on screen: the board, one with its course, the backtest; held against the book judged anew."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.acts.alert_cases import open_alerts
from seawall.acts.signing import now
from seawall.console import place
from seawall.office import accounting, backtesting, indicator_board, measuring, warning, watching
from seawall.office.homes import Home
from seawall.records import watch_register
from seawall.reports import warning as page
from seawall.warning import explaining
from seawall.warning.cause import Cause
from seawall.warning.indicator import Indicator

As = Callable[[str], Client]


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[-2_000:]
    return unescape(answer.text)


@pytest.fixture(scope="module")
def judged(lender: Home) -> dict[Cause, tuple[float | None, int]]:
    """Every cause's last value and held level, by judging the whole book anew."""
    reading = measuring.read(lender)
    indicators = [sheet.declared for sheet in warning.sheets()]
    return {
        cause: (accounting.known(one.panel.values[row, -1]), int(one.judgement.held[row, -1]))
        for one in watching.judged(reading, indicators, reading.as_of)
        for row, cause in enumerate(one.causes())
    }


def test_the_board_says_what_judging_the_whole_book_says(
    lender: Home, judged: dict[Cause, tuple[float | None, int]]
) -> None:
    del lender
    board = indicator_board.board(place.watchman(), now())
    rows = [row for _, _, rows in board.risks for row in rows]
    assert {row.indicator.id for row in rows} == {s.declared.id for s in warning.sheets()}
    for row in rows:
        assert row.now is not None
        value, held = judged[row.now.cause]
        assert row.now.value == pytest.approx(value, rel=1e-6) if value else not row.now.value
        assert max(row.now.level, 0) == held, row.now.cause
        worst = max(
            level for cause, (_, level) in judged.items() if cause.indicator == row.indicator.id
        )
        assert max(row.now.level, 0) == worst, "an indicator stands where its worst segment stands"
        assert row.open == sum(cause.indicator == row.indicator.id for cause in open_alerts())


def test_the_board_shows_every_indicator_in_both_languages(as_: As) -> None:
    alice = as_("alice")
    english = text(alice, "/indicators/")
    alice.post("/language", {"language": "zh", "next": "/"})
    chinese = text(alice, "/indicators/")
    alice.post("/language", {"language": "en", "next": "/"})
    for sheet in warning.sheets():
        assert sheet.declared.title.en in english
        assert sheet.declared.title.zh in chinese
    for title in warning.RISKS.values():
        assert title.en in english
        assert title.zh in chinese


def test_the_board_asks_the_database_six_times_whatever_is_watched(as_: As) -> None:
    alice = as_("alice")
    alice.get("/indicators/")
    with CaptureQueriesContext(connection) as board:
        alice.get("/indicators/")
    with CaptureQueriesContext(connection) as nothing:
        alice.get("/indicators/backtest")
    assert len(board) - len(nothing) == 5
    with CaptureQueriesContext(connection) as one:
        alice.get("/indicators/approval_rate/")
    assert len(one) - len(nothing) == 6


def test_an_indicator_shows_its_number_course_and_limits(as_: As, lender: Home) -> None:
    name = "npl_ratio"
    declared = _known()[name]
    reading = measuring.read(lender)
    measure, rows = accounting.shown(reading, declared, declared.by[0])
    last = rows.to_pylist()[-1]
    told = text(as_("alice"), f"/indicators/{name}/")
    assert explaining.said(last["value"], measure.columns[1].unit) in told
    assert declared.meaning.en in told
    for heading, line in warning.told(name):
        assert heading.en in told
        assert line.en in told
    if declared.thresholds and declared.thresholds.citation:
        assert declared.thresholds.citation in told


def _known() -> dict[str, Indicator]:
    return {sheet.declared.id: sheet.declared for sheet in warning.sheets()}


def test_an_indicator_can_be_looked_at_by_segment(as_: As, lender: Home) -> None:
    del lender
    latest = watch_register.standings(dict.fromkeys(_known(), "2000-01-01"))
    name, segment = next(pair for pair in latest if pair[1] != "[]")
    (column, value), *_ = json.loads(segment)
    row = latest[name, segment]
    unit = warning.trends()[_known()[name].measure].unit
    told = text(as_("alice"), f"/indicators/{name}/?where={column}={value}")
    heading = re.search(r"Course: ([^<]*)<", told)
    assert heading is not None
    assert value in heading[1]
    assert explaining.said(row.value, unit) in told


def test_what_an_indicator_kept_is_its_course_with_its_range(lender: Home) -> None:
    reading = measuring.read(lender)
    declared = _known()["approval_rate"]
    _, anew = accounting.shown(reading, declared, ())
    kept = {r.ends_on: r for r in watch_register.course("approval_rate", "[]", "2000-01-01")}
    assert len(kept) > 3
    for row in anew.to_pylist():
        held = kept.get(str(row["ends_on"]))
        if held is not None:
            assert held.value == pytest.approx(row["value"])
            assert held.low == pytest.approx(row["low"])
            assert held.high == pytest.approx(row["high"])


def test_nobody_finds_an_indicator_that_is_not_there(as_: As) -> None:
    assert "there is no indicator" in text(as_("alice"), "/indicators/no_such_thing/", 409)


def test_a_backtest_is_told_as_the_command_tells_it(as_: As, lender: Home) -> None:
    alice = as_("alice")
    assert "seawall warn backtest" in text(alice, "/indicators/backtest")
    declared = [sheet.declared for sheet in warning.sheets()]
    _, told = backtesting.run(lender, declared, None)
    backtesting.keep(lender, told, now())
    kept = backtesting.kept(lender)
    assert kept is not None
    assert kept.told == told
    shown = text(alice, "/indicators/backtest")
    for section in page.leaf(told).sections[:2]:
        assert section.title.en in shown
    for catch in told.catches:
        assert catch.trouble.en in shown
        assert catch.indicator is None or catch.indicator.en in shown
    for scored in told.scores:
        assert scored.title.en in shown
    assert f"{told.scores[0].alerts} alerts" in shown


def test_a_backtest_of_another_version_is_none(lender: Home) -> None:
    (lender.folder / "backtest.json").write_text('{"told": 1}', encoding="utf-8")
    assert backtesting.kept(lender) is None
