"""Search for applications that do something: a policy is run on values at its own boundaries.

No solver: inputs are set to the constants that the policy compares anything with, one step beside
them, to limits, and to nothing; what comes nearer to the goal is kept. What is found is true, since
the compiled policy was run on it; that nothing is found proves nothing.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from seawall.core.expression.functions import midnight
from seawall.core.expression.types import INTEGER_LEAST, INTEGER_MOST, Value
from seawall.policy.decider import Decider
from seawall.policy.finding import Application
from seawall.policy.program import Program
from seawall.policy.reach import asked, expressions, mentions, upstream
from seawall.policy.regions import Domain

SEED = 20260101
POOL_MOST = 4096
ROUNDS = 1500
CLIMB = 60
EFFORT = 6
"""How much harder to try where the solver gives no answer."""
FOCUS = 0.8
"""How often a step changes an input that the goal reads, rather than any."""
GRAFTS = 8
"""How many checks of one application, and how many other applications for each, are tried."""
AIMED = 0.5
"""How often a climbing step changes what one check reads that is not yet as it should be."""
RESTARTS = 2
TRIES_FULL = 12
WILDNESS = 0.25
_DAY_FROM, _DAY_TO = date(1940, 1, 1).toordinal(), date(2030, 12, 31).toordinal()

GENERIC: dict[str, tuple[Value, ...]] = {
    "boolean": (True, False),
    "integer": (0, 1, -1, 2, 12, 30, 60, 100, 700, 10_000),
    "number": (0.0, 1.0, -1.0, 0.1, 0.5, 2.0, 100.0, 700.0, 5000.0, 20_000.0, 1_000_000.0),
    "text": ("other", ""),
    "date": (date(2026, 1, 1), date(1990, 1, 1), date(2010, 6, 15), date(2024, 2, 29)),
    "timestamp": tuple(midnight(day) for day in (date(2026, 1, 1), date(1990, 1, 1))),
}


@dataclass(frozen=True)
class Goal:
    """What an application should do.

    Attributes:
        truths: per check, by its number, the truth values that will do; other checks may be anything.
        missing: inputs that it must lack.
    """

    truths: Mapping[int, frozenset[bool | None]]
    missing: frozenset[str] = field(default=frozenset())

    @cached_property
    def _wrong(self) -> tuple[int, int, int]:
        """The checks that may not be TRUE, not be FALSE, not be NULL."""
        true, false, null = (
            sum(1 << 8 * number for number, allowed in self.truths.items() if truth not in allowed)
            for truth in (True, False, None)
        )
        return true, false, null

    def unmet(self, pattern: "Pattern") -> int:
        """How many checks are not as they should be."""
        return self._off(pattern).bit_count()

    def unmet_checks(self, pattern: "Pattern") -> tuple[int, ...]:
        """Which checks these are."""
        off = self._off(pattern)
        return tuple(number for number in self.truths if off >> 8 * number & 1)

    def _off(self, pattern: "Pattern") -> int:
        true, false, null = self._wrong
        known = pattern.true | pattern.null
        return true & pattern.true | null & pattern.null | false & ~known


class Pattern(NamedTuple):
    """The truths of all checks as two numbers, a byte a check: which are TRUE, which NULL."""

    true: int
    null: int


_CODES = {False: 0, True: 1, None: 2}
_NULLS = bytes((0, 0, 1, *range(3, 256)))


def pattern(truths: tuple[bool | None, ...]) -> Pattern:
    """Truths as numbers."""
    codes = bytes(map(_CODES.__getitem__, truths))
    true = int.from_bytes(codes.replace(b"\x02", b"\x00"), "little")
    return Pattern(true, int.from_bytes(codes.translate(_NULLS), "little"))


TRUE = frozenset((True,))
FALSE = frozenset((False,))
NOT_TRUE = frozenset((False, None))


class Prober:
    """Runs a policy on applications, and remembers one for each pattern of truths."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.decider = Decider(program)
        self.domains = {name: asked(program, name) for name in program.asked}
        self.pool: dict[Pattern, Application] = {}
        self._chance = random.Random(SEED)  # noqa: S311 - repeatable search, no secrets
        self._focus: dict[frozenset[int], tuple[str, ...]] = {}

    @cached_property
    def choices(self) -> dict[str, tuple[Value, ...]]:
        """Per input, the values worth trying, NULL first."""
        return _choices(self.program, self.domains)

    def pattern(self, application: Application) -> Pattern:
        """What every check says; the pattern is remembered."""
        found = pattern(self.decider.decide(application).truths)
        if len(self.pool) < POOL_MOST:
            self.pool.setdefault(found, application)
        return found

    def meets(self, application: Application, goal: Goal) -> bool:
        """Whether an application does what is wanted, when the policy is run on it."""
        lacks = all(application[name] is None for name in goal.missing)
        return lacks and not goal.unmet(self.pattern(application))

    def explore(self, examples: Iterable[Mapping[str, object]] = ()) -> None:
        """Walk at random over boundary values, from one new pattern of truths to the next.

        Args:
            examples: applications to start from, beside the one that says nothing.
        """
        names = self.program.asked
        nothing: Application = dict.fromkeys(names)
        front = [nothing, *map(self.decider.known, examples)]
        for each in front:
            self.pattern(each)
        for _ in range(ROUNDS if names else 0):
            start = self._chance.choice(front)
            each = self._changed(start, names, ()) if self._chance.random() < FOCUS else self._any()
            known = len(self.pool)
            self.pattern(each)
            if len(self.pool) > known:
                front.append(each)

    def known(self, goal: Goal) -> Application | None:
        """An application that is remembered to do it."""
        if goal.missing:
            return None
        return next((each for told, each in self.pool.items() if not goal.unmet(told)), None)

    def always_with(self, check: int) -> frozenset[int]:
        """The checks that were TRUE whenever this one was, in all that was tried."""
        both = -1
        for told in self.pool:
            if told.true >> 8 * check & 1:
                both &= told.true
        return frozenset(n for n in range(len(self.program.checks)) if both >> 8 * n & 1)

    def found(self, goal: Goal, effort: int = 1) -> Application | None:
        """An application that does it, by what is remembered and by climbing towards it."""
        known = self.known(goal)
        if known is not None:
            return known
        starts = sorted(self.pool.items(), key=lambda pair: goal.unmet(pair[0]))[
            : RESTARTS * effort
        ]
        for told, start in starts:
            found = self._grafted(goal, told, start) or self.climbed(goal, start, effort)
            if found is not None:
                return found
        return None

    def _grafted(self, goal: Goal, told: Pattern, start: Application) -> Application | None:
        """An application that does it with what one check reads taken from another application."""
        for number in goal.unmet_checks(told)[:GRAFTS]:
            alone = Goal({number: goal.truths[number]})
            givers = [each for other, each in self.pool.items() if not alone.unmet(other)]
            for giver in givers[:GRAFTS]:
                taken = {name: giver[name] for name in self._reads(frozenset((number,)))}
                each = {**start, **taken, **dict.fromkeys(goal.missing)}
                if self.meets(each, goal):
                    return each
        return None

    def climbed(self, goal: Goal, start: Application, effort: int = 1) -> Application | None:
        """An application that does it, changed step by step from one that nearly does."""
        best = {**start, **dict.fromkeys(goal.missing)}
        unmet = goal.unmet_checks(self.pattern(best))
        names = self._reads(frozenset(goal.truths))
        for _ in range(CLIMB * effort if names else 0):
            if not unmet:
                return best
            aim = self._reads(frozenset((self._chance.choice(unmet),)))
            aimed = aim and self._chance.random() < AIMED
            each = self._changed(best, aim if aimed else names, goal.missing, WILDNESS)
            left = self.pattern(each)
            if goal.unmet(left) <= len(unmet):
                best, unmet = each, goal.unmet_checks(left)
        return best if not unmet else None

    def plainer(self, application: Application, goal: Goal) -> Application:
        """The same with every value taken away that does not matter."""
        best = application
        for name in application:
            each = {**best, name: None}
            if best[name] is not None and self.meets(each, goal):
                best = each
        return best

    def fuller(self, application: Application, goal: Goal) -> Application:
        """The same with a value for whatever need not be missing."""
        best = application
        for name, value in application.items():
            tries = (
                self.choices[name][1:TRIES_FULL]
                if value is None and name not in goal.missing
                else ()
            )
            each = next((e for v in tries if self.meets(e := {**best, name: v}, goal)), None)
            best = each or best
        return best

    def beside(self, application: Application) -> Iterator[Application]:
        """The same with one number replaced by the next double, up or down: where rounding decides."""
        for name, value in application.items():
            if isinstance(value, float):
                for end in (math.inf, -math.inf):
                    yield {**application, name: math.nextafter(value, end)}

    def _reads(self, checks: frozenset[int]) -> tuple[str, ...]:
        if checks not in self._focus:
            names = {n for number in checks for n in self.program.checks[number].expression.names}
            needed = upstream(self.program, names)
            self._focus[checks] = tuple(name for name in self.program.asked if name in needed)
        return self._focus[checks]

    def _any(self) -> Application:
        return {name: self._chance.choice(values) for name, values in self.choices.items()}

    def _changed(
        self, start: Application, names: tuple[str, ...], but: Iterable[str], wildness: float = 0.0
    ) -> Application:
        each = dict(start)
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            name = self._chance.choice(names)
            if name not in but:
                wild = self._chance.random() < wildness
                each[name] = (self._wild(name) if wild else None) or self._chance.choice(
                    self.choices[name]
                )
        return each

    def _wild(self, name: str) -> Value:
        """A value away from all constants: for conditions whose boundaries are computed."""
        domain = self.domains[name]
        if domain.kind == "date":
            return date.fromordinal(self._chance.randint(_DAY_FROM, _DAY_TO))
        if domain.kind not in ("integer", "number"):
            return None
        size = float(f"{10 ** self._chance.uniform(-2, 7):.3g}")
        value: Value = math.ceil(size) if domain.kind == "integer" else size
        return value if domain.holds(value) else None


