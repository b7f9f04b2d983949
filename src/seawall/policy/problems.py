"""What can be wrong with a policy's text."""

from seawall.core.problem import Kind
from seawall.core.text import Text

NAME_TWICE = Kind(
    "policy-name-twice",
    Text(en="The name {name} is given twice: by {first} and by {second}.",
         zh="名称 {name} 出现两次：{first} 与 {second}。"),
    Text(en="Rename one of them; inputs, features, derived values, scores and table outputs share "
         "one list of names, whatever their case.",
         zh="请重命名其中一个；输入、特征、派生值、评分和决策表输出共用一个名称表，且不区分大小写。"),
)  # fmt: skip
CIRCLE = Kind(
    "policy-circle",
    Text(en="These values need each other: {names}.", zh="这些值互相依赖：{names}。"),
    Text(en="Break the circle; a value may only use what can be computed before it.",
         zh="请打破循环；一个值只能使用可先行计算的值。"),
)  # fmt: skip
NOT_BOOLEAN = Kind(
    "policy-not-boolean",
    Text(
        en="A condition must be true or false; this is a {found}.",
        zh="条件必须为真或假；此处类型为 {found}。",
    ),
    Text(en="Compare it with something, such as: age < 18.", zh="请与某个值比较，例如：age < 18。"),
)
KIND_MISFIT = Kind(
    "policy-kind-misfit",
    Text(en="{name} should be a {wanted}; this is a {found}.",
         zh="{name} 应为 {wanted}；此处为 {found}。"),
    Text(en="Convert it with TRY_CAST, or change the declared type.",
         zh="请用 TRY_CAST 转换，或更改所声明的类型。"),
)  # fmt: skip
NAME_UNKNOWN = Kind(
    "policy-name-unknown",
    Text(en="{what} names {name}, which the policy does not have.",
         zh="{what} 提到 {name}，但策略中没有它。"),
    Text(en="Name one of: {known}.", zh="可用名称：{known}。"),
)  # fmt: skip
AS_OF_MISSING = Kind(
    "policy-as-of-missing",
    Text(en="Rule {rule} is in force for certain days only, but the policy does not say which "
         "input holds the application's day.",
         zh="规则 {rule} 仅在特定日期有效，但策略未说明哪个输入是申请日期。"),
    Text(en="Add `as_of:` with the name of an input of type date or timestamp.",
         zh="请添加 `as_of:`，取值为日期或时间类型的输入名。"),
)  # fmt: skip
FEATURE_TIME_MISSING = Kind(
    "policy-feature-time-missing",
    Text(en="Feature {feature} looks back from the time of the application, but the policy does not "
         "say which input holds that time.",
         zh="特征 {feature} 以申请时间为起点回看，但策略未说明哪个输入是申请时间。"),
    Text(en="Add `as_of:` with the name of an input of type timestamp.",
         zh="请添加 `as_of:`，取值为时间类型的输入名。"),
)  # fmt: skip
TEXT_GROWS = Kind(
    "policy-text-grows",
    Text(en="Joined so often, one text could become {times} times as long; at most {limit} is allowed.",
         zh="多次拼接后，文本长度可能变为原来的 {times} 倍；上限为 {limit} 倍。"),
    Text(en="Join fewer texts with ||.", zh="请减少用 || 拼接的文本。"),
)  # fmt: skip
CELL_UNREADABLE = Kind(
    "policy-cell-unreadable",
    Text(en="The cell {cell} does not begin with a comparison.",
         zh="单元格 {cell} 不是以比较运算符开头。"),
    Text(en="Write for example \"< 25\", \"= 'bank'\", \"IN ('a', 'b')\", \"BETWEEN 1 AND 3\", "
         '"IS NULL", or a bare number.',
         zh="可写 \"< 25\"、\"= 'bank'\"、\"IN ('a', 'b')\"、\"BETWEEN 1 AND 3\"、"
         '"IS NULL"，或直接写数字。'),
)  # fmt: skip
NO_INPUTS = Kind(
    "policy-incomplete",
    Text(en="A policy needs {what}.", zh="策略需要{what_zh}。"),
    Text(en="Add it; the tutorial shows the smallest policy.", zh="请补充；教程中有最小示例。"),
)
BASE_MISSING = Kind(
    "policy-base-missing",
    Text(en="There is no policy {name} beside this overlay.", zh="该叠加层旁没有策略 {name}。"),
    Text(
        en="`extends` is the name of a file in the same folder, without .yaml.",
        zh="`extends` 是同一文件夹中的文件名，不含 .yaml。",
    ),
)
BASE_CIRCLE = Kind(
    "policy-base-circle",
    Text(
        en="Overlays extend each other in a circle, or more than {limit} deep: {names}.",
        zh="叠加层循环引用，或超过 {limit} 层：{names}。",
    ),
    Text(en="Let one of them be a whole policy.", zh="请让其中一个成为完整策略。"),
)
OTHER_POLICY = Kind(
    "policy-other-edited",
    Text(en="This text is of the policy {found}, not of {wanted}.",
         zh="该文本属于策略 {found}，而非 {wanted}。"),
    Text(en="Write `id: {wanted}`; a policy of another name is started as a new one.",
         zh="请写 `id: {wanted}`；另一名称的策略请新建。"),
)  # fmt: skip

