"""The case of an alert says what people say: titles, segments, numbers in their unit, in both languages."""

import re

from seawall.cases.case import Value
from seawall.office import alert_words, packs

FIELDS: dict[str, Value] = {
    "indicator": "first_payment_late", "segment": "product=micro", "level": "amber", "value": 0.0712345678,
    "low": None, "high": 0.06, "cause": '["first_payment_late",[["product","micro"]]]',
    "told": "risk_analyst list 2026-03-01T01:00:00+00:00\nrisk_officer mail 2026-03-02T01:30:00+00:00",
}  # fmt: skip


def test_an_alert_says_its_indicator_segment_and_numbers() -> None:
    [share] = [each.declared for each in packs.indicators() if each.declared.id == "past_due_30"]
    words = alert_words.words("alert", {**FIELDS, "indicator": share.id})
    assert words["indicator"](share.id) == share.title
    assert words["value"](0.0712345678).en == "7.12%"
    assert words["high"](0.06).zh == "6.00%"
    where = words["segment"]("product=micro")
    assert (where.en, where.zh) == ("product micro-loan", "产品 小额单期贷款")
    assert share.title.en in words["cause"](f'["{share.id}",[["product","micro"]]]').en


def test_who_was_told_is_said_by_role_way_and_time() -> None:
    told = alert_words.words("alert", FIELDS)["told"](FIELDS["told"])
    assert told.en.splitlines() == [
        "Risk analyst, by the list of alerts, 2026-03-01 01:00 UTC",
        "Risk officer, by e-mail, 2026-03-02 01:30 UTC",
    ]
    assert not re.search(r"[a-z]{4,}", told.zh)


def test_what_is_not_declared_any_more_stands_as_it_is() -> None:
    words = alert_words.words("alert", {**FIELDS, "indicator": "gone"})
    assert words["indicator"]("gone").en == "gone"
    assert "value" not in words


def test_other_kinds_are_said_as_they_stand() -> None:
    assert alert_words.words("complaint", {"indicator": "x"}) == {}


def test_a_value_without_a_name_is_said_as_it_stands() -> None:
    words = alert_words.words("alert", FIELDS)
    assert words["segment"]("channel=nowhere").zh == "渠道 nowhere"


def test_every_segment_of_the_simulated_lender_has_a_name() -> None:
    lender, names = packs.lender(), packs.names()
    for column in ("product", "channel", "region"):
        assert names[column].keys() == set(lender.names(column))
    assert names["purpose"].keys() == lender.purposes.keys()
