"""A part of the book: the loans of some segments or of some days, with all that belongs to them.

What a measure reads is restricted, not what it answers: a share is one of the selected loans, and a
count of distinct customers is theirs.
"""

from seawall.core.measure import Question, Selection
from seawall.core.steps import Step, Steps, quoted
from seawall.portfolio import tape

WHOLE = "book_"
"""Before a relation's name: the same relation of the whole book, which selected ones are made from."""
DERIVED = ("month_end", "settlement")
_OF_A_LOAN = (
    *(each.name for each in tape.TABLES if "loan_id" in [c.name for c in each.columns]),
    *DERIVED,
)


def selected(asked: Steps, question: Question) -> Steps:
    """The steps, over the loans of the question alone.

    Reads `book_loan`, `book_month_end` and so on beside the relations that the steps read.
    """
    if not question.only:
        return asked
    facts = (
        Step(name, f"SELECT f.* FROM {WHOLE}{name} f WHERE f.loan_id IN (SELECT loan_id FROM loan)",
             kept=False)
        for name in _OF_A_LOAN if name != "loan"
    )  # fmt: skip
    return Steps((Step("loan", loans(question.only), kept=False), *facts, *asked.queue))


def loans(only: Selection) -> str:
    """The loans that count, as SQL."""
    conditions = [_among(name, values) for name, values in only.among]
    if only.made_from is not None:
        conditions.append(f"l.disbursed_on >= DATE '{only.made_from}'")
    if only.made_until is not None:
        conditions.append(f"l.disbursed_on <= DATE '{only.made_until}'")
    return f"SELECT l.* FROM {WHOLE}loan l WHERE {' AND '.join(conditions) or 'TRUE'}"


def _among(name: str, values: tuple[str | None, ...]) -> str:
    """One segment's condition.

    Raises:
        UnableToSelect: loans have no such segment; what is no name never reaches SQL.
    """
    if name not in tape.SEGMENTS:
        raise UnableToSelect(name)
    known = ", ".join(quoted(value) for value in values if value is not None)
    ways = [f"l.{name} IN ({known})"] if known else []
    ways += [f"l.{name} IS NULL"] if None in values else []
    return f"({' OR '.join(ways) or 'FALSE'})"


class UnableToSelect(ValueError):
    """Loans have no segment of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"loans have no segment {name!r}; there are: {', '.join(tape.SEGMENTS)}")
