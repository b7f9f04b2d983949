"""The commands about the ledger: keep, prove, verify, publish, witness."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.ledger import problems, verifier, witness_http
from seawall.ledger.log import Reader, UnableToFindEntry
from seawall.ledger.packing import export
from seawall.ledger.publishing import publish
from seawall.ledger.witness import cosigned
from seawall.office import homes, witnessing

app = typer.Typer(
    help="Keep, prove and verify what was done.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")]


@app.command()
def start(
    origin: Annotated[str, typer.Argument(help="Its name, such as lender.example/ledger.")],
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Start the home's ledger: a fresh key and an empty log."""
    screen = Screen(language(lang))
    ledger = homes.home(home).start_ledger(origin)
    screen.say(_STARTED)
    screen.result(str(ledger.key))


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A pack; the home's ledger where none.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The public key, or a file with it; for a pack.")
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option("--witness", help="A public key that must have cosigned the pack."),
    ] = None,
    seen: Annotated[
        list[Path] | None,
        typer.Option("--seen", help="A checkpoint from elsewhere that the ledger must continue."),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Recompute everything; name the first bad entry. Exits with 1 where something is wrong."""
    screen = Screen(language(lang))
    if file is None:
        found = witnessing.audit_ledger(homes.home(home), seen or [])
        wrong = found.problems
        screen.say(_AUDITED, entries=found.entries, erased=found.erased, wrong=len(wrong))
        if not seen:
            screen.say(_ALONE)
    else:
        witnesses = [_key(screen, each) for each in witness or []]
        verdict = verifier.verify(file.read_bytes(), _key(screen, key), witnesses)
        wrong = tuple(problems.problem(finding) for finding in verdict.findings)
        screen.result(verifier.summary(verdict, screen.language))
    for each in wrong:
        screen.problem(each)
    if wrong:
        raise typer.Exit(1)


def _key(screen: Screen, told: str | None) -> verifier.Key:
    if told is None:
        raise typer.BadParameter(_KEY_NEEDED.in_(screen.language), param_hint="--key")
    return problems.accepted(lambda: verifier.key_of(told))


@app.command()
def prove(
    entry: Annotated[str, typer.Argument(help="An entry's number, or its act's key.")],
    output: OutputOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Prove that an entry is in the ledger: its hashes up to the signed checkpoint, as JSON."""
    screen = Screen(language(lang))
    ledger = homes.home(home).ledger_reader
    told = ledger.prove(_number(ledger, entry)).text()
    if output is None:
        screen.result(told)
    else:
        output.write_text(told + "\n", encoding="utf-8")


def _number(ledger: Reader, told: str) -> int:
    if told.isdecimal():
        return int(told)
    found = ledger.find(told)
    if found is None:
        raise UnableToFindEntry(told)
    return found.number


@app.command("export")
def export_(
    output: Annotated[Path, typer.Option("--output", "-o", help="The pack to write.")],
    first: Annotated[int, typer.Option("--from", min=0, help="The first entry's number.")] = 0,
    last: Annotated[
        int | None,
        typer.Option("--to", min=0, help="The last entry's number.  [default: the last]"),
    ] = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", help="A file whose SHA-256 an entry names.")
    ] = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Write a pack that an auditor can verify alone, offline."""
    screen = Screen(language(lang), quiet=quiet)
    ledger = homes.home(home).ledger
    span = (first, ledger.size if last is None else last + 1)
    files = [path.read_bytes() for path in attach or []]
    output.write_bytes(export(ledger, span, files=files))
    screen.say(_EXPORTED, n=span[1] - span[0], path=output, key=ledger.key)


@app.command()
def checkpoint(
    witness: Annotated[
        str | None, typer.Option("--witness", help="The address of a witness that shall cosign.")
    ] = None,
    witness_key: Annotated[
        str | None, typer.Option("--witness-key", help="The witness's public key, or a file.")
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Print the signed checkpoint of now, cosigned where asked, and keep it in the ledger."""
    screen, ledger = Screen(language(lang)), homes.home(home).ledger
    cosigned_ = b""
    if witness is not None:
        cosigned_ = cosigned(ledger, _key(screen, witness_key), witness_http.asking(witness))
    kept = ledger.keep_checkpoint(datetime.now(UTC), cosigned_)
    typer.echo(kept.decode(), nl=False)


@app.command("publish")
def publish_(
    folder: Annotated[Path, typer.Argument(help="What a web server serves.")],
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Write tiles, leaves and the checkpoint for transparency-log clients; never a body."""
    screen = Screen(language(lang), quiet=quiet)
    told = publish(homes.home(home).ledger_reader, folder)
    screen.say(_PUBLISHED, n=told.size, path=folder)


@app.command("witness")
def witness_(
    name: Annotated[str, typer.Argument(help="The witness's name, such as auditor.example/w.")],
    log: Annotated[list[str], typer.Option("--log", help="A ledger's public key, or a file.")],
    folder: Annotated[Path, typer.Option("--folder", help="Its key, and what it saw.")],
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT.")] = "127.0.0.1:8391",
    lang: LangOption = None,
) -> None:
    """Be another ledger's witness: cosign its checkpoints over HTTP while it only grows."""
    screen = Screen(language(lang))
    logs = tuple(_key(screen, each) for each in log)
    host, _, port = listen.rpartition(":")
    if not port.isdecimal():
        raise typer.BadParameter("HOST:PORT", param_hint="--listen")
    made = witnessing.witness(name, logs, folder)
    with witness_http.server(made, (host, int(port))) as server:
        screen.say(_WITNESSING, at=f"http://{host}:{server.server_address[1]}/")
        screen.result(str(made.signer.key))
        server.serve_forever()


_STARTED = Text(
    en="The ledger is started. Give its public key to everybody who shall verify it:",
    zh="账本已启用。请将其公钥交给所有需要核验的人：",
)
_AUDITED = Text(
    en="{entries:,} entries recomputed, {erased:,} bodies erased, {wrong:,} problems.",
    zh="已重新计算 {entries:,} 条记录，已删除正文 {erased:,} 条，发现问题 {wrong:,} 处。",
)
_ALONE = Text(
    en="Compared with nothing from elsewhere: a tail that was cut off would not show (--seen CHECKPOINT).",
    zh="未与外部检查点比对：末尾若被截断将无法发现（--seen 检查点文件）。",
)
_PUBLISHED = Text(
    en="{n:,} entries published, without bodies: {path}",
    zh="已发布 {n:,} 条记录（不含正文）：{path}",
)
_WITNESSING = Text(
    en="Witness at {at}; give its public key to the ledger's owner:",
    zh="见证服务：{at}；请将其公钥交给账本所有者：",
)
_KEY_NEEDED = Text(
    en="give the public key that the other party published: what came with a pack proves nothing",
    zh="请提供对方另行公布的公钥；随包而来的公钥不能证明任何事",
)
_EXPORTED = Text(
    en="{n:,} entries: {path}. To verify: seawall ledger verify {path} --key {key}",
    zh="{n:,} 条记录：{path}。核验：seawall ledger verify {path} --key {key}",
)
