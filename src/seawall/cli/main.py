"""The commands of `seawall`: a table, so that help and version load nothing that they do not need."""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
import typer.core

from seawall import __version__
from seawall.cli import usage
from seawall.cli.screen import Screen, language
from seawall.core.problem import Unable, UnableToUseInput
from seawall.core.text import LANGUAGES, Language, Text, verbatim


@dataclass(frozen=True)
class Command:
    """A command: the module that holds it, its name there (a function, or a Typer of its own)."""

    module: str
    name: str
    help: Text


COMMANDS: dict[str, Command] = {
    "demo": Command("demo", "demo", Text(
        en="The main job: simulate a lender, measure it, write the report.",
        zh="主流程：模拟一家放贷机构，计量并生成报告。")),
    "import": Command("books", "import_", Text(
        en="Bring a loan tape into the book.", zh="导入贷款数据带。")),
    "ingest": Command("streams", "ingest_", Text(
        en="Take in facts as they come, one JSON object a line.",
        zh="接收实时事实，每行一个 JSON 对象。")),
    "simulate": Command("books", "simulate", Text(
        en="Make a synthetic lender, with planted troubles.", zh="生成带有植入问题的模拟机构。")),
    "portfolio": Command("books", "portfolio", Text(
        en="Compute a measure of the portfolio, and print or export it.",
        zh="计算组合指标，打印或导出。")),
    "report": Command("books", "report", Text(
        en="Write the portfolio's risk report.", zh="生成组合风险报告。")),
    "check": Command("books", "check", Text(
        en="Prove that the book's invariants hold.", zh="验证账册的各项恒等关系。")),
    "policy": Command("policies", "app", Text(
        en="Read, check, explain and test a policy.", zh="阅读、检查、解释与测试策略。")),
    "decide": Command("decisions", "decide", Text(
        en="Decide applications by a policy: as a try, or for good.",
        zh="按策略对申请作出决策：试算或正式决策。")),
    "decisions": Command("decisions", "app", Text(
        en="Look at decisions that count, and verify them all.", zh="查看正式决策并全部核验。")),
    "replay": Command("replays", "replay", Text(
        en="Decide past applications again.", zh="用策略重新决策历史申请。")),
    "case": Command("cases", "app", Text(
        en="Handle what needs a person: alerts, incidents, complaints, findings, reviews.",
        zh="处理需要人工的事项：预警、事件、投诉、问题、审查。")),
    "warn": Command("warnings", "app", Text(
        en="Watch the book: indicators, their verdicts, what alerts were worth.",
        zh="监测账册：预警指标、判定及预警效果。")),
    "process": Command("processes", "process", Text(
        en="Measure how the cases of an event log went.", zh="度量事件日志中案件的办理过程。")),
    "playbook": Command("playbooks", "app", Text(
        en="Read and test playbooks, and name the drills.", zh="阅读与测试处置预案，列出演练。")),
    "ledger": Command("ledgers", "app", Text(
        en="Keep, prove and verify what was done.", zh="留存、证明与核验所做之事。")),
    "vault": Command("vaults", "app", Text(
        en="Keep people's data: sealed, opened for a purpose, erased.",
        zh="保管个人数据：加密封存、按目的开启、删除。")),
    "token": Command("tokens", "app", Text(
        en="Let machines in: tokens for the API, scoped, ending, shown once.",
        zh="系统接入：接口令牌，限定权限、按期失效、仅显示一次。")),
    "person": Command("people", "app", Text(
        en="People's access: what waits for a second person.",
        zh="人员权限：待第二人确认的事项。")),
    "init": Command("keeping", "init", Text(
        en="Make a home: ledger, vault, keys, databases.", zh="建立主目录：账本、保险库、密钥、数据库。")),
    "backup": Command("keeping", "backup", Text(
        en="Make an encrypted, verified copy of a home.", zh="制作主目录的加密备份并复核。")),
    "restore": Command("keeping", "restore", Text(
        en="Make a home from a backup, and prove it.", zh="由备份恢复主目录并验证。")),
    "serve": Command("serving", "serve", Text(
        en="Serve the console and the API.", zh="提供控制台与接口服务。")),
    "work": Command("working", "work", Text(
        en="Do background work, by the schedule and as people ask.", zh="执行后台任务：定时任务与人工提交的任务。")),
    "jobs": Command("working", "list_jobs", Text(
        en="List background work, and what came of it.", zh="列出后台任务及结果。")),
    "doctor": Command("doctor", "doctor", Text(
        en="Say what is missing on this machine, and whether the home is safe to use.",
        zh="说明本机缺少什么，以及主目录能否安全使用。")),
    "version": Command("main", "version", Text(en="Print the version.", zh="打印版本号。")),
}  # fmt: skip


class _Commands(typer.core.TyperGroup):
    """Looks a command up in the table, and loads its module only then."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the library's type has no name
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        if cmd_name not in COMMANDS:
            return None
        told = COMMANDS[cmd_name]
        found = getattr(import_module(f"seawall.cli.{told.module}"), told.name)
        return typer.main.get_command(
            found if isinstance(found, typer.Typer) else _alone(cmd_name, found)
        )

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002
        spoken = language(_spoken(sys.argv))
        with formatter.section("Commands"):
            formatter.write_dl([(name, told.help.in_(spoken)) for name, told in COMMANDS.items()])


def _alone(name: str, function: Any) -> typer.Typer:  # noqa: ANN401 - any command's function
    made = typer.Typer(add_completion=False, rich_markup_mode=None)
    made.command(name)(function)
    return made


app = typer.Typer(
    name="seawall",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def seawall() -> None:
    """Seawall (防线): the open-source line of defence of online consumer lenders."""


def version() -> None:
    """Print the version."""
    sys.stdout.write(f"{__version__}\n")


def _spoken(arguments: list[str]) -> Language | None:
    """The language an option asks for, where the arguments cannot be read as a whole."""
    said = " ".join(arguments).replace("--lang=", "--lang ").split()
    asked = said[said.index("--lang") + 1 :] if "--lang" in said else []
    return next((each for each in LANGUAGES if asked[:1] == [each]), None)


def run() -> None:
    """The entry point: problems and failures become sentences and an exit code of 1."""
    screen = Screen(language(_spoken(sys.argv)))
    try:
        sys.exit(app(standalone_mode=False))
    except usage.WRONG as error:
        usage.tell(screen, error)
        sys.exit(2)
    except UnableToUseInput as error:
        for problem in error.problems:
            screen.problem(problem)
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Unable as error:
        screen.failure(error.in_(screen.language))
        sys.exit(1)
    except FileNotFoundError as error:
        screen.failure(_absent(error).in_(screen.language))
        sys.exit(1)
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__module__ not in _ENGINES:
            raise
        screen.failure(f"{type(error).__name__}: {error}")
        sys.exit(1)


def _absent(error: FileNotFoundError) -> Text:
    if error.filename is None:
        return verbatim(str(error))
    return Text(en="{file}: no such file", zh="{file}：没有此文件").filled(file=error.filename)


_ENGINES = ("duckdb", "_duckdb")
"""Whose own errors are told in their words; named, so that they need not be loaded."""
