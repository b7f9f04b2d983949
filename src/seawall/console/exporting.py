"""Lists that people take away: `?as=csv`, `xlsx` or `pdf` behind a page's address gives its list as a file."""

from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from seawall.console import access, place
from seawall.console.asking import Request
from seawall.core.text import Language
from seawall.reports import printed, sheet, workbook
from seawall.reports.sheet import Sheet

Response = TypeVar("Response", bound=HttpResponseBase)
ASKED: Final = "as"
FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def answer(request: Request, what: Sheet, *, needs: str) -> HttpResponseBase | None:
    """The list as a file, in the language of the page; None where the page itself is asked for.

    Rows are read only where a file is: a generator costs a page nothing.

    Args:
        request: whose query may ask for a form.
        what: the list.
        needs: the permission that taking it away asks for.

    Raises:
        PermissionDenied: the person may look, and not take away.
        UnableToBearRows: it is longer than the form bears.
    """
    form = request.GET.get(ASKED)
    if form not in FORMS:
        return None
    if not access.may(request.user, needs):
        raise PermissionDenied
    name = f"{what.title.in_(request.language)}.{form}".replace("/", "-")
    return saved(_WRITERS[form](what, request.language), name, FORMS[form])


def saved(response: Response, name: str, kind: str) -> Response:
    """An answer that a browser saves under a name, and never shows in a page's place.

    Args:
        response: with its body; its headers are told here.
        name: of the file, in any script.
        kind: its media type.
    """
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _csv(what: Sheet, language: Language) -> HttpResponseBase:
    """A short list whole, a long one while it is read. What refuses a list refuses it before any of it is sent."""
    pieces = sheet.csv(what, language)
    begun = list(islice(pieces, _BEGUN))
    if len(begun) < _BEGUN:
        return HttpResponse(b"".join(begun))
    return StreamingHttpResponse(chain(begun, pieces))


def _xlsx(what: Sheet, language: Language) -> HttpResponseBase:
    scratch = place.home().folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=scratch) as file:
        workbook.write(what, language, file, scratch=scratch)
        file.seek(0)
        return HttpResponse(file.read())


def _pdf(what: Sheet, language: Language) -> HttpResponseBase:
    return HttpResponse(printed.document(what, language))


_WRITERS: Final = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}
_BEGUN: Final = 3
"""Pieces of a CSV that are read first: its head, and some thousand rows."""
