"""One verb on many cases of one kind."""

from collections.abc import Sequence

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from seawall.acts import handling_many
from seawall.cases.case import Command
from seawall.cases.choices import Choice
from seawall.console import access, place
from seawall.console.asking import Request
from seawall.console.pages.cases import forms, who
from seawall.office import bulk, queues, units
from seawall.office.queues import Shown


def page(request: Request) -> HttpResponse:
    """What can be done with the chosen cases together."""
    chosen = _chosen(request, request.GET)
    offered = _offered(request, chosen)
    shown = [forms.form(chosen[0].kind, None, each) for each in offered]
    return render(request, "console/cases/many.html", {"chosen": chosen, "forms": shown})


def do(request: Request, verb: str) -> HttpResponse:
    """Do a verb with each of the chosen cases, and say of each what came of it."""
    chosen = _chosen(request, request.POST)
    choice = bulk.one([each.kind for each in chosen], verb)
    if choice is None:
        raise Http404
    fields, unit = (
        forms.given(choice, None, request.POST),
        {each.line.case_id: each.line.unit for each in chosen},
    )

    def command(case_id: str) -> Command:
        told = who.command(request, units.acting(who.actor(request), unit[case_id]), verb, fields)
        return bulk.apart(told, case_id)

    came = handling_many.handle_all(place.cases().desk, list(unit), command)
    cases = {each.line.case_id: each for each in _chosen(request, request.POST)}
    told = [(each, cases.get(each.case_id)) for each in came]
    return render(request, "console/cases/many.html", {"chosen": chosen, "came": told})


def _chosen(request: Request, sent: QueryDict) -> Sequence[Shown]:
    """The chosen cases that somebody may see. Raises `UnableToHandleSoMany`."""
    ids = list(dict.fromkeys(sent.getlist("case")))
    if len(ids) > handling_many.MOST:
        raise handling_many.UnableToHandleSoMany(len(ids))
    found = {line.case_id: line for line in who.visible(request, ids)}
    return queues.shown(place.cases(), [found[case_id] for case_id in ids if case_id in found])


def _offered(request: Request, chosen: Sequence[Shown]) -> tuple[Choice, ...]:
    return bulk.offered(
        [(each.kind, each.line.state) for each in chosen], access.roles(request.user)
    )
