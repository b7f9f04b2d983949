"""A worker beside a server, for small homes: a process of its own, begun again if it ends, gone with its parent."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

AGAIN_S: Final = 5.0
STOPS_WITHIN_S: Final = 30.0


class Companion:
    """Works while the block runs.

    Args:
        home: for which home.
    """

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "seawall", "work", "--quiet", "--home", str(home),
                         "--beside", str(os.getpid())]  # fmt: skip
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._run, name="companion", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        self._watch.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let it finish what it does, for half a minute."""
        self._stop.set()
        self._watch.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
            while child.poll() is None and not self._stop.wait(0.1):
                pass
            if self._stop.is_set():
                child.terminate()
                try:
                    child.wait(STOPS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    child.kill()
            self._stop.wait(AGAIN_S)
