"""A person's own page: his language, time zone and colours, his sign-ins."""

from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from seawall.console import access
from seawall.console.asking import Request, see_other
from seawall.console.middleware import COOKIE, LANGUAGES
from seawall.records import people_register
from seawall.records.models import Person

THEMES = ("auto", "light", "dark")


def page(request: Request) -> HttpResponse:
    """His own settings."""
    titles = access.declared()
    return render(request, "console/own/page.html", {
        "zones": sorted(available_timezones()),
        "roles": sorted(access.roles(request.user)),
        "unit": titles.units.get(request.user.unit, request.user.unit),
    })  # fmt: skip


def change(request: Request) -> HttpResponse:
    """Keep how he likes his pages."""
    known = {"language": LANGUAGES, "theme": THEMES, "time_zone": available_timezones()}
    likes = {name: request.POST.get(name, "") for name in known}
    people_register.like(
        request.user.name, **{name: told for name, told in likes.items() if told in known[name]}
    )
    return see_other(reverse("own"))


def speak(request: HttpRequest) -> HttpResponse:
    """Change the language, from any page, and go on there; who has not signed in keeps it in a cookie."""
    language = request.POST.get("language", "")
    onward = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        onward, {request.get_host()}, require_https=request.is_secure()
    ):
        onward = "/"
    response = see_other(onward)
    if language in LANGUAGES:
        if isinstance(request.user, Person):
            people_register.like(request.user.name, language=language)
        response.set_cookie(
            COOKIE, language, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
