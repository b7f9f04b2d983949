"""Facts that machines hand in: batches of bounded size, one after the other, and no queue without an end."""

from dataclasses import dataclass, field

from seawall.acts.ingesting import Batch, Ingested, ingest
from seawall.acts.signing import Teller
from seawall.book.store import UnableToChangeBook
from seawall.core.problem import Place, Unable, refusal
from seawall.core.text import Text
from seawall.office.homes import Home
from seawall.office.streaming import LINES_MOST
from seawall.office.turns import Turns, UnableToWaitLonger
from seawall.portfolio import problems, tape

BYTES_MOST = 8 * 1024 * 1024
"""Of one batch."""
_TABLES = tuple(each.name for each in tape.TABLES)


@dataclass(frozen=True)
class Inlet:
    """Where one process takes facts in; threads share it. The book is changed by one at a time anyway."""

    home: Home
    turns: Turns = field(default_factory=Turns)

    def take(self, table: str, text: bytes, teller: Teller) -> Ingested:
        """Keep the facts of a text of JSON lines; durable once this returns.

        Args:
            table: what they are facts of.
            text: the lines, UTF-8; one that is not is rejected alone.
            teller: tells the ledger who hands them in.

        Raises:
            UnableToUseInput: the contract has no such table.
            UnableToTakeSoMuch: more bytes or lines than a batch may have.
            UnableToWaitLonger: others are before it, or another process changes the book; told again,
                everything is kept once.
        """
        if table not in _TABLES:
            known = ", ".join(_TABLES)
            raise refusal(problems.FACT_TABLE_UNKNOWN, Place("facts"), table=table, known=known)
        batch = Batch("facts", _lines(text), table)
        with self.turns.taken():
            desk = self.home.desk()
            try:
                return ingest(desk, batch, teller, wait_seconds=self.turns.wait_seconds)
            except UnableToChangeBook:
                raise UnableToWaitLonger(self.turns.wait_seconds) from None
            finally:
                desk.engine.close()


def _lines(text: bytes) -> tuple[tuple[int, str], ...]:
    if len(text) > BYTES_MOST:
        raise UnableToTakeSoMuch(f"{len(text):,} bytes", f"{BYTES_MOST:,}")
    lines = text.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    if len(lines) > LINES_MOST:
        raise UnableToTakeSoMuch(f"{len(lines):,} lines", f"{LINES_MOST:,}")
    return tuple(enumerate(lines, 1))


class UnableToTakeSoMuch(Unable, ValueError):
    """A batch is larger than one may be."""

    def __init__(self, found: str, most: str) -> None:
        super().__init__(
            Text(
                en="a batch of facts has {most} at most, and this one {found}: send it in parts",
                zh="一批事实最多 {most}，此批为 {found}：请分批发送",
            ),
            found=found,
            most=most,
        )
