"""The portfolio: its figures, each measure with its chart and its account, and what may be taken away."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from seawall.console import exporting, place
from seawall.console.asking import Request
from seawall.console.pages.portfolio import filters
from seawall.console.pages.portfolio.filters import Filters
from seawall.office import presenting
from seawall.office.answering import Answers
from seawall.reports import drawing, sheet
from seawall.reports.leaf import SEGMENTS

TABS: Final = ("vintage", "roll_rate", "transition", "concentration", "growth")
"""Measures with a tab of their own; the others stand under all measures."""
_EXPORT: Final = "portfolio.export"
_PICTURES: Final = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}


def overview(request: Request) -> HttpResponseBase:
    """The book's figures, and the first measures to look at."""
    answers, chosen = place.answers(), filters.read(request.GET)
    if answers.empty:
        return _empty(request)
    asked = chosen.asked("summary")
    file = exporting.answer(request, presenting.sheet(answers, asked), needs=_EXPORT)
    if file is not None:
        return file
    told = presenting.overview(answers, asked)
    return render(request, "console/portfolio/overview.html", {
        **_frame(answers, chosen, "summary"), "overview": told,
        "others": [(each, _pictures(each.name, chosen.whole)) for each in told.others],
    })  # fmt: skip


def measure(request: Request, name: str) -> HttpResponseBase:
    """One measure: its chart, or one for each segment; its figures; how they were made."""
    answers, chosen = place.answers(), filters.read(request.GET)
    if answers.empty:
        return _empty(request)
    asked = chosen.asked(_known(answers, name))
    file = exporting.answer(request, presenting.sheet(answers, asked), needs=_EXPORT)
    if file is not None:
        return file
    told = presenting.tell(answers, asked)
    alone = ((part, chosen.query_of(part.values)) for part in told.parts)
    return render(request, "console/portfolio/measure.html", {
        **_frame(answers, chosen, told.name), "told": told, "pictures": _pictures(name, chosen.query),
        "parts": [(part, _pictures(name, query) if query else "") for part, query in alone],
        "cut": told.rows > len(told.grid.rows),
    })  # fmt: skip


def every(request: Request) -> HttpResponse:
    """All measures, each with what it means."""
    answers, chosen = place.answers(), filters.read(request.GET)
    if answers.empty:
        return _empty(request)
    return render(request, "console/portfolio/measures.html", {
        **_frame(answers, chosen, ""), "measures": answers.measures.values(),
    })  # fmt: skip


def chart(request: Request, name: str, form: str) -> HttpResponseBase:
    """A measure's chart as a picture, or its figures as CSV, to take away."""
    answers, chosen = place.answers(), filters.read(request.GET)
    if form not in _PICTURES or answers.empty:
        raise Http404
    asked = chosen.asked(_known(answers, name))
    content: str | bytes | Iterator[bytes]
    if form == "csv":
        content = sheet.csv(presenting.sheet(answers, asked), request.language)
    else:
        spec = presenting.picture(answers, asked)
        if spec is None:
            raise Http404
        draw = drawing.png if form == "png" else drawing.svg
        content = draw(spec, request.language)
    return exporting.saved(HttpResponse(content), f"{name}.{form}", _PICTURES[form])


def _known(answers: Answers, name: str) -> str:
    if name not in answers.measures:
        raise Http404
    return name


def _frame(answers: Answers, chosen: Filters, here: str) -> dict[str, Any]:
    """What the portfolio's pages have in common: where one may go, what is chosen, of what and when."""
    reading = answers.reading(chosen.as_of, chosen.only)
    return {
        "here": here,
        "tabs": [(name, answers.measures[name].title) for name in TABS],
        "chosen": chosen,
        "fields": filters.fields(answers, chosen),
        "ways": [(name, SEGMENTS[name], name in chosen.by) for name in filters.BY],
        "reading": reading,
        "selection": presenting.selection(chosen.only),
    }


def _pictures(name: str, query: str) -> str:
    """Where the server draws a measure's chart, with `FORM` where the picture's form goes."""
    return reverse("portfolio_chart", kwargs={"name": name, "form": "FORM"}) + query


def _empty(request: Request) -> HttpResponse:
    return render(request, "console/portfolio/empty.html")
