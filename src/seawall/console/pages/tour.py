"""The guided tour: the loop in the order in which it turns, each step on the page where it happens."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from seawall.console import access
from seawall.console.asking import Request
from seawall.core.text import Text


@dataclass(frozen=True)
class Step:
    """A step: a page, what happens there, and what to try."""

    route: str
    needs: str
    title: Text
    about: Text
    to_try: Text


STEPS: Final = (
    Step("portfolio", "portfolio.read", Text(en="What the book says", zh="账册说明了什么"),
         Text(en="Facts become measures: vintages, roll rates, concentration, each with how it was computed.",
              zh="事实汇成指标：账龄曲线、滚动率、集中度，每项均注明计算方法。"),
         Text(en="Filter by a channel, open “How this number is made”, and take a chart away.",
              zh="按渠道筛选，展开“该数字如何得出”，并下载一张图表。")),
    Step("indicators", "indicators.read", Text(en="What it warns of", zh="预警了什么"),
         Text(en="Measures are watched: each indicator has limits that say where they come from.",
              zh="指标受到监测：每项预警指标的阈值均注明依据。"),
         Text(en="Open one that is red: since when, in which segment, and what earlier alerts became.",
              zh="打开一项红色指标：起始时间、所在分组，以及此前预警的结果。")),
    Step("alerts", "alerts.read", Text(en="Who takes an alert on", zh="由谁认领预警"),
         Text(en="An alert is a case: acknowledged, looked into, closed as explained or acted upon.",
              zh="每个预警都是案件：确认、调查、解释后关闭或处置。"),
         Text(en="Acknowledge one that nobody took, or see in its history who took it on, and when.",
              zh="确认一个尚无人认领的预警，或在其记录中查看由谁、于何时认领。")),
    Step("cases", "cases.read", Text(en="What needs a person", zh="需要人工处理的事项"),
         Text(en="Thirteen kinds of case, each with clocks, roles and approvals that its declaration says.",
              zh="十三类案件，时限、角色与审批均由其定义规定。"),
         Text(en="Show all, open an incident: why you may not do something is told beside what you may.",
              zh="选择显示全部，打开一个事件：可执行的操作与不可执行的原因并列显示。")),
    Step("policies", "policies.read", Text(en="By what is decided", zh="依据什么决策"),
         Text(en="A policy is a text that one writes, another approves, and the book proves.",
              zh="策略由一人编写、另一人批准，并以账册验证。"),
         Text(en="Edit a limit in one: mistakes are marked at their line. Its cases say what the change breaks; mend them, "
              "propose it, and see why you cannot approve it.",
              zh="编辑某策略的一个限额：错误标在所在行。其用例会指出改动影响之处；修改用例后提交，可看到您为何不能自行批准。")),
    Step("decisions", "decisions.read", Text(en="What was decided, and why", zh="作了什么决策及其理由"),
         Text(en="Every rule's answer is kept, so that a decision is made again years later.",
              zh="每条规则的结果均予保存，多年后仍可重放。"),
         Text(en="Open a declined one, read what the customer is told, and decide it again.",
              zh="打开一个拒绝的决策，查看告知客户的理由，并重放一次。")),
    Step("drills", "drills.read", Text(en="Whether people are ready", zh="人员是否有备"),
         Text(en="Emergencies are played through against their playbook, and scored.", zh="按应急预案演练突发事件并评分。"),
         Text(en="Plan one, start it, and see the minutes run.", zh="安排并开始一次演练，观察计时。")),
    Step("ledger", "ledger.read", Text(en="That all of it is so", zh="一切均可证明"),
         Text(en="Every act above has its entry; nobody undoes one quietly, we neither.",
              zh="以上每项操作均有记录，任何人（包括系统方）都无法悄悄撤销。"),
         Text(en="Verify it now, and take a proof away that an auditor checks without us.",
              zh="立即核验，并下载可由审计独立验证的证明。")),
)  # fmt: skip


def page(request: Request) -> HttpResponse:
    """The steps that the person may go."""
    may = access.permissions(request.user)
    return render(
        request, "console/tour/page.html", {"steps": [step for step in STEPS if step.needs in may]}
    )
