"""The script that draws charts on pages: made once for each version, into the home's scratch space."""

import gzip
from threading import Lock

from seawall.office.aside import file_aside
from seawall.office.homes import Home
from seawall.reports import drawing

NAME = "seawallCharts"
"""What pages call it: `window.seawallCharts`."""
_making = Lock()


def version() -> str:
    """What its address ends with, so that browsers may keep it for ever."""
    return drawing.version()


def compressed(home: Home) -> bytes:
    """The script, compressed by gzip; the first call of a version takes some seconds."""
    file = home.folder / "scratch" / f"charts-{version()}.js.gz"
    with _making:
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file_aside(file) as made:
                made.write_bytes(gzip.compress(drawing.library(NAME).encode(), mtime=0))
    return file.read_bytes()
