"""Who may what: roles × permissions × units."""

import pytest

from seawall.console import access
from seawall.console.access import Access
from seawall.office.packs import roles


def test_every_role_is_declared_and_known() -> None:
    assert set(access.declared().roles) == set(roles().names)


def test_who_makes_users_decides_nothing_and_who_looks_touches_nothing() -> None:
    declared = access.declared()
    acts = {"decisions.decide", "policies.propose", "policies.approve", "policies.publish", "alerts.silence",
            "cases.open", "cases.handle", "facts.write"}  # fmt: skip
    assert not declared.of(["administrator"]) & (acts | {"people.open", "decisions.read"})
    for looker in ("auditor", "assessor"):
        assert not declared.of([looker]) & (
            acts | {"users.manage", "tokens.manage", "people.open", "settings.manage"}
        )
    assert "people.open" not in access.machine()


def test_what_is_not_declared_is_denied() -> None:
    assert access.declared().of(["nobody"]) == frozenset()


@pytest.mark.parametrize(("field", "value"), [
    ("roles", {"auditor": {"may": ["ledger.burn"]}}),
    ("groups", {"staff": ["ledger.burn"]}),
    ("units", {"elsewhere": {"en": "Elsewhere", "zh": "别处"}}),
])  # fmt: skip
def test_a_slip_in_the_declaration_is_refused(field: str, value: object) -> None:
    given = access.declared().model_dump() | {field: value}
    with pytest.raises(ValueError, match=r"no such|lie within"):
        Access.model_validate(given)


@pytest.mark.parametrize("role", [
    {"may": ["people.open"]}, {"groups": ["deciding"]},
    {"may": ["users.review"]}, {"may": ["users.manage"]}, {"may": ["tokens.manage"]},
])  # fmt: skip
def test_a_role_that_decides_opens_sealed_data_or_gives_access_needs_a_second_factor(
    role: dict[str, object],
) -> None:
    given = access.declared().model_dump() | {"roles": {"clerk": role}, "alone": ()}
    given["groups"]["deciding"] = ("decisions.decide",)
    with pytest.raises(ValueError, match=r"must be privileged.*clerk"):
        Access.model_validate(given)
    given["roles"]["clerk"] = role | {"privileged": True}
    assert Access.model_validate(given).roles["clerk"].privileged
