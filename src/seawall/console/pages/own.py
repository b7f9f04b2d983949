"""A person's own page: his language, time zone and colours, his sign-ins."""

from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from seawall.console import access
from seawall.console.asking import Request, see_other
from seawall.console.middleware import COOKIE, LANGUAGES
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
    person, form = request.user, request.POST
    person.language = form["language"] if form.get("language") in LANGUAGES else person.language
    person.theme = form["theme"] if form.get("theme") in THEMES else person.theme
    zone = form.get("time_zone", "")
    person.time_zone = zone if zone in available_timezones() else person.time_zone
    person.save(update_fields=["language", "theme", "time_zone"])
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
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            COOKIE, language, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
