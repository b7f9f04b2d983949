"""The kinds of problem that a request of the API can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

UNKNOWN = Kind(
    "api-token-needed",
    Text(en="No token that counts came with this request.", zh="请求未附有效令牌。"),
    Text(
        en="Send `Authorization: Bearer swl_…` with a token that has neither ended nor been revoked.",
        zh="请发送 `Authorization: Bearer swl_…`，令牌须未过期且未吊销。",
    ),
)
NOT_ALLOWED = Kind(
    "api-scope-missing",
    Text(en="The token does not have the scope {scope}.", zh="令牌没有权限 {scope}。"),
    Text(
        en="Ask whoever grants tokens for one that has it.",
        zh="请向令牌签发人申请具有该权限的令牌。",
    ),
)
OF_A_PART = Kind(
    "api-scope-of-the-whole",
    Text(
        en="{scope} opens what all units have, and the token is of {unit}.",
        zh="{scope} 可访问所有部门的数据，而令牌属于 {unit}。",
    ),
    Text(
        en="Ask whoever grants tokens for one of the whole house.",
        zh="请向令牌签发人申请全机构的令牌。",
    ),
)
NOT_FOUND = Kind(
    "api-not-found",
    Text(
        en="There is no such {what}, or it is not yours to see.", zh="没有此{what}，或您无权查看。"
    ),
    Text(en="Check its id, and the unit of the token.", zh="请检查编号及令牌所属部门。"),
)
UNREADABLE = Kind(
    "api-unreadable",
    Text(en="The request cannot be read: {why}.", zh="无法读取请求：{why}。"),
    Text(en="See docs/api.md for what this route takes.", zh="该接口的参数见 docs/api.md。"),
)
INVALID = Kind(
    "api-invalid",
    Text(en="{why}.", zh="{why}。"),
    Text(en="See docs/api.md for what this route takes.", zh="该接口的参数见 docs/api.md。"),
)
AMONG = Kind(
    "api-not-among",
    Text(en="There is no {what} {found!r}.", zh="没有{what} {found!r}。"),
    Text(en="Choose among: {known}.", zh="请从以下选择：{known}。"),
)
REFUSED = Kind(
    "api-refused",
    Text(en="It is not done: {why}.", zh="未执行：{why}。"),
    Text(en="Do what the sentence says, or ask a person.", zh="请按提示处理，或联系人员。"),
)
TOO_MUCH = Kind(
    "api-too-much",
    Text(en="It is more than one request may bring: {why}.", zh="超出单个请求的上限：{why}。"),
    Text(en="Send it in parts.", zh="请分批发送。"),
)
BUSY = Kind(
    "api-busy",
    Text(en="Nothing was done: {why}.", zh="未执行任何操作：{why}。"),
    Text(
        en="Send the same request again after the seconds that `Retry-After` says.",
        zh="请在 `Retry-After` 所示秒数后重发相同请求。",
    ),
)
TOO_OFTEN = Kind(
    "api-too-often",
    Text(en="Nothing was done: {why}.", zh="未执行任何操作：{why}。"),
    Text(
        en="Ask for more at once, as lists and batches do; then send the same again after `Retry-After`.",
        zh="请使用列表或批量接口一次多取；并在 `Retry-After` 所示秒数后重发相同请求。",
    ),
)
FAILED = Kind(
    "api-failed",
    Text(
        en="Something broke here; it is noted as {reference}.",
        zh="系统出错，记录编号 {reference}。",
    ),
    Text(
        en="Send the same request again: what was done is done once. Tell the operator the number.",
        zh="请重发相同请求：已完成的操作不会重复。请将编号告知运维人员。",
    ),
)

KINDS = (
    UNKNOWN, NOT_ALLOWED, OF_A_PART, NOT_FOUND, UNREADABLE, INVALID, AMONG, REFUSED, TOO_MUCH, BUSY, TOO_OFTEN, FAILED,
)  # fmt: skip
