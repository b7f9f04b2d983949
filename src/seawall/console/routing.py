"""Routes of pages: none without what it needs, so what nobody allowed is denied.

The order of the guards: signed in → second factor, where a role asks for one → permission → unit. Who may not see
something learns nothing of it: a page of the house, asked for from outside, is not there.

What the units ask, by whose a page is (`Route.of`):

- `house`: policies, indicators, alerts, drills. Whoever works within the house sees it (GET) if his role may, and only
  who works for the whole house changes it (POST): a part of the house does not decide for the others.
- `whole`: the portfolio and the ledger, which show what all units have: for who works for the whole house alone.
- `unit`: the view asks whose it is, by `owned`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path

from seawall.console import access, factors
from seawall.console.asking import Request
from seawall.core.institution import HOUSE, inside
from seawall.records.models import Person

View = Callable[..., HttpResponseBase]
Method = Literal["GET", "POST"]
SIGNED_IN = "signed-in"
"""What a page needs that is everybody's who signed in, such as his own settings."""


@dataclass(frozen=True)
class Route:
    """A page.

    Attributes:
        path: as Django's `path` has it.
        view: takes a request, and what the path captures.
        name: by which templates and redirects find it.
        needs: a permission, or `SIGNED_IN`.
        method: GET shows, POST changes; a page that does both has two routes.
        of: whose it is: the `house`'s, the `whole` house's alone, or a `unit`'s; see above.
    """

    path: str
    view: View
    name: str
    needs: str
    method: Method = "GET"
    of: Literal["house", "whole", "unit"] = "house"

    def __post_init__(self) -> None:
        """Refuse a permission that is not declared."""
        if self.needs != SIGNED_IN and self.needs not in access.declared().permissions:
            raise ValueError(f"{self.name}: no such permission: {self.needs}")

    def refuses(self, request: Request) -> HttpResponseBase | None:
        """What is answered instead of the page; None where it may be shown.

        Raises:
            PermissionDenied: the person may not, or not for the whole house.
            Http404: it is not there for his unit.
        """
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if access.privileged(request.user) and (asked := factors.asks(request)):
            return asked
        if self.needs != SIGNED_IN:
            if not self._there_for(request.user):
                raise Http404
            if not access.may(request.user, self.needs) or not self._changes_for(request.user):
                raise PermissionDenied
        return None

    def _there_for(self, person: Person) -> bool:
        if self.of == "whole":
            return access.whole(person)
        return self.of == "unit" or inside(person.unit, HOUSE)

    def _changes_for(self, person: Person) -> bool:
        return self.method == "GET" or self.of == "unit" or access.whole(person)


def patterns(routes: tuple[Route, ...]) -> list[URLPattern]:
    """The routes as Django takes them; those of one path make one pattern."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    return [
        path(each, _guarded(together), name=route.name)
        for each, together in by_path.items()
        for route in together
    ]


def _guarded(routes: list[Route]) -> Callable[..., HttpResponseBase]:
    methods: dict[str, Route] = {route.method: route for route in routes}

    @wraps(routes[0].view)
    def guarded(request: HttpRequest, **captured: object) -> HttpResponseBase:
        route = methods.get("GET" if request.method == "HEAD" else str(request.method))
        if route is None:
            return HttpResponseNotAllowed(sorted(methods))
        asked = cast("Request", request)
        return route.refuses(asked) or route.view(asked, **captured)

    return login_not_required(guarded)


def owned(request: Request, unit: str) -> None:
    """Ask whether what belongs to a unit may be shown.

    Raises:
        Http404: it may not; that it exists is not told.
    """
    if not access.sees(request.user, unit):
        raise Http404
