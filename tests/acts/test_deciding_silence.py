"""No personal value of an application is ever in the clear: in files, outputs, logs or exceptions."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from seawall.acts import deciding
from seawall.acts.admitting import received
from seawall.acts.deciding import Order
from seawall.cli import main
from seawall.core.text import verbatim
from seawall.ledger.log import Ledger, Reader
from seawall.ledger.store import UnableToWriteStore
from seawall.records.event_store import RecordsEventStore
from seawall.vault.store import Vault
from tests.acts.lender import HERE, NOON, House, asks
from tests.vault.test_silence import told

CANARIES: dict[str, Any] = {
    "name": "Canaria Vogelsang",
    "national_id": "440524188001010014",
    "phone": "+8613987654321",
    "bank_card": "5555555555554444",
    "address": "Kanarienweg 17, Vogelstadt",
    "email": "canary@vogelsang.example",
    "device_id": "canary-device-17",
}
SPOILT: dict[str, Any] = {
    "national_id": "440524188001010015",
    "phone": "Kanarienruf",
    "bank_card": "5555555555554445",
    "email": "canary@@vogelsang.example",
}
STRAY: dict[str, Any] = {
    "mobile": "+8613912345678",
    "nickname": "Vogelkanarie",
    "amount": "Kanarienwert",
}
TRACES = [
    *CANARIES.values(), *SPOILT.values(), *STRAY.values(), "Kanarien", "vogelsang", "13987654321", "13912345678",
    "canary-device", "Vogelkanarie",
]  # fmt: skip


def silent(heard: list[str], folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "new.json"]
    written = {path.name: path.read_bytes() for path in files}
    assert {"ledger.sqlite", "office.sqlite", "people.sqlite", "keys.sqlite"} <= written.keys()
    for trace in TRACES:
        assert not [each for each in heard if trace in each], trace
        assert not [name for name, content in written.items() if trace.encode() in content], trace
        escaped = json.dumps(trace)[1:-1].encode()
        assert not [name for name, content in written.items() if escaped in content], trace


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.publish()
    yield made
    made.ledger.store.close()


def test_the_act_tells_nothing_whatever_fails(house: House, tmp_path: Path) -> None:
    heard, order = list[str](), Order("small", "o", NOON, "CN")
    given = [asks("a0", **CANARIES, **STRAY)]
    given += [asks(f"b-{name}", **{**CANARIES, name: value}) for name, value in SPOILT.items()]
    decided = house.decide(*given)
    heard += [
        repr(decided),
        *(p.sentence(tongue) for d in decided for p in d.problems for tongue in ("en", "zh")),
    ]
    changed = house.decide(asks("a0", **{**CANARIES, "device_id": "canary-device-18"}, **STRAY))
    heard += [repr(changed), *(each.sentence() for each in changed[0].problems)]
    assert [each.code for each in changed[0].problems] == ["application-changed"]
    one = received(asks("c0", **CANARIES, **STRAY), HERE, house.vault.rules)
    heard += [repr(one), str(one), f"{one}"]
    application = house.received(**asks("c0", **CANARIES, **STRAY))
    for owner, method in (
        (Vault, "recognise_all"), (RecordsEventStore, "add"), (RecordsEventStore, "totals"),
        (Ledger, "append_all"), (Reader, "find_all"),
    ):  # fmt: skip
        failing = patch.object(
            owner, method, side_effect=UnableToWriteStore("a store", verbatim("no disk"))
        )
        with failing, pytest.raises(UnableToWriteStore) as caught:
            deciding.decide(house.desk, application, order)
        heard += told(caught.value)
    assert len(heard) > 50
    silent(heard, tmp_path)


def test_the_command_prints_logs_and_writes_nothing(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "new.json"
    rows = [
        {**asks("a0"), **CANARIES, **STRAY, "currency": "CNY"},
        *({**asks(f"b-{name}"), **CANARIES, name: value} for name, value in SPOILT.items()),
        {**asks("a0"), **CANARIES, "amount": 7},
    ]
    file.write_text(json.dumps(rows))
    out = ("-o", str(home / "records.jsonl"))
    decide = ("decide", "micro_loan", "-i", str(file), "--record", "--as", "o")
    said = [_run(home, *each) for each in (
        ("ledger", "start", "lender.example/ledger"), ("vault", "init"),
        ("policy", "propose", "micro_loan", "--as", "alice"),
    )]  # fmt: skip
    digest = said[-1].split("policy approve 1 ")[1].split()[0]
    said += [_run(home, *each) for each in (
        ("policy", "approve", "1", digest, "--as", "bob"), ("policy", "publish", "1", "--as", "bob"),
        decide, (*decide, "--lang", "zh"), (*decide, *out), (*decide, "--format", "json"),
        ("decisions", "show", "a0"), ("decisions", "verify"), ("ledger", "verify"),
        ("ledger", "export", "-o", str(home / "pack.json")),
    )]  # fmt: skip
    assert "application_id a0: " in said[5]
    assert "[application-value-unreadable] amount is not a number" in said[5]
    assert "[application-key-unused] mobile" in said[5]
    assert "[vault-phone-unreadable]" in said[5]
    silent(said, home)


def _run(home: Path, *arguments: str) -> str:
    """What a command says: on both streams, and in logs of every level."""
    heard = StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard), patch.object(
            sys, "argv", ["seawall", *arguments, "--home", str(home)]
        ), pytest.raises(SystemExit):  # fmt: skip
            main.run()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return heard.getvalue()
