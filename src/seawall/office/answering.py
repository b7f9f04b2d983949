"""Answers about the book for faces that ask often: computed once for each book, kept, accounted for."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from threading import Lock

import pyarrow as pa

from seawall.acts.deriving import Progress
from seawall.core.measure import EVERY, Measure, Selection
from seawall.core.problem import Unable
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.office import measuring
from seawall.office.homes import Home
from seawall.office.measuring import Opened, Reading
from seawall.office.shelf import Shelf
from seawall.office.tables import measures

FILTERS = ("product", "channel", "region", "grade")
"""The segments that pages offer to select by and to break down by."""
_CHOICES_MOST = 100


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know.

    Attributes:
        measure: its name.
        by: segments to break it down by, in order.
        only: of which loans.
        as_of: the analysis date; the book's last month-end where None.
    """

    measure: str
    by: tuple[str, ...] = ()
    only: Selection = EVERY
    as_of: date | None = None


@dataclass(frozen=True)
class Answer:
    """An answer, and all that it was made of.

    Attributes:
        reading: the book as it was read: its snapshot, the analysis date, the selection, the conventions.
        steps: the SQL, step by step; the first ones make the selection.
    """

    measure: Measure
    by: tuple[str, ...]
    rows: pa.Table
    reading: Reading
    steps: Steps


@dataclass(frozen=True)
class Choice:
    """A value that loans have in a segment, and how many have it; None is a loan without one."""

    value: str | None
    loans: int


class Answers:
    """The book's answers, for several threads.

    Guarantees: each answer is that of one snapshot, the newest when it was asked; the same question of
    the same book is computed once. Answers are kept by the digest of the book and the words of their
    SQL, so that another book, another convention or another version of a measure never finds them.

    Attributes:
        home: whose book.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = Lock()
        self._held: _Held | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was ever brought in, so that there is nothing to ask."""
        return not self.home.book.snapshot().tables.get("month_end")

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Every measure, by name, in the order in which reports tell them."""
        return {each.name: each for each in measures(self.home.conventions)}

    def answer(self, asked: Asked) -> Answer:
        """The answer to a question.

        Raises:
            UnableToFindMeasure: there is none of this name.
            UnableToReadEmptyBook: nothing was ever brought in.
            UnableToLookThere: the book knows nothing of the analysis date.
        """
        if asked.measure not in self.measures:
            raise UnableToFindMeasure(asked.measure, tuple(self.measures))
        held, measure = self._now(), self.measures[asked.measure]
        reading = held.reading(asked.as_of, asked.only)
        steps = reading.steps(measure, asked.by)
        return Answer(measure, asked.by, held.rows(steps), reading, steps)

    def reading(self, as_of: date | None = None, only: Selection = EVERY) -> Reading:
        """The book as it would be read; see `answer` for what is raised."""
        return self._now().reading(as_of, only)

    def choices(self) -> dict[str, tuple[Choice, ...]]:
        """For each segment of `FILTERS`, its most frequent values, by name."""
        found: dict[str, list[Choice]] = {name: [] for name in FILTERS}
        for row in self._now().rows(_choices()).to_pylist():
            found[row["segment"]].append(Choice(row["value"], row["loans"]))
        return {name: tuple(each) for name, each in found.items()}

    def warm(self, progress: Progress) -> None:
        """Compute what pages show first: every measure, whole and by each segment of `FILTERS`."""
        held = self._now()
        held.shelf.sweep()
        reading = held.reading(None, EVERY)
        turns = [(measure, by) for by in ((), *((name,) for name in FILTERS))
                 for measure in self.measures.values()]  # fmt: skip
        for turn, (measure, by) in enumerate(turns):
            progress("answers", turn / len(turns))
            held.rows(reading.steps(measure, by))
        self.choices()
        progress("answers", 1.0)

    def _now(self) -> "_Held":
        """The newest book, opened; the one opened before where nothing was changed."""
        digest = self.home.book.snapshot().digest
        with self._lock:
            if self._held is None or self._held.book.snapshot.digest != digest:
                self._held = _Held(self.home, measuring.opened(self.home))
            return self._held


class _Held:
    """One snapshot: its engine, which one thread uses at a time, and the answers that are kept."""

    def __init__(self, home: Home, book: Opened) -> None:
        self.book = book
        self.shelf = Shelf(home.folder / "scratch" / "answers" / book.snapshot.digest)
        self._engine = Lock()

    def reading(self, as_of: date | None, only: Selection) -> Reading:
        return self.book.reading(self.rows(measuring.extent(as_of)), as_of, only)

    def rows(self, steps: Steps) -> pa.Table:
        key = sha256(steps.sql().encode()).hexdigest()
        found = self.shelf.find(key)
        if found is None:
            with self._engine:
                found = self.shelf.find(key)  # whoever had the engine may have asked the same
                if found is None:
                    found = self.book.engine.table(steps)
                    self.shelf.put(key, found)
        return found


def _choices() -> Steps:
    parts = "\nUNION ALL\n".join(
        f"SELECT '{name}' AS segment, {name} AS value, COUNT(*) AS loans FROM loan GROUP BY {name}"
        for name in FILTERS
    )
    return (
        Steps()
        .then("counted", parts)
        .then("ranked", """
SELECT *, ROW_NUMBER() OVER (PARTITION BY segment ORDER BY loans DESC, value) AS place
FROM counted""")
        .then("choices", f"""
SELECT segment, value, loans FROM ranked WHERE place <= {_CHOICES_MOST}
ORDER BY segment, value NULLS LAST""")
    )  # fmt: skip


class UnableToFindMeasure(Unable, LookupError):
    """There is no measure of this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            Text(en="no measure {name!r}; there are: {known}", zh="没有指标 {name!r}；现有：{known}"),
            name=name, known=", ".join(known),
        )  # fmt: skip
