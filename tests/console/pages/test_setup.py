"""The first run: a code from the server's own terminal makes one administrator, once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from seawall.acts import change_telling, staffing
from seawall.acts.signing import Signed, now
from seawall.console import access, place
from seawall.office import homes, settling
from seawall.office.homes import Home
from seawall.records import starting
from seawall.records.models import Person

FORM = {"name": "root", "shown": "Root", "password": "a long sentence for tests"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    starting.start(home.records)
    starting.migrate()
    place.choose(home)
    yield home
    starting.stop()
    shutil.rmtree(home.folder)


def test_the_code_makes_one_administrator(empty: Home) -> None:
    code = settling.code(empty)
    assert (empty.folder / "keys" / settling.FILE).stat().st_mode & 0o077 == 0
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
    assert list(change_telling.compare(empty.ledger)) == []
    assert client.get("/setup/").status_code == 404
    again = client.post("/setup/make", {**FORM, "name": "mallory", "code": code})
    assert again.status_code == 409
    assert not Person.objects.filter(name="mallory").exists()


def test_stopped_before_the_password_the_same_code_goes_on(empty: Home) -> None:
    code = settling.code(empty)
    first = Signed("person.first:root", "root", now())
    root = settling.newcomer("root", "Root")
    staffing.add(empty.ledger, root, first, confirming=access.confirming())
    assert settling.needed(), "nobody can sign in"
    client = Client()
    answer = client.post("/setup/make", {**FORM, "code": code})
    assert answer.headers["Location"] == "/accounts/login/"
    assert Person.objects.get(name="root").check_password(FORM["password"])
    assert not (empty.folder / "keys" / settling.FILE).exists()
    assert client.post("/setup/make", {**FORM, "code": code}).status_code == 409
    assert list(change_telling.compare(empty.ledger)) == []


def test_the_code_is_in_no_address(empty: Home) -> None:
    """Addresses stand in logs and histories; the page takes none from there."""
    code = settling.code(empty)
    assert f'value="{code}"' not in Client().get("/setup/", {"code": code}).text


def test_no_code_opens_nothing_even_where_the_file_is_empty(empty: Home) -> None:
    """A disk that filled, or a hand, left a file without a code."""
    (empty.folder / "keys" / settling.FILE).touch()
    for code in ("", " "):
        assert Client().post("/setup/make", {**FORM, "code": code}).status_code == 409
    assert settling.needed()


def test_a_name_nobody_can_act_under_makes_nobody(empty: Home) -> None:
    code = settling.code(empty)
    answer = Client().post("/setup/make", {**FORM, "name": "Root Admin", "code": code})
    assert answer.status_code == 409
    assert settling.needed()
