# ruff: noqa: DTZ001 - times of the language are UTC, without an offset, by contract
"""Random policies, whole ones: inputs with limits, values, scores, tables, rules, offer; and rows.

A policy is made as data, the way its file would say it, so that the reader takes part, and so that
`oracle` can decide by the same text without our reader.
"""

import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from seawall.core import pack
from seawall.core.expression.types import Kind, Value
from seawall.policy import reading
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program

Said = dict[str, Any]
Application = dict[str, Value]
Draw = Callable[[st.SearchStrategy[Any]], Any]
TITLE = {"en": "it", "zh": "项"}
INPUTS: dict[str, Kind] = {
    "flag": "boolean", "agreed": "boolean", "whole": "integer", "age": "integer", "money": "number",
    "wild": "number", "word": "text", "town": "text", "day": "date", "moment": "timestamp",
}  # fmt: skip
MONEY_MOST = 1_000_000.0
WORDS = ("", "a", "B", "oslo", "防线", "it's", "a%b", "😀")
DAYS = ("2024-02-29", "2025-12-31", "2026-01-01", "2026-06-30", "0001-01-01", "9999-12-31")
AMOUNTS = (0.0, -0.5, 0.005, 1.0, 2.5, 99.995, 1000.1, 123456.7891)
WHOLE = (-1, 0, 1, 2, 3, 18, 700)
LITERALS: dict[Kind, tuple[str, ...]] = {
    "boolean": ("TRUE", "FALSE"),
    "integer": tuple(map(str, WHOLE)),
    "number": tuple(repr(each) for each in AMOUNTS),
    "text": tuple("'" + word.replace("'", "''") + "'" for word in WORDS),
    "date": tuple(f"DATE '{day}'" for day in DAYS),
    "timestamp": tuple(f"TIMESTAMP '{day} 08:30:00'" for day in DAYS),
}
VALUES: dict[Kind, tuple[Value, ...]] = {
    "boolean": (True, False),
    "integer": (*WHOLE, 2**63 - 1, -(2**63), 2**53 + 1),
    "number": (
        *AMOUNTS, -0.0, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e300,
        math.nan, math.inf, -math.inf,
    ),
    "text": (*WORDS, "x", "Oslo", "e\u0301"),
    "date": tuple(map(date.fromisoformat, DAYS)),
    "timestamp": (*(datetime.fromisoformat(f"{day} 08:30:00") for day in DAYS),
                  datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1, 1, 1)),
}  # fmt: skip
MISSING = 0.15
NUMERIC = ("integer", "number")


@dataclass(frozen=True)
class RandomPolicy:
    """A policy as its file would say it, the kind of every name, and what it means to our reader."""

    said: Said
    kinds: Mapping[str, Kind]
    program: Program

    def _repr_pretty_(self, printer: RepresentationPrinter, _: object) -> None:
        """As its file, so that a failing example can be tried by hand."""
        printer.text(text(self.said))


def text(said: Said) -> str:
    """A policy as a file: JSON is YAML."""
    return json.dumps(said, ensure_ascii=False, indent=1)


def read(said: Said) -> Program:
    return reading.program([pack.parse_placed(text(said), "random.yaml", Sheet)])


@st.composite
def policies(draw: Draw) -> RandomPolicy:
    maker = _Maker(draw)
    said = maker.said()
    return RandomPolicy(said, maker.kinds, read(said))


def rows(policy: RandomPolicy, seed: int, count: int) -> list[Application]:
    """Applications at the policy's own constants, at extremes, and with nothing."""
    chance = random.Random(seed)  # noqa: S311 - repeatable samples, no secrets
    return [
        {name: _value(chance, name) for name in policy.said["inputs"]} for _ in range(count)
    ]  # fmt: skip


def _value(chance: random.Random, name: str) -> Value:
    if chance.random() < MISSING:
        return None
    if name == "money" and chance.random() < 0.5:
        return round(chance.uniform(-1000, 1000), chance.randint(0, 4))
    if name == "age" and chance.random() < 0.5:
        return chance.randint(15, 75)
    return chance.choice(VALUES[INPUTS[name]])


