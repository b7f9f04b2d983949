"""What the vault refuses, in sentences that hold tokens and names of fields, never a value."""

from seawall.core.problem import Unable
from seawall.core.text import Text


class UnableToUseVault(Unable):
    """Whatever the vault refuses to do, or cannot; never tells a value."""


class UnableToFindPerson(UnableToUseVault):
    """No person or device has this token."""

    def __init__(self, token: str) -> None:
        super().__init__(
            Text(en="the vault has no {token}", zh="保险库中没有 {token}"), token=token
        )


class UnableToLookUp(UnableToUseVault):
    """A blind index holds entries under a key that is destroyed, as after restoring an old backup."""

    def __init__(self, field: str) -> None:
        super().__init__(
            Text(
                en="nobody is looked up by {field}: entries of its index are under a key that is gone; "
                "run `seawall vault reindex {field}`",
                zh="不能按 {field} 查找任何人：其索引中有条目的密钥已不存在；请运行 `seawall vault "
                "reindex {field}`",
            ),
            field=field,
        )


class UnableToOpen(UnableToUseVault):
    """A sealed value is not opened."""

    def __init__(self, what: Text, why: Text) -> None:
        super().__init__(
            Text(en="{what} is not opened: {why}", zh="{what}未开启：{why}"), what=what, why=why
        )


_PER = {
    "minute": Text(en="minute", zh="分钟"),
    "hour": Text(en="hour", zh="小时"),
    "day": Text(en="day", zh="天"),
}


class UnableToOpenSoMuch(UnableToUseVault):
    """An actor has opened as much as the purpose allows."""

    def __init__(self, actor: str, most: int, per: str) -> None:
        super().__init__(
            Text(
                en="{actor} may open {most} values per {per} for this purpose; wait, or ask",
                zh="为此目的，{actor} 每{per}最多可开启 {most} 个值；请等待或申请",
            ),
            actor=actor,
            most=most,
            per=_PER.get(per, per),
        )


class UnableToSeal(UnableToUseVault):
    """A value is not sealed for this token."""

    def __init__(self, token: str, why: Text) -> None:
        super().__init__(
            Text(en="nothing is sealed for {token}: {why}", zh="未为 {token} 封存任何内容：{why}"),
            token=token,
            why=why,
        )


class UnableToHold(UnableToUseVault):
    """There is no such hold."""

    def __init__(self, token: str, kind: str) -> None:
        super().__init__(
            Text(
                en="{token} is not held: the pack declares no hold {kind!r}",
                zh="{token} 未被保全：规则包未声明保全类型 {kind!r}",
            ),
            token=token,
            kind=kind,
        )


class UnableToErase(UnableToUseVault):
    """A hold stands in the way of an erasure."""

    def __init__(self, token: str, holds: tuple[str, ...]) -> None:
        super().__init__(
            Text(
                en="{token} is not erased: held by {listed}; processing is restricted",
                zh="{token} 未删除：被 {listed} 保全；处理受到限制",
            ),
            token=token,
            listed=", ".join(holds),
        )


class UnableToReadCertificate(UnableToUseVault):
    """What should be a certificate of erasure is another text."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                en="this is no certificate of erasure: give what `seawall vault erasures` prints",
                zh="这不是删除证明：请提供 `seawall vault erasures` 的输出",
            )
        )
