"""The check of a policy: planted mistakes are found and shown, clean policies pass, nothing is made up."""

import itertools
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.core import pack
from seawall.core.expression.types import Value
from seawall.core.problem import Kind
from seawall.office import packs
from seawall.policy import check, check_problems, reading
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.finding import Finding
from seawall.policy.program import Program

INPUTS = {
    "age": "{type: integer, required: true, least: 0, most: 130, T}",
    "income": "{type: number, least: 0, T}",
    "debt": "{type: number, least: 0, T}",
    "city": "{type: text, among: [oslo, bergen, rome], T}",
    "listed": "{type: boolean, T}",
    "born_on": "{type: date, T}",
    "applied_on": "{type: date, T}",
    "name": "{type: text, T}",
}
TITLE = "title: {en: x, zh: 项}"


def policy(
    *rules: str, inputs: tuple[str, ...] = (), parts: str = "", offer: str = "[]"
) -> Program:
    """A policy of rules `id: condition -> then`, over the inputs it needs."""
    lines = []
    for rule in rules:
        match = re.fullmatch(r"(\w+): (.*) -> (\w+)( .*)?", rule)
        assert match, rule
        id_, condition, then, rest = match.groups()
        extra = f", {rest.strip()}" if rest else ""
        lines.append(
            f'  - {{id: {id_}, when: "{condition}", then: {then}{extra}, '
            "reason: {en: R., zh: 理由。}, cite: internal}"
        )
    text = " ".join((*rules, parts, *inputs))
    asked = [name for name in INPUTS if re.search(rf"\b{name}\b", text)]
    declared = "".join(f"  {name}: {INPUTS[name].replace('T}', TITLE + '}')}\n" for name in asked)
    sheet = (
        "id: p\ntitle: {en: p, zh: 策}\nabout: {en: p, zh: 策}\nsince: 2026-01-01\ncite: internal\n"
        f"inputs:\n{declared}{parts}rules:\n" + "\n".join(lines) + f"\noffer: {offer}\n"
    )
    return reading.program([pack.parse_placed(sheet, "p.yaml", Sheet)])


def found(program: Program, *kinds: Kind) -> list[Finding]:
    """The findings of some kinds; every sentence can be told."""
    every = check.findings(program)
    for each in every:
        assert each.message.en
        assert each.message.zh
        assert each.remedy.en
        assert each.grade in ("information", "warning", "error")
    return [each for each in every if not kinds or each.kind in kinds]


def only(program: Program, kind: Kind) -> Finding:
    (one,) = found(program, kind)
    return one


def truths(program: Program, application: dict[str, Value] | None) -> dict[str, bool | None]:
    assert application is not None
    decided = Decider(program).decide(application)
    return dict(zip((each.id for each in program.checks), decided.truths, strict=True))


def outcome(program: Program, application: dict[str, Value] | None) -> str:
    assert application is not None
    return Decider(program).decide(application).outcome


OK = "poor: income < 1000 -> decline"


@pytest.mark.parametrize(
    "condition",
    [
        "age < 0", "age > 130", "income < 100 AND income > 200", "city = 'paris'",
        "income < 1000 AND income IS NULL", "age BETWEEN 30 AND 20", "debt / income < 0",
        "age + 1 < 1", "listed AND NOT listed", "income = NULL", "LENGTH(name) < 0",
        "income IS NULL AND debt / income > 1", "ABS(debt - income) < 0",
        "ISODOW(applied_on) = 8", "born_on > applied_on AND applied_on - born_on > 0",
        "CASE WHEN age < 18 THEN 1 ELSE 2 END = 3", "LEAST(income, debt) > income",
        "COALESCE(income, 5) IS NULL", "NULLIF(age, 3) = 3", "age % 7 = 9",
    ],
)  # fmt: skip
def test_a_rule_that_is_never_true_is_proved_so(condition: str) -> None:
    finding = only(policy(f"bad: {condition} -> decline", OK), check_problems.RULE_NEVER)
    assert (finding.about, finding.proof, finding.example) == (("bad",), "proved", None)
    assert str(finding.place).startswith("p.yaml:")


