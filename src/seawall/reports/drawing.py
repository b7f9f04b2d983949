"""A chart as a picture: drawn by Vega-Lite in this process, with a font that has Chinese."""

import json
from typing import Any

import vl_convert

from seawall.core.text import Language, Text
from seawall.reports import charts, fonts

_WIDTH = 760
_SCALE = 2
"""Dots for each point of a PNG: sharp in a document."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def svg(spec: charts.Spec, language: Language, *, width: int = _WIDTH) -> str:
    """The chart as SVG, its texts as text."""
    drawn: str = vl_convert.vegalite_to_svg(_whole(spec, language, width))
    return drawn


def png(spec: charts.Spec, language: Language, *, width: int = _WIDTH) -> bytes:
    """The chart as PNG on white."""
    whole = _whole(spec, language, width) | {"background": "white", "padding": 12}
    drawn: bytes = vl_convert.vegalite_to_png(whole, scale=_SCALE)
    return drawn


def titled(spec: charts.Spec, title: Text, about: Text) -> charts.Spec:
    """The chart with a heading of its own: a picture taken away says what it shows, and of when."""
    heading = {
        "text": {"en": title.en, "zh": title.zh}, "subtitle": {"en": about.en, "zh": about.zh},
        "anchor": "start", "offset": 10, "subtitleColor": "#6b7f95",
    }  # fmt: skip
    return {"title": heading, **spec}


def _whole(spec: charts.Spec, language: Language, width: int) -> dict[str, Any]:
    config = {"font": fonts.cjk_family() or "sans-serif", "view": {"stroke": None}}
    return {
        "$schema": _SCHEMA, "width": width, "config": config, **charts.spoken(spec, language),
    }  # fmt: skip


def library(name: str) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, which pages load; it takes seconds to make.

    It sets `window[name]` to `{embed, onDark}`: Vega-Embed, and the colours on a dark ground.
    """
    snippet = f"window.{name} = {{embed: vegaEmbed, onDark: {json.dumps(charts.ON_DARK)}}};"
    made: str = vl_convert.javascript_bundle(snippet=snippet)
    return made


def version() -> str:
    """Which library it is, for caches: the versions of its parts."""
    return f"{vl_convert.get_vega_version()}-{vl_convert.get_vegalite_versions()[-1]}-{vl_convert.get_vega_embed_version()}"
