"""What the check of a policy can find in one that reads without mistakes."""

from seawall.core.problem import Kind
from seawall.core.text import Text

RULE_NEVER = Kind(
    "policy-rule-never-true",
    Text(en="Rule {rule} is true for no application{how}.", zh="规则 {rule} 对任何申请都不成立{how_zh}。"),
    Text(en="Correct its condition, or take it out. Compare it with the limits of its inputs.",
         zh="请更正条件或删除该规则，并核对其输入的取值范围。"),
    "warning",
)  # fmt: skip
RULE_ALWAYS = Kind(
    "policy-rule-always-true",
    Text(en="Rule {rule} is true for every application for which it can be answered{how}.",
         zh="只要能够判断，规则 {rule} 对所有申请都成立{how_zh}。"),
    Text(en="Correct its condition; as it stands, nobody passes it.",
         zh="请更正条件；目前没有任何申请能通过它。"),
    "warning",
)  # fmt: skip
RULE_SHADOWED = Kind(
    "policy-rule-shadowed",
    Text(en="Rule {rule} never decides: whenever it is true, so is {others}, which asks for as "
         "much or more{how}.",
         zh="规则 {rule} 从不起决定作用：它成立时，{others} 也必成立，且后果相同或更重{how_zh}。"),
    Text(en="Take it out, or narrow {others}. Keep it if its reason should be told as well.",
         zh="请删除它，或收窄 {others}；若需一并告知其理由，可保留。"),
    "warning",
)  # fmt: skip
RULES_CONTRADICT = Kind(
    "policy-rules-contradict",
    Text(en="Rules {first} and {second} are true for the same applications, but one says "
         "{then_first}, the other {then_second}{how}.",
         zh="规则 {first} 与 {second} 对相同的申请成立，但一个要求 {then_first}，另一个要求 {then_second}{how_zh}。"),
    Text(en="Keep one of them, or correct the condition of the other.",
         zh="请保留其中一个，或更正另一个的条件。"),
)  # fmt: skip
NEVER_APPROVES = Kind(
    "policy-never-approves",
    Text(en="No application can be approved: together, {rules} leave none{how}.",
         zh="没有申请能获批准：{rules} 合在一起排除了所有申请{how_zh}。"),
    Text(en="Look at these together; their conditions cover everything, unknown values included. A rule "
         "whose law nobody has verified is always unknown: confirm it in an overlay.",
         zh="请一并检查：它们的条件（含未知值）覆盖了全部情形。法律依据尚未核实的规则一律无法判断：请在叠加层中核实。"),
)  # fmt: skip
ROW_UNREACHABLE = Kind(
    "policy-row-unreachable",
    Text(en="Row {row} of {table} is never used: {by}.", zh="{table} 的第 {row} 行从不会用到：{by_zh}。"),
    Text(en="Put it before the rows that take its cases, narrow those, or take it out.",
         zh="请将其移到占用其情形的行之前、收窄那些行，或删除它。"),
    "warning",
)  # fmt: skip
ROW_BLOCKED = Kind(
    "policy-row-blocked",
    Text(en="Row {row} of {table} is never used: for its cases it is not known whether row {by} "
         "matches, and the table stops there without an answer.",
         zh="{table} 的第 {row} 行从不会用到：在其情形下无法判断第 {by} 行是否匹配，决策表在该处停止且无结果。"),
    Text(en="Put the row that asks for IS NULL first.", zh="请将含 IS NULL 的行放在最前面。"),
    "warning",
)  # fmt: skip
TABLE_GAP = Kind(
    "policy-table-gap",
    Text(en="No row of {table} matches where {where}; its values are then missing.",
         zh="当 {where} 时，{table} 没有任何行匹配，其取值缺失。"),
    Text(en="Add a row, or say what holds `otherwise`.", zh="请增加一行，或用 `otherwise` 说明其余情形。"),
    "warning",
)  # fmt: skip
ROWS_OVERLAP = Kind(
    "policy-rows-overlap",
    Text(en="Rows {first} and {second} of {table} both match where {where}; only one may, so the "
         "values are then missing.",
         zh="当 {where} 时，{table} 的第 {first} 行与第 {second} 行同时匹配；该表只允许一行匹配，故取值缺失。"),
    Text(en="Narrow one of them, or make the table's hit `first`.",
         zh="请收窄其中一行，或将该表的 hit 改为 `first`。"),
)  # fmt: skip
CELL_OPAQUE = Kind(
    "policy-cell-not-analysed",
    Text(en="{count} cells of {table} are more than comparisons of their column with constants; "
         "for its rows, each is treated as if it could be anything.",
         zh="{table} 有 {count} 个单元格不只是列与常量的比较；检查各行时视其可为任意真值。"),
    Text(en="Nothing need be done. Where possible compare with constants: the check is then exact.",
         zh="无需处理；如能改为与常量比较，检查即为精确。"),
    "warning",
)  # fmt: skip
NOT_SEARCHED = Kind(
    "policy-check-not-finished",
    Text(en="{what} was not searched to the end: {left}.", zh="{what} 未检查完：{left_zh}。"),
    Text(en="Give the check more time (`--seconds`), or split the table.",
         zh="请给检查更多时间（`--seconds`），或拆分该表。"),
    "warning",
)  # fmt: skip
UNDECIDED = Kind(
    "policy-check-undecided",
    Text(en="It could not be settled whether {claim}.", zh="未能确定：{claim_zh}。"),
    Text(en="Look at it yourself, or give the check more time (`--seconds`); simpler conditions can be "
         "proved.",
         zh="请自行检查，或给检查更多时间（`--seconds`）；更简单的条件可以证明。"),
    "warning",
)  # fmt: skip
UNUSED = Kind(
    "policy-unused",
    Text(en="{what} {name} is used by no rule and no offer.",
         zh="{what_zh} {name} 未被任何规则或报价使用。"),
    Text(en="Take it out, or use it.", zh="请删除它，或加以使用。"),
    "warning",
)  # fmt: skip
APPROVED_WITHOUT = Kind(
    "policy-approved-without",
    Text(en="An application without {names} can be approved.",
         zh="缺少 {names} 的申请可能获得批准。"),
    Text(en="If it should not be, make the input `required`, or refer where it IS NULL.",
         zh="如不应如此，请将该输入设为 `required`，或在其为 NULL 时转人工。"),
    "warning",
)  # fmt: skip
SILENT_PASS = Kind(
    "policy-silent-pass",
    Text(en="An application is approved without {name}, and declined with {name} = {value}, by "
         "{rules}: leaving it out helps.",
         zh="同一申请缺少 {name} 时获批准，而 {name} = {value} 时被 {rules} 拒绝：不填反而有利。"),
    Text(en="Let the rule's unknown lead to a person: no `unknown: ignore` and no COALESCE there, "
         "or make the input `required`.",
         zh="请让该规则的未知情形转人工：勿用 `unknown: ignore` 或 COALESCE，或将该输入设为 `required`。"),
    "warning",
)  # fmt: skip

INFORMATION = (CELL_OPAQUE, APPROVED_WITHOUT)
"""Kinds that say how things are; nothing need be wrong."""

KINDS = (
    RULE_NEVER, RULE_ALWAYS, RULE_SHADOWED, RULES_CONTRADICT, NEVER_APPROVES, ROW_UNREACHABLE,
    ROW_BLOCKED, TABLE_GAP, ROWS_OVERLAP, CELL_OPAQUE, NOT_SEARCHED, UNDECIDED, UNUSED,
    APPROVED_WITHOUT, SILENT_PASS,
)  # fmt: skip
