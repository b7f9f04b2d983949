"""The lender's pack: what it may not say."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.simulator.declaration import Lender
from tests.conftest import PACKS


def _text(change: Callable[[dict[str, Any]], None]) -> str:
    told = yaml.safe_load((PACKS / "simulator" / "lender.yaml").read_text(encoding="utf-8"))
    change(told)
    return yaml.safe_dump(told, allow_unicode=True)


def _curve(told: dict[str, Any]) -> None:
    told["products"]["micro"]["aging"] = [[2, 1.0], [1, 1.0]]


def _delays(told: dict[str, Any]) -> None:
    told["products"]["micro"]["delays"][0]["share"] = 0.9


def _season(told: dict[str, Any]) -> None:
    told["volume"]["season"] = [1.0] * 11


def _extra(told: dict[str, Any]) -> None:
    told["risk"]["sped"] = 1


@pytest.mark.parametrize(
    ("change", "why"),
    [(_curve, "places rise"), (_delays, "sum to 1"), (_season, "12 items"), (_extra, "sped")],
)
def test_a_wrong_setting_is_a_problem_with_its_place(
    change: Callable[[dict[str, Any]], None], why: str
) -> None:
    with pytest.raises(UnableToUseInput, match=why):
        pack.parse(_text(change), "lender.yaml", Lender)


def test_every_title_is_in_both_languages(lender: Lender) -> None:
    titles = [
        lender.title,
        *(product.title for product in lender.products.values()),
        *(channel.title for channel in lender.channels.values()),
        *(region.title for region in lender.regions.values()),
        *(trouble.title for trouble in lender.troubles),
    ]
    assert all(title.en and title.zh for title in titles)
