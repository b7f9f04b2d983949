"""Work that is begun and come back to: every end is told, whichever process is asked."""

import json
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from seawall.core.problem import Place, Unable, refusal
from seawall.core.problems import PACK_TOO_LARGE
from seawall.core.text import Text
from seawall.office.running import WAITING_MOST, Run, Runs, Say, UnableToBegin

STEP = Text(en="half way", zh="过半")


def ended(runs: Runs, id_: str) -> Run:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        run = runs.run(id_)
        assert run is not None
        if run.state != "running":
            return run
        time.sleep(0.01)
    pytest.fail("it does not end")


def test_a_run_tells_its_step_and_then_its_result(tmp_path: Path) -> None:
    runs, told, go = Runs(tmp_path / "runs"), Event(), Event()

    def work(say: Say) -> dict[str, object]:
        say(STEP)
        told.set()
        assert go.wait(10)
        return {"number": 7}

    begun = runs.begin(work, kind="replay", about="loan", by="alice")
    assert told.wait(10)
    there = runs.run(begun.id)
    assert there is not None
    assert (there.state, there.step, runs.result(begun.id)) == ("running", STEP, None)
    go.set()
    done = ended(runs, begun.id)
    assert (done.state, done.by, runs.result(begun.id)) == ("done", "alice", {"number": 7})
    assert done.ended >= done.began
    assert runs.latest("replay", "loan") == (done,)
    assert runs.latest("replay", "card") == ()


class UnableToDoIt(Unable):
    """For the test."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UnableToDoIt("the book is empty"), "the book is empty"),
        (refusal(PACK_TOO_LARGE, Place("a.yaml", 3), limit=9), "a.yaml:3: [pack-too-large]"),
        (ValueError("secret 4711"), "ValueError"),
    ],
)
def test_a_failure_is_told_and_a_strangers_words_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    runs = Runs(tmp_path)

    def work(_: Say) -> dict[str, object]:
        raise error

    failed = ended(runs, runs.begin(work, kind="check", about="loan", by="bob").id)
    assert failed.state == "failed"
    assert failed.why is not None
    assert words in failed.why.en
    assert failed.why.zh
    written = "".join(file.read_text() for file in tmp_path.iterdir())
    assert "4711" not in caplog.text + written
    assert ("test_running.py" in caplog.text) == isinstance(error, ValueError)


def test_work_whose_process_ended_is_told_as_stopped(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from seawall.office.running import Runs\n"
        "run = Runs(Path(sys.argv[1])).begin(lambda say: time.sleep(60), kind='k', about='a', by='b')\n"
        "print(run.id, flush=True)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    run = Runs(tmp_path).run(told.stdout.strip())
    assert run is not None
    assert run.state == "failed"
    assert run.why is not None
    assert "begin it again" in run.why.en


@pytest.mark.parametrize("id_", ["", "../keys/ledger", "0" * 16, "0123456789ABCDEF", "0" * 15])
def test_nothing_is_found_under_another_name(tmp_path: Path, id_: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ledger.json").write_text("{}")
    runs = Runs(tmp_path / "runs")
    assert runs.run(id_) is None
    assert runs.result(id_) is None


def test_no_more_is_begun_than_can_wait(tmp_path: Path) -> None:
    runs, go = Runs(tmp_path), Event()

    def work(_: Say) -> dict[str, object]:
        assert go.wait(20)
        return {}

    begun = [runs.begin(work, kind="k", about="a", by="b") for _ in range(WAITING_MOST)]
    with pytest.raises(UnableToBegin):
        runs.begin(work, kind="k", about="a", by="b")
    go.set()
    assert {ended(runs, run.id).state for run in begun} == {"done"}
    assert json.loads((tmp_path / f"{begun[0].id}.result.json").read_text()) == {}
