"""Other people's clients read what we publish: one is written here, from the specification alone."""

import base64
import hashlib
from pathlib import Path

import apsw
import pytest

from seawall.ledger import log
from seawall.ledger.log import Ledger
from seawall.ledger.note import Signer
from seawall.ledger.publishing import (
    UnableToFindTile,
    UnableToPublish,
    UnableToPublishDamaged,
    publish,
    resource,
)
from seawall.ledger.sqlite import SqliteStore
from tests.ledger import naive
from tests.ledger.conftest import AT, decision


class Client:
    """A client of C2SP tlog-tiles as the specification says it, which shares no code with us."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        origin, size, root = (folder / "checkpoint").read_text(encoding="utf-8").split("\n")[:3]
        self.origin, self.size, self.root = origin, int(size), base64.b64decode(root)

    @staticmethod
    def name(n: int) -> str:
        digits = str(n)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        return "/".join([*(f"x{each}" for each in groups[:-1]), groups[-1]])

    def resource(self, kind: str, n: int, width: int) -> bytes:
        partial = f".p/{width}" if width < 256 else ""
        return (self.folder / "tile" / kind / (self.name(n) + partial)).read_bytes()

    def widths(self, level: int) -> list[int]:
        whole, partial = divmod(self.size // 256**level, 256)
        return [256] * whole + [partial] * bool(partial)

    def entries(self) -> list[bytes]:
        found = []
        for n, width in enumerate(self.widths(0)):
            bundle = self.resource("entries", n, width)
            while bundle:
                length = int.from_bytes(bundle[:2], "big")
                found.append(bundle[2 : 2 + length])
                bundle = bundle[2 + length :]
        return found

    def tile(self, level: int, n: int, width: int) -> list[bytes]:
        data = self.resource(str(level), n, width)
        assert len(data) == 32 * width
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def levels(self) -> int:
        level = 0
        while self.size // 256 ** (level + 1):
            level += 1
        return level + 1


def checked(folder: Path, ledger: Ledger) -> Client:
    client = Client(folder)
    entries = client.entries()
    assert len(entries) == client.size
    assert naive.root(entries) == client.root
    assert client.origin == ledger.key.name
    hashes = [hashlib.sha256(b"\x00" + each).digest() for each in entries]
    for level in range(client.levels()):
        told = [h for n, w in enumerate(client.widths(level)) for h in client.tile(level, n, w)]
        assert told == hashes[: len(told)]
        hashes = [_root(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
    return client


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = len(hashes) // 2
    return hashlib.sha256(b"\x01" + _root(hashes[:half]) + _root(hashes[half:])).digest()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_a_client_reads_what_was_published(ledger: Ledger, tmp_path: Path, size: int) -> None:
    ledger.append_all([decision(n) for n in range(size)])
    publish(ledger, tmp_path / "site")
    assert checked(tmp_path / "site", ledger).size == size


def test_a_folder_is_brought_up_to_date_and_its_old_tiles_stay(
    ledger: Ledger, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for size in (0, 3, 250, 256, 300, 600, 600):
        ledger.append_all([decision(n) for n in range(ledger.size, size)])
        publish(ledger, site)
        if size:
            checked(site, ledger)
    assert (site / "tile/0/000").stat().st_size == 8192
    assert (site / "tile/0/000.p/250").stat().st_size == 250 * 32
    assert not [file for file in site.rglob(".*") if file.is_file()], "nothing half-written is left"


def test_whoever_holds_a_kept_checkpoint_finds_its_tiles(ledger: Ledger, tmp_path: Path) -> None:
    """C2SP tlog-tiles: partial tiles of every size that a checkpoint was given out for."""
    site = tmp_path / "site"
    for size in (3, 250, 300):
        ledger.append_all([decision(n) for n in range(ledger.size, size)])
        note = ledger.keep_checkpoint(AT)
        (tmp_path / str(size)).mkdir()
        (tmp_path / str(size) / "checkpoint").write_bytes(note)
    ledger.append_all([decision(n) for n in range(300, 310)])
    publish(ledger, site)
    for size in (3, 250, 300):
        (tmp_path / str(size) / "tile").symlink_to(site / "tile")
        assert checked(tmp_path / str(size), ledger).size == size
    assert checked(site, ledger).size == 310


def test_a_server_gives_out_what_a_folder_would_hold(ledger: Ledger, tmp_path: Path) -> None:
    site = tmp_path / "site"
    ledger.append_all([decision(n) for n in range(600)])
    publish(ledger, site)
    files = [each for each in (site / "tile").rglob("*") if each.is_file()]
    assert len(files) == 7
    for file in files:
        assert resource(ledger, str(file.relative_to(site))) == file.read_bytes()
    ledger.append_all([decision(n) for n in range(600, 610)])
    for file in files:  # whoever holds the earlier checkpoint still finds its tiles
        assert resource(ledger, str(file.relative_to(site))) == file.read_bytes()


@pytest.mark.parametrize(
    "path",
    ["", "checkpoint", "tile/0/001", "tile/0/000.p/8", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/0",
     "tile/00/000.p/7", "tile/0/x000/000.p/7", "tile/1/000", "tile/99/000.p/1", "tile/entries/000.p/8",
     "tile/0/x999/x999/x999/999", "tile/entries/x999/x999/x999/999", "tile/0/../000.p/7", "tile/０/000.p/7"],
)  # fmt: skip
def test_what_is_no_tile_of_this_ledger_is_not_served(ledger: Ledger, path: str) -> None:
    ledger.append_all([decision(n) for n in range(7)])
    assert len(resource(ledger, "tile/0/000.p/7")) == 7 * 32
    with pytest.raises(UnableToFindTile):
        resource(ledger, path)


def test_bodies_are_never_published(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(decision(1, body={"name": "CANARY-7391"}))
    publish(ledger, tmp_path / "site")
    assert not any(
        b"CANARY" in each.read_bytes() for each in (tmp_path / "site").rglob("*") if each.is_file()
    )


def test_a_ledger_that_was_rolled_back_or_rewritten_is_not_published_over_the_old_one(
    ledger: Ledger, tmp_path: Path, signer: Signer
) -> None:
    ledger.append_all([decision(n) for n in range(10)])
    publish(ledger, tmp_path / "site")
    before = (tmp_path / "site" / "checkpoint").read_bytes()
    for name, key, size in (("cut", signer, 5), ("other", signer, 20), ("key", Signer("x"), 20)):
        other = log.start(SqliteStore(tmp_path / f"{name}.sqlite"), key)
        other.append_all([decision(n, actor="bob") for n in range(size)])
        with pytest.raises(UnableToPublish, match="not the beginning"):
            publish(other, tmp_path / "site")
        other.store.close()
    assert (tmp_path / "site" / "checkpoint").read_bytes() == before


TAMPERED = (
    "UPDATE ledger_entry SET leaf = SUBSTR(leaf, 1, LENGTH(leaf) - 1) WHERE number = 300",
    "DELETE FROM ledger_entry WHERE number = 400",
    "DELETE FROM ledger_entry WHERE number >= 500",
)


@pytest.mark.parametrize("sql", TAMPERED)
def test_a_damaged_ledger_promises_nothing_to_clients(
    ledger: Ledger, tmp_path: Path, sql: str
) -> None:
    site = tmp_path / "site"
    ledger.append_all([decision(n) for n in range(200)])
    publish(ledger, site)
    before = (site / "checkpoint").read_bytes()
    ledger.append_all([decision(n) for n in range(200, 600)])
    direct = apsw.Connection(ledger.store.name)
    for name in ("ledger_entry_kept", "ledger_entry_erased"):
        direct.execute(f"DROP TRIGGER {name}")
    direct.execute(sql)
    direct.close()
    with pytest.raises(UnableToPublishDamaged):
        publish(ledger, site)
    assert (site / "checkpoint").read_bytes() == before


def test_tiles_altered_in_the_database_are_published_as_the_entries_give_them(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.append_all([decision(n) for n in range(600)])
    direct = apsw.Connection(ledger.store.name)
    direct.execute("DROP TRIGGER ledger_tile_grows")
    direct.execute("UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 1")
    direct.close()
    publish(ledger, tmp_path / "site")
    checked(tmp_path / "site", ledger)
