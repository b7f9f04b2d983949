"""A pack is checked by one module alone; whatever is changed in it is found and named."""

import hashlib
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from seawall.ledger import verifier
from seawall.ledger.entry import Erasing
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.packing import UnableToExport, export
from seawall.ledger.verifier import (
    Checkpoint,
    Verdict,
    packed,
    read_checkpoint,
    read_note,
    unpacked,
    verify,
)
from seawall.ledger.witness import Witness, cosigned
from tests.ledger.conftest import AT, decision

REPORT = b"the replay report"


@pytest.fixture
def pack(ledger: Ledger) -> bytes:
    ledger.append_all([decision(n) for n in range(6)])
    ledger.append(decision(6, digests={"report": hashlib.sha256(REPORT).hexdigest()}))
    ledger.erase(4, Erasing("dana", AT, "erase:4", "asked"))
    return export(ledger, (3, 7), files=[REPORT])


def test_a_pack_that_nobody_touched_is_proved(pack: bytes, signer: Signer) -> None:
    verdict = verify(pack, signer.key)
    assert verdict.findings == ()
    assert (verdict.entries, verdict.erased) == (5, 1)
    assert verdict.checkpoint is not None
    assert verdict.checkpoint.size == 8


def test_a_pack_is_an_ordinary_zip(pack: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(pack)
    with zipfile.ZipFile(tmp_path / "pack.zip") as opened:
        assert opened.testzip() is None
        listed = {each.filename: opened.read(each) for each in opened.infolist()}
    assert listed == dict(unpacked(pack))
    assert sorted(listed) == [
        "checkpoint", "entries.jsonl", f"files/{hashlib.sha256(REPORT).hexdigest()}", "manifest",
    ]  # fmt: skip


def test_the_same_ledger_gives_the_same_bytes(ledger: Ledger, pack: bytes) -> None:
    assert export(ledger, (3, 7), files=[REPORT]) == pack


def test_flipping_any_one_byte_is_detected_and_named(pack: bytes, signer: Signer) -> None:
    """Every byte, each time another of its bits; what is no member's content is the container."""
    spans = _spans(pack)
    for at in range(len(pack)):
        member = next((name for name, start, end in spans if start <= at < end), None)
        altered = bytearray(pack)
        altered[at] ^= 1 << at % 8
        findings = verify(bytes(altered), signer.key).findings
        named = {each.where.partition(",")[0] for each in findings}
        container = any(each.code == "ledger-pack-altered" for each in findings)
        assert container if member is None else member in named, (at, member, findings)


def _spans(pack: bytes) -> list[tuple[str, int, int]]:
    """Where the content of each member stands in a pack."""
    spans, start = [], 0
    for name, data in unpacked(pack):
        start = pack.index(data, start + 30 + len(name))
        spans.append((name, start, start + len(data)))
        start += len(data)
    return spans


@pytest.mark.parametrize("cut", [0, 1, 40, 500, -1, -30])
def test_a_pack_cut_short_is_found(pack: bytes, signer: Signer, cut: int) -> None:
    assert verify(pack[:cut], signer.key).findings


def changed(pack: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A pack made anew, as well as a stranger can, with something changed in a member."""
    members = [(n, data.replace(old, new) if n == name else data) for n, data in unpacked(pack)]
    assert packed(members) != pack
    return packed(members)


def codes(found: Verdict) -> list[str]:
    return [each.code for each in found.findings]


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_hostile_pack_is_refused_and_never_stops_the_verifier(
    pack: bytes, signer: Signer, data: st.DataObject
) -> None:
    """Values of any kind in the place of any field, in the line and in the leaf."""
    members = dict(unpacked(pack))
    lines = members["entries.jsonl"].splitlines()
    n = data.draw(st.integers(0, len(lines) - 1))
    told = json.loads(lines[n])
    leaf = json.loads(told["leaf"])
    field = data.draw(st.sampled_from([*told, *(f"leaf.{each}" for each in leaf)]))
    if field.startswith("leaf."):
        leaf[field.removeprefix("leaf.")] = data.draw(HOSTILE)
        told["leaf"] = json.dumps(leaf)
    else:
        told[field] = data.draw(HOSTILE)
    lines[n] = json.dumps(told, separators=(",", ":")).encode()
    members["entries.jsonl"] = b"".join(line + b"\n" for line in lines)
    hostile = packed(list(members.items()))
    assume(hostile != pack)
    assert verify(hostile, signer.key).findings


@pytest.mark.parametrize("field", ["salt", "body", "leaf"])
def test_an_empty_text_in_the_place_of_a_field_is_refused(
    pack: bytes, signer: Signer, field: str
) -> None:
    members = dict(unpacked(pack))
    first, *rest = members["entries.jsonl"].splitlines(keepends=True)
    told = json.dumps(json.loads(first) | {field: ""}, separators=(",", ":"))
    members["entries.jsonl"] = b"".join([told.encode() + b"\n", *rest])
    assert verify(packed(list(members.items())), signer.key).findings


@given(st.binary(max_size=400))
def test_bytes_that_are_no_pack_are_refused(noise: bytes) -> None:
    assert verify(noise, KEY).findings
    assert verify(b"PK\x03\x04" + noise, KEY).findings


KEY = Signer("lender.example/ledger").key


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_nesting_without_end_does_not_stop_the_verifier(
    pack: bytes, signer: Signer, deep: str
) -> None:
    members = dict(unpacked(pack)) | {"entries.jsonl": deep.encode() + b"\n"}
    assert verify(packed(list(members.items())), signer.key).findings
    told = {"number": 0, "leaf": deep, "salt": None, "body": None, "proof": []}
    members["entries.jsonl"] = json.dumps(told).encode() + b"\n"
    assert verify(packed(list(members.items())), signer.key).findings


def test_an_altered_body_is_named_by_its_entry(pack: bytes, signer: Signer) -> None:
    found = verify(changed(pack, "entries.jsonl", b"3.00", b"9.00"), signer.key)
    assert codes(found) == ["ledger-body-wrong", "ledger-member-altered"]
    assert found.findings[0].facts["entry"] == 3


def test_an_altered_leaf_is_named_by_its_entry(pack: bytes, signer: Signer) -> None:
    found = verify(changed(pack, "entries.jsonl", b"application:5", b"application:9"), signer.key)
    assert codes(found) == ["ledger-proof-wrong", "ledger-member-altered"]
    assert found.findings[0].facts["entry"] == 5


def test_an_entry_taken_out_is_found(pack: bytes, signer: Signer) -> None:
    lines = dict(unpacked(pack))["entries.jsonl"].splitlines(keepends=True)
    assert "ledger-member-altered" in codes(
        verify(changed(pack, "entries.jsonl", lines[1], b""), signer.key)
    )


def test_a_body_left_out_is_not_taken_for_an_erased_one(
    ledger: Ledger, signer: Signer, pack: bytes
) -> None:
    """The exporter himself, who holds the key, cannot pass a body over in silence."""
    lines = dict(unpacked(pack))["entries.jsonl"].splitlines(keepends=True)
    told = json.loads(lines[0]) | {"salt": None, "body": None}
    lines[0] = json.dumps(told, separators=(",", ":")).encode() + b"\n"
    members = [(n, b"".join(lines) if n == "entries.jsonl" else d) for n, d in unpacked(pack)[:-1]]
    text = verifier.manifest(ledger.key.name, (3, 7), members)
    forged = packed([*members, ("manifest", signer.note(text))])
    (finding,) = verify(forged, signer.key).findings
    assert (finding.code, finding.facts["entry"]) == ("ledger-erasure-untold", 3)


def test_a_pack_proves_when_a_witness_saw_it(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append_all([decision(n) for n in range(3)])
    signer = Signer("witness.example/w", verifier.COSIGNATURE)
    witness = Witness(signer, (ledger.key,), tmp_path / "witness")
    line = cosigned(ledger, signer.key, lambda request: witness.add(request, 1_800_000_000))
    pack = export(ledger, (0, 3))
    assert codes(verify(pack, ledger.key, [signer.key])) == ["ledger-signature-wrong"]
    ledger.keep_checkpoint(AT, line)
    verdict = verify(export(ledger, (0, 3)), ledger.key, [signer.key])
    assert (verdict.findings, verdict.seen) == ((), {"witness.example/w": 1_800_000_000})
    assert "seen by witness.example/w at 2027-01-15 08:00:00 UTC" in verifier.summary(verdict)


def test_an_altered_file_is_named(pack: bytes, signer: Signer) -> None:
    name = next(name for name, _ in unpacked(pack) if name.startswith("files/"))
    found = verify(changed(pack, name, b"replay", b"REPLAY"), signer.key)
    assert codes(found) == ["ledger-file-altered", "ledger-member-altered"]
    assert {each.where for each in found.findings} == {name}


def test_a_stranger_cannot_sign_for_the_ledger(pack: bytes) -> None:
    stranger = Signer("lender.example/ledger")
    found = codes(verify(pack, stranger.key))
    assert found == ["ledger-signature-wrong", "ledger-signature-wrong"]


def test_a_pack_of_another_span_under_the_same_key_is_complete_only_as_signed(
    ledger: Ledger, signer: Signer, pack: bytes
) -> None:
    other = dict(unpacked(export(ledger, (0, 2))))
    mixed = packed([(n, other.get(n, d) if n == "manifest" else d) for n, d in unpacked(pack)])
    assert set(codes(verify(mixed, signer.key))) == {"ledger-member-altered"}


def test_an_export_holds_what_was_asked_for_or_nothing(ledger: Ledger) -> None:
    ledger.append_all([decision(n) for n in range(3)])
    for span in ((0, 4), (2, 2), (-1, 2)):
        with pytest.raises(UnableToExport):
            export(ledger, span)
    with pytest.raises(UnableToExport, match="no entry names"):
        export(ledger, (0, 3), files=[b"a stranger's file"])


def test_the_verifier_runs_alone(pack: bytes, signer: Signer, tmp_path: Path) -> None:
    """A copy of one file, in a folder without Seawall, in an interpreter that cannot find it."""
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    assert "import seawall" not in source
    assert "from seawall" not in source
    (tmp_path / "verifier.py").write_text(source, encoding="utf-8")
    (tmp_path / "pack.zip").write_bytes(pack)
    (tmp_path / "ledger.pub").write_text(f"{signer.key}\n", encoding="utf-8")
    (tmp_path / "bad.zip").write_bytes(pack.replace(b"3.00", b"9.00"))

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-I", "verifier.py", *arguments], check=False,
                              cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    assert run("pack.zip", "--key", "ledger.pub") == (
        0,
        "5 entries, proved in a tree of 8; 1 bodies erased; 0 findings\n",
    )
    code, said = run("bad.zip", "--key", str(signer.key), "--lang", "zh")
    assert code == 1
    assert "entries.jsonl, line 1: [ledger-body-wrong] 记录 3 的正文" in said
    assert run("pack.zip", "--key", "nonsense")[0] == 2


def test_lines_of_a_pack_hold_what_anybody_can_recompute(pack: bytes) -> None:
    """By hand: the digest of a body under its salt stands in the leaf."""
    line = json.loads(dict(unpacked(pack))["entries.jsonl"].splitlines()[0])
    digest = hashlib.sha256(bytes.fromhex(line["salt"]) + line["body"].encode()).hexdigest()
    assert json.loads(line["leaf"])["body"] == digest


def repacked(signer: Signer, pack: bytes, *more: tuple[str, bytes], **changed: bytes) -> bytes:
    """A pack as a dishonest maker can make it: with his signature over what he changed or added."""
    members = [
        (n, changed.get(n.partition(".")[0], d)) for n, d in unpacked(pack) if n != "manifest"
    ]
    members += more
    span = (3, 7)
    note = signer.note(verifier.manifest(signer.key.name, span, members))
    return packed([*members, ("manifest", note)])


STRANGE = (
    "../../home/auditor/.bashrc", "/etc/passwd", "files/../x", "files/" + "A" * 64, "", "notes.txt",
    "files/\x1b]0;pwned\x07", "x\n5 entries, proved in a tree of 8; 0 bodies erased; 0 findings",
)  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_member_that_has_no_place_in_a_pack_is_found_and_its_name_not_told(
    pack: bytes, signer: Signer, name: str
) -> None:
    """Even signed for: an auditor may unpack it with another tool, and reads findings on a terminal."""
    verdict = verify(repacked(signer, pack, (name, b"")), signer.key)
    assert "ledger-pack-altered" in codes(verdict)
    told = "".join(each.sentence() for each in verdict.findings)
    assert told.isprintable()
    assert not name or name not in told


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint"])
def test_a_member_that_stands_twice_is_found(pack: bytes, signer: Signer, name: str) -> None:
    """One tool would read the first, another one the last."""
    twice = repacked(signer, pack, (name, dict(unpacked(pack))[name]))
    assert "ledger-pack-altered" in codes(verify(twice, signer.key))


TWO_READINGS = (
    ('"kind":"decision"', '"kind":"draft","kind":"decision"'),
    ('"v":1', '"v":NaN'),
)


@pytest.mark.parametrize(("once", "twice"), TWO_READINGS)
def test_a_leaf_that_can_be_read_in_two_ways_is_found(
    pack: bytes, signer: Signer, once: str, twice: str
) -> None:
    first = verifier._line(1, dict(unpacked(pack))["entries.jsonl"].splitlines(keepends=True)[0])  # noqa: SLF001
    leaf = first.leaf.decode().replace(once, twice).encode()
    assert leaf != first.leaf
    alone = replace(first, leaf=leaf, proof=())
    tree = Checkpoint(signer.key.name, 1, verifier.leaf_hash(leaf))
    alone = replace(alone, number=0, raw=replace(alone, number=0).text())
    assert [each.code for each in alone.wrong(tree)] == ["ledger-body-wrong"]


def test_a_body_that_can_be_read_in_two_ways_is_found() -> None:
    salt, body = bytes(16), b'{"outcome":"decline","outcome":"approve"}'
    assert verifier.body_wrong({"body": verifier.body_digest(salt, body)}, salt, body)


@pytest.mark.parametrize("span", ["entries 0 99999999999", "entries 3 " + "9" * 5000])
def test_a_maker_cannot_keep_the_verifier_busy(pack: bytes, signer: Signer, span: str) -> None:
    members = dict(unpacked(pack))
    text = members.pop("manifest").rpartition(b"\n\n")[0].decode() + "\n"
    forged = signer.note(text.replace("entries 3 7", span).encode())
    hostile = packed([*members.items(), ("manifest", forged)])
    assert "ledger-pack-incomplete" in codes(verify(hostile, signer.key))


def test_a_checkpoint_of_another_origin_is_refused_though_the_key_signed_it(
    pack: bytes, signer: Signer
) -> None:
    """The key's holder signs for one log; under another name he could keep another history."""
    told = read_checkpoint(read_note(dict(unpacked(pack))["checkpoint"], "checkpoint"))
    other = signer.note(replace(told, origin="other.example/ledger").text)
    verdict = verify(repacked(signer, pack, checkpoint=other), signer.key)
    assert codes(verdict)[0] == "ledger-origin-wrong"
    assert verdict.checkpoint is None
