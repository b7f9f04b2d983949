"""Wrong usage told in Chinese: the command-line library's own sentences, put into words here.

What the table does not know stays as the library says it.
"""

import re
from typing import cast

import typer

from seawall.cli.screen import Screen

WRONG: type[Exception] = typer.BadParameter.__mro__[1]
"""Every wrong usage; the library gives this class no public name but as the base of this one."""

_CHINESE = tuple(
    (re.compile(english, re.DOTALL), chinese)
    for english, chinese in {
        r"Missing command\.": "缺少命令。",
        r"No such command (.+?)\.": "没有命令 {0}。",
        r"Missing argument (.+?)\.": "缺少参数 {0}。",
        r"Missing option (.+?)\.": "缺少选项 {0}。",
        r"No such option: (\S+)": "没有选项 {0}。",
        r"No such option: (\S+) \(Possible options?: (.+)\)": "没有选项 {0}（是否为：{1}）。",
        r"Option (.+) requires an argument\.": "选项 {0} 需要取值。",
        r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)": "多余的参数：{0}。",
        r"Invalid value for (\S+): (.+)": "{0} 的取值无效：{1}",
        r"Invalid value: (.+)": "取值无效：{0}",
        r"Input should be a valid integer.*": "应为整数。",
        r"Input should be greater than or equal to (.+)": "应不小于 {0}。",
        r"Input should be less than or equal to (.+)": "应不大于 {0}。",
        r"(?:Value error, )?(.+) does not match the formats? (.+?)\.": "{0} 不符合格式 {1}。",
        r"(?:Value error, )?(.+) is not one of (.+?)\.": "{0} 不在下列取值之中：{1}。",
        r"no measure (.+); there are: (.+)": "没有指标 {0}；可选：{1}。",
        r"no segment (.+); there are: (.+)": "没有细分维度 {0}；可选：{1}。",
        r"a segment is named twice": "同一细分维度出现了两次。",
        r"--format (\S+) and a file named (\S+) contradict each other": "--format {0} 与文件扩展名 {1} 矛盾。",
    }.items()
)


def chinese(sentence: str) -> str | None:
    """A sentence of the library's in Chinese; None where it is not known.

    >>> chinese("Invalid value for '--loans': Input should be greater than or equal to 1")
    "'--loans' 的取值无效：应不小于 1。"
    """
    for english, words in _CHINESE:
        found = english.fullmatch(sentence)
        if found is not None:
            return words.format(*(chinese(part) or part for part in found.groups()))
    return None


def tell(screen: Screen, error: Exception) -> None:
    """Say what is wrong with a command's arguments, and how to see what is right."""
    wrong = cast("typer.BadParameter", error)  # or a sister of it, which can do the same
    told = chinese(wrong.format_message()) if screen.language == "zh" else None
    if told is None:
        wrong.show()
        return
    if wrong.ctx is not None:
        usage = wrong.ctx.get_usage().replace("Usage: ", "用法：", 1)
        screen.failure(f"{usage}\n用 “{wrong.ctx.command_path} --help” 查看帮助。\n")
    screen.failure(told)