def _choices(program: Program, domains: Mapping[str, Domain]) -> dict[str, tuple[Value, ...]]:
    constants: dict[str, dict[Value, None]] = {name: {} for name in program.asked}
    roots: dict[frozenset[str], list[str]] = {}
    for expression in expressions(program):
        for names, value in mentions(expression.node):
            if value is None:
                continue
            if names not in roots:
                needed = upstream(program, names)
                roots[names] = [name for name in program.asked if name in needed]
            for name in roots[names]:
                constants[name][value] = None
    return {
        name: tuple(dict.fromkeys([None, *_worth(domains[name], constants[name])]))
        for name in program.asked
    }


def _worth(domain: Domain, constants: Iterable[Value]) -> list[Value]:
    if domain.among is not None:
        return list(domain.among)
    found: list[Value] = []
    read = _READ[domain.kind]
    for constant in constants:
        found += read(constant)
    found += GENERIC[domain.kind]
    if domain.kind in ("integer", "number"):
        limits = [limit for limit in (domain.least, domain.most) if limit is not None]
        found += [each for limit in limits for each in read(limit)]
        found = [each for each in found if domain.holds(each)]
    return found


def _integers(value: Value) -> list[Value]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    near = (int(value), int(value) + 1, int(value) - 1) if abs(value) < INTEGER_MOST else ()
    return [each for each in near if INTEGER_LEAST <= each <= INTEGER_MOST]


def _numbers(value: Value) -> list[Value]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    step = 1.0 if abs(value) >= 10 else 0.01  # noqa: PLR2004 - a step people would take
    return [float(value), round(value + step, 6), round(value - step, 6)]


def _texts(value: Value) -> list[Value]:
    return [value] if isinstance(value, str) else []


_DAY = timedelta(days=1)


def _dates(value: Value) -> list[Value]:
    if isinstance(value, datetime):
        return _dates(value.date())
    if not isinstance(value, date):
        return []
    inside = date.min < value < date.max
    return [value, *((value + _DAY, value - _DAY) if inside else ())]


def _timestamps(value: Value) -> list[Value]:
    days: list[Value] = [midnight(each) for each in _dates(value) if isinstance(each, date)]
    return [*days, value] if isinstance(value, datetime) else days


_READ: dict[str, Callable[[Value], list[Value]]] = {
    "boolean": lambda _: [], "integer": _integers, "number": _numbers, "text": _texts,
    "date": _dates, "timestamp": _timestamps,
}  # fmt: skip
