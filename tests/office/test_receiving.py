"""Facts that machines hand in: bounded, in turn, each line accounted for."""

import json
import threading
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from seawall.acts.signing import Teller, now
from seawall.core.problem import UnableToUseInput
from seawall.office import homes, receiving
from seawall.office.homes import Home
from seawall.office.receiving import Inlet, UnableToTakeSoMuch
from seawall.office.turns import WAITING_MOST, Turns, UnableToWaitLonger


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return homes.make(tmp_path / "home", "lender.example/ledger")


def lines(*facts: dict[str, Any] | str) -> bytes:
    return "\n".join(f if isinstance(f, str) else json.dumps(f) for f in facts).encode()


def teller(home: Home) -> Teller:
    return Teller(home.ledger, "origination-1", now())


def complaint(id_: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"event_id": id_, "happened_at": "2025-11-03T08:00:00Z", "kind": "complaint", **more}


def test_each_line_is_kept_or_rejected_with_its_number(home: Home) -> None:
    text = lines(
        complaint("E1"), "{", complaint("E2", table="event"), complaint("E3", table="loan")
    )
    came = Inlet(home).take("event", text, teller(home))
    assert (came.lines, came.new, came.rejected) == (4, 2, 2)
    told = sorted((each.row, each.problem.code) for each in came.rejects)
    assert told == [(2, "fact-not-json"), (4, "fact-table-unknown")]
    (entry,) = home.ledger_reader.entries()
    assert entry.told["actor"] == "origination-1"


def test_told_again_nothing_changes(home: Home) -> None:
    inlet = Inlet(home)
    inlet.take("event", lines(complaint("E1")), teller(home))
    again = inlet.take("event", lines(complaint("E1"), ""), teller(home))
    assert (again.new, again.unchanged, again.rejected) == (0, 1, 0)


def test_a_line_that_is_no_text_is_rejected_alone(home: Home) -> None:
    came = Inlet(home).take("event", b"\xff\xfe\n" + lines(complaint("E1")), teller(home))
    assert (came.new, came.rejected) == (1, 1)


def test_what_is_too_much_or_of_no_table_is_refused_whole(home: Home) -> None:
    inlet = Inlet(home)
    with pytest.raises(UnableToTakeSoMuch, match="5,000"):
        inlet.take("event", b"{}\n" * 5_001, teller(home))
    with pytest.raises(UnableToTakeSoMuch, match="bytes"):
        inlet.take("event", b"x" * (receiving.BYTES_MOST + 1), teller(home))
    with pytest.raises(UnableToUseInput, match="fact-table-unknown"):
        inlet.take("people", lines(complaint("E1")), teller(home))
    assert not home.book.snapshot().tables


def test_while_another_process_changes_the_book_a_sender_is_told_when_to_come_back(
    home: Home,
) -> None:
    inlet = Inlet(home, Turns(wait_seconds=0.05))
    with home.book.change(), pytest.raises(UnableToWaitLonger) as told:
        inlet.take("event", lines(complaint("E1")), teller(home))
    assert told.value.after_seconds >= 1
    assert inlet.turns.here == 0
    assert inlet.take("event", lines(complaint("E1")), teller(home)).new == 1


def test_no_queue_grows_without_end(home: Home) -> None:
    inlet = Inlet(home, Turns(wait_seconds=30))
    with home.book.change():
        senders = [
            threading.Thread(target=inlet.take, args=("event", lines(complaint(f"E{n}")), teller(home)))
            for n in range(WAITING_MOST)
        ]  # fmt: skip
        for each in senders:
            each.start()
        while inlet.turns.here < WAITING_MOST:
            pass
        with pytest.raises(UnableToWaitLonger):
            inlet.take("event", lines(complaint("E99")), teller(home))
    for each in senders:
        each.join()
    assert inlet.turns.here == 0
    kept = ds.dataset(list(home.book.snapshot().tables["event"])).to_table()
    assert sorted(kept["event_id"].to_pylist()) == [f"E{n}" for n in range(WAITING_MOST)]
