"""What can be wrong with an application that is to be decided for good. None of it tells a value."""

from seawall.core.problem import Kind
from seawall.core.text import Text

ID_UNUSABLE = Kind(
    "application-id-unusable",
    Text(en="The application has no id that an entry of the ledger can be known by.",
         zh="该申请没有可供账本记录引用的编号。"),
    Text(en="Give `application_id`: 1 to {limit} printable characters that name no person.",
         zh="请提供 `application_id`：1 至 {limit} 个可打印字符，且不得指明个人。"),
)  # fmt: skip
KEY_UNUSED = Kind(
    "application-key-unused",
    Text(en="{name} is neither asked for by {policy} nor a sealed field; it is kept nowhere.",
         zh="{name} 既非 {policy} 的输入项，也非加密字段；未在任何地方留存。"),
    Text(en="Leave it out, or give it the name of an input (see `seawall policy explain`) or of a "
         "sealed field (see `seawall vault fields`).",
         zh="请删去，或改用输入项名称（见 `seawall policy explain`）或加密字段名称（见 `seawall vault fields`）。"),
    severity="warning",
)  # fmt: skip
CHANGED = Kind(
    "application-changed",
    Text(en="{id} was told before with another content; it differs in: {names}.",
         zh="{id} 此前已提交且内容不同，差异在于：{names}。"),
    Text(en="An id belongs to one application for ever: tell the same again, or give a new id.",
         zh="一个编号永远只属于一笔申请：请按原内容重报，或使用新编号。"),
)  # fmt: skip
DECIDED_OTHERWISE = Kind(
    "application-decided-otherwise",
    Text(en="{id} was decided by {policy}, and is now brought before {asked}.",
         zh="{id} 已由 {policy} 作出决定，现又提交给 {asked}。"),
    Text(en="An application is decided once; give the new one an id of its own.",
         zh="一笔申请只决定一次；新的申请请使用新的编号。"),
)  # fmt: skip
DECISION_ERASED = Kind(
    "application-decision-erased",
    Text(en="{id} was decided, and the decision's content has been erased since.",
         zh="{id} 已作出决定，但决定内容其后已被删除。"),
    Text(en="See entry {entry} of the ledger, and the entry that tells of its erasure.",
         zh="请查看账本第 {entry} 条记录，以及说明其删除的记录。"),
)  # fmt: skip
NOT_FOUND_AGAIN = Kind(
    "application-person-not-found-again",
    Text(en="Of the {of}, nothing is given by which the vault could find the same one again.",
         zh="未提供保险库可据以再次识别同一{of_zh}的信息。"),
    Text(en="Give one of: {known}.", zh="请提供以下之一：{known}。"),
)  # fmt: skip
NOT_SEALED = Kind(
    "application-person-restricted",
    Text(en="The vault does not take the personal values: {why}.",
         zh="保险库不接受这些个人信息：{why}。"),
    Text(en="Under a hold a person's data may not be changed, and so he is not decided about: ask "
         "who ordered the hold.",
         zh="处于法定保留期间，不得更改该人的数据，因而也不对其作决定：请询问下令保留者。"),
)  # fmt: skip
TOKEN_CONFLICT = Kind(
    "application-token-conflict",
    Text(en="{name} is another's than the one whose personal values are given.",
         zh="{name} 与所提供个人信息的本人不符。"),
    Text(en="Give the token or the personal values, not both.",
         zh="请只提供标识或个人信息，不要两者都提供。"),
)  # fmt: skip
NOT_SPELT = Kind(
    "application-not-spelt",
    Text(en="The ledger has no spelling for a value of this application: {why}.",
         zh="账本无法书写该申请中的某个值：{why}。"),
    Text(en="Whole numbers end at 2^53 - 1, and texts hold whole characters.",
         zh="整数不得超过 2^53 - 1，文本须由完整字符组成。"),
)  # fmt: skip

KINDS = (
    ID_UNUSABLE, KEY_UNUSED, CHANGED, DECIDED_OTHERWISE, DECISION_ERASED, NOT_FOUND_AGAIN,
    NOT_SEALED, TOKEN_CONFLICT, NOT_SPELT,
)  # fmt: skip
