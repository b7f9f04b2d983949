"""The register of who works here: people, machines' tokens, saved filters; who may what is known above."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.contrib.auth.hashers import is_password_usable, make_password
from django.db import IntegrityError, connection, transaction

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.records.rows import rows as _rows


class Asked(NamedTuple):
    """Roles and a unit that somebody asked for a person; they count once another confirmed them."""

    roles: tuple[str, ...]
    unit: str
    by: str
    at_us: int


class PersonRow(NamedTuple):
    """A person; fields as in `people_models.Person`, without the password."""

    name: str
    shown: str
    email: str | None
    roles: tuple[str, ...]
    unit: str
    language: str
    is_active: bool
    added_us: int
    reviewed_us: int | None = None
    asked: Asked | None = None
    alone: bool = False


_FIELDS = PersonRow._fields
_HELD = 99_222
"""PostgreSQL's advisory lock of whoever changes who may what."""


@contextmanager
def held() -> Iterator[None]:
    """Hold who may what: of all threads, processes and machines one at a time reads it, decides, and changes it.

    Nothing is changed where the block raises. It is a transaction of its own, so that the change counts once it ends.
    """
    with transaction.atomic(durable=True):
        # SQLite's transactions that may write are one after the other anyway (`starting`).
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HELD])
        yield


def add(row: PersonRow) -> bool:
    """Add a person who cannot sign in yet, for he has no password; whether he is new.

    Raises:
        UnableToKeepPerson: the name, or the address, is another's.
    """
    given = _kept(row._asdict())
    try:
        with transaction.atomic():
            person, new = _rows("Person").get_or_create(name=row.name, defaults=given)
            if new:
                person.set_unusable_password()
                person.save(update_fields=["password"])
    except IntegrityError:
        raise UnableToKeepPerson(row.name) from None
    if not new:
        _refuse_another(row)
    return bool(new)


def refuse_taken(row: PersonRow) -> None:
    """Refuse a person whose name or address is another's; the same person again is none other.

    Raises:
        UnableToKeepPerson: so it is.
    """
    held = _rows("Person").exclude(name=row.name)
    if row.email and held.filter(email__iexact=row.email).exists():
        raise UnableToKeepPerson(row.name)
    _refuse_another(row)


def _refuse_another(row: PersonRow) -> None:
    """Refuse a name under which somebody else is kept already."""
    found = _rows("Person").filter(name=row.name).values_list(*_FIELDS).first()
    if found is not None and _wanted(_row(found)) != _wanted(row):
        raise UnableToKeepPerson(row.name)


def _wanted(row: PersonRow) -> PersonRow:
    """A person as he was asked for, whatever waits, and whenever he was added."""
    roles = row.asked.roles if row.asked else row.roles
    return row._replace(added_us=0, roles=roles, asked=None, alone=False)


def machines() -> frozenset[str]:
    """The names under which machines have, or had, tokens."""
    return frozenset(_rows("ApiToken").values_list("name", flat=True))


def change(name: str, **fields: object) -> None:
    """Change what is kept of a person: fields of `PersonRow`."""
    try:
        with transaction.atomic():
            _rows("Person").filter(name=name).update(**_kept(fields))
    except IntegrityError:
        raise UnableToKeepPerson(name) from None


def shut_out(name: str, **fields: object) -> None:
    """Take a person's password, so that his sessions end and a link is needed again; change him as `change` does."""
    change(name, **fields, password=make_password(None), last_login=None)


def came_in(name: str) -> bool:
    """Whether a person can sign in: he set a password, or signed in without one, since he was last let in."""
    password, last = _rows("Person").filter(name=name).values_list("password", "last_login").get()
    return last is not None or is_password_usable(password)


def ever_had(roles: Collection[str], *, besides: Collection[str]) -> bool:
    """Whether somebody beside these people has, or ever had, one of some roles.

    What the database itself noted of each change is read only where nobody has one now.
    """
    now = _rows("Person").exclude(name__in=besides).values_list("roles", flat=True)
    if any(not set(roles).isdisjoint(json.loads(held)) for held in now):
        return True
    noted = _rows("Change").filter(kind="records_person")
    others = noted.exclude(subject__in=[f"person:{name}" for name in besides])
    once = (json.loads(after or "{}").get("roles", "[]") for after in
            others.values_list("after", flat=True).iterator())  # fmt: skip
    return any(not set(roles).isdisjoint(json.loads(held)) for held in once)


