"""The pages of signing in: of allauth's, those that a console needs, and no others."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final

from allauth import urls as allauth_urls
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

from seawall.console import factors

View = Callable[..., HttpResponseBase]
OPEN: Final = frozenset({
    "account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_change_password",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
    "usersessions_list",
    "openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled", "socialaccount_login_error",
})  # fmt: skip
"""By name. Nobody signs himself up, and only an administrator gives him an address: providers vouch for it."""
FACTORS: Final = frozenset({
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
})  # fmt: skip
"""What changes a person's factors: once he has one, only a session that was shown it gets there."""


def patterns() -> list[URLPattern | URLResolver]:
    """All of allauth's addresses, since its own pages name them; what is not open answers 404."""
    return _those(allauth_urls.urlpatterns)


def _those(given: Sequence[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    return [
        URLResolver(each.pattern, _those(each.url_patterns), each.default_kwargs)
        if isinstance(each, URLResolver)
        else URLPattern(each.pattern, _view(each), each.default_args, each.name)
        for each in given
    ]


def _view(page: URLPattern) -> View:
    if page.name in OPEN:
        return page.callback
    return _shown(page.callback) if page.name in FACTORS else _closed


@login_not_required
def _closed(request: HttpRequest, **captured: object) -> HttpResponseBase:
    del request, captured
    raise Http404


def _shown(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **captured: object) -> HttpResponseBase:
        return factors.asks_again(request) or view(request, **captured)

    return guarded
