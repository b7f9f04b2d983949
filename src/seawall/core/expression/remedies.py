"""What to write instead: words for what the language does not take, in English and Chinese."""

PATTERN_MOST = 200
DIGITS_MOST = 15

REMEDIES: dict[str, tuple[str, str]] = {
    "CAST": ("Use TRY_CAST(a AS type), which gives NULL instead of an error.",
             "请用 TRY_CAST(a AS 类型)，失败时为 NULL。"),
    "CONCAT": ("Use a || b; CONCAT treats NULL differently from engine to engine.",
               "请用 a || b；CONCAT 对 NULL 的处理因引擎而异。"),
    "//": ("Use FLOOR(a / b).", "请用 FLOOR(a / b)。"),
    "LOG": ("Use LN(a) or LOG10(a).", "请用 LN(a) 或 LOG10(a)。"),
    "ILIKE": ("Use LOWER(a) LIKE 'pattern'.", "请用 LOWER(a) LIKE '模式'。"),
    "EXTRACT": ("Use YEAR(a), MONTH(a), DAY(a), HOUR(a) or MINUTE(a).",
                "请用 YEAR(a)、MONTH(a)、DAY(a)、HOUR(a) 或 MINUTE(a)。"),
    "DATEDIFF": ("Use to - from for days, WHOLE_MONTHS(from, to) or WHOLE_YEARS(from, to).",
                 "天数请用 to - from，另有 WHOLE_MONTHS(from, to)、WHOLE_YEARS(from, to)。"),
    "INTERVAL": ("Add days as an integer: opened_on + 30.", "请以整数加天数：opened_on + 30。"),
    ".": ("Name the input alone, without a table.", "请只写输入名，不带表名。"),
    "CURRENT_DATE": ("Declare the date as an input; an expression knows no clock.",
                    "请把日期声明为输入；表达式不读时钟。"),
    "CURRENT_TIMESTAMP": ("Declare the time as an input; an expression knows no clock.",
                         "请把时间声明为输入；表达式不读时钟。"),
}  # fmt: skip
ALIKE: dict[str, str] = {
    "::": "CAST", "NOT ILIKE": "ILIKE", "DATE_PART": "EXTRACT", "DATE_DIFF": "DATEDIFF",
    "TODAY": "CURRENT_DATE", "NOW": "CURRENT_TIMESTAMP", "CURRENT_TIME": "CURRENT_TIMESTAMP",
    "LOCALTIME": "CURRENT_TIMESTAMP", "LOCALTIMESTAMP": "CURRENT_TIMESTAMP",
}  # fmt: skip
"""What has the remedy of another."""
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
OPERAND_MISSING = ("an operand is missing", "缺少操作数")
QUOTE_OPEN = ("a quote is not closed", "引号未闭合")
COMMENT_OPEN = ("a comment is not closed", "注释未闭合")


def instead_of(what: str) -> tuple[str, str]:
    """What to write instead of something that the language does not have."""
    return REMEDIES.get(ALIKE.get(what, what), REMEDY)


def missing(key: str) -> tuple[str, str]:
    """A word or sign that must stand at a place does not."""
    return MISSING.get(key, (f"{key} is missing", f"缺少 {key}"))


MISSING = {
    "AND": ("an AND is missing after BETWEEN", "BETWEEN 之后缺少 AND"),
    ")": ("a closing bracket is missing", "缺少右括号"),
    "END": ("the END of a CASE is missing", "CASE 缺少 END"),
}
