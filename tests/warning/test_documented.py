"""Docs cannot drift: every detector and every setting is on the page of detectors."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from seawall import warning
from seawall.warning.detectors.table import DETECTORS

PAGE = (Path(__file__).parents[2] / "docs" / "detectors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.__name__)
def test_a_detector_and_its_settings_are_documented(detector: type[BaseModel]) -> None:
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", PAGE))))
    kind = detector.model_fields["kind"].annotation
    assert kind is not None
    assert {*kind.__args__, *(set(detector.model_fields) - {"kind"})} <= told


def test_every_detector_says_its_source_and_shows_itself() -> None:
    for detector in DETECTORS:
        assert detector.__doc__ is not None
        assert re.search(r"\b(19|20)\d\d\b", detector.__doc__), detector
        assert ">>>" in detector.__doc__, detector


def test_every_example_of_the_room_runs() -> None:
    tried = 0
    for module in pkgutil.walk_packages(warning.__path__, "seawall.warning."):
        failed, attempted = doctest.testmod(importlib.import_module(module.name))
        assert failed == 0, module.name
        tried += attempted
    assert tried > 3 * len(DETECTORS)
