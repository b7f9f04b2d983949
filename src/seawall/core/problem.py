"""What is wrong with an input: a value that says where, what, and what to do about it.

The input is wrong: `Problem` values, all of them. The call is wrong or the machine failed: an
exception named `UnableTo...`. A room lists its kinds of problem in its own `problems.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from seawall.core.text import Language, Text, in_each, together

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Kind:
    """A kind of problem: a stable code, and sentences with `{placeholders}` for its facts."""

    code: str
    message: Text
    remedy: Text
    severity: Severity = "error"


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem stands: a file, and in it a line or a data row, and a column.

    `line` and `row` count from 1; `row` counts data rows, so a header is not one. `column` is a
    column's name in a table, or a character's position in a text.
    """

    file: str
    line: int | None = None
    row: int | None = None
    column: str | int | None = None

    def __str__(self) -> str:
        """`file:line:column`, or `file, row n, column c` for tables."""
        if self.row is not None:
            named = f", column {self.column}" if self.column is not None else ""
            return f"{self.file}, row {self.row}{named}"
        parts = [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input."""

    kind: Kind
    where: Place
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable code, as documented."""
        return self.kind.code

    @property
    def message(self) -> Text:
        """What is wrong."""
        return self.kind.message.filled(**self.facts)

    @property
    def remedy(self) -> Text:
        """What to do about it."""
        return self.kind.remedy.filled(**self.facts)

    def sentence(self, language: Language = "en") -> str:
        """The whole problem as one line: place, code, message, remedy."""
        return (
            f"{self.where}: [{self.code}] {self.message.in_(language)} {self.remedy.in_(language)}"
        )


class Unable(Exception):
    """The base of what people meet: a call refused or a machine's failure, told in one sentence.

    `str(error)` is the sentence in English, for logs; people are told it in their language.

    Attributes:
        said: the sentence, with its facts.
    """

    def __init__(self, sentence: Text, /, **facts: object) -> None:
        self.said = sentence.filled(**facts) if facts else sentence
        super().__init__(self.said.en)

    def in_(self, language: Language) -> str:
        """The sentence in a language."""
        return self.said.in_(language)


def sentences(problems: Iterable[Problem]) -> Text:
    """Problems as one text, one sentence after the other."""
    return together(in_each(each.sentence) for each in problems)


class UnableToUseInput(Exception):
    """Nothing of an input can be used: carries every problem found in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.sentence() for problem in problems))


def refusal(kind: Kind, where: Place, /, **facts: object) -> UnableToUseInput:
    """What to raise for an input that one problem makes useless."""
    return UnableToUseInput((Problem(kind, where, facts),))
