"""What can be wrong with the declaration of a kind of case."""

from seawall.core.problem import Kind
from seawall.core.text import Text

NAME_UNKNOWN = Kind(
    "kind-name-unknown",
    Text(en="{what} names {name}, which is not there.", zh="{what} 提到 {name}，但没有它。"),
    Text(en="Name one of: {known}.", zh="可用名称：{known}。"),
)
NAME_TAKEN = Kind(
    "kind-name-taken",
    Text(en="{what} {name} has a name that means something else here.",
         zh="{what} {name} 的名称在此另有含义。"),
    Text(en="Rename it; verbs, states and the machine's own words are kept apart.",
         zh="请重命名；动作、状态和系统保留词不得重名。"),
)  # fmt: skip
NEVER_OPENED = Kind(
    "kind-never-opened",
    Text(en="No verb opens a case of this kind.", zh="没有任何动作可立案。"),
    Text(en="Let a verb have `to` and no `from`.", zh="请设一个只有 `to` 而无 `from` 的动作。"),
)
STATE_UNREACHED = Kind(
    "kind-state-unreached",
    Text(en="No case ever comes into state {state}.", zh="没有案件会进入状态 {state}。"),
    Text(en="Let a verb lead `to` it, or take it away.", zh="请让某个动作通向它，或将其删除。"),
)
STATE_STUCK = Kind(
    "kind-state-stuck",
    Text(en="From state {state} no way leads to a final one.", zh="从状态 {state} 无法到达终态。"),
    Text(en="Let a verb lead on from it, or make it `final`.",
         zh="请让某个动作由此继续，或将其设为 `final`。"),
)  # fmt: skip
NOT_BOOLEAN = Kind(
    "kind-not-boolean",
    Text(en="A condition must be true or false; this is a {found}.",
         zh="条件必须为真或假；此处类型为 {found}。"),
    Text(en="Compare it with something, such as: redress <= 500.",
         zh="请与某个值比较，例如：redress <= 500。"),
)  # fmt: skip
CLOCK_IDLE = Kind(
    "kind-clock-idle",
    Text(en="Nothing ever starts clock {clock}.", zh="时钟 {clock} 从不启动。"),
    Text(en="Let it start at a verb or state that cases come to.",
         zh="请让它在案件会经过的动作或状态启动。"),
)  # fmt: skip
CLOCK_OUTLIVES = Kind(
    "kind-clock-outlives",
    Text(en="Clock {clock} may still run when a case is {state}, which is final.",
         zh="案件处于终态 {state} 时，时钟 {clock} 可能仍在运行。"),
    Text(en="Add the state to the clock's `stops`.", zh="请将该状态加入时钟的 `stops`。"),
)  # fmt: skip
CLOCK_SINCE = Kind(
    "kind-clock-since",
    Text(en="Clock {clock} counts from field {field}, which is no day or time.",
         zh="时钟 {clock} 以字段 {field} 起算，但它不是日期或时间。"),
    Text(en="Name a field of type date or time.", zh="请使用日期或时间类型的字段。"),
)  # fmt: skip
RETAINED_OPEN = Kind(
    "kind-retained-open",
    Text(en="Retention counts from {state}, which is not final.",
         zh="保存期限从 {state} 起算，但它不是终态。"),
    Text(en="Count from a final state.", zh="请从终态起算。"),
)  # fmt: skip
FILE_NAMED_OTHERWISE = Kind(
    "kind-file-named-otherwise",
    Text(
        en="The file is named {named}, and the kind {id}.", zh="文件名为 {named}，而类别为 {id}。"
    ),
    Text(en="Name the file as its `id`, with `.yaml`.", zh="请以其 `id` 加 `.yaml` 命名文件。"),
)
APPROVERS_MAKE = Kind(
    "kind-approvers-make",
    Text(en="Whoever may approve {verb} has a role that may do it as well: {roles}.",
         zh="可批准 {verb} 的角色同样可办理它：{roles}。"),
    Text(en="Let another role approve; otherwise colleagues of one desk approve each other.",
         zh="请由其他角色批准，否则同一岗位的人会相互批准。"),
    severity="warning",
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    NAME_UNKNOWN, NAME_TAKEN, NEVER_OPENED, STATE_UNREACHED, STATE_STUCK, NOT_BOOLEAN, CLOCK_IDLE,
    CLOCK_OUTLIVES, CLOCK_SINCE, RETAINED_OPEN, FILE_NAMED_OTHERWISE, APPROVERS_MAKE,
)  # fmt: skip
