"""What can be wrong with an expression."""

from seawall.core.problem import Kind
from seawall.core.text import Text

TOO_LARGE = Kind(
    "expression-too-large",
    Text(
        en="The expression is too large: {what} is {found}, at most {limit} is allowed.",
        zh="表达式过大：{what_zh}为 {found}，上限为 {limit}。",
    ),
    Text(
        en="Split it into several derived values, and combine those.",
        zh="请拆分为多个派生值后再组合。",
    ),
)
UNREADABLE = Kind(
    "expression-unreadable",
    Text(en="This cannot be read as an expression: {why}.", zh="无法读作表达式：{why_zh}。"),
    Text(
        en="Write one scalar SQL expression, such as: income * 0.35 < instalment.",
        zh="请写一个 SQL 标量表达式，例如：income * 0.35 < instalment。",
    ),
)
NOT_IN_LANGUAGE = Kind(
    "expression-not-in-language",
    Text(en="{what} is not part of the expression language.", zh="{what} 不属于表达式语言。"),
    Text(en="{remedy}", zh="{remedy_zh}"),
)
NAME_UNKNOWN = Kind(
    "expression-name-unknown",
    Text(en="There is no input named {name}.", zh="没有名为 {name} 的输入。"),
    Text(
        en="Declare it, or use one that is declared: {known}. A text stands in single quotes.",
        zh="请声明该输入，或使用已声明的输入：{known}。文本请用单引号。",
    ),
)
NAMES_CLASH = Kind(
    "expression-names-clash",
    Text(
        en="The inputs {first} and {second} differ only in case, which SQL cannot tell apart.",
        zh="输入 {first} 与 {second} 仅大小写不同，SQL 无法区分。",
    ),
    Text(en="Rename one of them.", zh="请重命名其中一个。"),
)
TYPE_MISFIT = Kind(
    "expression-type-misfit",
    Text(
        en="{operator} does not take ({given}); it takes {wanted}.",
        zh="{operator} 不接受（{given}）；可接受 {wanted}。",
    ),
    Text(
        en="Convert with TRY_CAST(… AS …), and write dates as DATE '2024-01-31'.",
        zh="请用 TRY_CAST(… AS …) 转换；日期请写作 DATE '2024-01-31'。",
    ),
)
TYPE_NONE = Kind(
    "expression-type-none",
    Text(en="The expression is always NULL and has no type.", zh="表达式恒为 NULL，没有类型。"),
    Text(en="Write a value, or TRY_CAST(NULL AS …).", zh="请写一个值，或写 TRY_CAST(NULL AS …)。"),
)
CONSTANT_OUT_OF_RANGE = Kind(
    "expression-constant-out-of-range",
    Text(en="{constant} is not a valid {type}.", zh="{constant} 不是有效的 {type} 值。"),
    Text(
        en="Integers have 64 bits, numbers are below 1.8e308, dates are DATE 'YYYY-MM-DD' and "
        "times TIMESTAMP 'YYYY-MM-DD HH:MM:SS' in the years 0001 to 9999.",
        zh="整数为 64 位，数字小于 1.8e308，日期写作 DATE 'YYYY-MM-DD'，"
        "时间写作 TIMESTAMP 'YYYY-MM-DD HH:MM:SS'，年份 0001 至 9999。",
    ),
)
OPTION_INVALID = Kind(
    "expression-option-invalid",
    Text(en="{operator}: {why}.", zh="{operator}：{why_zh}。"),
    Text(en="Write {remedy}.", zh="请写 {remedy}。"),
)

KINDS = (
    TOO_LARGE,
    UNREADABLE,
    NOT_IN_LANGUAGE,
    NAME_UNKNOWN,
    NAMES_CLASH,
    TYPE_MISFIT,
    TYPE_NONE,
    CONSTANT_OUT_OF_RANGE,
    OPTION_INVALID,
)
