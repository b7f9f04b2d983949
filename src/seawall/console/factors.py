"""The second factor of a session: that a person has one is not enough, this session must have been shown it."""

from typing import Final

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from seawall.office import factor_key
from seawall.office.homes import Home

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
    """Seal what was kept in the clear by versions that sealed nothing; how many there were."""
    count = 0
    for row in Authenticator.objects.filter(type__in=_SECRETS):
        name = _SECRETS[row.type]
        if not factor_key.is_sealed(row.data.get(name, factor_key.MARK)):
            row.data[name] = factor_key.seal(home, row.data[name])
            row.save(update_fields=["data"])
            count += 1
    return count


def first_added(
    *, request: HttpRequest, user: Person, authenticator: Authenticator, **_: object
) -> None:
    """Whoever adds his first factor has shown it by doing so; to add another one, he had to show one he has."""
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
