"""Signing in by the institution's own provider of identities: it says who somebody is, and never what he may."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from seawall.records.models import Person


class Elsewhere(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in whom an administrator added under the address that the provider vouches for; a second factor is asked here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: `acts.staffing` adds people."""
        del request, sociallogin
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Take somebody for the person of his verified address.

        Raises:
            ImmediateHttpResponse: he is nobody's here, or might be two; or his address is not vouched for.
        """
        vouched = [each.email for each in sociallogin.email_addresses if each.verified]
        person = _only(vouched)
        known = sociallogin.user if sociallogin.is_existing else None
        if person is None or not person.is_active or known not in (None, person):
            raise ImmediateHttpResponse(
                render(request, "console/failures/unknown.html", status=403)
            )
        if known is None:
            sociallogin.connect(request, person)


def _only(addresses: list[str]) -> Person | None:
    """Whose addresses these are, in whatever case they are written; None where that is nobody, or not one alone."""
    found = {
        person
        for address in addresses
        for person in Person.objects.filter(email__iexact=address)
        if (person.email or "").lower() == address.lower()  # databases fold more letters, or fewer
    }
    return found.pop() if len(found) == 1 else None
