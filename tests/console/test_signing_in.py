"""Who signs in as whom: no password undoes what an administrator did, no way in outlives a person's being let in anew."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.console import access, ways_in
from seawall.console.signing_in import Adapter
from seawall.office.homes import Home
from seawall.records import people_register as register
from seawall.records.models import Person
from tests.console.signing import sign_in

OLD, NEW = "a long sentence for tests", "another sentence for tests"
FORM = {"oldpassword": OLD, "password1": NEW, "password2": NEW}


@pytest.fixture
def home(bare: Home) -> Home:
    """A home with kim, who has a password."""
    kim = Newcomer("kim", "Kim", ("employee",), "house")
    staffing.add(bare.ledger, kim, Signed("add:kim", "root", now()), confirming=())
    person = Person.objects.get(name="kim")
    person.set_password(OLD)
    person.save(update_fields=["password"])
    return bare


def changes() -> int:
    """How the form of a new password is answered."""
    client = Client()
    client.force_login(Person.objects.get(name="kim"))
    return int(client.post("/accounts/password/change/", FORM).status_code)


def sent_away(home: Home) -> None:
    staffing.leave(home.ledger, "kim", Signed("leave:kim", "root", now()), reason="left")


def let_in_anew(home: Home) -> None:
    how = Signed("reset:kim", "root", now())
    staffing.reset(home.ledger, "kim", how, reason="stolen", confirming=())


def test_a_password_is_changed_by_its_owner(home: Home) -> None:
    del home
    assert changes() == 302
    assert Person.objects.get(name="kim").check_password(NEW)


@pytest.mark.parametrize("meanwhile", [sent_away, let_in_anew])
def test_a_password_being_changed_undoes_nothing(
    meanwhile: Callable[[Home], None], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form is sent, the person is read, and then an administrator is quicker."""
    kept, after = Adapter.set_password, list[object]()

    def later(adapter: Adapter, user: Person, password: str) -> None:
        meanwhile(home)
        after.append(register.person_of("kim"))
        kept(adapter, user, password)

    monkeypatch.setattr(Adapter, "set_password", later)
    assert changes() == 403
    assert after == [register.person_of("kim")]
    assert not Person.objects.get(name="kim").check_password(NEW)


def browser(home: Home, name: str, role: str) -> Client:
    """A browser in which somebody with a role signed in."""
    newcomer = Newcomer(name, name.capitalize(), (role,), "house")
    staffing.add(home.ledger, newcomer, Signed(f"add:{name}", "nobody", now()), confirming=())
    person = Person.objects.get(name=name)
    TOTP.activate(person, generate_totp_secret())
    return sign_in(Client(), person)


def links(person: Person) -> None:
    """An account of the provider of identities came in as a person, and he has a second factor."""
    told = {"userinfo": {"email": "mallory@lender.example"}}
    SocialAccount.objects.create(user=person, provider="house", uid=person.name, extra_data=told)
    TOTP.activate(person, generate_totp_secret())


def test_who_confirms_sees_which_mailbox_and_accounts_come_in(home: Home) -> None:
    root, grace = (
        browser(home, "root", "administrator"),
        browser(home, "grace", "chief_compliance_officer"),
    )
    lou = Newcomer("lou", "Lou", ("auditor",), "house", "lou@lender.example")
    how = Signed("add:lou", "root", now())
    staffing.add(home.ledger, lou, how, confirming=access.confirming())
    links(Person.objects.get(name="lou"))
    links(Person.objects.get(name="kim"))
    for client, path in (
        (grace, "/people/waiting"),
        (grace, "/people/lou/"),
        (root, "/people/lou/"),
    ):
        text = client.get(path).content.decode()
        assert text.count("lou@lender.example") == 1, path
        assert text.count("mallory@lender.example") == 1, path
    text = grace.get("/people/kim/").content.decode()
    assert "mallory@lender.example" in text
    dana = browser(home, "dana", "auditor")
    assert "mallory@lender.example" not in dana.get("/people/kim/").content.decode()


def test_letting_in_anew_leaves_no_way_in_also_where_it_was_stopped_halfway(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, kim = browser(home, "root", "administrator"), Person.objects.get(name="kim")
    links(kim)
    form = {"reason": "stolen", "key": "one-form"}

    def stopped(_: Person) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ways_in, "forget", stopped)
        with pytest.raises(KeyboardInterrupt):
            root.post("/people/kim/reset", form)
    size = home.ledger_reader.size
    assert root.post("/people/kim/reset", form).status_code == 303
    assert home.ledger_reader.size == size, "it is the same act"
    assert not SocialAccount.objects.filter(user=kim).exists()
    assert not Authenticator.objects.filter(user=kim).exists()
    # What he has set up since is not taken by the same form.
    kim.refresh_from_db()
    kim.set_password(NEW)
    kim.save(update_fields=["password"])
    links(kim)
    assert root.post("/people/kim/reset", form).status_code == 303
    assert Authenticator.objects.filter(user=kim).count() == 1
