"""The words and signs of the language: what each is, and how tightly it binds."""

from seawall.core.expression.types import Kind, Value

(OR, AND, EQUAL, ORDER, RANGE, JOIN, SUM, PRODUCT, POWER, SIGNED, TIGHTEST) = range(1, 12)
"""How tightly operators bind."""

INFIX: dict[str, tuple[int, str | None]] = {
    "OR": (OR, None), "AND": (AND, None),
    "=": (EQUAL, "="), "==": (EQUAL, "="), "<>": (EQUAL, "<>"), "!=": (EQUAL, "<>"),
    "<": (ORDER, "<"), "<=": (ORDER, "<="), ">": (ORDER, ">"), ">=": (ORDER, ">="),
    "||": (JOIN, "||"), "+": (SUM, "+"), "-": (SUM, "-"), "^@": (RANGE, "STARTS_WITH"),
    "*": (PRODUCT, "*"), "/": (PRODUCT, "/"), "%": (PRODUCT, "%"),
    "**": (POWER, "POWER"), "^": (POWER, "POWER"),
    "IS": (EQUAL, None), "ISNULL": (EQUAL, None), "NOTNULL": (EQUAL, None),
    "NOT NULL": (EQUAL, None), "BETWEEN": (RANGE, None), "NOT BETWEEN": (RANGE, None),
    "IN": (RANGE, None), "NOT IN": (RANGE, None), "LIKE": (RANGE, None), "NOT LIKE": (RANGE, None),
    **dict.fromkeys(
        ("::", "//", ".", "[", "->", "->>", "<=>", "?", "&", "|", "~", "ILIKE", "NOT ILIKE", "GLOB", "COLLATE"),
        (TIGHTEST, None),
    ),
}  # fmt: skip
"""What may follow an operand: how tightly it binds, and the operator if it has two operands."""

CONSTANTS: dict[str, tuple[Value, Kind]] = {
    "TRUE": (True, "boolean"), "FALSE": (False, "boolean"), "NULL": (None, "null"),
}  # fmt: skip
CLOCKS = ("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP")
RESERVED = frozenset((
    "AND", "AS", "BETWEEN", "CASE", "COLLATE", "ELSE", "END", "FALSE", "GLOB", "ILIKE", "IN", "IS",
    "ISNULL", "LIKE", "NOT", "NOTNULL", "NULL", "OR", "THEN", "TRUE", "WHEN", "ANY", "CREATE",
    "CROSS", "DISTINCT", "EXCEPT", "FETCH", "FOR", "FROM", "HAVING", "INNER", "INTERSECT", "INTO",
    "JOIN", "LATERAL", "ON", "ONLY", "OUTER", "POSITIONAL", "QUALIFY", "RETURNING", "SELECT",
    "SUMMARIZE", "TABLESAMPLE", "UNION", "USING", "WHERE", "WITH", "CURRENT_USER", "SESSION_USER",
    *CLOCKS,
))  # fmt: skip
"""Words that are names in double quotes only."""

REFUSED = (*CLOCKS, "CURRENT_USER", "SESSION_USER", "*", "?", "$", ":", "#", "~", "[", "{")
"""What may stand for an operand in SQL and may not here."""
QUERIES = ("SELECT", "WITH", "FROM")
FUNCTIONS: dict[str, str] = {
    **{name: name for name in (
        "ABS", "SIGN", "FLOOR", "CEIL", "SQRT", "LN", "LOG10", "EXP", "POWER", "LOWER", "UPPER",
        "TRIM", "LENGTH", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "YEAR", "MONTH", "DAY", "ISODOW",
        "HOUR", "MINUTE", "WHOLE_MONTHS", "WHOLE_YEARS", "SECONDS_BETWEEN", "COALESCE", "NULLIF",
        "LEAST", "GREATEST",
    )},
    "MOD": "%", "CEILING": "CEIL", "IFNULL": "COALESCE", "NVL": "COALESCE", "POW": "POWER",
    "LCASE": "LOWER", "UCASE": "UPPER", "LEN": "LENGTH", "CHAR_LENGTH": "LENGTH",
    "CHARACTER_LENGTH": "LENGTH", "SIGNUM": "SIGN", "STARTSWITH": "STARTS_WITH",
    "ENDSWITH": "ENDS_WITH", "DAYOFWEEK_ISO": "ISODOW",
}  # fmt: skip
"""Functions whose arguments are all operands; how many there must be, the operator table says."""

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("BOOLEAN", "BOOL", "LOGICAL"), "boolean"),
    **dict.fromkeys(("INTEGER", "INT", "INT4", "INT8", "BIGINT", "LONG", "SIGNED"), "integer"),
    **dict.fromkeys(("DOUBLE", "FLOAT8"), "number"),
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR", "BPCHAR", "STRING"), "text"),
    "DATE": "date",
    **dict.fromkeys(
        ("TIMESTAMP", "DATETIME", "TIMESTAMP_US", "TIMESTAMPNTZ", "TIMESTAMP_NTZ"), "timestamp"
    ),
}
