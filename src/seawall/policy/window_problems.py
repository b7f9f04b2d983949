"""What can be wrong with a window, and with the events it counts."""

from seawall.core.problem import Kind
from seawall.core.text import Text

STREAM_UNKNOWN = Kind(
    "window-stream-unknown",
    Text(en="There is no stream of events named {name}.", zh="没有名为 {name} 的事件流。"),
    Text(en="Name one of: {known}.", zh="可用名称：{known}。"),
)
KEY_UNKNOWN = Kind(
    "window-key-unknown",
    Text(en="The stream {stream} has no column {name} to count by.",
         zh="事件流 {stream} 没有可用于分组的列 {name}。"),
    Text(en="Name columns of the stream that decisions have under the same names: {known}.",
         zh="请使用事件流与决策输入中同名的列：{known}。"),
)  # fmt: skip
KEY_KIND = Kind(
    "window-key-kind",
    Text(en="A window cannot count by {name}, which is a {kind}.",
         zh="窗口不能按 {name} 分组，其类型为 {kind}。"),
    Text(en="Count by texts, integers, dates or truth values.",
         zh="请按文本、整数、日期或布尔值分组。"),
)  # fmt: skip
KEY_MISFIT = Kind(
    "window-key-misfit",
    Text(en="{name} is a {kind} in the stream {stream}, but {found} in the decision's inputs.",
         zh="{name} 在事件流 {stream} 中类型为 {kind}，但在决策输入中为 {found}。"),
    Text(en="Declare both with one type; a key is compared letter by letter.",
         zh="请为两者声明相同类型；键按原值逐一比较。"),
)  # fmt: skip
WHERE_NOT_BOOLEAN = Kind(
    "window-where-not-boolean",
    Text(en="`where` must be true or false; this is a {found}.",
         zh="`where` 必须为真或假；此处类型为 {found}。"),
    Text(en="Compare it with something, such as: amount > 100.",
         zh="请与某个值比较，例如：amount > 100。"),
)  # fmt: skip
VALUE_NOT_NUMBER = Kind(
    "window-value-not-number",
    Text(en="The {of} of a {found} has no meaning.", zh="无法对 {found} 求 {of}。"),
    Text(en="Give an integer or a number as `value`; `distinct` takes any kind.",
         zh="`value` 应为整数或数字；`distinct` 可用任意类型。"),
)  # fmt: skip
EVENT_UNREADABLE = Kind(
    "event-unreadable",
    Text(en="This event has no usable {name}: {found}.", zh="该事件缺少可用的 {name}：{found}。"),
    Text(en="Every event needs an id (a text of 1 to 200 characters, or an integer) and the time "
         "when it happened (UTC); it was not stored.",
         zh="每个事件都需要编号（1 至 200 个字符的文本或整数）和发生时间（UTC）；该事件未存储。"),
)  # fmt: skip
EVENT_VALUE_UNREADABLE = Kind(
    "event-value-unreadable",
    Text(en="{found} is not a {kind}; it counts as missing.",
         zh="{found} 不是有效的 {kind}，按缺失处理。"),
    Text(en="Give a value of the stream's declared type.", zh="请按事件流声明的类型提供数值。"),
    severity="warning",
)  # fmt: skip
EVENT_CHANGED = Kind(
    "event-changed",
    Text(en="The event {id} is already stored with another content; the first one counts.",
         zh="事件 {id} 已以不同内容存储；以首次内容为准。"),
    Text(en="Events do not change: store a correction as an event of its own, with its own id.",
         zh="事件不可更改：请将更正作为新事件存储，并使用新的编号。"),
    severity="warning",
)  # fmt: skip

KINDS = (
    STREAM_UNKNOWN, KEY_UNKNOWN, KEY_KIND, KEY_MISFIT, WHERE_NOT_BOOLEAN, VALUE_NOT_NUMBER,
    EVENT_UNREADABLE, EVENT_VALUE_UNREADABLE, EVENT_CHANGED,
)  # fmt: skip
