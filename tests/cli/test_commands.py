"""Commands as a user meets them: in a process of their own, errors as sentences."""

import csv
import gzip
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from seawall.cli import main, options
from seawall.console.calling import Caller
from seawall.portfolio import segments

MAPPING = """
id: brook
title: {en: Brook, zh: 小溪}
about: {en: Test, zh: 测试}
since: 2026-01-01
cite: none
sources:
  loans:
    columns:
      no: {type: text, required: true}
      amount: {type: money, required: true}
      on: {type: date, formats: ["%Y-%m-%d"], required: true}
    key: [no]
    amount: amount
tables:
  loan:
    - source: loans
      columns:
        loan_id: no
        customer_token: no
        product: "'p'"
        currency: "'EUR'"
        principal: amount
        term_days: "30"
        disbursed_on: on
        observed_on: "date '2026-03-31'"
        waterfall: "'fee-interest-principal'"
  instalment:
    - source: loans
      schedule: {kind: flat, loan_id: no, principal: amount, fee: "1", count: "1",
                 first_due_on: 'add_days("on", 30)'}
"""


def seawall(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seawall", *map(str, arguments)],
        check=False, capture_output=True, text=True, timeout=900,
        env={**os.environ, "SEAWALL_HOME": str(home), "SEAWALL_LANG": "en", "COLUMNS": "200"},
    )  # fmt: skip


def test_help_and_version_load_no_engine() -> None:
    """Each of these takes an eighth of a second and more to load."""
    heavy = ["duckdb", "pyarrow", "numpy", "sqlglot", "seawall.office", "vl_convert", "django"]
    ask = f"import sys, seawall.cli.main; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_commands_that_judge_nothing_load_no_statistics() -> None:
    """A quarter of a second, of every command that names a home."""
    ask = "import sys, seawall.office.homes; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_the_help_names_every_segment() -> None:
    assert tuple(options.SEGMENTS.split(", ")) == segments.NAMES


WRONG_USE = [
    "portfolio", "portfolio x", "portfolio summary --by foo", "portfolio summary --bya", "nope",
    "portfolio summary --by region,region", "simulate --loans x", "simulate --loans 0",
    "simulate --months 999", "portfolio summary extra", "portfolio summary --as-of 2020",
    "portfolio summary --format x", "portfolio summary --format csv -o x.json", "policy nope",
    "portfolio --by",
]  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG_USE)
def test_wrong_use_is_told_in_chinese(
    arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["seawall", *arguments.split()])
    monkeypatch.setenv("SEAWALL_LANG", "zh")
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 2
    *_, told = capsys.readouterr().err.strip().splitlines()
    assert re.search("[\u4e00-\u9fff]", told)
    assert not re.search(r"(?<![-\w])[A-Za-z]{2,} [a-z]{2,}", told), told


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    done = seawall("demo", "--loans", "1500", "--until", "2026-03-18", home=home)
    assert done.returncode == 0, done.stderr
    assert "… watching the book, night after night" in done.stdout
    assert "Planted troubles" in done.stdout
    assert str(home / "reports") in done.stdout
    assert "Policy micro_loan: proposed by alice, approved by bob, in force." in done.stdout
    assert re.search(r"Ledger verified: [\d,]+ entries, 0 problems", done.stdout)
    assert re.search(r"The console answers: \d+ pages opened as alice \+ root", done.stdout)
    return home


