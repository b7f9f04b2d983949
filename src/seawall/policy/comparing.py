"""What one version of a policy says other than another: by rule, table cell and threshold.

Complete by construction: the declarations are compared leaf by leaf, so that two versions of one
policy without a difference have one digest, whatever their layout and comments are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any, Literal, cast

from pydantic import BaseModel

from seawall.core.expression import reader
from seawall.core.expression.language import NOWHERE
from seawall.core.expression.tree import Form
from seawall.core.expression.types import Value
from seawall.core.expression.writing import constant
from seawall.core.pack import Placed
from seawall.core.text import Text, verbatim
from seawall.policy.declaration import Rule, Sheet, Table
from seawall.policy.merging import Merged, Part, merged

How = Literal["added", "removed", "changed", "moved"]
Section = Literal[
    "settings", "inputs", "streams", "features", "derived", "scores", "tables", "rules", "offer"
]
SECTIONS: Mapping[Section, Text] = {
    "settings": Text(en="settings", zh="设置"),
    "inputs": Text(en="inputs", zh="输入"),
    "streams": Text(en="streams", zh="事件流"),
    "features": Text(en="features", zh="特征"),
    "derived": Text(en="derived values", zh="派生值"),
    "scores": Text(en="scores", zh="评分"),
    "tables": Text(en="tables", zh="决策表"),
    "rules": Text(en="rules", zh="规则"),
    "offer": Text(en="what an approval carries", zh="通过时给出"),
}


@dataclass(frozen=True)
class Change:
    """One leaf that says something else: where in its part, what it said, and what it says.

    `before` is None for what was added, `after` for what was removed.
    """

    where: str
    before: str | None
    after: str | None
    threshold: bool = False
    """Whether only a number, day or text in a condition moved; then `where` is what it bounds."""

    @property
    def called(self) -> Text:
        """Where, in words: `row 4: annual_rate` for a cell, `reason (zh)` for a text."""
        if self.threshold:
            return _THRESHOLD.filled(of=self.where)
        first, *rest = self.where.split(".")
        if first == "rows" and rest:
            number, *cell = rest
            told = _ROW.filled(number=number)
            return _CELL.filled(row=told, cell=cell[-1]) if cell else told
        known = _FIELDS.get(first, verbatim(first))
        return _OF.filled(what=known, part=" ".join(rest)) if rest else known


_THRESHOLD = Text(en="threshold of {of}", zh="{of} 的阈值")
_ROW = Text(en="row {number}", zh="第 {number} 行")
_CELL = Text(en="{row}: {cell}", zh="{row}：{cell}")
_OF = Text(en="{what} ({part})", zh="{what}（{part}）")
_FIELDS: Mapping[str, Text] = {
    "when": Text(en="condition", zh="条件"),
    "then": Text(en="what follows", zh="后果"),
    "unknown": Text(en="where it is not known", zh="无法判断时"),
    "reason": Text(en="reason", zh="理由"),
    "title": Text(en="title", zh="名称"),
    "cite": Text(en="source", zh="出处"),
    "law": Text(en="law", zh="法律依据"),
    "since": Text(en="in force since", zh="生效日"),
    "until": Text(en="in force until", zh="失效日"),
    "is": Text(en="formula", zh="公式"),
    "place": Text(en="place", zh="位置"),
    "parts": Text(en="characteristic", zh="特征项"),
    "columns": Text(en="column", zh="列"),
    "gives": Text(en="output", zh="输出"),
    "hit": Text(en="how rows are read", zh="行的取用方式"),
}


@dataclass(frozen=True)
class Difference:
    """A part that was added, removed, changed, or, of rules, stands at another place."""

    section: Section
    name: str
    how: How
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of a text beside another: `+` added, `-` removed, ` ` the same, `@` where it stands."""

    mark: Literal["+", "-", " ", "@"]
    text: str


def differences(
    before: Sequence[Placed[Sheet]], after: Sequence[Placed[Sheet]]
) -> tuple[Difference, ...]:
    """What the later version says other than the earlier one, section by section.

    Args:
        before: a file, then its overlays, each on the one before.
        after: likewise.

    Raises:
        UnableToUseInput: an overlay drops what is not there.
    """
    old, new = merged(before), merged(after)
    return (*_settings(old, new), *_parts(old, new), *_order(old, new))


