"""The tree by its definition in RFC 6962, section 2.1: recursion over leaves, and nothing clever."""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = _below(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    return _subproof(m, leaves, whole=True)


def _subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = _below(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], whole=whole), root(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], whole=False), root(leaves[:k])]


def _below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k
