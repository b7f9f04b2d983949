"""What can be wrong with an indicator's text, or with indicators taken together."""

from seawall.core.problem import Kind
from seawall.core.text import Text

MEASURE_UNKNOWN = Kind(
    "indicator-measure-unknown",
    Text(en="There is no trend called {name}.", zh="没有名为 {name} 的趋势指标。"),
    Text(en="Name one of: {known}.", zh="可用名称：{known}。"),
)
PERIOD_NOT_OFFERED = Kind(
    "indicator-period-not-offered",
    Text(
        en="{measure} cannot be asked by {period}.",
        zh="{measure} 不能按 {period} 查询。",
    ),
    Text(en="Ask it by: {known}.", zh="可用周期：{known}。"),
)
SEGMENT_NOT_OFFERED = Kind(
    "indicator-segment-not-offered",
    Text(
        en="{measure} cannot be broken down by {segment}.",
        zh="{measure} 不能按 {segment} 细分。",
    ),
    Text(en="Break it down by: {known}.", zh="可用维度：{known}。"),
)
SEGMENTATION_TWICE = Kind(
    "indicator-segmentation-twice",
    Text(
        en="The indicator is watched twice by {segments}.",
        zh="该预警指标重复按 {segments} 细分。",
    ),
    Text(
        en="Keep one; the order of segments within one makes no difference.",
        zh="请保留一个；同一细分内各维度的先后不影响结果。",
    ),
)
THRESHOLDS_DISORDERED = Kind(
    "indicator-thresholds-disordered",
    Text(
        en="Where {direction} is bad, red cannot be {red} with amber at {amber}.",
        zh="方向为 {direction} 时，黄色阈值为 {amber}，红色阈值不能为 {red}。",
    ),
    Text(
        en="Put red beyond amber in the direction that is bad; with `both`, farther from zero.",
        zh="红色阈值应在不利方向上比黄色更远；方向为 `both` 时应离零更远。",
    ),
)
THRESHOLDS_UNSOURCED = Kind(
    "indicator-thresholds-unsourced",
    Text(
        en="The thresholds need their source: either `citation` or `rationale`.",
        zh="阈值须注明来源：`citation` 或 `rationale` 二者之一。",
    ),
    Text(
        en="Cite the text they are from, or say why they are the house's own choice.",
        zh="请引用出处，或说明本机构自定的理由。",
    ),
)
THRESHOLDS_MISFIT = Kind(
    "indicator-thresholds-misfit",
    Text(
        en="Limits stand under `thresholds`, and the detector `threshold` uses those.",
        zh="限值应写在 `thresholds` 中，并由 `threshold` 检测器使用。",
    ),
    Text(
        en="Add the detector `threshold`, or take its own limits from it, or take `thresholds` away.",
        zh="请补充 `threshold` 检测器，或删去该检测器自带的限值，或删去 `thresholds`。",
    ),
)
ROLE_UNKNOWN = Kind(
    "indicator-role-unknown",
    Text(en="There is no role {name}.", zh="没有角色 {name}。"),
    Text(en="Name one of: {known}.", zh="可用角色：{known}。"),
)
PLAYBOOK_UNKNOWN = Kind(
    "indicator-playbook-unknown",
    Text(en="There is no playbook {name}.", zh="没有处置预案 {name}。"),
    Text(
        en="Name one of: {known}; or say what to do under `advice`.",
        zh="可用预案：{known}；或在 `advice` 中写明处置建议。",
    ),
)
NO_WAY_OUT = Kind(
    "indicator-no-playbook",
    Text(
        en="An indicator says what to do: either by a `playbook` or by `advice`.",
        zh="预警指标须说明如何处置：`playbook` 或 `advice` 二者之一。",
    ),
    Text(
        en="Name a playbook, or write the advice in both languages; not both.",
        zh="请指定预案，或以中英文写明建议；二者不可并用。",
    ),
)
PARENT_UNKNOWN = Kind(
    "indicator-parent-unknown",
    Text(
        en="There is no indicator {name} to explain this one.",
        zh="没有可作为原因的预警指标 {name}。",
    ),
    Text(en="Name another indicator's id.", zh="请填写另一预警指标的 id。"),
)
PARENT_CIRCLE = Kind(
    "indicator-parent-circle",
    Text(
        en="These indicators explain each other in a circle: {names}.",
        zh="以下预警指标互为原因，形成循环：{names}。",
    ),
    Text(
        en="Break the circle: of two troubles one comes first.",
        zh="请打破循环：两个问题总有一个在先。",
    ),
)
TWICE = Kind(
    "indicator-twice",
    Text(en="The id {name} is taken by {first}.", zh="id {name} 已被 {first} 使用。"),
    Text(en="Give one of them another id.", zh="请为其中一个更换 id。"),
)
MISPLACED = Kind(
    "indicator-misplaced",
    Text(
        en="This file belongs at {wanted}: the folder is the risk, the name the id.",
        zh="该文件应位于 {wanted}：文件夹为风险类别，文件名为 id。",
    ),
    Text(en="Move the file, or correct `id` or `risk`.", zh="请移动文件，或更正 `id` 或 `risk`。"),
)
CASE_MISFIT = Kind(
    "indicator-case-misfit",
    Text(
        en="The case {name!r} has {values} values and {samples} samples.",
        zh="用例“{name}”有 {values} 个取值、{samples} 个样本量。",
    ),
    Text(en="Give one sample for each value.", zh="每个取值应对应一个样本量。"),
)
CASE_FAILS = Kind(
    "indicator-case-fails",
    Text(
        en="The case {name!r} expects {expected}; {found} came out.",
        zh="用例“{name}”应为 {expected}，实为 {found}。",
    ),
    Text(
        en="Correct the case, or the thresholds and detectors it tries.",
        zh="请更正用例，或更正其所检验的阈值与检测器。",
    ),
)
ROUTE_CASE_FAILS = Kind(
    "routing-case-fails",
    Text(
        en="The case {name!r} expects {expected}; {found} came out.",
        zh="用例“{name}”应为 {expected}，实为 {found}。",
    ),
    Text(
        en="Correct the case, or the routes; the first route that fits counts.",
        zh="请更正用例或路由；以第一条符合的路由为准。",
    ),
)

KINDS = (
    MEASURE_UNKNOWN, PERIOD_NOT_OFFERED, SEGMENT_NOT_OFFERED, SEGMENTATION_TWICE,
    THRESHOLDS_DISORDERED, THRESHOLDS_UNSOURCED, THRESHOLDS_MISFIT,
    ROLE_UNKNOWN, PLAYBOOK_UNKNOWN, NO_WAY_OUT, PARENT_UNKNOWN, PARENT_CIRCLE, TWICE, MISPLACED,
    CASE_MISFIT, CASE_FAILS, ROUTE_CASE_FAILS,
)  # fmt: skip
