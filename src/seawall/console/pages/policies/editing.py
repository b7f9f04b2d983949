"""A policy in the editor: looked at while it is written, kept as a draft, checked, proposed."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import drafting
from seawall.acts.publishing import UnableToPropose
from seawall.acts.signing import now
from seawall.console import asking, place
from seawall.console.asking import Request, see_other, signed
from seawall.core.problem import UnableToUseInput
from seawall.core.text import Text
from seawall.office import policy_runs, sketching
from seawall.office.sketching import Edited
from seawall.policy.comparing import SECTIONS


def edit(request: Request, policy: str) -> HttpResponse:
    """The editor, with one's draft or what counts now."""
    return _editor(request, sketching.edited(policy, request.user.name, now()))


def look(request: Request, policy: str) -> HttpResponse:
    """What there is to see in a text: beside the editor as one types, or with its whole page."""
    opened = _opened(request, policy)
    if request.htmx:
        return render(request, "console/policies/found.html", _found(opened))
    return _editor(request, opened)


def keep(request: Request, policy: str) -> HttpResponse:
    """Keep the text as one's draft."""
    opened = _opened(request, policy)
    sketching.keep(
        place.ledger(), opened.sketch, opened.base, signed(request, "draft"), seen_us=opened.seen_us
    )
    messages.success(request, _KEPT.in_(request.language))
    return see_other(reverse("policy_edit", args=[policy]))


def drop(request: Request, policy: str) -> HttpResponse:
    """Throw one's draft away."""
    drafting.drop(place.ledger(), policy, signed(request, "draft_drop"))
    messages.success(request, _DROPPED.in_(request.language))
    return see_other(reverse("policy", args=[policy]))


def whole(request: Request, policy: str) -> HttpResponse:
    """Begin the whole check of the text."""
    drawn = _opened(request, policy).sketch
    job = policy_runs.begin_check(drawn, signed(request, "check"))
    return see_other(reverse("policy_run", args=[policy, job.number]))


def propose(request: Request, policy: str) -> HttpResponse:
    """Keep the text and propose it; its replay over the book may take minutes."""
    opened = _opened(request, policy)
    writers = tuple(request.POST.get("writers", "").replace(",", " ").split())
    try:
        job = policy_runs.submit(
            place.ledger(), opened, signed(request, "propose"), writers=writers
        )
    except UnableToUseInput:
        return _editor(request, opened, status=422)  # the editor says what, and where
    except UnableToPropose as error:
        return _editor(request, opened, status=409, refused=error.said)
    return see_other(reverse("policy_run", args=[policy, job.number]))


def _opened(request: Request, policy: str) -> Edited:
    """What the editor's form holds."""
    form = request.POST
    typed = sketching.typed(policy, form.get("text", ""), form.get("cases", ""), now())
    return replace(typed, base=form.get("base", ""), seen_us=asking.whole(form.get("seen_us", "")))


def _editor(
    request: Request, opened: Edited, status: int = 200, refused: Text | None = None
) -> HttpResponse:
    told = {"refused": refused, "opened": opened, "policy": opened.sketch.policy, **_found(opened)}
    return render(request, "console/policies/edit.html", told, status=status)


def _found(opened: Edited) -> dict[str, Any]:
    return {"found": sketching.looked(opened), "sections": SECTIONS}


_KEPT = Text(en="Your draft is kept.", zh="草稿已保存。")
_DROPPED = Text(en="Your draft is gone.", zh="草稿已删除。")
