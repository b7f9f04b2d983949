"""Packs: declarations in YAML, read into typed values, every mistake with its line and column."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from seawall.core import problems
from seawall.core.problem import Place, Problem, UnableToUseInput, refusal

BYTES_MOST = 4 * 1024 * 1024
DEPTH_MOST = 40

Declared = TypeVar("Declared", bound=BaseModel)
Path_ = tuple[int | str, ...]


class _Mark(Protocol):
    """Where a node of a YAML text begins; both of PyYAML's readers give such marks."""

    line: int
    column: int


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe reader (its C form where that is installed), but only `true` and `false` are booleans.

    YAML 1.1 also reads `no`, `on`, `off` and `yes` so, which are column names and country codes.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


@dataclass(frozen=True)
class Placed(Generic[Declared]):
    """A declaration, and where in its text each part of it stands.

    Attributes:
        declared: what the text declares.
        name: what problems call the text.
    """

    declared: Declared
    name: str
    _root: yaml.Node = field(repr=False, compare=False)

    def place(self, *path: int | str) -> Place:
        """Where the value on a path begins; where its own text begins, if it is a text.

        >>> class Rule(BaseModel):
        ...     when: str
        >>> str(parse_placed("when: 'age < 18'", "a.yaml", Rule).place("when"))
        'a.yaml:1:8'
        """
        node = _at(self._root, path)
        start = _place(node, self.name)
        style = node.style if isinstance(node, yaml.ScalarNode) else None
        if style in ("'", '"'):
            return replace(start, column=node.start_mark.column + 2)
        if style in ("|", ">"):
            return Place(self.name, line=node.start_mark.line + 2, column=1)
        return start


def read(path: Path, model: type[Declared]) -> Declared:
    """Read one pack.

    Args:
        path: a YAML file.
        model: what the file declares.

    Raises:
        UnableToUseInput: the file cannot be read, is not YAML, or does not fit the model; carries
            every problem with file, line and column.
    """
    return read_placed(path, model).declared


def read_placed(path: Path, model: type[Declared]) -> Placed[Declared]:
    """Read one pack, and keep where its parts stand. Raises like `read`."""
    return parse_placed(_text(path), str(path), model)


def parse(text: str, name: str, model: type[Declared]) -> Declared:
    """Read a pack's text; `name` is what problems call it. Raises like `read`."""
    return parse_placed(text, name, model).declared


def parse_placed(text: str, name: str, model: type[Declared]) -> Placed[Declared]:
    """Read a pack's text, and keep where its parts stand. Raises like `read`."""
    node = _node(text, name)
    found = tuple(_wrong_keys(node, name))
    if found:
        raise UnableToUseInput(found)
    try:
        declared = model.model_validate(_values(node, name))
    except ValidationError as error:
        raise UnableToUseInput(_misfits(error, node, name)) from None
    return Placed(declared, name, node)


def _values(node: yaml.Node, name: str) -> object:
    """The tree as plain values; only YAML's own simple types are made."""
    try:
        return _Loader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(name, error.problem_mark, error.problem or "unreadable") from None
    except ValueError as error:  # a date such as 2024-99-99
        raise _not_yaml(name, None, str(error)) from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > BYTES_MOST:
            raise refusal(problems.PACK_TOO_LARGE, Place(str(path)), limit=BYTES_MOST)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise refusal(problems.PACK_UNREADABLE, Place(str(path)), why=why) from None


def _node(text: str, name: str) -> yaml.Node:
    """The YAML tree; aliases are refused, since a few of them can expand to gigabytes."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                raise _not_yaml(name, event.start_mark, "aliases (*name) are not allowed in packs")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH_MOST:
                raise _not_yaml(name, event.start_mark, f"nested deeper than {DEPTH_MOST} levels")
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _not_yaml(name, mark, error.problem or "unreadable") from None
    except yaml.YAMLError as error:
        raise _not_yaml(name, None, str(error).splitlines()[0]) from None
    if not isinstance(node, yaml.MappingNode):
        raise _not_yaml(name, None, "a pack is a mapping of keys to values")
    return node


def _not_yaml(name: str, mark: _Mark | None, why: str) -> UnableToUseInput:
    place = Place(name) if mark is None else Place(name, line=mark.line + 1, column=mark.column + 1)
    return refusal(problems.PACK_NOT_YAML, place, why=why)


def _wrong_keys(node: yaml.Node, name: str) -> list[Problem]:
    """YAML's reader keeps the last of two equal keys; a law given twice must not pass silently."""
    found: list[Problem] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _not_yaml(name, key.start_mark, "a key must be a plain name")
            if key.value in seen:
                facts: dict[str, object] = {"key": key.value}
                found.append(Problem(problems.PACK_KEY_TWICE, _place(key, name), facts))
            seen.add(str(key.value))
            found.extend(_wrong_keys(value, name))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found.extend(_wrong_keys(item, name))
    return found


def _misfits(error: ValidationError, node: yaml.Node, name: str) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            problems.PACK_INVALID,
            _place(_at(node, misfit["loc"]), name),
            {
                "field": ".".join(str(part) for part in misfit["loc"]) or "(the whole file)",
                "why": misfit["msg"],
            },
        )
        for misfit in error.errors()
    )


def _at(node: yaml.Node, where: Path_) -> yaml.Node:
    """The deepest node on a path; a missing key is placed at the mapping that lacks it."""
    for part in where:
        if isinstance(node, yaml.MappingNode):
            inner = next((v for k, v in node.value if k.value == str(part)), None)
            extra = next((k for k, _ in node.value if k.value == str(part)), None)
            if inner is None or extra is None:
                return node
            node = inner
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
    return node


def _place(node: yaml.Node, name: str) -> Place:
    return Place(name, line=node.start_mark.line + 1, column=node.start_mark.column + 1)
