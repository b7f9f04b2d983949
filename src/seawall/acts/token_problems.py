"""The kinds of problem that a machine's token can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

SCOPE_UNKNOWN = Kind(
    "token-scope-unknown",
    Text(en="No machine can be given {scope!r}.", zh="系统令牌不能具有权限 {scope!r}。"),
    Text(en="Choose among: {known}.", zh="请从以下选择：{known}。"),
)
SCOPE_NONE = Kind(
    "token-scope-none",
    Text(en="A token without a scope opens nothing.", zh="没有权限范围的令牌毫无用处。"),
    Text(en="Choose at least one of: {known}.", zh="请至少选择一项：{known}。"),
)
UNIT_UNKNOWN = Kind(
    "token-unit-unknown",
    Text(en="The institution has no unit {unit!r}.", zh="机构中没有部门 {unit!r}。"),
    Text(en="Choose one of: {known}.", zh="请选择：{known}。"),
)
SCOPE_OF_THE_WHOLE = Kind(
    "token-scope-of-the-whole",
    Text(
        en="{scope} opens what all units have; a token of {unit} cannot have it.",
        zh="{scope} 可访问所有部门的数据，{unit} 的令牌不能具有该权限。",
    ),
    Text(
        en="Grant it for {house}, or leave the scope out.",
        zh="请为 {house} 签发令牌，或去掉该权限。",
    ),
)
EXPIRY = Kind(
    "token-expiry",
    Text(
        en="A token ends after now, and within {days} days; not on {expires}.",
        zh="令牌须在今后 {days} 天内到期，不能是 {expires}。",
    ),
    Text(
        en="Choose an earlier or a later day; a machine gets a new one before the old one ends.",
        zh="请另选日期；旧令牌到期前可为系统签发新令牌。",
    ),
)
NAME_OF_A_PERSON = Kind(
    "token-name-of-a-person",
    Text(
        en="{name} is a person, who must not share a name with a machine.",
        zh="{name} 是人员，不得与系统同名。",
    ),
    Text(
        en="Call the machine otherwise, such as origination-1.",
        zh="请为系统另取名称，例如 origination-1。",
    ),
)

OTHERWISE = Kind(
    "token-otherwise",
    Text(
        en="Token {number} of {name} is another than the ledger's acts left it.",
        zh="{name} 的令牌 {number} 与账本中的操作不符。",
    ),
    Text(
        en="Somebody changed the row behind the office's back: revoke it, and find out who.",
        zh="有人绕过系统修改了该行：请吊销该令牌，并查明责任人。",
    ),
)

KINDS = (
    SCOPE_UNKNOWN,
    SCOPE_NONE,
    UNIT_UNKNOWN,
    SCOPE_OF_THE_WHOLE,
    EXPIRY,
    NAME_OF_A_PERSON,
    OTHERWISE,
)
