"""What to write instead: words for what the language does not take, in English and Chinese."""

PATTERN_MOST = 200
DIGITS_MOST = 15

REMEDIES: dict[str, tuple[str, str]] = {
    "Cast": ("Use TRY_CAST(a AS type), which gives NULL instead of an error.",
             "请用 TRY_CAST(a AS 类型)，失败时为 NULL。"),
    "Concat": ("Use a || b; CONCAT treats NULL differently from engine to engine.",
               "请用 a || b；CONCAT 对 NULL 的处理因引擎而异。"),
    "IntDiv": ("Use FLOOR(a / b).", "请用 FLOOR(a / b)。"),
    "Log": ("Use LN(a) or LOG10(a).", "请用 LN(a) 或 LOG10(a)。"),
    "ILike": ("Use LOWER(a) LIKE 'pattern'.", "请用 LOWER(a) LIKE '模式'。"),
    "Extract": ("Use YEAR(a), MONTH(a), DAY(a), HOUR(a) or MINUTE(a).",
                "请用 YEAR(a)、MONTH(a)、DAY(a)、HOUR(a) 或 MINUTE(a)。"),
    "DateDiff": ("Use to - from for days, WHOLE_MONTHS(from, to) or WHOLE_YEARS(from, to).",
                 "天数请用 to - from，另有 WHOLE_MONTHS(from, to)、WHOLE_YEARS(from, to)。"),
    "Interval": ("Add days as an integer: opened_on + 30.", "请以整数加天数：opened_on + 30。"),
    "Column": ("Name the input alone, without a table.", "请只写输入名，不带表名。"),
    "CurrentDate": ("Declare the date as an input; an expression knows no clock.",
                    "请把日期声明为输入；表达式不读时钟。"),
    "CurrentTimestamp": ("Declare the time as an input; an expression knows no clock.",
                         "请把时间声明为输入；表达式不读时钟。"),
}  # fmt: skip
REMEDY = (
    (
        "Use the operators and functions of docs/expression.md; windows and aggregates are features, "
        "declared in the policy."
    ),
    "请使用 docs/expression.md 中的运算符和函数；窗口与聚合须作为特征在策略中声明。",
)
LIKE_WRONG = (
    (
        "the pattern and the escape character must be written down, the pattern with at most "
        f"{PATTERN_MOST} characters, the escape as one"
    ),
    f"模式与转义字符须直接写明，模式最多 {PATTERN_MOST} 个字符，转义为一个字符",
)
ESCAPE_WRONG = (
    "the escape character must stand before %, _ or itself",
    "转义字符须位于 %、_ 或其自身之前",
)
DIGITS_WRONG = (
    f"the digits must be written down, -{DIGITS_MOST} to {DIGITS_MOST}",
    f"位数须直接写明，-{DIGITS_MOST} 至 {DIGITS_MOST}",
)
POSITION_WRONG = (
    "start (from 1) and length (from 0) must be written down",
    "起点（从 1 起）和长度（从 0 起）须直接写明",
)
TARGET_WRONG = (
    "the type must be BOOLEAN, INTEGER, DOUBLE, TEXT, DATE or TIMESTAMP",
    "类型须为 BOOLEAN、INTEGER、DOUBLE、TEXT、DATE 或 TIMESTAMP",
)
EMPTY = ("it is empty", "内容为空")
NOT_ONE = ("it is not one expression", "不是单个表达式")
AND_MISSING = ("an AND is missing after BETWEEN", "BETWEEN 之后缺少 AND")
OPERAND_MISSING = ("an operand is missing", "缺少操作数")
UNFORESEEN = ("the reader cannot make sense of it", "读取器无法理解")
PARSER_WORDS = {
    "Required keyword": OPERAND_MISSING,
    "Invalid expression": ("something does not belong here", "此处有多余内容"),
    "Expecting )": ("a closing bracket is missing", "缺少右括号"),
    "Expected AND": AND_MISSING,
    "Error tokenizing": (
        "a quote is not closed, or a character is not known",
        "引号未闭合或字符无效",
    ),
}
"""What sqlglot says, by how it begins, in words for people."""
