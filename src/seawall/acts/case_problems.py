"""What can be wrong with cases as they are kept: each is a trace of somebody who went behind the office."""

from seawall.core.problem import Kind
from seawall.core.text import Text

_RESTORE = Text(
    en="Somebody changed the database behind the office's back: compare with the ledger, restore a backup.",
    zh="有人绕过系统改动了数据库：请与账本比对，并从备份恢复。",
)
CASE_UNFOLDED = Kind(
    "case-unfolded",
    Text(
        en="The events are not the history of a case: {why}.", zh="事件不构成该案件的历史：{why}。"
    ),
    _RESTORE,
)
EVENT_DIGEST = Kind(
    "case-event-digest",
    Text(
        en="The digest or the columns of event {event} are not those of what it says.",
        zh="事件 {event} 的摘要或各列与内容不符。",
    ),
    _RESTORE,
)
EVENT_UNTOLD = Kind(
    "case-event-untold",
    Text(
        en="The ledger does not tell of event {event} as it stands here.",
        zh="账本未按现有内容记录事件 {event}。",
    ),
    _RESTORE,
)
EVENT_GONE = Kind(
    "case-event-gone",
    Text(en="The ledger tells of {act}, which is not here.", zh="账本记有 {act}，但此处不存在。"),
    _RESTORE,
)
CASE_UNLISTED = Kind(
    "case-unlisted",
    Text(en="The case has events, and stands in no list.", zh="该案件有事件，却不在任何列表中。"),
    _RESTORE,
)
CASE_WITHOUT_EVENTS = Kind(
    "case-without-events",
    Text(en="The case stands in a list, and has no events.", zh="该案件在列表中，却没有事件。"),
    _RESTORE,
)
CASE_ROW_DIFFERS = Kind(
    "case-row-differs",
    Text(
        en="Lists show something else than the events say: {names}.",
        zh="列表所示与事件不符：{names}。",
    ),
    _RESTORE,
)
CASE_DUE_DIFFERS = Kind(
    "case-due-differs",
    Text(en="Lists show another deadline than the clocks of the case give.",
         zh="列表所示期限与案件时钟不符。"),
    Text(en="Where a calendar was published anew, `seawall case recount` counts again; otherwise somebody changed "
         "the database.",
         zh="若日历已更新，请运行 `seawall case recount` 重新计算；否则有人改动了数据库。"),
)  # fmt: skip
CASE_WORDS_DIFFER = Kind(
    "case-words-differ",
    Text(
        en="The case is found by other words or links than it has.",
        zh="案件的检索词或关联与其内容不符。",
    ),
    _RESTORE,
)
NEEDS_DIFFER = Kind(
    "case-needs-differ",
    Text(en="The database asks for other approvals than version {digest} of the kind declares.",
         zh="数据库要求的审批与该类别版本 {digest} 的声明不符。"),
    _RESTORE,
)  # fmt: skip
KIND_UNTOLD = Kind(
    "case-kind-untold",
    Text(en="Version {digest} of the kind is kept here, and the ledger does not tell of it.",
         zh="此处存有该类别的版本 {digest}，但账本未作记录。"),
    _RESTORE,
)  # fmt: skip

KINDS = (
    CASE_UNFOLDED, EVENT_DIGEST, EVENT_UNTOLD, EVENT_GONE, CASE_UNLISTED, CASE_WITHOUT_EVENTS,
    CASE_ROW_DIFFERS, CASE_DUE_DIFFERS, CASE_WORDS_DIFFER, NEEDS_DIFFER, KIND_UNTOLD,
)  # fmt: skip
