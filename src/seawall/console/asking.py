"""What comes from a browser, as views see it."""

from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import HttpRequest, HttpResponseRedirect

from seawall.acts.signing import Signed, now
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


DIGITS_MOST = 18
"""Of a number from an address or a form: with them it fits into 64 bits, as all databases count."""


def whole(text: str) -> int | None:
    """A whole number as addresses and forms hold it; None where it is none, or larger than any we write.

    >>> whole("0042"), whole("-1"), whole("²"), whole("1" * 19)
    (42, None, None, None)
    """
    digits = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MOST
    return int(text) if digits else None


class SeeOther(HttpResponseRedirect):
    """Go on and look at another page, with GET whatever was sent here."""

    status_code = 303


def see_other(address: str) -> SeeOther:
    """What a page's POST ends with: a change was made, and reloading must not make it again."""
    return SeeOther(address)


def signed(request: Request, verb: str) -> Signed:
    """Who does something, when, as which act: its key is the form's, so a double click does it once."""
    return Signed(key(request, verb), request.user.name, now())


def key(request: Request, verb: str) -> str:
    """The key of what a form asks for; a fresh one where the form has none."""
    given = request.POST.get(KEY, "")[:64]
    return f"{verb}:{request.user.name}:{given or uuid4().hex}"
