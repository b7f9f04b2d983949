"""A witness signs what only grows: the rules of C2SP tlog-witness, one after the other."""

import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawall.ledger import log
from seawall.ledger.audit import Seen, audit
from seawall.ledger.log import Ledger, UnableToKeepCheckpoint
from seawall.ledger.note import Signer
from seawall.ledger.packing import export
from seawall.ledger.publishing import publish
from seawall.ledger.sqlite import SqliteStore
from seawall.ledger.verifier import COSIGNATURE, read_checkpoint, read_note, unpacked
from seawall.ledger.witness import Ask, UnableToCosign, Witness, cosigned
from seawall.ledger.witness_http import asking, server
from tests.ledger.conftest import AT, decision

NOW = 1_800_000_000


@pytest.fixture
def witness(tmp_path: Path, signer: Signer) -> Witness:
    return Witness(Signer("witness.example/w", COSIGNATURE), (signer.key,), tmp_path / "witness")


def at(witness: Witness, when: int = NOW) -> Ask:
    return lambda request: witness.add(request, when)


def told(ledger: Ledger, cosigned_: bytes, witness: Witness) -> int:
    """When a witness says that it saw the ledger as it is now."""
    assert cosigned_.startswith(ledger.note())
    return read_note(cosigned_, "here").signed(witness.signer.key)


def test_a_witness_vouches_for_a_ledger_that_grows(ledger: Ledger, witness: Witness) -> None:
    for n in range(20):
        ledger.append_all([decision(n * 100 + k) for k in range(1 + n * 3)])
        note = cosigned(ledger, witness.signer.key, at(witness, NOW + n))
        assert told(ledger, note, witness) == NOW + n
    assert told(ledger, cosigned(ledger, witness.signer.key, at(witness)), witness) == NOW + 19, (
        "its time never goes back"
    )


def test_a_witness_vouches_for_an_empty_ledger(ledger: Ledger, witness: Witness) -> None:
    cosigned(ledger, witness.signer.key, at(witness))
    ledger.append(decision(1))
    cosigned(ledger, witness.signer.key, at(witness))


def rewritten(tmp_path: Path, signer: Signer, size: int) -> Ledger:
    made = log.start(SqliteStore(tmp_path / f"other-{size}.sqlite"), signer)
    made.append_all([decision(n, actor="mallory") for n in range(size)])
    return made


@pytest.mark.parametrize(("size", "status"), [(5, 409), (10, 409), (20, 422)], ids=str)
def test_a_witness_refuses_a_rollback_and_a_fork(
    ledger: Ledger, witness: Witness, tmp_path: Path, size: int, status: int
) -> None:
    ledger.append_all([decision(n) for n in range(10)])
    cosigned(ledger, witness.signer.key, at(witness))
    other = rewritten(tmp_path, ledger.signer, size)
    with pytest.raises(UnableToCosign) as refused:
        cosigned(other, witness.signer.key, at(witness))
    assert refused.value.status == status
    other.store.close()
    cosigned(ledger, witness.signer.key, at(witness))


def request(ledger: Ledger, old: int, proof: tuple[bytes, ...] = ()) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof), ""]
    return "".join(f"{line}\n" for line in lines).encode() + ledger.note()


def status(witness: Witness, asked: bytes) -> int:
    with pytest.raises(UnableToCosign) as refused:
        witness.add(asked, NOW)
    return refused.value.status


def test_refusals_have_the_status_of_the_specification(
    ledger: Ledger, witness: Witness, tmp_path: Path
) -> None:
    ledger.append_all([decision(n) for n in range(10)])
    assert status(witness, b"nonsense") == 400
    assert status(witness, b"old 01\n\n" + ledger.note()) == 400
    assert status(witness, request(ledger, 11)) == 400, "old above new"
    assert status(witness, request(ledger, 5)) == 409, "never seen before"
    assert status(witness, request(ledger, 0, (bytes(32),))) == 422, "a proof of nothing"
    witness.add(request(ledger, 0), NOW)
    ledger.append_all([decision(n) for n in range(10, 20)])
    good = ledger.consistency(10, 20)
    assert status(witness, request(ledger, 10)) == 422, "no proof"
    assert status(witness, request(ledger, 10, (*good[:-1], bytes(32)))) == 422
    assert status(witness, request(ledger, 10, (bytes(32),) * 64)) == 400, "more than 63 hashes"
    assert status(witness, request(ledger, 0)) == 409
    witness.add(request(ledger, 10, good), NOW)
    stranger = log.start(SqliteStore(tmp_path / "s.sqlite"), Signer("stranger.example/ledger"))
    assert status(witness, request(stranger, 0)) == 404
    stranger.store.close()
    forged = log.start(SqliteStore(tmp_path / "f.sqlite"), Signer(ledger.key.name))
    assert status(witness, request(forged, 0)) == 403
    forged.store.close()


