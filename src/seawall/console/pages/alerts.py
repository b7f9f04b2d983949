"""Alerts: those that are open or over, one with its account, and what silences them."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from seawall.acts.alert_cases import KIND
from seawall.acts.signing import now
from seawall.console import exporting, paging, place
from seawall.console.asking import Request, see_other, signed, whole
from seawall.console.pages.cases import who
from seawall.core.problem import UnableToUseInput
from seawall.office import alert_lists, alert_sheet, quieting, warning
from seawall.office.alert_lists import Asked
from seawall.office.cases import Seen
from seawall.office.quieting import Quieting

_FILTERS = ("risk", "level", "indicator", "state")
_QUIETING = ("reason", "hours", "indicator", "team", "segment")


def listed(request: Request) -> HttpResponseBase:
    """Alerts that are open, or with `?over` those that are over."""
    chosen = {name: request.GET.get(name, "") for name in _FILTERS}
    asked = Asked(
        request.user.unit,
        ended="over" in request.GET,
        after=paging.asked(request),
        **chosen,
    )
    man = place.watchman()
    file = exporting.answer(request, alert_sheet.sheet(man, asked, now()), needs="cases.export")
    if file is not None:
        return file
    page = alert_lists.page(man, asked, now())
    return render(request, "console/alerts/list.html", {
        "page": page, "page_after": paging.told(page.next), "asked_for": asked, "risks": warning.RISKS,
        "indicators": man.rules.indicators, "states": man.desk.kinds.in_force[KIND].states,
    })  # fmt: skip


def one(request: Request, case_id: str) -> HttpResponse:
    """An alert."""
    seen = _seen(request, case_id)
    told = alert_lists.told(place.watchman(), seen, who.actor(request), now())
    return render(request, "console/alerts/one.html", {"told": told})


def why(request: Request, case_id: str) -> HttpResponse:
    """What drives an alert, asked of the book: a part of its page, or a page of its own."""
    sentences = alert_lists.account(place.watchman(), _seen(request, case_id).case.id)
    page = "account" if request.htmx else "why"
    context = {"sentences": sentences, "case_id": case_id}
    return render(request, f"console/alerts/{page}.html", context)


def _seen(request: Request, case_id: str) -> Seen:
    """The case of an alert that one may see; of none, or of another's unit, it is not there."""
    seen = who.look(request, case_id).seen
    if seen.kind.id != KIND:
        raise Http404
    return seen


def silences(request: Request) -> HttpResponse:
    """All silences, the newest first, and the form that asks for one."""
    return _silences(request, {name: request.GET.get(name, "") for name in _QUIETING})


def silence(request: Request) -> HttpResponse:
    """Silence some alerts."""
    given = {name: request.POST.get(name, "") for name in _QUIETING}
    try:
        quieting.silence(place.watchman(), Quieting(**given), signed(request, "warning.silence"))
    except UnableToUseInput as refused:
        return _silences(request, given, refused)
    return see_other(reverse("silences"))


def _silences(
    request: Request, given: dict[str, str], refused: UnableToUseInput | None = None
) -> HttpResponse:
    man = place.watchman()
    rows, after = quieting.page(whole(request.GET.get("after", "")), now())
    declared = man.rules.indicators
    context = {
        "rows": rows, "page_after": after, "given": given, "most": quieting.HOURS_MOST,
        "indicators": declared, "teams": sorted({each.team for each in declared.values()}),
        "problems": refused.problems if refused else (),
    }  # fmt: skip
    status = 422 if refused else 200
    return render(request, "console/alerts/silences.html", context, status=status)
