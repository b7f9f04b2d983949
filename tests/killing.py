"""Kill a command at a named step, where a random moment could come too early or too late."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

_SCRIPT = """
import os, signal, sys
from importlib import import_module
from operator import attrgetter
module, _, name = sys.argv.pop(1).partition(":")
holder, _, function = name.rpartition(".")
found = import_module(module)
setattr(attrgetter(holder)(found) if holder else found, function, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from seawall.cli.main import run
run()
"""


def killed_at(step: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
    """Run a command of `seawall` that is killed -9 when it comes to a step, such as `seawall.office.homes:keep`."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, step, *command],
        check=False, capture_output=True, env=None if env is None else {**os.environ, **env},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, (step, done.returncode, done.stderr)
