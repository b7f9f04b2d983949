"""`seawall warn`, as a user meets it."""

import sys
from pathlib import Path

import pytest

from seawall.acts.simulating import make_lender
from seawall.cli import main
from seawall.office import homes, packs
from seawall.simulator.truth import Plan
from tests.warning.sheets import STANDING


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = homes.home(tmp_path_factory.mktemp("warned") / "home")
    make_lender(at.desk(), Plan(1200, months=24), packs.lender(), progress=lambda *_: None)
    return at.folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    text = STANDING.replace("measure: late_share", "measure: first_payment_late_7")
    (tmp_path / "credit").mkdir()
    (tmp_path / "credit" / "late_share.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def warn(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """What `seawall warn` ends with, says, and complains of."""
    before = sys.argv
    sys.argv = ["seawall", "warn", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as ended:
            main.run()
    finally:
        sys.argv = before
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_ones_own_indicators_are_named_and_said(
    capsys: pytest.CaptureFixture[str], mine: Path
) -> None:
    assert "late_share" in warn(capsys, "list", "--indicators", mine)[1]
    code, said, _ = warn(capsys, "explain", "late_share", "--indicators", mine)
    assert code == 0
    for words in ("amber from 3.00%", "red from 5.00%", "a paper", "the whole book; channel",
                  "analyst (message, 0 min)", "model_drift"):  # fmt: skip
        assert words in said, words


def test_a_sound_folder_passes_and_a_wrong_one_is_told_with_its_line(
    capsys: pytest.CaptureFixture[str], mine: Path
) -> None:
    assert warn(capsys, "check", "--indicators", mine)[0] == 0
    assert warn(capsys, "test", "--indicators", mine)[0] == 0
    file = mine / "credit" / "late_share.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("expect: green", "expect: red"))
    code, _, told = warn(capsys, "check", "--indicators", mine)
    assert code == 1
    line = file.read_text(encoding="utf-8").split("\n").index(
        "  - {name: calm, values: [0.01, 0.02], expect: red}") + 1  # fmt: skip
    assert f"late_share.yaml:{line}:" in told
    assert "indicator-case-fails" in told
    assert warn(capsys, "test", "--indicators", mine)[0] == 1


def test_a_series_is_shown_and_a_standing_explained(
    capsys: pytest.CaptureFixture[str], mine: Path, home: Path
) -> None:
    asked = ("late_share", "--indicators", mine, "--home", home)
    code, shown, _ = warn(capsys, "show", *asked, "--by", "channel")
    assert code == 0
    assert "2025-12-31" in shown
    assert "3.00%" in shown
    code, rows, _ = warn(capsys, "show", *asked, "--format", "csv")
    assert rows.splitlines()[0] == "ends_on,value,low,high,level,verdict"
    assert len(rows.splitlines()) == 1 + 24
    code, why, _ = warn(capsys, "why", *asked, "--where", "channel=partner_b", "--lang", "zh")
    assert code == 0
    assert "渠道 流量合作方" in why
    assert "处置预案：model_drift" in why


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nothing"), "no indicator 'nothing'"),
        (("why", "late_share", "--where", "region=west"), "not watched by region"),
        (("why", "late_share", "--where", "channel=moon"), "nothing of channel=moon"),
        (("why", "late_share", "--where", "moon"), "COLUMN=VALUE"),
        (("backtest", "--real", "nowhere"), "there is no nowhere"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
    mine: Path,
    home: Path,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    code, _, told = warn(capsys, *arguments, "--indicators", mine, "--home", home)
    assert code in (1, 2)
    assert words in told.replace("\n", " ")
    assert "Traceback" not in told


def test_a_backtest_tells_every_trouble_and_writes_a_page(
    capsys: pytest.CaptureFixture[str], mine: Path, home: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    code, told, _ = warn(capsys, "backtest", "--indicators", mine, "--home", home, "-o", page)
    assert code == 0
    assert "All indicators together" in told
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
