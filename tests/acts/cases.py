"""An office with a small kind of case, whoever acts in it, and what must always hold of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from seawall.acts import handling
from seawall.acts.case_rows import NEVER
from seawall.acts.handling import Desk, Handled, Kinds
from seawall.acts.proving import prove
from seawall.cases.case import Actor, Case, Command
from seawall.cases.kind import Kind
from seawall.core import pack
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATEST = NOON.replace(year=2036)
"""What the office's own clock says: later than all that is done in it."""
KIND = """\
id: refund
title: {en: Refund, zh: 退款}
meaning: {en: Money goes back., zh: 退回款项。}
source: House
owner: manager
fields:
  amount: {type: money, title: {en: amount, zh: 金额}, required: true}
  note: {type: text, title: {en: note, zh: 备注}}
states:
  asked: {title: {en: asked, zh: 已申请}}
  seen: {title: {en: seen, zh: 已阅}}
  paid: {title: {en: paid, zh: 已付}, final: true}
  refused: {title: {en: refused, zh: 已拒}, final: true}
verbs:
  begin: {title: {en: Ask, zh: 申请}, to: asked, roles: [clerk, machine], effects: [{notify: manager}]}
  see: {title: {en: See, zh: 阅}, from: asked, to: seen, roles: [manager]}
  pay: {title: {en: Pay, zh: 付}, from: [asked, seen], to: paid, roles: [clerk], approval: {people: 2, by: [manager]}}
  refuse: {title: {en: Refuse, zh: 拒}, from: [asked, seen], to: refused, roles: [manager, clerk], reason: true}
retention: {years: 5, after: paid, citation: House}
"""


def kind(text: str = KIND) -> Kind:
    return pack.parse(text, "refund.yaml", Kind)


@dataclass
class Office:
    """Its database is open already (`starting.start`); the ledger lies in a folder."""

    folder: Path
    text: str = KIND
    ticks: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        ledger = log.start(
            SqliteStore(self.folder / "ledger.sqlite"),
            Signer("lender.example/ledger", seed=bytes(32)),
        )
        declared = kind(self.text)
        kinds = Kinds({declared.id: declared})
        self.desk = Desk(ledger, kinds, lambda *_: NEVER, lambda: LATEST)

    def command(self, verb: str, who: str, **told: object) -> Command:
        self.ticks += 1
        roles = {"clerk"} if who[0] in "ab" else {"manager"}
        fields = told.pop("fields", {})
        assert isinstance(fields, Mapping)
        at = NOON + timedelta(seconds=self.ticks)
        actor = Actor(who, frozenset(roles), on_behalf_of=told.pop("on_behalf_of", None))  # type: ignore[arg-type]
        key = str(told.pop("key", f"{verb}-{who}-{self.ticks}"))
        return Command(verb, actor, at, key, fields, **told)  # type: ignore[arg-type]

    def open(self, who: str = "alice", amount: str = "5.00", **told: object) -> Handled:
        return handling.open_case(
            self.desk, "refund", self.command("begin", who, fields={"amount": amount}, **told)
        )

    def do(self, case: Case | None, verb: str, who: str, **told: object) -> Handled:
        assert case is not None
        return handling.handle(self.desk, case.id, self.command(verb, who, **told))

    def holds(self) -> None:
        """All that must always be true."""
        proved = prove(self.desk)
        assert proved.problems == ()
        assert proved.untold == 0
        assert audit(self.desk.ledger).problems == ()