@pytest.mark.parametrize(
    "condition",
    [
        "debt / income > 0.6137", "debt * debt > income * 7 + 3.5", "name LIKE 'A%z_'",
        "ROUND(debt / 12, 2) = 17.33", "income > 5 AND 1 / (income - 5) < 0.001",
        "applied_on - born_on = 6575", "LN(income) > 9.7 AND LN(income) < 9.8",
        "WHOLE_YEARS(born_on, applied_on) = 17", "debt = 0.1 + 0.2", "city > 'a' AND city < 'p'",
        "debt + income = 1234.5 AND debt - income = 12.5", "SQRT(debt) = 12",
        "WHOLE_MONTHS(born_on, applied_on) = 217 AND DAY(born_on) = 31",
        "YEAR(born_on) = 1987 AND MONTH(born_on) = 2 AND DAY(born_on) = 28",
    ],
)  # fmt: skip
def test_a_rule_that_can_be_true_is_not_reported(condition: str) -> None:
    told = found(policy(f"good: {condition} -> decline", "other: age < 18 -> decline"))
    kinds = (check_problems.RULE_NEVER, check_problems.UNDECIDED, check_problems.RULE_SHADOWED)
    assert not [each.message.en for each in told if each.kind in kinds]


def test_what_the_solver_cannot_settle_is_called_undecided_not_never() -> None:
    program = policy("odd: name LIKE 'A%' AND LOWER(name) = 'B' -> decline", OK)
    finding = only(program, check_problems.UNDECIDED)
    assert finding.proof == "undecided"
    assert not found(program, check_problems.RULE_NEVER)


@pytest.mark.parametrize("condition", ["age >= 0", "income >= 0 OR income IS NULL", "city <> 'x'"])
def test_a_rule_that_is_always_true_is_shown(condition: str) -> None:
    program = policy(f"bad: {condition} -> refer", OK)
    finding = only(program, check_problems.RULE_ALWAYS)
    assert finding.proof == "proved"
    assert truths(program, finding.example)["bad"] is True


@pytest.mark.parametrize(
    ("first", "second", "shadowed", "by"),
    [
        ("age < 21 -> decline", "age < 18 -> decline", "b", "a"),
        ("age < 18 -> decline", "age < 21 -> decline", "a", "b"),
        ("age < 21 -> decline", "age < 18 -> refer", "b", "a"),
        ("debt > 2 * income -> decline", "debt > 3 * income -> refer", "b", "a"),
        ("age < 18 -> refer", "18 > age -> refer", "b", "a"),
        ("age < 18 -> refer", "age IS NULL -> refer", "b", "missing:age"),
    ],
)
def test_a_rule_that_never_decides_is_shown(
    first: str, second: str, shadowed: str, by: str
) -> None:
    program = policy(f"a: {first}", f"b: {second}", OK)
    finding = only(program, check_problems.RULE_SHADOWED)
    assert (finding.about, finding.proof) == ((shadowed, by), "proved")
    said = truths(program, finding.example)
    assert said[shadowed] is said[by] is True


def test_a_rule_can_be_shadowed_by_two_together() -> None:
    program = policy("a: age < 30 -> decline", "b: age > 20 -> decline", "c: income < 5 AND age > 3 -> refer")  # fmt: skip
    finding = only(program, check_problems.RULE_SHADOWED)
    assert (finding.about[0], set(finding.about[1:])) == ("c", {"a", "b"})


@pytest.mark.parametrize(
    "rules",
    [
        ("a: age < 18 -> decline", "b: age < 21 -> refer"),
        ("a: age < 18 -> refer", "b: age < 18 AND income < 5 -> decline"),
        ("a: age < 18 -> decline", "b: income < 18 -> decline"),
    ],
)
def test_rules_that_decide_something_of_their_own_are_not_reported(rules: tuple[str, ...]) -> None:
    told = found(policy(*rules), check_problems.RULE_SHADOWED, check_problems.RULES_CONTRADICT)
    assert not told


def test_rules_with_one_condition_and_two_consequences_contradict() -> None:
    program = policy("a: age < 18 -> refer", "b: NOT (age >= 18) -> decline", OK)
    finding = only(program, check_problems.RULES_CONTRADICT)
    assert (finding.about, finding.grade) == (("a", "b"), "error")
    assert truths(program, finding.example)["a"] is truths(program, finding.example)["b"] is True
    assert not found(program, check_problems.RULE_SHADOWED)


