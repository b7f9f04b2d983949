"""The life of a home: make it."""

from typing import Annotated

import typer

from seawall.cli.options import HomeOption, LangOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import homes
from seawall.vault.algorithms import Name


def init(
    name: Annotated[
        str, typer.Option("--name", help="The ledger's name, such as lender.example/ledger.")
    ],
    suite: Annotated[Name, typer.Option("--suite", help="The vault's algorithms.")] = "aes",
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Make a home: ledger, vault, office's database, keys; only where nothing is."""
    screen = Screen(language(lang))
    made = homes.make(homes.home(home).folder, name, suite)
    screen.say(_MADE, folder=made.folder, ring=made.vault.ring_file)
    screen.result(str(made.ledger_reader.key))


_MADE = Text(
    en="Made {folder}. Keep a copy of {ring} apart from every backup: without it no person's data opens. "
    "Give the ledger's public key to everybody who shall verify it:",
    zh="已建立主目录 {folder}。请将 {ring} 另行保管，勿与备份存放一处：没有它，任何个人数据都无法打开。"
    "请将账本公钥交给所有需要核验的人：",
)
