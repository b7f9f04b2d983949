"""What the solver is told an expression means, against what the compiled expression answers."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
import z3

from seawall.core import pack
from seawall.core.expression import language, sample
from seawall.core.expression.language import Expression
from seawall.core.expression.python import python_function
from seawall.core.expression.types import Value
from seawall.core.problem import UnableToUseInput
from seawall.policy import reading
from seawall.policy.declaration import Sheet
from seawall.policy.encoding import Encoder
from seawall.policy.program import Program
from seawall.policy.reach import rounds

TITLE = "title: {en: x, zh: 项}"
BASE = reading.program([pack.parse_placed(
    "id: p\ntitle: {en: p, zh: 策}\nabout: {en: p, zh: 策}\nsince: 2026-01-01\ncite: internal\ninputs:\n"
    + "".join(f"  {name}: {{type: {type_.kind}, {TITLE}}}\n" for name, type_ in sample.INPUTS.items())
    + "rules:\n  - {id: r, when: boolean_1, then: refer, reason: {en: R., zh: 由。}, cite: internal}\n",
    "p.yaml", Sheet,
)])  # fmt: skip


def asking(expression: Expression) -> Program:
    """A program whose only check is about an expression."""
    return replace(BASE, checks=(replace(BASE.checks[0], expression=expression),))


def compared(expression: Expression, records: list[tuple[Value, ...]]) -> int:
    """How many records the solver's formula and the compiled expression were compared on."""
    encoder = Encoder(asking(expression))
    symbol = encoder.node(expression.node)
    if encoder.free or rounds(expression.node, frozenset()):
        return 0
    run, done = python_function(expression), 0
    for record in records:
        values = dict(zip(sample.INPUTS, record, strict=True))
        if not all(known(encoder, values[name]) for name in expression.names):
            continue
        given = []
        for name in expression.names:
            read = python_function(language.parse(name, inputs=sample.INPUTS))(values[name])
            own = encoder.name(name)
            given.append((own.null, z3.BoolVal(read is None, encoder.context)))
            if read is not None:
                given.append((own.value, encoder.literal(read, sample.INPUTS[name].kind)))
        null = symbol.null
        if not isinstance(null, bool):
            null = z3.is_true(z3.simplify(z3.substitute(null, *given)))
        answer = run(*(values[name] for name in expression.names))
        assert null == (answer is None), (expression.text, values)
        if answer is not None:
            value = z3.simplify(z3.substitute(symbol.value, *given))
            wanted = encoder.literal(answer, expression.node.kind)
            same = z3.simplify(value == wanted)
            assert z3.is_true(same), (expression.text, values, value, wanted)
        done += 1
    return done


def known(encoder: Encoder, value: Value) -> bool:
    """A text between two constants has no one place; beyond 2^53 integers and doubles part."""
    if isinstance(value, str):
        return value in encoder._texts  # noqa: SLF001
    return not isinstance(value, int | float) or abs(value) < 2**53


def test_the_solver_means_what_the_compiled_expression_answers() -> None:
    chance = random.Random(11)  # noqa: S311
    writer = sample.Writer(chance, without=sample.INEXACT)
    done = 0
    for _ in range(700):
        try:
            text = writer.expression("boolean", chance.randint(1, 4))
            expression = language.parse(text, inputs=sample.INPUTS)
        except UnableToUseInput:
            continue
        done += compared(expression, list(sample.records(chance, 6)))
    assert done > 900


@pytest.mark.parametrize(
    "text",
    [
        "WHOLE_YEARS(date_1, date_2)", "WHOLE_MONTHS(date_1, date_2)", "YEAR(date_1)", "MONTH(date_1)",
        "DAY(date_1)", "ISODOW(date_1)", "date_1 - date_2", "date_1 + integer_1", "date_1 - integer_1",
        "YEAR(timestamp_1) * 10000 + MONTH(timestamp_1) * 100 + DAY(timestamp_1)", "HOUR(timestamp_1)",
        "MINUTE(timestamp_1)", "SECONDS_BETWEEN(timestamp_1, timestamp_2)",
        "TRY_CAST(timestamp_1 AS DATE)", "TRY_CAST(date_1 AS TIMESTAMP)", "integer_1 % integer_2",
    ],
)  # fmt: skip
def test_the_solver_knows_the_calendar(text: str) -> None:
    chance = random.Random(5)  # noqa: S311
    expression = language.parse(text, inputs=sample.INPUTS)
    start = datetime(1, 1, 1)  # noqa: DTZ001
    records: list[tuple[Value, ...]] = []
    for _ in range(150):
        days = [date.fromordinal(chance.randint(1, 3_652_059)) for _ in range(2)]
        if chance.random() < 0.5:
            days[1] = date.fromordinal(
                min(3_652_059, days[0].toordinal() + chance.randint(0, 1500))
            )
        times = [
            start + timedelta(microseconds=chance.randrange(315_537_897_600_000_000)) for _ in days
        ]
        numbers = [chance.randint(-4_000_000, 4_000_000), chance.randint(-9, 9)]
        kinds: dict[str, list[Value]] = {
            "date": [*days], "timestamp": [*times], "integer": [*numbers],
        }  # fmt: skip
        records.append(tuple(
            kinds.get(name[:-2], [None, None])[int(name[-1]) - 1] for name in sample.INPUTS
        ))  # fmt: skip
    assert compared(expression, records) == 150


def test_numbers_are_the_decimals_that_were_written() -> None:
    expression = language.parse("number_1 + number_2", inputs=sample.INPUTS)
    encoder = Encoder(asking(expression))
    encoder.node(expression.node)
    assert rounds(expression.node, frozenset())
    assert str(encoder.literal(0.1, "number")) == "1/10"
    assert Fraction(str(encoder.literal(-2.5e-3, "number"))) == Fraction(-1, 400)
