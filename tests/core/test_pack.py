"""Packs: what is wrong is said with its line and column, and nothing is taken for something else."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from seawall.core import pack
from seawall.core.problem import Problem, UnableToUseInput


class Band(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    rate: float


class Law(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    since: date = date(2024, 1, 1)
    active: bool = True
    bands: tuple[Band, ...] = ()
    words: dict[str, str] = {}


VALID = """\
id: usury            # the name
since: 2020-08-20
active: false
bands:
  - {code: M1, rate: 0.24}
  - code: "M2"
    rate: 0.36
words: {地区: 上海}
"""


def wrong(text: str) -> list[Problem]:
    with pytest.raises(UnableToUseInput) as caught:
        pack.parse(text, "law.yaml", Law)
    return list(caught.value.problems)


def wrong_file(path: Path) -> Problem:
    with pytest.raises(UnableToUseInput) as caught:
        pack.read(path, Law)
    (problem,) = caught.value.problems
    assert str(problem.where) == str(path)
    return problem


def test_a_valid_pack_reads_as_its_values(tmp_path: Path) -> None:
    file = tmp_path / "law.yaml"
    file.write_text(VALID, encoding="utf-8")
    assert pack.read(file, Law) == Law(
        id="usury",
        since=date(2020, 8, 20),
        active=False,
        bands=(Band(code="M1", rate=0.24), Band(code="M2", rate=0.36)),
        words={"地区": "上海"},
    )


@pytest.mark.parametrize("word", ["no", "on", "off", "yes", "NO", "y", "n", "Yes", "Off"])
def test_a_country_code_or_a_switch_stays_a_text(word: str) -> None:
    law = pack.parse(f"id: {word}\nwords: {{{word}: {word}}}\n", "law.yaml", Law)
    assert (law.id, law.words) == (word, {word: word})


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_true_and_false_are_the_only_booleans(text: str) -> None:
    assert pack.parse(f"id: x\nactive: {text}\n", "law.yaml", Law).active is (
        text.lower() == "true"
    )


MISTAKES = [
    # text, code, place, a word the message holds
    ("since: 2024-01-01\n", "pack-invalid", "law.yaml:1:1", "id: Field required"),
    ("id: x\nbands:\n  - code: M1\n", "pack-invalid", "law.yaml:3:5", "bands.0.rate: Field req"),
    ("id: x\nsinse: y\n", "pack-invalid", "law.yaml:2:8", "sinse: Extra"),
    ("id: x\nbands:\n- {code: M1, rate: high}\n", "pack-invalid", "law.yaml:3:20", "bands.0.rate"),
    ("id: [x]\n", "pack-invalid", "law.yaml:1:5", "id: Input should be a valid string"),
    ("id: 7\n", "pack-invalid", "law.yaml:1:5", "id: Input should be a valid string"),
    ("id: x\nbands: M1\n", "pack-invalid", "law.yaml:2:8", "bands: Input should be"),
    ("id: x\nwords:\n  a:\n    b: c\n", "pack-invalid", "law.yaml:4:5", "words.a: Input"),
    ("id: x\nid: y\n", "pack-key-twice", "law.yaml:2:1", "'id'"),
    ("id: x\nwords: {a: b, c: d, a: e}\n", "pack-key-twice", "law.yaml:2:21", "'a'"),
    ("id: x\nwords: {a: b, 'a': e}\n", "pack-key-twice", "law.yaml:2:15", "'a'"),
    ("id: x\nbands: [{code: a, rate: 1, rate: 2}]\n", "pack-key-twice", "law.yaml:2:28", "'rate'"),
    ("id: a: b\n", "pack-not-yaml", "law.yaml:1:6", "mapping values are not allowed"),
    ("id: x\nwords: {a: @b}\n", "pack-not-yaml", "law.yaml:2:12", "cannot start any token"),
    ("id: &a x\nwords: {b: *a}\n", "pack-not-yaml", "law.yaml:2:12", "aliases"),
    ("id: x\nwords: {? [a] : b}\n", "pack-not-yaml", "law.yaml:2:11", ""),
    ("id: !!python/name:os.system x\n", "pack-not-yaml", "law.yaml:1:5", "constructor"),
    ("id: x\n---\nid: y\n", "pack-not-yaml", "law.yaml:2:1", "another document"),
]


@pytest.mark.parametrize(("text", "code", "place", "says"), MISTAKES)
def test_a_mistake_is_said_with_its_line_and_column(
    text: str, code: str, place: str, says: str
) -> None:
    (problem,) = wrong(text)
    assert (problem.code, str(problem.where)) == (code, place)
    assert says in problem.message.en
    assert problem.sentence("zh").startswith(f"{place}: [{code}] ")


def test_all_misfits_are_told_at_once_each_at_its_place() -> None:
    text = "id: 1\nactive: maybe\nbands:\n  - code: M1\n    rate: x\n  - rate: 1\n"
    told = {(str(each.where), each.facts["field"]) for each in wrong(text)}
    assert told == {
        ("law.yaml:1:5", "id"),
        ("law.yaml:2:9", "active"),
        ("law.yaml:5:11", "bands.0.rate"),
        ("law.yaml:6:5", "bands.1.code"),
    }


def test_all_keys_given_twice_are_told_at_once() -> None:
    text = "id: x\nwords: {a: b, a: c}\nid: y\nid: z\n"
    assert [str(each.where) for each in wrong(text)] == [
        "law.yaml:2:15", "law.yaml:3:1", "law.yaml:4:1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["- id: x\n- id: y\n", "id\n", "", "# nothing\n", "null\n"])
def test_a_pack_that_is_no_mapping_is_refused(text: str) -> None:
    (problem,) = wrong(text)
    assert problem.code == "pack-not-yaml"
    assert "mapping of keys" in problem.message.en
    assert problem.where.file == "law.yaml"


def test_a_billion_laughs_are_refused_before_they_are_expanded() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (problem,) = wrong("\n".join(lines))
    assert "aliases" in problem.message.en
    assert str(problem.where) == "law.yaml:2:10"


def nested(lists: int) -> str:
    return "id: " + "[" * lists + "]" * lists + "\n"


def test_nesting_is_allowed_to_its_limit_and_refused_one_deeper() -> None:
    inside = pack.DEPTH_MOST - 1  # the pack itself is one level
    (misfit,) = wrong(nested(inside))
    assert misfit.code == "pack-invalid"
    (problem,) = wrong(nested(inside + 1))
    assert problem.code == "pack-not-yaml"
    assert "nested deeper than 40" in problem.message.en
    assert str(problem.where) == f"law.yaml:1:{len('id: ') + inside + 1}"


def test_a_hundred_thousand_brackets_do_not_end_the_program() -> None:
    assert wrong("id: " + "[" * 100_000)[0].code == "pack-not-yaml"


def test_a_file_at_the_limit_reads_and_one_byte_more_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "law.yaml"
    comment = "id: x\n#".ljust(pack.BYTES_MOST - 1, "-") + "\n"
    file.write_text(comment, encoding="ascii")
    assert pack.read(file, Law).id == "x"
    file.write_text(comment + "\n", encoding="ascii")
    problem = wrong_file(file)
    assert problem.code == "pack-too-large"
    assert "4194304 bytes" in problem.message.en


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "law.yaml"
    file.write_bytes("id: 防线\n".encode("gb18030"))
    problem = wrong_file(file)
    assert problem.code == "pack-unreadable"
    assert "not UTF-8" in problem.message.en


def test_a_file_that_is_missing_and_one_that_is_a_folder_are_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.yaml", "No such file"), (tmp_path, "Is a directory")):
        problem = wrong_file(path)
        assert problem.code == "pack-unreadable"
        assert why in problem.message.en


def read_or_told(text: str) -> Law | tuple[Problem, ...]:
    try:
        return pack.parse(text, "law.yaml", Law)
    except UnableToUseInput as error:
        return error.problems


@given(st.text(alphabet="ab:-?{}[]&*!|>'\"#%@` \n\t0,.~", max_size=40))
def test_any_text_reads_or_is_told_to_be_wrong(text: str) -> None:
    for each in (text, f"id: {text}"):
        outcome = read_or_told(each)
        if isinstance(outcome, tuple):
            assert {problem.where.file for problem in outcome} == {"law.yaml"}
        else:
            assert each.startswith("id:")
