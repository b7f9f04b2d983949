"""The kinds of problem a tape, a row of it, or a mapping can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

FILE_UNREADABLE = Kind(
    "file-unreadable",
    Text(en="The file cannot be read: {why}.", zh="无法读取文件：{why}。"),
    Text(
        en="Check its path, permissions and that it is complete.",
        zh="请检查路径、权限以及文件是否完整。",
    ),
)
FILE_EMPTY = Kind(
    "file-empty",
    Text(en="The file has no header line.", zh="文件没有表头。"),
    Text(en="Export it again with a header.", zh="请重新导出并带上表头。"),
)
FILE_CUT = Kind(
    "file-cut",
    Text(en="The file ends in the middle: {why}.", zh="文件中途截断：{why}。"),
    Text(
        en="Fetch it again and compare its size with the source's.",
        zh="请重新获取文件并与来源核对大小。",
    ),
)
FILE_ENCODING = Kind(
    "file-encoding",
    Text(
        en="The file is not {encoding}: byte {byte} on line {line} cannot be read.",
        zh="文件编码不是 {encoding}：第 {line} 行第 {byte} 字节无法读取。",
    ),
    Text(
        en="Export it as UTF-8, or set `encoding` in the mapping's source.",
        zh="请以 UTF-8 导出，或在映射的来源中设置 `encoding`。",
    ),
)
FILE_UNKNOWN = Kind(
    "file-unknown",
    Text(
        en="No source of the mapping fits this header; the closest, {source!r}, lacks: {missing}.",
        zh="映射中没有与该表头相符的来源；最接近的 {source!r} 缺少：{missing}。",
    ),
    Text(
        en="Found: {found}. Rename the columns, choose another mapping, or check the delimiter.",
        zh="实际列：{found}。请改列名、换映射，或检查分隔符。",
    ),
)
FILE_DELIMITER = Kind(
    "file-delimiter",
    Text(
        en="The fields are separated by {found}; the mapping's source {source!r} says {wanted}.",
        zh="字段以 {found} 分隔，而映射的来源 {source!r} 声明为 {wanted}。",
    ),
    Text(
        en="Set `delimiter: {found}` in the mapping's source, or export with {wanted}.",
        zh="请在映射的来源中设置 `delimiter: {found}`，或以 {wanted} 重新导出。",
    ),
)
FACT_NOT_JSON = Kind(
    "fact-not-json",
    Text(en="The line is no JSON object: {why}.", zh="该行不是 JSON 对象：{why}。"),
    Text(
        en='Write one object a line, such as {{"table": "event", …}}, each name once.',
        zh='请每行写一个对象，如 {{"table": "event", …}}，每个名称只出现一次。',
    ),
)
FACT_TABLE_UNKNOWN = Kind(
    "fact-table-unknown",
    Text(en="The contract has no table {table!r}.", zh="合约中没有表 {table!r}。"),
    Text(en="Set `table` to one of: {known}.", zh="请将 `table` 设为以下之一：{known}。"),
)
FACT_COLUMN_UNKNOWN = Kind(
    "fact-column-unknown",
    Text(en="The table {table} has no column {column!r}.", zh="表 {table} 没有列 {column!r}。"),
    Text(
        en="Use the contract's names (docs/contract.md); what it does not know stays out.",
        zh="请使用合约的列名（docs/contract.md）；合约之外的内容不写入。",
    ),
)
FACT_NESTED = Kind(
    "fact-nested",
    Text(en="{column} is a list or an object.", zh="{column} 是列表或对象。"),
    Text(en="Give one text, number or boolean.", zh="请给出单个文本、数值或布尔值。"),
)
FILE_ONLY_LOOK_UPS = Kind(
    "file-only-look-ups",
    Text(
        en="Its rows only complete those of other files, and give no fact of their own.",
        zh="其各行仅用于补充其他文件，本身不构成账目。",
    ),
    Text(en="Import it together with them.", zh="请与这些文件一并导入。"),
)
FILE_NO_USE = Kind(
    "file-no-use",
    Text(
        en="Not one of the {rows:,} rows can be used: {reasons}.",
        zh="{rows:,} 行中没有一行可用：{reasons}。",
    ),
    Text(en="See the rejects file: {rejects}.", zh="请查看拒收文件：{rejects}。"),
)
FILE_NO_ROWS = Kind(
    "file-no-rows",
    Text(en="The file has a header and no rows.", zh="文件只有表头，没有数据行。"),
    Text(en="Export it again, if it should have some.", zh="如应有数据，请重新导出。"),
    severity="warning",
)
FILE_SEEN = Kind(
    "file-seen",
    Text(en="The book already holds this file.", zh="账册中已有此文件。"),
    Text(en="Nothing was changed.", zh="未作任何更改。"),
    severity="warning",
)
FILE_NO_LAST_LINE_END = Kind(
    "file-no-last-line-end",
    Text(
        en="The last line has no line end; the file may be cut off.",
        zh="最后一行没有换行符，文件可能被截断。",
    ),
    Text(en="Compare its size with the source's.", zh="请与来源核对文件大小。"),
    severity="warning",
)

ROW_WIDTH = Kind(
    "row-width",
    Text(
        en="The row has {found} fields; the header has {wanted}.",
        zh="该行有 {found} 个字段，表头有 {wanted} 个。",
    ),
    Text(
        en="Quote fields that hold the delimiter; a last row may be cut off.",
        zh="请为含分隔符的字段加引号；末行可能被截断。",
    ),
)
ROW_TOO_LONG = Kind(
    "row-too-long",
    Text(en="The line is longer than {limit} bytes.", zh="该行超过 {limit} 字节。"),
    Text(
        en="Look for an unclosed quote or missing line ends.",
        zh="请检查未闭合的引号或缺失的换行符。",
    ),
)
ROW_ENCODING = Kind(
    "row-encoding",
    Text(en="The line is not valid {encoding}.", zh="该行不是有效的 {encoding}。"),
    Text(
        en="Export it as UTF-8, or set `encoding` in the mapping's source.",
        zh="请以 UTF-8 导出，或在映射中设置 `encoding`。",
    ),
)
ROW_QUOTES = Kind(
    "row-quotes",
    Text(en="The quotes of this row do not close.", zh="该行引号未闭合。"),
    Text(en="Double every quote inside a quoted field.", zh="请将字段内的引号写成两个。"),
)
VALUE_MISSING = Kind(
    "value-missing",
    Text(en="A value is required.", zh="此处必须有值。"),
    Text(en="Fill it in at the source.", zh="请在来源补全。"),
)
VALUE_UNREADABLE = Kind(
    "value-unreadable",
    Text(en="This is not {wanted}.", zh="无法读作{wanted_zh}。"),
    Text(
        en="Correct it at the source, or declare its format in the mapping.",
        zh="请在来源更正，或在映射中声明格式。",
    ),
)
VALUE_UNKNOWN = Kind(
    "value-unknown",
    Text(en="The mapping does not know this value.", zh="映射中没有此取值。"),
    Text(
        en="Add it to the column's `map`, or correct it at the source.",
        zh="请加入该列的 `map`，或在来源更正。",
    ),
)
VALUE_OUT_OF_RANGE = Kind(
    "value-out-of-range",
    Text(en="The value is outside {range}.", zh="取值不在 {range} 之内。"),
    Text(en="Check units, sign and decimal point.", zh="请检查单位、正负号和小数点。"),
)
VALUE_NOT_AMONG = Kind(
    "value-not-among",
    Text(en="The value is not one of: {among}.", zh="取值不属于：{among}。"),
    Text(en="Map it to one of them.", zh="请映射为其中之一。"),
)
ROW_TWICE = Kind(
    "row-twice",
    Text(
        en="The key stands already in row {first} of this import.",
        zh="主键已在本次导入的第 {first} 行出现。",
    ),
    Text(
        en="Keep one of the rows; import two observations of a loan one after the other.",
        zh="请只保留一行；同一贷款的两次观察请先后导入。",
    ),
)
ROW_OLDER = Kind(
    "row-older",
    Text(
        en="The book knows this loan from a later observation, of {held}.",
        zh="账册中该贷款的观察日更晚：{held}。",
    ),
    Text(
        en="Nothing is to be done if an old tape was sent again; else check `observed_on`.",
        zh="如为重发的旧数据，无需处理；否则请检查 `observed_on`。",
    ),
)
ROW_DIFFERS = Kind(
    "row-differs",
    Text(
        en="The book holds this key with another {column}: {held}; no later observation replaces "
        "it.",
        zh="账册中同一主键的 {column} 为 {held}，且没有更晚的观察日来更替。",
    ),
    Text(
        en="Send it with its loan and a later `observed_on`; if the book is wrong, import into a new "
        "home.",
        zh="请连同其贷款以更晚的 `observed_on` 重发；如账册有误，请导入新的主目录。",
    ),
)
ROW_ORPHAN = Kind(
    "row-orphan",
    Text(
        en="No loan of this id is in the book or was kept from this import.",
        zh="账册及本次导入中均无此编号的贷款。",
    ),
    Text(en="Import the loan first, or mend its row.", zh="请先导入该贷款，或修正其行。"),
)
DATES_OUT_OF_ORDER = Kind(
    "dates-out-of-order",
    Text(en="{later} comes before {earlier}.", zh="{later} 早于 {earlier}。"),
    Text(en="Check the date formats and time zones.", zh="请检查日期格式和时区。"),
)
PAID_AFTER_OBSERVED = Kind(
    "paid-after-observed",
    Text(
        en="The loan was last observed on {observed}; a later payment would never be counted.",
        zh="该贷款最后观察日为 {observed}，其后的还款不会被计入。",
    ),
    Text(
        en="Send the loan along, with its later `observed_on`.",
        zh="请连同该贷款及其更晚的 `observed_on` 一并提供。",
    ),
)
CURRENCY_SECOND = Kind(
    "currency-second",
    Text(
        en="The book is in {currency}, as its first loan is; amounts of two currencies must not be "
        "added together.",
        zh="账册以首笔贷款的币种 {currency} 为准；不同币种的金额不得相加。",
    ),
    Text(en="Import these loans into a home of their own.", zh="请将这些贷款导入单独的主目录。"),
)
RECEIVED_TOO_MUCH = Kind(
    "received-too-much",
    Text(
        en="More principal was received than lent: {lent}.",
        zh="收回本金超过放款金额：{lent}。",
    ),
    Text(en="Check the column and its units at the source.", zh="请在来源核对该列及其单位。"),
)
PARTS_ODD = Kind(
    "parts-odd",
    Text(
        en="The payment's parts, late fee included, are {parts}, and not its amount.",
        zh="该笔还款各部分（含滞纳金）合计为 {parts}，与实收金额不符。",
    ),
    Text(
        en="Give the parts of the whole payment, or none: the waterfall then parts it.",
        zh="请给出整笔还款的各部分，或一概不给（届时按冲抵顺序划分）。",
    ),
)
SCHEDULE_ODD = Kind(
    "schedule-odd",
    Text(
        en="{n} loans have no schedule, or one whose principal is not the amount lent: {examples}.",
        zh="{n} 笔贷款没有还款计划，或计划本金与放款金额不符：{examples}。",
    ),
    Text(
        en="Without its missing instalments such a loan looks better than it is; look for rejected "
        "instalments, and import them.",
        zh="缺少的分期会使贷款看起来更好；请查找被拒收的分期并导入。",
    ),
    severity="warning",
)
HEADER_TWICE = Kind(
    "header-twice",
    Text(en="The header names a column twice: {names}.", zh="表头中有重复的列名：{names}。"),
    Text(en="Give every column a name of its own.", zh="请为每一列指定不同的名称。"),
)
HEADER_UNREADABLE = Kind(
    "header-unreadable",
    Text(en="The header cannot be read: {why}.", zh="无法读取表头：{why}。"),
    Text(
        en="Check the quotes and the delimiter of the first line, and that the file is text in the "
        "mapping's `encoding` (not UTF-16).",
        zh="请检查首行的引号与分隔符，并确认文件为映射中 `encoding` 所声明编码的文本（非 UTF-16）。",
    ),
)
FORMULA_INVALID = Kind(
    "formula-invalid",
    Text(
        en="The formula {formula!r} cannot be used: {why}.", zh="公式 {formula!r} 无法使用：{why}。"
    ),
    Text(
        en="Formulas are SQL expressions over the source's columns; see the mapping guide.",
        zh="公式是基于来源列的 SQL 表达式，详见映射指南。",
    ),
)

KINDS = (
    FILE_UNREADABLE, FILE_EMPTY, FILE_CUT, FILE_ENCODING, FILE_UNKNOWN, FILE_DELIMITER,
    FACT_NOT_JSON, FACT_TABLE_UNKNOWN, FACT_COLUMN_UNKNOWN, FACT_NESTED,
    FILE_ONLY_LOOK_UPS, FILE_NO_USE, FILE_NO_ROWS, FILE_SEEN, FILE_NO_LAST_LINE_END, ROW_WIDTH,
    ROW_TOO_LONG, ROW_ENCODING, ROW_QUOTES, VALUE_MISSING, VALUE_UNREADABLE, VALUE_UNKNOWN,
    VALUE_OUT_OF_RANGE, VALUE_NOT_AMONG, ROW_TWICE, ROW_OLDER, ROW_DIFFERS, ROW_ORPHAN,
    DATES_OUT_OF_ORDER, PAID_AFTER_OBSERVED, CURRENCY_SECOND, RECEIVED_TOO_MUCH, PARTS_ODD,
    SCHEDULE_ODD, HEADER_TWICE, HEADER_UNREADABLE, FORMULA_INVALID,
)  # fmt: skip