def test_a_policy_that_approves_nobody_says_which_rules_do_it() -> None:
    program = policy("a: age < 40 -> decline", "b: age > 30 -> refer", "c: income < 1 -> refer")
    finding = only(program, check_problems.NEVER_APPROVES)
    assert set(finding.about) == {"a", "b"}
    assert not found(program, check_problems.APPROVED_WITHOUT)


TABLE = """tables:
  t:
    title: {{en: t, zh: 表}}
    hit: {hit}
    columns: {{{columns}}}
    gives: {{limit: {{type: number, title: {{en: l, zh: 额}}{extra}}}}}
    rows:
{rows}
"""


def table(
    *rows: str, columns: str, hit: str = "first", extra: str = "", parts: str = ""
) -> Program:
    lines = "\n".join(f"      - {{when: {{{row}}}, give: {{limit: 1}}}}" for row in rows)
    text = TABLE.format(hit=hit, columns=columns, extra=extra, rows=lines)
    return policy(OK, parts=parts + text, offer="[limit]")


TABLE_KINDS = (
    check_problems.TABLE_GAP, check_problems.ROWS_OVERLAP, check_problems.ROW_UNREACHABLE,
    check_problems.ROW_BLOCKED, check_problems.CELL_OPAQUE, check_problems.NOT_SEARCHED,
    check_problems.UNDECIDED,
)  # fmt: skip


def test_a_gap_is_shown_with_a_case_that_no_row_takes() -> None:
    program = table('age: "< 25"', 'age: "> 25"', columns="age: age")
    (finding,) = found(program, *TABLE_KINDS)
    assert (finding.kind, finding.example) == (check_problems.TABLE_GAP, {"age": 25})
    assert Decider(program).values({"age": 25})["limit"] is None


def test_otherwise_closes_every_gap() -> None:
    assert not found(table('age: "< 25"', columns="age: age", extra=", otherwise: 0"), *TABLE_KINDS)


def test_a_table_that_covers_its_limits_has_no_gap() -> None:
    program = table('age: "< 25"', 'age: "BETWEEN 25 AND 130"', columns="age: age")
    assert not found(program, *TABLE_KINDS)


def test_a_row_that_earlier_rows_take_is_shown() -> None:
    program = table(
        'age: "< 40"', 'age: ">= 30"', 'age: "BETWEEN 20 AND 50", city: "= \'rome\'"', columns="age: age, city: city"
    )  # fmt: skip
    (finding,) = found(program, *TABLE_KINDS)
    assert (finding.kind, finding.about) == (check_problems.ROW_UNREACHABLE, ("t", "3"))
    assert finding.example is not None
    assert finding.example["city"] == "rome"
    assert finding.place is not None
    assert finding.place.line is not None


def test_a_row_for_missing_values_behind_a_comparison_is_blocked_by_it() -> None:
    program = table('age: "< 40"', 'age: ">= 40"', "age: IS NULL", columns="age: age")
    (finding,) = found(program, *TABLE_KINDS)
    assert (finding.kind, finding.about) == (check_problems.ROW_BLOCKED, ("t", "3", "1"))
    assert finding.example == {"age": None}
    assert not found(table("age: IS NULL", 'age: "< 40"', 'age: ">= 40"', columns="age: age"), *TABLE_KINDS)  # fmt: skip


def test_a_row_that_nothing_matches_is_told() -> None:
    program = table('age: "> 200"', 'age: "<= 200"', columns="age: age")
    (finding,) = found(program, *TABLE_KINDS)
    assert (finding.kind, finding.about, finding.example) == (check_problems.ROW_UNREACHABLE, ("t", "1"), None)  # fmt: skip


