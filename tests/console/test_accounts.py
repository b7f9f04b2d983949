"""The pages of signing in that there are, and those that there are not."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from seawall.office.homes import Home
from seawall.records.models import Person
from tests.console.conftest import PASSWORD

As = Callable[[str], Client]
CLOSED = ("email/", "signup/", "password/reset/", "password/reset/done/", "password/set/", "confirm-email/",
          "reauthenticate/code/", "login/code/confirm/", "confirm-email/key/", "no-such-page/")  # fmt: skip
SHOWN = ("password/change/", "reauthenticate/", "2fa/", "2fa/webauthn/", "sessions/", "logout/")


@pytest.mark.parametrize("path", CLOSED)
def test_nobody_signs_himself_up_or_changes_his_address(path: str, as_: As, lender: Home) -> None:
    del lender
    heidi = as_("heidi")
    before = Person.objects.get(name="heidi").email
    for client in (Client(), heidi):
        assert client.get(f"/accounts/{path}").status_code == 404
        sent = {"email": "alice@lender.example", "action_add": ""}
        assert client.post(f"/accounts/{path}", sent).status_code == 404
    assert Person.objects.get(name="heidi").email == before


@pytest.mark.parametrize("path", SHOWN)
def test_who_signed_in_sees_his_own_account(path: str, as_: As) -> None:
    assert as_("heidi").get(f"/accounts/{path}", follow=True).status_code == 200


def test_a_first_factor_is_added_by_who_has_none(lender: Home) -> None:
    del lender
    bob, client = Person.objects.get(name="bob"), Client()
    bob.set_password(
        PASSWORD
    )  # hashed as tests do, or the session would end when it is hashed anew
    bob.save()
    client.force_login(bob)
    Authenticator.objects.filter(user=bob).delete()
    asked = client.get("/accounts/2fa/totp/activate/").headers["Location"]
    assert asked.startswith("/accounts/reauthenticate/"), "his password again, and no factor"
    client.post(asked, {"password": PASSWORD})
    secret = re.search(r"[A-Z2-7]{32}", client.get("/accounts/2fa/totp/activate/").text)
    assert secret is not None
    code = format_hotp_value(hotp_value(secret[0], int(time.time()) // 30))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get("/portfolio/").status_code == 200, "he has just shown it"


def test_who_has_a_factor_is_not_offered_his_password_in_its_place(as_: As) -> None:
    page = as_("alice").get("/accounts/2fa/reauthenticate/")
    assert page.status_code == 200
    assert "/accounts/reauthenticate/" not in page.text
