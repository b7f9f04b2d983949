"""Packs: declarations in YAML, read into typed values, every mistake with its line and column."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from seawall.core import problems, scalar
from seawall.core.problem import Place, Problem, UnableToUseInput, refusal
from seawall.core.text import Text

BYTES_MOST = 4 * 1024 * 1024
DEPTH_MOST = 40
_SHOWN = 60

Declared = TypeVar("Declared", bound=BaseModel)
Path_ = tuple[int | str, ...]


class _Mark(Protocol):
    """Where a node of a YAML text begins; both of PyYAML's readers give such marks."""

    line: int
    column: int


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's reader (its C form where that is installed) up to the tree; values are made here."""

    def resolve(self, *_: object) -> str:
        """No tag is looked up: what a plain scalar means is `scalar.value`'s to say."""
        return ""


class _Watched(_Loader):
    """Gives up where a tree may be too deep, before it is."""

    _depth = 0

    def descend_resolver(self, *_: object) -> None:
        """YAML's reader says that it goes into a node: it goes no deeper than it must."""
        self._depth += 1
        if self._depth > DEPTH_MOST:
            raise _TooDeep

    def ascend_resolver(self) -> None:
        """YAML's reader says that it leaves a node."""
        self._depth -= 1


class _TooDeep(Exception):
    """A tree may be nested more deeply than a pack."""


_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE


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
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        style = node.style if isinstance(node, yaml.ScalarNode) else None
        if style in ("|", ">"):
            return Place(self.name, line=line + 1, column=1)
        return Place(self.name, line=line, column=column + (style in ("'", '"')))


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
    try:
        given = _value(node)
    except (_UnclearKey, scalar.UnableToReadScalar):
        raise UnableToUseInput(tuple(_mistakes(node, name))) from None
    try:
        declared = model.model_validate(given)
    except ValidationError as error:
        raise UnableToUseInput(_misfits(error, node, name)) from None
    return Placed(declared, name, node)


class _UnclearKey(Exception):
    """A mapping has a key that `_mistakes` will name."""


def _value(node: yaml.Node) -> object:
    """A tree as plain values.

    Raises:
        _UnclearKey, UnableToReadScalar: there is a mistake; `_mistakes` finds them all.
    """
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else scalar.value(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    made = {_key(key): _value(inner) for key, inner in node.value}
    if len(made) < len(node.value):
        raise _UnclearKey
    return made


def _key(node: yaml.Node) -> str | int:
    meant = _value(node) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(meant, bool) or not isinstance(meant, str | int):
        raise _UnclearKey
    if meant == "<<" and _is_plain(node):
        raise _UnclearKey
    return meant


def _is_plain(node: yaml.Node) -> bool:
    """Whether a scalar stands without quotes; PyYAML's two readers mark it differently."""
    return isinstance(node, yaml.ScalarNode) and not node.style


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
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None:
        before = text[: unprintable.start()]
        column = len(before) - (before.rfind("\n") + 1)
        raise _not_yaml(Place(name, before.count("\n") + 1, column=column + 1), _CONTROL)
    try:
        node = _composed(text, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _not_yaml(_marked(name, mark), error.problem or "unreadable") from None
    except yaml.YAMLError as error:
        raise _not_yaml(_top(name), str(error).splitlines()[0]) from None
    if not isinstance(node, yaml.MappingNode):
        raise _not_yaml(_top(name), _NO_MAPPING)
    return node


def _composed(text: str, name: str) -> yaml.Node | None:
    if "&" in text or "!" in text:  # no alias is without an anchor, no tag without its mark
        _refuse_bombs(text, name)
    try:
        return yaml.compose(text, Loader=_Watched)
    except _TooDeep:
        _refuse_bombs(text, name)
        return yaml.compose(text, Loader=_Loader)


def _refuse_bombs(text: str, name: str) -> None:
    """Look, event by event, for the first alias, tag, or too deep nesting, and say where it is."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        where = _marked(name, event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _not_yaml(where, _ALIASES)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MOST:
            raise _not_yaml(where, _TOO_DEEP)
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            raise refusal(problems.PACK_TAG, where, tag=tag)


def _not_yaml(place: Place, why: str | Text) -> UnableToUseInput:
    return refusal(problems.PACK_NOT_YAML, place, why=why)


_CONTROL = Text(en="a control character stands here", zh="此处有控制字符")
_NO_MAPPING = Text(en="a pack is a mapping of keys to values", zh="声明包应为键值映射")
_ALIASES = Text(
    en="aliases (*name) are not allowed in packs", zh="声明包不允许使用别名引用（*name）"
)
_TOO_DEEP = Text(en=f"nested deeper than {DEPTH_MOST} levels", zh=f"嵌套超过 {DEPTH_MOST} 层")
_KEY_PLAIN = Text(en="a key must be a plain name or a whole number", zh="键必须是普通名称或整数")


def _mistakes(node: yaml.Node, name: str) -> Iterator[Problem]:
    """What a YAML reader would pass in silence: keys given twice or merged, unclear scalars."""
    if isinstance(node, yaml.MappingNode):
        seen: set[object] = set()
        for key, inner in node.value:
            yield from _wrong_key(key, seen, name)
            yield from _mistakes(inner, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mistakes(item, name)
    elif _is_plain(node):
        try:
            scalar.value(node.value)
        except scalar.UnableToReadScalar as error:
            facts: dict[str, object] = {"value": node.value[:_SHOWN], "why": error.why}
            yield Problem(problems.PACK_VALUE_UNCLEAR, _place(node, name), facts)


def _wrong_key(key: yaml.Node, seen: set[object], name: str) -> Iterator[Problem]:
    """Keys are equal by value, not by spelling: `0x1` and `1` are one key."""
    place = _place(key, name)
    if not isinstance(key, yaml.ScalarNode):
        raise _not_yaml(place, _KEY_PLAIN)
    unclear = tuple(_mistakes(key, name))
    yield from unclear
    if unclear:
        return
    meant = _value(key)
    if isinstance(meant, bool) or not isinstance(meant, str | int):
        raise _not_yaml(place, _KEY_PLAIN)
    if meant == "<<" and _is_plain(key):
        yield Problem(problems.PACK_MERGE_KEY, place)
    elif meant in seen:
        yield Problem(problems.PACK_KEY_TWICE, place, {"key": key.value})
    seen.add(meant)


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
            name = str(part)
            inner = next((value for key, value in node.value if key.value == name), None)
            if inner is None:
                return node
            node = inner
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
    return node


def _place(node: yaml.Node, name: str) -> Place:
    return _marked(name, node.start_mark)


def _top(name: str) -> Place:
    return Place(name, line=1, column=1)


def _marked(name: str, mark: _Mark | None) -> Place:
    return Place(name) if mark is None else Place(name, line=mark.line + 1, column=mark.column + 1)