def test_overlaps_are_told_where_only_one_row_may_match() -> None:
    rows = ('age: "< 40"', 'age: ">= 40"', "city: \"= 'rome'\"")
    told = found(table(*rows, columns="age: age, city: city", hit="unique"), *TABLE_KINDS)
    assert [(each.kind, each.about) for each in told] == [
        (check_problems.ROWS_OVERLAP, ("t", "1", "3")), (check_problems.ROWS_OVERLAP, ("t", "2", "3")),
    ]  # fmt: skip
    program = table(*rows, columns="age: age, city: city", hit="unique")
    for each in told:
        assert each.example is not None
        assert Decider(program).values(each.example)["limit"] is None


def test_a_computed_column_counts_only_for_what_it_can_be() -> None:
    rows = ('r: "< 0.5"', 'r: ">= 0.5"', 'r: "< 0"')
    told = found(table(*rows, columns="r: debt / income"), *TABLE_KINDS)
    assert [(each.kind, each.about) for each in told] == [(check_problems.ROW_UNREACHABLE, ("t", "3"))]  # fmt: skip
    # Row 1 of this one is never used either: debt and income are not negative.
    told = found(table('r: "< 0"', 'r: ">= 0"', columns="r: debt / income"), *TABLE_KINDS)
    assert [(each.about, each.proof, each.example) for each in told] == [
        (("t", "1"), "proved", None)
    ]
    gap = found(table('r: "< 0.5"', 'r: "> 0.5"', columns="r: debt / income"), *TABLE_KINDS)
    assert [each.kind for each in gap] == [check_problems.TABLE_GAP]
    example = gap[0].example
    assert example is not None
    assert example["debt"] / example["income"] == 0.5  # type: ignore[operator]


def test_a_cell_that_is_not_understood_is_said_to_be() -> None:
    program = table("city: \"LIKE 'o%'\"", "city: \"NOT LIKE 'o%'\"", columns="city: city")
    told = found(program, *TABLE_KINDS)
    assert check_problems.CELL_OPAQUE in [each.kind for each in told]
    assert not [each for each in told if each.grade == "error"]


SCORE = """scores:
  risk:
    title: {{en: s, zh: 分}}
    parts:
      age:
        title: {{en: a, zh: 龄}}
        of: age
        bands: [{bands}]
        missing: 0
"""


def test_bands_of_a_score_are_checked_as_rows() -> None:
    bands = '{is: "< 20", points: 1}, {is: "> 20", points: 2}, {is: "> 50", points: 3}'
    told = found(policy(OK, parts=SCORE.format(bands=bands), offer="[risk]"), *TABLE_KINDS)
    assert [(each.kind, each.about) for each in told] == [
        (check_problems.ROW_UNREACHABLE, ("risk.age", "3")), (check_problems.TABLE_GAP, ("risk.age",)),
    ]  # fmt: skip
    assert told[1].example == {"age": 20}


def test_a_table_over_a_score_knows_what_the_score_can_be() -> None:
    bands = '{is: "< 20", points: 1}, {is: ">= 20", points: 2}'
    cells = ('s: "< 2"', 's: "= 2"')
    program = table(*cells, columns="s: risk", parts=SCORE.format(bands=bands))
    assert not found(program, *TABLE_KINDS)


def test_what_nobody_reads_is_told() -> None:
    parts = (
        "derived:\n  a: {title: {en: x, zh: 项}, is: debt * 2}\n"
        "  b: {title: {en: x, zh: 项}, is: income * 2}\n"
    )
    program = policy("r: b < 1000 -> decline", parts=parts, inputs=("city", "age"))
    told = found(program, check_problems.UNUSED)
    # A required input is read: its absence refers.
    assert [each.about for each in told] == [("debt",), ("city",), ("a",)]


@pytest.mark.parametrize("name", ["micro_loan_us", "micro_loan_eu"])
def test_what_a_rule_reads_is_not_unused_because_its_law_is_not_verified(name: str) -> None:
    told = found(packs.policy(name), check_problems.UNUSED, check_problems.NEVER_APPROVES)
    assert [each.kind for each in told] == [check_problems.NEVER_APPROVES]
    assert "law" in told[0].remedy.en


