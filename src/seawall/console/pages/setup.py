"""The first run: whoever has the server's code becomes its first administrator."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.console import access, place
from seawall.console.asking import see_other
from seawall.office import settling
from seawall.records.models import Person


def page(request: HttpRequest) -> HttpResponse:
    """The form of the first administrator, while there is none."""
    if not settling.needed():
        raise Http404
    return render(request, "console/setup.html")


def make(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; he signs in next, and adds a second factor then."""
    form = request.POST
    name, password = form.get("name", "").strip(), form.get("password", "")
    try:
        validate_password(password, Person(name=name, shown=form.get("shown", "")))
    except ValidationError as error:
        return render(
            request, "console/setup.html", {**form.dict(), "errors": error.messages}, status=422
        )
    first = settling.newcomer(name, form.get("shown", "").strip()[:120])
    code, confirming = form.get("code", ""), access.confirming()
    settling.settle(place.home(), code, first, password=password, confirming=confirming)
    return see_other(reverse("account_login"))
