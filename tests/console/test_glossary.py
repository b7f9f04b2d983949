"""What the console and the API call things stands in the glossary, in both languages."""

import re
from pathlib import Path

import pytest

from seawall.console import navigation
from seawall.console.api.main import api
from seawall.core.text import Text

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
_ROWS = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip


def named(term: str, words: str) -> bool:
    """Whether a row's first cell has a term, alone or among others; one or many of it."""
    every = {each.split(" (")[0].strip().lower() for each in words.split(",")}
    singular = re.sub(r"ies$", "y", term.lower()).removesuffix("s")
    return not every.isdisjoint({term.lower(), singular})


@pytest.mark.parametrize("title", [place.title for place in navigation.PLACES], ids=lambda t: t.en)
def test_every_page_at_the_side_is_explained_under_its_name(title: Text) -> None:
    found = [chinese for term, chinese in _ROWS if named(title.en, term)]
    assert any(title.zh in chinese for chinese in found), (title, found)


def test_everything_that_the_api_is_about_is_explained() -> None:
    paths = api.get_openapi_schema()["paths"].values()
    tags = {tag for path in paths for each in path.values() for tag in each.get("tags", [])}
    assert len(tags) > 5
    for tag in tags:
        assert any(named(tag, term) for term, _ in _ROWS), tag


def test_a_name_that_is_nowhere_is_seen() -> None:
    assert not any(named("Flotsam", term) for term, _ in _ROWS)
