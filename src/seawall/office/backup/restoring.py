"""Make a home from a backup, and prove it before anybody may use it.

It is made aside and put in its place when everything holds: every file is the one that was sealed, every
table has its rows, the ledger verifies and leads through the manifest's checkpoint, the keys open what is
sealed, and whoever is known to be erased is erased again. Stores that lie in PostgreSQL are put back into fresh
schemas, which are marked as unfinished until then and gone where a proof fails.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from seawall.acts import erasing
from seawall.core.problem import Unable, sentences
from seawall.core.text import Text
from seawall.ledger import problems
from seawall.ledger.audit import Seen, audit
from seawall.ledger.entry import Erasing, Recorded
from seawall.ledger.log import Ledger
from seawall.ledger.verifier import Checkpoint, Key, leaf_hash, read_checkpoint, read_note
from seawall.office import databases, homes, settings
from seawall.office.aside import PRIVATE_FOLDER, aside
from seawall.office.backup import later, postgresql
from seawall.office.backup.archive import Archive, Manifest, Part
from seawall.office.backup.later import Later
from seawall.office.backup.making import dumped, overwrite, rows_of
from seawall.office.backup.secret import Secret
from seawall.office.homes import Home
from seawall.office.packs import PACKS, conventions
from seawall.office.settings import STORES, Lies, Settings, Store
from seawall.office.stores import FILES
from seawall.vault import proving, ring
from seawall.vault.proving import Proved

_SHOWN = 3


@dataclass(frozen=True)
class Besides:
    """What a restore takes from elsewhere than the backup.

    Attributes:
        keys: the folder of keys, where it is kept apart.
        rows_only: the keys are gone, as they are to be after some days: people's data stays sealed for
            good, and the home can be read and its ledger verified, not written.
        ring: the key ring's file; the environment's ring where None.
        erasures: certificates, or a pack of the ledger, from a later place than the backup; see `later`.
        settings: in which databases the stores shall lie that lay in PostgreSQL; what the environment says
            where None.
    """

    keys: Path | None = None
    rows_only: bool = False
    ring: Path | None = None
    erasures: Path | None = None
    settings: Settings | None = None


@dataclass(frozen=True)
class Restored:
    """What came of a restore.

    Attributes:
        home: the home.
        manifest: what the backup said of itself.
        point: the time of the last entry: what was done later is lost; None for an empty ledger.
        seconds: how long it took.
        keys: of people, that open.
        erased: people who were erased again.
        bodies: bodies of entries that were erased again.
        packs: names of shipped packs that are others now than in the backup.
    """

    home: Home
    manifest: Manifest
    point: datetime | None
    seconds: float
    keys: int
    erased: int
    bodies: int
    packs: tuple[str, ...]


def restore(source: Path, into: Path, secret: Secret, *, besides: Besides) -> Restored:
    """Make a home from a backup.

    Args:
        source: the backup.
        into: the home, which is there at the end, proved, or not at all.
        secret: what the backup was made with.
        besides: what comes from elsewhere.

    Raises:
        UnableToReadBackup: a file is missing, was changed, cut or moved; it is named.
        UnableToUseSecret: the secret is another one.
        UnableToReplace: something is where the home is to be.
        UnableToRestore: a proof fails; it is named.
        UnableToReachKeys: the ring lacks a key, or is not there.
        UnableToUseDatabase, UnableToRunProgram: PostgreSQL, or its `pg_restore`, does not do its work.
    """
    began = time.monotonic()
    archive = Archive(source, secret)
    chosen = settings.read(into) if besides.settings is None else besides.settings
    elsewhere = _elsewhere(archive.manifest, chosen, besides)
    with aside(into) as folder, databases.fresh(elsewhere):
        home = Home(folder, conventions(), chosen)
        parts: dict[Part, Path] = {"rows": source / "rows"}
        if not besides.rows_only:
            parts["keys"] = besides.keys or source / "keys"
        archive.extract(folder, parts)
        _put_back(folder, elsewhere)
        _check_counts(home, archive.manifest, besides)
        point = _check_ledger(home, archive.manifest)
        proved, erased, bodies = Proved(0, 0, ()), 0, 0
        if not besides.rows_only and _holds(archive.manifest, "keys"):
            _take_ring(home, besides.ring)
            erased, bodies = _erase_again(home, besides.erasures)
            proved = _check_keys(home)
        for each in homes.FOLDERS:
            (folder / each).mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        homes.keep(home)
    return Restored(
        home=replace(home, folder=into),
        manifest=archive.manifest,
        point=point,
        seconds=time.monotonic() - began,
        keys=proved.keys,
        erased=erased,
        bodies=bodies,
        packs=_other_packs(into),
    )


def _holds(manifest: Manifest, store: Store) -> bool:
    return bool({FILES[store], dumped(store)} & manifest.holds.counts.keys())


def _elsewhere(manifest: Manifest, chosen: Settings, besides: Besides) -> dict[Store, Lies]:
    """Where each store that lay in PostgreSQL shall lie; files stay files."""
    found: dict[Store, Lies] = {}
    for store in STORES:
        lies = chosen.lies(store)
        if dumped(store) in manifest.holds.counts:
            if lies is None:
                raise UnableToRestore(
                    Text(
                        en="the {store} of this backup lay in PostgreSQL: say by --database, or in {variable}, "
                        "where it shall lie now",
                        zh="此备份的 {store} 原在 PostgreSQL 中：请以 --database 或 {variable} 指明现应置于何处",
                    ).filled(store=store, variable=settings.VARIABLE)
                )
            if store != "keys" or not besides.rows_only:
                found[store] = lies
        elif lies is not None and _holds(manifest, store):
            raise UnableToRestore(
                Text(
                    en="the {store} of this backup is a SQLite file, which is not turned into PostgreSQL",
                    zh="此备份的 {store} 是 SQLite 文件，不能转为 PostgreSQL",
                ).filled(store=store)
            )
    return found


def _put_back(folder: Path, elsewhere: Mapping[Store, Lies]) -> None:
    """Fill the schemas; the dumps are gone afterwards, the keys' overwritten first."""
    for store, lies in elsewhere.items():
        file = folder / dumped(store)
        postgresql.put_back(file, lies)
        if store == "keys":
            overwrite(file)
        file.unlink()


