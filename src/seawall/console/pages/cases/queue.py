"""Queues of cases: a list, a board, filters that people keep, one verb on many, and the list to take away."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from seawall.console import access, paging, place
from seawall.console.asking import Request, see_other, whole
from seawall.console.exporting import answer
from seawall.console.pages.cases import who
from seawall.office import queue_sheets, queues
from seawall.office.queues import Asked
from seawall.records import people_register

PAGE = "cases"
TITLE_MOST = 120


def page(request: Request) -> HttpResponseBase:
    """A queue as a list; as a file where one is asked for: of one kind, with all its fields."""
    asks = queues.asked(request.GET.dict())
    sheet = queue_sheets.sheet(place.cases(), asks, who.actor(request))
    file = answer(request, sheet, needs="cases.export")
    if file is not None:
        return file
    found = queues.page(place.cases(), asks, who.actor(request), paging.asked(request))
    return render(request, "console/cases/queue.html", {
        **_frame(request, asks), "cases": found.cases, "page_after": paging.told(found.after), "view": "list",
    })  # fmt: skip


def board(request: Request) -> HttpResponse:
    """A queue of one kind as a board: a lane for each state."""
    asks = queues.asked(request.GET.dict())
    kinds = place.cases().desk.kinds
    if asks.kind not in kinds.in_force:
        asks = replace(asks, kind="")
    lanes = queues.board(place.cases(), asks, who.actor(request)) if asks.kind else {}
    titles = kinds.in_force[asks.kind].states if asks.kind else {}
    return render(request, "console/cases/board.html", {
        **_frame(request, asks), "view": "board", "lane_most": queues.LANE, "lane_slice": f":{queues.LANE}",
        "lanes": [(titles[state], lane) for state, lane in lanes.items()],
    })  # fmt: skip


def _frame(request: Request, asks: Asked) -> dict[str, object]:
    """What list and board have in common: what is asked, and what may be asked."""
    kinds = place.cases().desk.kinds.in_force
    units = {
        unit: text
        for unit, text in access.declared().units.items()
        if access.sees(request.user, unit)
    }
    return {
        "asks": asks,
        "kinds": kinds.values(),
        "kind": kinds.get(asks.kind),
        "units": units,
        "filters": [
            (each, f"?{each.asked}") for each in people_register.filters(request.user.name, PAGE)
        ],
        "told": urlencode(asks.told),
        "may": access.permissions(request.user),
        "now": who.here(),
    }


def keep(request: Request) -> HttpResponse:
    """Keep a filter under a name."""
    asks = queues.asked(dict(parse_qsl(request.POST.get("asked", ""))))
    title = " ".join(request.POST.get("title", "").split())[:TITLE_MOST]
    if title:
        people_register.keep_filter(request.user.name, PAGE, title, urlencode(asks.told))
    return _back(asks)


def drop(request: Request) -> HttpResponse:
    """Keep a filter no longer."""
    number = whole(request.POST.get("number", ""))
    if number is not None:
        people_register.drop_filter(request.user.name, number)
    return _back(queues.asked({}))


def _back(asks: Asked) -> HttpResponse:
    return see_other(f"{reverse('cases')}?{urlencode(asks.told)}")
