"""A policy file from a stranger: it runs no code, reads no file, hangs nothing; it has problems.

Every mistake is a problem with file, line and column, whatever was done to the file.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core import pack
from seawall.core.expression import language, types
from seawall.core.expression.python import python_function
from seawall.core.expression.sql import sql_text
from seawall.core.problem import Problem, UnableToUseInput
from seawall.office import packs
from seawall.policy import history, reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program

SECONDS_MOST = 10.0
"""Of one file's reading, compiling and deciding, on one slow core; what hangs takes minutes."""
HEAD = """\
id: small
title: {en: Small, zh: 小}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: House
as_of: day
inputs:
  day: {type: date, title: {en: day, zh: 日期}}
  debt: {type: number, title: {en: debt, zh: 负债}}
  name: {type: text, title: {en: name, zh: 名}}
"""
RULES = (
    "rules:\n  - {id: r, when: debt > 10, then: decline, reason: {en: R., zh: 理由。}, cite: H}\n"
)
TITLE = "title: {en: a, zh: 甲}"
OUTSIDE = ("open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "urllib.")
_heard: list[str] | None = None


def _listen(event: str, _: object) -> None:
    if _heard is not None and event.startswith(OUTSIDE):
        _heard.append(event)


sys.addaudithook(_listen)


@contextmanager
def nothing_outside() -> Iterator[None]:
    """Nothing within opens a file, a process or a connection: Python itself says so."""
    global _heard  # noqa: PLW0603 - an audit hook stays for ever, so it is told when to listen
    _heard = []
    try:
        yield
        assert _heard == []
    finally:
        _heard = None


def problems(text: str) -> tuple[Problem, ...]:
    """Read, compile and decide; the problems, each with its place and sentences."""
    began = time.process_time()
    found: tuple[Problem, ...] = ()
    try:
        with nothing_outside():
            program = reading.program([pack.parse_placed(text, "strange.yaml", Sheet)])
            used(program)
    except UnableToUseInput as error:
        found = error.problems
        assert found
    assert time.process_time() - began < SECONDS_MOST
    for each in found:
        assert each.where.file == "strange.yaml"
        assert isinstance(each.where.line, int)
        assert isinstance(each.where.column, int)
        assert each.sentence("en")
        assert each.sentence("zh")
    return found


def used(program: Program) -> None:
    """What a policy without problems does when it is used."""
    decider = Decider(program)
    for value in (None, "a" * 1000, 1e308, -1, True):
        decider.decide(dict.fromkeys(program.asked, value))
    history.decisions(program, columns=program.asked).sql()


def test_a_file_without_mistakes_has_no_problems() -> None:
    assert problems(HEAD + RULES) == ()


def test_an_opened_file_would_be_noticed() -> None:
    with pytest.raises(AssertionError), nothing_outside():
        packs.conventions()


def scalar(text: str) -> str:
    return HEAD.replace("cite: House", f"cite: {text}") + RULES


def rule(when: str) -> str:
    return HEAD + RULES.replace("debt > 10", when)


def derived(*texts: str, first: int = 0) -> str:
    lines = [f'  a{n}: {{{TITLE}, is: "{text}"}}\n' for n, text in enumerate(texts, first)]
    return HEAD + "derived:\n" + "".join(lines) + RULES


def chained(how: str, count: int) -> str:
    return derived(*(how.format(n=n) for n in range(1, count)), first=2).replace(
        "derived:\n", f"derived:\n  a1: {{{TITLE}, is: name}}\n"
    )


REFUSED = {
    "tag that runs code": (scalar('!!python/object/apply:os.system ["true"]'), "pack-tag"),
    "tag of a truth that is none": (scalar("!!bool maybe"), "pack-tag"),
    "tag of a time that is none": (scalar("!!timestamp x"), "pack-tag"),
    "tag of bytes": (scalar("!!binary 防"), "pack-tag"),
    "day that is none": (scalar("0000-00-00"), "pack-value-unclear"),
    "time that is none": (scalar("2026-01-01 25:61:61"), "pack-value-unclear"),
    "merge": (HEAD.replace("cite: House", "<<: {cite: House}") + RULES, "pack-merge-key"),
    "anchor and alias": ("a: &a [x]\nb: *a\n", "pack-not-yaml"),
    "billion laughs": (
        "a: &a [x, x]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1 or ''}, *a{n - 1 or ''}]\n" for n in range(1, 9)),
        "pack-not-yaml",
    ),
    "nested flow": ("[" * 100_000, "pack-not-yaml"),
    "nested maps": ("{a: " * 100_000, "pack-not-yaml"),
    "nothing": ("", "pack-not-yaml"),
    "a list": ("- a\n", "pack-not-yaml"),
    "control character": (HEAD + "\0", "pack-not-yaml"),
    "two documents": (HEAD + RULES + "---\nid: x\n", "pack-not-yaml"),
    "no plain key": ("? [a, b]\n: c\n", "pack-not-yaml"),
    "many strange keys": ("".join(f"k{n}: x\n" for n in range(10_000)), "pack-invalid"),
    "infinite limit": (HEAD.replace("type: number", "type: number, most: .inf") + RULES, "pack-value-unclear"),
    "limit that is no number": (
        HEAD.replace("type: number", "type: number, most: .nan") + RULES, "pack-value-unclear",
    ),
    "limit between integers": (
        HEAD.replace("type: number", "type: integer, most: 10.5") + RULES, "pack-invalid",
    ),
    "limit beyond integers": (
        HEAD.replace("type: number", f"type: integer, most: 1{'0' * 200}") + RULES, "pack-invalid",
    ),
    "rules beyond measure": (
        HEAD + "rules:\n" + "".join(RULES.split("\n")[1].replace("id: r", f"id: r{n}") + "\n"
                                     for n in range(2001)),
        "pack-invalid",
    ),
    "values beyond measure": (derived(*["debt"] * 1001), "pack-invalid"),
    "deep brackets": (rule(f'"{"(" * 4000}TRUE{")" * 4000}"'), "expression-too-large"),
    "deep NOT": (rule(f'"{"NOT " * 1900}TRUE"'), "expression-too-large"),
    "deep minus": (rule(f'"{"- " * 1900}debt > 1"'), "expression-too-large"),
    "deep CASE": (rule(f'"{"CASE WHEN " * 900}TRUE"'), "expression-too-large"),
    "long AND": (rule(f'"{" AND ".join(["debt > 1"] * 2000)}"'), "expression-too-large"),
    "huge number": (rule(f"debt > {'9' * 5000}"), "expression-constant-out-of-range"),
    "huge pattern": (rule(f"\"name LIKE '{'%a' * 101}'\""), "expression-option-invalid"),
    "infinity as a condition": (rule(".inf"), "pack-value-unclear"),
    "huge hexadecimal": (scalar("0x" + "f" * 1_000_000), "pack-value-unclear"),
    "a way out of a condition": (rule('"debt > 1) OR (TRUE"'), "expression-unreadable"),
    "code": (rule("\"__import__('os')\""), "expression-not-in-language"),
    "a file's content": (rule("\"read_text('/etc/passwd') = ''\""), "expression-not-in-language"),
    "a query": (rule('"(SELECT 1) = 1"'), "expression-not-in-language"),
    "itself": (derived("a0 + 1"), "policy-circle"),
    "each other": (derived("a1 + 1", "a0 + 1"), "policy-circle"),
    "a text doubled and doubled": (chained("a{n} || a{n}", 40), "policy-text-grows"),
}  # fmt: skip
ALLOWED = {
    "long chain, the last first": derived(*(f"a{n + 1}" for n in range(900)), "debt"),
    "doubled numbers": chained("LENGTH(a{n}) + LENGTH(a{n})", 2),
    "braces in what people read": HEAD.replace("en: debt", "en: '{0.__class__} {x} {'") + RULES,
    "numbers of another age": scalar(":".join(["59"] * 100_000)),
    "two thousand rules": REFUSED["rules beyond measure"][0].rpartition("  - ")[0],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_stranger_tries_is_a_problem_with_its_place(name: str) -> None:
    text, code = REFUSED[name]
    assert code in {each.code for each in problems(text)}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_only_strange_is_read_in_time(name: str) -> None:
    assert problems(ALLOWED[name]) == ()


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
SHIPPED = {
    name: yaml.load(packs.policies()[name].read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a safe one
    for name in ("micro_loan", "instalment_loan")
}
SCALARS: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1e308, float("nan"), float("inf"), "", " ", "a" * 20_000, "{x}", "NULL",
    "'", '"', "--", "/*", "%", "\\", "防" * 300, "age < ", "1 = 1", "a.b", "__class__", "\u202e", "no", "=",
    "<<", "2026-13-01", [], {}, [[[]]], {"en": "a"}, {"a": {"b": {"c": "d"}}}, ["x"] * 500,
)  # fmt: skip


SCRATCHED, STOPPED = 0.2, 0.2
"""How often."""


def mutated(name: str, seed: int) -> str:
    """A shipped file to which a few things were done."""
    chance = random.Random(seed)  # noqa: S311 - repeatable samples, no secrets
    held = deepcopy(SHIPPED[name])
    ways = (_changed, _dropped, _renamed, _doubled, _swapped, _edited, _edited, _edited)
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(ways)(held, chance)
    said: str = yaml.dump(held, Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=200)
    return _scratched(said, chance) if chance.random() < SCRATCHED else said


def _part(held: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a piece of a YAML tree
    """A mapping or list somewhere within, that holds something."""
    while True:
        inner = list(held.values()) if isinstance(held, dict) else held
        nests = [each for each in inner if isinstance(each, dict | list) and each]
        if not nests or chance.random() < 0.2:
            return held
        held = chance.choice(nests)


def _place(part: Any, chance: random.Random) -> Any:  # noqa: ANN401 - a key or a position
    return chance.choice(list(part)) if isinstance(part, dict) else chance.randrange(len(part))


def _changed(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    part = _part(held, chance)
    part[_place(part, chance)] = chance.choice(SCALARS)


def _dropped(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    part = _part(held, chance)
    if len(part) > 1:
        del part[_place(part, chance)]


def _renamed(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    part = _part(held, chance)
    if isinstance(part, dict):
        value = part.pop(_place(part, chance))
        part[chance.choice(("id", "of", "x", "Age", "1", "<<", "is", "防线", 'a"b', "a b"))] = value


def _doubled(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    part = _part(held, chance)
    if isinstance(part, list):
        part.extend(part[: chance.choice((1, len(part)))])


def _swapped(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    one, other = _part(held, chance), _part(held, chance)
    a, b = _place(one, chance), _place(other, chance)
    if not isinstance(one[a], dict | list) and not isinstance(other[b], dict | list):
        one[a], other[b] = other[b], one[a]


def _edited(held: Any, chance: random.Random) -> None:  # noqa: ANN401 - a YAML tree
    """Words of a text are exchanged: most often a formula's."""
    rules = chance.choice(held["rules"]) if isinstance(held.get("rules"), list) else {}
    part = chance.choice((rules, _part(held, chance)))
    texts = (
        [key for key, value in part.items() if isinstance(value, str)]
        if isinstance(part, dict)
        else []
    )
    if texts:
        key = "when" if "when" in texts else chance.choice(texts)
        words = part[key].split(" ")
        words[chance.randrange(len(words))] = chance.choice(
            (
                "AND",
                "(",
                ")",
                "1",
                "'x'",
                "amount",
                "agee",
                "IS",
                "NULL",
                "-- ",
                ">",
                "DATE '2026-13-01'",
                "||",
                "",
            )
        )
        part[key] = " ".join(words)


def _scratched(said: str, chance: random.Random) -> str:
    at = chance.randrange(len(said))
    scratch = chance.choice(
        ("", ":", "- ", "\t", "{", "]", "&a ", "*a", "!!int ", "|", "\x07", "\ufeff", "'")
    )
    return said[:at] + scratch + said[at + chance.choice((0, 1, 30)) :]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(sorted(SHIPPED)), st.integers(0, 2**32))
def test_a_shipped_file_with_anything_done_to_it_is_read_or_has_problems(
    name: str, seed: int
) -> None:
    problems(mutated(name, seed))


def test_most_of_what_is_done_to_a_file_is_noticed() -> None:
    every = [problems(mutated("micro_loan", seed)) for seed in range(25)]
    assert sum(bool(each) for each in every) > len(every) / 2
    assert len({problem.code for each in every for problem in each}) >= 4


PATTERNS = (
    "%a" * 98 + "%b",
    "%a_" * 66,
    "%" + "_a" * 90 + "%c",
    "%ab%" * 49,
    "_%" * 99,
    "%aaaaaaaab" * 19,
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_blows_up_in_either_engine(pattern: str) -> None:
    """Where a matcher goes back and back, these take longer than the universe is old."""
    condition = language.parse(f"t LIKE '{pattern}'", inputs={"t": types.TEXT})
    text = "a" * 20_000
    with duckdb.connect(config={"threads": 1}) as connection:
        query = f"SELECT {sql_text(condition)} FROM (SELECT ? AS t)"
        engines: list[Callable[[], object]] = [
            lambda: python_function(condition)(text),
            lambda: connection.execute(query, [text]).fetchall()[0][0],
        ]
        answers = []
        for engine in engines:
            began = time.process_time()
            answers.append(engine())
            assert time.process_time() - began < SECONDS_MOST
    assert answers[0] == answers[1]
