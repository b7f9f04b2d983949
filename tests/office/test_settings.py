"""A home says where its stores lie; passwords never stand there."""

import tomllib
from pathlib import Path

import pytest

from seawall.core.problem import UnableToUseInput
from seawall.ledger.sqlite import SqliteStore
from seawall.office import homes, settings
from seawall.office.settings import Lies, Settings

DATABASE = "postgresql://seawall@db.example:5432/seawall"
KEYS = "postgresql://vault@keys.example/keys?sslmode=verify-full"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (settings.VARIABLE, *(f"{settings.VARIABLE}_{s.upper()}" for s in settings.STORES)):
        monkeypatch.delenv(name, raising=False)


def kept(folder: Path, text: str) -> Settings:
    (folder / settings.FILE).write_text(text, encoding="utf-8")
    return settings.read(folder)


def test_without_a_file_everything_is_in_the_folder(tmp_path: Path) -> None:
    found = settings.read(tmp_path)
    assert (found, found.elsewhere, found.text) == (Settings(), {}, "")
    assert isinstance(homes.home(tmp_path).stores.ledger(), SqliteStore)


def test_one_address_is_for_every_store_in_a_schema_of_its_own(tmp_path: Path) -> None:
    found = kept(tmp_path, f'database = "{DATABASE}"\n[databases]\nkeys = "{KEYS}"\n')
    assert found.elsewhere == {
        "office": Lies(DATABASE, "seawall_office"),
        "ledger": Lies(DATABASE, "seawall_ledger"),
        "people": Lies(DATABASE, "seawall_people"),
        "keys": Lies(KEYS, "seawall_keys"),
    }
    assert found.elsewhere["ledger"].address == (
        f"{DATABASE}?options=-csearch_path%3Dseawall_ledger"
    )
    assert found.elsewhere["keys"].address == f"{KEYS}&options=-csearch_path%3Dseawall_keys"


def test_options_that_the_address_has_stay() -> None:
    told = Lies(f"{DATABASE}?options=-cstatement_timeout%3D5s", "seawall_keys")
    assert told.address.endswith("?options=-cstatement_timeout%3D5s%20-csearch_path%3Dseawall_keys")


def test_one_store_may_lie_elsewhere_and_the_others_stay(tmp_path: Path) -> None:
    found = kept(tmp_path, f'[databases]\nledger = "{DATABASE}"\n')
    assert list(found.elsewhere) == ["ledger"]
    assert homes.home(tmp_path).stores.file("people") == tmp_path / "vault" / "people.sqlite"
    assert homes.home(tmp_path).stores.file("ledger") is None


def test_the_environment_comes_first_and_may_hold_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_DATABASE", "postgresql://bob:hush@other.example/one")
    monkeypatch.setenv("SEAWALL_DATABASE_KEYS", "postgresql://bob@other.example/two?password=hush")
    found = kept(tmp_path, f'database = "{DATABASE}"\n')
    databases = {store: lies.database for store, lies in found.elsewhere.items()}
    assert databases["ledger"] == "postgresql://bob:hush@other.example/one"
    assert databases["keys"] == "postgresql://bob@other.example/two?password=hush"
    assert tomllib.loads(found.text) == {
        "database": "postgresql://bob@other.example/one",
        "databases": {"keys": "postgresql://bob@other.example/two"},
    }


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    told = Settings(database=DATABASE, databases={"keys": KEYS})
    assert kept(tmp_path, told.text) == told


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("database = \n", "settings-unreadable", "line 1"),
        ('database = "mysql://bob@host/db"', "setting-invalid", "postgresql://"),
        ('database = "postgresql://bob@host:x/db"', "setting-invalid", "postgresql://"),
        ('database = "postgresql://bob@host"', "setting-invalid", "postgresql://"),
        ("database = 5", "setting-invalid", "string"),
        ('[databases]\nrows = "postgresql://bob@host/db"', "setting-invalid", "databases.rows"),
        ('data_base = "postgresql://bob@host/db"', "setting-invalid", "data_base"),
        ('database = "postgresql://bob:hush@host/db"', "setting-secret", "PGPASSFILE"),
        ('database = "postgresql://bob@host/db?password=hush"', "setting-secret", "PGPASSFILE"),
        ('[databases]\nkeys = "postgresql://bob:hush@host/db"', "setting-secret", "databases.keys"),
    ],
)
def test_what_cannot_be_understood_is_told_and_no_password_with_it(
    text: str, code: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UnableToUseInput) as caught:
        kept(tmp_path, text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where.file) == (code, str(tmp_path / settings.FILE))
    assert said in problem.sentence()
    assert "hush" not in f"{problem.sentence()} {problem.sentence('zh')} {caught.value}"


def test_a_password_among_a_commands_words_is_refused() -> None:
    with pytest.raises(UnableToUseInput, match="password"):
        settings.given("postgresql://bob:hush@host/db")
    assert settings.given(DATABASE).database == DATABASE
