"""Every route × everybody: what one may not is denied, and what is another unit's is not there."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import resolve, reverse

from seawall.acts import handling
from seawall.cases.case import Actor, Command
from seawall.console import access, navigation, place
from seawall.console.routing import SIGNED_IN, Route
from seawall.console.urls import ROUTES
from seawall.core.institution import HOUSE, inside
from seawall.office.homes import Home
from seawall.records.models import Person
from tests.console.conftest import CAST
from tests.console.examples import EXAMPLES

COMPLAINT: dict[str, object] = {
    "customer": "person_A", "channel": "phone", "jurisdiction": "cn", "subject": "price", "summary": "charged twice",
}  # fmt: skip
As = Callable[[str], Client]


def address(route: Route, home: Home) -> str:
    if "<" not in route.path:
        return reverse(route.name)
    assert route.name in EXAMPLES, f"tests/console/examples.py needs an object for {route.name!r}"
    return reverse(route.name, kwargs=EXAMPLES[route.name](home))


def status(client: Client, route: Route, home: Home) -> int:
    ask = client.post if route.method == "POST" else client.get
    answer = ask(address(route, home))
    if answer.streaming:
        list(answer)  # a file is closed at its end
    return answer.status_code


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.name}")
@pytest.mark.parametrize("name", CAST)
def test_a_route_is_for_those_who_may(route: Route, name: str, lender: Home, as_: As) -> None:
    roles, unit = CAST[name]
    may = route.needs == SIGNED_IN or route.needs in access.declared().of(roles)
    ours, whole = inside(unit, HOUSE), unit == HOUSE
    there = {"house": ours, "whole": whole, "unit": True}[route.of] or route.needs == SIGNED_IN
    changes = route.of == "house" and route.method == "POST" and route.needs != SIGNED_IN
    found = status(as_(name), route, lender)
    after = json.loads(Person.objects.get(name="bob").roles)
    Person.objects.filter(name="bob").update(
        is_active=True, unit="house", roles='["risk_analyst"]', asked=None
    )
    if not there:
        assert found == 404, "what is the house's is not there for who is outside"
    elif not may:
        assert found == 403
    elif changes and not whole:
        assert found == 403, "what is the house's is not changed by a part of it"
    elif route.of == "unit" and "<" in route.path and not inside(HOUSE, unit):
        assert found in {404, 403}, "an object of the house is not seen from one of its units"
    else:
        assert found not in {403, 405, 500}, found
    # Nobody was changed by who may not.
    assert after == ["risk_analyst"] or may


TAKEN_AWAY = {
    "/portfolio/": {"alice", "bob", "dana", "erin", "frank", "grace", "olivia"},
    "/decisions/": {"alice", "dana", "grace", "olivia"},
    "/alerts/": {"alice", "bob", "dana", "erin", "frank", "grace", "olivia"},
    "/ledger/": {"dana", "grace"},
    "/people/": {"alice", "dana", "grace", "ivan", "root"},
}
"""Who of the house may take a page's list away, written by hand; of who may not, some may look."""


@pytest.mark.parametrize("path", TAKEN_AWAY)
def test_who_may_look_takes_away_only_what_he_may(path: str, lender: Home, as_: As) -> None:
    del lender
    ours = {name for name, (_, unit) in CAST.items() if inside(unit, HOUSE)}
    looked, taken = set[str](), set[str]()
    for name in sorted(ours):
        person = as_(name)
        page = person.get(path)
        answer = person.get(f"{path}?as=csv")
        assert answer.status_code in {200, 403, 404}
        looked |= {name} if page.status_code == 200 else set()
        taken |= {name} if answer.status_code == 200 else set()
        if name not in TAKEN_AWAY[path]:
            assert "as=csv" not in page.text, "no link to what is refused"
    assert taken == TAKEN_AWAY[path]
    assert taken <= looked


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.name}")
def test_nobody_comes_in_without_signing_in(route: Route, lender: Home) -> None:
    answer = (Client().post if route.method == "POST" else Client().get)(address(route, lender))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.name}")
def test_a_route_takes_its_methods_only(route: Route, lender: Home, as_: As) -> None:
    methods = {each.method for each in ROUTES if each.path == route.path}
    if len(methods) == 1:
        ask = as_("alice").get if methods == {"POST"} else as_("alice").post
        assert ask(address(route, lender)).status_code == 405


def test_every_pattern_of_pages_is_a_route(lender: Home) -> None:
    """A view that somebody puts beside the table would be seen here."""
    from seawall.console import urls  # noqa: PLC0415

    named = {route.name for route in ROUTES}
    others = {each.name for each in urls.urlpatterns if hasattr(each, "name")} - named
    assert others == {"speak", "setup", "setup_make", "nowhere"} | (others & OPEN)
    del lender


OPEN = {"vega"}
"""Files that hold nothing of the house: anybody may fetch them."""


def test_a_privileged_role_without_a_second_factor_is_sent_to_add_one(as_: As) -> None:
    Person.objects.create(name="peggy", shown="Peggy", unit="house", added_us=1,
                          roles='["chief_risk_officer"]', last_login=datetime.now(UTC))  # fmt: skip
    answer = as_("peggy").get("/")
    assert answer.headers["Location"] == reverse("mfa_activate_totp")
    Person.objects.filter(name="peggy").update(roles='["risk_analyst"]')
    assert as_("peggy").get("/me/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/decisions/", "/accounts/2fa/webauthn/add/"])
