"""What the check of a policy finds: a claim, and an application that shows it or how it was proved."""

from dataclasses import dataclass, field
from typing import Literal

from seawall.core.expression.types import Value
from seawall.core.problem import Kind, Place
from seawall.core.text import Text
from seawall.policy import check_problems

Proof = Literal["example", "proved", "undecided"]
Grade = Literal["information", "warning", "error"]
Application = dict[str, Value]


@dataclass(frozen=True)
class Finding:
    """One thing that a policy's author should know.

    Attributes:
        kind: what it is.
        about: the rules, tables, rows, inputs it is about.
        proof: `example`: the policy was run on the example and does what is claimed. `proved`: the
            claim is about all applications, and a complete search or the solver excludes any
            other; where numbers are computed with, over the real numbers: rounding and overflow of
            floating point aside. `undecided`: not settled within the limits.
        example: a value, or None for missing, per input and feature; what is not named is missing
            too. For `proved` an application that illustrates the claim, where there is one.
        facts: for the sentences.
        place: where it stands.
    """

    kind: Kind
    about: tuple[str, ...]
    proof: Proof
    example: Application | None = None
    facts: dict[str, object] = field(default_factory=dict)
    place: Place | None = None

    @property
    def grade(self) -> Grade:
        """How much it matters."""
        return "information" if self.kind in check_problems.INFORMATION else self.kind.severity

    @property
    def message(self) -> Text:
        """What was found."""
        return self.kind.message.filled(**self.facts)

    @property
    def remedy(self) -> Text:
        """What to do about it."""
        return self.kind.remedy.filled(**self.facts)


def how(*, rounded: bool) -> dict[str, object]:
    """For sentences about all applications: whether the last digits of numbers are left open."""
    if not rounded:
        return {"how": "", "how_zh": ""}
    return {
        "how": " (proved for real numbers; rounding left aside)",
        "how_zh": "（按实数证明，不计舍入）",
    }


def listed(names: tuple[str, ...] | list[str], most: int = 8) -> str:
    """Names for a sentence; a long list is cut."""
    shown = ", ".join(names[:most])
    return f"{shown}, … (+{len(names) - most})" if len(names) > most else shown
