"""The shipped policies: read without problems, do what their cases say, and speak to customers."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from seawall.core import pack
from seawall.core.pack import Placed
from seawall.core.text import Text
from seawall.office import packs
from seawall.policy import cases, reading
from seawall.policy.cases import Cases
from seawall.policy.decider import Decider
from seawall.policy.declaration import Rule, Score, Sheet, Table
from seawall.policy.program import Program
from seawall.portfolio import tape

FOLDER = packs.PACKS / "policies"
BASES = ("instalment_loan", "micro_loan")
OVERLAYS = tuple(f"{base}_{place}" for base in BASES for place in ("cn", "us", "eu"))
POLICIES = (*BASES, *OVERLAYS)
CASES_LEAST = {"base": 12, "overlay": 8}
LINES_MOST, WIDTH_MOST = 450, 125
QUOTED = re.compile(r"'(?:[^']|'')*'")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@cache
def sheets(name: str) -> list[Placed[Sheet]]:
    """A shipped policy with what it extends, the base first."""
    found = [pack.read_placed(FOLDER / f"{name}.yaml", Sheet)]
    while (base := found[0].declared.extends) is not None:
        found.insert(0, pack.read_placed(FOLDER / f"{base}.yaml", Sheet))
    return found


@cache
def program(name: str) -> Program:
    return reading.program(sheets(name))


def own(name: str) -> Sheet:
    return sheets(name)[-1].declared


@cache
def beside(name: str) -> Placed[Cases]:
    return pack.read_placed(FOLDER / f"{name}.cases.yaml", Cases)


def standing(name: str) -> dict[str, object]:
    return dict(beside(name).declared.standing)


def rules(name: str) -> dict[str, Rule]:
    """The rules in force: an overlay's over its base's."""
    return {rule.id: rule for sheet in sheets(name) for rule in sheet.declared.rules}


def formulas(sheet: Sheet) -> Iterator[str]:
    yield from (derived.is_ for derived in sheet.derived.values())
    for score in sheet.scores.values():
        yield from points(score)
    for table in sheet.tables.values():
        yield from cells(table)
    yield from (rule.when for rule in sheet.rules)
    yield from (key for feature in sheet.features.values() for key in feature.by)


def points(score: Score) -> Iterator[str]:
    yield from (part.of for part in score.parts.values())


def cells(table: Table) -> Iterator[str]:
    yield from table.columns.values()
    for row in table.rows:
        yield from row.give.values()


def words(text: str) -> set[str]:
    return set(WORD.findall(QUOTED.sub("", text)))


def test_every_file_of_the_folder_is_a_policy_or_the_cases_beside_one() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}{ending}" for name in POLICIES for ending in (".yaml", ".cases.yaml")
    }


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_reads_without_problems_under_its_own_name(name: str) -> None:
    assert program(name).id == name
    assert Decider(program(name)).program.digest == packs.policy(name).digest


@pytest.mark.parametrize("name", POLICIES)
def test_every_case_comes_out_as_expected(name: str) -> None:
    verdicts = list(cases.verdicts(Decider(program(name)), beside(name)))
    wrong = [(str(verdict.place), verdict.name, verdict.wrong) for verdict in verdicts]
    assert [each for each in wrong if each[2]] == []
    assert len(verdicts) >= CASES_LEAST["base" if name in BASES else "overlay"]
    assert len({verdict.name for verdict in verdicts}) == len(verdicts), "two cases of one name"


@pytest.mark.parametrize("name", POLICIES)
def test_every_rule_a_file_writes_is_the_reason_of_some_case(name: str) -> None:
    told = {each for case in beside(name).declared.cases for each in case.expect.reasons or ()}
    for rule in own(name).rules:
        unverified = rule.law is not None and rule.law.verified_on is None
        wanted = f"unknown:{rule.id}" if unverified else rule.id
        assert wanted in told, wanted


@pytest.mark.parametrize("name", POLICIES)
def test_every_rule_that_can_refer_or_decline_leaves_room_to_approve(name: str) -> None:
    """A rule that held for everybody would be seen as the reason of every case."""
    for rule in own(name).rules:
        reasons = [case.expect.reasons for case in beside(name).declared.cases]
        assert any(rule.id not in (each or ()) for each in reasons), rule.id


@pytest.mark.parametrize("name", POLICIES)
def test_reasons_are_sentences_in_both_languages_that_accuse_nobody(name: str) -> None:
    for rule in rules(name).values():
        sentence(rule.reason)
        assert not re.search(r"fraud|suspicio|scam|blacklist|fake", rule.reason.en.lower()), rule.id
        assert not re.search(r"欺诈|诈骗|可疑|黑名单|虚假|造假", rule.reason.zh), rule.id


@pytest.mark.parametrize("name", POLICIES)
def test_a_bound_is_said_in_chinese_as_the_law_counts(name: str) -> None:
    """The Civil Code's art. 1259: 以上, 以下 and 以内 include the number; no rule here does with > or <."""
    for rule in rules(name).values():
        if not re.search(r"[<>]=", QUOTED.sub("", rule.when)):
            assert not re.search(r"以上|以下|以内", rule.reason.zh), rule.id