def _take_ring(home: Home, file: Path | None) -> None:
    if file is not None:
        if not file.exists():
            raise UnableToRestore(
                Text(
                    en="{file} is not there: give the copy of the ring",
                    zh="没有 {file}：请提供密钥环的副本",
                ).filled(file=file)
            )
        ring.write_file(home.vault.ring_file, ring.from_file(file))
    elif ring.VARIABLE not in os.environ:
        raise UnableToRestore(
            Text(
                en="the key ring is in no backup; give the copy that was kept apart, by --ring FILE or "
                "in {variable}",
                zh="任何备份都不含密钥环；请以 --ring 文件或 {variable} 提供另行保管的副本",
            ).filled(variable=ring.VARIABLE)
        )


def _check_counts(home: Home, manifest: Manifest, besides: Besides) -> None:
    for store in STORES:
        if not _holds(manifest, store) or (store == "keys" and besides.rows_only):
            continue
        lies, name = home.settings.lies(store), FILES[store]
        told = manifest.holds.counts[name if lies is None else dumped(store)]
        found = rows_of(home.folder / name) if lies is None else postgresql.counts(lies)
        if found != told:
            other = sorted(each for each in {*found, *told} if found.get(each) != told.get(each))
            raise UnableToRestore(
                Text(
                    en="{store} has other rows than were copied, in {tables}",
                    zh="{store} 的行与所复制的不同，见 {tables}",
                ).filled(store=store, tables=", ".join(other))
            )
    missing = [each for each in home.book.snapshot().files if not each.exists()]
    if missing:
        raise UnableToRestore(
            Text(en="the book lacks {file}", zh="账册缺少 {file}").filled(
                file=missing[0].relative_to(home.folder)
            )
        )


