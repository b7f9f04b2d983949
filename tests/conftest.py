"""Where the real tapes are, and the institution's shipped conventions."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawall.console import configuring
from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.portfolio.conventions import Conventions
from tests import elsewhere

# Django is told once in a process what it is to know, so all tests have the console's settings; the tables of
# sign-ins are made only where `records.starting.migrate` is called.
configuring.prepare(
    {
        "SECRET_KEY": "of tests only, and of no home",
        "ALLOWED_HOSTS": ["*"],
        "PASSWORD_HASHERS": [  # the first for speed, the second as a server has it
            "django.contrib.auth.hashers.MD5PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
    }
)

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "src" / "seawall" / "packs"


@pytest.fixture(scope="session", autouse=True)
def _stores() -> Iterator[None]:
    """Where stores lie in this run, see `elsewhere`."""
    with elsewhere.chosen():
        yield


@pytest.fixture(scope="session")
def conventions() -> Conventions:
    return pack.read(PACKS / "conventions" / "delinquency.yaml", Conventions)


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = Path(os.environ.get("SEAWALL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real tapes are not here: {folder} (set SEAWALL_DATA)")
    return folder


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    made = DuckEngine(threads=2, memory="2GB")
    yield made
    made.close()
