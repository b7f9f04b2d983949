"""Signing in by the institution's own provider (OpenID Connect): a stand-in for it on loopback, and a served console."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from seawall.office import homes
from seawall.records import starting
from seawall.records.models import Person
from tests.browser import serving
from tests.console.conftest import made

__all__ = ["made"]
KEY = "a shared secret of the stand-in, long enough for HS256"


class _Server(ThreadingHTTPServer):
    claims: dict[str, object]


class _Provider(BaseHTTPRequestHandler):
    """Answers what a provider answers; `server.claims` is whoever signs in there."""

    server: _Server

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_port}"
        answers = {
            "/.well-known/openid-configuration": {
                "issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/me", "jwks_uri": f"{base}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/me": self.server.claims,
        }  # fmt: skip
        self._say(answers[self.path])

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        assert asked["client_secret"] == ["the console's own secret"]
        assert asked["code_verifier"], "PKCE"
        base = f"http://127.0.0.1:{self.server.server_port}"
        claims = {
            **self.server.claims,
            "iss": base,
            "aud": "seawall",
            "exp": 4_000_000_000,
            "iat": 1,
        }
        self._say(
            {"access_token": "t", "token_type": "Bearer", "id_token": jwt.encode(claims, KEY)}
        )

    def _say(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Provider) as told:
        threading.Thread(target=told.serve_forever, daemon=True).start()
        yield told
        told.shutdown()


@pytest.fixture(scope="module")
def url(
    provider: _Server, made: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:  # fmt: skip
    folder = tmp_path_factory.mktemp("identity") / "home"
    shutil.copytree(made, folder)
    (folder / "seawall.toml").write_text(
        f'[console.identity]\nissuer = "http://127.0.0.1:{provider.server_port}"\n'
        'client = "seawall"\ntitle = "Lender"\n'
    )
    starting.start(homes.home(folder).records)
    Person.objects.filter(name="olivia").update(
        email="olivia@lender.example", roles='["credit_officer"]'
    )
    Person.objects.filter(name="frank").update(email="frank@lender.example", is_active=False)
    Person.objects.filter(name="erin").update(email="twin@lender.example")
    Person.objects.filter(name="judy").update(email="Twin@lender.example")
    starting.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEAWALL_IDENTITY_SECRET", "the console's own secret")
        with serving.served(folder) as site:
            yield site.url


def signed_in(url: str, provider: _Server, **claims: object) -> requests.Response:
    """Where somebody comes out whom the provider vouches for."""
    provider.claims = {"sub": str(claims["email"]), **claims}
    with requests.Session() as browser:
        page = browser.get(f"{url}/accounts/login/").text
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))
        sent = {"csrfmiddlewaretoken": token}
        away = browser.post(f"{url}/accounts/oidc/house/login/", data=sent, allow_redirects=False)
        asked = parse_qs(urlsplit(away.headers["Location"]).query)
        back = {"state": asked["state"][0], "code": "c"}
        return browser.get(f"{url}/accounts/oidc/house/login/callback/", params=back)


def test_a_person_of_a_vouched_address_comes_in_and_is_asked_for_his_factor(
    url: str, provider: _Server
) -> None:
    answer = signed_in(url, provider, email="Olivia@lender.example", email_verified=True)
    assert urlsplit(answer.url).path == "/accounts/2fa/authenticate/"


@pytest.mark.parametrize("claims", [
    {"email": "mallory@lender.example", "email_verified": True},
    {"email": "olivia@lender.example", "email_verified": False, "sub": "another"},
    {"email": "frank@lender.example", "email_verified": True},
    {"email": "twin@lender.example", "email_verified": True},
])  # fmt: skip
def test_nobody_else_comes_in(url: str, provider: _Server, claims: dict[str, object]) -> None:
    answer = signed_in(url, provider, **claims)
    assert answer.status_code == 403
    assert "Not known here" in answer.text


@pytest.mark.parametrize("path", ["3rdparty/", "3rdparty/signup/", "social/connections/", "email/"])
def test_nobody_connects_identities_or_changes_his_address(url: str, path: str) -> None:
    assert requests.get(f"{url}/accounts/{path}", timeout=10).status_code == 404
