"""What waits for somebody now."""

from django.http import HttpResponse
from django.shortcuts import render

from seawall.console import access, place
from seawall.console.asking import Request
from seawall.console.pages.cases import who
from seawall.office.today import MOST, today


def page(request: Request) -> HttpResponse:
    """What waits for the person."""
    may = access.permissions(request.user)
    policies = "policies.approve" in may and access.whole(request.user)
    waits = today(
        place.cases(), who.actor(request), policies=policies, reviews="users.review" in may
    )
    context = {"waits": waits, "now": who.here(), "most": MOST, "upto": f":{MOST}"}
    return render(request, "console/today/page.html", context)
