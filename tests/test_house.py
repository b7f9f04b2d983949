"""The house style, where a machine can see it."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "seawall"
FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= 600
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= 70, f"{node.name}: {length} lines"


def test_no_room_opens_its_own_front_door() -> None:
    for file in SOURCE.rglob("__init__.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        inner = [node for node in body[1:] if not isinstance(node, ast.Assign)]
        assert inner == [], f"{file} holds more than its docstring"


def test_nothing_is_called_utils() -> None:
    named = {"utils", "common", "helpers", "manager", "service"}
    assert not [file for file in FILES if file.stem in named or file.parent.name in named]