@pytest.mark.parametrize(
    "rule",
    [
        "r: COALESCE(debt, 0) > 100 -> decline",
        "r: debt > 100 -> decline unknown: ignore",
        "r: debt IS NOT NULL AND debt > 7.25 * income -> decline",
        "r: d > 3 -> decline unknown: ignore",
    ],
)
def test_a_silent_pass_is_shown_with_the_value_that_would_be_declined(rule: str) -> None:
    parts = "derived:\n  d: {title: {en: x, zh: 项}, is: debt * 2}\n" if " d " in rule else ""
    program = policy(rule, "s: age < 18 -> decline", "t: income < 3 -> decline", parts=parts, inputs=("debt",))  # fmt: skip
    (finding,) = found(program, check_problems.SILENT_PASS)
    assert finding.about == ("debt", "r")
    assert finding.example is not None
    assert finding.example["debt"] is None
    assert outcome(program, finding.example) == "approve"
    value = float(str(finding.facts["value"]))
    assert outcome(program, {**finding.example, "debt": value}) == "decline"


def test_missing_inputs_that_lead_to_a_person_are_no_finding() -> None:
    program = policy("a: age < 18 -> decline", "b: debt > income -> decline")
    assert not found(program, check_problems.APPROVED_WITHOUT, check_problems.SILENT_PASS)


def test_approvals_without_one_and_without_two_inputs_are_shown() -> None:
    program = policy(
        "a: age < 18 OR listed IS TRUE -> decline", "b: debt > 5 -> refer unknown: ignore"
    )
    told = found(program, check_problems.APPROVED_WITHOUT)
    assert [each.about for each in told] == [("debt",), ("listed",), ("debt", "listed")]
    for each in told:
        assert each.grade == "information"
        assert each.example is not None
        assert {name for name, value in each.example.items() if value is None} == set(each.about)
        assert outcome(program, each.example) == "approve"


def test_a_clean_policy_gives_no_finding() -> None:
    program = table(
        'age: "< 25"', "age: \">= 25\", city: \"IN ('oslo', 'bergen')\"", "age: \">= 25\", city: \"= 'rome'\"",
        columns="age: age, city: city",
    )  # fmt: skip
    assert [each.message.en for each in found(program) if each.grade != "information"] == []


def test_the_same_policy_gives_the_same_findings() -> None:
    program = policy(
        "a: age < 40 -> decline", "b: debt / income > 0.3 -> refer", "c: debt > income -> refer",
        "d: COALESCE(listed, FALSE) -> decline",
    )  # fmt: skip
    assert check.findings(program) == check.findings(program)


def test_an_example_shows_what_no_search_comes_upon() -> None:
    rule = "sealed: LENGTH(name) = 7 AND name LIKE '%z_9%q' AND LOWER(name) <> name -> decline"
    program, example = policy(rule, OK), {"name": "Az_9xxq", "age": 30}
    assert Decider(program).decide(example).reasons == ("sealed",)
    kinds = {each.kind for each in check.findings(program)}
    assert check_problems.UNDECIDED in kinds
    kinds = {each.kind for each in check.findings(program, examples=[example])}
    assert check_problems.UNDECIDED not in kinds


def test_the_largest_shipped_policy_leaves_nothing_undecided() -> None:
    name = "instalment_loan_cn"
    beside = packs.policy_cases(name)
    assert beside is not None
    examples = beside.declared.applications
    told = check.findings(packs.policy(name), examples=examples, seconds=300)
    assert [each.about for each in told if each.proof == "undecided"] == []


def test_without_time_nothing_is_proved_and_nothing_is_made_up() -> None:
    program = policy("a: age < 0 -> decline", OK)
    kinds = {each.kind: each.proof for each in check.findings(program, seconds=0)}
    assert kinds[check_problems.UNDECIDED] == "undecided"
    assert check_problems.RULE_NEVER not in kinds


def test_every_kind_speaks_both_languages_and_says_how_much_it_matters() -> None:
    for kind in check_problems.KINDS:
        assert kind.code.startswith("policy-")
        holes = [
            set(re.findall(r"{(\w+?)(?:_zh)?}", text))
            for text in (kind.message.en, kind.message.zh)
        ]
        assert holes[0] == holes[1], kind.code
    assert len({kind.code for kind in check_problems.KINDS}) == len(check_problems.KINDS)


