"""From what policy files say to what they mean: names, types, order, and every mistake's place."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

from seawall.core.expression import language, types
from seawall.core.expression.check import converted
from seawall.core.expression.language import Expression
from seawall.core.expression.operators import BY_NAME
from seawall.core.expression.tree import Call
from seawall.core.expression.types import Type, fits
from seawall.core.pack import Placed
from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.core.text import Text, verbatim
from seawall.policy import cells, growth, problems
from seawall.policy.declaration import (
    Characteristic,
    Derived,
    Output,
    Round,
    Row,
    Rule,
    Score,
    Sheet,
    Table,
)
from seawall.policy.merging import Merged, Part, merged
from seawall.policy.program import (
    Check,
    Define,
    Lookup,
    LookupOutput,
    LookupRow,
    Program,
    Step,
)
from seawall.policy.window import Meaning, Window, meaning

Where = Callable[[], Place]
"""Finds a place: many are never asked for, and each costs as much as reading a word."""

_AND = BY_NAME["AND"].overloads[0]
_NEVER_KNOWN = language.parse("TRY_CAST(NULL AS BOOLEAN)", inputs={})
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def program(sheets: Sequence[Placed[Sheet]]) -> Program:
    """Read a policy.

    Args:
        sheets: the policy's file, then its overlays, each on the one before.

    Raises:
        UnableToUseInput: carries every problem found, each with its place and remedy.
    """
    return _Reader(merged(sheets)).program()


class _Standing(Protocol):
    """Something that has a place."""

    @property
    def place(self) -> Callable[..., Place]:
        """Where its pieces stand."""
        ...


@dataclass(frozen=True)
class _Draft:
    """A part that gives names, before it can be read: what it mentions must be read first."""

    gives: tuple[str, ...]
    mentions: frozenset[str]
    read: Callable[[], Iterator[Step]]


class _Reader:
    """Reads one merged policy; collects problems on the way."""

    def __init__(self, policy: Merged) -> None:
        self._policy = policy
        self._types: dict[str, Type] = {}
        self._titles: dict[str, Text] = {}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._features: dict[str, Meaning] = {}
        self._growth: dict[str, int] = {}
        self._found: list[Problem] = []

    def program(self) -> Program:
        """The program.

        Raises:
            UnableToUseInput: with every problem.
        """
        policy = self._policy
        self._names_once()
        self._given()
        steps = tuple(self._ordered(list(self._drafts())))
        checks = tuple(self._checks())
        self._known(("as_of", *filter(None, [policy.as_of])), policy.inputs)
        self._known(("customer", *filter(None, [policy.customer])), policy.inputs)
        self._known(("offer", *policy.offer), self._types)
        if not policy.inputs:
            self._problem(problems.NO_INPUTS, policy.place(), what="`inputs`", what_zh="输入")
        if not policy.rules:
            self._problem(problems.NO_INPUTS, policy.place(), what="`rules`", what_zh="规则")
        if self._found:
            raise UnableToUseInput(tuple(self._found))
        return Program(
            id=policy.id, title=policy.title,
            inputs={name: part.value for name, part in policy.inputs.items()},
            features=self._features,
            types=self._types, titles=self._titles, steps=steps, checks=checks,
            offer=policy.offer, as_of=policy.as_of, customer=policy.customer,
            digest=policy.digest, files=policy.files, find_places=partial(_places, policy),
        )  # fmt: skip

    def _problem(self, kind: Kind, where: Place, **facts: object) -> None:
        self._found.append(Problem(kind, where, facts))

    def _known(self, named: tuple[str, ...], known: Mapping[str, object]) -> None:
        what, *names = named
        for name in names:
            if name not in known:
                where = self._policy.place(what)
                listed = ", ".join(known)
                self._problem(problems.NAME_UNKNOWN, where, what=what, name=name, known=listed)

    def _names_once(self) -> None:
        policy, seen = self._policy, dict[str, str]()
        given: list[tuple[str, str, _Standing]] = [
            *((name, "inputs", part) for name, part in policy.inputs.items()),
            *((name, "features", part) for name, part in policy.features.items()),
            *((name, "derived", part) for name, part in policy.derived.items()),
            *((name, "scores", part) for name, part in policy.scores.items()),
            *((name, f"tables.{table}", part) for table, part in policy.tables.items()
              for name in part.value.gives),
        ]  # fmt: skip
        for name, section, part in given:
            if name in seen:
                self._problem(
                    problems.NAME_TWICE, part.place(), name=name, first=seen[name], second=section
                )
            seen.setdefault(name, section)

    def _given(self) -> None:
        """The names a decision is given: all may be missing, whatever is required of them."""
        for name, asked in self._policy.inputs.items():
            self._types[name] = types.TYPES[asked.value.type]
            self._titles[name] = asked.value.title
        inputs = dict(self._types)
        for name, feature in self._policy.features.items():
            self._types[name] = feature.value.type
            self._titles[name] = feature.value.title
            self._feature(name, feature, inputs)

    def _feature(self, name: str, part: Part[Window], inputs: Mapping[str, Type]) -> None:
        streams = {key: each.value for key, each in self._policy.streams.items()}
        day = self._policy.as_of
        if day is None or inputs.get(day, types.TEXT).kind != "timestamp":
            self._problem(problems.FEATURE_TIME_MISSING, part.place(), feature=name)
        try:
            self._features[name] = meaning(
                part.value, streams=streams, inputs=inputs, place=part.place
            )
        except UnableToUseInput as error:
            self._found += error.problems

    def _drafts(self) -> Iterator[_Draft]:
        for name, derived in self._policy.derived.items():
            yield _Draft((name,), _mentioned(derived.value.is_), self._derived(name, derived))
        for name, score in self._policy.scores.items():
            texts = [part.of for part in score.value.parts.values()]
            yield _Draft((name,), _mentioned(*texts), self._score(name, score))
        for name, table in self._policy.tables.items():
            value = table.value
            texts = [*value.columns.values(), *_formulas(value)]
            yield _Draft(tuple(value.gives), _mentioned(*texts), self._table(name, table))

    def _ordered(self, drafts: list[_Draft]) -> Iterator[Step]:
        """Read each draft as soon as what it mentions was read; what is left needs itself."""
        while drafts:
            waiting = {name for draft in drafts for name in draft.gives}
            ready = [draft for draft in drafts if not draft.mentions & waiting]
            if not ready:
                names = ", ".join(sorted(waiting))
                self._problem(problems.CIRCLE, self._policy.place("derived"), names=names)
                return
            for draft in ready:
                for step in draft.read():
                    self._needs |= dict.fromkeys(step.gives, step.needs)
                    yield step
            drafts = [draft for draft in drafts if draft not in ready]

    def _derived(self, name: str, part: Part[Derived]) -> Callable[[], Iterator[Step]]:
        def read() -> Iterator[Step]:
            yield from self._define(
                name, part.value.is_, partial(part.place, "is"), part.value.title
            )

        return read

    def _define(self, name: str, text: str, where: Where, title: Text) -> Iterator[Define]:
        """A value by an expression; where it cannot be read, its name is known all the same."""
        expression = self._expression(text, where)
        self._types[name] = expression.type if expression else types.NUMBER
        self._types[name] = replace(self._types[name], nullable=True)
        self._titles[name] = title
        if expression:
            if expression.type.kind == "text":
                self._grows(name, (expression,))
            yield Define(name, expression)

    def _expression(self, text: str, where: Where) -> Expression | None:
        """The expression; None with its problems told, and only for these its place is found."""
        try:
            found = language.parse(text, inputs=self._types)
        except UnableToUseInput:
            self._found += _problems(text, self._types, where())
            return None
        if "||" in text and (times := growth.times(found.node, self._growth)) > growth.TIMES_MOST:
            self._problem(problems.TEXT_GROWS, where(), times=times, limit=growth.TIMES_MOST)
            return None
        return found

    def _grows(self, name: str, expressions: Iterable[Expression]) -> None:
        """Remember how long a text can be that one of these gives."""
        longest = max((growth.times(e.node, self._growth) for e in expressions), default=1)
        if longest > 1:
            self._growth[name] = longest

    def _of_kind(self, name: str, text: str, where: Where, kind: Type) -> Expression | None:
        expression = self._expression(text, where)
        if expression is None:
            return None
        if not fits(expression.type.kind, kind.kind):
            facts = {"name": name, "wanted": kind.kind, "found": expression.type.kind}
            self._problem(problems.KIND_MISFIT, where(), **facts)
            return None
        return replace(expression, node=converted(expression.node, kind.kind))

    def _condition(self, text: str, where: Where) -> Expression | None:
        expression = self._expression(text, where)
        if expression and expression.node.kind != "boolean":
            self._problem(problems.NOT_BOOLEAN, where(), found=expression.node.kind)
            return None
        return expression

    def _cell(self, column: str, cell: str, where: Where) -> Expression | None:
        found = cells.condition(column, cell)
        if found is None:
            self._problem(problems.CELL_UNREADABLE, where(), cell=cell)
            return None
        text, ahead = found

        def place() -> Place:
            cell_at = where()
            start = cell_at.column if isinstance(cell_at.column, int) else 1
            return replace(cell_at, column=start - ahead)

        return self._condition(text, place)

    def _score(self, name: str, part: Part[Score]) -> Callable[[], Iterator[Step]]:
        def read() -> Iterator[Step]:
            score = part.value
            for key, characteristic in score.parts.items():
                yield from self._points(f"{name}.{key}", characteristic, part, key)
            terms = [f'"{name}.{key}"' for key in score.parts]
            text = " + ".join([repr(float(score.start)), *terms])
            yield from self._define(name, text, part.place, score.title)

        return read

    def _points(
        self, name: str, characteristic: Characteristic, part: Part[Score], key: str
    ) -> Iterator[Step]:
        column = f"{name}.of"
        place = partial(part.place, "parts", key, "of")
        yield from self._define(column, characteristic.of, place, characteristic.title)
        bands = [(band.is_, band.points, partial(part.place, "parts", key, "bands", number, "is"))
                 for number, band in enumerate(characteristic.bands)]  # fmt: skip
        # All the rest is the rest of what is there: a missing value has no points but `missing`.
        rest = None if characteristic.missing is not None else "IS NOT NULL"
        bands = [(is_ or rest, points, where) for is_, points, where in bands]
        if characteristic.missing is not None:
            bands.insert(0, ("IS NULL", characteristic.missing, place))
        rows = []
        for is_, points, where in bands:
            cell = self._cell(column, is_, where) if is_ else None
            gives = self._of_kind(name, repr(float(points)), where, types.NUMBER)
            if gives and (cell or not is_):
                rows.append(_lookup_row(((column, cell),) if cell else (), (gives,)))
        self._types[name] = types.NUMBER
        title = characteristic.title
        self._titles[name] = Text(en=f"points for {title.en}", zh=f"{title.zh}得分")
        output = LookupOutput(name, types.NUMBER, None, None)
        yield Lookup(name, "first", tuple(rows), (output,))

    def _table(self, name: str, part: Part[Table]) -> Callable[[], Iterator[Step]]:
        def read() -> Iterator[Step]:
            table = part.value
            columns = {}
            for column, text in table.columns.items():
                bare = text.strip() in self._types
                columns[column] = text.strip() if bare else f"{name}.{column}"
                if not bare:
                    place = partial(part.place, "columns", column)
                    called = verbatim(column)
                    yield from self._define(columns[column], text, place, called)
            outputs = [self._output(key, each, part) for key, each in table.gives.items()]
            rows = [self._row(number, row, columns, part) for number, row in enumerate(table.rows)]
            whole = tuple(row for row in rows if row is not None)
            for turn, output in enumerate(outputs):
                if output.type.kind == "text":
                    given = [row.gives[turn] for row in whole]
                    self._grows(output.name, [*given, *filter(None, [output.otherwise])])
            if table.hit == "collect":
                for turn, output in enumerate(outputs):
                    own = tuple(replace(row, gives=(row.gives[turn],)) for row in whole)
                    yield Lookup(f"{name}.{output.name}", "collect", own, (output,))
            else:
                yield Lookup(name, table.hit, whole, tuple(outputs))
            for key, each in table.gives.items():
                yield from self._rounded(key, each, part)

        return read

    def _output(self, name: str, output: Output, part: Part[Table]) -> LookupOutput:
        kind = types.TYPES[output.type]
        inner = f"{name}.exact" if output.round else name
        before = Text(en=f"{output.title.en} before rounding", zh=f"{output.title.zh}（取整前）")
        self._types[inner], self._titles[inner] = kind, before if output.round else output.title
        otherwise = None
        if output.otherwise is not None:
            where = partial(part.place, "gives", name, "otherwise")
            otherwise = self._of_kind(name, output.otherwise, where, kind)
        if output.type != "number" and (output.round or output.collect == "sum"):
            place = part.place("gives", name)
            facts = {"name": name, "wanted": "number", "found": output.type}
            self._problem(problems.KIND_MISFIT, place, **facts)
        return LookupOutput(inner, kind, output.collect, otherwise)

    def _row(
        self, number: int, row: Row, columns: dict[str, str], part: Part[Table]
    ) -> LookupRow | None:
        table = part.value
        found = [
            (columns[column], self._cell(columns[column], cell,
                                         partial(part.place, "rows", number, "when", column)))
            for column, cell in row.when.items()
        ]  # fmt: skip
        gives = [
            self._of_kind(name, row.give[name], partial(part.place, "rows", number, "give", name),
                          types.TYPES[output.type])
            for name, output in table.gives.items()
        ]  # fmt: skip
        whole = tuple((column, cell) for column, cell in found if cell is not None)
        given = tuple(value for value in gives if value is not None)
        if len(whole) < len(found) or len(given) < len(gives):
            return None
        return _lookup_row(whole, given)

    def _rounded(self, name: str, output: Output, part: Part[Table]) -> Iterator[Define]:
        if output.round and output.type == "number":
            text = _rounding(f'"{name}.exact"', output.round)
            told = _ROUNDED[output.round.mode].filled(
                value=self._titles[f"{name}.exact"], to=f"{output.round.to:,g}"
            )
            place = partial(part.place, "gives", name)
            for made in self._define(name, text, place, output.title):
                yield replace(made, told=told)

    def _checks(self) -> Iterator[Check]:
        policy = self._policy
        for name, asked in policy.inputs.items():
            if asked.value.required:
                yield from self._own(f"missing:{name}", name, _LACKS, asked.place)
        for rule in policy.rules.values():
            meant = self._rule(rule)
            if meant:
                yield self._check(rule, meant)
        for name in policy.offer:
            if name in self._types:
                yield from self._own(f"offer:{name}", name, _OPEN, partial(policy.place, "offer"))

    def _own(self, id_: str, name: str, reason: Text, where: Where) -> Iterator[Check]:
        """What a policy asks of itself: that a value is there."""
        expression = self._condition(f'"{name}" IS NULL', where)
        if expression:
            told = reason.filled(what=self._titles[name])
            yield Check(id_, expression, "refer", "refer", told, (name,), None, "")

    def _rule(self, part: Part[Rule]) -> Expression | None:
        rule, where = part.value, partial(part.place, "when")
        when = self._condition(rule.when, where)
        if when is None:
            return None
        if rule.since is None and rule.until is None:
            return when
        day = self._policy.as_of
        if day is None or self._types.get(day, types.TEXT).kind not in ("date", "timestamp"):
            self._problem(problems.AS_OF_MISSING, part.place(), rule=rule.id)
            return None
        day = f"TRY_CAST({day} AS DATE)" if self._types[day].kind == "timestamp" else day
        bounds = [f"{day} >= DATE '{rule.since}'"] if rule.since else []
        bounds += [f"{day} <= DATE '{rule.until}'"] if rule.until else []
        # The line ends before the bracket: the condition may end in a comment.
        return self._expression(f"{' AND '.join(bounds)} AND ({rule.when}\n)", where)

    def _check(self, part: Part[Rule], meant: Expression) -> Check:
        rule = part.value
        unverified = rule.law is not None and rule.law.verified_on is None
        asked = _NEVER_KNOWN if unverified else meant
        return Check(
            rule.id,
            asked,
            rule.then,
            rule.unknown or self._unknown(rule),
            rule.reason,
            tuple(self._roots(asked.names)),
            _UNVERIFIED if unverified else None,
            rule.law.cite if rule.law else rule.cite or "",
            meant if unverified else None,
            rule.law.verified_on if rule.law else None,
        )

    def _unknown(self, rule: Rule) -> Literal["decline", "refer", "ignore"]:
        """What follows where a rule does not say: a note changes nothing, known or not."""
        return "ignore" if rule.then == "note" else self._policy.unknown  # type: ignore[return-value]

    def _roots(self, names: Sequence[str]) -> Iterator[str]:
        """The inputs and features that names come from, each once."""
        waiting, seen = list(reversed(names)), set(names)
        while waiting:
            name = waiting.pop()
            if name not in self._needs:
                yield name
                continue
            fresh = [each for each in self._needs[name] if each not in seen]
            seen.update(fresh)
            waiting.extend(reversed(fresh))


_LACKS = Text(en="The application does not say, or not validly: {what}.",
              zh="申请中缺少或未能有效填写：{what}。")  # fmt: skip
_OPEN = Text(en="A person has to settle this first: {what}.", zh="需人工先行确定：{what}。")
_UNVERIFIED = Text(
    en="A legal rule for this case has not been confirmed yet, so a person decides.",
    zh="适用于此情形的一条法律规则尚未核实，因此由人工决定。",
)


def _places(policy: Merged) -> dict[str, Place]:
    """Where things stand, by the names that `Program.places` explains."""
    return dict(_each_place(policy))


def _each_place(policy: Merged) -> Iterator[tuple[str, Place]]:
    named: tuple[Mapping[str, _Standing], ...] = (
        policy.inputs, policy.features, policy.derived, policy.scores,
    )  # fmt: skip
    for parts in named:
        yield from ((name, part.place()) for name, part in parts.items())
    for name, score in policy.scores.items():
        for key, each in score.value.parts.items():
            yield f"{name}.{key}", score.place("parts", key)
            for number in range(len(each.bands)):
                yield f"{name}.{key}#{number + 1}", score.place("parts", key, "bands", number)
    for name, table in policy.tables.items():
        yield f"tables.{name}", table.place()
        yield from ((output, table.place("gives", output)) for output in table.value.gives)
        for number in range(len(table.value.rows)):
            yield f"tables.{name}#{number + 1}", table.place("rows", number)
    for name, rule in policy.rules.items():
        yield f"rules.{name}", rule.place("when")


def _lookup_row(
    cells: tuple[tuple[str, Expression], ...], gives: tuple[Expression, ...]
) -> LookupRow:
    each = tuple(cell for _, cell in cells)
    return LookupRow(cells, _all(each) if each else None, gives)


def _all(conditions: tuple[Expression, ...]) -> Expression:
    """Conditions joined by AND."""
    if len(conditions) == 1:
        return conditions[0]
    nodes = tuple(each.node for each in conditions)
    node = Call(_AND, nodes, "boolean", any(each.nullable for each in nodes))
    text = " AND ".join(f"({each.text})" for each in conditions)
    inputs = {name: type_ for each in conditions for name, type_ in each.inputs}
    return Expression(text, node, tuple(inputs.items()))


def _mentioned(*texts: str) -> frozenset[str]:
    """Every word of the texts outside quotes: a superset of the names they use."""
    return frozenset(word for text in texts for word in _WORD.findall(_QUOTED.sub("", text)))


def _formulas(table: Table) -> Iterator[str]:
    for row in table.rows:
        yield from row.when.values()
        yield from row.give.values()
    for output in table.gives.values():
        if output.otherwise is not None:
            yield output.otherwise


def _problems(text: str, inputs: Mapping[str, Type], place: Place) -> tuple[Problem, ...]:
    """What is wrong with an expression; read once more, as only now its place is worth finding."""
    try:
        language.parse(text, inputs=inputs, where=place)
    except UnableToUseInput as error:
        return error.problems
    return ()


def _rounding(value: str, how: Round) -> str:
    """An amount rounded, once the dust of binary sums and products is off it.

    33.3 * 0.35 is 11.654999999999998 to a double and 11.655 to everybody else: 11.66 in cents.
    """
    step = repr(float(how.to))
    part = {"half_up": "ROUND", "down": "FLOOR", "up": "CEIL"}[how.mode]
    if how.to >= 1:
        return f"{part}(ROUND({value} / {step}, 9)) * {step}"
    digits = len(f"{how.to:f}".rstrip("0").split(".")[1])
    if how.mode == "half_up":
        return f"ROUND(ROUND({value}, {digits + 6}), {digits})"
    scale = repr(float(10**digits))
    return f"ROUND({part}(ROUND({value} * {scale}, 6)) / {scale}, {digits})"


_ROUNDED = {
    "half_up": Text(
        en="{value}, rounded to a multiple of {to}", zh="{value}四舍五入至{to}的整数倍"
    ),
    "down": Text(
        en="{value}, rounded down to a multiple of {to}", zh="{value}向下取整至{to}的整数倍"
    ),
    "up": Text(en="{value}, rounded up to a multiple of {to}", zh="{value}向上取整至{to}的整数倍"),
}
