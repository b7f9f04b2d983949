"""Playbooks: every mistake in a file is found where it stands; ways lead where conditions say."""

import pytest

from seawall.cases import playbook_checks
from seawall.cases.playbook import Playbook, Sheet, Within
from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.office import packs

SMALL = """\
id: small
title: {en: Small, zh: 小预案}
about: {en: A test, zh: 测试}
since: 2026-01-01
cite: [none]
parties:
  police: {en: police, zh: 公安机关}
facts:
  loss: {type: number, title: {en: loss, zh: 损失}}
steps:
  - id: look
    title: {en: Look, zh: 查看}
    do: {en: look, zh: 查看}
    owner: risk_analyst
    phase: detect
    within: {count: 1, unit: hours}
    evidence: [{id: note, title: {en: note, zh: 记录}}]
    decide:
      - {when: loss > 100, to: stop, because: {en: much, zh: 较多}}
      - {to: close, because: {en: little, zh: 较少}}
  - id: stop
    title: {en: Stop, zh: 停止}
    do: {en: stop, zh: 停止}
    owner: chief_risk_officer
    phase: contain
    within: {count: 90, unit: minutes}
    tell: [{whom: police, what: {en: it, zh: 情况}}]
    next: [close]
  - id: close
    title: {en: Close, zh: 关闭}
    do: {en: close, zh: 关闭}
    owner: chief_risk_officer
    phase: learn
    within: {count: 2, unit: days}
exits:
  - {title: {en: no loss, zh: 无损失}, when: loss = 0}
"""


def read(text: str) -> Playbook:
    placed = pack.parse_placed(text, "small.yaml", Sheet)
    return playbook_checks.playbook(placed, roles=packs.roles().names)


def found(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(UnableToUseInput) as refused:
        read(text)
    return [(each.code, each.where.line) for each in refused.value.problems]


@pytest.mark.parametrize(("old", "new", "code", "line"), [
    ("- id: stop", "- id: close", "playbook-step-twice", 29),
    ("to: stop,", "to: halt,", "playbook-step-unknown", 19),
    ("next: [close]", "next: [clos]", "playbook-step-unknown", 28),
    ("to: stop,", "to: close,", "playbook-step-unreached", 21),
    ("    next: [close]\n", "    next: [look]\n", "playbook-circle", 11),
    ("to: close, because", "when: loss <= 100, to: close, because", "playbook-decision-not-total", 19),
    ("when: loss > 100, ", "", "playbook-behind-default", 20),
    ("loss > 100", "'loss + 1'", "playbook-condition-no-truth", 19),
    ("loss > 100", "'gain > 100'", "expression-name-unknown", 19),
    ("loss = 0", "'loss = '", None, 36),
    ("owner: risk_analyst", "owner: nobody", "playbook-role-unknown", 14),
    ("whom: police", "whom: press", "playbook-party-unknown", 27),
    ("count: 90, unit: minutes", "count: 59, unit: minutes", "playbook-deadline-backwards", 26),
    ("count: 2, unit: days", "count: 1, unit: hours", "playbook-deadline-backwards", 34),
    ("zh: 较多", "zh: ''", "playbook-words-missing", 19),
    ("en: no loss", "en: ' '", "playbook-words-missing", 36),
    ("zh: 较少}}", "zh: 较少}}\n    next: [stop]", "playbook-two-ways", 21),
    ("[{id: note, title: {en: note, zh: 记录}}]",
     "[{id: note, title: {en: n, zh: 记}}, {id: note, title: {en: n, zh: 记}}]",
     "playbook-step-twice", 17),
    ("[{whom: police, what: {en: it, zh: 情况}}]",
     "[{whom: police, what: {en: it, zh: 情况}}, {whom: police, what: {en: it, zh: 情况}}]",
     "playbook-step-twice", 27),
])  # fmt: skip
def test_every_mistake_is_found_where_it_stands(
    old: str, new: str, code: str | None, line: int
) -> None:
    assert SMALL.count(old) == 1
    problems = found(SMALL.replace(old, new))
    if code is None:
        assert line in {at for _, at in problems}
    else:
        assert (code, line) in problems


def test_a_sound_playbook_has_no_mistake() -> None:
    assert list(read(SMALL).steps) == ["look", "stop", "close"]


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = SMALL.replace("owner: risk_analyst", "owner: nobody").replace("zh: 较多", "zh: ''")
    assert {code for code, _ in found(text)} == {"playbook-role-unknown", "playbook-words-missing"}


def test_working_time_and_running_time_are_not_compared() -> None:
    text = SMALL.replace("count: 90, unit: minutes", "count: 1, unit: working_hours")
    assert read(text).steps["stop"].within == Within(count=1, unit="working_hours")
    later = text.replace("count: 2, unit: days", "count: 0, unit: working_hours")
    assert ("playbook-deadline-backwards", 34) in found(later)


def test_a_limit_holds_through_a_step_that_states_none() -> None:
    text = SMALL.replace("    within: {count: 90, unit: minutes}\n", "")
    assert ("playbook-deadline-backwards", 33) in found(
        text.replace("count: 2, unit: days", "count: 59, unit: minutes")
    )


@pytest.mark.parametrize(("loss", "steps"), [
    (100.0, ("look", "close")), (100.1, ("look", "stop", "close")), (None, ("look", "close")),
])  # fmt: skip
def test_a_way_is_chosen_by_what_is_known(loss: float | None, steps: tuple[str, ...]) -> None:
    plan = read(SMALL)
    assert plan.walk({"loss": loss}) == steps
    assert [each.when for each in plan.unmet({"loss": loss})] == ["loss = 0"]
    assert not list(plan.unmet({"loss": 0.0}))


def test_what_a_step_can_lead_to_is_its_transitive_closure() -> None:
    plan = read(SMALL)
    assert plan.below == {"look": {"stop", "close"}, "stop": {"close"}, "close": frozenset()}


def test_many_ways_that_split_and_join_are_checked_at_once() -> None:
    step = "  - {{id: {0}, title: {{en: x, zh: 甲}}, do: {{en: x, zh: 甲}}, owner: risk_analyst, phase: learn{1}}}\n"
    lines = []
    for n in range(28):  # 2 to the 28th ways
        lines.append(step.format(f"a{n}", f", next: [a{n + 1}, b{n + 1}]"))
        lines.append(step.format(f"b{n}", f", next: [a{n + 1}, b{n + 1}]"))
    lines += [step.format("a28", ""), step.format("b28", "")]
    head, _, rest = SMALL.partition("  - id: look")
    first = step.format("first", ", next: [a0, b0]")
    tail = rest[rest.index("exits:") :]
    assert len(read(head + first + "".join(lines) + tail).below["first"]) == 58
