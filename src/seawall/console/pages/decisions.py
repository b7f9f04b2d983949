"""Decisions: searched, looked at rule by rule, decided again, opened for a purpose, made by hand."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from seawall.acts.deciding import Order
from seawall.acts.signing import now
from seawall.console import access, paging, place
from seawall.console.asking import Request, see_other, signed, whole
from seawall.console.exporting import answer
from seawall.console.routing import owned
from seawall.core.institution import HOUSE
from seawall.core.period import microseconds
from seawall.core.problem import Problem, UnableToUseInput
from seawall.core.text import Text
from seawall.office import decisions, ledger_sheets
from seawall.office.decisions import Field, Opening, Shown
from seawall.policy.explain import THEN
from seawall.policy.program import OUTCOMES
from seawall.records.entry_index import Sought

ERASED: Final = "erased"
WORDS: Final[dict[str, Text]] = {
    "": Text(en="erased", zh="已删除"),
    **{outcome: THEN[outcome] for outcome in OUTCOMES},
}
MADE: Final[dict[str, Text]] = {
    "": Text(en="Erased", zh="已删除"),
    "approve": Text(en="Approved", zh="通过"),
    "refer": Text(en="Referred to a person", zh="转人工"),
    "decline": Text(en="Declined", zh="拒绝"),
}
"""What came of a decision."""
CHIPS: Final = {"approve": "good", "refer": "sea", "decline": "", "": "quiet"}
SIGNS: Final = {"approve": "✓", "refer": "→", "decline": "✕", "": "∅"}
COUNTRIES: Final = ("CN", "US", "GB", "DE", "FR", "NG", "SG", "HK")
"""Whose identity numbers and telephones a form offers; the first is chosen."""
AT_ONCE: Final = 1_000
"""Rows that a file reads from the database at once."""
IN: Final = "in."
"""What the name of a form's field begins with, where it is the application's."""
OF: Final[dict[str, Text]] = {
    "person": Text(en="customer", zh="客户"),
    "device": Text(en="device", zh="设备"),
}


def page(request: Request) -> HttpResponseBase:
    """Decisions that fit a search, the latest first; as a file where one is asked for."""
    sought = _sought(request)
    found = decisions.listing(place.decisions(), sought)
    sheet = ledger_sheets.of_decisions(sought._replace(most=AT_ONCE))
    return answer(request, sheet, needs="decisions.export") or render(request, "console/decisions/page.html", {
        "found": found,
        "page_after": paging.told(found.after),
        "policies": decisions.policies(),
        "outcomes": [(name, MADE[name]) for name in OUTCOMES] + [(ERASED, MADE[""])],
        "searched": any(request.GET.get(name) for name in _FILTERS),
        "told": {name: render_to_string(_CHIP, {"outcome": name, **_OUTCOME}) for name in MADE},
    })  # fmt: skip


def one(request: Request, entry: int) -> HttpResponse:
    """One decision: what came out, why, from what, by which version, and its proof."""
    return _shown(request, _mine(request, entry))


def again(request: Request, entry: int) -> HttpResponse:
    """The same, decided again from its own record."""
    found = _mine(request, entry)
    return _shown(request, found, again=decisions.again(place.decisions(), entry))


def open_(request: Request, entry: int) -> HttpResponse:
    """The same with values of its customer or device, this one time: nothing of them is kept for another page."""
    found, form = _mine(request, entry), request.POST
    wanted = Opening(
        "device" if form.get("of") == "device" else "person",
        tuple(form.getlist("field")), form.get("purpose", ""), form.get("reason", ""),
    )  # fmt: skip
    counter = place.decisions()
    try:
        opened = decisions.open_(counter, found, wanted, signed(request, "open"))
    except UnableToUseInput as refused:
        return _shown(request, found, problems=refused.problems, status=422)
    titles = decisions.sealed(counter, wanted.of)
    return _shown(request, found, opened=[(titles[name].title, opened.get(name)) for name in wanted.fields])  # fmt: skip


def form(request: Request) -> HttpResponse:
    """What a policy asks for, to be filled in by hand."""
    return _form(request)


def decide(request: Request) -> HttpResponse:
    """Decide what was filled in; the decision is shown."""
    person, told = request.user, request.POST
    unit = None if person.unit == HOUSE else person.unit
    order = Order(
        told.get("policy", ""), person.name, now(), told.get("country", COUNTRIES[0]), unit=unit
    )
    try:
        made = decisions.by_hand(place.decisions(), order, _given(request))
    except UnableToUseInput as refused:
        return _form(request, problems=refused.problems, status=422)
    return see_other(reverse("decision", args=[made.entry]))


_CHIP = "console/decisions/outcome.html"
_FILTERS = ("application", "customer", "policy", "outcome", "reason", "since", "until")
_OUTCOME = {"words": WORDS, "made": MADE, "chips": CHIPS, "signs": SIGNS}


def _sought(request: Request) -> Sought:
    """What is searched for; what cannot be read is not searched for."""
    asked = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    outcome = asked["outcome"]
    return Sought(
        unit=request.user.unit,
        application=asked["application"],
        customer=asked["customer"],
        policy=asked["policy"],
        outcomes=("",) if outcome == ERASED else (outcome,) if outcome in OUTCOMES else (),
        reason=asked["reason"],
        since_us=_day_us(asked["since"]),
        until_us=_day_us(asked["until"], days=1),
        after=_after(request),
    )


def _day_us(text: str, *, days: int = 0) -> int | None:
    """When a day begins where the person is, or one so many days later."""
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return microseconds(datetime.combine(day, time(), timezone.get_current_timezone()))


def _after(request: Request) -> tuple[int, int] | None:
    found = paging.asked(request)
    entry = whole(found[1]) if found else None
    return (found[0], entry) if found and entry is not None else None


def _mine(request: Request, entry: int) -> Shown:
    """A decision of the person's own unit; of another one, or for who sees no decisions, it is not there."""
    may = access.may(request.user, "decisions.read")
    found = decisions.shown(place.decisions(), entry) if may else None
    if found is None:
        raise Http404
    owned(request, found.row.unit)
    return found


def _shown(
    request: Request,
    found: Shown,
    *,
    status: int = 200,
    **more: Any,  # noqa: ANN401 - what the template shows besides
) -> HttpResponse:
    counter = place.decisions()
    told = {
        "found": found,
        "raw": json.dumps(found.content, ensure_ascii=False, indent=2),
        "purposes": decisions.purposes(counter),
        "sealed": [(of, OF[of], decisions.sealed(counter, of)) for of in found.tokens],
    }
    return render(
        request, "console/decisions/one.html", {**told, **_OUTCOME, **more}, status=status
    )


def _form(
    request: Request, *, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    told = request.POST or request.GET
    chosen = told.get("policy", "")
    return render(request, "console/decisions/form.html", {
        "policies": decisions.policies(),
        "policy": chosen,
        "fields": [(each, told.get(f"{IN}{each.name}", "")) for each in _fields(chosen)],
        "application": told.get(f"{IN}application_id", ""),
        "country": told.get("country", COUNTRIES[0]),
        "countries": COUNTRIES,
        "problems": problems,
    }, status=status)  # fmt: skip


def _fields(policy: str) -> list[Field]:
    return decisions.form(place.decisions(), policy, now()) if policy else []


def _given(request: Request) -> dict[str, object]:
    """What was filled in, by name."""
    names = ("application_id", *(each.name for each in _fields(request.POST.get("policy", ""))))
    return {name: request.POST.get(f"{IN}{name}", "").strip() for name in names}