def test_a_demo_that_serves_shows_who_signs_in_and_stops_when_told_to(demo: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "seawall",
        "demo",
        "--serve",
        "--port",
        str(port),
        "--lang",
        "en",
    ]
    with subprocess.Popen(
        [*command, "--home", str(demo)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if "Second factor now" in line:
                break
        said = "".join(told)
        caller = Caller(f"http://127.0.0.1:{port}")
        assert caller.answers(lambda: process.poll() is None)
        row = re.search(r"^dana[ │]+(\S+)[ │]+Internal auditor", said, re.MULTILINE)
        secret = re.search(r"in an authenticator: ([A-Z2-7]+)", said)
        try:
            assert row is not None, said
            assert secret is not None
            # What scrolls comes last, so that passwords and the address stay.
            order = ("Next", "dana", "Begin as alice", "The console is at", "Second factor now: ")
            assert sorted(order, key=said.index) == list(order)
            assert re.search(r"Second factor now: \d{6}", said)
            from seawall.console import demonstration  # noqa: PLC0415 - Django must be set up

            first = caller.sign_in("dana", row[1], lambda: demonstration.code(secret[1])[0])
            assert "</nav>" in first.text
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait(120) == 0
        finally:
            process.kill()


def test_a_demo_whose_port_is_taken_says_so_before_it_does_anything(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = seawall("demo", "--serve", "--port", port, home=tmp_path / "home")
    assert done.returncode == 1
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.fixture(scope="module")
def again(demo: Path) -> tuple[str, str, str]:
    """The demonstration shown once more, where nothing is on the path: the checkpoint before, what it said, that after."""
    before = seawall("ledger", "checkpoint", home=demo).stdout
    done = subprocess.run(
        [sys.executable, "-m", "seawall", "demo", "--home", str(demo)],
        check=True, capture_output=True, text=True, timeout=900,
        env={**os.environ, "PATH": "/usr/bin:/bin", "SEAWALL_LANG": "en"},
    )  # fmt: skip
    return before, done.stdout, seawall("ledger", "checkpoint", home=demo).stdout


def test_a_second_demo_decides_nothing_twice(again: tuple[str, str, str]) -> None:
    before, said, after = again
    assert "(0 now)" in said
    assert before == after != ""


def test_the_demo_names_its_next_commands_as_they_can_be_called(
    again: tuple[str, str, str],
) -> None:
    _, _, following = again[1].partition("Next, ")
    listed = re.findall(r"^(\S+ -m seawall .*)$", following, re.MULTILINE)
    assert [shlex.split(each)[3] for each in listed] == ["demo", "warn", "case", "portfolio"]
    for each in listed[1:]:
        told = subprocess.run(
            shlex.split(each), check=True, capture_output=True, text=True, timeout=120
        )
        assert told.stdout


def test_the_demo_book_keeps_every_law(demo: Path) -> None:
    done = seawall("check", home=demo)
    assert done.returncode == 0
    assert "✗" not in done.stdout
    assert done.stdout.count("✓") >= 6


def test_one_answer_is_the_same_in_every_format(demo: Path, tmp_path: Path) -> None:
    ask = ("portfolio", "delinquency", "--by", "product", "--format")
    told = json.loads(seawall(*ask, "json", home=demo).stdout)
    listed = list(csv.DictReader(seawall(*ask, "csv", home=demo).stdout.splitlines()))
    target = tmp_path / "a.parquet"
    assert seawall(*ask, "parquet", "-o", target, home=demo).returncode == 0
    kept = pq.read_table(target).to_pylist()
    assert [row["balance"] for row in told] == [row["balance"] for row in listed]
    assert [row["balance"] for row in told] == [str(row["balance"]) for row in kept]
    assert {row["product"] for row in told} <= {"micro", "micro_instalment", "instalment"}


def test_steps_show_the_sql_and_nothing_else(demo: Path) -> None:
    done = seawall("portfolio", "vintage", "--steps", home=demo)
    assert done.stdout.startswith("WITH cohorts AS (")


def test_an_unknown_segment_names_those_there_are(demo: Path) -> None:
    done = seawall("portfolio", "summary", "--by", "colour", home=demo)
    assert done.returncode == 2
    assert "no segment 'colour'" in done.stderr
    assert "channel" in done.stderr


def test_simulating_into_a_filled_home_is_refused_in_one_sentence(demo: Path) -> None:
    done = seawall("simulate", "--loans", "10", home=demo)
    assert done.returncode == 1
    assert "already holds facts" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    done = seawall("portfolio", "summary", home=tmp_path / "none")
    assert done.returncode == 1
    assert "seawall import" in done.stderr
    assert "Traceback" not in done.stderr


def test_quiet_says_nothing_but_results(tmp_path: Path) -> None:
    done = seawall("simulate", "--loans", "50", "--months", "6", "--quiet", home=tmp_path / "h")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_import_reconciles_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    tape = tmp_path / "loans.csv"
    tape.write_text("no,amount,on\na,100.00,2026-01-05\nb,-5,2026-01-05\nc,7,2026-02-30\n")
    home = tmp_path / "h"
    done = seawall("import", tmp_path / "m.yaml", tape, home=home)
    assert done.returncode == 0, done.stderr
    assert "3 rows = 1 new + 2 rejected" in done.stdout
    before = (home / "book" / "manifest.json").read_bytes()
    again = seawall("import", tmp_path / "m.yaml", tape, home=home)
    assert again.returncode == 0
    assert "already holds this file" in again.stderr
    assert (home / "book" / "manifest.json").read_bytes() == before


def test_a_cut_archive_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    whole = gzip.compress(b"no,amount,on\n" + b"a,100.00,2026-01-05\n" * 5_000)
    (tmp_path / "loans.csv.gz").write_bytes(whole[: len(whole) // 2])
    done = seawall("import", tmp_path / "m.yaml", tmp_path / "loans.csv.gz", home=tmp_path / "h")
    assert done.returncode == 1
    assert "[file-cut]" in done.stderr
    assert not (tmp_path / "h" / "book" / "manifest.json").exists()


def test_a_mappings_mistake_has_file_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING.replace("type: money", "type: gold"))
    done = seawall("import", tmp_path / "m.yaml", tmp_path / "x.csv", home=tmp_path / "h")
    assert done.returncode == 1
    assert f"{tmp_path / 'm.yaml'}:11:" in done.stderr.replace("\n", "")


@pytest.mark.parametrize(
    ("spoken", "said"), [("en", "none.json: no such file"), ("zh", "none.json：没有此文件")]
)
def test_a_file_that_is_not_there_is_told_in_the_language_asked_for(
    spoken: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "none.json"
    done = seawall("ledger", "verify", file, "--key", "k", "--lang", spoken, home=tmp_path)
    assert done.returncode == 1
    assert done.stderr.replace("\n", "") == f"{tmp_path}/{said}"


def test_the_doctor_says_what_is_there(tmp_path: Path) -> None:
    """Without a home it looks at the machine; a home that is named must be one."""
    alone = {name: each for name, each in os.environ.items() if name != "SEAWALL_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "seawall", "doctor"],
        check=False, capture_output=True, text=True, cwd=tmp_path, env={**alone, "SEAWALL_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 0
    assert "CJK font" in done.stdout
    done = seawall("doctor", home=tmp_path)
    assert done.returncode == 1
    assert f"no home in {tmp_path}: check --home or SEAWALL_HOME" in done.stdout
    done = seawall("doctor", "--home", tmp_path / "none", "--lang", "zh", home=tmp_path)
    assert (done.returncode, f"{tmp_path / 'none'} 中没有主目录" in done.stdout) == (1, True)


def test_values_are_shown_as_they_are_and_exports_compute_nothing(tmp_path: Path) -> None:
    file, odd, home = tmp_path / "odd.csv", tmp_path / "odd.yaml", tmp_path / "home"
    file.write_text("no,amount,on\na,1.00,2026-01-05\n")
    odd.write_text(MAPPING.replace("\"'p'\"", "\"'=[/red]'\""), encoding="utf-8")
    assert seawall("import", odd, file, home=home).returncode == 0
    table = seawall("portfolio", "summary", "--by", "product,currency", home=home)
    assert table.returncode == 0
    assert "=[/red]" in table.stdout
    target, named = tmp_path / "out.csv", tmp_path / "out.json"
    seawall("portfolio", "summary", "--by", "product", "-o", target, home=home)
    assert target.read_text(encoding="utf-8").splitlines()[1].startswith("'=[/red],")
    seawall("portfolio", "summary", "-o", named, home=home)
    assert json.loads(named.read_text(encoding="utf-8"))[0]["loans"] == 1


@pytest.fixture(scope="module")
def brook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose book is one loan."""
    folder = tmp_path_factory.mktemp("brook")
    (folder / "f.csv").write_text("no,amount,on\na,1.00,2026-01-05\n")
    (folder / "m.yaml").write_text(MAPPING, encoding="utf-8")
    done = seawall("import", folder / "m.yaml", folder / "f.csv", home=folder / "home")
    assert done.returncode == 0, done.stderr
    return folder / "home"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("portfolio", "summary", "--as-of", "1999-01-01"), "a date between these"),
        (("portfolio", "summary", "--lang", "fr"), "en or zh"),
        (("policy", "test", "micro"), "or one of: instalment_loan, instalment_loan_cn"),
        (("import", "superlendr", "f.csv"), "or one of: lendingclub, superlender"),
        (("portfolio", "summary", "-o", "x.json", "--format", "csv"), "contradict"),
        (("portfolio", "summary", "-o", "x.xlsx"), "no form is called .xlsx"),
        (("simulate", "--until", "0001-01-01"), "a simulation ends between"),
        (("simulate", "--seed", "99999999999999999999999"), "--seed"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    brook: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = seawall(*arguments, home=brook)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
