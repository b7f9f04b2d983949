import re
from dataclasses import replace
from datetime import date

from seawall.core.text import Text
from seawall.warning.cause import Cause, segment
from seawall.warning.contribution import of_ratio
from seawall.warning.explaining import Account, said, sentences
from tests.warning.sheets import sheet, trend

EFFECTS = of_ratio(
    {"app": (10, 500), "web": (10, 500)},
    {"app": (10, 500), "web": (30, 500)},
)
ACCOUNT = Account(
    indicator=sheet().declared,
    trend=trend("late_share", "channel"),
    cause=Cause("late_share", segment(channel="web")),
    ends_on=date(2024, 6, 30),
    value=0.06,
    sample=500,
    level=2,
    verdict=2,
    normal=(0.015, 0.03),
    since=date(2024, 5, 31),
    effects=EFFECTS,
    compared=(date(2023, 6, 30), date(2024, 4, 30)),
    past=((Text(en="became incidents", zh="转为事件"), 2), (Text(en="were false", zh="误报"), 1)),
    titles={"channel": Text(en="channel", zh="渠道")},
)


def test_an_alert_tells_number_range_since_drivers_past_and_playbook() -> None:
    told = " ".join(each.en for each in sentences(ACCOUNT))
    for words in ("channel web: 6.00%", "of 500 observations; red", "Normal is 1.50% to 3.00%",
                  "since the period to 2024-05-31", "changed by +2.00 pp",
                  "web: +2.00 pp (+2.00 pp by its own rate, +0.00 pp by its weight)",
                  "Of 3 earlier alerts", "2 became incidents", "Playbook: model_drift"):  # fmt: skip
        assert words in told, words


def test_a_verdict_that_waits_is_told_beside_the_level() -> None:
    first = next(iter(sentences(replace(ACCOUNT, level=1))))
    assert first.en.endswith("amber; the last verdict is red, and waits for another.")
    assert first.zh.endswith("黄色；最新判定为红色，待下一次确认。")


def test_chinese_sentences_are_chinese() -> None:
    for each in sentences(ACCOUNT):
        assert re.search("[\u4e00-\u9fff]", each.zh), each.zh
        assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{3,}", each.zh), each.zh


def test_a_green_value_without_limits_is_told_briefly() -> None:
    calm = replace(ACCOUNT, level=0, normal=(None, None), since=None, effects=(), past=())
    assert len(list(sentences(calm))) == 2


def test_many_segments_are_told_as_the_largest_and_the_rest() -> None:
    before = dict.fromkeys("abcdef", (1.0, 100.0))
    now = {name: (1.0 + place, 100.0) for place, name in enumerate("abcdef")}
    lines = [each.en for each in sentences(replace(ACCOUNT, effects=of_ratio(before, now)))]
    (others,) = [line for line in lines if "others together" in line]
    assert others.startswith("3 others")
    points = [float(each) for line in lines for each in re.findall(r": ([+-][\d.]+) pp", line)]
    assert sum(points) == float(re.findall(r"changed by ([+-][\d.]+)", " ".join(lines))[0])


def test_advice_stands_where_there_is_no_playbook() -> None:
    declared = sheet(playbook=None, advice={"en": "Call them.", "zh": "致电。"}).declared
    assert list(sentences(replace(ACCOUNT, indicator=declared)))[-1].zh == "致电。"


def test_values_are_said_in_their_unit() -> None:
    assert said(None, "share") == "–"
    assert said(1200, "count") == "1,200"
    assert said(-3, "days", signed=True) == "-3"
