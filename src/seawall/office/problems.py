"""The kinds of problem that a home's settings can have."""

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

KINDS = (SETTINGS_UNREADABLE, SETTING_INVALID, SETTING_SECRET)
