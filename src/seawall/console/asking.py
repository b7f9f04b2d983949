"""What comes from a browser, as views see it."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import HttpRequest

from seawall.acts.signing import Signed, now
from seawall.cases.case import Actor
from seawall.console import access
from seawall.core.text import Language
from seawall.records.models import Person

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

KEY = "key"
"""The hidden field of a form that names its act: sent twice, it is done once."""


class Request(HttpRequest):
    """A request of somebody who signed in, in his language."""

    user: Person
    language: Language
    htmx: "HtmxDetails"


def signed(request: Request, verb: str) -> Signed:
    """Who does something, when, as which act: its key is the form's, so a double click does it once."""
    return Signed(key(request, verb), request.user.name, now())


def key(request: Request, verb: str) -> str:
    """The key of what a form asks for; a fresh one where the form has none."""
    given = request.POST.get(KEY, "")[:64]
    return f"{verb}:{request.user.name}:{given or uuid4().hex}"


def actor(request: Request) -> Actor:
    """Who handles a case."""
    return Actor(request.user.name, access.roles(request.user))
