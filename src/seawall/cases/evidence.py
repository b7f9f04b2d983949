"""Files that are attached to cases: which they may be, told by what is in them."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Annotated

from pydantic import BaseModel, Field

from seawall.cases import evidence_problems as problems
from seawall.cases.case import Event
from seawall.cases.kind import CONFIG, Name
from seawall.core.problem import Place, Problem
from seawall.core.text import Text

ATTACH = "attach"
NAME_MOST = 120
_MEBIBYTE = 1 << 20
_HEADER = re.compile(rb"[!-9;-~]{1,60}:[ \t]?[^\r\n]*\r?\n")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UNSAFE = re.compile(r"[^\w.()\[\] +,@&-]+")


class Type(BaseModel):
    """A type of file.

    Attributes:
        media: the type that it is handed out as.
        suffixes: with which its name may end; the first is given to a name that ends with none of them.
        begins: its first bytes, in hexadecimal.
        holds, never: names that an archive must have, and must not have.
        text: whether it is text in UTF-8, without control characters.
        header: whether it begins with a line such as `From: …`.
    """

    model_config = CONFIG

    title: Text
    media: str
    suffixes: tuple[str, ...] = Field(min_length=1)
    begins: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")] = ""
    holds: str | None = None
    never: str | None = None
    text: bool = False
    header: bool = False


class Rules(BaseModel):
    """Which files may be attached: the file `evidence/evidence.yaml`."""

    model_config = CONFIG

    title: Text
    since: date
    cite: str
    most_mib: int = Field(ge=1, le=1000)
    types: dict[Name, Type] = Field(min_length=1)

    @property
    def bytes_most(self) -> int:
        """How large a file may be."""
        return self.most_mib * _MEBIBYTE

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of files may end, with their dots."""
        return tuple(f".{suffix}" for each in self.types.values() for suffix in each.suffixes)


@dataclass(frozen=True)
class File:
    """A file that may be attached, or is.

    Attributes:
        name: for people; nothing is ever stored under it.
        sha256: of its content, in hexadecimal: where it lies.
    """

    name: str
    media: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Attached:
    """A file of a case: by which event, whom and when it came."""

    file: File
    place: int
    by: str
    at: datetime
    reason: str


def recognised(rules: Rules, name: str, content: bytes) -> File | tuple[Problem, ...]:
    """What a file is, or why it may not be attached.

    Args:
        rules: which files may be.
        name: as it came; only its last part counts, and what a name may not hold becomes `_`.
        content: all of it.
    """
    where = Place(_plain(name) or "-")
    if not content:
        return (Problem(problems.FILE_EMPTY, where),)
    if len(content) > rules.bytes_most:
        facts = {"most": rules.most_mib, "bytes": len(content)}
        return (Problem(problems.FILE_LARGE, where, {**facts}),)
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    fitting = [each for each in rules.types.values() if _is(each, content)]
    named = [each for each in fitting if suffix in each.suffixes]
    # A text is all that some of the types ask for: which of them it is, only its name can tell.
    if not named or (not suffix and named[0].text):
        known = ", ".join(rules.suffixes)
        return (Problem(problems.FILE_TYPE, where, {"known": known}),)
    digest = sha256(content).hexdigest()
    return File(_plain(name), named[0].media, len(content), digest)


def _is(kind: Type, content: bytes) -> bool:
    if not content.startswith(bytes.fromhex(kind.begins)):
        return False
    if kind.holds is not None and not _holds(kind, content):
        return False
    return not kind.text or _reads(content, header=kind.header)


def _holds(kind: Type, content: bytes) -> bool:
    """What an archive's list of names says; nothing of it is unpacked."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    programs = kind.never is not None and any(each.endswith(kind.never) for each in names)
    return kind.holds in names and not programs


def _reads(content: bytes, *, header: bool) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if _CONTROLS.search(text):
        return False
    return not header or bool(_HEADER.match(content.removeprefix(b"\xef\xbb\xbf")))


def _plain(name: str) -> str:
    """A name without a folder and without signs that mean something elsewhere."""
    last = re.split(r"[\\/]", name)[-1].strip()
    stem, suffix = PurePath(last).stem, PurePath(last).suffix
    clean = _UNSAFE.sub("_", stem)[: NAME_MOST - len(suffix)].strip(". ")
    return f"{clean or 'file'}{_UNSAFE.sub('_', suffix)}"


def files(events: tuple[Event, ...]) -> Iterator[Attached]:
    """The files of a case, in the order in which they came."""
    for event in events:
        if event.verb == ATTACH:
            yield Attached(_file(event.fields), event.number, event.actor, event.at, event.reason)


def _file(told: Mapping[str, object]) -> File:
    return File(str(told["name"]), str(told["media"]), int(str(told["bytes"])), str(told["sha256"]))
