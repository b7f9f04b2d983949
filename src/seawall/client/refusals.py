"""What the client raises: the house refused, it could not be reached, or it must not be asked this way."""

from seawall.client.told import Wrong
from seawall.core.problem import Unable
from seawall.core.text import Text, in_each


class UnableToGetAnswer(Unable):
    """The house refused: nothing was done.

    Attributes:
        status: HTTP's.
        problems: everything that stands against it; none where something else than the house answered.
    """

    def __init__(self, status: int, problems: tuple[Wrong, ...]) -> None:
        self.status = status
        self.problems = problems
        told = in_each(
            lambda language: "; ".join(
                f"{each.where}: [{each.code}] {each.message.in_(language)} {each.remedy.in_(language)}"
                for each in problems
            )
        )
        super().__init__(_REFUSED, status=status, told=told)

    @property
    def codes(self) -> tuple[str, ...]:
        """The problems' codes, which are stable."""
        return tuple(each.code for each in self.problems)


class UnableToReachHouse(Unable, ConnectionError):
    """No answer came in the time that there was; what was asked may have been done. Ask the same again."""

    def __init__(self, address: str, seconds: float, why: str) -> None:
        super().__init__(_UNREACHED, address=address, seconds=seconds, why=why)


class UnableToTrustAddress(Unable, ValueError):
    """A token would go over the network for everybody to read."""

    def __init__(self, address: str) -> None:
        super().__init__(_OPEN, address=address)


_REFUSED = Text(en="the house refused ({status}): {told}", zh="系统拒绝（{status}）：{told}")
_UNREACHED = Text(
    en="{address} gave no answer in {seconds:.0f} s ({why}); ask the same again",
    zh="{address} 在 {seconds:.0f} 秒内没有应答（{why}）；请以相同内容重试",
)
_OPEN = Text(
    en="{address} is neither https nor this machine: a token is not sent there",
    zh="{address} 既非 https 也非本机：不向其发送令牌",
)
