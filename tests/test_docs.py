"""Docs cannot drift: what the house has is written down."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from seawall.cli.main import COMMANDS, app
from seawall.office import packs, tables
from seawall.policy import cases, declaration, trial, window
from seawall.warning import indicator

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_reference_pages_are_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, text in module.pages().items():
        assert read(name) == text, f"run: python docs/reference.py ({name} is out of date)"


def test_every_command_is_documented() -> None:
    page = read("commands.md")
    for name in COMMANDS:
        group: Any = typer.main.get_command(app)
        made = group.get_command(None, name)
        for inner in getattr(made, "commands", [""]):
            assert re.search(rf"`seawall {name} ?(\S*\|)?{inner}\b", page), (name, inner)


def test_every_pack_is_documented() -> None:
    page = read("packs.md") + read("indicators.md")
    for path in packs.PACKS.rglob("*.yaml"):
        assert f"`{path.relative_to(packs.PACKS)}`" in page, path


def test_every_key_of_a_policy_is_documented() -> None:
    page = read("policy.md")
    models = (
        declaration.Sheet, declaration.Input, declaration.Derived, declaration.Score,
        declaration.Characteristic, declaration.Band, declaration.Table, declaration.Row,
        declaration.Output, declaration.Round, declaration.Rule, declaration.Law,
        window.Stream, window.Window, cases.Cases, cases.Case, cases.Expected,
        trial.Trial, trial.Challenger,
    )  # fmt: skip
    told = " ".join(re.findall(r"`([^`]+)`", page))
    for model in models:
        for name, field in model.model_fields.items():
            key = field.alias or name
            assert re.search(rf"\b{key}\b", told), f"{model.__name__}.{key}"


def test_the_readme_in_chinese_names_the_same_commands() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]
    english, chinese = (set(re.findall(r"`(seawall[^`]*)`", text)) for text in texts)
    assert english == chinese
    links = [set(re.findall(r"\]\((docs/[^)]+)\)", text)) for text in texts]
    assert links[0] == {link.replace(".zh.md", ".md") for link in links[1]}
    translated = {link.replace(".md", ".zh.md") for link in links[0]}
    assert {link for link in translated if (ROOT / link).is_file()} <= links[1]


def test_the_tour_leads_to_files_that_are_there() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/]*)(?:\.py)?`", read("tour.md"))
    assert len(named) > 20
    for name in named:
        there = ROOT / "src" / "seawall" / name
        assert there.is_dir() or there.with_suffix(".py").is_file(), name


def test_every_problem_code_is_known_once() -> None:
    codes = [kind.code for kind in tables.PROBLEM_KINDS]
    assert len(codes) == len(set(codes))


def test_every_run_time_dependency_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    listed = re.search(r"\ndependencies = \[(.*?)\]", project, re.DOTALL)
    assert listed is not None
    page = read("dependencies.md").lower()
    for name in re.findall(r'"([A-Za-z0-9-]+)', listed[1]):
        assert f"| {name.lower()} |" in page, name


@pytest.mark.parametrize("file", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.md)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target


def test_the_readme_decides_its_example(capsys: pytest.CaptureFixture[str]) -> None:
    from seawall.cli.decisions import decide  # noqa: PLC0415 - a command's function

    decide("micro_loan", ROOT / "docs" / "examples" / "applications.csv", lang="en")
    assert "1 approved, 1 referred, 2 declined" in capsys.readouterr().out


def test_every_key_of_an_indicator_is_documented() -> None:
    told = " ".join(re.findall(r"`([^`]+)`", read("warning.md")))
    for model in (indicator.Indicator, indicator.Thresholds, indicator.Severity, indicator.Case):
        for name in model.model_fields:
            assert re.search(rf"\b{name}\b", told), f"{model.__name__}.{name}"
