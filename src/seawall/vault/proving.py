"""Prove that a vault's keys open what is sealed, as after a restore. Values are opened inside, and leave nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawall.vault import people
from seawall.vault.store import Vault

_PAGE = 2000


@dataclass(frozen=True)
class Proved:
    """What was found.

    Attributes:
        keys: people's keys that the ring unwraps.
        values: sealed values that were opened, as a probe.
        keyless: tokens of people with sealed values whose key is not there, some of them.
    """

    keys: int
    values: int
    keyless: tuple[str, ...]


def prove(vault: Vault) -> Proved:
    """Unwrap every key, and open the values of the first people as a probe.

    Raises:
        UnableToReachKeys: the ring lacks a key-encryption key.
        UnableToAuthenticate: a key or a value was changed or moved.
    """
    vault.keys.indexes()
    keys, values, keyless, after = 0, 0, list[str](), ""
    sql = """SELECT token FROM vault_person WHERE state = 'active' AND token > ?
             ORDER BY token LIMIT ?"""
    while True:
        with vault.rows.reading() as session:
            tokens = [token for (token,) in session.rows(sql, after, _PAGE)]
            held = people.by_place(people.sealed(session, tokens))
        if not tokens:
            return Proved(keys, values, tuple(keyless[:_PAGE]))
        opened = vault.keys.of(tokens)
        keyless += sorted({token for token, _ in held} - opened.keys())
        if not after:
            values = _probe(opened, held)
        keys, after = keys + len(opened), tokens[-1]


def _probe(keys: Mapping[str, bytes], held: people.Held) -> int:
    there = [each for each in held if each[0] in keys]
    for token, field in there:
        people.unseal(keys[token], token, field, held[token, field])
    return len(there)