def test_a_session_that_is_older_than_the_second_factor_is_asked_for_it(
    path: str, lender: Home, as_: As
) -> None:
    """A password, known to another too, opened it: neither a page nor a further factor is had by it."""
    del lender
    alice, older = Person.objects.get(name="alice"), Client()
    older.force_login(alice)
    answer = older.get(path)
    assert answer.headers["Location"] == f"/accounts/2fa/reauthenticate/?next={quote(path)}"
    assert older.get(answer.headers["Location"]).status_code == 200
    posted = older.post("/cases/filters/keep")
    assert posted.headers["Location"] == "/accounts/2fa/reauthenticate/?next=/"
    assert as_("alice").get("/").status_code == 200


def test_who_has_a_passkey_alone_is_asked_for_it(lender: Home) -> None:
    del lender
    alice, older = Person.objects.get(name="alice"), Client()
    older.force_login(alice)
    Authenticator.objects.filter(user=alice).update(type=Authenticator.Type.WEBAUTHN)
    try:
        asked = older.get("/").headers["Location"]
    finally:
        Authenticator.objects.filter(user=alice).update(type=Authenticator.Type.TOTP)
    assert asked == "/accounts/2fa/webauthn/reauthenticate/?next=/"


def test_who_left_sees_nothing(as_: As) -> None:
    ex = as_("frank")
    Person.objects.filter(name="frank").update(is_active=False)
    try:
        assert ex.get("/").status_code in {302, 403}
    finally:
        Person.objects.filter(name="frank").update(is_active=True)


def test_the_menu_shows_what_one_may_and_nothing_else(as_: As) -> None:
    for name, (roles, unit) in CAST.items():
        text = as_(name).get("/me/").text
        may = access.declared().of(roles)
        for spot in navigation.PLACES:
            shown = f'href="{reverse(spot.route)}"' in text.split("<nav", 1)[1].split("</nav>")[0]
            ours = inside(unit, HOUSE) or spot.needs in navigation.OF_UNITS
            there = ours and (unit == HOUSE or spot.needs not in access.WHOLE)
            assert shown == (spot.needs in may and there), (name, spot.route)


@pytest.mark.parametrize(
    ("role", "of_the_house"), [("chief_risk_officer", "alice"), ("administrator", "root")]
)
def test_a_part_of_the_house_sees_what_is_the_houses_and_changes_none_of_it(
    role: str, of_the_house: str, lender: Home, as_: As
) -> None:
    """Whatever a role may: of the routes that all units share, and of those that show all units' data."""
    name = f"part-{role.replace('_', '-')}"
    person = Person.objects.create(
        name=name, shown="Part", unit="house/online", added_us=1, roles=json.dumps([role])
    )
    TOTP.activate(person, generate_totp_secret())
    client, may = as_(name), access.permissions(person)
    for route in (each for each in ROUTES if each.needs in may and each.of != "unit"):
        found = status(client, route, lender)
        if route.of == "whole":
            assert found == 404, route
        elif route.method == "POST":
            assert found == 403, route
        else:
            assert found == status(as_(of_the_house), route, lender), route
    menu = client.get("/me/").text.split("<nav", 1)[1].split("</nav>")[0]
    assert reverse("drills") in menu
    assert not {each for each in ("portfolio", "ledger") if f'href="{reverse(each)}"' in menu}
    Person.objects.filter(name=name).delete()


def test_what_a_part_may_not_is_what_its_routes_say() -> None:
    """No button is shown for a route that refuses: the two lists of permissions follow from the table."""
    assert {each.needs for each in ROUTES if each.of == "whole"} == access.WHOLE
    posts = {each.needs for each in ROUTES if each.method == "POST" and each.of == "house"}
    units = {each.needs for each in ROUTES if each.of == "unit"}
    assert posts - units - {SIGNED_IN} == access.CHANGING


def test_the_table_knows_each_route_once() -> None:
    assert len({(each.path, each.method) for each in ROUTES}) == len(ROUTES)
    assert resolve("/").url_name == "today"


def test_a_complaint_is_there_only_for_who_reads_complaints(lender: Home, as_: As) -> None:
    """Every route of a case, for everybody of the house; by hand, who of the cast reads complaints."""
    counter, at = place.cases(), datetime.now(UTC)
    heidi = Actor("somebody", frozenset({"customer_care"}), "")
    told = Command("receive", heidi, at, "k:complaint", fields=COMPLAINT)
    made = handling.open_case(counter.desk, "complaint", told).case
    assert made is not None
    every = [each for each in ROUTES if "<slug:case_id>" in each.path and "alert" not in each.path]
    for name in ("alice", "bob", "dana", "erin", "frank", "grace", "ivan", "olivia"):
        reads, client = name in {"alice", "dana", "grace"}, as_(name)
        for route in every:
            kwargs = {**EXAMPLES[route.name](lender), "case_id": made.id}
            ask = client.post if route.method == "POST" else client.get
            found = ask(reverse(route.name, kwargs=kwargs)).status_code
            if not reads:
                assert found in {403, 404}, (name, route.name)
            elif route.name == "case":
                assert found == 200, name
        for path in ("/cases/", "/cases/?kind=complaint", "/cases/board?kind=complaint", "/",
                     f"/cases/?text={made.id}", f"/cases/many?case={made.id}", "/cases/?show=all"):  # fmt: skip
            assert reads or f"/cases/{made.id}/" not in client.get(path).text, (name, path)
        files = client.get("/cases/export?as=csv&kind=complaint")
        text = b"".join(files) if files.streaming else files.content
        assert reads or made.id.encode() not in text, name
        shown = client.get("/cases/?kind=complaint").text
        assert (f"/cases/{made.id}/" in shown) == reads
