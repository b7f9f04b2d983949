"""A sealed file opens as a whole, at its place and under its name, or not at all."""

import io
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.office.backup import sealing
from seawall.office.backup.sealing import CHUNK_BYTES, SALT_BYTES, TAG_BYTES, UnableToUnseal

KEY = bytes(range(32))
STEP = CHUNK_BYTES + TAG_BYTES


def sealed(text: bytes, name: str = "a") -> bytes:
    out = io.BytesIO()
    sealing.seal(io.BytesIO(text), out, key=KEY, name=name)
    return out.getvalue()


def opened(text: bytes, name: str = "a", key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealing.unseal(io.BytesIO(text), out, key=key, name=name)
    return out.getvalue()


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]
)
def test_what_goes_in_comes_out(size: int) -> None:
    text = os.urandom(size)
    assert opened(sealed(text)) == text


def test_the_format_is_what_the_page_says() -> None:
    """A second way to open it: HKDF and AES-GCM by hand, from the description alone."""
    import hmac  # noqa: PLC0415 - RFC 5869 by hand

    text = os.urandom(CHUNK_BYTES + 5)
    data = sealed(text, "rows/0001 x")
    salt, rest = data[:SALT_BYTES], data[SALT_BYTES:]
    extracted = hmac.digest(salt, KEY, "sha256")
    key = hmac.digest(extracted, b"seawall backup 1, file rows/0001 x\x01", "sha256")
    first = AESGCM(key).decrypt(bytes(12), rest[:STEP], None)
    last = AESGCM(key).decrypt(bytes(10) + b"\x01\x01", rest[STEP:], None)
    assert first + last == text


@given(
    at=st.integers(min_value=0, max_value=SALT_BYTES + 40 + TAG_BYTES - 1), bit=st.integers(0, 7)
)
@settings(max_examples=150, deadline=None)
def test_every_flipped_bit_is_found(at: int, bit: int) -> None:
    data = bytearray(sealed(b"x" * 40))
    data[at] ^= 1 << bit
    with pytest.raises(UnableToUnseal):
        opened(bytes(data))


def test_chunks_cannot_be_cut_off_moved_doubled_or_taken_from_another_file() -> None:
    text = os.urandom(3 * CHUNK_BYTES)
    data, other = sealed(text), sealed(text)
    salt, parts = data[:SALT_BYTES], [data[SALT_BYTES + n * STEP :][:STEP] for n in range(3)]
    foreign = other[SALT_BYTES:][:STEP]
    for tampered in (
        salt + b"".join(parts[:2]),  # cut at a chunk's end
        data[:-1], data[: SALT_BYTES + 7], salt, b"",
        salt + parts[1] + parts[0] + parts[2],
        salt + parts[0] + parts[0] + parts[2],
        salt + parts[0] + parts[2],
        data + parts[2], data + b"x",
        salt + foreign + parts[1] + parts[2],
        other[:SALT_BYTES] + data[SALT_BYTES:],
    ):  # fmt: skip
        with pytest.raises(UnableToUnseal):
            opened(tampered)


def test_another_name_or_key_does_not_open() -> None:
    data = sealed(b"text")
    with pytest.raises(UnableToUnseal):
        opened(data, "b")
    with pytest.raises(UnableToUnseal):
        opened(data, key=bytes(32))
