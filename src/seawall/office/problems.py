"""The kinds of problem that a home's settings, and what its pages are told, can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

SETTINGS_UNREADABLE = Kind(
    "settings-unreadable",
    Text(en="This is not valid TOML: {why}.", zh="不是有效的 TOML：{why}。"),
    Text(
        en="Write names, =, and texts in quotes; see how to start a home.",
        zh="请写“名称 = 带引号的文本”；参见“建立主目录”。",
    ),
)
SETTING_INVALID = Kind(
    "setting-invalid",
    Text(en="{name}: {why}.", zh="{name}：{why}。"),
    Text(
        en="`database`, and `office`, `ledger`, `people`, `keys` under `[databases]`, are addresses such as "
        "postgresql://seawall@db.lender.example:5432/seawall.",
        zh="`database` 以及 `[databases]` 下的 `office`、`ledger`、`people`、`keys` 均为地址，例如 "
        "postgresql://seawall@db.lender.example:5432/seawall。",
    ),
)
SETTING_SECRET = Kind(
    "setting-secret",
    Text(
        en="{name} has a password in it, where others may read it.",
        zh="{name} 中含有密码，他人可能读到。",
    ),
    Text(
        en="Take it out, and put it into a password file (PGPASSFILE), the environment (PGPASSWORD) or a service.",
        zh="请删去密码，并写入密码文件（PGPASSFILE）、环境变量（PGPASSWORD）或 service 配置。",
    ),
)

SILENCE_REFUSED = Kind(
    "silence-refused",
    Text(en="It cannot be silenced: {why}.", zh="不能静默：{why}。"),
    Text(
        en="Name an indicator, a team or a segment, say why, and for how long.",
        zh="请指明指标、团队或分组，并说明理由与时长。",
    ),
)
SILENCE_SPAN = Kind(
    "silence-span",
    Text(
        en="{told!r} is no number of hours from 0 to {most}.",
        zh="{told!r} 不是 0 至 {most} 之间的小时数。",
    ),
    Text(
        en="Give hours, such as 24; whoever needs more silences anew, and says why again.",
        zh="请填写小时数，例如 24；需要更久时请再次静默并说明理由。",
    ),
)
SILENCE_SEGMENT = Kind(
    "silence-segment",
    Text(en="{told!r} names no value of a column.", zh="{told!r} 未指明某列的取值。"),
    Text(
        en="Write a segment as channel=app, region=west.",
        zh="请按 channel=app, region=west 的格式书写。",
    ),
)

KINDS = (
    SETTINGS_UNREADABLE, SETTING_INVALID, SETTING_SECRET, SILENCE_REFUSED, SILENCE_SPAN, SILENCE_SEGMENT,
)  # fmt: skip
