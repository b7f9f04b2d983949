"""Truth: the example and the rules of C2SP signed-note and tlog-cosignature; RFC 8032's own keys."""

import base64
import hashlib

import pytest

from seawall.ledger.note import Signer, UnableToSign
from seawall.ledger.verifier import (
    COSIGNATURE,
    Checkpoint,
    UnableToAccept,
    read_checkpoint,
    read_key,
    read_note,
)

CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)  # fmt: skip
"""The cosigned checkpoint of the specification's example."""


def test_the_example_of_the_specification_is_read() -> None:
    note = read_note(CHECKPOINT.encode(), "example")
    told = read_checkpoint(note)
    assert (told.origin, told.size) == ("example.com/behind-the-sofa", 20_852_163)
    (log, log_id, signature), (witness, witness_id, cosignature) = note.signatures
    assert (log, log_id.hex(), len(signature)) == ("example.com/behind-the-sofa", "033de0ae", 64)
    assert (witness, witness_id.hex(), len(cosignature)) == (
        "witness.example.com/w1",
        "8d66cf3f",
        72,
    )
    assert int.from_bytes(cosignature[:8], "big") == 1_679_315_147, "the time of the example's text"


def test_a_key_as_go_writes_it_is_read() -> None:
    """The public key of Go's checksum database, as the Go toolchain ships it."""
    key = read_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert (key.name, key.id.hex()) == ("sum.golang.org", "033de0ae")


def test_a_real_signature_of_gos_checksum_database_is_accepted() -> None:
    """The example's size, root and signature are those of a checkpoint that sum.golang.org signed."""
    key = read_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    example = read_note(CHECKPOINT.encode(), "example")
    signature = example.signatures[0][2]
    text = example.text.replace(b"example.com/behind-the-sofa", b"go.sum database tree")
    assert key.signed_at(text, signature) == 0
    assert key.signed_at(text.replace(b"63", b"64"), signature) is None


def test_the_example_is_not_taken_for_signed_by_another() -> None:
    with pytest.raises(UnableToAccept, match="not signed"):
        read_note(CHECKPOINT.encode(), "example").signed(Signer("example.com/behind-the-sofa").key)


def test_key_ids_are_as_the_specification_says() -> None:
    """By hand: SHA-256 over name, newline, type and key; seed and key of RFC 8032, 7.1, test 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    for kind in (1, 4):
        key = Signer("lender.example/ledger", kind, seed).key
        assert key.public == public
        told = b"lender.example/ledger\n" + bytes([kind]) + public
        assert key.id == hashlib.sha256(told).digest()[:4]
        assert read_key(str(key)) == key


def test_a_witness_signs_the_text_under_its_time() -> None:
    witness = Signer("witness.example/w", COSIGNATURE)
    text = Checkpoint("lender.example/ledger", 7, bytes(32)).text
    line = witness.line(text, 1_700_000_000).decode().split(" ")[2]
    raw = base64.b64decode(line)
    assert raw[:4] == witness.key.id
    assert int.from_bytes(raw[4:12], "big") == 1_700_000_000
    assert witness.key.signed_at(text, raw[4:]) == 1_700_000_000
    assert witness.key.signed_at(text + b"x\n", raw[4:]) is None
    assert witness.key.signed_at(text, raw[4:11] + b"\x01" + raw[12:]) is None


def test_a_note_with_one_wrong_signature_of_a_known_key_is_refused() -> None:
    signer = Signer("lender.example/ledger")
    text = Checkpoint("lender.example/ledger", 7, bytes(32)).text
    wrong = signer.line(text.replace(b"7", b"8"))
    read_note(signer.note(text), "here").signed(signer.key)
    with pytest.raises(UnableToAccept):
        read_note(signer.note(text) + wrong, "here").signed(signer.key)


def test_signatures_of_strangers_are_passed_over() -> None:
    signer, stranger = Signer("lender.example/ledger"), Signer("lender.example/ledger")
    text = Checkpoint("lender.example/ledger", 7, bytes(32)).text
    note = read_note(signer.note(text) + stranger.line(b"something else\n"), "here")
    assert note.signed(signer.key) == 0


@pytest.mark.parametrize(
    "data",
    [b"", b"text\n", b"text\n\n", b"text\n\nno dash\n", "text\n\n— name !!!!\n".encode(),
     "text\n\n— name AAAAAAA=".encode(), "te\tt\n\n— name AAAAAAA=\n".encode(),
     "text\n\n— na+me AAAAAAA=\n".encode(), b"\xff\n\n\n",
     ("text\n\n" + "— name AAAAAAA=\n" * 65).encode(), "text\n\n— name AAAAAAB=\n".encode()],
    ids=repr,
)  # fmt: skip
def test_what_is_no_signed_note_is_refused(data: bytes) -> None:
    with pytest.raises(UnableToAccept, match="signed note"):
        read_note(data, "here")


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n",
     "a\n1\n" + "A" * 43 + "=\nextension\n", "a\n0\n" + "A" * 43 + "=\n", "\n1\n" + "A" * 43 + "=\n",
     "a\n١\n" + "A" * 43 + "=\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    signer = Signer("a")
    with pytest.raises(UnableToAccept, match="no checkpoint"):
        read_checkpoint(read_note(signer.note(text.encode()), "here"))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_key_has_a_name_without_spaces_and_plus(name: str) -> None:
    with pytest.raises(UnableToSign):
        Signer(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+AAAA",
        "name+00000000+公钥",
        "公钥",
        "name+é+AAAA",
        "\udcff+00000000+AAAA",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(UnableToAccept, match="no public key"):
        read_key(text)
