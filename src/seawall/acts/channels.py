"""Channels by which notices leave the house: whatever Apprise speaks, each under a name of its own.

E-mail, webhooks, DingTalk, Feishu, WeCom, Slack and a hundred more, each by an address of Apprise's form.
Addresses hold secrets: they are never logged, shown or repeated in a failure.
"""

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import apprise
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from seawall.acts import outgoing
from seawall.acts.delivering import Letter, Notice, UnableToDeliver
from seawall.core.problem import Unable
from seawall.core.text import Language, Text, verbatim

_ERROR = re.compile(r"error=(\d{1,5})\b")
_FROM_ENVIRONMENT = "env:"


class Declared(BaseModel):
    """A channel as `channels.toml` declares it.

    Attributes:
        url: an Apprise address, or `env:NAME` for one in a variable of the environment.
        language: of what is sent by it.
        roles: whom it reaches; everybody where none is named.
        ways: `page`, `message`, `mail`; all of them where none is named.
        internal: whether it may lead to this machine or the institution's own network.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(min_length=1, repr=False)
    language: Language = "en"
    roles: frozenset[str] = frozenset()
    ways: frozenset[Literal["page", "message", "mail"]] = frozenset()
    internal: bool = False

    def takes(self, notice: Notice) -> bool:
        """Whether a notice goes by it."""
        return (not self.roles or notice.to in self.roles) and (
            not self.ways or notice.by in self.ways
        )


class AppriseChannel:
    """One address, spoken to by Apprise; see `delivering.Channel` for what is guaranteed.

    Args:
        name: what routes and failures call it.
        declared: where it leads, and in which language.

    Raises:
        UnableToOpenChannel: the address is none that Apprise knows.
    """

    def __init__(self, name: str, declared: Declared) -> None:
        self.name = name
        self.language = declared.language
        self.takes = declared.takes
        self._internal = declared.internal
        self._to = apprise.Apprise(asset=_ASSET)
        if not self._to.add(_address(name, declared.url)):
            raise UnableToOpenChannel(
                name,
                Text(
                    en="its address is none that Apprise knows", zh="其地址不是 Apprise 所知的地址"
                ),
            )

    def send(self, letter: Letter) -> None:
        """See `delivering.Channel`."""
        self._look_out()
        with apprise.LogCapture(level=logging.WARNING, name=_LOGGER.name) as said:  # type: ignore[no-untyped-call]
            taken = self._to.notify(
                title=letter.title.in_(self.language),
                body=letter.text.in_(self.language),
                body_format=apprise.NotifyFormat.TEXT,
            )
            code = _ERROR.search(said.getvalue())
        if not taken:
            # What Apprise logs can repeat the address: only the other side's number is told.
            why = _ANSWERED.filled(code=code[1]) if code else _UNREACHED
            raise UnableToDeliver(self.name, why)

    def _look_out(self) -> None:
        """Refuse to send into the house, unless it is meant."""
        hosts = [getattr(server, "host", None) for server in self._to]
        hosts += [getattr(server, "smtp_host", None) for server in self._to]
        for host in [] if self._internal else hosts:
            if why := outgoing.refused(host):
                raise UnableToDeliver(self.name, why)


_ASSET = apprise.AppriseAsset(http_redirects=False)  # a door that leads on could lead in
_ANSWERED = Text(en="the other side answered {code}", zh="对方答复 {code}")
_UNREACHED = Text(en="it was not reached", zh="未能连通")
_LOGGER = logging.getLogger("apprise")
_LOGGER.propagate = False  # its messages can hold an address


def read(file: Path) -> dict[str, AppriseChannel]:
    """The channels that a file declares; none where there is no file.

    Args:
        file: TOML, one table for each channel, named as routes name it, with `url` and `language`.

    Raises:
        UnableToOpenChannel: the file cannot be read, or a channel in it.
    """
    if not file.is_file():
        return {}
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise UnableToOpenChannel(
            file.name,
            Text(
                en="others can read its secrets: `chmod 600` it",
                zh="他人可读取其中的机密：请执行 `chmod 600`",
            ),
        )
    try:
        told = _CHANNELS.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UnableToOpenChannel(file.name, verbatim(where)) from None
    except (OSError, ValueError) as error:
        raise UnableToOpenChannel(file.name, verbatim(str(error))) from None
    return {name: AppriseChannel(name, each) for name, each in told.items()}


def route(channels: Mapping[str, AppriseChannel], notice: Notice) -> tuple[str, ...]:
    """The channels by which a notice goes."""
    return tuple(name for name, each in channels.items() if each.takes(notice))


_CHANNELS: TypeAdapter[Mapping[str, Declared]] = TypeAdapter(Mapping[str, Declared])


def _address(name: str, url: str) -> str:
    if not url.startswith(_FROM_ENVIRONMENT):
        return url
    variable = url.removeprefix(_FROM_ENVIRONMENT)
    if not os.environ.get(variable):
        raise UnableToOpenChannel(
            name,
            Text(en="the environment has no {variable}", zh="环境变量 {variable} 未设置").filled(
                variable=variable
            ),
        )
    return os.environ[variable]


class UnableToOpenChannel(Unable, ValueError):
    """A channel cannot be used as it is declared."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__(
            Text(en="channel {name}: {why}", zh="渠道 {name} 不能使用：{why}"), name=name, why=why
        )
