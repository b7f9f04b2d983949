"""A backup: a folder of sealed files, and a sealed manifest that names them all.

    header.json      how the key follows from the secret
    manifest         sealed: every file with its SHA-256, and what the copy holds
    rows/0000 …      sealed files
    keys/0000 …      those of keys, in a folder of their own, to be kept elsewhere and shorter

It is written aside and renamed at the end, when everything is on the disk and was read again; the manifest
is the last file. So a folder with a manifest that opens is whole, wherever it lies.
"""

import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.ledger.files import put, sync
from seawall.office.backup import sealing
from seawall.office.backup.sealing import UnableToUnseal
from seawall.office.backup.secret import Secret, new_header, read_header

Part = Literal["rows", "keys"]
PARTS: Final[tuple[Part, ...]] = ("rows", "keys")
HEADER: Final = "header.json"
MANIFEST: Final = "manifest"
_MODEL = ConfigDict(extra="forbid", frozen=True)


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise ValueError("this is no path inside a home")
    return name


class Kept(BaseModel):
    """A file of a backup.

    Attributes:
        name: its path in the home.
        part: in which folder of the backup it is sealed.
        number: under which number there.
        size: bytes in the clear.
        clear: SHA-256 in the clear.
        sealed: SHA-256 as it lies in the backup.
    """

    model_config = _MODEL

    name: Annotated[str, AfterValidator(_inside)]
    part: Part
    number: int
    size: int
    clear: str
    sealed: str

    @property
    def at(self) -> str:
        """Its path in the backup."""
        return f"{self.part}/{self.number:04}"


class Holds(BaseModel):
    """What a copy of a home holds.

    Attributes:
        made_at: when it was begun, UTC.
        entries: the ledger's size.
        checkpoint: the ledger's signed checkpoint.
        counts: rows by database and table.
    """

    model_config = _MODEL

    made_at: str
    entries: int
    checkpoint: str
    counts: dict[str, dict[str, int]]


class Manifest(BaseModel):
    """Everything that a backup consists of."""

    model_config = _MODEL

    id: str
    holds: Holds
    files: tuple[Kept, ...]


class Writer:
    """A backup in the making; `finish` makes it one."""

    def __init__(self, folder: Path, secret: Secret) -> None:
        self._folder = folder
        self._header = new_header(secret)
        self._key = self._header.opened(secret)
        self._files: list[Kept] = []
        for each in PARTS:
            (folder / each).mkdir(mode=0o700)
        put(folder / HEADER, self._header.model_dump_json(indent=1).encode())

    def add(self, part: Part, name: str, file: Path) -> None:
        """Seal a file under its path in the home, and read it again."""
        draft = Kept(name=name, part=part, number=len(self._files), size=0, clear="", sealed="")
        target = self._folder / draft.at
        with file.open("rb") as source, target.open("xb") as out:
            made = sealing.seal(source, out, key=self._key, name=f"{draft.at} {name}")
        _durable(target)
        kept = draft.model_copy(update=vars(made))
        with target.open("rb") as again:
            _unseal(again, _Nowhere(), key=self._key, kept=kept)
        self._files.append(kept)

    def finish(self, holds: Holds) -> Manifest:
        """Write the manifest: from here on this is a backup."""
        made = Manifest(id=self._header.id, holds=holds, files=tuple(self._files))
        out = io.BytesIO()
        source = io.BytesIO(made.model_dump_json().encode())
        sealing.seal(source, out, key=self._key, name=MANIFEST)
        for each in PARTS:
            sync(self._folder / each)
        put(self._folder / MANIFEST, out.getvalue())
        return made


class Archive:
    """A backup, to be read.

    Args:
        folder: where it lies.
        secret: what it was made with.

    Raises:
        UnableToReadBackup: there is none, or its manifest was altered.
        UnableToUseSecret: the secret is another one, or the header was altered.
    """

    def __init__(self, folder: Path, secret: Secret) -> None:
        self._folder = folder
        header = read_header(_read(folder / HEADER), str(folder / HEADER))
        self._key = header.opened(secret)
        out = io.BytesIO()
        try:
            sealing.unseal(io.BytesIO(_read(folder / MANIFEST)), out, key=self._key, name=MANIFEST)
            self.manifest = Manifest.model_validate_json(out.getvalue())
        except (UnableToUnseal, ValidationError):
            raise UnableToReadBackup(
                folder / MANIFEST, Text(en="it was changed or cut", zh="它被改动或截断")
            ) from None

    def extract(self, into: Path, parts: Mapping[Part, Path]) -> None:
        """Write every file of some parts to its place under a folder, for its owner only.

        Args:
            into: a fresh folder.
            parts: where the folder of each part lies.

        Raises:
            UnableToReadBackup: a file is missing, was changed, cut or moved; it is named.
        """
        for kept in self.manifest.files:
            if kept.part not in parts:
                continue
            source = parts[kept.part] / f"{kept.number:04}"
            target = into / kept.name
            _private(target.parent)
            target.touch(mode=0o600, exist_ok=False)
            try:
                with source.open("rb") as sealed, target.open("wb") as out:
                    _unseal(sealed, out, key=self._key, kept=kept)
            except FileNotFoundError:
                raise UnableToReadBackup(
                    source,
                    Text(en="it is missing ({name})", zh="它缺失（{name}）").filled(name=kept.name),
                ) from None
            except UnableToUnseal as error:
                raise UnableToReadBackup(source, error.said) from None
            _durable(target)


def _unseal(sealed: io.BufferedIOBase, out: io.BufferedIOBase, *, key: bytes, kept: Kept) -> None:
    found = sealing.unseal(sealed, out, key=key, name=f"{kept.at} {kept.name}")  # type: ignore[arg-type]
    if (found.size, found.clear, found.sealed) != (kept.size, kept.clear, kept.sealed):
        raise UnableToUnseal(kept.name, 0)


class _Nowhere(io.BufferedIOBase):
    """Takes what is only read to be checked."""

    def write(self, text: object, /) -> int:
        return len(text)  # type: ignore[arg-type]


def _private(folder: Path) -> None:
    """Make a folder, and those above it, for its owner only."""
    if not folder.is_dir():
        _private(folder.parent)
        folder.mkdir(mode=0o700)


def _durable(file: Path) -> None:
    file.chmod(0o600)
    sync(file)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnableToReadBackup(file, verbatim(error.strerror or str(error))) from None


class UnableToReadBackup(Unable, ValueError):
    """A backup is not whole, or not as it was made."""

    def __init__(self, file: Path, why: Text) -> None:
        super().__init__(
            Text(en="the backup cannot be used: {file}: {why}", zh="备份不能使用：{file}：{why}"),
            file=file,
            why=why,
        )
