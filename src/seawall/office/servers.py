"""Whether the PostgreSQL databases of a home keep what they acknowledge, and keep others out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.office import databases
from seawall.office.backup import postgresql
from seawall.office.condition import Condition
from seawall.office.homes import Home
from seawall.office.settings import Lies, without_secrets

if TYPE_CHECKING:
    import psycopg


class _Check(NamedTuple):
    """What is asked of a server, and what to do where the answer is no."""

    sql: str
    purpose: Text
    remedy: Text


_CHECKS: Final = (
    _Check(
        "SELECT current_setting('server_version_num')::int >= 150000",
        Text(en="PostgreSQL 15 or newer", zh="PostgreSQL 15 或更新版本"),
        Text(en="Upgrade the server.", zh="请升级服务器。"),
    ),
    _Check(
        "SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'",
        Text(en="keeps what it acknowledges", zh="已确认的写入不会丢失"),
        Text(
            en="Set fsync and synchronous_commit to on, for the server, the database and the role.",
            zh="请在服务器、数据库和角色上将 fsync 与 synchronous_commit 设为 on。",
        ),
    ),
    _Check(
        "SELECT inet_client_addr() IS NULL OR inet_client_addr() = inet_server_addr() "
        "OR (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())",
        Text(en="reached on this machine, or encrypted", zh="本机连接或已加密"),
        Text(
            en="Add ?sslmode=verify-full to its address, and give the server a certificate.",
            zh="请在地址后加上 ?sslmode=verify-full，并为服务器配置证书。",
        ),
    ),
)
_CLOSED: Final = "SELECT NOT has_schema_privilege('public', %s, 'USAGE, CREATE')"


def examine(home: Home) -> tuple[Condition, ...]:
    """Look at the servers and schemas of a home's stores; nothing where all of them are files."""
    elsewhere = home.settings.elsewhere
    if not elsewhere:
        return ()
    servers = {lies.database: lies for lies in elsewhere.values()}
    found = [each for lies in servers.values() for each in _server(lies)]
    if all(each.fit for each in found):
        found += [_schema(lies) for lies in elsewhere.values()]
    return (*found, _copying())


def _server(lies: Lies) -> Iterator[Condition]:
    name = _shown(lies.database)
    try:
        with databases.connection(lies) as raw:
            for sql, purpose, remedy in _CHECKS:
                yield Condition(name, _holds(raw, sql), purpose, remedy)
    except Unable as error:
        yield Condition(name, fit=False, purpose=_REACHED, remedy=error.said)


def _schema(lies: Lies) -> Condition:
    with databases.connection(lies) as raw:
        state = databases.state(raw, lies.schema)
        if state != "whole":
            return Condition(lies.schema, fit=False, purpose=_WHOLE, remedy=_MISSING[state])
        closed = _holds(raw, _CLOSED, lies.schema)
    return Condition(lies.schema, closed, _WHOLE, _CLOSE.filled(schema=lies.schema))


def _holds(raw: "psycopg.Connection[tuple[Any, ...]]", sql: str, *values: str) -> bool:
    return raw.execute(sql.encode(), values or None).fetchone() == (True,)


def _copying() -> Condition:
    programs = [postgresql.program(name) for name in ("pg_dump", "pg_restore")]
    purpose = Text(en="backups of PostgreSQL", zh="PostgreSQL 备份")
    return Condition("pg_dump", None not in programs, purpose, _INSTALL, needed=False)


def _shown(address: str) -> str:
    return urlsplit(without_secrets(address))._replace(query="").geturl()


_REACHED = Text(en="can be reached", zh="可以连接")
_WHOLE = Text(en="there, and closed to others", zh="完整，且他人不可用")
_MISSING = {
    "absent": Text(
        en="It is not there: `seawall init` makes it, `seawall restore` fills it from a backup.",
        zh="不存在：`seawall init` 可新建，`seawall restore` 可由备份恢复。",
    ),
    "unfinished": Text(
        en="Its making did not end: run `seawall init` or `seawall restore` again.",
        zh="未建成：请重新运行 `seawall init` 或 `seawall restore`。",
    ),
}
_CLOSE = Text(
    en="Every role of the server may use it. Run: REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
    zh="服务器上任何角色都可使用。请执行：REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
)
_INSTALL = Text(
    en="Debian/Ubuntu: apt install postgresql-client; of the server's version or newer.",
    zh="Debian/Ubuntu：apt install postgresql-client；版本不得低于服务器。",
)