def _kept(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields as the table has them."""
    kept = dict(fields)
    if "roles" in kept:
        kept["roles"] = json.dumps(sorted(kept["roles"]))  # type: ignore[call-overload]
    asked = kept.get("asked")
    if isinstance(asked, Asked):
        kept["asked"] = json.dumps(asked._asdict(), sort_keys=True)
    return kept


def person_of(name: str) -> PersonRow:
    """A person by his name.

    Raises:
        UnableToFindPerson: there is none.
    """
    found = _rows("Person").filter(name=name).values_list(*_FIELDS).first()
    if found is None:
        raise UnableToFindPerson(name)
    return _row(found)


def people() -> list[PersonRow]:
    """Everybody, by name, whoever left too."""
    return [_row(each) for each in _rows("Person").order_by("name").values_list(*_FIELDS)]


def _row(found: Sequence[object]) -> PersonRow:
    row = PersonRow(*found)  # type: ignore[arg-type]
    return row._replace(
        roles=tuple(json.loads(str(row.roles))), is_active=bool(row.is_active),
        asked=asked_of(row.asked), alone=bool(row.alone),  # type: ignore[arg-type]
    )  # fmt: skip


def asked_of(text: str | None) -> Asked | None:
    """What was asked, from the column that holds it."""
    if text is None:
        return None
    asked = Asked(**json.loads(text))
    return asked._replace(roles=tuple(asked.roles))


def waiting() -> list[PersonRow]:
    """Who waits for a second person, whoever asked first."""
    rows = _rows("Person").filter(asked__isnull=False, is_active=True).values_list(*_FIELDS)
    return sorted(map(_row, rows), key=lambda row: row.asked.at_us if row.asked else 0)


class TokenRow(NamedTuple):
    """A machine's token; fields as in `people_models.ApiToken`."""

    name: str
    hash: str
    scopes: tuple[str, ...]
    unit: str
    granted_by: str
    granted_us: int
    expires_us: int
    revoked_us: int | None = None
    used_us: int | None = None
    confirmed_by: str | None = None


_TOKEN = TokenRow._fields


def keep_token(row: TokenRow) -> int:
    """Keep a token's hash; its number."""
    given = {**row._asdict(), "scopes": json.dumps(sorted(row.scopes))}
    return int(_rows("ApiToken").create(**given).number)


def token_by_hash(digest: str) -> TokenRow | None:
    """The token whose hash this is; None where there is none."""
    found = _rows("ApiToken").filter(hash=digest).values_list(*_TOKEN).first()
    return None if found is None else _token(found)


def tokens() -> dict[int, TokenRow]:
    """Every token by its number, the latest first, revoked ones too."""
    found = _rows("ApiToken").order_by("-number").values_list("number", *_TOKEN)
    return {row[0]: _token(row[1:]) for row in found}


def revoke_token(number: int, at_us: int) -> bool:
    """Take a token back; whether it was not before."""
    held = _rows("ApiToken").filter(number=number, revoked_us=None)
    return bool(held.update(revoked_us=at_us))


def confirm_token(number: int, by: str) -> bool:
    """Let a token count; whether it waited."""
    held = _rows("ApiToken").filter(number=number, confirmed_by=None, revoked_us=None)
    return bool(held.update(confirmed_by=by))


def note_use(digest: str, at_us: int) -> None:
    """Note when a token was last used."""
    _rows("ApiToken").filter(hash=digest).update(used_us=at_us)


def _token(found: Sequence[object]) -> TokenRow:
    row = TokenRow(*found)  # type: ignore[arg-type]
    return row._replace(scopes=tuple(json.loads(str(row.scopes))))


class FilterRow(NamedTuple):
    """A list's filter that somebody keeps; fields as in `people_models.SavedFilter`."""

    number: int
    title: str
    asked: str


def filters(person: str, page: str) -> list[FilterRow]:
    """The filters that somebody keeps for a page, by title."""
    found = _rows("SavedFilter").filter(person=person, page=page).order_by("title")
    return [FilterRow(*row) for row in found.values_list(*FilterRow._fields)]


def give_password(name: str, password: str) -> None:
    """Let a person sign in with a password; what it must be like was looked at before."""
    person = _rows("Person").get(name=name)
    person.set_password(password)
    person.save(update_fields=["password"])


def like(name: str, **likes: str) -> None:
    """Keep how a person likes his pages: `language`, `theme`, `time_zone`; what is not told stays."""
    if likes:
        _rows("Person").filter(name=name).update(**likes)


def keep_filter(person: str, page: str, title: str, asked: str) -> None:
    """Keep a filter under a title; in the place of the one that had it."""
    _rows("SavedFilter").update_or_create(
        person=person, page=page, title=title, defaults={"asked": asked}
    )


def drop_filter(person: str, number: int) -> None:
    """Keep a filter of one's own no longer."""
    _rows("SavedFilter").filter(person=person, number=number).delete()


class ChangeRow(NamedTuple):
    """A row of the change log; fields as in `people_models.Change`."""

    number: int
    at_us: int
    kind: str
    subject: str
    operation: str
    before: str
    after: str


def untold_changes(most: int) -> list[ChangeRow]:
    """Changes that the ledger was not told of, in order."""
    found = _rows("Change").filter(told=False).order_by("number")
    return [ChangeRow(*row) for row in found.values_list(*ChangeRow._fields)[:most]]


def changes_told(numbers: Sequence[int]) -> None:
    """The ledger was told of some changes."""
    _rows("Change").filter(number__in=numbers).update(told=True)


class UnableToKeepPerson(Unable, ValueError):
    """A name or an address is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                en="{name!r}, or this address, is another person's: a name is never given to a second one",
                zh="{name!r} 或该邮箱已属于他人：姓名标识不会再分配给第二个人",
            ).filled(name=name)
        )


class UnableToFindPerson(Unable, LookupError):
    """Nobody has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(en="there is nobody of the name {name!r}", zh="没有名为 {name!r} 的人员").filled(
                name=name
            )
        )
