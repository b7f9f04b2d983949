"""Signing in without the pages for it."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.test import Client

from seawall.records.models import Person


def sign_in(client: Client, person: Person) -> Client:
    """Sign somebody in: by the second factor, too, where he has one; the session then says so as after the form."""
    client.force_login(person)
    factor = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if factor is not None:
        request = HttpRequest()
        request.session = client.session
        record_authentication(request, person, "mfa", id=factor.pk, type=factor.type)
        request.session.save()
    return client
