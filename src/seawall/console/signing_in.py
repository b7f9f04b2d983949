"""Who signs in, and how: people whom an administrator added, with a second factor where a role asks for one."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from seawall.console import access, place
from seawall.console.factors import KINDS
from seawall.console.middleware import COOKIE, LANGUAGES
from seawall.office import factor_key
from seawall.records.models import Person


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs himself up; a person who left does not come in."""

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign in, in the language that was chosen before."""
        super().login(request, user)
        chosen = request.COOKIES.get(COOKIE)
        if chosen in LANGUAGES and chosen != user.language:
            user.language = chosen
            user.save(update_fields=["language"])

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """How somebody shows that it is he: who has a second factor shows that, for a password alone would not do."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [each for each in methods if each["id"] != "reauthenticate"] or methods

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: `acts.staffing` adds people."""
        del request
        return False

    def set_password(self, user: Person, password: str) -> None:
        """Keep a new password in the place of the one that was read, and nothing else of the person.

        Meanwhile he may have been sent away, or let in anew: a whole row written back would undo that.

        Raises:
            PermissionDenied: he does not come in any more, or by another password.
        """
        read = user.password
        user.set_password(password)
        same = Person.objects.filter(pk=user.pk, password=read, is_active=True)
        if not same.update(password=user.password):
            raise PermissionDenied


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """A privileged role cannot put its second factor away; secrets of apps and seeds of recovery codes are kept sealed."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        return factor_key.seal(place.home(), text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was sealed.

        Raises:
            UnableToOpenFactor: the home does not have its key.
        """
        return factor_key.opened(place.home(), encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:  # noqa: ANN401 - allauth's
        """Whether a factor may go: not the last one of somebody who must have one."""
        person: Person = authenticator.user
        if not access.privileged(person):
            return True
        left = person.authenticator_set.exclude(pk=authenticator.pk)  # type: ignore[attr-defined]
        return bool(authenticator.type not in KINDS or left.filter(type__in=KINDS).exists())
