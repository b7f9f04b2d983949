"""Deciding a second time, slowly, straight from what `policy.declaration` promises.

Works on a policy as its file says it. Nothing of `seawall.policy` runs here; expressions are
evaluated by the language, whose own identity is tested beside it. Three truth values are Python's
True, False and None.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from seawall.core.expression import language, types
from seawall.core.expression.python import python_function
from seawall.core.expression.types import Kind, Value
from tests.policy.random_policy import Said, compared

SEVERITY = {"approve": 0, "ignore": 0, "note": 0, "refer": 1, "decline": 2}
MODES = {"half_up": ROUND_HALF_UP, "down": ROUND_FLOOR, "up": ROUND_CEILING}
PYTHON: dict[Kind, type] = {
    "boolean": bool, "integer": int, "number": float, "text": str, "date": date,
    "timestamp": datetime,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What must come out."""

    outcome: str
    reasons: tuple[str, ...]
    offer: tuple[Value, ...]


@dataclass
class Oracle:
    """One policy and one application; every name is worked out when it is asked for.

    Attributes:
        said: the policy, as its file says it.
        kinds: the kind of every name.
        given: the application.
        known: the names worked out so far.
    """

    said: Said
    kinds: Mapping[str, Kind]
    given: Mapping[str, object]
    known: dict[str, Value] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The most severe that anything asks for, and all that ask for it, in the policy's order."""
        asks = [(id_, severity) for id_, severity in self._asks() if severity]
        most = max((severity for _, severity in asks), default=0)
        reasons = tuple(id_ for id_, severity in asks if severity == most)
        offer = tuple(self.value(name) for name in self.said["offer"])
        return Answer(("approve", "refer", "decline")[most], reasons, offer)

    def _asks(self) -> Iterable[tuple[str, int]]:
        for name, each in self.said["inputs"].items():
            if each.get("required") and self.value(name) is None:
                yield f"missing:{name}", 1
        for rule in self.said["rules"]:
            truth = self._holds(rule)
            if truth is None:
                otherwise = "ignore" if rule["then"] == "note" else self.said.get("unknown")
                asked = rule.get("unknown") or otherwise or "refer"
                yield f"unknown:{rule['id']}", SEVERITY[asked]
            elif truth:
                yield rule["id"], SEVERITY[rule["then"]]
        for name in self.said["offer"]:
            if self.value(name) is None:
                yield f"offer:{name}", 1

    def _holds(self, rule: Said) -> Value:
        if "law" in rule and rule["law"]["verified_on"] is None:
            return None
        parts = [self.evaluated(rule["when"])]
        moment = self.value(self.said["as_of"])
        day = moment.date() if isinstance(moment, datetime) else moment
        for key in ("since", "until"):
            if key in rule:
                bound = date.fromisoformat(rule[key])
                parts.append(_in_force(day, bound, after=key == "since"))
        return every(parts)

    def value(self, name: str) -> Value:
        """The value of a name."""
        if name not in self.known:
            self.known[name] = self._worked_out(name)
        return self.known[name]

    def _worked_out(self, name: str) -> Value:
        if name in self.said["inputs"]:
            return self._input(self.said["inputs"][name], self.given.get(name))
        if name in self.said["derived"]:
            return self.evaluated(self.said["derived"][name]["is"])
        if name in self.said["scores"]:
            return self._score(self.said["scores"][name])
        table = next(each for each in self.said["tables"].values() if name in each["gives"])
        return self._output(table, name)

    def _input(self, asked: Said, value: object) -> Value:
        if type(value) is not PYTHON[asked["type"]]:
            return None
        if isinstance(value, int | float) and value is not True and value is not False:
            low, high = asked.get("least", -math.inf), asked.get("most", math.inf)
            # The language knows one zero, neither infinities nor NaN.
            return value + 0 if low <= value <= high and abs(value) < math.inf else None
        known: Value = value  # type: ignore[assignment]
        return known if known in asked.get("among", (known,)) else None

    def evaluated(self, text: str) -> Value:
        """An expression's value."""
        names, function = _compiled(text, tuple(self.kinds.items()))
        return function(*(self.value(name) for name in names))

    def _score(self, score: Said) -> Value:
        points = [self._points(part) for part in score["parts"].values()]
        if None in points:
            return None
        total = float(score["start"])
        for each in points:
            total += each  # type: ignore[operator]
        return total if math.isfinite(total) else None

    def _points(self, part: Said) -> Value:
        if "missing" in part and self.evaluated(part["of"]) is None:
            return float(part["missing"])
        for band in part["bands"]:
            if "is" not in band:
                # All the rest is the rest of what is there.
                return None if self.evaluated(part["of"]) is None else float(band["points"])
            truth = self.evaluated(compared(f"({part['of']})", band["is"]))
            if truth is None:
                return None
            if truth:
                return float(band["points"])
        return None

    def _output(self, table: Said, name: str) -> Value:
        output = table["gives"][name]
        matched = [self._matches(table, row) for row in table["rows"]]
        rows = [row for row, truth in zip(table["rows"], matched, strict=True) if truth]
        if table["hit"] == "first":
            met = next((truth for truth in matched if truth is not False), False)
            unknown, rows = met is None, rows[:1]
        else:
            unknown = None in matched or (table["hit"] == "unique" and len(rows) > 1)
        if unknown:
            return None
        texts = [row["give"][name] for row in rows] or [output.get("otherwise")]
        values = [self._as(output["type"], text) for text in texts]
        return _rounded(_joined(values, output.get("collect")), output.get("round"))

    def _as(self, kind: Kind, text: str | None) -> Value:
        value = None if text is None else self.evaluated(text)
        if value is not None and kind == "number":
            return float(value)  # type: ignore[arg-type]
        if kind == "timestamp" and type(value) is date:
            return datetime.combine(value, time())
        return value

    def _matches(self, table: Said, row: Said) -> Value:
        return every(
            self.evaluated(compared(f"({table['columns'][column]})", cell))
            for column, cell in row["when"].items()
        )


@lru_cache(maxsize=1000)
def _compiled(
    text: str, kinds: tuple[tuple[str, Kind], ...]
) -> tuple[tuple[str, ...], Callable[..., Value]]:
    expression = language.parse(text, inputs={name: types.TYPES[kind] for name, kind in kinds})
    return expression.names, python_function(expression)


def every(truths: Iterable[Value]) -> Value:
    """AND of three-valued truths."""
    held = list(truths)
    return False if False in held else None if None in held else True


def _in_force(day: Value, bound: date, *, after: bool) -> bool | None:
    if not isinstance(day, date):
        return None
    return day >= bound if after else day <= bound


def _joined(values: list[Value], how: str | None) -> Value:
    if None in values:
        return None
    if how in ("min", "max"):
        return (min if how == "min" else max)(values)  # type: ignore[type-var]
    if how == "sum":
        total = values[0]
        for each in values[1:]:
            total += each  # type: ignore[operator]
        return total if math.isfinite(total) else None  # type: ignore[arg-type]
    return values[0]


def _rounded(value: Value, how: Said | None) -> Value:
    """As a person with a pencil rounds the decimal that the amount is written as.

    What is less than a billionth of a step is the dust of binary sums, and no amount.
    """
    if how is None or value is None:
        return value
    step = Decimal(str(how["to"]))
    steps = (Decimal(repr(value)) / step).quantize(Decimal("1e-6"), ROUND_HALF_UP)
    return float(steps.quantize(Decimal(1), MODES[how["mode"]]) * step) + 0.0