class _Maker:
    """Draws one policy, part after part; what is made can be used by what follows."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.kinds: dict[str, Kind] = {}

    def said(self) -> Said:
        inputs = {name: self._input(name, kind) for name, kind in INPUTS.items()}
        self.kinds |= INPUTS
        derived = self._several("d", self._derived, 2)
        scores = self._several("s", self._score, 1)
        tables = self._several("t", self._table, 2)
        derived |= self._several("e", self._derived, 2)
        rules = [self._rule(number) for number in range(self._between(1, 5))]
        made = [name for name in self.kinds if name not in INPUTS]
        offer = self._draw(st.lists(st.sampled_from(made), max_size=2, unique=True)) if made else []
        unknown = self._one({}, {"unknown": "refer"}, {"unknown": "decline"})
        head = {"id": "made", "title": TITLE, "about": TITLE, "since": "2026-01-01", "cite": "x"}
        return {
            **head, **unknown, "as_of": self._one("day", "moment"), "inputs": inputs,
            "derived": derived, "scores": scores, "tables": tables, "rules": rules, "offer": offer,
        }  # fmt: skip

    def _one(self, *choices: Any) -> Any:  # noqa: ANN401 - one of what is given
        return self._draw(st.sampled_from(choices))

    def _between(self, least: int, most: int) -> int:
        found: int = self._draw(st.integers(least, most))
        return found

    def _rarely(self) -> bool:
        return self._between(0, 3) == 3

    def _several(self, prefix: str, make: Callable[[str], Said], most: int) -> dict[str, Said]:
        return {f"{prefix}{n}": make(f"{prefix}{n}") for n in range(self._between(0, most))}

    def _input(self, name: str, kind: Kind) -> Said:
        said: Said = {"type": kind, "title": TITLE}
        if self._rarely():
            said["required"] = True
        if name == "money":
            said |= {"least": -MONEY_MOST, "most": MONEY_MOST}
        elif kind in NUMERIC and self._rarely():
            said |= self._one({"least": 0}, {"most": 18}, {"least": -1, "most": 1000})
        elif name == "town" and self._rarely():
            said["among"] = self._one(["oslo", "防线"], ["", "it's", "a%b"])
        return said

    def _derived(self, name: str) -> Said:
        kind = self._one("boolean", "integer", "number", "text", "date")
        said = {"title": TITLE, "is": self._value(kind, 2)}
        self.kinds[name] = kind
        return said

    def _score(self, name: str) -> Said:
        parts = {f"p{n}": self._part() for n in range(self._between(1, 3))}
        self.kinds[name] = "number"
        return {"title": TITLE, "start": self._one(0, 500, 0.5), "parts": parts}

    def _part(self) -> Said:
        kind = self._one("integer", "number", "text", "boolean")
        points = st.sampled_from((0, 10, -7.5, 0.1, 1e308))
        bands = [
            {"is": self._cell(kind), "points": self._draw(points)}
            for _ in range(self._between(0, 3))
        ]
        if not bands or self._one(True, False):
            bands.append({"points": self._draw(points)})
        said = {"title": TITLE, "of": self._value(kind, 1), "bands": bands}
        return said | ({"missing": self._draw(points)} if self._one(True, False) else {})

    def _table(self, name: str) -> Said:
        hit = self._one("first", "unique", "collect")
        columns = {f"c{n}": self._one("integer", "number", "text", "boolean", "date")
                   for n in range(self._between(1, 2))}  # fmt: skip
        said = {
            "title": TITLE, "hit": hit,
            "columns": {key: self._value(kind, 1) for key, kind in columns.items()},
        }  # fmt: skip
        gives = {f"{name}o{n}": self._output(hit) for n in range(self._between(1, 2))}
        said["gives"] = gives
        said["rows"] = [self._row(columns, gives) for _ in range(self._between(1, 4))]
        self.kinds |= {key: each["type"] for key, each in gives.items()}
        return said

    def _output(self, hit: str) -> Said:
        collect = self._one("sum", "min", "max") if hit == "collect" else None
        kinds = ("number",) if collect == "sum" else ("number", "integer", "text", "date")
        kind = self._one(*kinds)
        said: Said = {"type": kind, "title": TITLE}
        if collect:
            said["collect"] = collect
        if kind == "number" and self._one(True, False):
            step = self._one(0.0001, 0.01, 0.1, 1, 10, 100)
            said["round"] = {"to": step, "mode": self._one("half_up", "down", "up")}
        if self._one(True, False):
            said["otherwise"] = self._given(said)
        return said

    def _row(self, columns: Mapping[str, Kind], gives: Mapping[str, Said]) -> Said:
        used = [name for name in columns if self._one(True, True, False)]
        return {
            "when": {name: self._cell(columns[name]) for name in used},
            "give": {name: self._given(output) for name, output in gives.items()},
        }

    def _given(self, output: Said) -> str:
        """What a row gives; amounts that are rounded are decimals of few digits."""
        if "round" in output:
            return str(self._one("money", *LITERALS["number"]))
        return self._value(output["type"], 1)

    def _rule(self, number: int) -> Said:
        said = {
            "id": f"r{number}", "when": self._value("boolean", 2), "reason": TITLE,
            "then": self._one("decline", "decline", "refer", "note"),
        }  # fmt: skip
        said |= self._one(
            {}, {}, {"unknown": "decline"}, {"unknown": "refer"}, {"unknown": "ignore"}
        )
        if self._rarely():
            said["since"] = self._one("2025-12-31", "2026-01-01")
        if self._rarely():
            said["until"] = self._one("2026-01-01", "2026-06-30")
        verified = self._one({"verified_on": "2026-01-01"}, {"verified_on": None})
        law = {"law": {"cite": "Act 1"} | verified} if self._rarely() else {"cite": "x"}
        return said | law

    def _cell(self, kind: Kind) -> str:
        a, b, c = (self._leaf(kind) for _ in range(3))
        literal = self._one(*LITERALS[kind])
        forms = [f"= {a}", f"<> {a}", f"IN ({a}, {b}, {c})", "IS NULL", "IS NOT NULL", literal]
        if kind == "boolean":
            forms += ["IS TRUE", "IS NOT FALSE"]
        else:
            forms += [f"< {a}", f">= {a}", f"BETWEEN {a} AND {b}", f"NOT IN ({a}, {b})"]
        if kind == "text":
            forms += ["LIKE 'a%'", "NOT LIKE '%o'"]
        return str(self._one(*forms))

    def _leaf(self, kind: Kind) -> str:
        names = [name for name, each in self.kinds.items() if each == kind]
        return str(self._one(*names, *LITERALS[kind]))

    def _value(self, kind: Kind, depth: int) -> str:
        """An expression of a kind, at most so deep."""
        if depth == 0 or self._rarely():
            return self._leaf(kind)
        if kind == "boolean":
            return self._condition(depth - 1)
        a, b = self._value(kind, depth - 1), self._value(kind, depth - 1)
        when = self._value("boolean", depth - 1)
        forms = [f"COALESCE({a}, {b})", f"CASE WHEN {when} THEN {a} ELSE {b} END",
                 f"CASE WHEN {when} THEN {a} END"]  # fmt: skip
        if kind in NUMERIC:
            forms += [f"({a}) + ({b})", f"({a}) * ({b})", f"({a}) - ({b})", f"GREATEST({a}, {b})"]
        if kind == "number":
            forms += [f"({a}) / ({b})", f"ROUND({a}, 2)"]
        if kind == "text":
            forms += [f"({a}) || ({b})", f"UPPER({a})"]
        if kind == "date":
            forms += [f"({a}) + ({self._leaf('integer')})"]
        return str(self._one(*forms))

    def _condition(self, depth: int) -> str:
        if self._one(True, False):
            a, b = self._value("boolean", depth), self._value("boolean", depth)
            return str(self._one(f"({a}) AND ({b})", f"({a}) OR ({b})", f"NOT ({a})"))
        kind = self._one("integer", "number", "text", "date", "timestamp", "boolean")
        return compared(f"({self._value(kind, depth)})", self._cell(kind))


def compared(value: str, cell: str) -> str:
    """A value and a cell as the condition that they mean: a bare value must be equalled."""
    bare = cell in {literal for each in LITERALS.values() for literal in each}
    return f"{value} = {cell}" if bare else f"{value} {cell}"
