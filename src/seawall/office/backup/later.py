"""Erasures from a later place than a backup: a list of certificates, or a pack of the ledger that went on."""

import json
from dataclasses import dataclass
from pathlib import Path

from seawall.acts import erasing
from seawall.core.problem import UnableToUseInput
from seawall.ledger import problems
from seawall.ledger.entry import Recorded
from seawall.ledger.verifier import ENTRIES, ERASURE, Key, unpacked, verify
from seawall.vault import erasure
from seawall.vault.erasure import Erasure

_ZIP = b"PK"


@dataclass(frozen=True)
class Later:
    """What was erased.

    Attributes:
        certificates: of people.
        bodies: entries that tell of the erasure of an entry's body.
    """

    certificates: tuple[Erasure, ...] = ()
    bodies: tuple[Recorded, ...] = ()


def read(file: Path, key: Key) -> Later:
    """What `seawall vault erasures` or `seawall ledger export` wrote.

    Args:
        file: where it lies.
        key: of the ledger; a pack must be signed by it.

    Raises:
        UnableToReadCertificate: a line is no certificate.
        UnableToUseInput: the pack does not verify.
    """
    data = file.read_bytes()
    if not data.startswith(_ZIP):
        lines = data.decode("utf-8", "replace").splitlines()
        return Later(tuple(erasure.parse(line) for line in lines if line.strip()))
    if findings := verify(data, key).findings:
        raise UnableToUseInput(tuple(problems.problem(each) for each in findings))
    entries = [_entry(line) for line in dict(unpacked(data))[ENTRIES].splitlines()]
    bodies = tuple(each for each in entries if each.told["kind"] == ERASURE)
    return Later(tuple(erasing.certificates(entries)), bodies)


def _entry(line: bytes) -> Recorded:
    told = json.loads(line)
    salt, body = told["salt"], told["body"]
    return Recorded(
        told["number"],
        told["leaf"].encode(),
        None if salt is None else bytes.fromhex(salt),
        None if body is None else body.encode(),
    )
