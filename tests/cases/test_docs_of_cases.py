"""The page about cases says what there is, and its example is a kind."""

import re
from pathlib import Path

from seawall.cases import kind, reading, scenario
from seawall.cases.built_in import BUILT_IN
from seawall.cases.guards import KNOWN
from seawall.cases.kind import Kind
from seawall.core import pack
from seawall.office import kinds

PAGE = (Path(__file__).parents[2] / "docs" / "cases.md").read_text(encoding="utf-8")
TOLD = " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))


def test_every_key_of_a_kind_and_of_its_cases_is_documented() -> None:
    models = (
        kind.Kind, kind.Field, kind.State, kind.Verb, kind.Approval, kind.Clock, kind.Link,
        kind.Retention, scenario.Scenarios, scenario.Scenario, scenario.Step,
    )  # fmt: skip
    for model in models:
        for name, field in model.model_fields.items():
            assert re.search(rf"\b{field.alias or name}\b", TOLD), f"{model.__name__}.{name}"


def test_every_word_of_the_machine_is_documented() -> None:
    for name in (*BUILT_IN, *KNOWN):
        assert re.search(rf"\b{name}\b", TOLD), name


def test_the_example_is_a_kind() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert reading.problems(pack.parse_placed(text, "parcel.yaml", Kind), kinds.house()) == ()
