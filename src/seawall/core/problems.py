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
PACK_KEY_TWICE = Kind(
    "pack-key-twice",
    Text(en="The key {key!r} stands twice.", zh="键 {key!r} 出现了两次。"),
    Text(en="Keep one of them; YAML would silently drop the other.", zh="请只保留一个。"),
)

KINDS = (PACK_UNREADABLE, PACK_TOO_LARGE, PACK_NOT_YAML, PACK_INVALID, PACK_KEY_TWICE)
