"""Text in files that people open in a spreadsheet."""

import re

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The signs of OWASP's list, and those as wide as a Chinese letter, which Excel computes too."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and does not compute: a formula's first sign gets a mark.

    A plain number stays as it is, its sign too.

    >>> harmless("=1+1"), harmless("-12.50")
    ("'=1+1", '-12.50')
    """
    formula = text[:1] in _COMPUTED and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text
