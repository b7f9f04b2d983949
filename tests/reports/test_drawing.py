"""Charts as pictures: what is drawn is said in the language asked for, and looks like a picture to others."""

import re
from typing import Any

import pytest

from seawall.core.text import LANGUAGES, Language, Text
from seawall.reports import drawing, fonts

_SPEC: dict[str, Any] = {
    "data": {"values": [{"x": {"en": "late", "zh": "逾期"}, "y": 3}]}, "height": 90, "mark": "bar",
    "encoding": {"x": {"field": "x", "type": "nominal", "title": None},
                 "y": {"field": "y", "type": "quantitative"}},
}  # fmt: skip
_TITLE = Text(en="Roll rates", zh="滚动率")
_ABOUT = Text(en="as of 2025-12-31", zh="截至 2025-12-31")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_is_in_one_language_and_says_what_it_shows(language: Language) -> None:
    drawn = drawing.svg(drawing.titled(_SPEC, _TITLE, _ABOUT), language)
    said = re.sub(r"<[^>]+>", "\n", drawn)
    for text in (_TITLE, _ABOUT, Text(en="late", zh="逾期")):
        assert text.in_(language) in said
    assert ("滚动率" in drawn) == (language == "zh")


@pytest.mark.skipif(fonts.cjk_family() is None, reason="no font with Chinese")
def test_a_png_is_one_of_twice_the_width() -> None:
    picture = drawing.png(_SPEC, "zh", width=300)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20], "big") >= 2 * 300


def test_a_heading_is_not_added_to_the_chart_of_the_page() -> None:
    drawing.titled(_SPEC, _TITLE, _ABOUT)
    assert "title" not in _SPEC
