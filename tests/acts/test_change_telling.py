"""Every change of who may what has its entry in the ledger, by whatever path it came."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.db import DatabaseError, connection, transaction

from seawall.acts import change_telling, staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer, UnableToAssign
from seawall.console import place
from seawall.ledger.sequencing import UnableToAppend
from seawall.office import homes
from seawall.office.homes import Home
from seawall.office.settings import Settings
from seawall.records import people_register as register
from seawall.records import starting
from seawall.records.models import ApiToken, Person
from seawall.records.people_register import TokenRow, UnableToKeepPerson
from tests import postgresql
from tests.office.places import Cluster, cluster


@pytest.fixture(scope="module")
def settings_of() -> Iterator[Callable[[str], Settings | None]]:
    with ExitStack() as held:
        made: list[Cluster] = []

        def chosen(database: str) -> Settings | None:
            if database == "sqlite":
                return None
            if not made:
                made.append(held.enter_context(cluster()))
            return made[0].settings()

        yield chosen


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=postgresql.MARKS)])
def home(
    request: pytest.FixtureRequest, tmp_path: Path, settings_of: Callable[[str], Settings | None]
) -> Iterator[Home]:
    settings = settings_of(request.param)
    made = homes.make(tmp_path / "home", "lender.example/ledger", settings=settings)
    starting.start(made.records)
    starting.migrate()
    place.choose(made)
    yield made
    starting.stop()


def by(name: str, act: str) -> Signed:
    return Signed(act, name, now())


def added(home: Home, name: str, *roles: str) -> None:
    staffing.add(
        home.ledger,
        Newcomer(name, name.title(), roles, "house"),
        by("root", f"add:{name}"),
        confirming=(),
    )


def told_of(home: Home, subject: str) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    """What the ledger says of the rows of somebody: operation, before, after."""
    change_telling.tell(home.ledger)
    entries = [each for each in home.ledger.entries() if each.told["kind"] == change_telling.KIND]
    bodies = [each.content for each in entries if each.told["subject"] == subject]
    return [(body["operation"], body["before"], body["after"]) for body in bodies if body]


def test_every_path_leaves_its_entry(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    staffing.assign(
        home.ledger, "bob", (["fraud_analyst"], "house"), by("root", "assign:1"), confirming=()
    )  # an act
    person = Person.objects.get(name="bob")
    person.set_password("a long sentence for tests")
    person.save()  # a page, a shell
    Person.objects.filter(name="bob").update(roles='["administrator"]')  # a bulk statement
    with connection.cursor() as cursor:  # somebody with the database
        cursor.execute("UPDATE records_person SET unit = 'house/online' WHERE name = 'bob'")
    TOTP.activate(person, generate_totp_secret())
    Authenticator.objects.filter(user=person).delete()
    told = told_of(home, "person:bob")
    operations = [operation for operation, _, _ in told]
    assert operations == [
        "insert",
        "update",
        "update",
        "update",
        "update",
        "update",
        "insert",
        "delete",
    ]
    assert [after["roles"] for _, _, after in told if "roles" in after][-2:] == [
        '["administrator"]'
    ] * 2
    assert [after["unit"] for _, _, after in told if "unit" in after][-1] == "house/online"
    assert sum(bool(after.get("password changed")) for _, _, after in told) == 2, (
        "none yet, and a password"
    )
    assert "data" not in json.dumps(told), "no secret of a second factor"
    assert person.password not in json.dumps(told)


def test_whose_address_account_or_factor_a_row_is_is_told(home: Home) -> None:
    """Given to another person, each would let in somebody else."""
    added(home, "bob", "risk_analyst")
    added(home, "erin", "fraud_manager")
    bob, erin = (Person.objects.get(name=name) for name in ("bob", "erin"))
    TOTP.activate(bob, generate_totp_secret())
    EmailAddress.objects.create(user=bob, email="bob@lender.example", verified=True)
    SocialAccount.objects.create(user=bob, provider="house", uid="bob-elsewhere")
    before = len(told_of(home, "person:erin"))
    for model in (Authenticator, EmailAddress, SocialAccount):
        model.objects.filter(user=bob).update(user=erin)
    moved = told_of(home, "person:erin")[before:]
    assert [(was["user_id"], now_["user_id"]) for _, was, now_ in moved] == [(bob.pk, erin.pk)] * 3
    told = json.dumps(moved + told_of(home, "person:bob"))
    assert "bob@" not in told
    assert "elsewhere" not in told


def test_told_twice_nothing_is_said_twice(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    assert change_telling.tell(home.ledger) == 2
    before = home.ledger.size
    assert change_telling.tell(home.ledger) == 0
    assert home.ledger.size == before


def test_a_review_written_by_the_database_alone_is_told(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    Person.objects.filter(name="bob").update(reviewed_us=7)
    operation, before, after = told_of(home, "person:bob")[-1]
    assert operation == "update"
    assert (before["reviewed_us"], after["reviewed_us"]) == (None, 7)


@pytest.mark.parametrize("table", ["records_person", "records_apitoken", "mfa_authenticator"])
def test_on_postgresql_no_setting_of_a_session_passes_the_triggers(home: Home, table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has neither")
    added(home, "bob", "risk_analyst")
    with pytest.raises(DatabaseError, match="watched"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'A'",
            [table],
        )
        assert cursor.fetchall() == []
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE records_person SET unit = 'other' WHERE name = 'bob'")
        cursor.execute("SET session_replication_role = origin")
    assert told_of(home, "person:bob")[-1][2]["unit"] == "other"


def test_a_token_granted_and_revoked_is_told_without_its_hash(home: Home) -> None:
    number = register.keep_token(
        TokenRow("origination", "f" * 64, ("decisions.decide",), "house", "ivan", 1, 2)
    )
    ApiToken.objects.filter(number=number).update(revoked_us=5)
    told = told_of(home, f"token:{number}")
    assert [(operation, after["revoked_us"]) for operation, _, after in told] == [
        ("insert", None),
        ("update", 5),
    ]
    assert "f" * 64 not in json.dumps(told)


def test_what_is_no_change_of_access_leaves_no_row(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    change_telling.tell(home.ledger)
    Person.objects.filter(name="bob").update(language="zh", theme="dark")
    assert change_telling.tell(home.ledger) == 0


@pytest.mark.parametrize("statement", [
    "DELETE FROM records_change",
    "UPDATE records_change SET after = '{}'",
    "UPDATE records_change SET told = (1 = 0)",
])  # fmt: skip
def test_the_log_itself_is_not_changed(home: Home, statement: str) -> None:
    added(home, "bob", "risk_analyst")
    change_telling.tell(home.ledger)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_change_around_the_office_is_found(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    added(home, "erin", "fraud_manager")
    staffing.leave(home.ledger, "erin", by("root", "leave:1"), reason="moved on")
    assert list(change_telling.compare(home.ledger)) == []
    Person.objects.filter(name="bob").update(roles='["administrator"]')
    Person.objects.filter(name="erin").update(is_active=True)
    Person.objects.create(name="mallory", shown="Mallory", unit="house", added_us=1)
    assert [each.facts["name"] for each in change_telling.compare(home.ledger)] == [
        "bob",
        "erin",
        "mallory",
    ]


def test_who_asked_and_who_stands_by_one_alone_is_held_against_the_ledger(home: Home) -> None:
    """With another's name, who asked could confirm; without the mark nobody would look."""
    confirming = {"chief_risk_officer"}
    for name, role in (("alice", "chief_risk_officer"), ("bob", "risk_analyst")):
        newcomer = Newcomer(name, name.title(), (role,), "house")
        staffing.add(home.ledger, newcomer, by("root", f"add:{name}"), confirming=confirming)
    assert list(change_telling.compare(home.ledger)) == []
    asked = register.person_of("bob").asked
    assert asked is not None
    other = json.dumps(asked._replace(by="somebody")._asdict())
    Person.objects.filter(name="bob").update(asked=other)
    Person.objects.filter(name="alice").update(alone=False)
    found = [each.facts["name"] for each in change_telling.compare(home.ledger)]
    assert found == ["alice", "bob"]


