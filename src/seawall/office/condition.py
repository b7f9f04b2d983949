"""Whether a home can be used, and by nobody but its owner."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from seawall.core.problem import Unable, UnableToUseInput
from seawall.core.text import Text, in_each, verbatim
from seawall.ledger import note, problems
from seawall.ledger.verifier import Key
from seawall.office import settings
from seawall.office.homes import Home
from seawall.office.stores import FILES

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SHOWN = 5


@dataclass(frozen=True)
class Condition:
    """One thing looked at: whether it is fit, what it is for, and what to do where it is not.

    Attributes:
        needed: whether the home cannot be used safely without.
    """

    name: str
    fit: bool
    purpose: Text
    remedy: Text
    needed: bool = True


def examine(home: Home) -> tuple[Condition, ...]:
    """Look at a home's permissions, ledger and vault; nothing where there is neither."""
    keys = (home.ledger_key, home.vault.ring_file, home.folder / FILES["keys"])
    if not any(each.exists() for each in (*keys, home.ledger_key.with_suffix(".pub"))):
        return ()
    if not any(each.exists() for each in keys):
        reading = _tried("ledger", _DONE, lambda: _read_ledger(home))
        return (_closed(home), reading, _KEYLESS)
    return (
        _closed(home),
        _tried("ledger", _DONE, lambda: _use_ledger(home)),
        _tried("vault", Text(en="people's data", zh="个人数据"), lambda: _use_vault(home)),
    )


def is_home(folder: Path) -> bool:
    """Whether anything lies in a folder that a home has: a store, a book, keys, settings."""
    names = ("book", "keys", "vault", settings.FILE, *FILES.values())
    return any((folder / each).exists() for each in names)


def _closed(home: Home) -> Condition:
    exposed = [str(each.relative_to(home.folder)) for each in _exposed(home)]
    names = ", ".join(exposed[:_SHOWN])
    return Condition(
        str(home.folder),
        not exposed,
        Text(en="closed to others", zh="他人不可读写"),
        _CLOSE.filled(home=home.folder, names=names, n=len(exposed)),
    )


def _exposed(home: Home) -> Iterator[Path]:
    """What others may read or write: the home's folder, and what its secrets and databases are."""
    secrets = (each for name in ("keys", "vault") for each in (home.folder / name).rglob("*"))
    databases = (each for name in ("*.sqlite*", "*.toml") for each in home.folder.glob(name))
    folders = (home.folder, home.folder / "keys", home.folder / "vault")
    for each in (*folders, *secrets, *databases):
        public = each == home.ledger_key.with_suffix(".pub")
        if each.exists() and not public and each.stat().st_mode & _OTHERS:
            yield each


def _tried(name: str, purpose: Text, use: Callable[[], object]) -> Condition:
    try:
        use()
    except UnableToUseInput as error:
        first = error.problems[0]
        return Condition(name, fit=False, purpose=purpose, remedy=in_each(first.sentence))
    except (Unable, OSError) as error:
        why = error.said if isinstance(error, Unable) else verbatim(str(error))
        return Condition(name, fit=False, purpose=purpose, remedy=why)
    return Condition(name, fit=True, purpose=purpose, remedy=Text(en="", zh=""))


def _use_ledger(home: Home) -> None:
    """The private key is the public one's, and the last checkpoint is signed by it."""
    if note.load(home.ledger_key).key != _read_ledger(home):
        raise UnableToUseKeys(home.ledger_key)


def _read_ledger(home: Home) -> Key:
    """The last checkpoint is signed by the ledger's public key, which is told."""
    reader = problems.accepted(lambda: home.ledger_reader)
    with closing(reader.store):
        problems.accepted(reader.checkpoint)
    return reader.key


def _use_vault(home: Home) -> None:
    """The ring opens the keys of the blind indexes."""
    vault = home.vault.open()
    with closing(vault.rows), closing(vault.keys.database):
        vault.keys.indexes()


_DONE = Text(en="what was done", zh="存证")
_KEYLESS = Condition(
    "keys",
    fit=False,
    purpose=Text(en="writing, and people's data", zh="写入与个人数据"),
    remedy=Text(en="read only: no keys", zh="只读：没有密钥"),
    needed=False,
)
"""Of a home that was restored from its rows only, as is done when the keys are gone for good."""
_CLOSE = Text(
    en="Others may read {n} of its files and folders: {names}. Run: chmod -R go= {home}",
    zh="他人可读取其中 {n} 个文件或目录：{names}。请运行：chmod -R go= {home}",
)


class UnableToUseKeys(Unable, ValueError):
    """A private key and the public one beside it are not of one pair."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text(en="{file} is not the key of {public}", zh="{file} 不是 {public} 的私钥"),
            file=file,
            public=file.with_suffix(".pub"),
        )
