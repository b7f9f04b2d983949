"""Settings: what this home is, whether it is fit, what runs in the background, which machines have tokens."""

from datetime import timedelta
from importlib.metadata import version

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import granting
from seawall.acts.granting import Grantable, Wanted
from seawall.acts.signing import now
from seawall.console import access, place, routing
from seawall.console.asking import Request, see_other, signed, whole
from seawall.core.institution import HOUSE, inside
from seawall.core.problem import UnableToUseInput
from seawall.office import condition, servers

_DAYS = (30, 90, 180, 365)


def page(request: Request) -> HttpResponse:
    """What this home is, and whether it is fit."""
    home = place.home()
    return render(request, "console/settings/page.html", {
        "version": version("seawall"), "home": home,
        "stores": [(store, home.settings.lies(store)) for store in ("office", "ledger", "people", "keys")],
        "conditions": (*condition.examine(home), *servers.examine(home)),
    })  # fmt: skip


def tokens(request: Request) -> HttpResponse:
    """Machines' tokens."""
    return _tokens(request)


def grant(request: Request) -> HttpResponse:
    """Grant a token, and show its secret once."""
    form = request.POST
    days = whole(form.get("days", ""))
    unit = form.get("unit", "") or HOUSE
    routing.owned(request, unit)
    among = Grantable(access.machine(), access.declared().units, access.confirming())
    try:
        wanted = Wanted(
            form.get("name", "").strip(),
            frozenset(form.getlist("scopes")),
            unit,
            now() + timedelta(days=days if days in _DAYS else _DAYS[0]),
        )
        granted = granting.grant(place.ledger(), wanted, among, signed(request, "token.grant"))
    except UnableToUseInput as error:
        return _tokens(request, problems=error.problems, status=422)
    return _tokens(request, secret=granted.secret, waits=granted.waits)


def revoke(request: Request, number: int) -> HttpResponse:
    """Take a token back, at once; one of another unit is as little there as one that was never granted.

    Raises:
        Http404: it is not there, or not his unit's.
    """
    token = granting.listed().get(number)
    if token is None:
        raise Http404
    routing.owned(request, token.unit)
    granting.revoke(place.ledger(), number, signed(request, "token.revoke"))
    return see_other(reverse("tokens"))


def _tokens(request: Request, status: int = 200, **more: object) -> HttpResponse:
    declared = access.declared()
    at = now()
    return render(request, "console/settings/tokens.html", {
        "tokens": [(number, each, each.counts(at)) for number, each in granting.listed().items()
                   if access.sees(request.user, each.unit)],
        "scopes": [(name, declared.permissions[name]) for name in sorted(access.machine())],
        "units": [(unit, title) for unit, title in declared.units.items() if inside(unit, request.user.unit)],
        "days": _DAYS, **more,
    }, status=status)  # fmt: skip
