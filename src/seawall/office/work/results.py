"""What came of background work, in words: the figures that a task leaves, each under its name."""

from collections.abc import Mapping
from typing import Final

from seawall.core.text import Text, verbatim

NAMES: Final = {
    "behind": Text(en="entries behind", zh="待索引记录"),
    "book": Text(en="book", zh="账册"),
    "cases": Text(en="cases", zh="案件"),
    "changes": Text(en="changes told", zh="已记账的变更"),
    "cleared": Text(en="alerts ended", zh="解除预警"),
    "clocks": Text(en="clocks passed", zh="到时的时限"),
    "corrected": Text(en="values corrected", zh="更正数值"),
    "dead": Text(en="notices given up", zh="放弃的通知"),
    "done": Text(en="runs forgotten", zh="清理的运行"),
    "dropped": Text(en="notices for nobody", zh="无人接收的通知"),
    "entries": Text(en="entries", zh="账本记录"),
    "erased": Text(en="bodies erased", zh="已删除正文"),
    "events": Text(en="events", zh="事件"),
    "failed": Text(en="failed runs forgotten", zh="清理的失败运行"),
    "leaf": Text(en="report", zh="报告"),
    "marks": Text(en="findings", zh="发现"),
    "number": Text(en="proposal", zh="提案"),
    "problems": Text(en="problems", zh="问题"),
    "publish": Text(en="where to publish", zh="公布位置"),
    "put_off": Text(en="notices put off", zh="推迟的通知"),
    "raised": Text(en="alerts raised", zh="触发预警"),
    "sent": Text(en="notices sent", zh="已发送的通知"),
    "sessions": Text(en="sessions ended", zh="清理的登录会话"),
    "told": Text(en="notices queued", zh="待发通知"),
    "untold": Text(en="events untold to the ledger", zh="未记账的事件"),
    "updated": Text(en="alerts changed", zh="变更预警"),
    "values": Text(en="values looked at", zh="查看数值"),
    "witness": Text(en="witness", zh="见证方"),
}
"""What each figure of a result is called."""
_VALUES: Final = {
    "empty": Text(en="empty", zh="为空"),
    "not set": Text(en="not set", zh="未设置"),
}
_DIGEST_SHOWN: Final = 12


def told(result: Mapping[str, object]) -> Text:
    """A result in words; figures that are nought are left out, where others are not.

    >>> told({"raised": 2, "cleared": 0, "book": "empty"}).en
    'alerts raised: 2; book: empty'
    >>> told({"sent": 0, "dead": 0}).en
    'nothing was to be done'
    """
    parts = [
        _PART.filled(name=NAMES[name], value=_value(value))
        for name, value in result.items()
        if value != 0
    ]
    if result and not parts:
        return _NOUGHT
    return Text(en="; ".join(each.en for each in parts), zh="；".join(each.zh for each in parts))


def _value(value: object) -> Text:
    """A figure; of a report or list how much it holds, of a digest its beginning."""
    if isinstance(value, str):
        return _VALUES.get(value, verbatim(value[:_DIGEST_SHOWN]))
    if isinstance(value, list | dict):
        value = len(value)
    return verbatim(f"{value:,}" if isinstance(value, int) else str(value))


_NOUGHT = Text(en="nothing was to be done", zh="无待办")
_PART = Text(en="{name}: {value}", zh="{name}：{value}")