def test_nobody_decides_about_his_own_access(home: Home) -> None:
    added(home, "root", "administrator")
    with pytest.raises(UnableToAssign):
        staffing.assign(
            home.ledger,
            "root",
            (["chief_risk_officer"], "house"),
            by("root", "assign:own"),
            confirming=(),
        )
    with pytest.raises(UnableToAssign):
        staffing.review(home.ledger, "root", by("root", "review:own"), keeps=True, note="")
    assert register.person_of("root").roles == ("administrator",)


def test_a_name_is_given_once(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    with pytest.raises(UnableToKeepPerson):
        staffing.add(
            home.ledger,
            Newcomer("bob", "Another Bob", (), "house"),
            by("root", "add:again"),
            confirming=(),
        )
    assert list(change_telling.compare(home.ledger)) == []


def test_a_form_sent_again_gives_nothing_back(home: Home) -> None:
    added(home, "bob", "risk_analyst")
    for key, role in (("K", "chief_risk_officer"), ("L", "risk_analyst")):
        staffing.assign(home.ledger, "bob", ([role], "house"), by("root", key), confirming=())
    again = (["chief_risk_officer"], "house")
    staffing.assign(home.ledger, "bob", again, by("root", "K"), confirming=())
    assert register.person_of("bob").roles == ("risk_analyst",)
    staffing.leave(home.ledger, "bob", by("root", "M"), reason="left")
    staffing.come_back(home.ledger, "bob", by("root", "N"), reason="back", confirming=())
    staffing.leave(home.ledger, "bob", by("root", "M"), reason="left")
    assert register.person_of("bob").is_active
    invited = [
        staffing.invite(home.ledger, "bob", by("root", "I"), confirming=()) for _ in range(2)
    ]
    assert invited == [True, False]
    assert list(change_telling.compare(home.ledger)) == []


def test_a_key_used_for_one_adds_no_other(home: Home) -> None:
    added(home, "one")
    with pytest.raises(UnableToAppend):
        staffing.add(
            home.ledger,
            Newcomer("ghost", "Ghost", ("chief_risk_officer",), "house"),
            by("root", "add:one"),
            confirming=(),
        )
    assert "ghost" not in {each.name for each in register.people()}


def test_nobody_is_called_as_a_machine(home: Home) -> None:
    register.keep_token(
        TokenRow("origination", "e" * 64, ("decisions.decide",), "house", "ivan", 1, 2)
    )
    for name in ("origination", "recorder", "machine"):
        with pytest.raises(UnableToKeepPerson):
            added(home, name)
