"""The page about the API does what it says, from an empty folder on, against a home that is served."""

import doctest
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from seawall.records import starting
from tests.console.served import served
from tests.docs import page
from tests.docs.test_pages import HOW_TO


@pytest.mark.parametrize("name", ["use-the-api.md", "use-the-api.zh.md"])
def test_the_page_is_followed_from_an_empty_folder(name: str, tmp_path: Path) -> None:
    said = list(
        page.played((HOW_TO / name).read_text(encoding="utf-8"), tmp_path, page.language(name))
    )
    starting.stop()
    assert len(said) > 6
    for each in said:
        assert each.agrees, f"$ {each.command}\n{each.printed}"
    [granted] = [each for each in said if each.command.startswith("seawall token grant")]
    secret = granted.printed.split()[-1]
    with served(tmp_path / "seawall-home") as server:
        known = {"SEAWALL_ADDRESS": f"http://127.0.0.1:{server.port}", "SEAWALL_TOKEN": secret}
        with patch.dict(os.environ, known):
            told: Callable[..., doctest.TestResults] = doctest.testfile
            result = told(str(HOW_TO / name), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 10
    assert result.failed == 0
