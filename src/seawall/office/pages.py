"""Pages written to files, all or nothing."""

from pathlib import Path

from seawall.reports import html
from seawall.reports.leaf import Leaf


def write(leaf: Leaf, target: Path) -> Path:
    """Write a page as one HTML file, all or nothing; returns where it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".new")
    aside.write_text(html.page(leaf), encoding="utf-8")
    return aside.replace(target)
