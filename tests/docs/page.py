"""Play a page of the docs: write the files it shows, run its commands, compare what is printed.

On a page that is played,

- `<!-- file: NAME -->` before a fenced block: the block is that file;
- `<!-- add: NAME -->`: the block's sections are added to the file, each at the end of the section
  of the same name, or at the end of the file where there is none;
- `<!-- change: NAME -->` before a `diff` block: its `-` lines stand in the file once, together, and
  become its `+` lines;
- a `console` block holds commands after `$ `, each with what it prints; a line that holds `…` alone
  stands for any lines that the page leaves out.

A page whose name ends in `.zh.md` is played in Chinese. What a machine would say otherwise is the folder,
which pages call `/home/bob/lending`.

`python -m tests.docs.page PAGE…` plays pages in order in one fresh folder and writes into them what
was printed where that is not what they show.
"""

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from seawall.cli import main

SHOWN_FOLDER = "/home/bob/lending"
_BLOCK = re.compile(r"(?:<!-- (\w+): (\S+) -->\n)?```(\w+)\n(.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """One command of a page: what the page shows of it, and what it printed."""

    command: str
    shown: str
    printed: str

    @property
    def agrees(self) -> bool:
        """Whether the page shows what was printed, but for lines it leaves out."""
        parts = re.split(r"^…\n", self.shown, flags=re.MULTILINE)
        pattern = r"(?:.*\n)*?".join(map(re.escape, parts))
        return re.fullmatch(pattern, self.printed) is not None


def language(name: str) -> str:
    """In which language the page of this name is.

    >>> language("use-the-api.md"), language("use-the-api.zh.md")
    ('en', 'zh')
    """
    return "zh" if name.endswith(".zh.md") else "en"


def played(text: str, folder: Path, spoken: str = "en") -> Iterator[Said]:
    """Do what a page says, in order.

    Args:
        text: the page.
        folder: where its files are, and its commands run.
        spoken: the language in which commands answer.
    """
    for mark, name, kind, block in (each.groups() for each in _BLOCK.finditer(text)):
        if mark:
            file = folder / name
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(_MARKS[mark](before, block), encoding="utf-8")
        elif kind == "console":
            for command, shown in _commands(block):
                yield Said(command, shown, _run(command, folder, spoken))


def refreshed(text: str, folder: Path, spoken: str) -> str:
    """The page with what its commands print now, where it shows something else."""
    done = ""
    for said in played(text, folder, spoken):
        before, command, after = text.partition(f"$ {said.command}\n")
        done += before + command + (said.shown if said.agrees else said.printed)
        text = after.removeprefix(said.shown)
    return done + text


def _commands(block: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _run(command: str, folder: Path, spoken: str) -> str:
    """What a command of `seawall` prints; in this process, since loading takes most of its time."""
    printed = StringIO()
    words = shlex.split(command)
    with (
        chdir(folder),
        patch.object(sys, "argv", words),
        patch.dict(os.environ, {"SEAWALL_LANG": spoken, "COLUMNS": "200"}),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        try:
            main.run()
        except SystemExit as ended:
            if ended.code not in (0, 1, None):
                raise
    return re.sub(r" +$", "", printed.getvalue(), flags=re.MULTILINE).replace(
        str(folder.resolve()), SHOWN_FOLDER
    )


def _added(before: str, block: str) -> str:
    """A file with sections added: lines from one that begins at the margin to the next such."""
    for section in re.findall(r"^\S.*\n(?:(?:[ \t].*)?\n)*", block, flags=re.MULTILINE):
        head, _, lines = section.partition("\n")
        here = re.search(rf"^{re.escape(head)}\n(?:(?:[ \t].*)?\n)*", before, re.MULTILINE)
        if lines and here:
            before = before[: here.end()].rstrip("\n") + "\n" + lines + before[here.end() :]
        else:
            before = f"{before.rstrip()}\n{section}"
    return before


def _changed(before: str, block: str) -> str:
    """A file with the lines marked `-` replaced by those marked `+`."""
    sides = {"-": "", "+": ""}
    for line in block.splitlines(keepends=True):
        for side in sides if line[0] == " " else line[0]:
            sides[side] += line[1:]
    assert before.count(sides["-"]) == 1, f"not once in the file:\n{sides['-']}"
    return before.replace(sides["-"], sides["+"])


_MARKS: dict[str, Callable[[str, str], str]] = {
    "file": lambda _, block: block,
    "add": _added,
    "change": _changed,
}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for page in map(Path, sys.argv[1:]):
            told = page.read_text(encoding="utf-8")
            page.write_text(refreshed(told, Path(scratch), language(page.name)), encoding="utf-8")
