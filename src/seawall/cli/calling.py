"""Commands as people can call them next, from the shell that they called this one from."""

import shlex
import shutil
import sys
from pathlib import Path


def called(*words: str, home: Path) -> str:
    """A command of a home, word for word as the shell takes it.

    Args:
        words: the command and its arguments, without `seawall`.
        home: the folder of the home.
    """
    script = Path(sys.argv[0])
    named = "seawall" if shutil.which("seawall") else str(script)
    ours = [named] if script.stem == "seawall" else [sys.executable, "-m", "seawall"]
    return shlex.join([*ours, *words, "--home", str(home)])
