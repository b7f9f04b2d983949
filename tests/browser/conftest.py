"""The simulated lender of the console's tests, served; and a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import serving
from tests.browser.serving import Site
from tests.console.conftest import made

__all__ = ["made"]

# Playwright's driver runs an event loop in the tests' own thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="module")
def site(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if serving.CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    folder = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(made, folder)
    with serving.served(folder) as told:
        yield told


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with serving.browser() as told:
        yield told


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window, in which anything a page says against its own rules fails the test."""
    with serving.window(browser) as opened:
        shown = opened.new_page()
        said: list[str] = []
        shown.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
        shown.on("pageerror", lambda error: said.append(str(error)))
        yield shown
        assert not [each for each in said if "status of 4" not in each], said
