"""The words of a case's title: what a search looks for, in scripts with blanks between words and without."""

import re
import unicodedata
from itertools import pairwise

WORDS_MOST = 24
"""Of one title: the first ones."""
WORD_MOST = 40
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def words(text: str) -> tuple[str, ...]:
    """The words of a text, each once, in order; of Chinese, each two signs that stand together.

    >>> words("Gateway DOWN, 支付中断!")
    ('gateway', 'down', '支付', '付中', '中断')
    """
    spelt = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for run in _RUN.findall(spelt):
        for part in _parts(run):
            found += ["".join(pair) for pair in pairwise(part)] if _pairs(part) else [part]
    return tuple(dict.fromkeys(word[:WORD_MOST] for word in found))[:WORDS_MOST]


def _parts(run: str) -> list[str]:
    """A run cut where Chinese meets other letters."""
    return re.findall(rf"{_HAN.pattern}+|[^\u3400-\u9fff\uf900-\ufaff]+", run)


def _pairs(part: str) -> bool:
    return len(part) > 1 and bool(_HAN.match(part))
