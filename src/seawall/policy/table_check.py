"""Rows never used, gaps and overlaps of one table or characteristic."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from seawall.core.expression.python import python_function
from seawall.core.expression.types import Value
from seawall.core.expression.writing import constant
from seawall.core.problem import Kind, Place
from seawall.policy import check_problems
from seawall.policy.boxes import Boxes, Point, SearchEnded, Within, bits
from seawall.policy.finding import Application, Finding, Proof, how, listed
from seawall.policy.probing import TRUE, Goal, Prober
from seawall.policy.program import Lookup, Program
from seawall.policy.proving import Answer, Clock, Prover
from seawall.policy.reach import bare
from seawall.policy.regions import Domain
from seawall.policy.twin import both_match, numbered

GAPS_MOST = 5
OVERLAPS_MOST = 20


def findings(
    program: Program, lookup: Lookup, domains: Mapping[str, Domain], clock: Clock
) -> Iterator[Finding]:
    """Everything about one table.

    Args:
        program: the policy.
        lookup: one of its tables.
        domains: what every name can hold.
        clock: how long the whole check may take.
    """
    table = _Table(program, lookup, domains, clock)
    yield from table.opaque()
    for part in (table.rows, table.overlaps, table.gaps):
        try:
            yield from part()
        except SearchEnded:
            yield table.unfinished("the limit of its search was reached", "已达搜索上限")


class _Table:
    """One table, its boxes, and its twin whose answer is the number of the row that it used."""

    def __init__(
        self, program: Program, lookup: Lookup, domains: Mapping[str, Domain], clock: Clock
    ) -> None:
        self._program, self._lookup, self._clock = program, lookup, clock
        self._boxes = Boxes(lookup, domains)
        self._compiled: dict[int, Callable[..., Value]] = {}
        self._every = (1 << len(lookup.rows)) - 1
        self._inputs = bare(program)
        columns = [column.name for column in self._boxes.columns if column.name is not None]
        roots = [self._inputs.get(name) for name in columns]
        # Every point of the columns is an application's: no column is computed, none comes twice.
        self._direct = self._boxes.exact and None not in roots and len(set(roots)) == len(roots)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The columns that any row looks at, in order."""
        return tuple(dict.fromkeys(name for row in self._lookup.rows for name, _ in row.cells))

    @cached_property
    def _prover(self) -> Prover:
        prober = Prober(numbered(self._program, self._lookup))
        if not self._direct:
            prober.explore()
        return Prover(prober, self._clock)

    def opaque(self) -> Iterator[Finding]:
        """Cells that are not understood."""
        if count := self._boxes.opaque:
            yield self._finding(check_problems.CELL_OPAQUE, None, {"count": count}, "proved")

    def unfinished(self, left: str, left_zh: str) -> Finding:
        """A search that was given up."""
        facts = {"what": self._name, "left": left, "left_zh": left_zh}
        return self._finding(check_problems.NOT_SEARCHED, None, facts, "undecided")

    def rows(self) -> Iterator[Finding]:
        """Rows never used."""
        unsettled = []
        for number in range(len(self._lookup.rows)):
            box = self._boxes.box(number)
            earlier = (1 << number) - 1 if self._lookup.hit == "first" else 0
            if self._boxes.free(box, earlier) is None:
                yield self._unreachable(number, box, earlier)
            elif not self._direct:
                answer = self._used(number)
                if answer.proof == "proved":
                    said = how(rounded=answer.rounded)
                    by = f"no application has such values{said['how']}"
                    yield self._row(number, by, f"没有申请具有这样的取值{said['how_zh']}")
                if answer.proof == "undecided":
                    unsettled.append(self._label(number))
        if unsettled:
            rows = listed(unsettled)
            facts: dict[str, object] = {
                "claim": f"these rows of {self._name} are ever used: {rows}",
                "claim_zh": f"{self._name} 的这些行是否会用到：{rows}",
            }
            yield self._finding(check_problems.UNDECIDED, None, facts, "undecided")

    def _used(self, number: int) -> Answer:
        """Whether an application uses a row; where not only the first counts, whether it matches."""
        if self._lookup.hit == "first":
            return self._prover.answer(Goal({number + 1: TRUE}))
        return self._matching(number, number)

    def _row(self, number: int, by: str, by_zh: str, example: Application | None = None) -> Finding:
        facts = {"row": self._label(number), "by": by, "by_zh": by_zh}
        return self._finding(
            check_problems.ROW_UNREACHABLE, example, facts, "proved", (self._label(number),)
        )

    def _unreachable(self, number: int, box: Within, earlier: int) -> Finding:
        """A row whose box is empty, or covered by earlier rows."""
        if not all(box):
            return self._row(number, "no value matches it", "没有取值与之匹配")
        point = tuple(next(bits(regions)) for regions in box)
        alive, true = self._boxes.at(point)
        taker = next(bits(alive))
        example = self._shown(number, point, taker, matched=bool(true >> taker & 1))
        single = self._boxes.stubborn(box, earlier)
        if single and next(bits(single)) == taker and not true >> taker & 1:
            facts: dict[str, object] = {"row": self._label(number), "by": self._label(taker)}
            about = (self._label(number), self._label(taker))
            return self._finding(check_problems.ROW_BLOCKED, example, facts, "proved", about)
        if single:
            label = self._label(next(bits(single)))
            return self._row(
                number, f"row {label} takes all its cases", f"第 {label} 行占用其全部情形", example
            )
        return self._row(
            number, "earlier rows take all its cases", "前面各行占用其全部情形", example
        )

    def _shown(self, number: int, point: Point, taker: int, *, matched: bool) -> Application | None:
        """An application that the row matches and an earlier row takes, by running the table."""
        if not self._direct:
            return self._matching(number, number).application
        application = self._application(point)
        meant = self._truth(number, application) is True
        took = self._truth(taker, application) is (True if matched else None)
        return application if meant and took else None

    def _truth(self, number: int, application: Application) -> Value:
        """What a row's condition, compiled, says of an application."""
        condition = self._lookup.rows[number].condition
        if condition is None:
            return True
        if number not in self._compiled:
            self._compiled[number] = python_function(condition)
        values = self._values(application)
        return self._compiled[number](*(values[name] for name in condition.names))

    def _values(self, application: Application) -> Mapping[str, Value]:
        """The table's columns, and whatever else its rows read."""
        if self._direct:
            return {name: application[self._inputs[name]] for name in self._names}
        return self._prover.prober.decider.values(application)

    def _matching(self, first: int, second: int) -> Answer:
        """Whether an application matches two rows."""
        program = both_match(self._program, self._lookup, (first, second))
        prober = Prober(program)
        if not self._direct:
            prober.explore()
        return Prover(prober, self._clock).answer(Goal({0: TRUE}))

    def gaps(self) -> Iterator[Finding]:
        """Cases without a row, where the table does not say what holds otherwise."""
        if all(output.otherwise for output in self._lookup.outputs):
            return
        boxes: list[Within] = []
        while len(boxes) < GAPS_MOST:
            point = self._boxes.free(self._boxes.whole, self._every, boxes)
            if point is None:
                return
            if not self._direct:
                yield from self._indirect_gap()
                return
            boxes.append(self._boxes.widened(point))
            application = self._application(point)
            if self._prover.prober.meets(application, Goal({0: TRUE})):
                yield self._gap(application)
        yield self.unfinished(f"only {GAPS_MOST} gaps are told", f"仅列出 {GAPS_MOST} 个缺口")

    def _indirect_gap(self) -> Iterator[Finding]:
        answer = self._prover.answer(Goal({0: TRUE}))
        if answer.application is not None:
            yield self._gap(answer.application)
        if answer.proof == "undecided":
            facts: dict[str, object] = {
                "claim": f"{self._name} has a row for every application",
                "claim_zh": f"{self._name} 是否覆盖所有申请",
            }
            yield self._finding(check_problems.UNDECIDED, None, facts, "undecided")

    def _gap(self, application: Application) -> Finding:
        facts: dict[str, object] = {"where": self._where(application)}
        return self._finding(check_problems.TABLE_GAP, application, facts, "example")

    def overlaps(self) -> Iterator[Finding]:
        """Rows of a `unique` table that match at once."""
        if self._lookup.hit != "unique":
            return
        told = 0
        for first in range(len(self._lookup.rows)):
            for second in self._boxes.meeting(first):
                if told == OVERLAPS_MOST:
                    yield self.unfinished(f"only {told} overlaps are told", f"仅列出 {told} 处重叠")
                    return
                finding = self._overlap(first, second)
                told += finding is not None
                yield from filter(None, [finding])

    def _overlap(self, first: int, second: int) -> Finding | None:
        answer = self._together(first, second)
        if answer.proof == "proved":
            return None
        one, two = self._label(first), self._label(second)
        if answer.application is None:
            facts: dict[str, object] = {
                "claim": f"rows {one} and {two} of {self._name} ever match together",
                "claim_zh": f"{self._name} 的第 {one} 行与第 {two} 行是否会同时匹配",
            }
            return self._finding(check_problems.UNDECIDED, None, facts, "undecided", (one, two))
        facts = {"first": one, "second": two, "where": self._where(answer.application)}
        return self._finding(
            check_problems.ROWS_OVERLAP, answer.application, facts, "example", (one, two)
        )

    def _together(self, first: int, second: int) -> Answer:
        if self._direct:
            boxes = zip(self._boxes.box(first), self._boxes.box(second), strict=True)
            application = self._application(tuple(next(bits(a & b)) for a, b in boxes))
            if all(self._truth(number, application) is True for number in (first, second)):
                return Answer("example", application)
        return self._matching(first, second)

    def _application(self, point: Point) -> Application:
        values = self._boxes.values(point)
        named: Application = {self._inputs[name]: None for name in values}
        return {**named, **{self._inputs[name]: value for name, value in values.items()}}

    @cached_property
    def _name(self) -> str:
        name = self._lookup.name
        own = {output.name.removesuffix(".exact") for output in self._lookup.outputs}
        collects = self._lookup.hit == "collect" and "." in name
        return name.rsplit(".", 1)[0] if collects and name.rsplit(".", 1)[1] in own else name

    @cached_property
    def _missing_first(self) -> bool:
        """Whether a characteristic's row for missing values stands before its bands."""
        lookup = self._lookup
        bands = lookup.name == lookup.outputs[0].name and "." in lookup.name
        first = lookup.rows[0].condition
        return bands and first is not None and first.text.endswith('" IS NULL')

    def _label(self, number: int) -> str:
        """A row's number as its author counts; `missing` for that of a characteristic."""
        if not self._missing_first:
            return str(number + 1)
        return str(number) if number else "missing"

    def _where(self, application: Application) -> str:
        """An application by the table's columns, which may be computed."""
        values = self._values(application)
        plain = {name: name.removeprefix(f"{self._name}.") for name in self._names}
        return _where({self._inputs.get(name, plain[name]): values[name] for name in self._names})

    def _finding(
        self, kind: Kind, example: Application | None, facts: Mapping[str, object],
        proof: Proof, rows: tuple[str, ...] = (),
    ) -> Finding:  # fmt: skip
        about = (self._name, *rows)
        place = self._place(rows[0]) if rows else self._place("")
        return Finding(kind, about, proof, example, {"table": self._name, **facts}, place)

    def _place(self, row: str) -> Place | None:
        places = self._program.places
        names = (
            f"{kind}{self._name}{tail}" for tail in (f"#{row}", "") for kind in ("tables.", "")
        )
        return next((places[name] for name in names if name in places), None)


def _where(values: Mapping[str, Value]) -> str:
    """Values in a sentence, in the policy's own language."""
    parts = [f"{name} = {constant(value)}" for name, value in values.items() if value is not None]
    return ", ".join(
        [*parts, *(f"{name} IS NULL" for name, value in values.items() if value is None)]
    )
