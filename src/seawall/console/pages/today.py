"""What needs somebody now."""

from django.http import HttpResponse
from django.shortcuts import render

from seawall.console.asking import Request


def page(request: Request) -> HttpResponse:
    """What waits for the person."""
    return render(request, "console/today/page.html")
