"""Sign checkpoints, as a log or as its witness: C2SP signed-note and tlog-cosignature."""

import base64
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.ledger import files
from seawall.ledger.verifier import COSIGNATURE, ED25519, Key, cosigned, named

_TITLE = "PRIVATE+KEY"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SEED_BYTES = 32


class Signer:
    """A private key with its name; a log signs with one, a witness cosigns with its own.

    Args:
        name: under which it signs: a log's origin, such as `lender.example/ledger`.
        kind: `ED25519` for a log, `COSIGNATURE` for a witness.
        seed: 32 secret bytes; fresh ones where None.
    """

    def __init__(self, name: str, kind: int = ED25519, seed: bytes | None = None) -> None:
        if not named(name):
            raise UnableToSign(name)
        self._seed = os.urandom(_SEED_BYTES) if seed is None else seed
        self._private = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.key = Key(name, kind, self._private.public_key().public_bytes_raw())

    def line(self, text: bytes, at: int = 0) -> bytes:
        """The signature line under a text; a witness's holds a time, in POSIX seconds."""
        if self.key.kind == COSIGNATURE:
            raw = at.to_bytes(8, "big") + self._private.sign(cosigned(text, at))
        else:
            raw = self._private.sign(text)
        told = base64.b64encode(self.key.id + raw).decode()
        return f"— {self.key.name} {told}\n".encode()

    def note(self, text: bytes) -> bytes:
        """A text, signed."""
        return text + b"\n" + self.line(text)

    def save(self, file: Path) -> None:
        """Write the private key, readable by its owner only, and the public one beside it.

        Raises:
            FileExistsError: there is a file already; a key is never overwritten.
        """
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        material = base64.b64encode(bytes([self.key.kind]) + self._seed).decode()
        text = f"{_TITLE}+{self.key.name}+{self.key.id.hex()}+{material}\n"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        files.put(file.with_suffix(".pub"), f"{self.key}\n".encode())


def load(file: Path) -> Signer:
    """A private key from its file.

    Raises:
        UnableToUseKey: others can read the file, or it holds no private key.
    """
    with file.open(encoding="utf-8") as stream:
        # Of the file that is read, and not of what its name led to a moment before.
        if os.fstat(stream.fileno()).st_mode & _OTHERS:
            raise UnableToUseKey(
                file,
                Text(
                    en="others than its owner can read it: chmod 600",
                    zh="所有者以外的人可以读取：请执行 chmod 600",
                ),
            )
        title, _, rest = stream.read().strip().rpartition(f"{_TITLE}+")
    try:
        name, told, material = rest.split("+", 2)
        raw = base64.b64decode(material, validate=True)
        signer = Signer(name, raw[0], raw[1:])
    except (ValueError, IndexError):
        raise UnableToUseKey(file, Text(en="it holds no private key", zh="其中没有私钥")) from None
    if title or signer.key.id.hex() != told:
        raise UnableToUseKey(file, Text(en="it holds no private key", zh="其中没有私钥"))
    return signer


class UnableToUseKey(Unable, PermissionError):
    """A private key is not safe, or is none."""

    def __init__(self, file: Path, why: Text) -> None:
        super().__init__(
            Text(en="the key {file} cannot be used: {why}", zh="密钥 {file} 不能使用：{why}"),
            file=file,
            why=why,
        )


class UnableToSign(Unable, ValueError):
    """A key cannot have this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="{name!r} cannot name a key: give a name like lender.example/ledger, without spaces "
                "and plus signs",
                zh="{name!r} 不能作为密钥名称：请用 lender.example/ledger 一类的名称，不含空格和加号",
            ),
            name=name,
        )