def sentence(text: Text) -> None:
    assert text.en[0].isupper(), text.en
    assert text.en.endswith("."), text.en
    assert "  " not in text.en, text.en
    assert text.zh.endswith("。"), text.zh
    assert re.search(r"[\u4e00-\u9fff]", text.zh), text.zh
    assert not re.search(r"[\u4e00-\u9fff]", text.en), text.en


@pytest.mark.parametrize("name", POLICIES)
def test_every_title_and_about_is_written_in_both_languages(name: str) -> None:
    sheet = own(name)
    sentence(sheet.about)
    given = (sheet.inputs, sheet.derived, sheet.scores, sheet.tables)
    for text in [sheet.title, *(part.title for parts in given for part in parts.values())]:
        assert text.en, text
        assert text.zh, text
        assert not text.en.endswith("."), text


@pytest.mark.parametrize("name", POLICIES)
def test_every_law_is_cited_and_a_base_states_none(name: str) -> None:
    laws = [rule.law for rule in own(name).rules if rule.law is not None]
    assert all(law.cite for law in laws)
    assert bool(laws) == (name in OVERLAYS)
    verified = [law.verified_on for law in laws if law.verified_on is not None]
    assert all(day <= own(name).since for day in verified), "verified after it was written"


@pytest.mark.parametrize("name", POLICIES)
def test_every_row_that_says_the_law_is_cited(name: str) -> None:
    for title, table in own(name).tables.items():
        if title.endswith("_ceilings"):
            assert all(row.cite for row in table.rows), title


@pytest.mark.parametrize("name", POLICIES)
def test_no_input_is_asked_for_in_vain(name: str) -> None:
    every = sheets(name)
    used = {word for sheet in every for text in formulas(sheet.declared) for word in words(text)}
    used |= {"customer_token"}  # says whose application it is
    assert set(program(name).inputs) - used == set()


@pytest.mark.parametrize("name", BASES)
def test_a_base_needs_no_more_than_a_book_keeps(name: str) -> None:
    """Else a replay over a book would refer everybody."""
    columns = {column.name for column in tape.APPLICATION.columns}
    known = {key: value for key, value in standing(name).items() if key in columns}
    assert Decider(program(name)).decide(known).outcome == "approve"


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_approves_nobody_of_whom_a_check_is_missing(name: str) -> None:
    decider = Decider(program(name))
    when = rules(name)["checks_incomplete"].when
    looked_at = [each for each in program(name).asked if each in words(when)]
    assert looked_at
    known = {**standing(name), "repaid_loans": 1, "late_days_here": 0}
    for each in looked_at:
        decision = decider.decide({**known, each: None})
        assert (decision.outcome, "checks_incomplete" in decision.reasons) == ("refer", True), each


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_stays_pleasant_to_read(name: str) -> None:
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LINES_MOST
    assert max(map(len, lines)) <= WIDTH_MOST, max(lines, key=len)


@pytest.mark.parametrize("name", [each for each in OVERLAYS if not each.endswith("_cn")])
def test_an_institution_confirms_a_rule_in_an_overlay_of_its_own(name: str, tmp_path: Path) -> None:
    unverified = [rule for rule in own(name).rules if rule.law and rule.law.verified_on is None]
    assert Decider(program(name)).decide(standing(name)).outcome == "refer"
    file = tmp_path / "ours.yaml"
    file.write_text(confirmed(name, unverified), encoding="utf-8")
    ours = reading.program([*sheets(name), pack.read_placed(file, Sheet)])
    assert Decider(ours).decide(standing(name)).outcome == "approve"
    ceiling = "state_ceiling" if name.endswith("_us") else "national_ceiling"
    low = Decider(ours).decide({**standing(name), ceiling: 0.01})
    assert (low.outcome, low.reasons) == ("decline", (f"price_above_{ceiling}",))
    open_ = Decider(ours).decide({**standing(name), ceiling: None})
    assert (open_.outcome, open_.reasons) == ("refer", (f"unknown:price_above_{ceiling}",))


def confirmed(name: str, unverified: list[Rule]) -> str:
    head = f"""\
id: ours
title: {{en: ours, zh: 本机构}}
about: {{en: Ours., zh: 本机构。}}
since: 2026-12-01
cite: Counsel's opinion
extends: {name}
rules:
"""
    return head + "".join(
        f"""\
  - id: {rule.id}
    when: {rule.when}
    then: {rule.then}
    reason: {{en: "{rule.reason.en}", zh: "{rule.reason.zh}"}}
    law: {{cite: National law, verified_on: 2026-11-30}}
"""
        for rule in unverified
    )


@pytest.mark.parametrize("base", BASES)
def test_a_lender_in_china_says_once_what_it_is(base: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        f"""\
id: ours
title: {{en: ours, zh: 本机构}}
about: {{en: Ours., zh: 本机构。}}
since: 2026-12-01
cite: Licence
extends: {base}_cn
drop: {{inputs: [lender_type]}}
derived:
  lender_type: {{title: {{en: kind of lender, zh: 放贷机构类型}}, is: "'small_loan'"}}
""",
        encoding="utf-8",
    )
    ours = reading.program([*sheets(f"{base}_cn"), pack.read_placed(file, Sheet)])
    known = {key: value for key, value in standing(f"{base}_cn").items() if key != "lender_type"}
    assert Decider(ours).decide(known).outcome == "approve"
    told = Decider(ours).decide({**known, "employment": "student"})
    assert told.reasons == ("student_small_loan",)
