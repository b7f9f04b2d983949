"""The kinds of problem a declaration can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

PACK_UNREADABLE = Kind(
    "pack-unreadable",
    Text(en="The file cannot be read: {why}.", zh="无法读取文件：{why}。"),
    Text(en="Check its path and permissions.", zh="请检查路径和权限。"),
)
PACK_TOO_LARGE = Kind(
    "pack-too-large",
    Text(
        en="The file is larger than a pack may be ({limit} bytes).",
        zh="文件超过声明包的大小上限（{limit} 字节）。",
    ),
    Text(en="Split it into several packs.", zh="请拆分为多个声明包。"),
)
PACK_NOT_YAML = Kind(
    "pack-not-yaml",
    Text(en="This is not valid YAML: {why}.", zh="不是有效的 YAML：{why}。"),
    Text(
        en="Check indentation, colons and quotes near this place.",
        zh="请检查此处附近的缩进、冒号和引号。",
    ),
)
PACK_INVALID = Kind(
    "pack-invalid",
    Text(en="{field}: {why}.", zh="{field}：{why}。"),
    Text(
        en="See the pack's reference page for the fields and their values.",
        zh="字段及取值请见该类声明包的参考文档。",
    ),
)
PACK_VALUE_UNCLEAR = Kind(
    "pack-value-unclear",
    Text(en="{value} cannot be taken as a value: {why}.", zh="无法确定 {value} 的取值：{why}。"),
    Text(
        en="Write a plain number or an existing day; put a text in quotes.",
        zh="请写普通数值或真实日期；文本请加引号。",
    ),
)
PACK_MERGE_KEY = Kind(
    "pack-merge-key",
    Text(
        en="`<<` merges nothing: YAML 1.2 has no merge keys.", zh="`<<` 无效：YAML 1.2 没有合并键。"
    ),
    Text(en="Write the keys out.", zh="请逐一写出各键。"),
)
PACK_TAG = Kind(
    "pack-tag",
    Text(en="The tag {tag} is not allowed in packs.", zh="声明包不允许使用标签 {tag}。"),
    Text(
        en="Leave it out; a text that looks like a number stands in quotes.",
        zh="请删去标签；形似数值的文本请加引号。",
    ),
)
PACK_KEY_TWICE = Kind(
    "pack-key-twice",
    Text(en="The key {key!r} stands twice.", zh="键 {key!r} 出现了两次。"),
    Text(en="Keep one of them; YAML would silently drop the other.", zh="请只保留一个。"),
)
PACK_UNKNOWN = Kind(
    "pack-unknown",
    Text(
        en="There is neither a shipped pack nor a file of this name.",
        zh="没有此名称的内置声明包，也没有此文件。",
    ),
    Text(
        en="Give the path of a YAML file, or one of: {known}.",
        zh="请给出 YAML 文件的路径，或下列之一：{known}。",
    ),
)

KINDS = (
    PACK_UNKNOWN, PACK_UNREADABLE, PACK_TOO_LARGE, PACK_NOT_YAML, PACK_INVALID, PACK_VALUE_UNCLEAR,
    PACK_MERGE_KEY, PACK_TAG, PACK_KEY_TWICE,
)  # fmt: skip
