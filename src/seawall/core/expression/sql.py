"""Compile expressions to SQL: one scalar expression, for DuckDB or for Spark.

Every argument stands in the text once, or where a rule needs a value twice, is repeated if it is
short and handed to a one-element list if it is long: the text grows with the expression, never
with its power. DuckDB's text says only what Spark means alike, so it may also stand in the steps
of `core.steps`, which sqlglot transpiles as a whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from seawall.core.expression import dialect as dialects
from seawall.core.expression import operators, pattern
from seawall.core.expression.dialect import KINDS, Dialect, fill, template
from seawall.core.expression.language import Expression
from seawall.core.expression.tree import Call, Constant, Name, Node, Pattern, branches
from seawall.core.expression.types import Kind, Type

IN_RANGE: dict[Kind, str] = {
    "date": "CASE WHEN {v} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN {v} END",
    "timestamp": "CASE WHEN {v} BETWEEN TIMESTAMP '0001-01-01 00:00:00' "
    "AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN {v} END",
}
REPEATED_MOST = 400
"""Characters that may be added to a text by repeating a value; more is handed to a list."""

SUBJECT_MOST = 80
"""Characters of a subject of IN, BETWEEN or CASE, which DuckDB's planner repeats and repeats."""


@dataclass(frozen=True)
class Piece:
    """A piece of SQL: its text, whether it can stand anywhere, whether it may be infinite or NaN."""

    text: str
    atomic: bool = False
    raw: bool = False

    @property
    def inner(self) -> str:
        """The text, fit to stand inside another one."""
        return self.text if self.atomic else f"({self.text})"


def sql_text(expression: Expression, dialect: Dialect = "duckdb", *, clean: bool = False) -> str:
    """The expression over columns that are named as its inputs.

    Args:
        expression: what to compile.
        dialect: for which engine.
        clean: the columns already are what `sql_input` makes of them.

    The columns may be of any SQL type of the input's kind: an integer of at most 64 bits; a
    number as FLOAT, DOUBLE or DECIMAL; a text; a date; a timestamp without zone (UTC).

    >>> from seawall.core.expression import language, types
    >>> low = language.parse("income < 3000", inputs={"income": types.INTEGER})
    >>> sql_text(low, clean=True)
    '"income" < CAST(3000 AS BIGINT)'
    """
    compiler = Compiler(dialect, clean=clean)
    piece = compiler.settled(compiler.piece(expression.node))
    text = piece.text
    if expression.type.kind == "number":
        # Adding zero turns -0.0 into 0.0: the language knows one zero.
        text = f"{piece.inner} + 0E0"
    if expression.promised:
        names = (dialects.name(name, dialect) for name in expression.promised)
        there = " AND ".join(f"{name} IS NOT NULL" for name in names)
        text = f"CASE WHEN {there} THEN {text} END"
    return text


def sql_input(name: str, type_: Type, dialect: Dialect = "duckdb") -> str:
    """A column as an input: of the kind's own SQL type, and NULL where its value is none."""
    compiler = Compiler(dialect, clean=False)
    return compiler.settled(compiler.piece(Name(name, type_.kind, nullable=True))).text


