"""A witness over HTTP: `POST PREFIX/add-checkpoint`, C2SP tlog-witness."""

import time
import urllib.error
import urllib.request
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from seawall.core.text import Text, verbatim
from seawall.ledger.witness import (
    BAD_REQUEST,
    CONFLICT,
    REQUEST_MOST,
    Ask,
    UnableToCosign,
    Witness,
)

_PATH = "/add-checkpoint"
_TIMEOUT_S = 20


def server(witness: Witness, at: tuple[str, int]) -> ThreadingHTTPServer:
    """A server that answers for a witness; the caller runs it and closes it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _TIMEOUT_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            fits = length.isdecimal() and int(length) <= REQUEST_MOST
            if self.path != _PATH or not fits:
                self._answer(HTTPStatus.NOT_FOUND if fits else HTTPStatus.BAD_REQUEST, b"")
                return
            try:
                line = witness.add(self.rfile.read(int(length)), int(time.time()))
                self._answer(HTTPStatus.OK, line)
            except UnableToCosign as refused:
                self._refuse(refused)

        def _refuse(self, refused: UnableToCosign) -> None:
            if refused.status == CONFLICT:
                self._answer(CONFLICT, b"%d\n" % (refused.size or 0), "text/x.tlog.size")
            else:
                self._answer(refused.status, f"{refused}\n".encode())

        def _answer(
            self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8"
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what was cosigned is in the witness's folder."""

    return ThreadingHTTPServer(at, Handler)


def asking(prefix: str) -> Ask:
    """Passes requests to the witness under an address, such as `https://witness.example/`."""

    def ask(request: bytes) -> bytes:
        address = prefix.rstrip("/") + _PATH
        if not address.startswith(("http://", "https://")):
            raise UnableToCosign(
                BAD_REQUEST,
                Text(
                    en="{prefix} is no address of a witness", zh="{prefix} 不是见证方的地址"
                ).filled(prefix=prefix),
            )
        posted = urllib.request.Request(address, request)  # noqa: S310 - the scheme was looked at
        try:
            with urllib.request.urlopen(posted, timeout=_TIMEOUT_S) as told:  # noqa: S310 - the same
                answer: bytes = told.read(REQUEST_MOST)
                return answer
        except urllib.error.HTTPError as refused:
            said = refused.read(REQUEST_MOST).decode("utf-8", "replace").strip()
            size = int(said) if refused.code == CONFLICT and said.isdecimal() else None
            raise UnableToCosign(refused.code, verbatim(said), size=size) from refused

    return ask
