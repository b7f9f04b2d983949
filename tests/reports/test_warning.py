"""The report of a backtest: troubles, scores and series, in both languages."""

import re
from datetime import date

import pytest
import vl_convert

from seawall.core.period import month_ends
from seawall.core.text import LANGUAGES, Text
from seawall.reports import charts, html, warning
from seawall.reports.warning import Catch, Line, Scored, Told, Watched

MONTHS = tuple(month_ends(date(2024, 1, 1), date(2024, 12, 31)))


def words(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


TOLD = Told(
    title=words("Backtest", "回测"),
    about=words("a simulated book", "模拟账册"),
    rules=words("Which alert counts.", "计入规则。"),
    catches=(
        Catch(words("Flood", "洪灾"), MONTHS[5], MONTHS[8], MONTHS[7], words("Late share", "逾期占比"), MONTHS[6]),
        Catch(words("Ring", "团伙"), MONTHS[9], MONTHS[10], MONTHS[10]),
    ),
    scores=(Scored(words("All", "全部"), 3, 0.1, 0.5, 0.5, 30, 31, 0.4, 0.2),),
    watched=(
        Watched("late", words("Late share", "逾期占比"), words("Late loans.", "逾期贷款。"), "share", "a test",
                tuple(Line(day, 0.02 + 0.001 * n, 0.01, 0.028, "red" if n > 8 else "green")
                      for n, day in enumerate(MONTHS)),
                ((MONTHS[5], MONTHS[8]),)),
    ),
    source="a test",
)  # fmt: skip


def test_delay_and_lead_are_told_and_none_where_missed() -> None:
    caught, missed = TOLD.catches
    assert (caught.delay_days, caught.lead_days) == (31, 31)
    assert (missed.delay_days, missed.lead_days) == (None, None)


def test_a_section_a_series_behind_troubles_and_scores() -> None:
    leaf = warning.leaf(TOLD)
    assert [part.name for part in leaf.sections] == ["troubles", "scores", "late"]
    assert len(leaf.tiles) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_can_be_drawn_with_every_trouble_and_signal(language: str) -> None:
    troubles, _, late = warning.leaf(TOLD).sections
    drawn = [vl_convert.vegalite_to_svg(charts.spoken(part.chart, language)) for part in (troubles, late)]  # type: ignore[arg-type]  # fmt: skip
    for name in (each.trouble.model_dump()[language] for each in TOLD.catches):
        assert name in drawn[0]
    assert drawn[1].count(warning.LEVEL_COLOURS["red"]) == 3


def test_every_colour_has_one_for_a_dark_ground() -> None:
    drawn = set(re.findall(r"#[0-9a-f]{6}", repr(warning.leaf(TOLD))))
    assert drawn <= charts.ON_DARK.keys()


def test_the_page_is_in_both_languages() -> None:
    page = html.page(warning.leaf(TOLD)).split("<script>", 1)[0]
    assert page.count('<span lang="en">') == page.count('<span lang="zh-CN">') > 30
