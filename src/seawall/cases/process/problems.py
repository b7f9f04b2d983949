"""The kinds of problem an outside event log, or a machine to replay it on, can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

LOG_COLUMN_MISSING = Kind(
    "log-column-missing",
    Text(en="The file has no column {names}.", zh="文件中没有以下列：{names}。"),
    Text(
        en="It has: {found}. Name one of them, or another --delimiter.",
        zh="现有列：{found}。请指定其中之一，或用 --delimiter 指定其他分隔符。",
    ),
)
LOG_COLUMN_NAME = Kind(
    "log-column-name",
    Text(en="{name!r} cannot be a breakdown.", zh="{name!r} 不能作为细分。"),
    Text(
        en="Rename the column: letters, digits and underscores, and no name that a measure or SQL "
        "uses itself, such as `cases` or `order`.",
        zh="请改列名：仅用字母、数字、下划线，且不得与指标列名或 SQL 保留字相同，如 `cases`、`order`。",
    ),
)
LOG_VALUE_MISSING = Kind(
    "log-value-missing",
    Text(en="A row needs a {what}.", zh="每行都须有{what}。"),
    Text(en="Fill it in at the source; the row is left out.", zh="请在来源补全；该行未计入。"),
)
LOG_TIME_UNREADABLE = Kind(
    "log-time-unreadable",
    Text(en="{value!r} is no time in {form}.", zh="{value!r} 不是 {form} 格式的时间。"),
    Text(
        en="Correct it at the source, or declare its format; the row is left out.",
        zh="请在来源更正或声明其格式；该行未计入。",
    ),
)
LOG_ROWS_LEFT_OUT = Kind(
    "log-rows-left-out",
    Text(
        en="{rejected:,} of {rows:,} rows are left out; the first {shown} reasons stand above.",
        zh="{rows:,} 行中有 {rejected:,} 行未计入；前 {shown} 条原因见上。",
    ),
    Text(en="Every answer is over the others.", zh="所有结果仅基于其余各行。"),
    severity="warning",
)
MACHINE_TWO_WAYS = Kind(
    "machine-two-ways",
    Text(
        en="{verb!r} leads from {state!r} both to {first!r} and to {second!r}.",
        zh="在状态 {state!r} 下，{verb!r} 既通往 {first!r} 又通往 {second!r}。",
    ),
    Text(
        en="A history must lead to one state: give the second way a verb of its own.",
        zh="一段历史只能通往一个状态：请为第二条路径另设动作。",
    ),
)
MACHINE_NO_END = Kind(
    "machine-no-end",
    Text(en="No way leads from {state!r} to a final state.", zh="从状态 {state!r} 无法到达终态。"),
    Text(
        en="Add a move out of it, or name it among `finals`.", zh="请补充其去向，或列入 `finals`。"
    ),
)
MACHINE_UNREACHED = Kind(
    "machine-unreached",
    Text(en="No way leads to {state!r}.", zh="没有路径通往状态 {state!r}。"),
    Text(en="Add a move to it, or leave it out.", zh="请补充通往它的动作，或将其删去。"),
)
MACHINE_BESIDE_AND_MOVE = Kind(
    "machine-beside-and-move",
    Text(
        en="{verb!r} is both a move and beside the machine.",
        zh="{verb!r} 既是状态动作，又列为旁路活动。",
    ),
    Text(en="Take it out of one of the two.", zh="请从其中一处删去。"),
)

KINDS = (
    LOG_COLUMN_MISSING, LOG_COLUMN_NAME, LOG_VALUE_MISSING, LOG_TIME_UNREADABLE, LOG_ROWS_LEFT_OUT,
    MACHINE_TWO_WAYS, MACHINE_NO_END, MACHINE_UNREACHED, MACHINE_BESIDE_AND_MOVE,
)  # fmt: skip
