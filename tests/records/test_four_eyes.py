"""Nobody approves his own change: whatever way the rows are written, on either database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError, connection, connections

from seawall.records import policy_register as register
from seawall.records import starting
from seawall.records.models import Approval, PolicyVersion, Proposal, Publication, Writing
from seawall.records.policy_register import Signed, UnableToRegister, Version
from tests import postgresql

V1 = Version("loan", "a" * 64, {"loan.yaml": "id: loan"})
V2 = Version("loan", "b" * 64, {"loan.yaml": "id: loan # 2"})
POSTGRESQL = pytest.param("postgresql", marks=postgresql.MARKS)
TABLES = ("policyversion", "writing", "proposal", "approval", "publication")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server with a database to copy: tables and triggers are in it, and no rows."""
    with postgresql.server() as address:
        starting.start(address)
        connections.close_all()
        yield address


@pytest.fixture(params=["sqlite", POSTGRESQL])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An office in which alice proposed version 1, which bob wrote."""
    if request.param == "sqlite":
        starting.start(tmp_path / "office.sqlite")
    else:
        address: str = request.getfixturevalue("address")
        folder, name = address.rsplit("/", 1)[0], f"office_{abs(hash(tmp_path))}"
        starting.start(f"{folder}/template1")
        raw(f"CREATE DATABASE {name} TEMPLATE postgres")
        starting.start(f"{folder}/{name}")
    register.write(V1, signed("w1", "bob", 1))
    register.write(V2, signed("w2", "bob", 1))
    register.propose("loan", V1.digest, '{"cases":7}', signed("p1", "alice", 2))
    yield request.param
    connections.close_all()


def version_in_force(at_us: int) -> Version | None:
    found = register.in_force("loan", at_us)
    assert register.standing("loan", at_us) == (found[0] if found else None)
    return found[1] if found else None


def signed(act: str, by: str, at_us: int) -> Signed:
    return Signed(act, by, at_us)


def approve(by: str, **other: str) -> None:
    seen = register.proposal(1)
    told = {"digest": V1.digest, "evidence_digest": seen.evidence_digest} | other
    with register.change():
        register.approve(1, told["digest"], told["evidence_digest"], signed(f"a-{by}", by, 3))


def publish(at_us: int = 5, effective_us: int = 5) -> None:
    with register.change():
        register.publish(1, effective_us, signed("pub", "dana", at_us))


def test_an_approved_version_is_in_force_from_its_time_on(office: str) -> None:
    del office
    approve("charlie")
    publish(5, 9)
    assert version_in_force(8) is None
    assert version_in_force(9) == V1
    assert register.proposal(1).approved_by == ("charlie",)
    assert register.proposal(1).makers == {"alice", "bob"}


@pytest.mark.parametrize("by", ["alice", "bob", "Alice", " BOB "])
def test_a_maker_cannot_approve_his_own_change(office: str, by: str) -> None:
    del office
    with pytest.raises(
        UnableToRegister, match=r"a maker never approves his own change|one spelling"
    ):
        approve(by)
    assert not Approval.objects.exists()


def test_the_last_editor_is_a_maker(office: str) -> None:
    del office
    register.write(V1, signed("w3", "charlie", 3))
    with pytest.raises(UnableToRegister, match="a maker never approves"):
        approve("charlie")


def test_who_approved_cannot_become_a_maker(office: str) -> None:
    del office
    approve("charlie")
    with (
        pytest.raises(UnableToRegister, match="cannot become one of its makers"),
        register.change(),
    ):
        register.write(V1, signed("w4", "charlie", 4))


@pytest.mark.parametrize("other", [{"digest": V2.digest}, {"evidence_digest": "c" * 64}])
def test_an_approval_is_of_exactly_what_was_shown(office: str, other: dict[str, str]) -> None:
    del office
    with pytest.raises(UnableToRegister, match="exactly what was proposed"):
        approve("charlie", **other)


def test_nothing_is_published_without_an_approval(office: str) -> None:
    del office
    said = "only what another person approved .* `seawall policy approve 1 EVIDENCE`"
    with pytest.raises(UnableToRegister, match=said):
        publish()
    assert not Publication.objects.exists()


def test_nothing_is_in_force_in_hindsight(office: str) -> None:
    del office
    approve("charlie")
    with pytest.raises(UnableToRegister, match="give --since a time that has not passed, in UTC"):
        publish(5, 4)
    row = Proposal.objects.get()
    with pytest.raises(IntegrityError, match="not_in_hindsight"):
        Publication.objects.create(
            act="pub", policy="loan", version=row.version, proposal=row, effective_us=4,
            published_by="dana", published_us=5, reason="",
        )  # fmt: skip
    publish(5, 5)
    publish(6, 5)


def test_a_rollback_brings_back_only_what_was_in_force(office: str) -> None:
    del office
    approve("charlie")
    with (
        pytest.raises(UnableToRegister, match="only a version that was in force"),
        register.change(),
    ):
        register.roll_back("loan", V1.digest, "too early", signed("r0", "dana", 4))
    publish()
    with (
        pytest.raises(UnableToRegister, match="only a version that was in force"),
        register.change(),
    ):
        register.roll_back("loan", V2.digest, "never was", signed("r1", "dana", 6))
    register.propose("loan", V2.digest, "{}", signed("p2", "alice", 6))
    evidence = register.proposal(2).evidence_digest
    register.approve(2, V2.digest, evidence, signed("a2", "charlie", 7))
    register.publish(2, 8, signed("pub2", "dana", 7))
    assert version_in_force(8) == V2
    register.roll_back("loan", V1.digest, "losses", signed("r2", "erin", 9))
    assert version_in_force(9) == V1
    assert version_in_force(8) == V2
    assert [each.reason for each in register.publications("loan")] == ["", "", "losses"]


def test_an_act_told_twice_is_done_once(office: str) -> None:
    del office
    assert register.propose("loan", V1.digest, '{"cases":7}', signed("p1", "alice", 99)) == 1
    with pytest.raises(UnableToRegister, match="said something else"):
        register.propose("loan", V1.digest, '{"cases":8}', signed("p1", "alice", 2))
    with pytest.raises(UnableToRegister, match="said something else"):
        register.propose("loan", V1.digest, '{"cases":7}', signed("p1", "mallory", 2))
    approve("charlie")
    approve("charlie")
    publish()
    publish(7)
    assert [each.published_us for each in register.publications("loan")] == [5]


def test_a_text_of_one_digest_is_one_text(office: str) -> None:
    del office
    with pytest.raises(UnableToRegister, match="other words"):
        register.write(replace(V1, texts={"loan.yaml": "other"}), signed("w9", "bob", 9))


def approval(**told: object) -> Approval:
    proposed = Proposal.objects.get(number=1)
    seen: dict[str, object] = {
        "act": "x", "proposal": proposed, "digest": V1.digest,
        "evidence_digest": proposed.evidence_digest, "approved_by": "alice", "approved_us": 3,
    }  # fmt: skip
    return Approval(**(seen | told))


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _insert_raw(or_replace: str = "") -> None:
    raw(f"INSERT {or_replace} INTO records_approval "
        "(act, proposal_id, digest, evidence_digest, approved_by, approved_us) "
        "SELECT 'x', number, 'a', evidence_digest, 'alice', 3 FROM records_proposal")  # fmt: skip


ATTACKS: dict[str, Callable[[], object]] = {
    "the maker's approval, saved": lambda: approval().save(),
    "… in bulk": lambda: Approval.objects.bulk_create([approval()]),
    "… in bulk, conflicts passed over": lambda: Approval.objects.bulk_create(
        [approval()], ignore_conflicts=True
    ),
    "… in raw SQL": _insert_raw,
    "an approval given to the maker afterwards": lambda: Approval.objects.update(
        approved_by="alice"
    ),
    "the proposer changed": lambda: Proposal.objects.update(proposed_by="mallory"),
    "the proposal moved to another version": lambda: Proposal.objects.update(
        version=PolicyVersion.objects.get(digest=V2.digest)
    ),
    "the text changed": lambda: PolicyVersion.objects.update(texts="{}"),
    "the writer taken away": lambda: Writing.objects.all().delete(),
    "the writer taken away in raw SQL": lambda: raw("DELETE FROM records_writing"),
    "a publication without proposal": lambda: Publication.objects.create(
        act="x", policy="loan", version=PolicyVersion.objects.get(digest=V2.digest),
        proposal=None, effective_us=9, published_by="alice", published_us=9, reason=""),
    "another version published with an approved proposal": lambda: Publication.objects.create(
        act="x", policy="loan", version=PolicyVersion.objects.get(digest=V2.digest),
        proposal_id=1, effective_us=9, published_by="alice", published_us=9, reason=""),
    "another policy's name": lambda: Publication.objects.create(
        act="x", policy="card", version=PolicyVersion.objects.get(digest=V1.digest),
        proposal_id=1, effective_us=9, published_by="alice", published_us=9, reason=""),
}  # fmt: skip


def standing() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM records_{table} ORDER BY number")
            rows += cursor.fetchall()
    return rows


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_whoever_asks(office: str, attack: str) -> None:
    del office
    approve("charlie")
    before = standing()
    with pytest.raises(IntegrityError):
        ATTACKS[attack]()
    assert standing() == before


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
def test_sqlite_replaces_no_row_behind_the_triggers(office: str, table: str) -> None:
    del office
    approve("charlie")
    publish()
    before = standing()
    with pytest.raises(IntegrityError):
        raw(f"INSERT OR REPLACE INTO records_{table} SELECT * FROM records_{table}")
    assert standing() == before


@pytest.mark.parametrize("office", [POSTGRESQL], indirect=True)
@pytest.mark.parametrize(
    "sql", ["TRUNCATE records_approval CASCADE", "SET session_replication_role = replica"]
)
def test_a_superuser_of_postgresql_is_not_spared(office: str, sql: str) -> None:
    del office
    approve("charlie")
    with pytest.raises(IntegrityError):
        raw(f"{sql}; DELETE FROM records_approval")
    raw("SET session_replication_role = DEFAULT")


SPELLINGS = (
    "Charlie",
    "charlie ",
    "\tcharlie",
    "\u200bcharlie",
    "сharlie",
    "charlie\u00a0",
    "",
    "-x",
    "c" * 64,
)
"""The fifth begins with a Cyrillic letter."""


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_database_knows_a_person_by_one_spelling(office: str, name: str) -> None:
    """Otherwise a maker approves under a name that looks like another's, or like his own."""
    del office
    before = standing()
    version = PolicyVersion.objects.get(digest=V1.digest)
    for row in (
        approval(approved_by=name),
        Writing(version=version, writer=name, written_us=3),
        Proposal(act="y", version=version, evidence="{}", evidence_digest="c" * 64, proposed_by=name,
                 proposed_us=3),
    ):  # fmt: skip
        with pytest.raises((IntegrityError, DataError)):
            row.save()
    approve("charlie")
    with pytest.raises((IntegrityError, DataError)):
        Publication(act="z", policy="loan", version=version, proposal_id=1, effective_us=9,
                    published_by=name, published_us=9, reason="").save()  # fmt: skip
    assert len(standing()) == len(before) + 1


