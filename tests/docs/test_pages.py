"""What the how-tos show is what happens: their files are written, their commands run."""

import re
from pathlib import Path

import pytest

from seawall.records import starting
from tests.docs import page

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = (
    "write-a-policy.md",
    "replay-a-policy.md",
    "run-a-trial.md",
    "remember-events.md",
)
"""In order, in one folder: later pages go on with the files of the earlier ones."""
FROM_NOTHING = (
    "decide-for-good.md",
    "decide-for-good.zh.md",
    "people-and-access.md",
    "people-and-access.zh.md",
)
"""Each in an empty folder of its own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lending")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_what_its_commands_print(name: str, folder: Path) -> None:
    _hold(name, folder)


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_a_page_is_followed_from_an_empty_folder(name: str, tmp_path: Path) -> None:
    _hold(name, tmp_path)


def _hold(name: str, folder: Path) -> None:
    text = (HOW_TO / name).read_text(encoding="utf-8")
    said = list(page.played(text, folder, page.language(name)))
    starting.stop()
    assert len(said) == len(re.findall(r"^\$ seawall", text, flags=re.MULTILINE)) > 0
    for each in said:
        assert each.agrees, f"$ {each.command}\n{each.printed}"


def test_the_player_sees_a_page_that_drifted() -> None:
    assert page.Said("x", "one\n…\nthree\n", "one\ntwo\ntwo\nthree\n").agrees
    assert not page.Said("x", "one\n…\nthree\n", "one\ntwo\n").agrees
    assert not page.Said("x", "1 error\n", "2 errors\n").agrees
    assert not page.Said("x", "", "more\n").agrees
