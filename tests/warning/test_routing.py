import pytest
import yaml

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from seawall.warning import routing
from seawall.warning.routing import Routing, Told
from tests.warning.watching import ROUTES, ROUTING


def test_the_cases_beside_the_shipped_routes_pass() -> None:
    declared, examples = packs.routing()
    assert routing.wrong(declared, examples.cases) == {}


def test_every_shipped_route_is_taken_by_a_case() -> None:
    declared, examples = packs.routing()
    assert {case.route for case in examples.cases} == {route.id for route in declared.routes}


def test_a_case_that_is_wrong_is_told_with_what_came_out() -> None:
    declared, examples = packs.routing()
    first = examples.cases[0]
    wrong = first.model_copy(update={"expect": ("auditor",)})
    found = routing.wrong(declared, [wrong, *examples.cases[1:]])
    assert found == {first.name: ((first.route, ("auditor",)), (first.route, first.expect))}


def test_the_first_route_that_fits_counts() -> None:
    for importance, working, wanted in (("critical", False, "critical"), ("serious", True, "serious"),
                                        ("serious", False, "rest"), ("notice", True, "rest")):  # fmt: skip
        alert = Told.model_validate({"importance": importance, "risk": "credit", "team": "t",
                                     "working": working})  # fmt: skip
        assert routing.route(ROUTING, alert).id == wanted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("day: 3, ", ""),
        ("notice: 240, ", ""),
        ("when: {importance: serious, working: true}", "when: {importance: shouted}"),
        ("after_minutes: 30", "after_minutes: 0"),
        ("after_minutes: 120, to: risk_head", "after_minutes: 120, to: analyst"),
        ("id: serious", "id: critical"),
        ("id: rest", "id: rest\n    when: {team: [it]}"),
    ],
)
def test_a_pack_with_a_hole_is_refused(old: str, new: str) -> None:
    assert yaml.safe_load(ROUTES)
    assert old in ROUTES
    with pytest.raises(UnableToUseInput):
        pack.parse(ROUTES.replace(old, new), "routing.yaml", Routing)
