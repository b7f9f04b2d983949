"""The command that serves the console."""

import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli import showing
from seawall.cli.beside import BesideOption, follow
from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import addresses, homes


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Where it listens.  [default: [console] host, or 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="[default: [console] port, or 8080]")
    ] = None,
    with_work: Annotated[
        bool, typer.Option("--with-work", help="Do background work beside, as `seawall work` does: for small homes.")
    ] = False,
    demonstration: Annotated[bool, typer.Option("--demonstration", hidden=True)] = False,
    beside: BesideOption = 0,
    look: Annotated[bool, typer.Option("--look", hidden=True)] = False,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Serve the console and the API until SIGTERM or Ctrl-C."""
    screen = Screen(language(lang), quiet=quiet)
    follow(beside, lambda: os.kill(os.getpid(), signal.SIGTERM))
    chosen(home, host=host, port=port)
    if look:
        showing.look(screen)
        return
    secret = showing.introduce(screen) if demonstration else ""
    run(screen, with_work=with_work or demonstration, secret=secret)


def chosen(home: Path | None, **options: object) -> None:
    """Say by the environment, which the server's processes read too, what a command's options said."""
    os.environ[homes.HOME_VARIABLE] = str(homes.home(home).folder.absolute())
    for name, value in options.items():
        if value is not None:
            os.environ[f"{addresses.VARIABLE}{name.upper()}"] = str(value)


def run(screen: Screen, *, with_work: bool, secret: str = "") -> None:
    """Serve the chosen home, and say where it is reached; of a demonstration, its second factor's codes meanwhile."""
    # Until the server has handlers of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Django and the server take a second to load.
    from seawall.console import server  # noqa: PLC0415
    from seawall.office.work.companion import Companion  # noqa: PLC0415

    ready = server.ready()
    made = server.server(ready.home)
    screen.say(_SERVING, origin=ready.origin)
    if ready.code is not None:
        screen.result(_FIRST.filled(origin=ready.origin, code=ready.code).in_(screen.language))
    with (
        Companion(ready.home.folder) if with_work else nullcontext(),
        showing.codes(screen, secret) if secret else nullcontext(),
    ):
        made.serve()
    screen.say(_ENDED)


_SERVING = Text(
    en="The console is at {origin} . Ctrl-C ends it.", zh="控制台地址：{origin} 。按 Ctrl-C 结束。"
)
_FIRST = Text(
    en="Nobody can sign in yet. Make the first administrator, once, at {origin}/setup/ with the code {code}",
    zh="尚无人可登录。请在 {origin}/setup/ 建立首位管理员（仅一次），设置码：{code}",
)
_ENDED = Text(en="Stopped.", zh="已停止。")
