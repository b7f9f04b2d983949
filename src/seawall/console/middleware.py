"""Around every page: what a browser may do with it, the language it speaks, refusals told as pages, its frame."""

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from seawall.console import access, navigation, refusals
from seawall.core.institution import HOUSE, inside
from seawall.core.problem import Unable, UnableToUseInput
from seawall.core.text import Language
from seawall.records.models import Person

Answer = Callable[[HttpRequest], HttpResponse]
_FROM: Final = {
    "default": "'none'",
    "script": "'self'",
    "style": "'self'",
    "img": "'self' data:",
    "font": "'self'",
    "connect": "'self'",
    "manifest": "'self'",
}
POLICY: Final = (
    "".join(f"{what}-src {where}; " for what, where in _FROM.items())
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline."""
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
NO_STORE: Final = "no-store, private"
LANGUAGES: Final[dict[Language, str]] = {"en": "en", "zh": "zh-hans"}
COOKIE: Final = "seawall_language"


def headers(answer: Answer) -> Answer:
    """Tell browsers to run nothing but our own files, and to keep no page that shows what only some may see."""

    def told(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", NO_STORE)
        return response

    return told


def spoken(answer: Answer) -> Answer:
    """Speak a person's own language and time; before he signs in, what his browser asks for."""

    def told(request: HttpRequest) -> HttpResponse:
        language = _language(request)
        request.language = language  # type: ignore[attr-defined]
        zone = request.user.time_zone if isinstance(request.user, Person) else "UTC"
        with translation.override(LANGUAGES[language]), timezone.override(ZoneInfo(zone)):
            response = answer(request)
            if hasattr(
                response, "render"
            ):  # a template's answer is written while its language is spoken
                response = response.render()
        response.headers["Content-Language"] = LANGUAGES[language]
        return response

    return told


def _language(request: HttpRequest) -> Language:
    if isinstance(request.user, Person):
        return "zh" if request.user.language == "zh" else "en"
    asked = request.COOKIES.get(COOKIE) or request.headers.get("Accept-Language", "")
    return "zh" if asked.strip().lower().startswith("zh") else "en"


class Refusals:
    """What the house refuses, told as a page with its sentence; what fails, fails."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a refusal: 422 where an input is wrong, else what the API answers, too."""
        if isinstance(error, UnableToUseInput):
            return render(request, "console/refused.html", {"problems": error.problems}, status=422)
        if isinstance(error, Unable):
            status, told = refusals.status(error), {"sentence": error.said}
            response = render(request, "console/refused.html", told, status=status)
            return refusals.timed(response, error)
        return None


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows: where one may go, and who one is."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    may = access.within_reach(person) if person else frozenset[str]()
    ours = person is not None and inside(person.unit, HOUSE)
    return {
        "language": getattr(request, "language", "en"),
        "theme": person.theme if person else "auto",
        "signed_in": person is not None,
        "identity": getattr(settings, "SEAWALL_IDENTITY", ""),
        "may": may,
        "whole": person is not None and access.whole(person),
        "navigation": navigation.of(may if ours else may & navigation.OF_UNITS, request.path),
    }
