"""Whatever is done, in whatever order: the ledger is what a list would be, and proves it."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.entry import Erasing
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.packing import export
from seawall.ledger.publishing import publish
from seawall.ledger.sequencing import UnableToAppend, UnableToErase
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.verifier import Checkpoint, continued, verify
from tests.ledger import naive
from tests.ledger.conftest import AT, decision


@dataclass
class Model:
    """What a plain list would hold: acts in their order, and which bodies are gone."""

    acts: list[str] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)

    def decisions(self) -> list[int]:
        return [int(act[7:]) for act in self.acts if act.startswith("decide:")]


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-ledger-"))
        self.signer = Signer("lender.example/ledger")
        self.ledger = log.start(SqliteStore(self.folder / "ledger.sqlite"), self.signer)
        self.model = Model()
        self.seen: list[Checkpoint] = []

    @rule(numbers=st.lists(st.integers(0, 600), min_size=1, max_size=90))
    def tell(self, numbers: list[int]) -> None:
        told = [decision(n) for n in numbers]
        receipts = self.ledger.append_all(told)
        fresh = list(dict.fromkeys(e.act for e in told if e.act not in self.model.acts))
        assert [r.new for r in receipts].count(True) == len(fresh)
        self.model.acts += fresh
        assert [self.model.acts[r.number] for r in receipts] == [e.act for e in told]

    @precondition(lambda self: self.model.decisions())
    @rule(data=st.data())
    def use_a_key_for_something_else(self, data: st.DataObject) -> None:
        n = data.draw(st.sampled_from(self.model.decisions()))
        with pytest.raises(UnableToAppend):
            self.ledger.append_all([decision(10_000), decision(n, actor="bob")])

    @precondition(lambda self: self.model.acts)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        n = data.draw(st.integers(0, len(self.model.acts) - 1))
        act = f"erase:{n}:{len(self.model.acts)}"
        if n in self.model.erased:
            with pytest.raises(UnableToErase):
                self.ledger.erase(n, Erasing("dana", AT, act, "asked"))
            return
        assert self.ledger.erase(n, Erasing("dana", AT, act, "asked")).number == len(
            self.model.acts
        )
        self.model.acts.append(act)
        self.model.erased.add(n)

    @rule()
    def open_again(self) -> None:
        self.ledger.store.close()
        self.ledger = Ledger(SqliteStore(self.folder / "ledger.sqlite"), self.signer)

    @rule()
    def another_process_tells(self) -> None:
        other = Ledger(SqliteStore(self.folder / "ledger.sqlite"), self.signer)
        act = f"other:{len(self.model.acts)}"
        other.append(decision(0, act=act))
        self.model.acts.append(act)
        other.store.close()

    @rule()
    def publish(self) -> None:
        self.ledger.keep_checkpoint(AT)
        self.seen.append(publish(self.ledger, self.folder / "site"))

    @precondition(lambda self: self.model.acts)
    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        size = len(self.model.acts)
        first = data.draw(st.integers(0, size - 1))
        span = (first, data.draw(st.integers(first + 1, size)))
        assert verify(export(self.ledger, span), self.ledger.key).findings == ()

    @invariant()
    def holds(self) -> None:
        entries = list(self.ledger.entries())
        assert [each.told["act"] for each in entries] == self.model.acts
        assert {each.number for each in entries if each.body is None} == self.model.erased
        now = self.ledger.checkpoint()
        assert now.root == naive.root([each.leaf for each in entries])
        for before in self.seen:
            if before.size:
                proof = self.ledger.consistency(before.size, now.size)
                assert continued((before.size, before.root), (now.size, now.root), proof)

    def teardown(self) -> None:
        assert audit(self.ledger).problems == ()
        self.ledger.store.close()
        shutil.rmtree(self.folder)


AnyOrder.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
test_in_any_order = AnyOrder.TestCase
