"""Who makes people, without anybody's help, becomes nobody who decides, publishes, handles or opens, by any route."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from seawall.acts import change_telling, granting
from seawall.acts.signing import now
from seawall.console import access, place
from seawall.office import homes
from seawall.records import starting
from seawall.records.models import Person
from tests.console.signing import sign_in
from tests.elsewhere import copied

PASSWORD = "what root chose for him"  # noqa: S105 - of simulated people
DEEDS = frozenset({
    "decisions.decide", "policies.propose", "policies.approve", "policies.publish", "cases.open", "cases.handle",
    "people.open", "alerts.silence", "users.review",
})  # fmt: skip
TRIED = (
    ("POST", "/decisions/make"), ("POST", "/policies/micro-loan/proposals/1/publish"), ("POST", "/cases/new/open"),
    ("POST", "/cases/many/close"), ("GET", "/people/waiting"), ("GET", "/cases/"),
)  # fmt: skip


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Iterator[Client]:
    """Root's browser, in a house of its own; afterwards the ledger and the rows agree, whatever he tried."""
    home = copied(homes.home(made), tmp_path / "home")
    starting.start(home.records)
    place.choose(home)
    yield sign_in(Client(), Person.objects.get(name="root"))
    assert list(change_telling.compare(home.ledger)) == []
    assert list(granting.compare(home.ledger)) == []
    starting.stop()


def taken_over(root: Client, name: str) -> Client | None:
    """Root's other browser, as a person for whom he can get a link; None where he can get none."""
    found = re.findall(
        r"(/accounts/password/reset/key/[^<]+)", root.post(f"/people/{name}/invite").text
    )
    if not found:
        return None
    other = Client()
    page = other.get(found[0], follow=True)
    other.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    person = Person.objects.get(name=name)
    assert person.check_password(PASSWORD)
    TOTP.activate(person, generate_totp_secret())
    return sign_in(other, person)


def powerless(root: Client, name: str) -> None:
    """Root becomes a person by a link, and does nothing that counts as him."""
    puppet = taken_over(root, name)
    assert puppet is not None
    assert not access.permissions(Person.objects.get(name=name)) & DEEDS
    for method, path in TRIED:
        answer = puppet.get(path) if method == "GET" else puppet.post(path)
        assert answer.status_code in {403, 404}, (path, answer.status_code)
    # And neither confirms the other.
    for who in (root, puppet):
        asked = json.loads(Person.objects.get(name=name).asked or "{}")
        refused = who.post(f"/people/{name}/confirm", {"seen": asked.get("at_us", 0)})
        assert refused.status_code in {403, 409}
    assert not access.permissions(Person.objects.get(name=name)) & DEEDS


@pytest.mark.parametrize(
    "role", ["chief_risk_officer", "credit_manager", "security_officer", "manager", "employee"]
)
def test_by_a_newcomer(root: Client, role: str) -> None:
    name = f"puppet-{role.replace('_', '-')}"
    root.post("/people/add", {"name": name, "shown": "P", "roles": [role], "unit": "house"})
    assert Person.objects.filter(name=name).exists()
    powerless(root, name)


def test_by_more_roles_for_a_puppet(root: Client) -> None:
    root.post("/people/add", {"name": "pawn", "shown": "P", "unit": "house"})
    root.post("/people/pawn/assign", {"roles": ["chief_risk_officer"], "unit": "house"})
    powerless(root, "pawn")


def test_by_another_unit_for_a_puppet(root: Client) -> None:
    """Somebody confirmed a clerk of a part; Root makes him one of the whole house."""
    root.post("/people/heidi/assign", {"roles": ["customer_care"], "unit": "house"})
    assert Person.objects.get(name="heidi").unit == "house/online"
    assert taken_over(root, "heidi") is None


@pytest.mark.parametrize("name", ["alice", "olivia", "grace"])
def test_by_a_link_for_somebody_who_decides(root: Client, name: str) -> None:
    assert taken_over(root, name) is None
    assert not Person.objects.get(name=name).check_password(PASSWORD)


@pytest.mark.parametrize("name", ["alice", "olivia"])
def test_by_a_reset_of_somebody_who_decides(root: Client, name: str) -> None:
    root.post(f"/people/{name}/reset", {"reason": "lost his telephone, Root says"})
    powerless(root, name)


@pytest.mark.parametrize("name", ["alice", "olivia"])
def test_by_somebody_who_left(root: Client, name: str) -> None:
    root.post(f"/people/{name}/leave", {"reason": "gone, Root says"})
    root.post(f"/people/{name}/leave", {"reason": "back, Root says", "do": "return"})
    powerless(root, name)


def test_by_sending_every_reviewer_away(root: Client) -> None:
    for name in ("alice", "grace", "ivan", "charlie"):
        root.post(f"/people/{name}/leave", {"reason": "Root wants to be alone"})
    root.post("/people/add", {"name": "last", "shown": "L", "roles": ["chief_risk_officer"], "unit": "house"})  # fmt: skip
    assert Person.objects.get(name="last").asked
    powerless(root, "last")
    form = {"name": "late-1", "scopes": ["decisions.decide"], "unit": "house", "days": "30"}
    (secret,) = re.findall(r"swl_[\w-]+", root.post("/settings/tokens/grant", form).text)
    assert granting.holder(secret, now()) is None


@pytest.mark.parametrize(
    "scope", ["decisions.decide", "cases.handle", "decisions.read", "facts.write"]
)
def test_by_a_token(root: Client, scope: str) -> None:
    form = {
        "name": f"tool-{scope.replace('.', '-')}",
        "scopes": [scope],
        "unit": "house",
        "days": "30",
    }
    (secret,) = re.findall(r"swl_[\w-]+", root.post("/settings/tokens/grant", form).text)
    (number, _) = next(iter(granting.listed().items()))
    assert root.post(f"/people/tokens/{number}/confirm").status_code == 403
    headers = {"Authorization": f"Bearer {secret}"}
    for path in ("decisions", "cases", "facts"):
        answer = Client().post(f"/api/v1/{path}", {}, "application/json", headers=headers)
        assert answer.status_code in {401, 404, 405}
    assert Client().get("/api/v1/decisions", headers=headers).status_code in {401, 405}
    assert granting.holder(secret, now()) is None
