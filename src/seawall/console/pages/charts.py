"""The script that draws charts, as browsers load it."""

import gzip
from typing import Final

from django.http import Http404, HttpResponse

from seawall.console import place
from seawall.console.asking import Request
from seawall.office import library as office_library

_FOR_EVER: Final = "private, max-age=31536000, immutable"


def library(request: Request, version: str) -> HttpResponse:
    """The script of a version; only the present one is there."""
    if version != office_library.version():
        raise Http404
    script = office_library.compressed(place.home())
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        script if packed else gzip.decompress(script), content_type="text/javascript; charset=utf-8"
    )
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_EVER
    return response
