"""The second factor of a session: that a person has one is not enough, this session must have been shown it."""

from typing import Final

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from seawall.office import factor_key
from seawall.office.homes import Home
from seawall.records.models import Person

KINDS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; a recovery code only stands in for one."""

_SECRETS: Final = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
"""Where a factor's data holds what is sealed; a passkey's is its public key."""


def asks(request: HttpRequest) -> HttpResponseBase | None:
    """Send somebody who must have a second factor to add one, or to show it; None where this session was shown it.

    A session may be older than its owner's factor, or than the role that asks for one.
    """
    if not is_mfa_enabled(request.user):
        return redirect("mfa_activate_totp")
    return None if _shown(request) else _ask(request)


def asks_again(request: HttpRequest) -> HttpResponseBase | None:
    """Send somebody who has a second factor to show it, where this session was not shown it."""
    return _ask(request) if is_mfa_enabled(request.user) and not _shown(request) else None


def seal_old(home: Home) -> int:
    """Seal what was kept in the clear by versions that sealed nothing, once; how many there were.

    A home that lost its key has sealed rows: none is made for it, and nothing is sealed.
    """
    rows = list(Authenticator.objects.filter(type__in=_SECRETS))
    clear = [row for row in rows if not factor_key.is_sealed(_secret(row))]
    lost = len(clear) < len(rows) and not (home.folder / factor_key.FILE).exists()
    if lost or not factor_key.is_new(home):
        return 0
    with factor_key.begun(home), transaction.atomic():
        for row in clear:
            row.data[_SECRETS[row.type]] = factor_key.seal(home, _secret(row))
            row.save(update_fields=["data"])
    return len(clear)


def _secret(row: Authenticator) -> str:
    return str(row.data.get(_SECRETS[row.type], factor_key.MARK))


def first_added(
    *, request: HttpRequest, user: Person, authenticator: Authenticator, **_: object
) -> None:
    """Whoever adds his first factor has shown it by doing so; to add another, he had to show one he has."""
    if Authenticator.objects.filter(user=user, type__in=KINDS).count() == 1:
        record_authentication(request, user, method="mfa", type=authenticator.type)


def _shown(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(each.get("method") == "mfa" for each in records)


def _ask(request: HttpRequest) -> HttpResponseBase:
    app = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    form = reverse("mfa_reauthenticate" if app else "mfa_reauthenticate_webauthn")
    back = request.get_full_path() if request.method == "GET" else reverse("today")
    return redirect_to_login(back, form)
