"""What the machine has, what it lacks, and how to get it."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typer

from seawall.cli.options import HomeOption, LangOption
from seawall.cli.screen import Screen, language
from seawall.core.text import Text
from seawall.office import condition, homes, servers
from seawall.records.sqlite import driver
from seawall.reports import fonts


@dataclass(frozen=True)
class Finding:
    """One thing looked for: whether it is there, what it is for, how to get it."""

    name: str
    found: bool
    needed: bool
    purpose: Text
    remedy: Text


def _java() -> str | None:
    """The Java that Spark would start: JAVA_HOME's where that is set, else the path's."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(f"{home}/bin/java" if home else "java")


def examine(home: Path) -> tuple[Finding, ...]:
    """Everything Seawall can use on this machine, and whether it is there."""
    free = shutil.disk_usage(home if home.exists() else Path.cwd()).free // 2**30
    return (
        Finding(
            f"Python {platform.python_version()}",
            sys.version_info >= (3, 11),
            needed=True,
            purpose=Text(en="runs everything", zh="运行环境"),
            remedy=Text(en="Install Python 3.11 or newer.", zh="请安装 Python 3.11 或更新版本。"),
        ),
        Finding(
            f"{free} GB disk",
            free >= 1,
            needed=True,
            purpose=Text(en="the home folder", zh="主目录存储"),
            remedy=Text(en="Free at least 1 GB.", zh="请至少腾出 1 GB 空间。"),
        ),
        Finding(
            f"SQLite {driver.library.sqlite_version}",
            driver.safe_log(),
            needed=False,
            purpose=Text(en="the office's database with a log", zh="办公数据库的预写日志"),
            remedy=Text(
                en="It may corrupt a log that several processes use, so that none is kept: changes take "
                "some four times as long. pip install pysqlite3, or a Python with SQLite 3.51.3 or newer.",
                zh="该版本的预写日志在多进程使用时可能损坏，故不启用：写入约慢四倍。"
                "请 pip install pysqlite3，或使用自带 SQLite 3.51.3 及以上的 Python。",
            ),
        ),
        Finding(
            "CJK font",
            fonts.cjk_family() is not None,
            needed=False,
            purpose=Text(en="reports as PDF", zh="PDF 报告"),
            remedy=Text(
                en="Debian/Ubuntu: apt install fonts-noto-cjk; Fedora: dnf install "
                "google-noto-sans-cjk-fonts; macOS and Windows have one.",
                zh="Debian/Ubuntu：apt install fonts-noto-cjk；Fedora：dnf install "
                "google-noto-sans-cjk-fonts；macOS 与 Windows 自带。",
            ),
        ),
        Finding(
            "pyspark",
            find_spec("pyspark") is not None,
            needed=False,
            purpose=Text(en="books larger than one machine", zh="超出单机的账册"),
            remedy=Text(
                en='In the project\'s folder: .venv/bin/python -m pip install -e ".[spark]"',
                zh='在项目目录中：.venv/bin/python -m pip install -e ".[spark]"',
            ),
        ),
        Finding(
            "Java",
            _java() is not None,
            needed=False,
            purpose=Text(en="Apache Spark in local mode", zh="本地模式的 Apache Spark"),
            remedy=Text(
                en="Debian/Ubuntu: apt install default-jre-headless; or set JAVA_HOME.",
                zh="Debian/Ubuntu：apt install default-jre-headless；或设置 JAVA_HOME。",
            ),
        ),
    )


def _no_home(folder: Path) -> Finding:
    return Finding(
        str(folder),
        found=False,
        needed=True,
        purpose=Text(en="the home folder", zh="主目录"),
        remedy=Text(
            en="no home in {folder}: check --home or SEAWALL_HOME",
            zh="{folder} 中没有主目录：请检查 --home 或 SEAWALL_HOME",
        ).filled(folder=folder),
    )


def doctor(home: HomeOption = None, lang: LangOption = None) -> None:
    """Say what is missing on this machine and how to get it, and whether the home can be used safely."""
    screen = Screen(language(lang))
    lacking = False
    at = homes.home(home)
    own = [
        Finding(each.name, each.fit, each.needed, each.purpose, each.remedy)
        for each in (*condition.examine(at), *servers.examine(at))
    ]
    named = home is not None or homes.HOME_VARIABLE in os.environ
    if named and not condition.is_home(at.folder):
        own.append(_no_home(at.folder))
    for finding in (*examine(at.folder), *own):
        mark = "✓" if finding.found else ("✗" if finding.needed else "–")
        purpose = finding.purpose.in_(screen.language)
        screen.result(f"{mark} {finding.name}  ({purpose})")
        if not finding.found:
            screen.result(f"    {finding.remedy.in_(screen.language)}")
        lacking = lacking or (finding.needed and not finding.found)
    raise typer.Exit(1 if lacking else 0)
