import pytest
import yaml

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office import packs
from seawall.warning import routing
from seawall.warning.routing import Examples, Routing, Told
from tests.warning.watching import ROUTES, ROUTING

ROLES = packs.roles().names


def test_the_shipped_routes_are_sound() -> None:
    assert list(routing.findings(*packs.routing(), ROLES)) == []


def test_every_shipped_route_is_taken_by_a_case() -> None:
    placed, examples = packs.routing()
    taken = {case.route for case in examples.declared.cases}
    assert taken == {route.id for route in placed.declared.routes}


def test_a_case_that_is_wrong_is_told_with_what_came_out() -> None:
    placed, _ = packs.routing()
    case = """
cases:
  - {name: "an outage", alert: {importance: critical, risk: operational, team: it}, after_minutes: 0,
     route: critical_security, expect: [auditor]}
"""
    (found,) = routing.findings(placed, pack.parse_placed(case, "c.yaml", Examples), ROLES)
    assert (found.code, str(found.where)) == ("routing-case-fails", "c.yaml:3:13")
    assert "critical_security → security_officer came out" in found.message.en


def test_a_role_that_nobody_has_is_told_with_its_line() -> None:
    placed = pack.parse_placed(
        ROUTES.replace("to: chief_risk_officer, by: page", "to: king, by: page"), "r.yaml", Routing
    )
    _, examples = packs.routing()
    found = next(routing.findings(placed, examples, ROLES))
    assert (found.code, found.facts["name"]) == ("indicator-role-unknown", "king")
    assert found.where.line == 1 + ROUTES.split("\n").index(
        "      - {after_minutes: 30, to: chief_risk_officer, by: page}"
    )


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
        ("after_minutes: 120, to: chief_risk_officer", "after_minutes: 120, to: risk_analyst"),
        ("id: serious", "id: critical"),
        ("id: rest", "id: rest\n    when: {team: [it]}"),
    ],
)
def test_a_pack_with_a_hole_is_refused(old: str, new: str) -> None:
    assert yaml.safe_load(ROUTES)
    assert old in ROUTES
    with pytest.raises(UnableToUseInput):
        pack.parse(ROUTES.replace(old, new), "routing.yaml", Routing)
