"""Open a case: choose a kind, fill its form."""

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from seawall.acts import handling
from seawall.cases import choices
from seawall.cases.choices import Choice
from seawall.cases.kind import Kind
from seawall.console import place
from seawall.console.asking import Request
from seawall.console.pages.cases import deeds, forms, who
from seawall.core.problem import Problem


def page(request: Request) -> HttpResponse:
    """The kinds that somebody may open a case of, and those that he may not."""
    who_asks, now = who.actor(request), who.here()
    kinds = place.cases().desk.kinds.in_force.values()
    found = [(kind, choices.openings(kind, who_asks, now)) for kind in kinds]
    mine = [
        (kind, [v for v in verbs if not v.against])
        for kind, verbs in found
        if any(not v.against for v in verbs)
    ]
    others = [kind for kind, verbs in found if verbs and all(v.against for v in verbs)]
    return render(request, "console/cases/new.html", {"mine": mine, "others": others})


def form(request: Request) -> HttpResponse:
    """A form to open a case."""
    declared, choice = _choice(request, request.GET)
    return _form(request, declared, choice)


def open_(request: Request) -> HttpResponse:
    """Open a case; where it is refused, the form comes back as it was typed."""
    declared, choice = _choice(request, request.POST)
    fields, links = forms.given(choice, None, request.POST), forms.linked(declared, request.POST)
    told = who.command(request, who.actor(request), choice.verb, fields, links)
    came = handling.open_case(place.cases().desk, declared.id, told)
    if came.problems:
        return _form(request, declared, choice, came.problems, request.POST)
    return deeds.done(request, came, choice.title)


def _choice(request: Request, told: QueryDict) -> tuple[Kind, Choice]:
    """A kind, and the verb that opens a case of it. Raises `Http404`."""
    declared = place.cases().desk.kinds.in_force.get(told.get("kind", ""))
    for each in choices.openings(declared, who.actor(request), who.here()) if declared else ():
        if each.verb == told.get("verb") and declared:
            return declared, each
    raise Http404


def _form(
    request: Request, kind: Kind, choice: Choice, problems: tuple[Problem, ...] = (), sent: QueryDict | None = None
) -> HttpResponse:  # fmt: skip
    shown = forms.form(kind, None, choice, sent, problems)
    context = {
        "kind": kind,
        "form": shown,
        "problems": problems or choice.against,
        "key": sent.get("key", "") if sent else "",
    }
    return render(request, "console/cases/open.html", context, status=422 if problems else 200)
