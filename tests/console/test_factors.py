"""Secrets of second factors are kept sealed, under a key that goes with the home's other keys."""

import json
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.console import demonstration, factors, place
from seawall.office import factor_key
from seawall.office.backup import making, restoring, secret
from seawall.office.backup.restoring import Besides
from seawall.office.factor_key import UnableToOpenFactor
from seawall.office.homes import Home
from seawall.records import starting
from seawall.records.models import Person
from tests.elsewhere import SQLITE

APP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238's own, whose codes the demonstration's function is tested by."""
PASSWORD = "a long sentence for tests"  # noqa: S105 - of simulated people
BACKUP = secret.passphrase("correct horse battery staple")


@pytest.fixture
def home(bare: Home) -> Home:
    """A home with alice, who has an app and recovery codes."""
    alice = Newcomer("alice", "Alice", ("chief_risk_officer",), "house")
    staffing.add(bare.ledger, alice, Signed("add:alice", "root", now()), confirming=())
    person = Person.objects.get(name="alice")
    person.set_password(PASSWORD)
    person.save()
    TOTP.activate(person, APP)
    RecoveryCodes.activate(person)
    cache.clear()
    return bare


def signs_in(code: str | None = None) -> bool:
    """Whether alice comes in with a code; with what her app shows at that moment where None."""
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    shown = demonstration.code(APP)[0] if code is None else code
    client.post("/accounts/2fa/authenticate/", {"code": shown})
    return client.get("/").status_code == 200


def test_an_app_and_recovery_codes_open_as_ever(home: Home) -> None:
    del home
    row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    codes = RecoveryCodes(row).get_unused_codes()
    assert signs_in()
    assert not signs_in("000000")
    assert signs_in(codes[0])
    assert not signs_in(codes[0]), "each once"


def test_nothing_that_is_kept_shows_a_secret(home: Home) -> None:
    rows = {row.type: row.data for row in Authenticator.objects.all()}
    kept = (rows["totp"]["secret"], rows["recovery_codes"]["seed"])
    assert all(each.startswith(factor_key.MARK) for each in kept)
    assert factor_key.opened(home, kept[0]) == APP
    assert factor_key.seal(home, APP) != factor_key.seal(home, APP), (
        "equal secrets are not seen to be"
    )
    assert (home.folder / factor_key.FILE).stat().st_mode & 0o777 == 0o600


@SQLITE  # it looks into the files
def test_no_file_of_the_home_holds_it(home: Home) -> None:
    starting.stop()
    files = [each for each in home.folder.rglob("*") if each.is_file()]
    assert not [each for each in files if APP.encode() in each.read_bytes()]


@pytest.mark.parametrize(
    "kept", [APP, factor_key.MARK, factor_key.MARK + "AAAA", factor_key.MARK + "A" * 80, ""]
)
def test_what_somebody_wrote_into_a_row_opens_nothing(home: Home, kept: str) -> None:
    """Who can write rows and has no key chooses no secret."""
    Authenticator.objects.filter(type="totp").update(data={"secret": kept})
    with pytest.raises(UnableToOpenFactor):
        factor_key.opened(home, kept)
    assert not signs_in()


def as_older_versions(home: Home) -> None:
    """One app, kept in the clear, and no key."""
    Authenticator.objects.filter(type="recovery_codes").delete()
    Authenticator.objects.filter(type="totp").update(data={"secret": APP})
    (home.folder / factor_key.FILE).unlink()


def test_what_older_versions_kept_in_the_clear_is_sealed_once(home: Home) -> None:
    as_older_versions(home)
    assert factors.seal_old(home) == 1
    assert APP not in json.dumps([row.data for row in Authenticator.objects.all()])
    assert signs_in()
    # Who can write rows does not have his own secret sealed by the next start.
    Authenticator.objects.filter(type="totp").update(data={"secret": APP})
    assert factors.seal_old(home) == 0
    assert not signs_in()


def test_sealing_that_was_stopped_begins_anew(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    as_older_versions(home)

    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(factor_key, "seal", stopped)
        with pytest.raises(KeyboardInterrupt):
            factors.seal_old(home)
    assert (factors.seal_old(home), factors.seal_old(home)) == (1, 0)
    assert signs_in()


def test_a_lost_key_is_not_made_anew_by_a_start(home: Home) -> None:
    Authenticator.objects.filter(type="totp").update(data={"secret": APP})
    (home.folder / factor_key.FILE).unlink()
    assert factors.seal_old(home) == 0
    assert not (home.folder / factor_key.FILE).exists()


@SQLITE
def test_a_restored_home_takes_the_same_codes(home: Home, tmp_path: Path) -> None:
    starting.stop()
    making.back_up(home, tmp_path / "backup", BACKUP)
    ring = home.vault.ring_file
    done = restoring.restore(
        tmp_path / "backup", tmp_path / "again", BACKUP, besides=Besides(ring=ring)
    )
    starting.start(done.home.records)
    place.choose(done.home)
    assert signs_in()
    # Without the keys, as a copy of the rows alone is, it opens nothing.
    starting.stop()
    (done.home.folder / factor_key.FILE).unlink()
    starting.start(done.home.records)
    cache.clear()
    assert not signs_in()
    assert not (done.home.folder / factor_key.FILE).exists(), "a mere reading makes no key"
