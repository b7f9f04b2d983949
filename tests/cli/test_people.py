"""Who runs the server is the second person where nobody is left on the pages."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawall.acts import staffing
from seawall.acts.second import UnableToConfirm
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.cli.main import app
from seawall.office import homes
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import Person

RUN = CliRunner()
CONFIRMING = frozenset({"chief_risk_officer"})
SET = "pbkdf2_sha256$1$salt$hash"
"""Any password that is one."""


def say(folder: Path, *told: str) -> str:
    done = RUN.invoke(app, ["person", *told, "--home", str(folder), "--lang", "en"])
    if done.exception is not None:
        raise done.exception
    return done.output


def test_what_waits_is_named_and_confirmed_by_another(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", "lender.example/ledger")
    starting.start(home.records)
    for name, role in (("alice", "chief_risk_officer"), ("bob", "risk_analyst")):
        newcomer = Newcomer(name, name.title(), (role,), "house")
        signed = Signed(f"add:{name}", "root", now())
        staffing.add(home.ledger, newcomer, signed, confirming=CONFIRMING)
    Person.objects.filter(name="bob").update(password=SET)
    told = say(home.folder, "waiting")
    assert "alice" not in told
    assert all(word in told for word in ("bob", "risk_analyst", "root"))
    with pytest.raises(UnableToConfirm):
        say(home.folder, "confirm", "bob", "--as", "root")
    assert "risk_analyst" in say(home.folder, "confirm", "bob", "--as", "owner")
    assert register.person_of("bob").roles == ("risk_analyst",)
    assert "Nothing waits" in say(home.folder, "waiting")
    with pytest.raises(UnableToConfirm):
        say(home.folder, "confirm", "bob", "--as", "owner")
    starting.stop()
