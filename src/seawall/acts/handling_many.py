"""Do one thing with many cases: each its own command, event and entry; what one refuses stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seawall.acts import handling
from seawall.acts.handling import Desk, Handled
from seawall.cases.case import Command
from seawall.core.problem import Unable
from seawall.core.text import Text

MOST = 200
"""Cases at once."""


@dataclass(frozen=True)
class Came:
    """What came of it for one case.

    Attributes:
        handled: what came of the command; None where it could not even be tried.
        why: why not; None otherwise.
    """

    case_id: str
    handled: Handled | None
    why: Text | None = None

    @property
    def done(self) -> bool:
        """Whether it was done, now or before under the same key."""
        return self.handled is not None and not self.handled.problems


def handle_all(
    desk: Desk, case_ids: Sequence[str], command_for: Callable[[str], Command]
) -> tuple[Came, ...]:
    """Do something with each of some cases, in order; each once, however often it is named.

    Args:
        desk: where they are handled.
        case_ids: the cases'.
        command_for: the command for a case's id; its key must be another for each.

    Raises:
        UnableToHandleSoMany: they are more than `MOST`.
    """
    each_once = tuple(dict.fromkeys(case_ids))
    if len(each_once) > MOST:
        raise UnableToHandleSoMany(len(each_once))
    return tuple(_one(desk, case_id, command_for) for case_id in each_once)


def _one(desk: Desk, case_id: str, command_for: Callable[[str], Command]) -> Came:
    try:
        return Came(case_id, handling.handle(desk, case_id, command_for(case_id)))
    except Unable as error:
        return Came(case_id, None, error.said)


class UnableToHandleSoMany(Unable, ValueError):
    """More cases than are done at once."""

    def __init__(self, count: int) -> None:
        super().__init__(
            Text(
                en="{count} cases are more than {most} at once: choose fewer",
                zh="一次最多处理 {most} 个案件，所选为 {count} 个：请减少选择",
            ),
            count=count,
            most=MOST,
        )
