"""How a demonstration ends: its console is served to whoever sits before it, or looked at by the command itself.

Django is told once in a process what it is to know, and the demonstration told it of the office alone. So the command
becomes `seawall serve`, with an option that only it uses.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from rich.table import Table

from seawall.cli.screen import Screen
from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import addresses, packs
from seawall.office.homes import Home

if TYPE_CHECKING:
    from seawall.console.demonstration import Account

_LOOKS_AS = ("alice", "root")
"""Whose pages together are nearly all there are."""


def interactive() -> bool:
    """Whether somebody sits before this command."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def go_on(screen: Screen, at: Home, *, port: int, shown: bool) -> NoReturn:
    """Become the command that serves a demonstration, or that looks at it."""
    sys.stdout.flush()
    how = ["--port", str(port), "--demonstration"] if shown else ["--look"]
    command = ["-m", "seawall", "serve", "--home", str(at.folder), "--lang", screen.language]
    quiet = ["--quiet"] if screen.quiet else []
    os.execv(sys.executable, [sys.executable, *command, *quiet, *how])  # noqa: S606 - ourselves


def introduce(screen: Screen) -> str:
    """Make the accounts of the chosen home, and show who signs in and how; their second factor's secret."""
    from seawall.console import server  # noqa: PLC0415 - Django takes a second to load
    from seawall.records import starting  # noqa: PLC0415

    at = server.ready().home
    from seawall.console import demonstration  # noqa: PLC0415 - Django is told first

    secret = demonstration.fresh_secret()
    _tell(screen, demonstration.furnish(at, secret), secret)
    starting.stop()
    return secret


def look(screen: Screen) -> None:
    """Serve the chosen home for a moment, and open its pages as two people.

    Raises:
        UnableToShow: a page does not answer.
    """
    from seawall.console import server  # noqa: PLC0415 - Django takes a second to load
    from seawall.console.calling import OK, Caller  # noqa: PLC0415
    from seawall.records import starting  # noqa: PLC0415

    os.environ[f"{addresses.VARIABLE}PORT"] = str(_free())
    ready = server.ready()
    from seawall.console import demonstration  # noqa: PLC0415 - Django is told first

    secret = demonstration.fresh_secret()
    accounts = {each.name: each for each in demonstration.furnish(ready.home, secret)}
    starting.stop()
    child = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "seawall", "serve", "--quiet", "--beside", str(os.getpid())]
    )
    seen = []
    try:
        if not Caller(ready.origin).answers(lambda: child.poll() is None):
            raise UnableToShow(ready.origin, 0)
        for name in _LOOKS_AS:
            caller = Caller(ready.origin)
            first = caller.sign_in(
                name, accounts[name].password, lambda: demonstration.code(secret)[0]
            )
            seen += [first, *caller.visit(first)]
    finally:
        child.terminate()
        child.wait()
    for page in seen:
        if page.status != OK or "</nav>" not in page.text:
            raise UnableToShow(page.path, page.status)
    screen.say(_LOOKED, n=len(seen), people=" + ".join(_LOOKS_AS))


def _tell(screen: Screen, accounts: "tuple[Account, ...]", secret: str) -> None:
    table = Table(show_edge=False, header_style="bold", pad_edge=False)
    titles = packs.roles().titles
    for head in _HEADS:
        table.add_column(head.in_(screen.language), overflow="fold")
    for each in accounts:
        role, looks = (text.in_(screen.language) for text in (titles[each.role], each.looks_at))
        table.add_row(each.name, each.password, role, looks)
    screen.say(_ACCOUNTS)
    screen.show(table)
    screen.say(_BEGIN, name=accounts[0].name)
    screen.result(_FACTOR.filled(secret=secret).in_(screen.language))


@contextmanager
def codes(screen: Screen, secret: str) -> Iterator[None]:
    """Say the second factor's code meanwhile: on a terminal in one line that stays the last, elsewhere each once."""
    from seawall.console import demonstration  # noqa: PLC0415 - Django takes a second to load

    over = threading.Event()

    def tell() -> None:
        while not over.is_set():
            code, holds_s = demonstration.code(secret)
            screen.standing(_CODE.filled(code=code, s=holds_s))
            over.wait(1 if screen.is_terminal else holds_s + 0.5)

    told = threading.Thread(target=tell, name="codes", daemon=True)
    told.start()
    try:
        yield
    finally:
        over.set()
        told.join()
        screen.stands_no_more()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class UnableToShow(Unable, RuntimeError):
    """A page of the demonstration does not answer as it should."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(
            Text(en="the console does not show {path} (status {status})", zh="控制台无法显示 {path}（状态 {status}）"),
            path=path,
            status=status,
        )  # fmt: skip


_ACCOUNTS = Text(
    en="Accounts of this demonstration; the passwords are shown this once:",
    zh="演示账户（密码仅显示一次）：",
)
_HEADS = (
    Text(en="name", zh="用户名"),
    Text(en="password", zh="密码"),
    Text(en="role", zh="角色"),
    Text(en="look at", zh="可看"),
)
_BEGIN = Text(
    en="Begin as {name}, who sees the whole loop; “Guided tour”, at the side, goes once around it. Then sign in as others: "
    "each sees what his role may.",
    zh="请先以 {name} 登录，可看到整个闭环；侧栏的“导览”带您走一遍。再以他人登录：各角色只见其权限之内。",
)
_FACTOR = Text(
    en="Second factor of all of them: the code in the last line, or this secret in an authenticator: {secret}",
    zh="全部账户的第二因素：使用末行的验证码，或将此密钥加入验证器：{secret}",
)
_CODE = Text(en="Second factor now: {code} (for {s} s)", zh="当前验证码：{code}（{s} 秒内有效）")
_LOOKED = Text(
    en="The console answers: {n} pages opened as {people}.",
    zh="控制台可用：以 {people} 身份打开 {n} 个页面。",
)
