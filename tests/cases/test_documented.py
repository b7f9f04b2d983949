"""The examples on the pages about processes and playbooks are read, and do what the pages say."""

import re
from pathlib import Path

from seawall.cases import exercise
from seawall.cases.playbook import Step, Tell
from seawall.cases.process import conformance
from seawall.core import pack
from seawall.office import packs

DOCS = Path(__file__).parents[2] / "docs"


def example(page: str, first: str) -> str:
    blocks: list[str] = re.findall(
        r"```yaml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL
    )
    return next(block for block in blocks if block.startswith(first))


def test_the_machine_of_the_page_replays() -> None:
    placed = pack.parse_placed(example("process.md", "title:"), "page", conformance.Sheet)
    made = conformance.machine(placed)
    assert conformance.replay(made, ["take", "note", "answer", "close"]).fate == "fits"
    assert conformance.replay(made, ["take", "close"]).fate == "not_allowed_here"


def test_the_exercise_of_the_page_is_scored() -> None:
    placed = pack.parse_placed(example("playbooks.md", "drill:"), "page", exercise.Record)
    score = exercise.scored(placed, packs.drill(placed.declared.drill))
    # Detected in time, its step and evidence too, and the gateway told: four checks hold.
    assert score.met == 4
    assert score.lines[0].actual == 9


def test_every_key_of_a_step_is_on_the_page() -> None:
    page = (DOCS / "playbooks.md").read_text(encoding="utf-8")
    for name in (*Step.model_fields, *Tell.model_fields):
        assert f"`{name}`" in page, name
