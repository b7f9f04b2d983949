"""Pictures of pages, to look at: `python -m tests.browser.pictures FOLDER [HOME] [NAME] [PART…]`.

Every page that somebody of the cast may see, at both widths, in both languages; those whose route's name begins with one
of the parts, where parts are given.
"""

import sys
from pathlib import Path

from seawall.console.urls import ROUTES
from seawall.office import homes
from tests.browser import serving


def take(into: Path, home: Path, name: str, parts: tuple[str, ...]) -> None:
    """Take them."""
    paths = [
        (route.name, serving.address(route, homes.home(home)))
        for route in ROUTES
        if route.method == "GET"
    ]
    with serving.served(home) as site, serving.browser() as browser:
        for width, size in (("wide", serving.DESKTOP), ("narrow", serving.PHONE)):
            with serving.window(browser, size) as opened:
                page = site.signed_in(opened.new_page(), name)
                for language in ("en", "zh"):
                    serving.speak(page, language)
                    for route, path in paths:
                        if not parts or route.startswith(parts):
                            page.goto(f"{site.url}{path}")
                            page.wait_for_timeout(400)
                            page.screenshot(
                                path=into / f"{route}-{width}-{language}.png", full_page=True
                            )


if __name__ == "__main__":
    folder, where, who, *rest = [*sys.argv[1:], *("", "alice")[len(sys.argv) - 2 :]]
    Path(folder).mkdir(parents=True, exist_ok=True)
    take(Path(folder), Path(where), who, tuple(rest))
