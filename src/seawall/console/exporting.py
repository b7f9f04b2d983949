"""Lists that people take away: `?as=csv`, `xlsx` or `pdf` behind a page's address gives its list as a file."""

from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from seawall.console import access, place
from seawall.console.asking import Request
from seawall.core.text import Language
from seawall.reports import printed, sheet, workbook
from seawall.reports.sheet import Sheet

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
    """
    form = request.GET.get(ASKED)
    if form not in FORMS:
        return None
    if not access.may(request.user, needs):
        raise PermissionDenied
    response = _WRITERS[form](what, request.language)
    name = f"{what.title.in_(request.language)}.{form}".replace("/", "-")
    response.headers["Content-Type"] = FORMS[form]
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=name
    ) or ""  # fmt: skip
    return response


def _csv(what: Sheet, language: Language) -> HttpResponseBase:
    pieces: Iterable[bytes] = sheet.csv(what, language)
    return StreamingHttpResponse(pieces)


def _xlsx(what: Sheet, language: Language) -> HttpResponseBase:
    scratch = place.home().folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    file = TemporaryFile(dir=scratch)  # noqa: SIM115 - the response closes it when it is sent
    try:
        workbook.write(what, language, file, scratch=scratch)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file)


def _pdf(what: Sheet, language: Language) -> HttpResponseBase:
    return HttpResponse(printed.document(what, language))


_WRITERS: Final = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}