ATOMS = (
    "age < 3", "age >= 3", "age BETWEEN 1 AND 4", "age = 5", "income > 2.5", "income <= 2.5",
    "income = 7", "income IS NULL", "age IS NULL", "city = 'oslo'", "city IN ('rome', 'oslo')",
    "city IS NOT NULL", "listed", "NOT listed", "listed IS TRUE", "age + 1 > income",
    "income / age > 1", "COALESCE(income, 3) > age", "CASE WHEN listed THEN age ELSE 2 END = 2",
)  # fmt: skip
GRID = [
    dict(zip(("age", "income", "city", "listed"), point, strict=True))
    for point in itertools.product(
        (None, 0, 1, 2, 3, 4, 5, 6, 130), (None, 0.0, 1.0, 2.5, 2.75, 3.0, 7.0, 200.0),
        (None, "oslo", "rome", "bergen"), (None, True, False),
    )
]  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> list[str]:
    made = []
    for number in range(draw(st.integers(2, 4))):
        atoms = draw(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=3))
        text = atoms[0]
        for atom in atoms[1:]:
            text = f"({text}) {draw(st.sampled_from(('AND', 'OR', 'AND NOT')))} ({atom})"
        then = draw(st.sampled_from(("decline", "refer", "note")))
        rest = draw(st.sampled_from(("", " unknown: ignore", " unknown: decline")))
        made.append(f"r{number}: {text} -> {then}{rest}")
    return made


class Tried:
    """A policy, and what it decides on every application of the grid."""

    def __init__(self, program: Program) -> None:
        self.program = program
        decide = Decider(program).decide
        self.decided = [(each, decide(each)) for each in GRID]
        self._number = {each.id: number for number, each in enumerate(program.checks)}

    def says(self, rule: str) -> list[bool | None]:
        return [decision.truths[self._number[rule]] for _, decision in self.decided]

    def contradicts(self, finding: Finding) -> bool:
        """Whether some application of the grid is against a finding."""
        kind, about = finding.kind, finding.about
        if kind == check_problems.NEVER_APPROVES:
            return any(decision.outcome == "approve" for _, decision in self.decided)
        if kind == check_problems.RULE_NEVER:
            return True in self.says(about[0])
        if kind == check_problems.RULE_ALWAYS:
            return False in self.says(about[0])
        if kind == check_problems.RULE_SHADOWED:
            rows = zip(*(self.says(rule) for rule in about), strict=True)
            return any(row[0] is True and True not in row[1:] for row in rows)
        if kind == check_problems.RULES_CONTRADICT:
            rows = zip(*(self.says(rule) for rule in about), strict=True)
            return any((row[0] is True) != (row[1] is True) for row in rows)
        wanted = "approve" if kind == check_problems.APPROVED_WITHOUT else None
        return wanted is not None and outcome(self.program, finding.example) != wanted

    def approved_without(self) -> set[str]:
        used = {name for each in self.program.checks for name in each.expression.names}
        return {
            name for application, decision in self.decided if decision.outcome == "approve"
            for name, value in application.items() if value is None and name in used
        }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rules=rules())
def test_random_policies_agree_with_trying_every_application(rules: list[str]) -> None:
    program = policy(*rules, inputs=("age", "income", "city", "listed"))
    tried, told = Tried(program), found(program)
    assert [each.message.en for each in told if tried.contradicts(each)] == []
    without = {each.about[0] for each in told if each.kind == check_problems.APPROVED_WITHOUT}
    assert tried.approved_without() <= without


def test_the_check_reads_dates_and_texts_as_they_are() -> None:
    program = policy(
        "young: WHOLE_YEARS(born_on, applied_on) < 18 -> decline",
        "old: WHOLE_YEARS(born_on, applied_on) > 70 -> refer",
        "none: born_on > DATE '2026-01-31' AND born_on < DATE '2026-02-01' -> refer",
        "early: applied_on < DATE '2026-01-01' -> refer",
    )
    told = found(program, check_problems.RULE_NEVER, check_problems.UNDECIDED, check_problems.RULE_SHADOWED)  # fmt: skip
    assert [(each.kind, each.about) for each in told] == [(check_problems.RULE_NEVER, ("none",))]
    assert date(2026, 1, 31) < date(2026, 2, 1)
