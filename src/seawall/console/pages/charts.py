"""The script that draws charts, as browsers load it: the same for everybody, so anybody may fetch it."""

import gzip
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from seawall.console import place
from seawall.office import library as office_library

_FOR_EVER: Final = "public, max-age=31536000, immutable"


@login_not_required
def library(request: HttpRequest, version: str) -> HttpResponse:
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
