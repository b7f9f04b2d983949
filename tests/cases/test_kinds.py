"""The shipped kinds: small, sound, and doing what the cases beside them say."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from seawall.cases.kind import Kind
from seawall.cases.scenario import verdicts
from seawall.core.problem import UnableToUseInput
from seawall.office import kinds

NAMES = tuple(kinds.kinds())
LINES_MOST = 60


def test_what_was_asked_for_is_shipped() -> None:
    asked = """alert incident drill complaint finding approval credit_review control_test
    regulatory_change feedback training_assignment fraud_investigation collections_dispute"""
    assert set(asked.split()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_is_small_and_nothing_is_wrong_with_it(name: str) -> None:
    path = kinds.kinds()[name]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MOST
    assert kinds.problems(name) == ()
    assert kinds.kind(name).id == name


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_beside_a_kind_come_out_as_they_say(name: str) -> None:
    sheet = kinds.scenarios(name)
    assert sheet is not None
    wrong = [(v.name, str(v.place), v.wrong) for v in verdicts(kinds.kind(name), sheet) if v.wrong]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_try_every_verb_and_end_in_every_state(name: str) -> None:
    kind, sheet = kinds.kind(name), kinds.scenarios(name)
    assert sheet is not None
    steps = [step for case in sheet.declared.cases for step in case.steps if not step.refused]
    assert set(kind.verbs) - {step.do for step in steps} == set()
    assert set(kind.states) - {step.then for step in steps} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_is_read_again_from_what_it_declares(name: str) -> None:
    kind = kinds.kind(name)
    again = Kind.model_validate(json.loads(json.dumps(kind.declared)))
    assert again == kind
    assert again.digest == kind.digest


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("of", ["kind", "cases"])
def test_files_fit_their_schema(name: str, of: str) -> None:
    path = kinds.kinds()[name]
    file = path if of == "kind" else path.with_name(f"{name}.cases.yaml")
    held = json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))
    schema = json.loads(kinds.schema("kind" if of == "kind" else "cases"))
    jsonschema.validate(held, schema)


def test_a_file_that_is_no_kind_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    text = kinds.kinds()["feedback"].read_text(encoding="utf-8")
    file.write_text(text.replace("to: complaint,", "to: nowhere,"), encoding="utf-8")
    with pytest.raises(UnableToUseInput) as caught:
        kinds.kind(str(file))
    assert {problem.code for problem in caught.value.problems} == {"kind-name-unknown"}
    line = next(n for n, each in enumerate(file.read_text().splitlines(), 1) if "nowhere" in each)
    assert str(caught.value.problems[0].where).startswith(f"{file}:{line}:")
