"""What can be wrong with what is asked of a case."""

from seawall.core.problem import Kind
from seawall.core.text import Text

VERB_UNKNOWN = Kind(
    "case-verb-unknown",
    Text(en="A case of kind {kind} has no verb {verb}.", zh="{kind} 类案件没有动作 {verb}。"),
    Text(en="Use one of: {known}.", zh="可用动作：{known}。"),
)
NOT_OPENED = Kind(
    "case-not-opened",
    Text(en="{verb} needs a case, and none is opened yet.", zh="{verb} 需要一个案件，但尚未立案。"),
    Text(en="Open one first, by: {known}.", zh="请先立案，动作为：{known}。"),
)
STATE = Kind(
    "case-state",
    Text(
        en="{verb} cannot be done while the case is {state}.", zh="案件处于 {state} 时不能 {verb}。"
    ),
    Text(en="From here one can: {known}.", zh="此状态下可做：{known}。"),
)
ROLE = Kind(
    "case-role",
    Text(en="{actor} may not {verb}.", zh="{actor} 无权 {verb}。"),
    Text(
        en="Ask somebody whose role is one of: {roles}.",
        zh="请由具有以下角色之一的人办理：{roles}。",
    ),
)
UNIT = Kind(
    "case-unit",
    Text(en="The case belongs to unit {unit}, and {actor} works for {other}.",
         zh="案件属于机构 {unit}，而 {actor} 属于 {other}。"),
    Text(en="Ask somebody of that unit, or of one above it.",
         zh="请由该机构或其上级机构的人员办理。"),
)  # fmt: skip
NAME_UNCLEAR = Kind(
    "case-name-unclear",
    Text(en="The name {name} is empty, or holds signs that nobody can see.",
         zh="名称 {name} 为空，或含有不可见字符。"),
    Text(en="Act under a name that reads as it is spelled.", zh="请使用所见即所得的名称。"),
)  # fmt: skip
ON_OWN_BEHALF = Kind(
    "case-on-own-behalf",
    Text(en="{actor} acts on behalf of himself.", zh="{actor} 代理的是自己。"),
    Text(en="Leave `on_behalf_of` away, or name whom he stands in for.",
         zh="请去掉 `on_behalf_of`，或写明所代理的人。"),
)  # fmt: skip
KEY_UNCLEAR = Kind(
    "case-key-unclear",
    Text(en="A command needs a key of 1 to {most} characters.", zh="指令需要 1 到 {most} 个字符的键。"),
    Text(en="Give each act its own key, and the same one when it is sent again.",
         zh="每次操作请使用各自的键；重发时使用同一个键。"),
)  # fmt: skip
KEY_REUSED = Kind(
    "case-key-reused",
    Text(
        en="Key {key} was used for another act on this case.",
        zh="键 {key} 已用于本案件的另一操作。",
    ),
    Text(en="Give this act a key of its own.", zh="请为此操作使用新的键。"),
)
MOVED_ON = Kind(
    "case-moved-on",
    Text(en="The case was seen at revision {seen} and is at {now}.",
         zh="所见案件版本为 {seen}，现为 {now}。"),
    Text(en="Look at it again, then decide anew.", zh="请重新查看后再决定。"),
)  # fmt: skip
TIME = Kind(
    "case-time",
    Text(en="The act's time {at} is not between the case's last event ({least}) and now ({most}).",
         zh="操作时间 {at} 不在案件最后事件（{least}）与当前时间（{most}）之间。"),
    Text(en="Use a time of UTC in between; say in a field when something happened earlier.",
         zh="请使用其间的 UTC 时间；更早发生的事情请写入字段。"),
)  # fmt: skip
VERSION = Kind(
    "case-version",
    Text(en="The case goes by version {pinned} of its kind, not by {given}.",
         zh="案件适用其类别的版本 {pinned}，而非 {given}。"),
    Text(en="Use the version it was opened with, or `upgrade` it.",
         zh="请使用立案时的版本，或先 `upgrade`。"),
)  # fmt: skip
REASON_MISSING = Kind(
    "case-reason-missing",
    Text(en="{verb} needs a reason of 1 to {most} characters.",
         zh="{verb} 需要 1 到 {most} 个字符的理由。"),
    Text(en="Say why, in a sentence that an auditor can understand.",
         zh="请写明理由，使审计人员能够理解。"),
)  # fmt: skip
TEXT_UNCLEAR = Kind(
    "case-text-unclear",
    Text(en="{what} holds what no text can hold, or is too long.", zh="{what} 含非法字符或过长。"),
    Text(en="Write it as plain text of at most {most} characters.",
         zh="请写成不超过 {most} 个字符的普通文本。"),
)  # fmt: skip
FIELD_NOT_SET = Kind(
    "case-field-not-set",
    Text(en="{verb} does not set {field}.", zh="{verb} 不设置字段 {field}。"),
    Text(en="What it sets here: {known}.", zh="此处可设置的字段：{known}。"),
)
FIELD_MISSING = Kind(
    "case-field-missing",
    Text(en="{verb} needs {field}.", zh="{verb} 需要字段 {field}。"),
    Text(en="Give it with the command; it is a {type}.", zh="请随指令提供；其类型为 {type}。"),
)
FIELD_MISFIT = Kind(
    "case-field-misfit",
    Text(en="What is given for {field} is no {type} within its limits.",
         zh="为 {field} 提供的值不是限定范围内的 {type}。"),
    Text(en="Give {wanted}.", zh="请提供{wanted}。"),
)  # fmt: skip
LINK_UNKNOWN = Kind(
    "case-link-unknown",
    Text(en="A case of kind {kind} has no link {link} to {case}.",
         zh="{kind} 类案件没有指向 {case} 的链接 {link}。"),
    Text(en="Links of this kind, and where they lead: {known}.", zh="该类别的链接及其目标：{known}。"),
)  # fmt: skip
LINK_MOST = Kind(
    "case-link-most",
    Text(en="A case has at most {most} links {link}.", zh="一个案件最多有 {most} 个 {link} 链接。"),
    Text(en="Open another case for what is more.", zh="更多链接请另立案件。"),
)
DUTIES = Kind(
    "case-duties",
    Text(en="{actor}, or whom he acts for, did {other} and may not {verb} as well.",
         zh="{actor} 或其所代理的人已做 {other}，不得再 {verb}。"),
    Text(en="Ask somebody else: the two duties are kept apart.", zh="请由他人办理：两项职责应分离。"),
)  # fmt: skip
GUARD = Kind(
    "case-guard",
    Text(en="{verb} is done only where this is true: {guard}.",
         zh="仅当以下条件为真时才能 {verb}：{guard}。"),
    Text(en="See to what it asks for; what is not known is not true.",
         zh="请先满足条件；未知视为不成立。"),
)  # fmt: skip
NOT_APPROVED = Kind(
    "case-not-approved",
    Text(en="{verb} waits for {missing} more to approve it.", zh="{verb} 还需 {missing} 人批准。"),
    Text(en="Approvers are: {roles}; none of them who opened, edited or asked for it.",
         zh="批准人角色：{roles}；立案、编辑和申请的人除外。"),
)  # fmt: skip
NOTHING_ASKED = Kind(
    "case-nothing-asked",
    Text(en="Nobody waits for {verb} to be approved.", zh="没有待批准的 {verb}。"),
    Text(en="Waiting are: {known}. An edit ends every request; then ask anew.",
         zh="待批准的有：{known}。任何编辑都会使申请失效，需重新申请。"),
)  # fmt: skip
ANOTHER_DIGEST = Kind(
    "case-another-digest",
    Text(en="What waits for approval is another content than the one approved.",
         zh="待批准的内容与所批准的内容不同。"),
    Text(en="Look at what is asked for now (digest {digest}), then decide anew.",
         zh="请查看现在申请的内容（摘要 {digest}）后再决定。"),
)  # fmt: skip
OWN_CHANGE = Kind(
    "case-own-change",
    Text(en="{actor}, or whom he acts for, made or asked for what is to be approved.",
         zh="{actor} 或其所代理的人正是制作或申请人。"),
    Text(en="Another person must approve it: no maker approves his own change.",
         zh="须由他人批准：制作人不得批准自己的更改。"),
)  # fmt: skip
APPROVED_TWICE = Kind(
    "case-approved-twice",
    Text(en="{actor}, or whom he acts for, has approved it already.",
         zh="{actor} 或其所代理的人已经批准过。"),
    Text(en="{missing} more people must approve it.", zh="还需另外 {missing} 人批准。"),
)  # fmt: skip
SETTLED = Kind(
    "case-settled",
    Text(en="What was approved and done is no longer edited.", zh="已获批准并执行的内容不可再编辑。"),
    Text(en="Change fields by a verb of the kind, which asks whom it must.",
         zh="请通过该类别的动作更改字段，由其要求相应批准。"),
)  # fmt: skip
CLOCK_UNKNOWN = Kind(
    "case-clock-unknown",
    Text(en="No clock {clock} runs in this case.", zh="本案件没有正在运行的时钟 {clock}。"),
    Text(en="Running are: {known}.", zh="正在运行的有：{known}。"),
)
NOT_EXTENDED = Kind(
    "case-not-extended",
    Text(en="None of these clocks runs and can be extended once more: {clocks}.",
         zh="以下时钟均未运行或不能再延期：{clocks}。"),
    Text(en="Finish in the time that is left, or escalate.", zh="请在剩余时间内完成，或升级处理。"),
)  # fmt: skip
UPGRADE_SAME = Kind(
    "case-upgrade-same",
    Text(en="The case goes by this version of its kind already.", zh="案件已适用该版本。"),
    Text(en="Give the version it should go by.", zh="请给出要升级到的版本。"),
)
UPGRADE_STATE = Kind(
    "case-upgrade-state",
    Text(en="The new version of the kind has no open state {state}, in which the case is.",
         zh="新版本没有案件所处的未结状态 {state}。"),
    Text(en="Move the case to one of these first: {known}; or publish a version that keeps {state}.",
         zh="请先将案件移至以下状态之一：{known}；或发布保留 {state} 的版本。"),
)  # fmt: skip
UPGRADE_FIELD = Kind(
    "case-upgrade-field",
    Text(en="The new version of the kind cannot hold what the case says of {field}.",
         zh="新版本无法容纳案件字段 {field} 的值。"),
    Text(en="Publish a version that has the field with its type and limits, or change the value first.",
         zh="请发布保留该字段类型和范围的版本，或先更改其值。"),
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    VERB_UNKNOWN, NOT_OPENED, STATE, ROLE, UNIT, NAME_UNCLEAR, ON_OWN_BEHALF, KEY_UNCLEAR, KEY_REUSED,
    MOVED_ON, TIME, VERSION, REASON_MISSING, TEXT_UNCLEAR, FIELD_NOT_SET, FIELD_MISSING,
    FIELD_MISFIT, LINK_UNKNOWN, LINK_MOST, DUTIES, GUARD, NOT_APPROVED, NOTHING_ASKED,
    ANOTHER_DIGEST, OWN_CHANGE, APPROVED_TWICE, SETTLED, CLOCK_UNKNOWN, NOT_EXTENDED, UPGRADE_SAME, UPGRADE_STATE,
    UPGRADE_FIELD,
)  # fmt: skip
