"""What waits for a second person: who reviews access confirms or refuses what another asked."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import granting, staffing
from seawall.console import access, place, routing
from seawall.console.asking import Request, see_other, signed, whole
from seawall.console.pages import people
from seawall.console.ways_in import ways_in
from seawall.office import packs
from seawall.office.confirmations import confirmations
from seawall.records.people_register import asked_of


def page(request: Request) -> HttpResponse:
    """Everything that waits for the reader."""
    waits = confirmations(request.user.name, request.user.unit)
    return render(request, "console/people/waiting.html", {
        "waits": waits, "ways": ways_in([row.name for row in waits.people]),
        "titles": packs.roles().titles, "unit_titles": access.declared().units,
    })  # fmt: skip


def confirm(request: Request, name: str) -> HttpResponse:
    """Let count what the form showed: what was asked since is not confirmed by it."""
    _asked(request, name)
    act = signed(request, "person.confirm")
    staffing.confirm(place.ledger(), name, act, seen_us=_seen_us(request))
    return see_other(reverse("person", args=[name]))


def refuse(request: Request, name: str) -> HttpResponse:
    """What the form showed is asked no more; what was asked since still is."""
    _asked(request, name)
    act, reason = signed(request, "person.refuse"), request.POST.get("reason", "").strip()[:500]
    staffing.refuse(place.ledger(), name, act, seen_us=_seen_us(request), reason=reason)
    return see_other(reverse("person", args=[name]))


def confirm_token(request: Request, number: int) -> HttpResponse:
    """Let a machine's token count."""
    _token(request, number)
    granting.confirm(place.ledger(), number, signed(request, "token.confirm"))
    return see_other(reverse("confirmations"))


def refuse_token(request: Request, number: int) -> HttpResponse:
    """Take a token back that waits; one that counts is not refused."""
    if _token(request, number).waits:
        granting.revoke(place.ledger(), number, signed(request, "token.refuse"))
    return see_other(reverse("confirmations"))


def _seen_us(request: Request) -> int:
    """When that was asked which the form showed."""
    return whole(request.POST.get("seen", "")) or 0


def _asked(request: Request, name: str) -> None:
    """A person whom the reader may see, as he is and as he would be.

    Raises:
        Http404: there is none.
    """
    if asked := asked_of(people.found(request, name).asked):
        routing.owned(request, asked.unit)


def _token(request: Request, number: int) -> granting.Token:
    """A token of the reader's unit.

    Raises:
        Http404: there is none.
    """
    token = granting.listed().get(number)
    if token is None:
        raise Http404
    routing.owned(request, token.unit)
    return token
