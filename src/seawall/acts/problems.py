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
ID_TAKEN = Kind(
    "application-id-taken",
    Text(en="{id} cannot be used as an id here.", zh="{id} 不能在此用作编号。"),
    Text(en="An id belongs to one application of the whole institution: begin yours with a mark of your own part of it.",
         zh="编号在全机构内唯一：请以本单位的标记作为编号开头。"),
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
VALUE_DIFFERS = Kind(
    "application-value-differs",
    Text(en="Of {token} the vault holds another value than this application gives: {names}. What is held stands.",
         zh="保险库中 {token} 的信息与本申请所填不同：{names}。已存信息保持不变。"),
    Text(en="Ask the person by what is held, and then `seawall vault seal --token`; a new card or telephone "
         "under a known identity number is how accounts are taken over.",
         zh="请按已存联系方式向本人核实，再用 `seawall vault seal --token` 更改；"
         "以已知证件号换新卡或新手机号，是盗用账户的常见手法。"),
    severity="warning",
)  # fmt: skip
VALUE_SHARED = Kind(
    "application-value-shared",
    Text(en="{count} others have the same {name}: {others}.", zh="另有 {count} 人的 {name} 与之相同：{others}。"),
    Text(en="One person who gave an identity number once and not the other time, a family, or a fraud: "
         "look at their applications together; they stay apart.",
         zh="可能是同一人（一次提供了证件号码、另一次未提供）、同一家庭或欺诈：请合并查看其申请；标识不会合并。"),
    severity="warning",
)  # fmt: skip
NOT_SPELT = Kind(
    "application-not-spelt",
    Text(en="The ledger has no spelling for a value of this application: {why}.",
         zh="账本无法书写该申请中的某个值：{why}。"),
    Text(en="Whole numbers end at 2^53 - 1, and texts hold whole characters.",
         zh="整数不得超过 2^53 - 1，文本须由完整字符组成。"),
)  # fmt: skip

STEP_UNTOLD = Kind(
    "policy-step-untold",
    Text(en="The register says that {by} did this ({verb} {policy} {digest}), and no entry of the ledger tells of it.",
         zh="登记簿称 {by} 执行了此操作（{verb} {policy} {digest}），账本中却无相应记录。"),
    Text(en="Somebody wrote the row around the office, or the ledger was cut: `seawall ledger verify --seen` tells; "
         "decide by no such version.",
         zh="有人绕过系统写入该行，或账本被截断：请用 `seawall ledger verify --seen` 核验，且不得据此版本决策。"),
)  # fmt: skip
STEP_OTHERWISE = Kind(
    "policy-step-otherwise",
    Text(en="Entry {entry} tells otherwise of this than the register: {names}.",
         zh="账本第 {entry} 条与登记簿所载不一致：{names}。"),
    Text(en="The entry is what was done; somebody changed the row behind the office's back: restore a backup.",
         zh="以账本为准；有人绕过系统修改了登记簿：请由备份恢复。"),
)  # fmt: skip
STEP_UNREGISTERED = Kind(
    "policy-step-unregistered",
    Text(en="Entry {entry} tells of this step, and the register does not know it.",
         zh="账本第 {entry} 条记载了该步骤，登记簿中却没有。"),
    Text(en="A step that was stopped half-way, and told again otherwise or not at all; where nobody stopped one, "
         "somebody took the row away.",
         zh="该步骤中途停止，其后以其他内容重报或未再重报；若并无中途停止，则是有人删除了该行。"),
    severity="warning",
)  # fmt: skip
PERSON_OTHERWISE = Kind(
    "person-otherwise",
    Text(en="{name} stands in the register as {stands}; the ledger's acts left {told}.",
         zh="登记簿中 {name} 为 {stands}；按账本中的操作应为 {told}。"),
    Text(en="Somebody changed the row behind the office's back: give the roles again as an administrator, and find out who.",
         zh="有人绕过系统修改了该行：请由管理员重新授予角色，并查明责任人。"),
)  # fmt: skip
VERSION_UNTRUSTED = Kind(
    "policy-version-untrusted",
    Text(en="{why}.", zh="{policy} {digest} 的文本与其摘要不符。"),
    Text(en="Restore a backup; every decision names the digest it was made by.",
         zh="请由备份恢复；每个决策均载明所依据的摘要。"),
)  # fmt: skip
INDEX_DIFFERS = Kind(
    "ledger-index-differs",
    Text(en="The index says otherwise of entry {entry} than the ledger.",
         zh="索引所载第 {entry} 条与账本不一致。"),
    Text(en="The ledger counts; make the index again: `seawall decisions index --again`.",
         zh="以账本为准；请重建索引：`seawall decisions index --again`。"),
)  # fmt: skip
INDEX_OF_ANOTHER = Kind(
    "ledger-index-of-another",
    Text(en="The index was made from another ledger, of {size} entries or more.",
         zh="该索引由另一本账本（至少 {size} 条）生成。"),
    Text(en="It is made again by itself as soon as somebody lists entries, or by `seawall decisions index`.",
         zh="下次列出记录时会自动重建，也可运行 `seawall decisions index`。"),
)  # fmt: skip
OPENING_WITHOUT_REASON = Kind(
    "opening-without-reason",
    Text(en="Nothing is opened without a reason.", zh="未说明理由，不予开启。"),
    Text(en="Say in 1 to {most} characters why, without naming a person.",
         zh="请用 1 至 {most} 个字符说明理由，不得写出个人姓名。"),
)  # fmt: skip
NOBODY_TO_OPEN = Kind(
    "opening-of-nobody",
    Text(en="This decision names nobody whose data is sealed.", zh="该决策未涉及任何已加密封存的个人数据。"),
    Text(en="Look at the application where it came from.", zh="请到申请来源处查看。"),
)  # fmt: skip

KINDS = (
    ID_UNUSABLE, ID_TAKEN, KEY_UNUSED, CHANGED, DECIDED_OTHERWISE, DECISION_ERASED, NOT_FOUND_AGAIN,
    NOT_SEALED, TOKEN_CONFLICT, VALUE_DIFFERS, VALUE_SHARED, NOT_SPELT, STEP_UNTOLD, STEP_OTHERWISE, STEP_UNREGISTERED,
    VERSION_UNTRUSTED, PERSON_OTHERWISE, INDEX_DIFFERS, INDEX_OF_ANOTHER,
    OPENING_WITHOUT_REASON, NOBODY_TO_OPEN,
)  # fmt: skip
