"""The register of drafts: what people have written of policies and not yet proposed.

A draft is one person's; it is overwritten by its writer only, and only by who saw what is there.
"""

from dataclasses import dataclass

from django.db import IntegrityError

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.records.rows import rows as _rows


@dataclass(frozen=True)
class Draft:
    """A draft; fields as in `draft_models.PolicyDraft`."""

    policy: str
    writer: str
    text: str
    cases: str
    base: str
    changed_us: int


def draft(policy: str, writer: str) -> Draft | None:
    """Somebody's draft of a policy; None where there is none."""
    row = _rows("PolicyDraft").filter(policy=policy, writer=writer).first()
    if row is None:
        return None
    return Draft(row.policy, row.writer, row.text, row.cases, row.base, row.changed_us)


def drafts(writer: str) -> dict[str, int]:
    """When somebody's drafts were last kept, by policy."""
    rows = _rows("PolicyDraft").filter(writer=writer).order_by("policy")
    return dict(rows.values_list("policy", "changed_us"))


def keep(kept: Draft, *, seen_us: int | None) -> None:
    """Keep a draft in place of the one that was seen.

    Args:
        kept: the draft.
        seen_us: when the one was kept that this one takes the place of; None where there was none.

    Raises:
        UnableToKeepDraft: another one was kept since.
    """
    told = {
        "text": kept.text,
        "cases": kept.cases,
        "base": kept.base,
        "changed_us": kept.changed_us,
    }
    own = {"policy": kept.policy, "writer": kept.writer}
    if seen_us is not None:
        if not _rows("PolicyDraft").filter(**own, changed_us=seen_us).update(**told):
            raise UnableToKeepDraft(kept.policy)
        return
    try:
        _rows("PolicyDraft").create(**own, **told)
    except IntegrityError:
        raise UnableToKeepDraft(kept.policy) from None


def drop(policy: str, writer: str) -> bool:
    """Take somebody's draft away; whether there was one."""
    count, _ = _rows("PolicyDraft").filter(policy=policy, writer=writer).delete()
    return count > 0


class UnableToKeepDraft(Unable):
    """A draft would overwrite what its writer did not see."""

    def __init__(self, policy: str) -> None:
        super().__init__(
            Text(
                en="your draft of {policy} was kept from elsewhere since you opened it: copy your text, open "
                "the draft again, and compare",
                zh="您打开 {policy} 的草稿后，它已在别处保存：请复制您的文本，重新打开草稿并比较",
            ),
            policy=policy,
        )