class Compiler:
    """Turns nodes into pieces of SQL."""

    def __init__(self, dialect: Dialect, *, clean: bool) -> None:
        self._dialect = dialect
        self._clean = clean

    def piece(self, node: Node) -> Piece:
        """The SQL of a node."""
        if isinstance(node, Constant):
            return Piece(dialects.constant(node.value, node.kind, self._dialect), atomic=True)
        if isinstance(node, Name):
            return self._name(node)
        form = FORMS.get(node.overload.operator)
        return form(self, node) if form else self._strict(node)

    def settled(self, piece: Piece) -> Piece:
        """The piece with raw numbers turned into NULL."""
        return self._with(piece, operators.GUARD, {}) if piece.raw else piece

    def _name(self, node: Name) -> Piece:
        column = dialects.name(node.name, self._dialect)
        if self._clean:
            return Piece(column, atomic=True)
        cast = Piece(f"CAST({column} AS {KINDS[self._dialect][node.kind]})", atomic=True)
        if node.kind in IN_RANGE:
            return self._with(cast, IN_RANGE[node.kind], {})
        return replace(cast, raw=node.kind == "number")

    def _strict(self, node: Call) -> Piece:
        """What the table's template says; SQL itself gives NULL where an argument is."""
        row = node.overload
        settings = _settings(node)
        pieces = [self.piece(argument) for argument in node.arguments]
        if row.raw in ("never", "starts"):
            pieces = [self.settled(piece) for piece in pieces]
        if row.before:
            rules = zip(pieces, row.before, node.arguments, strict=True)
            pieces = [
                piece if _is_needless(rule, argument) else self._with(piece, rule, settings)
                for piece, rule, argument in rules
            ]
        raw = row.raw == "starts" or (row.raw == "carries" and not _is_tame(row, pieces))
        if row.sql == "{0}":
            whole = replace(pieces[0], raw=raw)
        else:
            text = self._template(row.sql, settings)
            holes = {str(index): piece.inner for index, piece in enumerate(pieces)}
            text = fill(text, pattern=self._pattern(node), **holes)
            whole = Piece(text, atomic=_is_call(row.sql), raw=raw)
        return self._with(whole, row.after, settings) if row.after else whole

    def _template(self, duckdb: str, settings: dict[str, str]) -> str:
        return template(fill(duckdb, **settings), self._dialect)

    def _pattern(self, node: Call) -> str:
        if not isinstance(node.option, Pattern):
            return ""
        text, escape = pattern.sql(node.option)
        ending = f" ESCAPE {dialects.text(escape, self._dialect)}" if escape else ""
        return dialects.text(text, self._dialect) + ending

    def _with(self, piece: Piece, rule: str, settings: dict[str, str]) -> Piece:
        """A rule over one value: it is repeated there if it is short, else put into a list."""
        if rule == "{v}":
            return piece
        raw = piece.raw and rule is not operators.GUARD
        ready = self._template(rule, settings)
        if (ready.count("{v}") - 1) * len(piece.inner) <= REPEATED_MOST:
            return Piece(f"({fill(ready, v=piece.inner)})", atomic=True, raw=raw)
        return Piece(dialects.applied(ready, piece.text, self._dialect), atomic=True, raw=raw)

    def _over_all(self, pieces: list[Piece], rule: str) -> Piece:
        """A rule over values of one kind: repeated if they are short, else put into a list."""
        texts = [piece.text for piece in pieces]
        if sum(map(len, texts)) > REPEATED_MOST:
            return Piece(dialects.applied_to_all(rule, texts, self._dialect), atomic=True)
        holes = {str(index): piece.inner for index, piece in enumerate(pieces)}
        return Piece(f"({fill(rule, **holes)})", atomic=True)

    def _all(self, node: Call) -> list[Piece]:
        return [self.settled(self.piece(argument)) for argument in node.arguments]

    def logic(self, node: Call) -> Piece:
        """AND, OR: SQL's own are Kleene's."""
        word = f" {node.overload.operator} "
        return Piece(word.join(piece.inner for piece in self._all(node)))

    def is_(self, node: Call) -> Piece:
        """IS NULL, IS TRUE, IS FALSE."""
        (piece,) = self._all(node)
        return Piece(f"{piece.inner} {node.overload.operator}")

    def between(self, node: Call) -> Piece:
        """BETWEEN."""
        return self._of_subject(self._all(node), "{0} BETWEEN {1} AND {2}")

    def in_(self, node: Call) -> Piece:
        """IN."""
        pieces = self._all(node)
        listed = ", ".join(f"{{{index}}}" for index in range(1, len(pieces)))
        return self._of_subject(pieces, f"{{0}} IN ({listed})")

    def _of_subject(self, pieces: list[Piece], rule: str) -> Piece:
        """A rule over values of one kind, of which DuckDB's planner repeats the first."""
        texts = [piece.text for piece in pieces]
        if len(texts[0]) > SUBJECT_MOST:
            return Piece(dialects.applied_to_all(rule, texts, self._dialect), atomic=True)
        return Piece(fill(rule, **{str(i): piece.inner for i, piece in enumerate(pieces)}))

    def case(self, node: Call) -> Piece:
        """CASE; its results may stay raw."""
        subjects, conditions, results = branches(node.arguments, simple=bool(node.option))
        given = [self.piece(result) for result in results]
        raw = any(piece.raw for piece in given)
        tests = [self.settled(self.piece(node)) for node in (*subjects, *conditions)]
        if subjects and len(tests[0].text) > SUBJECT_MOST:
            return Piece(self._chosen(tests, given), atomic=True, raw=raw)
        subject = f"{tests.pop(0).inner} " if subjects else ""
        pairs = zip(tests, given, strict=False)
        when = " ".join(f"WHEN {test.text} THEN {piece.text}" for test, piece in pairs)
        text = f"(CASE {subject}{when} ELSE {given[-1].text} END)"
        return Piece(text, atomic=True, raw=raw)

    def _chosen(self, tests: list[Piece], given: list[Piece]) -> str:
        """A simple CASE over a long subject: everything stands once, in a one-row list."""
        count = range(1, len(tests))
        fields = {"s": tests[0].text, "e": given[-1].text}
        fields |= {f"w{i}": tests[i].text for i in count}
        fields |= {f"r{i}": given[i - 1].text for i in count}
        when = " ".join(f"WHEN v.w{i} THEN v.r{i}" for i in count)
        row = dialects.row(fields, self._dialect)
        return dialects.applied(f"CASE v.s {when} ELSE v.e END", row, self._dialect)

    def coalesce(self, node: Call) -> Piece:
        """COALESCE."""
        return Piece(f"COALESCE({', '.join(piece.text for piece in self._all(node))})", atomic=True)

    def nullif(self, node: Call) -> Piece:
        """NULLIF, spelled out: DuckDB's is a macro that doubles its first argument."""
        return self._over_all(self._all(node), "CASE WHEN {0} = {1} THEN NULL ELSE {0} END")

    def extreme(self, node: Call) -> Piece:
        """LEAST, GREATEST: NULL where one is NULL; both engines' own pass over it."""
        holes = [f"{{{index}}}" for index in range(len(node.arguments))]
        missing = " OR ".join(f"{hole} IS NULL" for hole in holes)
        least = f"{node.overload.operator}({', '.join(holes)})"
        # Spark's own takes no fewer than two.
        least = least if len(holes) > 1 else holes[0]
        return self._over_all(self._all(node), f"CASE WHEN {missing} THEN NULL ELSE {least} END")


