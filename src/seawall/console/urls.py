"""Every page, and what it needs."""

from typing import Final

from django.urls import include, path

from seawall.console.api.main import api
from seawall.console.pages import failures, own, today
from seawall.console.routing import SIGNED_IN, Route, patterns

ROUTES: Final[tuple[Route, ...]] = (
    Route("", today.page, "today", "today.read", of="unit"),
    Route("me/", own.page, "own", SIGNED_IN),
    Route("me/change", own.change, "own_change", SIGNED_IN, method="POST"),
)

urlpatterns = [
    *patterns(ROUTES),
    path("language", own.speak, name="speak"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
]
handler403 = failures.denied
handler404 = failures.missing
handler500 = failures.failed
