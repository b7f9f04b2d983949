"""Whether cases went as a declared machine allows: a replay, and where each first departed from it.

The machine is deterministic: a history leads to one state, so a case is replayed by a fold, and two
cases of one sequence end alike. So the sequences come from SQL, each once, and the fold is plain
Python over them. The same in SQL would be a recursion over positions, as many rounds as the longest
case has rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from seawall.cases.process import log, problems, variants
from seawall.core.measure import Column, Measure
from seawall.core.pack import Placed
from seawall.core.problem import Problem, UnableToUseInput
from seawall.core.text import Text

Fate = Literal["fits", "unknown_activity", "not_allowed_here", "not_ended"]
FATES: Mapping[str, Text] = {
    "fits": Text(en="fits", zh="符合"),
    "unknown_activity": Text(en="unknown activity", zh="未知活动"),
    "not_allowed_here": Text(en="not allowed here", zh="此处不允许"),
    "not_ended": Text(en="not ended", zh="未到终态"),
}
CONFIG = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Move(BaseModel):
    """A verb that leads from some states to one."""

    model_config = CONFIG

    verb: str = Field(min_length=1)
    sources: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str = Field(min_length=1)


class Sheet(BaseModel):
    """A machine as a file.

    Attributes:
        beside: activities that the machine does not speak of, and that change no state.
    """

    model_config = CONFIG

    title: Text
    initial: str
    finals: tuple[str, ...] = Field(min_length=1)
    moves: tuple[Move, ...] = Field(min_length=1)
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """What is allowed.

    Attributes:
        moves: (state, verb) → the state it leads to.
        beside: activities that are allowed everywhere and change nothing.
    """

    initial: str
    finals: frozenset[str]
    moves: Mapping[tuple[str, str], str]
    beside: frozenset[str] = frozenset()

    @property
    def verbs(self) -> frozenset[str]:
        """Every activity the machine knows."""
        return frozenset(verb for _, verb in self.moves) | self.beside


@dataclass(frozen=True)
class Outcome:
    """How a replay went.

    Attributes:
        fate: it fits, or how it first departed.
        state: where the case stood then.
        activity: what was done then; None where nothing more was.
    """

    fate: Fate
    state: str
    activity: str | None = None


def machine(placed: Placed[Sheet]) -> Machine:
    """The machine that a file declares.

    Raises:
        UnableToUseInput: a verb leads two ways, a state is never reached or never left.
    """
    sheet = placed.declared
    moves: dict[tuple[str, str], str] = {}
    found: list[Problem] = []
    for number, move in enumerate(sheet.moves):
        for state in move.sources:
            held = moves.setdefault((state, move.verb), move.to)
            if held != move.to:
                facts = {"verb": move.verb, "state": state, "first": held, "second": move.to}
                where = placed.place("moves", number, "verb")
                found.append(Problem(problems.MACHINE_TWO_WAYS, where, {**facts}))
    made = Machine(sheet.initial, frozenset(sheet.finals), moves, frozenset(sheet.beside))
    found += _unsound(placed, made)
    if found:
        raise UnableToUseInput(tuple(found))
    return made


def _unsound(placed: Placed[Sheet], made: Machine) -> Iterator[Problem]:
    sheet = placed.declared
    for number, verb in enumerate(sheet.beside):
        if any(verb == move.verb for move in sheet.moves):
            place = placed.place("beside", number)
            yield Problem(problems.MACHINE_BESIDE_AND_MOVE, place, {"verb": verb})
    ways = {(state, to) for (state, _), to in made.moves.items()}
    states = {made.initial, *made.finals, *(state for way in ways for state in way)}
    reached = _closure({made.initial}, ways)
    ending = _closure(set(made.finals), {(to, state) for state, to in ways})
    for state in sorted(states - reached):
        yield Problem(problems.MACHINE_UNREACHED, placed.place("moves"), {"state": state})
    for state in sorted(reached - ending):
        yield Problem(problems.MACHINE_NO_END, placed.place("finals"), {"state": state})


def _closure(begun: set[str], ways: set[tuple[str, str]]) -> set[str]:
    """Every state that ways lead to, from some states."""
    onward: dict[str, list[str]] = {}
    for state, to in ways:
        onward.setdefault(state, []).append(to)
    reached, fresh = set(begun), list(begun)
    while fresh:
        following = [each for each in onward.get(fresh.pop(), ()) if each not in reached]
        reached.update(following)
        fresh += following
    return reached


def replay(made: Machine, activities: Iterable[str]) -> Outcome:
    """Replay one sequence from the initial state, up to the first departure.

    >>> lamp = Machine("off", frozenset({"off"}), {("off", "press"): "on", ("on", "press"): "off"})
    >>> replay(lamp, ["press"]), replay(lamp, ["press", "press"]).fate
    (Outcome(fate='not_ended', state='on', activity=None), 'fits')
    """
    state = made.initial
    for activity in activities:
        if activity in made.beside:
            continue
        following = made.moves.get((state, activity))
        if following is None:
            known = activity in made.verbs
            return Outcome("not_allowed_here" if known else "unknown_activity", state, activity)
        state = following
    return Outcome("fits" if state in made.finals else "not_ended", state)


def measure() -> Measure:
    """The measure `conformance`; its steps give the sequences, `deviations` replays them."""
    return Measure(
        name="conformance",
        title=Text(en="Conformance", zh="合规性检查"),
        meaning=Text(
            en="Cases replayed on a declared machine, in the order of their rows: those that reach a "
            "final state by allowed moves fit; the others by their first departure. Shares sum to "
            "one; that of the cases that fit is the fitness.",
            zh="将案件按行序在声明的状态机上重放：经允许的动作到达终态者为符合，其余按首次偏离归类。"
            "占比之和为1；“符合”的占比即拟合度。",
        ),
        columns=(
            Column("fate", "label", Text(en="replay", zh="重放结果"), FATES),
            Column("state", "label", Text(en="in state", zh="所处状态")),
            Column("activity", "label", log.ACTIVITY),
            Column("cases", "count", log.CASES),
            Column("share", "share", Text(en="share of cases", zh="案件占比")),
            Column("variants", "count", Text(en="variants", zh="变体数")),
            Column("example", "label", Text(en="for example", zh="例如")),
        ),
        steps=variants.sequences,
        source="van der Aalst (2016), Process Mining, 2nd ed., ch. 8: conformance by replay",
    )


def deviations(made: Machine, sequences: pa.Table) -> pa.Table:
    """What became of the cases, by outcome, cases that fit first, then the most frequent.

    Args:
        made: the machine.
        sequences: as `variants.sequences` gives them.
    """
    found: dict[Outcome, list[tuple[int, str]]] = {}
    for (variant, cases), rows in groupby(sequences.to_pylist(), _variant):
        outcome = replay(made, (row["activity"] for row in rows))
        found.setdefault(outcome, []).append((cases, variant))
    counts = {outcome: sum(cases for cases, _ in each) for outcome, each in found.items()}
    order = sorted(found, key=lambda each: (each.fate != "fits", -counts[each], found[each][0][1]))
    told = [
        {"fate": outcome.fate, "state": outcome.state, "activity": outcome.activity,
         "cases": counts[outcome], "share": counts[outcome] / sum(counts.values()),
         "variants": len(found[outcome]), "example": found[outcome][0][1]}
        for outcome in order
    ]  # fmt: skip
    return pa.Table.from_pylist(told, _TOLD)


def _variant(row: dict[str, object]) -> tuple[str, int]:
    return row["variant"], row["cases"]  # type: ignore[return-value]


_TOLD = pa.schema([
    ("fate", pa.string()), ("state", pa.string()), ("activity", pa.string()), ("cases", pa.int64()),
    ("share", pa.float64()), ("variants", pa.int64()), ("example", pa.string()),
])  # fmt: skip
