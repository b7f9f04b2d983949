"""The published JSON Schemas, asked by an independent validator about every shipped file."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from seawall.office import packs

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
FILES = sorted((packs.PACKS / "policies").glob("*.yaml"))


def validator(of: Any) -> jsonschema.Draft202012Validator:  # noqa: ANN401 - one of two literals
    schema = json.loads(packs.policy_schema(of))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def held(path: Path) -> Any:  # noqa: ANN401 - any YAML; dates as an editor sees them: as texts
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_valid(file: Path) -> None:
    kind = "cases" if file.stem.endswith(".cases") else "policy"
    assert [error.message for error in validator(kind).iter_errors(held(file))] == []


def test_editors_that_know_draft_7_only_read_the_same() -> None:
    schema = json.loads(packs.policy_schema("policy")) | {"$schema": DRAFT_7}
    older = jsonschema.Draft7Validator(schema)
    older.check_schema(schema)
    policy = held(packs.policies()["micro_loan"])
    assert list(older.iter_errors(policy)) == []
    policy["rules"][0]["them"] = policy["rules"][0].pop("then")
    wrong = {error.message for error in older.iter_errors(policy)}
    assert wrong == {error.message for error in validator("policy").iter_errors(policy)}
    assert wrong


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rules", 0, "then"), "perhaps"),
        (("rules", 0, "wen"), "TRUE"),
        (("inputs", "amount", "type"), "money"),
        (("tables", "terms", "hit"), "any"),
        (("title",), "only English"),
    ],
)
def test_what_an_editor_should_mark(path: tuple[Any, ...], value: str) -> None:
    policy = held(packs.PACKS / "policies" / "instalment_loan.yaml")
    if path[0] == "tables":
        path = ("tables", next(iter(policy["tables"])), "hit")
    part = policy
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    assert [list(error.absolute_path) for error in validator("policy").iter_errors(policy)] != []
