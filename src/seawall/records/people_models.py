"""Who works here: people, machines' tokens, and lists that people keep for themselves.

Whoever changes these tables, by whatever path, leaves a row in the change log (migration `0010_change_log`).
"""

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

if TYPE_CHECKING:
    Whole = models.BigIntegerField[int, int]
    WholeOrNone = models.BigIntegerField[int | None, int | None]
    Number = models.BigAutoField[int, int]
    Name = models.CharField[str, str]
    Mail = models.EmailField[str, str]
    Long = models.TextField[str, str]
    LongOrNone = models.TextField[str | None, str | None]
    NameOrNone = models.CharField[str | None, str | None]
    Flag = models.BooleanField[bool, bool]
    FlagOrNone = models.BooleanField[bool | None, bool | None]

NAME = 63
UNIT = 120


class People(BaseUserManager["Person"]):
    """Finds people; they are made by `acts.staffing`."""


class Person(AbstractBaseUser):
    """Somebody who signs in.

    Attributes:
        name: as the ledger knows him, `acts.signing.checked`; it is never given to another.
        shown: as people know him.
        roles: role ids as a JSON list, sorted.
        unit: the part of the institution that he belongs to, and within which he sees.
        language, theme, time_zone: as he likes his pages.
        is_active: whether he may sign in; nobody is ever deleted.
        reviewed_us: when somebody last looked at what he may.
        asked: roles and a unit that somebody asked for him and nobody confirmed, as JSON; None where nothing waits.
        alone: whether somebody gave him what he has without a second person, and nobody looked at it yet.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    name: "Name" = models.CharField(max_length=NAME, unique=True)
    shown: "Name" = models.CharField(max_length=120)
    email: "Mail" = models.EmailField(unique=True, null=True)  # noqa: DJ001 - many have none, and none is not one
    roles: "Long" = models.TextField(default="[]")
    unit: "Name" = models.CharField(max_length=UNIT)
    language: "Name" = models.CharField(max_length=2, default="en")
    theme: "Name" = models.CharField(max_length=8, default="auto")
    time_zone: "Name" = models.CharField(max_length=NAME, default="UTC")
    is_active: "Flag" = models.BooleanField(default=True)
    added_us: "Whole" = models.BigIntegerField()
    reviewed_us: "WholeOrNone" = models.BigIntegerField(null=True)
    asked: "LongOrNone" = models.TextField(null=True)  # noqa: DJ001 - nothing is asked, and nothing is not ""
    alone: "FlagOrNone" = models.BooleanField(null=True)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        """As people know him."""
        return self.shown

    def get_full_name(self) -> str:
        """As people know him."""
        return self.shown


class ApiToken(models.Model):
    """A machine's right to ask: what is kept is a hash, so that nobody can read a token from here.

    Attributes:
        name: the machine's, as the ledger knows it.
        hash: SHA-256 of the token, hexadecimal.
        scopes: permissions as a JSON list, sorted; never more than the role `machine` has.
        unit: for which part of the institution it asks.
        revoked_us: when it was taken back; None while it was not.
        used_us: when it was last used, to the minute.
        confirmed_by: who let it count, beside who granted it; None while it waits for that.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    name: "Name" = models.CharField(max_length=NAME)
    hash: "Name" = models.CharField(max_length=64, unique=True)
    scopes: "Long" = models.TextField()
    unit: "Name" = models.CharField(max_length=UNIT)
    granted_by: "Name" = models.CharField(max_length=NAME)
    granted_us: "Whole" = models.BigIntegerField()
    expires_us: "Whole" = models.BigIntegerField()
    revoked_us: "WholeOrNone" = models.BigIntegerField(null=True)
    used_us: "WholeOrNone" = models.BigIntegerField(null=True)
    confirmed_by: "NameOrNone" = models.CharField(max_length=NAME, null=True)  # noqa: DJ001 - nobody yet

    def __str__(self) -> str:
        """Name and number."""
        return f"{self.name} {self.number}"


class SavedFilter(models.Model):
    """A list's filter that somebody keeps for himself.

    Attributes:
        person: his name.
        page: the list's route.
        asked: the filter as a query string.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    person: "Name" = models.CharField(max_length=NAME)
    page: "Name" = models.CharField(max_length=NAME)
    title: "Name" = models.CharField(max_length=120)
    asked: "Long" = models.TextField()

    class Meta:
        """A title is used once for a page."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "page", "title"], name="filter_once")
        ]

    def __str__(self) -> str:
        """Page and title."""
        return f"{self.page} {self.title}"


class Change(models.Model):
    """That somebody changed a row whose changes must be known; made by the database itself, see `change_log`.

    Attributes:
        kind: the table.
        subject: whose row, as the ledger names it.
        operation: `insert`, `update` or `delete`.
        before, after: what was shown of the row, as JSON; empty where there was none.
        told: whether the ledger was told.
    """

    number: "Number" = models.BigAutoField(primary_key=True)
    at_us: "Whole" = models.BigIntegerField()
    kind: "Name" = models.CharField(max_length=63)
    subject: "Name" = models.CharField(max_length=200)
    operation: "Name" = models.CharField(max_length=8)
    before: "Long" = models.TextField()
    after: "Long" = models.TextField()
    told: "Flag" = models.BooleanField()

    class Meta:
        """What was not told is found at once."""

        indexes: ClassVar = [models.Index(fields=["told", "number"], name="change_untold")]

    def __str__(self) -> str:
        """Subject and operation."""
        return f"{self.subject} {self.operation}"
