"""The life of a home: make it, copy it, make it again from a copy."""

import os
from pathlib import Path
from typing import Annotated

import typer

from seawall.cli.calling import called
from seawall.cli.options import HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import homes, settings
from seawall.office.backup import making, restoring, secret
from seawall.office.backup.restoring import Besides, Restored
from seawall.office.backup.secret import Secret
from seawall.office.settings import Settings
from seawall.vault.algorithms import Name

PASSPHRASE_VARIABLE = "SEAWALL_BACKUP_PASSPHRASE"  # noqa: S105 - the variable's name
KeyFileOption = Annotated[
    Path | None,
    typer.Option("--key-file", help="A file with 32 bytes in base64, instead of a passphrase; mode 0600."),
]  # fmt: skip

DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="Where office, ledger and vault shall lie: postgresql://name@host:5432/database, "
                 "without a password.  [default: $SEAWALL_DATABASE, or SQLite files in the home]"),
]  # fmt: skip


def init(
    name: Annotated[
        str, typer.Option("--name", help="The ledger's name, such as lender.example/ledger.")
    ],
    suite: Annotated[Name, typer.Option("--suite", help="The vault's algorithms.")] = "aes",
    database: DatabaseOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Make a home: ledger, vault, office's database, keys; only where nothing is."""
    screen = Screen(language(lang))
    made = homes.make(homes.home(home).folder, name, suite, settings=_settings(database))
    screen.say(_MADE, folder=made.folder, ring=made.vault.ring_file)
    screen.result(str(made.ledger_reader.key))
    screen.say(_NEXT, serve=called("serve", home=made.folder))


def backup(
    target: Annotated[Path, typer.Argument(help="The backup's folder; nothing may be there yet.")],
    key_file: KeyFileOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Make an encrypted, verified copy of a home; the key ring is not in it."""
    screen, at = Screen(language(lang), quiet=quiet), homes.home(home)
    made = making.back_up(at, target, _secret(screen, key_file, new=True))
    size = sum(each.size for each in made.files)
    screen.say(_COPIED, n=len(made.files), mb=size / 1e6, entries=made.holds.entries, path=target)
    screen.say(_APART, path=target / "keys", ring=at.vault.ring_file)


def restore(
    source: Annotated[Path, typer.Argument(help="The backup's folder.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Its folder of keys.  [default: SOURCE/keys]")
    ] = None,
    rows_only: Annotated[
        bool, typer.Option("--rows-only", help="Without keys: people stay sealed, the ledger is read only.")
    ] = False,
    ring: Annotated[
        Path | None, typer.Option("--ring", help="The key ring's file.  [default: the environment's]")
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option("--erasures", help="Certificates, or an exported pack of the ledger, from later."),
    ] = None,
    key_file: KeyFileOption = None,
    database: DatabaseOption = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Make a home from a backup, prove it, erase again who was erased; only where nothing is."""
    screen, into = Screen(language(lang), quiet=quiet), homes.home(home).folder
    besides = Besides(
        keys=keys,
        rows_only=rows_only,
        ring=ring,
        erasures=erasures,
        settings=_settings(database),
    )
    done = restoring.restore(source, into, _secret(screen, key_file), besides=besides)
    _say_restored(screen, done, _SEALED if rows_only else _PROVED)


def _settings(database: str | None) -> Settings | None:
    return None if database is None else settings.given(database)


def _say_restored(screen: Screen, done: Restored, proved: Text) -> None:
    entries = done.manifest.holds.entries
    rows = sum(sum(tables.values()) for tables in done.manifest.holds.counts.values())
    screen.say(_RESTORED, home=done.home.folder, files=len(done.manifest.files), rows=rows)
    screen.say(proved, entries=entries, keys=done.keys)
    screen.say(_ERASED, people=done.erased, bodies=done.bodies)
    screen.say(_POINT, point=done.point or "–", made=done.manifest.holds.made_at)
    screen.say(_TIME, seconds=done.seconds)
    if done.packs:
        screen.say(_PACKS, packs=", ".join(done.packs))


def _secret(screen: Screen, key_file: Path | None, *, new: bool = False) -> Secret:
    if key_file is not None:
        return secret.from_file(key_file)
    text = os.environ.get(PASSPHRASE_VARIABLE)
    if text is None:
        asked = _ASK.in_(screen.language)
        text = typer.prompt(asked, hide_input=True, confirmation_prompt=new, err=True)
    return secret.passphrase(str(text))


_MADE = Text(
    en="Made {folder}. Keep a copy of {ring} apart from every backup: without it no person's data opens. "
    "Give the ledger's public key to everybody who shall verify it:",
    zh="已建立主目录 {folder}。请将 {ring} 另行保管，勿与备份存放一处：没有它，任何个人数据都无法打开。"
    "请将账本公钥交给所有需要核验的人：",
)
_NEXT = Text(
    en="Next: {serve} prints a link by which the first administrator is made, once; he adds the others.",
    zh="下一步：{serve} 会显示一个链接，用于建立首位管理员（仅一次）；其他人员由其添加。",
)
_ASK = Text(en="The backup's passphrase", zh="备份口令")
_COPIED = Text(
    en="{n:,} files, {mb:,.1f} MB, {entries:,} entries of the ledger: copied, encrypted, read again: {path}",
    zh="{n:,} 个文件，{mb:,.1f} MB，账本记录 {entries:,} 条：已复制、加密并复核：{path}",
)
_APART = Text(
    en="Keep {path} elsewhere, and for days rather than years: it holds the keys of whoever is erased later. "
    "{ring} is in no backup.",
    zh="请将 {path} 另行存放，并仅保留数日：其中含有日后被删除者的密钥。{ring} 不在任何备份中。",
)
_RESTORED = Text(
    en="{home}: {files:,} files are what was sealed, {rows:,} rows are there.",
    zh="{home}：{files:,} 个文件与封存时一致，{rows:,} 行俱在。",
)
_PROVED = Text(
    en="The ledger verifies, {entries:,} entries; the keys of {keys:,} people open.",
    zh="账本核验通过，共 {entries:,} 条记录；{keys:,} 人的密钥可用。",
)
_SEALED = Text(
    en="The ledger verifies, {entries:,} entries; people stay sealed; the ledger is read only.",
    zh="账本核验通过，共 {entries:,} 条记录；个人数据保持密封；账本只读。",
)
_ERASED = Text(
    en="Erased again: {people:,} people, {bodies:,} bodies of entries.",
    zh="已再次删除：{people:,} 人的数据，{bodies:,} 条记录正文。",
)
_POINT = Text(
    en="Recovery point: {point} (the last entry, UTC); the copy was begun at {made}. What was done later is lost.",
    zh="恢复点：{point}（最后一条记录，UTC）；备份开始于 {made}。此后所做之事已丢失。",
)
_TIME = Text(en="Recovery time: {seconds:.1f} s.", zh="恢复用时：{seconds:.1f} 秒。")
_PACKS = Text(
    en="These packs are others than at the backup, whose are in packs/: {packs}",
    zh="以下声明包与备份时不同，备份时的版本见 packs/：{packs}",
)
