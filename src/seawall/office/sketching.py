"""A policy's text in an editor: what it starts from, what it extends, and what it becomes.

An edit starts from what counts now (`policies.shown`), or from the writer's own draft.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from seawall.acts import drafting
from seawall.acts.signing import Signed
from seawall.ledger.log import Ledger
from seawall.office import packs
from seawall.office.policies import Compared, UnableToFindPolicy, compared, shipped, shown
from seawall.policy import glance
from seawall.policy.glance import Glance, Sketch, Tried
from seawall.policy.readable import readable
from seawall.records.draft_register import Draft
from seawall.records.policy_register import Version


@dataclass(frozen=True)
class Edited:
    """A policy in the editor.

    Attributes:
        sketch: the text as it stands there.
        ground: what counts now, over which it is read; None for a new policy.
        base: the digest of the version that it was started from; empty for a new policy.
        seen_us: when the draft was kept that was opened; None where there was none.
    """

    sketch: Sketch
    ground: Version | None
    base: str
    seen_us: int | None

    @property
    def overtaken(self) -> bool:
        """Whether another version counts since the draft was started."""
        return self.ground is not None and self.base != self.ground.digest


@dataclass(frozen=True)
class Looked:
    """What there is to see in a text; the latter two only where it can be read.

    Attributes:
        tried: what became of its cases.
        changed: what it says other than what counts now; None for a new policy.
    """

    glance: Glance
    tried: Tried | None
    changed: Compared | None


def edited(policy: str, by: str, now: datetime) -> Edited:
    """What somebody's editor opens with: his draft, else what counts now, else an empty text."""
    ground = _ground(policy, now)
    kept = drafting.draft(policy, by)
    if kept is None:
        return Edited(sketch(ground, policy), ground, ground.digest if ground else "", None)
    drawn = sketch(ground, policy, kept.text, kept.cases)
    return Edited(drawn, ground, kept.base, kept.changed_us)


def typed(policy: str, text: str, cases: str, now: datetime) -> Edited:
    """A text as it comes out of an editor that was opened on what counts now."""
    ground = _ground(policy, now)
    drawn = sketch(ground, policy, _lines(text), _lines(cases))
    return Edited(drawn, ground, ground.digest if ground else "", None)


def looked(opened: Edited) -> Looked:
    """Look at a text: what is wrong, what its cases do, what it changes."""
    seen = glance.glance(opened.sketch)
    if seen.policy is None:
        return Looked(seen, None, None)
    changed = None
    if opened.ground is not None:
        changed = compared(opened.ground, proposable(opened.sketch))
    return Looked(seen, glance.tried(opened.sketch), changed)


def sketch(
    ground: Version | None, policy: str, text: str | None = None, cases: str | None = None
) -> Sketch:
    """A policy's text over the version that it is edited from.

    Args:
        ground: that version; None for a new policy.
        policy: its id.
        text: the policy's own file; that of the version where None.
        cases: likewise.
    """
    held = Sketch.of(policy, ground.texts if ground else {})
    said = held.text if text is None else text
    beneath = _beneath(said, held.beneath)
    return replace(held, text=said, beneath=beneath, cases=held.cases if cases is None else cases)


def proposable(drawn: Sketch) -> Version:
    """A text as a version that can be proposed.

    Raises:
        UnableToUseInput: it is no policy; carries every problem with its place.
    """
    return Version(drawn.policy, readable(drawn.sheets).digest, drawn.texts)


def _ground(policy: str, now: datetime) -> Version | None:
    """What an edit of a policy starts from; None for a new one."""
    try:
        return shown(policy, None, now).version
    except UnableToFindPolicy:
        return None


def _beneath(text: str, held: Mapping[str, str]) -> dict[str, str]:
    """The texts of what a text extends, the base first: as its version keeps them, else as shipped."""
    found: dict[str, str] = {}
    while (base := _EXTENDS.search(text)) is not None and len(found) < packs.OVERLAYS_MOST:
        name = f"{base[1]}.yaml"
        if name in found or (name not in held and base[1] not in packs.policies()):
            break
        text = held.get(name) or shipped(base[1]).texts[name]
        found = {name: text, **found}
    return found


_EXTENDS = re.compile(r"^extends:[ ]*['\"]?([a-z][a-z0-9_]*)", re.MULTILINE)
"""Read from a text that may not be YAML yet; what it says is read again with the whole."""


def _lines(text: str) -> str:
    """A text as a browser sends it, with the house's line ends."""
    return text.replace("\r\n", "\n")


def keep(ledger: Ledger, drawn: Sketch, base: str, signed: Signed, *, seen_us: int | None) -> Draft:
    """Keep a text as somebody's draft; see `acts.drafting.keep`.

    Args:
        ledger: keeps the entry.
        drawn: the text.
        base: the digest of the version that it was started from.
        signed: who keeps it.
        seen_us: when the draft was kept that he opened; None where there was none.
    """
    draft = Draft(drawn.policy, signed.by, drawn.text, drawn.cases, base, 0)
    return drafting.keep(ledger, draft, signed, seen_us=seen_us)
