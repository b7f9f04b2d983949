"""Every word of a page stands in both languages: templates hold no words of their own."""

import re
from pathlib import Path

import pytest

import seawall.console

TEMPLATES = Path(seawall.console.__file__).parent / "templates"
_TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_ELEMENT = re.compile(r"<!?/?[a-zA-Z][^<>]*>", re.DOTALL)
_SAID_IN = re.compile(r'\b(?:title|placeholder|aria-label|alt|label)="([^"]*)"')
_WORDS = re.compile(r"[^\W\d_]{2,}")
# A language is named in itself, whatever the page speaks.
_OWN_NAMES = re.compile(r'<(\w+)[^<>]*\blang="[^"]+"[^<>]*>[^<]*</\1>')


@pytest.mark.parametrize(
    "file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES))
)
def test_a_template_holds_no_words_outside_say(file: Path) -> None:
    text = _TAGS.sub("", file.read_text(encoding="utf-8"))
    text = re.sub(r"<(script|style)\b.*?</\1>", "", _OWN_NAMES.sub("", text), flags=re.DOTALL)
    said = [*_SAID_IN.findall(text), _ELEMENT.sub(" ", text)]
    assert not [word for each in said for word in _WORDS.findall(each)]


@pytest.mark.parametrize(
    "file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES))
)
def test_what_is_said_is_said_in_both_languages(file: Path) -> None:
    for en, zh in re.findall(r'{% say "([^"]*)" "([^"]*)"', file.read_text(encoding="utf-8")):
        assert en, zh
        assert re.search(r"[\u4e00-\u9fff]", zh), f"not Chinese: {zh}"
        assert not re.search(r"[\u4e00-\u9fff]", en), f"not English: {en}"
        assert set(re.findall(r"{\w+}", en)) == set(re.findall(r"{\w+}", zh)), "the same facts"


def test_the_tag_takes_both_or_nothing() -> None:
    for file in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"{% say .*?%}", file.read_text(encoding="utf-8")):
            assert re.match(r'{% say "[^"]+" "[^"]+"', tag), f"{file.name}: {tag}"
