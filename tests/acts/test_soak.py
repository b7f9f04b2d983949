"""What is too large for every day: `make soak`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import MAPPING

MEMORY_MOST = 500 * 1024 * 1024


@pytest.mark.soak
@pytest.mark.parametrize("quote", [b"", b'"'], ids=["plain", "open quote"])
def test_a_line_of_2_gb_is_one_reject_in_little_memory(tmp_path: Path, quote: bytes) -> None:
    (tmp_path / "m.yaml").write_text(MAPPING)
    tape = tmp_path / "tape.csv"
    with tape.open("wb") as out:
        out.write(b"no,amount,on\na,100.00,2026-01-05\n" + quote)
        out.seek(2**31, os.SEEK_CUR)  # a hole: no disk is used, and a reader sees zeros
        out.write(b"\nb,60.00,2026-01-10\n")
    command = [sys.executable, "-m", "seawall", "import", str(tmp_path / "m.yaml"), str(tape)]
    home = tmp_path / "home"
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "SEAWALL_HOME": str(home), "SEAWALL_LANG": "en"},
    ) as started:  # fmt: skip
        _, status, used = os.wait4(started.pid, 0)
        assert started.stdout is not None
        said = started.stdout.read()
    assert os.waitstatus_to_exitcode(status) == 0
    assert "3 rows = 2 new + 1 rejected" in said
    assert "1 row-too-long" in said
    assert used.ru_maxrss * 1024 < MEMORY_MOST