def test_the_database_publishes_a_proposal_once(office: str) -> None:
    del office
    approve("charlie")
    publish()
    version = PolicyVersion.objects.get(digest=V1.digest)
    with pytest.raises(IntegrityError, match="published once"):
        Publication(act="z", policy="loan", version=version, proposal_id=1, effective_us=9,
                    published_by="dana", published_us=9, reason="").save()  # fmt: skip


MINE = (
    "CREATE TEMP TABLE records_writing AS SELECT * FROM records_writing WHERE FALSE",
    "CREATE TEMP TABLE records_proposal AS SELECT * FROM records_proposal",
    "UPDATE records_proposal SET proposed_by = 'mallory'",
)


@pytest.mark.parametrize("office", [POSTGRESQL], indirect=True)
def test_temporary_tables_do_not_stand_in_for_the_registers(office: str) -> None:
    """Names without a schema are looked up among a session's temporary tables first."""
    del office
    try:
        for statement in MINE:
            raw(statement)
        with pytest.raises(IntegrityError, match="a maker never approves"):
            raw("INSERT INTO public.records_approval "
                "(act, proposal_id, digest, evidence_digest, approved_by, approved_us) "
                "SELECT 'x', number, (SELECT digest FROM records_policyversion v WHERE v.number = version_id), "
                "evidence_digest, 'alice', 3 FROM records_proposal")  # fmt: skip
    finally:
        raw("DISCARD TEMP")


@pytest.mark.parametrize("office", [POSTGRESQL], indirect=True)
def test_a_session_that_sees_an_old_state_adds_nothing(office: str) -> None:
    """Charlie became a maker after its first look: it would not see that."""
    del office
    raw("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    try:
        with pytest.raises(UnableToRegister, match="READ COMMITTED"):
            approve("charlie")
    finally:
        raw("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")
