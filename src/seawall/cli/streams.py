"""The command that takes in facts as they come."""

import sys
from contextlib import AbstractContextManager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, TextIO

import typer

from seawall.acts.ingesting import Ingested, ingest
from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.cli.watches import say_watched
from seawall.core.problem import Place, refusal
from seawall.core.text import Text
from seawall.office import alerts, homes, streaming
from seawall.portfolio import problems

STDIN = "-"
_KEPT = "surrogateescape"


def ingest_(
    source: Annotated[str, typer.Argument(help="A file of JSON lines, or - for standard input.")],
    actor: Annotated[
        str | None,
        typer.Option("--as", envvar="SEAWALL_ACTOR", help="Who does it; a home with a ledger asks.",
                     show_envvar=False),
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.05, max=60, help="Seconds that a line waits for others at most.")
    ] = streaming.EVERY_SECONDS,
    watch: Annotated[
        bool, typer.Option(help="Look at the indicators that facts concern, where there is a ledger.")
    ] = True,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Take in facts as they come, one JSON object a line, and watch what they concern."""
    screen = Screen(language(lang), quiet=quiet)
    at = homes.home(home)
    desk, name = at.desk(), "stream" if source == STDIN else source
    total = Ingested()
    man = alerts.watchman(at) if watch and at.ledger_key.is_file() else None
    with _opened(source) as lines:
        for batch in streaming.batches(lines, name, every=every):
            teller = at.teller(actor)
            came = ingest(desk, batch, teller, wait_seconds=streaming.WAIT_SECONDS)
            total += came.counted
            screen.say(_BATCH, last=batch.lines[-1][0], **_counts(came))
            looked = man.look(came) if man is not None and came.since else None
            if looked is not None:
                say_watched(screen, looked, None)
    screen.say(_TOTAL, **_counts(total))
    if total.rejected:
        reasons = ", ".join(f"{n:,} {code}" for code, n in total.reasons.items())
        screen.say(_REJECTED, reasons=reasons, path=desk.rejects)


def _opened(source: str) -> AbstractContextManager[TextIO]:
    """The lines as UTF-8, whatever the locale; a line that is none is rejected, and ends nothing."""
    if source == STDIN:
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors=_KEPT)
        return nullcontext(sys.stdin)
    try:
        return Path(source).open(encoding="utf-8", errors=_KEPT)
    except OSError as error:
        why = error.strerror or str(error)
        raise refusal(problems.FILE_UNREADABLE, Place(source), why=why) from None


def _counts(came: Ingested) -> dict[str, int]:
    return {
        "lines": came.lines, "new": came.new, "updated": came.updated,
        "unchanged": came.unchanged, "rejected": came.rejected,
    }  # fmt: skip


_PARTS_EN = "{new:,} new + {updated:,} updated + {unchanged:,} unchanged + {rejected:,} rejected"
_PARTS_ZH = "新增 {new:,} + 更新 {updated:,} + 不变 {unchanged:,} + 拒绝 {rejected:,}"
_BATCH = Text(
    en=f"up to line {{last:,}}: {{lines:,}} = {_PARTS_EN}",
    zh=f"至第 {{last:,}} 行：{{lines:,}} = {_PARTS_ZH}",
)
_TOTAL = Text(en=f"{{lines:,}} facts = {_PARTS_EN}", zh=f"共 {{lines:,}} 条事实 = {_PARTS_ZH}")
_REJECTED = Text(
    en="rejected: {reasons}; line by line under {path}", zh="拒绝：{reasons}；逐行见 {path}"
)
