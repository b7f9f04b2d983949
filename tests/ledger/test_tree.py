"""Truth: the vectors of transparency-dev/merkle, Certificate Transparency's roots, RFC 6962's recursion."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.ledger import tree
from seawall.ledger.tree import Edge
from seawall.ledger.verifier import continued, included, leaf_hash
from tests.ledger import naive

CT_LEAVES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                 "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
CT_ROOTS = ("6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4",
            "5dc9da79")  # fmt: skip


class Shelf(dict[tuple[int, int], bytes]):
    """Tiles of a tree of some leaves, appended in steps."""

    def __init__(self, leaves: list[bytes], step: int) -> None:
        self.edge = Edge()
        for at in range(0, len(leaves), step):
            for tile in self.edge.grow([leaf_hash(each) for each in leaves[at : at + step]]):
                self[tile.level, tile.number] = tile.hashes

    def read(self, level: int, number: int) -> bytes:
        return self[level, number]


def cases(reference: Path, kind: str) -> list[dict[str, Any]]:
    files = sorted((reference / "vectors" / "merkle" / kind).rglob("*.json"))
    return [json.loads(file.read_text()) | {"file": str(file)} for file in files]


def raw(case: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(case[name] or "")


def hashes(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(each) for each in case["proof"] or []]


@pytest.mark.reference
def test_the_98_inclusion_vectors_hold(reference: Path) -> None:
    every = cases(reference, "inclusion")
    assert len(every) == 98
    for case in every:
        at = (case["leafIdx"], case["treeSize"])
        found = included(raw(case, "leafHash"), at, hashes(case), root=raw(case, "root"))
        assert found is not case["wantErr"], case["file"]


@pytest.mark.reference
def test_the_98_consistency_vectors_hold(reference: Path) -> None:
    every = cases(reference, "consistency")
    assert len(every) == 98
    for case in every:
        old, new = (case["size1"], raw(case, "root1")), (case["size2"], raw(case, "root2"))
        assert continued(old, new, hashes(case)) is not case["wantErr"], case["file"]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_classic_roots_of_certificate_transparency(size: int) -> None:
    shelf = Shelf(CT_LEAVES[:size], step=1)
    assert shelf.edge.root() == naive.root(CT_LEAVES[:size])
    assert shelf.edge.root().hex().startswith(CT_ROOTS[size - 1])


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Edge().root() == naive.root([])


@given(st.integers(1, 700), st.integers(1, 300), st.data())
@settings(max_examples=40, deadline=None)
def test_tiles_give_what_the_recursion_gives(size: int, step: int, data: st.DataObject) -> None:
    leaves = [n.to_bytes(2, "big") for n in range(size)]
    shelf = Shelf(leaves, step)
    until = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, until - 1))
    root = naive.root(leaves[:until])
    assert tree.root(until, shelf.read) == root
    path = tree.inclusion(index, until, shelf.read)
    assert list(path) == naive.path(index, leaves[:until])
    assert included(leaf_hash(leaves[index]), (index, until), path, root=root)
    old = data.draw(st.integers(1, until))
    proof = tree.consistency(old, until, shelf.read)
    assert list(proof) == naive.proof(old, leaves[:until])
    assert continued((old, naive.root(leaves[:old])), (until, root), proof)


def test_proofs_hold_across_three_levels_of_tiles() -> None:
    size = 256 * 256 + 300
    leaves = [n.to_bytes(4, "big") for n in range(size)]
    shelf = Shelf(leaves, step=10_000)
    root = naive.root(leaves)
    assert shelf.edge.root() == root
    assert {level for level, _ in shelf} == {0, 1, 2}
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        path = tree.inclusion(index, size, shelf.read)
        assert included(leaf_hash(leaves[index]), (index, size), path, root=root)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(256, [(1, 0, 1)]), (70_000, [(0, 273, 112), (1, 1, 17), (2, 0, 1)]), (0, [])],
)
def test_unfinished_tiles_are_those_of_the_specification(
    size: int, expected: list[tuple[int, int, int]]
) -> None:
    assert list(tree.spots(size)) == expected


def test_paths_are_those_of_the_specification() -> None:
    assert tree.path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tree.path("entries", 5, 112) == "tile/entries/005.p/112"
