"""Pages for what went wrong: not found, not allowed, a form that is too old, a failure of ours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or came too late."""
    del reason
    return render(request, "console/failures/stale_form.html", status=403)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What one may not."""
    del exception
    return render(request, "console/failures/denied.html", status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, or not for him to know of."""
    del exception
    return render(request, "console/failures/missing.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Our own failure: nothing of it is told but that it was written down."""
    return render(request, "console/failures/failed.html", status=500)
