"""Where the console listens, by which name people reach it, and whether that is safe: `[console]` in `seawall.toml`.

    [console]
    public = "https://seawall.lender.example"     # as people write it into their browsers
    behind_proxy = true                           # nginx, Caddy or the like ends TLS, and says so

The environment overrides each name: `SEAWALL_CONSOLE_PUBLIC`, `SEAWALL_CONSOLE_PORT` and so on.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from seawall.core.problem import Kind, Place, Problem
from seawall.core.text import Text

VARIABLE: Final = "SEAWALL_CONSOLE_"
_OTHERS: Final = 0o077
_CONFIG: Final = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _origin(text: str) -> str:
    told = urlsplit(text)
    if (
        told.scheme not in ("http", "https")
        or not told.hostname
        or told.path.strip("/")
        or told.query
    ):
        raise ValueError("an address is such as https://seawall.lender.example, without a path")
    return text.rstrip("/")


class Mail(BaseModel):
    """The server that takes the console's e-mail.

    Attributes:
        user: who signs in there; the password is in `SEAWALL_MAIL_PASSWORD`, and never in a file of settings.
        sender: in whose name.
        encrypted: `starttls` (port 587 as a rule) or `tls` (465).
    """

    model_config = _CONFIG

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    user: str = ""
    sender: str
    encrypted: Annotated[str, Field(pattern="^(starttls|tls)$")] = "starttls"


class Identity(BaseModel):
    """Where the institution's own people sign in already (OpenID Connect): they are known here by their e-mail address.

    Attributes:
        issuer: the provider's address, `https://…`; its configuration is read below it (`/.well-known/…`).
        client: as which client the console is known there; the secret is in `SEAWALL_IDENTITY_SECRET`, and never in a
            file of settings.
        title: what the button says.
    """

    model_config = _CONFIG

    issuer: str
    client: str
    title: str


class Console(BaseModel):
    """How the console is reached.

    Attributes:
        host, port: where it listens; other machines reach it where the host is no loopback address.
        public: its address as people write it; `http://HOST:PORT` where empty.
        hosts: further names by which it is reached, such as the one that a load balancer asks.
        behind_proxy: whether a proxy in front ends TLS and says by `X-Forwarded-Proto` and `X-Forwarded-For` for whom
            it asks. It must overwrite both, or anybody could write them.
        certificate, private_key: for TLS without a proxy, PEM files.
        workers: processes; one serves several hundred decisions a second.
    """

    model_config = _CONFIG

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    public: Annotated[str, AfterValidator(_origin)] | None = None
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    certificate: Path | None = None
    private_key: Path | None = None
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    mail: Mail | None = None
    identity: Identity | None = None

    @property
    def local(self) -> bool:
        """Whether no other machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach it by https."""
        return self.origin.startswith("https://")

    @property
    def origin(self) -> str:
        """Its address, as people write it."""
        if self.public is not None:
            return self.public
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.certificate is None else 'https'}://{host}:{self.port}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which it may be asked; what is asked for by another is refused."""
        told = urlsplit(self.origin).hostname or self.host
        loopback = ("localhost", "127.0.0.1", "[::1]") if self.local else ()
        return tuple(dict.fromkeys((f"[{told}]" if ":" in told else told, *self.hosts, *loopback)))


def overridden(kept: Console, environment: Mapping[str, str]) -> dict[str, object]:
    """The settings with what the environment says instead, to be validated; `hosts` is parted by commas."""
    told: dict[str, object] = kept.model_dump(exclude_unset=True)
    for name in Console.model_fields:
        value = environment.get(f"{VARIABLE}{name.upper()}")
        if value and name != "mail":
            told[name] = (
                tuple(filter(None, value.replace(" ", "").split(","))) if name == "hosts" else value
            )
    return told


def unsafe(console: Console, where: str) -> Iterator[Problem]:
    """Why the console should not be served like this.

    Args:
        console: the settings.
        where: what problems call the place of the settings.
    """
    place = Place(where)
    named = urlsplit(console.origin).hostname or ""
    if (console.certificate is None) != (console.private_key is None):
        yield Problem(HALF_A_CERTIFICATE, place)
    if not console.local and console.certificate is None and not console.behind_proxy:
        yield Problem(UNENCRYPTED, place, {"host": console.host})
    elif not console.encrypted and (
        console.behind_proxy or named not in ("localhost", "127.0.0.1", "::1")
    ):
        yield Problem(PUBLIC_UNENCRYPTED, place, {"public": console.origin})
    if not console.local and console.public is None:
        yield Problem(NAMELESS, place, {"host": console.host})
    for file in filter(None, (console.certificate, console.private_key)):
        if not file.is_file():
            yield Problem(CERTIFICATE_ABSENT, place, {"file": file})
    key = console.private_key
    if key is not None and key.is_file() and key.stat().st_mode & _OTHERS:
        yield Problem(KEY_OPEN, place, {"file": key})


UNENCRYPTED = Kind(
    "console-unencrypted",
    Text(
        en="Other machines could reach the console at {host} without encryption: passwords and people's data "
        "would be read on the way.",
        zh="其他机器可经 {host} 以未加密方式访问控制台：口令与个人数据会在途中被读取。",
    ),
    Text(
        en="Listen on 127.0.0.1 behind a proxy that ends TLS (behind_proxy = true), or give certificate and private_key.",
        zh="请只监听 127.0.0.1 并由前置代理终结 TLS（behind_proxy = true），或设置 certificate 与 private_key。",
    ),
)
PUBLIC_UNENCRYPTED = Kind(
    "console-public-unencrypted",
    Text(
        en="People would reach the console at {public}, without encryption.",
        zh="用户将以未加密的 {public} 访问控制台。",
    ),
    Text(
        en='Say by which name they reach it: public = "https://seawall.lender.example".',
        zh='请写明对外地址：public = "https://seawall.lender.example"。',
    ),
)
NAMELESS = Kind(
    "console-nameless",
    Text(
        en="The console listens at {host}, and nobody says by which name it is reached, so that any name would have to do.",
        zh="控制台监听 {host}，但未说明对外名称，任何名称都将被接受。",
    ),
    Text(
        en='Say it: public = "https://seawall.lender.example" under [console], or SEAWALL_CONSOLE_PUBLIC.',
        zh='请在 [console] 中写 public = "https://seawall.lender.example"，或设置 SEAWALL_CONSOLE_PUBLIC。',
    ),
)
HALF_A_CERTIFICATE = Kind(
    "console-certificate-half",
    Text(
        en="A certificate needs its private key, and a key its certificate.",
        zh="证书与私钥须同时给出。",
    ),
    Text(
        en="Give both certificate and private_key, or neither.",
        zh="请同时设置 certificate 与 private_key，或都不设置。",
    ),
)
CERTIFICATE_ABSENT = Kind(
    "console-certificate-absent",
    Text(en="{file} is not there.", zh="{file} 不存在。"),
    Text(
        en="Name the PEM files of the certificate, with its chain, and of its key.",
        zh="请写明证书（含链）与私钥的 PEM 文件。",
    ),
)
KEY_OPEN = Kind(
    "console-key-open",
    Text(
        en="Others on this machine can read the private key {file}.",
        zh="本机其他用户可读取私钥 {file}。",
    ),
    Text(en="chmod 600 it, for the user who serves.", zh="请对服务用户执行 chmod 600。"),
)
KINDS = (
    UNENCRYPTED,
    PUBLIC_UNENCRYPTED,
    NAMELESS,
    HALF_A_CERTIFICATE,
    CERTIFICATE_ABSENT,
    KEY_OPEN,
)
"""The kinds of problem that addresses can have."""
