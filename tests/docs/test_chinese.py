"""Pages that exist in Chinese show the same commands and files, and lead to each other."""

import re
from pathlib import Path

import pytest

from seawall.office.work import schedule

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.zh.md"))
NEEDED = {
    "how-to/run-the-demo.zh.md",
    "how-to/people-and-access.zh.md",
    "how-to/decide-for-good.zh.md",
    "how-to/use-the-api.zh.md",
    "operate.zh.md",
}


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh.md", ".md"))


def commands(page: Path) -> list[str]:
    """What a reader types: lines of shell blocks without their comments, and prompts of the others."""
    text = page.read_text(encoding="utf-8")
    shell = "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    typed = [line.split(" #")[0].rstrip() for line in shell.splitlines()]
    return typed + re.findall(r"^(?:\$|>>>|\.\.\.) .*$", text, re.MULTILINE)


def test_what_a_newcomer_needs_first_is_there() -> None:
    assert {str(page.relative_to(DOCS)) for page in PAGES} >= NEEDED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_what_its_sister_shows(page: Path) -> None:
    other = english(page)
    assert commands(page) == commands(other)
    named = [set(re.findall(r"`(seawall [^`]+)`", each.read_text(encoding="utf-8"))) for each in (page, other)]  # fmt: skip
    assert named[0] == named[1]
    assert f"[English]({other.name})" in page.read_text(encoding="utf-8")
    assert f"[中文]({page.name})" in other.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    for each in (page, english(page)):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", each.read_text(encoding="utf-8")):
            assert (each.parent / target).exists(), (each.name, target)


@pytest.mark.parametrize("name", ["operate.md", "operate.zh.md"])
def test_every_entry_of_the_schedule_is_told(name: str) -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert {each.id for each in schedule.shipped().entries} <= set(told)
