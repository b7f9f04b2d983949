"""The first run: a code from the server's own terminal makes one administrator, once."""

from django.test import Client

from seawall.acts import change_telling, staffing
from seawall.acts.signing import Signed, now
from seawall.console import access
from seawall.office import settling
from seawall.office.homes import Home
from seawall.records.models import Person

FORM = {"name": "root", "shown": "Root", "password": "a long sentence for tests"}


def test_the_code_makes_one_administrator(bare: Home) -> None:
    code = settling.code(bare)
    assert (bare.folder / "keys" / settling.FILE).stat().st_mode & 0o077 == 0
    client = Client()
    assert client.get("/setup/").status_code == 200
    assert client.post("/setup/make", {**FORM, "code": "wrong"}).status_code == 409
    assert (
        client.post("/setup/make", {**FORM, "code": code, "password": "short"}).status_code == 422
    )
    assert (
        client.post("/setup/make", {**FORM, "code": code}).headers["Location"] == "/accounts/login/"
    )
    assert Person.objects.get(name="root").check_password(FORM["password"])
    assert list(change_telling.compare(bare.ledger)) == []
    assert client.get("/setup/").status_code == 404
    again = client.post("/setup/make", {**FORM, "name": "mallory", "code": code})
    assert again.status_code == 409
    assert not Person.objects.filter(name="mallory").exists()


def test_stopped_before_the_password_the_same_code_goes_on(bare: Home) -> None:
    code = settling.code(bare)
    first = Signed("person.first:root", "root", now())
    root = settling.newcomer("root", "Root")
    staffing.add(bare.ledger, root, first, confirming=access.confirming())
    assert settling.needed(), "nobody can sign in"
    client = Client()
    answer = client.post("/setup/make", {**FORM, "code": code})
    assert answer.headers["Location"] == "/accounts/login/"
    assert Person.objects.get(name="root").check_password(FORM["password"])
    assert not (bare.folder / "keys" / settling.FILE).exists()
    assert client.post("/setup/make", {**FORM, "code": code}).status_code == 409
    assert list(change_telling.compare(bare.ledger)) == []


def test_the_code_is_in_no_address(bare: Home) -> None:
    """Addresses stand in logs and histories; the page takes none from there."""
    code = settling.code(bare)
    assert f'value="{code}"' not in Client().get("/setup/", {"code": code}).text


def test_no_code_opens_nothing_even_where_the_file_is_empty(bare: Home) -> None:
    """A disk that filled, or a hand, left a file without a code."""
    (bare.folder / "keys" / settling.FILE).touch()
    for code in ("", " "):
        assert Client().post("/setup/make", {**FORM, "code": code}).status_code == 409
    assert settling.needed()


def test_a_name_nobody_can_act_under_makes_nobody(bare: Home) -> None:
    code = settling.code(bare)
    answer = Client().post("/setup/make", {**FORM, "name": "Root Admin", "code": code})
    assert answer.status_code == 409
    assert settling.needed()
