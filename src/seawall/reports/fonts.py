"""Fonts that can print Chinese."""

from functools import lru_cache

import typst

_FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "SimSun",
)  # fmt: skip


@lru_cache(maxsize=1)
def cjk_family() -> str | None:
    """The first family on this machine that has simplified Chinese; None where there is none."""
    here = set(typst.Fonts().families())
    return next((family for family in _FAMILIES if family in here), None)
