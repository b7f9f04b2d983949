"""What a home says of itself: in which databases its stores lie. `seawall.toml` in its folder; the environment overrides.

    database = "postgresql://seawall@db.lender.example/seawall"    # all four stores, a schema each

    [databases]                                                    # a store that lies elsewhere
    keys = "postgresql://seawall@keys.lender.example/keys"

    [console]                                                      # how people reach it, see `addresses`
    public = "https://seawall.lender.example"
    behind_proxy = true

    [work]                                                         # what `seawall work` does besides
    publish = "/srv/www/ledger"

A store without an address is a SQLite file in the home. Addresses are libpq's; passwords never stand in the
file: they come from a password file (PGPASSFILE), the environment (PGPASSWORD, or in the variables here), or a
service.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from seawall.core.problem import Place, Problem, UnableToUseInput, refusal
from seawall.office import addresses, problems
from seawall.office.addresses import Console

FILE: Final = "seawall.toml"
VARIABLE: Final = "SEAWALL_DATABASE"
"""The environment's `database`; with `_` and a store's name in capitals, the address of one store."""
Store = Literal["office", "ledger", "people", "keys"]
STORES: Final[tuple[Store, ...]] = ("office", "ledger", "people", "keys")
"""In the order in which they are copied; see `backup.making`. People and keys are the vault's."""
_SCHEMES: Final = ("postgresql", "postgres")
_SECRETS: Final = ("password", "sslpassword")


class Lies(NamedTuple):
    """Where a store lies in PostgreSQL.

    Attributes:
        database: the database's address.
        schema: of the store's own.
    """

    database: str
    schema: str

    @property
    def address(self) -> str:
        """The address of connections that see this schema, and no other."""
        told = urlsplit(self.database)
        asked = dict(parse_qsl(told.query))
        path = f"-csearch_path={self.schema}"
        asked["options"] = " ".join((*filter(None, [asked.get("options")]), path))
        return urlunsplit(told._replace(query=urlencode(asked, quote_via=quote)))


def _address(text: str) -> str:
    try:
        told = urlsplit(text)
        whole = (
            told.scheme in _SCHEMES and told.port != 0 and bool(told.path.strip("/") or told.query)
        )
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("an address is such as postgresql://name@host:5432/database")
    return text


Address = Annotated[str, AfterValidator(_address)]
_CONFIG: Final = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Work(BaseModel):
    """What the schedule's work on the ledger needs; it is left out where this says nothing.

    Attributes:
        publish: the folder that a web server serves to transparency-log clients.
        witness: the address of the witness that cosigns checkpoints.
        witness_key: its public key, or a file that holds it.
    """

    model_config = _CONFIG

    publish: Path | None = None
    witness: str | None = None
    witness_key: str | None = None

    @model_validator(mode="after")
    def _both(self) -> "Work":
        if (self.witness is None) != (self.witness_key is None):
            raise ValueError("a witness has an address and a key: give both, or neither")
        return self


class Settings(BaseModel):
    """In which databases the stores lie, and how the home is run.

    Attributes:
        database: of every store, unless `databases` says otherwise; SQLite files in the home where None.
        databases: by store.
        work: what background work needs.
        console: how the console is reached.
    """

    model_config = _CONFIG

    database: Address | None = None
    databases: Mapping[Store, Address] = {}
    work: Work = Work()
    console: Console = Console()

    def lies(self, store: Store) -> Lies | None:
        """Where a store lies in PostgreSQL; None where it is a file in the home."""
        database = self.databases.get(store, self.database)
        return None if database is None else Lies(database, f"seawall_{store}")

    @property
    def elsewhere(self) -> dict[Store, Lies]:
        """The stores that lie in PostgreSQL."""
        there = ((store, self.lies(store)) for store in STORES)
        return {store: lies for store, lies in there if lies is not None}

    @property
    def text(self) -> str:
        """Where the stores lie, as a new home's file says it: without passwords."""
        lines = [f"database = {_quoted(self.database)}"] if self.database else []
        if self.databases:
            lines += ["", "[databases]"]
            lines += [f"{store} = {_quoted(each)}" for store, each in self.databases.items()]
        return "".join(f"{line}\n" for line in lines)


def read(folder: Path) -> Settings:
    """A home's settings: its file's, and the environment's before them.

    Raises:
        UnableToUseInput: the file, or a variable, says what cannot be understood; or a password stands in
            the file.
    """
    file = folder / FILE
    kept = _file(file) if file.is_file() else Settings()
    return overridden(kept, os.environ)


def overridden(kept: Settings, environment: Mapping[str, str]) -> Settings:
    """Settings with what the environment says instead.

    Raises:
        UnableToUseInput: a variable holds no address.
    """
    named = {store: f"{VARIABLE}_{store.upper()}" for store in STORES}
    each = {store: environment[name] for store, name in named.items() if environment.get(name)}
    database = environment.get(VARIABLE) or kept.database
    given = {"database": database, "databases": {**kept.databases, **each}}
    made = _made({**given, "work": kept.work}, f"${VARIABLE}")
    console = addresses.overridden(kept.console, environment)
    return _made({**dict(made), "console": console}, f"${addresses.VARIABLE}…")


def given(database: str) -> Settings:
    """Settings from a command's option, whose words others can read in the list of processes.

    Raises:
        UnableToUseInput: it is no address, or has a password in it.
    """
    made = _made({"database": database}, "--database")
    if found := _passwords(made, "--database"):
        raise UnableToUseInput(found)
    return made


def _file(file: Path) -> Settings:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refusal(problems.SETTINGS_UNREADABLE, Place(str(file)), why=str(error)) from None
    made = _made(told, str(file))
    if found := _passwords(made, str(file)):
        raise UnableToUseInput(found)
    return made


def _made(told: Mapping[str, object], where: str) -> Settings:
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        raise UnableToUseInput(tuple(
            Problem(problems.SETTING_INVALID, Place(where),
                    {"name": ".".join(map(str, each["loc"])), "why": each["msg"]})
            for each in error.errors()
        )) from None  # fmt: skip


def _passwords(made: Settings, where: str) -> tuple[Problem, ...]:
    named = {"database": made.database, **{f"databases.{s}": a for s, a in made.databases.items()}}
    return tuple(
        Problem(problems.SETTING_SECRET, Place(where), {"name": name})
        for name, address in named.items()
        if address is not None and without_secrets(address) != address
    )


def without_secrets(address: str) -> str:
    """An address that may be shown."""
    told = urlsplit(address)
    user, at, host = told.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}{at}{host}"
    asked = parse_qsl(told.query, keep_blank_values=True)
    if not any(name in _SECRETS for name, _ in asked):
        return urlunsplit(told._replace(netloc=netloc))
    kept = [(name, value) for name, value in asked if name not in _SECRETS]
    return urlunsplit(told._replace(netloc=netloc, query=urlencode(kept, quote_via=quote)))


def _quoted(address: str) -> str:
    """A text of TOML, which JSON's texts are."""
    return json.dumps(without_secrets(address), ensure_ascii=False)