def _check_ledger(home: Home, manifest: Manifest) -> datetime | None:
    """The whole audit, through the manifest's checkpoint; the time of the last entry."""
    reader = home.ledger_reader
    seen = Seen(
        "the backup's manifest", problems.accepted(partial(_checkpoint, manifest, reader.key))
    )
    found = audit(reader, [seen])
    if found.problems or found.entries < manifest.holds.entries:
        told = sentences(found.problems[:_SHOWN]) if found.problems else _FEWER
        raise UnableToRestore(_UNVERIFIED.filled(why=told))
    last = None
    if found.entries:
        last = datetime.fromisoformat(reader.entry(found.entries - 1).told["at"].rstrip("Z"))
    reader.store.close()
    return last


def _checkpoint(manifest: Manifest, key: Key) -> Checkpoint:
    note = read_note(manifest.holds.checkpoint.encode(), "the manifest")
    note.signed(key)
    return read_checkpoint(note)


def _erase_again(home: Home, file: Path | None) -> tuple[int, int]:
    """Erase whom the ledger, or a later place, knows to be erased; people, and bodies of entries."""
    ledger, vault = home.ledger, home.vault.open()
    since = later.read(file, ledger.key) if file is not None else Later()
    known = {each.token for each in vault.erasures()}
    certificates = (*erasing.certificates(ledger.entries()), *since.certificates)
    missed = {each.token: each for each in certificates if each.token not in known}
    erased = erasing.replay(ledger, vault, missed.values())
    bodies = sum(_erase_body(ledger, each) for each in since.bodies)
    ledger.store.close()
    vault.rows.close()
    vault.keys.database.close()
    return erased, bodies


def _erase_body(ledger: Ledger, told: Recorded) -> bool:
    """Erase the body that a later ledger's entry tells of, if it is this entry's, and still there."""
    number = int(told.told["subject"].removeprefix("entry:"))
    if number >= ledger.size:
        return False
    entry = ledger.entry(number)
    if entry.body is None or leaf_hash(entry.leaf).hex() != told.told["digests"]["leaf"]:
        return False
    ledger.erase(number, _again(told))
    return True


def _again(eraser: Recorded) -> Erasing:
    told = eraser.told
    at = datetime.fromisoformat(told["at"].rstrip("Z"))
    return Erasing(told["actor"], at, told["act"], "told by a later ledger", told["on_behalf_of"])


def _check_keys(home: Home) -> Proved:
    vault = home.vault.open()
    proved = proving.prove(vault)
    vault.rows.close()
    vault.keys.database.close()
    if proved.keyless:
        raise UnableToRestore(
            Text(
                en="{n} people have no key, the first is {first}",
                zh="{n} 人没有密钥，首个是 {first}",
            ).filled(n=len(proved.keyless), first=proved.keyless[0])
        )
    return proved


def _other_packs(home: Path) -> tuple[str, ...]:
    kept = (each for each in sorted((home / "packs").rglob("*")) if each.is_file())
    return tuple(
        str(name)
        for each in kept
        for name in [each.relative_to(home / "packs")]
        if not (PACKS / name).is_file() or (PACKS / name).read_bytes() != each.read_bytes()
    )


_UNVERIFIED = Text(en="the ledger does not verify: {why}", zh="账本未通过验证：{why}")
_FEWER = Text(en="entries are missing", zh="缺少条目")


class UnableToRestore(Unable, RuntimeError):
    """A home from a backup does not prove to be what was copied; it is not put in its place."""

    def __init__(self, why: Text) -> None:
        super().__init__(Text(en="nothing is restored: {why}", zh="未恢复任何内容：{why}"), why=why)
