"""A lender's home, opened store by store, with a small policy; what must always hold of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from seawall.acts import deciding, publishing, verifying
from seawall.acts.admitting import Application, received
from seawall.acts.deciding import Decided, Desk, Order
from seawall.acts.in_force import Policies
from seawall.acts.signing import Signed
from seawall.core import pack
from seawall.core.problem import Place
from seawall.ledger import log
from seawall.ledger.audit import audit
from seawall.ledger.note import Signer
from seawall.ledger.sqlite import SqliteStore
from seawall.office.packs import PACKS
from seawall.office.publishing import texts
from seawall.policy.window_online import observer
from seawall.records import starting
from seawall.records.event_store import RecordsEventStore
from seawall.vault.algorithms import AES
from seawall.vault.declaration import Rules
from seawall.vault.embedded import Embedded

NOON = datetime(2026, 11, 26, 12)  # noqa: DTZ001 - the house's times are UTC, without an offset
HERE = Place("applications")
POLICY = """\
id: NAME
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: applied_at
customer: customer_token
inputs:
  customer_token: {type: text, title: {en: c, zh: 客户}, required: true}
  applied_at: {type: timestamp, title: {en: t, zh: 时间}, required: true}
  device_token: {type: text, title: {en: d, zh: 设备}}
  amount: {type: number, title: {en: a, zh: 金额}, least: 0}
  count: {type: integer, title: {en: n, zh: 数}}
  note: {type: text, title: {en: n, zh: 备注}}
streams:
  application:
    title: {en: applications, zh: 申请}
    columns: {application_id: text, applied_at: timestamp, customer_token: text, device_token: text}
    id: application_id
    at: applied_at
features:
  device_customers: {title: {en: f, zh: 特征}, of: distinct, value: customer_token, events: application,
                     by: [device_token], over: 30 days}
  applications: {title: {en: f, zh: 特征}, of: count, events: application, by: [customer_token], over: 30 days}
derived:
  share: {title: {en: s, zh: 份}, is: amount / 4.0}
rules:
  - {id: large, when: amount > LIMIT, then: decline, unknown: ignore, cite: House, reason: {en: Large., zh: 过大。}}
  - {id: shared, when: device_customers >= 2, then: refer, unknown: ignore, cite: House,
     reason: {en: Shared., zh: 共用。}}
  - {id: often, when: applications >= 2, then: refer, unknown: ignore, cite: House, reason: {en: Often., zh: 频繁。}}
offer: [share]
"""
CASES = """\
cases:
  - {name: a small amount, input: {customer_token: c, applied_at: 2026-01-01 00:00:00, amount: 4},
     expect: {outcome: approve}}
"""


@dataclass
class House:
    """A home of a lender whose stores are opened piece by piece."""

    folder: Path
    policies: Policies = field(init=False)

    def __post_init__(self) -> None:
        starting.start(self.folder / "office.sqlite")
        self.ledger = log.start(
            SqliteStore(self.folder / "ledger.sqlite"),
            Signer("lender.example/ledger", seed=bytes(32)),
        )
        vault = Embedded(self.folder, pack.read(PACKS / "vault" / "fields.yaml", Rules))
        if not vault.ring_file.exists():
            vault.make_ring(AES.name)
        self.vault = vault.open()
        self.events = RecordsEventStore(observer)
        self.policies = Policies(self.events, self.vault.rules.fields, self.ledger)

    @property
    def desk(self) -> Desk:
        return Desk(self.ledger, self.vault, self.events, self.policies)

    def publish(self, limit: int = 100, name: str = "small", *, at: datetime = NOON) -> str:
        file = self.folder / f"{name}{limit}" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(POLICY.replace("LIMIT", str(limit)).replace("NAME", name), encoding="utf-8")
        file.with_name(f"{name}.cases.yaml").write_text(CASES, encoding="utf-8")
        version, act = texts(str(file)), f"{name}{limit}"
        number = publishing.propose(self.ledger, version, Signed(f"p{act}", "alice", at))
        evidence = publishing.proposal(number).evidence_digest
        publishing.approve(self.ledger, number, evidence, Signed(f"a{act}", "bob", at))
        publishing.publish(self.ledger, number, Signed(f"u{act}", "bob", at), at)
        return version.digest

    def received(self, **given: object) -> Application:
        one = received(given, HERE, self.vault.rules)
        assert isinstance(one, Application)
        return one

    def decide(self, *given: Mapping[str, object], **order: Any) -> list[Decided]:  # noqa: ANN401
        told = Order(
            **{"policy": "small", "by": "origination-1", "at": NOON, "country": "CN", **order}
        )
        return deciding.decide_all(self.desk, [self.received(**each) for each in given], told)

    def holds(self) -> None:
        """All that must always be true."""
        assert audit(self.ledger).problems == ()
        assert {each.agreement for each in verifying.verify(self.ledger, self.policies)} <= {
            "agrees",
            "erased",
        }
        decided = [e.told["subject"] for e in self.ledger.entries() if e.told["kind"] == "decision"]
        assert len(decided) == len(set(decided))
        events = {f"application:{each.id}" for each in self.events.facts("application")}
        assert set(decided) <= events

    @property
    def kinds(self) -> list[str]:
        return [entry.told["kind"] for entry in self.ledger.entries()]


def asks(
    id_: str, minute: int = 0, *, who: str | None = None, device: str | None = None, **more: object
) -> dict[str, object]:
    at = NOON + timedelta(minutes=minute)
    tokens = {"customer_token": who, "device_token": device}
    return {"application_id": id_, "applied_at": at.isoformat(), "amount": 20, **tokens, **more}


def codes(decided: Decided) -> list[str]:
    return [each.code for each in decided.problems]
