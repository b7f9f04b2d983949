"""Packs: what is wrong is said with its line and column, and nothing is taken for something else."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, StrictBool

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
    active: StrictBool = True
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
    ("id: !!python/name:os.system x\n", "pack-tag", "law.yaml:1:5", "python/name:os.system"),
    ("id: x\nactive: !!bool maybe\n", "pack-tag", "law.yaml:2:9", "bool"),
    ("id: x\nsince: !!timestamp x\n", "pack-tag", "law.yaml:2:8", "timestamp"),
    ("id: ! x\n", "pack-tag", "law.yaml:1:5", "!"),
    ("id: x\nbands: !!set {a}\n", "pack-tag", "law.yaml:2:8", "set"),
    ("id: 010\n", "pack-value-unclear", "law.yaml:1:5", "octal"),
    ("id: x\nbands: [{code: M, rate: 1_000}]\n", "pack-value-unclear", "law.yaml:2:25", "undersc"),
    ("id: x\nbands: [{code: M, rate: 1_0.5}]\n", "pack-value-unclear", "law.yaml:2:25", "undersc"),
    ("id: x\nbands: [{code: M, rate: .inf}]\n", "pack-value-unclear", "law.yaml:2:25", "finite"),
    ("id: x\nbands: [{code: M, rate: .NaN}]\n", "pack-value-unclear", "law.yaml:2:25", "finite"),
    ("id: x\nbands: [{code: M, rate: 1e999}]\n", "pack-value-unclear", "law.yaml:2:25", "finite"),
    (f"id: {'9' * 5_000}\n", "pack-value-unclear", "law.yaml:1:5", "300 characters"),
    (f"id: 0x{'f' * 5_000}\n", "pack-value-unclear", "law.yaml:1:5", "300 characters"),
    ("id: x\nsince: 2024-99-99\n", "pack-value-unclear", "law.yaml:2:8", "no calendar"),
    ("id: x\nsince: 2024-02-30 10:00:00\n", "pack-value-unclear", "law.yaml:2:8", "no calendar"),
    ("id: x\nwords: {007: bond}\n", "pack-value-unclear", "law.yaml:2:9", "octal"),
    ("id: x\nbands: [{code: M, rate: 1:30}]\n", "pack-invalid", "law.yaml:2:25", "bands.0.rate"),
    ("id: x\nbands: [{code: M, rate: 0b11}]\n", "pack-invalid", "law.yaml:2:25", "bands.0.rate"),
    ("id: x\nactive: yes\n", "pack-invalid", "law.yaml:2:9", "active"),
    ("id: x\nactive: 1\n", "pack-invalid", "law.yaml:2:9", "active"),
    ("<<: {id: x}\n", "pack-merge-key", "law.yaml:1:1", "merge"),
    ("id: x\nwords: {<<: {a: b}}\n", "pack-merge-key", "law.yaml:2:9", "merge"),
    ("id: x\nwords: {1: a, 0x1: b}\n", "pack-key-twice", "law.yaml:2:15", "0x1"),
    ("id: x\nId: y\n", "pack-invalid", "law.yaml:2:5", "Id: Extra"),
    ("id: x\nwords: {true: a}\n", "pack-not-yaml", "law.yaml:2:9", "a key must be"),
    ("id: x\nwords: {~: a}\n", "pack-not-yaml", "law.yaml:2:9", "a key must be"),
    ("id: x\nwords: {a: \x07}\n", "pack-not-yaml", "law.yaml:2:12", "control character"),
    ("id: \ud800\n", "pack-not-yaml", "law.yaml:1:5", "control character"),
    ("- x\n", "pack-not-yaml", "law.yaml:1:1", "mapping of keys"),
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


PLAIN = [
    # As the examples of YAML 1.2.2, 10.3.2, say; and what YAML 1.1 reads otherwise.
    ("null", None), ("~", None), ("", None), ("NULL", None), ("nULL", "nULL"),
    ("true", True), ("FALSE", False), ("tRUE", "tRUE"),
    ("0", 0), ("0o7", 7), ("0x3A", 58), ("-19", -19), ("+12", 12), ("0O7", "0O7"), ("-0o7", "-0o7"),
    ("0.", 0.0), ("-0.0", -0.0), (".5", 0.5), ("+12e03", 12000.0), ("-2E+05", -200000.0),
    ("1e3", 1000.0), ("1:30", "1:30"), ("190:20:30", "190:20:30"), ("0b11", "0b11"),
    ("yes", "yes"), ("no", "no"), ("On", "On"), ("off", "off"), ("y", "y"), ("N", "N"),
    ("=", "="), ("1.2.3", "1.2.3"), ("_1", "_1"), ("a_1", "a_1"), ("+", "+"), (".", "."), ("1e", "1e"),
    ("2026-11-24", date(2026, 11, 24)), ("2026-1-4", "2026-1-4"),
    ("2026-11-24 02:00:00", datetime.fromisoformat("2026-11-24 02:00")),
    ("2026-11-24T02:00:00.5", datetime.fromisoformat("2026-11-24 02:00:00.500")),
    ("2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z"), ("１２", "１２"),
]  # fmt: skip


class Loose(BaseModel):
    v: object = None
    w: object = None


@pytest.mark.parametrize(("text", "meant"), PLAIN)
def test_a_plain_scalar_is_what_yaml_1_2_says(text: str, meant: object) -> None:
    loose = pack.parse(f"v: {text}\nw: [{text}]\n" if text else "v:\nw: [~]\n", "law.yaml", Loose)
    for found in (loose.v, loose.w[0]):  # type: ignore[index]
        assert (type(found), found) == (type(meant), meant)


@pytest.mark.parametrize(
    "text", ["true", "010", "1_000", "2026-11-24", "~", ".nan", "<<", "!!int 7"]
)
def test_a_text_in_quotes_is_itself(text: str) -> None:
    for quoted in (f"'{text}'", f'"{text}"'):
        assert pack.parse(f"v: {quoted}\n{quoted}: 1\n", "law.yaml", Loose).v == text


@given(st.text(max_size=60) | st.text(alphabet="019._-+:eExobnaiNIyY~T Z", max_size=25))
def test_any_scalar_reads_or_is_told_to_be_wrong(text: str) -> None:
    for form in ("v: {}\n", "v: [{}]\n", "{}: v\n", 'v: "{}"\n', "v: |\n  {}\n"):
        try:
            pack.parse(form.format(text), "law.yaml", Loose)
        except UnableToUseInput as error:
            for problem in error.problems:
                assert problem.where.file == "law.yaml"
                assert problem.sentence("zh")


@given(st.text(alphabet="ab:-?{}[]&*!|>'\"#%@` \n\t0,.~", max_size=40))
def test_any_text_reads_or_is_told_to_be_wrong(text: str) -> None:
    for each in (text, f"id: {text}"):
        outcome = read_or_told(each)
        if isinstance(outcome, tuple):
            assert {problem.where.file for problem in outcome} == {"law.yaml"}
        else:
            assert each.startswith("id:")