def unified(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, list[Line]]]:
    """The texts of two versions, file by file, as far as they differ."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            told = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3)
            yield name, [_line(each) for each in list(told)[_HEADER:]]


_HEADER = 2
"""Lines in which a unified diff names its files."""


def _line(told: str) -> Line:
    if told.startswith("@@"):
        return Line("@", told)
    mark: Literal["+", "-", " "] = "+" if told[0] == "+" else "-" if told[0] == "-" else " "
    return Line(mark, told[1:])


def _settings(old: Merged, new: Merged) -> Iterator[Difference]:
    for name in ("id", "title", "as_of", "customer", "unknown"):
        changes = tuple(_leaves(name, _plain(getattr(old, name)), _plain(getattr(new, name))))
        if changes:
            yield Difference("settings", name, "changed", changes)
    for name in dict.fromkeys((*old.offer, *new.offer)):
        if name not in new.offer:
            yield Difference("offer", name, "removed")
        elif name not in old.offer:
            yield Difference("offer", name, "added")
    if set(old.offer) == set(new.offer) and old.offer != new.offer:
        told = Change("offer", ", ".join(old.offer), ", ".join(new.offer))
        yield Difference("offer", "offer", "moved", (told,))


def _parts(old: Merged, new: Merged) -> Iterator[Difference]:
    for section in ("inputs", "streams", "features", "derived", "scores", "tables", "rules"):
        held: Mapping[str, Part[BaseModel]] = getattr(old, section)
        holds: Mapping[str, Part[BaseModel]] = getattr(new, section)
        for name in dict.fromkeys((*held, *holds)):
            if name not in holds:
                yield Difference(section, name, "removed")
            elif name not in held:
                yield Difference(section, name, "added")
            elif changes := tuple(_changes(held[name].value, holds[name].value)):
                yield Difference(section, name, "changed", changes)


def _order(old: Merged, new: Merged) -> Iterator[Difference]:
    """Parts that stand in another order than before: reasons are told in it, and the digest counts it."""
    for section in ("inputs", "streams", "features", "derived", "scores", "tables", "rules"):
        held, holds = getattr(old, section), getattr(new, section)
        was = [name for name in held if name in holds]
        now = [name for name in holds if name in held]
        kept = {was[block.a + n] for block in SequenceMatcher(None, was, now, autojunk=False)
                .get_matching_blocks() for n in range(block.size)}  # fmt: skip
        for name in now:
            if name not in kept:
                places = Change("place", str(was.index(name) + 1), str(now.index(name) + 1))
                yield Difference(section, name, "moved", (places,))


def _changes(before: BaseModel, after: BaseModel) -> Iterator[Change]:
    if isinstance(before, Rule) and isinstance(after, Rule):
        yield from _rule(before, after)
    elif isinstance(before, Table) and isinstance(after, Table):
        yield from _table(before, after)
    else:
        yield from _leaves("", _plain(before), _plain(after))


def _rule(before: Rule, after: Rule) -> Iterator[Change]:
    moved = tuple(_thresholds(before.when, after.when))
    yield from moved
    for change in _leaves("", _plain(before), _plain(after)):
        if change.where != "when" or not moved:
            yield change


def _table(before: Table, after: Table) -> Iterator[Change]:
    """Rows are matched by what they ask; a matched row's changed values are cells."""
    old, new = _plain(before), _plain(after)
    rows, rows_now = old.pop("rows"), new.pop("rows")
    yield from _leaves("", old, new)
    asked = [str(row["when"]) for row in rows]
    asked_now = [str(row["when"]) for row in rows_now]
    matcher = SequenceMatcher(None, asked, asked_now, autojunk=False)
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and a_end - a == b_end - b):
            for turn in range(a_end - a):
                yield from _leaves(f"rows.{b + turn + 1}", rows[a + turn], rows_now[b + turn])
            continue
        for row in range(a, a_end):
            yield Change(f"rows.{row + 1}", _row(rows[row]), None)
        for row in range(b, b_end):
            yield Change(f"rows.{row + 1}", None, _row(rows_now[row]))


def _row(row: dict[str, dict[str, object]]) -> str:
    """A row on one line."""
    asked = ", ".join(f"{name} {cell}" for name, cell in row["when"].items())
    given = ", ".join(f"{name}: {value}" for name, value in row["give"].items())
    return f"{asked or '–'} → {given}"


def _thresholds(before: str, after: str) -> Iterator[Change]:
    """Constants that moved where two conditions are otherwise the same."""
    if before == after:
        return
    old, new = reader.read(before, NOWHERE), reader.read(after, NOWHERE)
    if isinstance(old, Form) and isinstance(new, Form) and _shape(old) == _shape(new):
        yield from _moved(old, new, "")


def _shape(form: Form) -> object:
    """What a condition asks, whatever its constants are."""
    option = None if form.operator == "constant" else form.option
    return form.operator, option, tuple(map(_shape, form.arguments))


def _moved(old: Form, new: Form, bounds: str) -> Iterator[Change]:
    """Where the constants of two forms of one shape differ; `bounds` names what they are held against."""
    if old.operator == "constant" and (old.option, old.kind) != (new.option, new.kind):
        yield Change(bounds, _constant(old), _constant(new), threshold=True)
    named = ", ".join(str(each.option) for each in old.arguments if each.operator == "name")
    for each, now in zip(old.arguments, new.arguments, strict=True):
        yield from _moved(each, now, named or bounds)


def _constant(form: Form) -> str:
    return constant(cast(Value, form.option), form.kind)


def _leaves(where: str, before: object, after: object) -> Iterator[Change]:
    """Every leaf that differs, by its path."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            below = f"{where}.{key}" if where else str(key)
            yield from _leaves(below, before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for turn, (old, new) in enumerate(zip(before, after, strict=True), 1):
            yield from _leaves(f"{where}.{turn}", old, new)
    elif before != after:
        yield Change(where, _said(before), _said(after))


def _said(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON's values
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
