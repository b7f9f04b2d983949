"""What somebody may do with a policy's proposals and versions now, and why not.

The rules are `publishing`'s and the database's; here they are asked before, so that whoever cannot
do something is told why, and is not offered it. What is let through here can still be refused there.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from seawall.core.text import Text
from seawall.records.policy_register import Proposed, Published

Verb = Literal["propose", "approve", "publish", "roll_back"]


@dataclass(frozen=True)
class Door:
    """A verb, and why it is not open to somebody: one sentence a reason, none where it is."""

    verb: Verb
    why: tuple[Text, ...] = ()

    @property
    def open(self) -> bool:
        """Whether he may."""
        return not self.why


def proposal_doors(
    seen: Proposed, published: Published | None, by: str, roles: Collection[Verb]
) -> Mapping[Verb, Door]:
    """What somebody may do with a proposal.

    Args:
        seen: the proposal.
        published: what became of it; None where it waits.
        by: who asks.
        roles: the verbs that his role includes at all.
    """
    return {
        "approve": Door("approve", tuple(_approve(seen, published, by, roles))),
        "publish": Door("publish", tuple(_publish(seen, published, roles))),
    }


def roll_back_door(
    digest: str, told: Collection[Published], now_us: int, roles: Collection[Verb]
) -> Door:
    """Whether somebody may bring a version back.

    Args:
        digest: the version's.
        told: everything that was published of its policy.
        now_us: the time, µs since 1970.
        roles: the verbs that his role includes at all.
    """
    counts = [each for each in told if max(each.effective_us, each.published_us) <= now_us]
    latest = max(counts, key=lambda each: (each.effective_us, each.number), default=None)
    why = list(_role("roll_back", roles))
    if digest not in {each.digest for each in counts}:
        why.append(_NEVER)
    elif latest is not None and latest.digest == digest:
        why.append(_IN_FORCE)
    return Door("roll_back", tuple(why))


def _approve(
    seen: Proposed, published: Published | None, by: str, roles: Collection[Verb]
) -> Iterator[Text]:
    yield from _role("approve", roles)
    if by.strip().lower() in {maker.strip().lower() for maker in seen.makers}:
        yield _MAKER
    if by in seen.approved_by:
        yield _APPROVED
    if published is not None:
        yield _PUBLISHED


def _publish(
    seen: Proposed, published: Published | None, roles: Collection[Verb]
) -> Iterator[Text]:
    yield from _role("publish", roles)
    if published is not None:
        yield _PUBLISHED
    elif not seen.approved_by:
        yield _WAITS


def _role(verb: Verb, roles: Collection[Verb]) -> Iterator[Text]:
    if verb not in roles:
        yield _ROLE.filled(what=VERBS[verb])


VERBS: Mapping[Verb, Text] = {
    "propose": Text(en="propose policies", zh="提交策略提案"),
    "approve": Text(en="approve policies", zh="批准策略"),
    "publish": Text(en="publish policies", zh="发布策略"),
    "roll_back": Text(en="bring earlier versions back", zh="回退到旧版本"),
}
_ROLE = Text(en="Your role does not let you {what}.", zh="您的角色无权{what}。")
_MAKER = Text(
    en="You made this change, and a maker never approves his own: another person has to.",
    zh="此变更由您制定，制定人不得批准自己的变更：须由他人批准。",
)
_APPROVED = Text(en="You have approved it already.", zh="您已批准。")
_PUBLISHED = Text(en="It has been published.", zh="已发布。")
_WAITS = Text(
    en="Nobody but its makers has looked at it yet: it can be published once another person approved it.",
    zh="尚无制定人以外的人批准：须先由他人批准，方可发布。",
)
_NEVER = Text(en="This version never was in force.", zh="该版本从未生效。")
_IN_FORCE = Text(en="This version is in force.", zh="该版本正在生效。")