TRIAL_NO_CUSTOMER = Kind(
    "policy-trial-no-customer",
    Text(en="Challengers decide a share of the customers, but {policy} does not say which input is "
         "the customer's token.",
         zh="挑战者策略按客户分流，但 {policy} 未说明哪个输入是客户标识。"),
    Text(en="Add `customer:` with the name of that input to the policy.",
         zh="请在策略中添加 `customer:`，取值为该输入名。"),
)  # fmt: skip
VALUE_UNREADABLE = Kind(
    "application-value-unreadable",
    Text(en="{value} is not a {kind}; it counts as missing.",
         zh="{value} 不是有效的 {kind}，按缺失处理。"),
    Text(en="Write numbers as 1234.5, dates as 2026-01-31, times as 2026-01-31T08:30:00, "
         "truth values as true or false.",
         zh="数字写作 1234.5，日期写作 2026-01-31，时间写作 2026-01-31T08:30:00，"
         "是否写作 true 或 false。"),
    severity="warning",
)  # fmt: skip
VALUE_OUTSIDE = Kind(
    "application-value-outside",
    Text(en="{value} is outside what the policy allows; it counts as missing.",
         zh="{value} 超出策略允许的范围，按缺失处理。"),
    Text(en="See `least`, `most` and `among` of this input.",
         zh="请查看该输入的 `least`、`most` 与 `among`。"),
    severity="warning",
)  # fmt: skip
APPLICATIONS_UNREADABLE = Kind(
    "applications-unreadable",
    Text(en="These are not applications: {why}.", zh="无法读作申请数据：{why}。"),
    Text(en="Give a JSON object or list, JSON lines, CSV with a header, or Parquet, named "
         ".json, .jsonl, .csv or .parquet.",
         zh="请提供 JSON 对象或列表、JSON 行、带表头的 CSV 或 Parquet 文件，"
         "扩展名为 .json、.jsonl、.csv 或 .parquet。"),
)  # fmt: skip
APPLICATIONS_DELIMITED = Kind(
    "applications-delimiter",
    Text(en="The header is one column: {mark} separates its names, not a comma.",
         zh="表头只有一列：列名之间以 {mark} 分隔，而非逗号。"),
    Text(en="Write the file with commas between columns, and with points in numbers.",
         zh="请以逗号分隔各列，小数点用“.”。"),
)  # fmt: skip
APPLICATIONS_STRANGE = Kind(
    "applications-strange",
    Text(en="Nothing that is asked for is in any of these {count:,} rows; they have: {found}.",
         zh="这 {count:,} 行中没有任何所需信息；现有列为：{found}。"),
    Text(en="Name the columns as the policy does: {wanted}.", zh="请按策略命名各列：{wanted}。"),
)  # fmt: skip
PAST_UNREADABLE = Kind(
    "replay-past-unreadable",
    Text(en="{value} does not say what was decided then, or how it turned out.",
         zh="{value} 无法说明当时的决定或实际表现。"),
    Text(en="Write one of: {known}; nothing where it is not known.",
         zh="请写下列之一：{known}；未知则留空。"),
)  # fmt: skip
NONE_LEFT = Kind(
    "replay-none-left",
    Text(en="Of {count} applications, this is true for none.",
         zh="在 {count} 笔申请中，没有一笔满足此条件。"),
    Text(en="Compare it with what the applications hold; texts are equal to the letter.",
         zh="请对照申请数据检查条件；文本须逐字相同。"),
)  # fmt: skip

KINDS = (
    NONE_LEFT, VALUE_UNREADABLE, VALUE_OUTSIDE, APPLICATIONS_UNREADABLE, APPLICATIONS_DELIMITED,
    APPLICATIONS_STRANGE, PAST_UNREADABLE,
    NAME_TWICE, CIRCLE, NOT_BOOLEAN, KIND_MISFIT, NAME_UNKNOWN, AS_OF_MISSING, FEATURE_TIME_MISSING, CELL_UNREADABLE,
    TEXT_GROWS,    NO_INPUTS, TRIAL_NO_CUSTOMER, BASE_MISSING, BASE_CIRCLE,
    OTHER_POLICY,
)  # fmt: skip
