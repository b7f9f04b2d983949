"""A small simulated lender with its console, and the cast: who signs in as whom."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.test import Client

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.simulating import make_lender
from seawall.acts.staffing import Newcomer
from seawall.console import access, place
from seawall.office import demonstrating, homes, library, packs
from seawall.office.homes import Home
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import Person
from seawall.simulator.truth import Plan
from tests.console.signing import sign_in
from tests.elsewhere import CHOSEN, copied

CAST = {
    "alice": (("chief_risk_officer",), "house"),
    "bob": (("risk_analyst",), "house"),
    "charlie": (("chief_risk_officer",), "other"),
    "dana": (("auditor",), "house"),
    "erin": (("fraud_manager",), "house"),
    "frank": (("collections_manager",), "house"),
    "grace": (("chief_compliance_officer",), "house"),
    "heidi": (("customer_care",), "house/online"),
    "ivan": (("security_officer",), "house"),
    "judy": (("assessor",), "house"),
    "olivia": (("credit_manager",), "house"),
    "root": (("administrator",), "house"),
}
PASSWORD = "a long sentence for tests"  # noqa: S105 - of simulated people


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Home]:
    """A home with all its tables and nobody in it, which the console serves."""
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    starting.start(home.records)
    starting.migrate()
    place.choose(home)
    yield home
    starting.stop()
    shutil.rmtree(home.folder)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lender's home, made once for all processes of a run: never to be changed, see `lender`."""
    shared = tmp_path_factory.getbasetemp()
    # On PostgreSQL each process has a server of its own, and so a lender.
    if "PYTEST_XDIST_WORKER" in os.environ and CHOSEN == "sqlite":
        shared = shared.parent
    with (shared / "console.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared / "console-home"
        if not folder.exists():
            _make(folder)
    return folder


def _make(folder: Path) -> None:
    home = homes.make(folder, "lender.example/ledger")
    make_lender(
        home.desk(), Plan(loans=600, seed=5, months=15), packs.lender(), progress=lambda *_: None
    )
    demonstrating.demonstrate(home, left_days=60)
    starting.start(home.records)
    starting.migrate()
    place.choose(home)
    password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    for name, (roles, unit) in CAST.items():
        newcomer = Newcomer(name, name.capitalize(), roles, unit)
        signed = Signed(f"add:{name}", "root", now())
        staffing.add(home.ledger, newcomer, signed, confirming=access.confirming())
        person = Person.objects.get(name=name)
        person.password = password
        person.save()
        TOTP.activate(person, generate_totp_secret())
    for row in register.waiting():
        assert row.asked is not None
        confirming = Signed(f"confirm:{row.name}", "alice", now())
        staffing.confirm(home.ledger, row.name, confirming, seen_us=row.asked.at_us)
    library.compressed(home)  # the drawing script, once for all copies
    starting.stop()


@pytest.fixture(scope="module")
def lender(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The lender of a module of tests: a copy of its own, served by the console."""
    folder = tmp_path_factory.mktemp("served") / "home"
    home = copied(homes.home(made), folder)
    starting.start(home.records)
    place.choose(home)
    yield home
    starting.stop()


@pytest.fixture
def as_(lender: Home) -> Callable[[str], Client]:
    """A browser in which one of the cast signed in, with a second factor."""
    del lender

    def signed_in(name: str) -> Client:
        return sign_in(Client(), Person.objects.get(name=name))

    return signed_in
