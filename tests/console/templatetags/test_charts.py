"""The tag for charts: a specification that the page's policy allows, in one language, with figures to read."""

import gzip
import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from seawall.core.measure import Column
from seawall.core.text import Text
from seawall.office import library
from seawall.office.homes import Home
from seawall.reports.leaf import Grid

As = Callable[[str], Client]
_TITLE = Text(en="Loans </script> & more", zh="贷款")
_GRID = Grid(
    (Column("name", "label", Text(en="name", zh="名称")), Column("n", "count", Text(en="n", zh="数量"))),
    (("<b>x</b>", 1234),),
)  # fmt: skip
_SPEC: dict[str, Any] = {
    "mark": "bar", "title": {"en": "</script><script>alert(1)</script>", "zh": "标题"},
}  # fmt: skip


class _Read(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += [data.strip()] if data.strip() else []

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _drawn(arguments: str, language: str = "en") -> _Read:
    with translation.override("zh-hans" if language == "zh" else "en"):
        text = Template("{% chart 'one' spec title " + arguments + " %}").render(
            Context({"spec": _SPEC, "title": _TITLE, "grid": _GRID})
        )
    return _Read(text)


def _spec(read: _Read) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(next(each for each in read.said if each.startswith("{")))
    return told


@pytest.mark.usefixtures("lender")
def test_a_chart_has_one_block_of_data_and_no_script_that_runs() -> None:
    read = _drawn("grid")
    assert read.all("script") == [{"type": "application/json"}]
    assert _spec(read) == {"mark": "bar", "title": _SPEC["title"]["en"]}


@pytest.mark.usefixtures("lender")
def test_a_chart_speaks_the_language_of_the_page() -> None:
    read = _drawn("grid", "zh")
    assert _spec(read)["title"] == "标题"
    assert [each["aria-label"] for each in read.all("div") if each.get("role") == "img"] == ["贷款"]
    assert {"名称", "数量", "1,234", "<b>x</b>", "数据表"} <= set(read.said)


@pytest.mark.usefixtures("lender")
def test_pictures_come_from_the_server_where_it_draws_them_else_from_the_browser() -> None:
    linked = _drawn("pictures='/c/growth.FORM?a=1&b=2'")
    assert [each["href"] for each in linked.all("a")] == [
        f"/c/growth.{form}?a=1&b=2" for form in ("png", "svg", "csv")
    ]
    assert [each["data-form"] for each in _drawn("").all("button")] == ["png", "svg"]


def test_the_script_is_kept_by_browsers_for_ever_and_only_the_present_version_is_there(
    as_: As, lender: Home
) -> None:
    judy = as_("judy")
    address = f"/charts/{library.version()}.js"
    answer = judy.get(address, headers={"Accept-Encoding": "gzip"})
    script = gzip.decompress(answer.content)
    assert b"window.seawallCharts" in script
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert judy.get(address).content == script
    assert judy.get("/charts/0.0.js").status_code == 404
    assert (lender.folder / "scratch" / f"charts-{library.version()}.js.gz").is_file()


def test_the_script_is_there_for_who_has_not_signed_in_and_holds_nothing_of_the_house(
    lender: Home,
) -> None:
    script = Client().get(f"/charts/{library.version()}.js").text
    assert str(lender.folder) not in script
