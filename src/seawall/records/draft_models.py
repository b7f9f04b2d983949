"""What somebody has written of a policy and not yet proposed. Times are whole microseconds since 1970 (UTC)."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    Number = models.BigAutoField[int, int]
    Name = models.CharField[str, str]
    Long = models.TextField[str, str]

NAME = 63
DIGEST = 64


class PolicyDraft(models.Model):
    """A person's unfinished text of a policy: one a person and policy, overwritten, and gone when it is done.

    Attributes:
        policy: the policy's id.
        writer: whose it is.
        text, cases: the policy's own file and its cases.
        base: the digest of the version it was started from; empty for none.
        changed_us: when it was last kept; who keeps another must have seen this one.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    policy: "Name" = models.CharField(max_length=NAME)
    writer: "Name" = models.CharField(max_length=NAME)
    text: "Long" = models.TextField()
    cases: "Long" = models.TextField(blank=True)
    base: "Name" = models.CharField(max_length=DIGEST, blank=True)
    changed_us: "Whole" = models.BigIntegerField()

    class Meta:
        """One a person and policy."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["writer", "policy"], name="draft_once")
        ]

    def __str__(self) -> str:
        """Policy and writer."""
        return f"{self.policy} {self.writer}"