FORMS: dict[str, Callable[[Compiler, Call], Piece]] = {
    "AND": Compiler.logic,
    "OR": Compiler.logic,
    "IS NULL": Compiler.is_,
    "IS TRUE": Compiler.is_,
    "IS FALSE": Compiler.is_,
    "BETWEEN": Compiler.between,
    "IN": Compiler.in_,
    "CASE": Compiler.case,
    "COALESCE": Compiler.coalesce,
    "NULLIF": Compiler.nullif,
    "LEAST": Compiler.extreme,
    "GREATEST": Compiler.extreme,
}


def _is_tame(row: operators.Overload, pieces: list[Piece]) -> bool:
    """Whether an operator that carries raw numbers starts none of its own."""
    return row.operator not in operators.STARTS_RAW and not any(piece.raw for piece in pieces)


def _is_needless(rule: str, argument: Node) -> bool:
    """Whether a divisor was written down and is plainly none of those the rule is about."""
    divides = rule in (operators.NONZERO, operators.DIVISOR)
    return divides and isinstance(argument, Constant) and argument.value not in (None, 0, -1)


def _is_call(written: str) -> bool:
    """Whether a template is one function call, which needs no brackets."""
    function, bracket, rest = written.partition("(")
    return bool(bracket) and function.replace("_", "").isalnum() and rest.find(")") == len(rest) - 1


def _settings(node: Call) -> dict[str, str]:
    """What the text fixed, for the templates."""
    option = node.option
    if isinstance(option, tuple):
        return {"start": str(option[0]), "length": str(option[1])}
    if node.overload.operator == "ROUND" and isinstance(option, int):
        up, down = ("*", "/") if option >= 0 else ("/", "*")
        return {"up": up, "down": down, "scale": dialects.number(10.0 ** abs(option))}
    return {}
