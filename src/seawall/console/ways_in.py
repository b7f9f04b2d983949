"""Who signs in as whom: who confirms a person's roles sees which mailbox, and which accounts elsewhere, come in as him."""

from collections.abc import Collection
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from seawall.records.models import Person


class Ways(NamedTuple):
    """By what a person comes in beside his password.

    Attributes:
        mailbox: the address an administrator gave him; whom the provider of identities vouches it for is let in as him.
        linked: accounts of that provider which came in as him: their address, else the provider's id of them.
    """

    mailbox: str
    linked: tuple[str, ...]


def ways_in(names: Collection[str]) -> dict[str, Ways]:
    """The ways in of some people, by name."""
    people = {each.pk: each for each in Person.objects.filter(name__in=names)}
    linked: dict[int, list[str]] = {key: [] for key in people}
    for account in SocialAccount.objects.filter(user__in=people).order_by("pk"):
        told = account.extra_data
        address = told.get("userinfo", told).get("email")
        linked[account.user_id].append(str(address or account.uid))
    return {each.name: Ways(each.email or "", tuple(linked[key])) for key, each in people.items()}


def forget(person: Person) -> None:
    """Take a person's factors, recovery codes and linked accounts, so that he adds others when he signs in."""
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
