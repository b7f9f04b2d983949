"""The register of who works here: people, machines' tokens, saved filters; who may what is known above."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction

from seawall.core.problem import Unable
from seawall.core.text import Text
from seawall.records.rows import rows as _rows


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


_FIELDS = PersonRow._fields


def add(row: PersonRow) -> bool:
    """Add a person who cannot sign in yet, for he has no password; whether he is new.

    Raises:
        UnableToKeepPerson: the name, or the address, is another's.
    """
    given = {**row._asdict(), "roles": json.dumps(sorted(row.roles))}
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
    if found is not None and _row(found)._replace(added_us=0) != row._replace(added_us=0):
        raise UnableToKeepPerson(row.name)


def machines() -> frozenset[str]:
    """The names under which machines have, or had, tokens."""
    return frozenset(_rows("ApiToken").values_list("name", flat=True))


def change(name: str, **fields: object) -> None:
    """Change what is kept of a person: shown, email, unit, is_active, reviewed_us, or roles (a sequence)."""
    if "roles" in fields:
        fields["roles"] = json.dumps(sorted(fields["roles"]))  # type: ignore[call-overload]
    try:
        with transaction.atomic():
            _rows("Person").filter(name=name).update(**fields)
    except IntegrityError:
        raise UnableToKeepPerson(name) from None


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
    return row._replace(roles=tuple(json.loads(str(row.roles))), is_active=bool(row.is_active))


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
