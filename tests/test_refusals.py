"""Every refusal is told in English and in Chinese: each class that people can meet, and each reason given."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import seawall
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim

SOURCE = Path(seawall.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
WHY = Text(en="because", zh="因为")


DECLARED = re.compile(r"class (UnableTo\w+)\((?:Unable|UnableToUseVault)\b")
FILES = tuple(sorted(SOURCE.rglob("*.py")))


def _modules() -> Iterator[str]:
    """Those that declare a refusal, whatever room they are in."""
    for file in FILES:
        if DECLARED.search(file.read_text("utf-8")):
            yield ".".join(("seawall", *file.relative_to(SOURCE).with_suffix("").parts))


def _refusals(base: type[Unable] = Unable) -> Iterator[type[Unable]]:
    for each in base.__subclasses__():
        if each.__module__.startswith("seawall."):
            yield each
            yield from _refusals(each)


for _name in _modules():
    import_module(_name)
REFUSALS = sorted(set(_refusals()), key=lambda each: (each.__module__, each.__name__))
NAMES = {each.__name__ for each in REFUSALS}


class _Anything:
    """Stands for a version, a checkpoint or the like: whatever is asked of it is a name."""

    def __getattr__(self, name: str) -> str:
        return name


def _made(refusal: type[Unable]) -> Unable:
    """The refusal, from arguments of the types that it asks for."""
    if "__init__" not in vars(refusal):
        return refusal(Text(en="{why}", zh="{why}"), why=WHY)
    kinds = get_type_hints(refusal.__init__)
    asked = signature(refusal).parameters.values()
    placed = [each.name for each in asked if each.kind is not each.KEYWORD_ONLY]
    named = [
        each.name for each in asked
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    ]  # fmt: skip
    given = {name: _argument(name, kinds[name]) for name in (*placed, *named)}
    return refusal(*(given[name] for name in placed), **{name: given[name] for name in named})


def _argument(name: str, kind: Any) -> Any:  # noqa: ANN401 - of the type asked for
    """A value that says its own name, so that it is found in the sentence."""
    plain = {
        str: name,
        int: 7,
        float: 7.0,
        bool: True,
        Text: WHY,
        Path: Path(name),
        date: date(2026, 3, 1),
    }
    if kind in plain:
        return plain[kind]
    told = str(kind)
    if "Lack" in told or "Literal" in told:
        return "java"
    if "Segment" in told or "tuple[tuple[str, str]" in told:
        return ((name, name),)
    if "Sequence[collections.abc.Sequence" in told:
        return [[name]]
    if "Sequence" in told or "tuple" in told:
        return (name,) if "str" in told else ()
    return _Anything()


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.__name__)
def test_a_refusal_is_a_sentence_in_each_language(refusal: type[Unable]) -> None:
    error = _made(refusal)
    english, chinese = error.in_("en"), error.in_("zh")
    assert HAN.search(chinese)
    assert not HAN.search(english)
    assert str(error) == english
    for name, kind in get_type_hints(refusal.__init__).items():
        assert kind is not str or (name in english) == (name in chinese)  # the same facts
    told = [kind for kind in get_type_hints(refusal.__init__).values() if kind is Text]
    if told:  # a reason is told in the language of its sentence
        assert WHY.en in english
        assert WHY.zh in chinese
        assert WHY.en not in chinese


def test_there_are_as_many_refusals_as_the_source_declares() -> None:
    declared = {name for file in FILES for name in DECLARED.findall(file.read_text("utf-8"))}
    assert declared == NAMES
    assert len(REFUSALS) >= 85


def _prose(node: ast.expr) -> bool:
    """Whether an argument is a sentence in one language: a literal of several words."""
    if isinstance(node, ast.JoinedStr):
        return any(_prose(each) for each in node.values)
    return isinstance(node, ast.Constant) and " " in str(node.value).strip()


def test_no_reason_is_given_in_one_language_alone() -> None:
    wrong = [
        f"{file.relative_to(SOURCE)}:{call.lineno}"
        for file in FILES
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in {*NAMES, "verbatim"}
        and any(map(_prose, call.args))
    ]
    assert wrong == []


def test_what_a_machine_says_may_hold_braces() -> None:
    error = _made(Unable.__subclasses__()[0])
    told = type(error).__mro__[1](Text(en="{why}", zh="{why}"), why=verbatim("{x} in {'a': 1}"))
    assert str(told) == "{x} in {'a': 1}"


def test_a_command_tells_a_refusal_in_the_language_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from seawall.cli import main  # noqa: PLC0415

    said = {}
    for language in ("en", "zh"):
        asked = ["seawall", "portfolio", "summary", "--home", str(tmp_path), "--lang", language]
        monkeypatch.setattr("sys.argv", asked)
        with pytest.raises(SystemExit, match="1"):
            main.run()
        said[language] = capsys.readouterr().err
    assert "holds no book yet" in said["en"]
    assert "还没有账册" in said["zh"]
