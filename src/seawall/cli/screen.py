"""Speaking on a terminal: lines, progress, problems; errors without tracebacks."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from seawall.core.problem import Problem
from seawall.core.text import LANGUAGES, Language, Text

_WIDTH_PIPED = 200
_CLEARED = "\r\x1b[2K"
"""To the line's beginning, and nothing in it (ECMA-48, EL)."""

DOING = {
    "simulating": Text(en="simulating the lender", zh="模拟放贷机构"),
    "reading": Text(en="reading files", zh="读取文件"),
    "checking": Text(en="checking rows", zh="校验数据"),
    "month-ends": Text(en="deriving month-ends", zh="推导月末状态"),
    "measures": Text(en="computing measures", zh="计算指标"),
    "publishing": Text(en="two persons put policies in force", zh="两人将策略投入使用"),
    "deciding": Text(
        en="deciding the last days' applications for good", zh="正式决策最近数日的申请"
    ),
    "watching": Text(en="watching the book, night after night", zh="逐夜监测账册"),
    "handling": Text(en="handling an incident, running a drill", zh="处置事件并演练"),
    "backtesting": Text(
        en="holding the alerts against the planted troubles", zh="以植入的问题回测预警"
    ),
    "verifying": Text(
        en="verifying the ledger, deciding everything again", zh="核验账本并重算全部决策"
    ),
}


class Screen:
    """A terminal in one language; quiet ones show results and problems only."""

    def __init__(self, language: Language, *, quiet: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        # Not on a terminal there is no width to respect, and a cut figure is a wrong one. A code between
        # two colons, such as `unknown:underage:`, is no emoji.
        width = None if Console().is_terminal else _WIDTH_PIPED
        self._out = Console(width=width, emoji=False)
        self._errors = Console(stderr=True, emoji=False)

    @property
    def width(self) -> int:
        """How many cells fit side by side."""
        return self._out.width

    def say(self, text: Text, **facts: object) -> None:
        """A line that a quiet screen leaves out."""
        if not self.quiet:
            self._out.print(escape(text.filled(**facts).in_(self.language)), soft_wrap=True)

    @property
    def is_terminal(self) -> bool:
        """Whether somebody sits before it."""
        return self._out.is_terminal

    def standing(self, text: Text) -> None:
        """A line that takes the place of the one that stood before; elsewhere than on a terminal, one more."""
        line = text.in_(self.language)
        if self.is_terminal:
            self._out.file.write(f"{_CLEARED}{line}")
            self._out.file.flush()
        else:
            self.result(line)

    def stands_no_more(self) -> None:
        """End the line that stands."""
        if self.is_terminal:
            self._out.file.write(_CLEARED)

    def result(self, text: str) -> None:
        """A line that is always shown, as it is."""
        self._out.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, drawn: RenderableType) -> None:
        """Something drawn by rich; always shown."""
        self._out.print(drawn)

    def problem(self, problem: Problem) -> None:
        """A problem: where, what, and what to do."""
        colour = "yellow" if problem.kind.severity == "warning" else "red"
        sentence = escape(problem.sentence(self.language))
        self._errors.print(f"[{colour}]{sentence}[/]", soft_wrap=True, highlight=False)

    def finding(self, grade: Literal["information", "warning", "error"], sentence: str) -> None:
        """A line among results, coloured by how much it matters."""
        style = {"information": "cyan", "warning": "yellow", "error": "red"}[grade]
        self._out.print(sentence, style=style, markup=False, highlight=False, soft_wrap=True)

    def failure(self, sentence: str) -> None:
        """A machine's or a call's failure, in one line."""
        self._errors.print(f"[red]{escape(sentence)}[/]", soft_wrap=True, highlight=False)

    @contextmanager
    def progress(self, *, narrated: bool = False) -> Iterator[Callable[[str, float], None]]:
        """A bar per kind of work; silent where quiet or not on a terminal.

        Args:
            narrated: a line says what is begun where there are no bars, since it takes long.
        """
        bars = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(), console=self._errors,
            disable=self.quiet or not self._errors.is_terminal,
        )  # fmt: skip
        tasks: dict[str, int] = {}
        with bars:

            def told(what: str, fraction: float) -> None:
                if what not in tasks:
                    if narrated and bars.disable:
                        self.say(_BEGUN, what=DOING[what])
                    tasks[what] = bars.add_task(DOING[what].in_(self.language), total=1.0)
                bars.update(bars.task_ids[list(tasks).index(what)], completed=fraction)

            yield told


def language(asked: str | None) -> Language:
    """The language asked for, or the environment's, or English."""
    if asked is not None and asked not in LANGUAGES:
        msg = f"{asked!r} is not spoken here: en or zh / 只支持 en 或 zh"
        raise typer.BadParameter(msg, param_hint="--lang")
    said = asked or os.environ.get("SEAWALL_LANG") or os.environ.get("LANG") or "en"
    return "zh" if said.lower().startswith("zh") else "en"


_BEGUN = Text(en="… {what}", zh="…… {what}")
