"""An index of the ledger: what its entries can be looked up by, beside what only the ledger proves.

Rows are what entries say: they may be thrown away and made again, and a check proves that they agree.
Times are whole microseconds since 1970 (UTC).
"""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    Key = models.SmallIntegerField[int, int]
    Name = models.CharField[str, str]

TEXT = 200
"""The most characters of an entry's texts (`ledger.entry.TEXT_MOST`), which this room cannot see."""
KIND = 64
DIGEST = 64


class IndexPlace(models.Model):
    """How far the index has come: one row.

    Attributes:
        size: how many entries were read, from the first on.
        leaf: the hash of the last one's leaf; another one there now is another ledger's.
    """

    one: "Key" = models.SmallIntegerField(primary_key=True)
    size: "Whole" = models.BigIntegerField()
    leaf: "Name" = models.CharField(max_length=DIGEST, blank=True)

    def __str__(self) -> str:
        """How far."""
        return f"{self.size}"


class EntryLine(models.Model):
    """An entry of the ledger, by what stays of it for ever; fields as in `ledger.entry.Entry`."""

    number: "Whole" = models.BigIntegerField(primary_key=True)
    kind: "Name" = models.CharField(max_length=KIND)
    subject: "Name" = models.CharField(max_length=TEXT)
    actor: "Name" = models.CharField(max_length=TEXT)
    on_behalf_of: "Name" = models.CharField(max_length=TEXT, blank=True)
    at_us: "Whole" = models.BigIntegerField()

    class Meta:
        """Looked up by each, and by who did what; latest first."""

        indexes: ClassVar = [
            models.Index(fields=["kind", "number"], name="entry_of_kind"),
            models.Index(fields=["subject", "number"], name="entry_of_subject"),
            models.Index(fields=["actor", "number"], name="entry_of_actor"),
            models.Index(fields=["actor", "kind", "number"], name="entry_of_who_did"),
        ]

    def __str__(self) -> str:
        """Number and kind."""
        return f"{self.number} {self.kind}"


class DecisionLine(models.Model):
    """A decision, by what it is searched for.

    What stood in the entry's body is empty here once that was erased: policy, outcome, reason, customer.

    Attributes:
        entry: the number of its entry.
        policy: whose answer counted: in a trial, the champion or a challenger.
        digest: of the policy's version.
        reason: the code of the first reason; empty where there is none.
        actor: which machine or person decided.
        unit: the part of the institution it was decided for.
    """

    entry: "Whole" = models.BigIntegerField(primary_key=True)
    application_id: "Name" = models.CharField(max_length=TEXT)
    policy: "Name" = models.CharField(max_length=TEXT, blank=True)
    digest: "Name" = models.CharField(max_length=DIGEST, blank=True)
    outcome: "Name" = models.CharField(max_length=TEXT, blank=True)
    reason: "Name" = models.CharField(max_length=TEXT, blank=True)
    customer_token: "Name" = models.CharField(max_length=TEXT, blank=True)
    actor: "Name" = models.CharField(max_length=TEXT)
    unit: "Name" = models.CharField(max_length=TEXT)
    at_us: "Whole" = models.BigIntegerField()

    class Meta:
        """Whoever looks belongs to a unit, so pages are read unit by unit, the latest first."""

        indexes: ClassVar = [
            models.Index(fields=["unit", "at_us", "entry"], name="decision_latest"),
            models.Index(
                fields=["unit", "policy", "outcome", "at_us", "entry"], name="decision_of_policy"
            ),
            models.Index(fields=["unit", "outcome", "at_us", "entry"], name="decision_of_outcome"),
            models.Index(fields=["unit", "reason", "at_us", "entry"], name="decision_of_reason"),
            models.Index(fields=["customer_token", "at_us", "entry"], name="decision_of_customer"),
            models.Index(fields=["application_id"], name="decision_of_application"),
        ]

    def __str__(self) -> str:
        """Entry and application."""
        return f"{self.entry} {self.application_id}"
