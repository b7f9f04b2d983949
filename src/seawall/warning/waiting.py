"""Level and verdict, in the same words on every face.

A *level* is where an indicator and its alert stand: it is held until verdicts say otherwise often enough (`holding`). A
*verdict* is what the detectors say of the last period alone. Where the two differ, the verdict waits for another one.
"""

from seawall.core.text import Text
from seawall.warning.holding import AMBER, GREEN, RED, UNKNOWN

LEVELS: dict[int, Text] = {
    UNKNOWN: Text(en="no verdict", zh="无判定"),
    GREEN: Text(en="green", zh="绿色"),
    AMBER: Text(en="amber", zh="黄色"),
    RED: Text(en="red", zh="红色"),
}


def waits(level: int, verdict: int) -> bool:
    """Whether the last verdict is not the level that is held; no verdict says nothing."""
    return UNKNOWN not in (level, verdict) and verdict != level


def note(level: int, verdict: int) -> Text:
    """What stands beside a level: the last verdict, where it waits; else nothing.

    >>> note(1, 2).en, note(1, 1).en
    ('the last verdict is red, and waits for another', '')
    """
    return _WAITS.filled(verdict=LEVELS[verdict]) if waits(level, verdict) else _NOTHING


def told(level: int, verdict: int) -> Text:
    """A level in a sentence, with the verdict that waits.

    >>> told(1, 2).en, told(2, 2).en
    ('amber; the last verdict is red, and waits for another', 'red')
    """
    return (
        _BOTH.filled(level=LEVELS[level], note=note(level, verdict))
        if waits(level, verdict)
        else LEVELS[level]
    )


_NOTHING = Text(en="", zh="")
_WAITS = Text(
    en="the last verdict is {verdict}, and waits for another",
    zh="最新判定为{verdict}，待下一次确认",
)
_BOTH = Text(en="{level}; {note}", zh="{level}；{note}")