def test_witnesses_that_share_a_folder_remember_together(
    ledger: Ledger, witness: Witness, tmp_path: Path
) -> None:
    ledger.append_all([decision(n) for n in range(4)])
    cosigned(ledger, witness.signer.key, at(witness))
    again = Witness(witness.signer, (ledger.key,), tmp_path / "witness")
    assert status(again, request(ledger, 0)) == 409


def test_a_cosigned_checkpoint_is_kept_exported_and_published(
    ledger: Ledger, witness: Witness, tmp_path: Path
) -> None:
    ledger.append_all([decision(n) for n in range(4)])
    ledger.keep_checkpoint(AT, cosigned(ledger, witness.signer.key, at(witness)))
    publish(ledger, tmp_path / "site")
    published = (tmp_path / "site" / "checkpoint").read_bytes()
    assert published == dict(unpacked(export(ledger, (0, 4))))["checkpoint"]
    note = read_note(published, "site")
    note.signed(ledger.key)
    assert note.signed(witness.signer.key) == NOW
    assert audit(ledger).problems == ()


def test_a_cosigned_checkpoint_is_kept_though_the_ledger_went_on(
    ledger: Ledger, witness: Witness
) -> None:
    ledger.append_all([decision(n) for n in range(4)])
    note = cosigned(ledger, witness.signer.key, at(witness))
    ledger.append(decision(4))
    ledger.keep_checkpoint(AT, note)
    assert ledger.kept() == [note]
    assert read_note(ledger.kept()[0], "kept").signed(witness.signer.key) == NOW
    assert audit(ledger).problems == ()


def test_a_checkpoint_of_another_ledger_is_not_kept(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append_all([decision(n) for n in range(4)])
    other = rewritten(tmp_path, ledger.signer, 3)
    for note in (other.note(), Signer("x").note(b"x\n"), b"nonsense"):
        with pytest.raises(UnableToKeepCheckpoint):
            ledger.keep_checkpoint(AT, note)
    assert ledger.kept() == []
    other.store.close()


@pytest.mark.parametrize(
    ("size", "code"), [(3, "ledger-rolled-back"), (9, "ledger-forked")], ids=str
)
def test_a_rollback_or_fork_is_found_against_a_witnessed_checkpoint(
    ledger: Ledger, tmp_path: Path, signer: Signer, size: int, code: str
) -> None:
    ledger.append_all([decision(n) for n in range(6)])
    seen = Seen("witness.example/w", read_checkpoint(read_note(ledger.note(), "witness")))
    other = rewritten(tmp_path, signer, size)
    assert [each.code for each in audit(other, [seen]).problems] == [code]
    other.store.close()


@pytest.fixture
def address(witness: Witness) -> Iterator[str]:
    made = server(witness, ("127.0.0.1", 0))
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_address[1]}/"
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_witness_answers_over_http(ledger: Ledger, witness: Witness, address: str) -> None:
    for n in range(3):
        ledger.append_all([decision(n * 10 + k) for k in range(5)])
        assert (
            told(ledger, cosigned(ledger, witness.signer.key, asking(address)), witness)
            > NOW - 10**9
        )


def test_a_witness_refuses_over_http(
    ledger: Ledger, witness: Witness, address: str, tmp_path: Path
) -> None:
    ledger.append_all([decision(n) for n in range(5)])
    cosigned(ledger, witness.signer.key, asking(address))
    stranger = log.start(SqliteStore(tmp_path / "s.sqlite"), Signer("stranger.example/ledger"))
    with pytest.raises(UnableToCosign, match="404"):
        cosigned(stranger, witness.signer.key, asking(address))
    stranger.store.close()
    with pytest.raises(UnableToCosign, match="404"):
        asking(address + "elsewhere")(b"")
    with pytest.raises(UnableToCosign, match="no address"):
        asking("file:///etc/passwd")(b"")
    with pytest.raises(UnableToCosign, match="400"):
        asking(address)(b"x" * 100_000)
