"""The vault: what acts call. Values go in sealed, and come out for a purpose, behind a record.

vault = Vault(people, keys, rules)
token = vault.admit(Given({"phone": Plain(text)}, "CN"), at=now, by="phone")
vault.look_up("phone", [Plain(text)], country="CN",                 # the tokens, for each value
              ask=Ask("recognise_customer", "bob", now), record=record)
vault.open(token, ("phone",), ask=Ask("contact_customer", "bob", now), record=record)
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from seawall.core.problem import Problem, UnableToUseInput, refusal
from seawall.core.text import Text, verbatim
from seawall.vault import erasure, opening, people, problems, recognition
from seawall.vault.database import Database, Session
from seawall.vault.declaration import Given, Purpose, Rules
from seawall.vault.erasure import Erasure, Order, holds
from seawall.vault.keys import Keys
from seawall.vault.opening import (
    Ask,
    LookUp,
    LookUpRecorder,
    Recorder,
    Unsealing,
    Wanted,
    microseconds,
)
from seawall.vault.plain import Plain
from seawall.vault.recognition import Meeting, Recognised, Sought
from seawall.vault.refusals import UnableToFindPerson, UnableToHold, UnableToLookUp, UnableToOpen

Told = Callable[[], object]
"""Records a change; returns once the record is durable."""
TRIES = 5
"""A look-up is repeated when a rotation began or ended in the middle of it."""


@dataclass(frozen=True)
class Status:
    """Counts.

    Attributes:
        states: tokens by state; `erasing` ones wait for `finish_erasures`.
        holds: standing holds by kind.
        keys: keys by the key-encryption key that wraps them.
        indexes: rows of blind indexes by field and version.
    """

    states: dict[str, int]
    holds: dict[str, int]
    keys: dict[str, int]
    indexes: dict[str, int]


@dataclass(frozen=True)
class _Seen:
    """What the vault holds that matters for some people, at one moment.

    Attributes:
        indexes: the keys of all blind indexes.
        sought: what they are looked up by.
        having: who has it.
        tokens: of everyone who may be one of them.
        sealed: their values.
        keys: theirs, by token.
    """

    indexes: people.Indexes
    sought: Sought
    having: recognition.Having
    tokens: list[str]
    sealed: people.Held
    keys: dict[str, bytes]

    @property
    def versions(self) -> people.Versions:
        """Of their values."""
        return {place: version for place, (version, _) in self.sealed.items()}


class Vault:
    """People's data, sealed.

    Guarantees: what a method returned is durable; no value is handed out before its recorder has
    returned; values stand in the clear in `Plain` only; an erased or held token is refused by every
    process at once. Several processes may work on one vault.

    Args:
        rows: the database of people.
        keys: the database of keys, with its ring.
        rules: the pack.
    """

    def __init__(self, rows: Database, keys: Keys, rules: Rules) -> None:
        self.rows = rows
        self.keys = keys
        self.rules = rules
        self._found = tuple(name for name, each in rules.fields.items() if each.found)
        keys.make_indexes(self._found)

    # Values in

    def admit(self, given: Given, *, at: datetime, by: str | None = None) -> str:
        """Seal one person's values; his token. See `admit_all`."""
        return self.admit_all((given,), at=at, by=by)[0]

    def admit_all(
        self, given: Sequence[Given], *, at: datetime, by: str | None = None
    ) -> list[str]:
        """Seal many people's values in one transaction; their tokens, in order.

        Args:
            given: who.
            at: when.
            by: a field by whose value a person is known: he keeps his token, and his values are
                changed, because whoever calls this says so. Everyone is new where None. For people
                who come by themselves, see `recognise_all`.

        Raises:
            UnableToUseInput: a value does not fit its field; nothing is sealed.
            UnableToSeal: somebody known is under a hold; nothing is sealed.
        """
        written = self._written(given, by)
        while True:
            known = self._known(written, by)
            tokens = _tokens(written, known, by)
            new = self.keys.add([t for t, k in zip(tokens, known, strict=True) if not k])
            keys = self.keys.of(token for token in known if token) | new
            with self.rows.writing() as session:
                indexes = self.keys.indexes()
                if _known_in(session, written, by, indexes) == known:
                    people.add(session, new, microseconds(at))
                    people.put(session, _merged(tokens, written), keys=keys, indexes=indexes)
                    return tokens
            self.keys.destroy(list(new))  # another process admitted one of them meanwhile

    def recognise_all(self, given: Sequence[Given], *, at: datetime) -> list[Recognised]:
        """Take in people who come by themselves, in one transaction: see `recognition` for who is who.

        Nothing that is held is changed. Told again, they have the same tokens.

        Raises:
            UnableToUseInput: a value does not fit its field; nothing is sealed.
            UnableToSeal: somebody known is under a hold; nothing is sealed.
            UnableToAuthenticate: what is stored of somebody known was changed or moved; nothing is sealed.
        """
        written = self._written(given, None)
        while True:
            seen = self._seen(written)
            meeting = Meeting(self.rules, seen.having, recognition.held(seen.sealed, seen.keys))
            met = [meeting.meet(*each) for each in zip(written, seen.sought.traits, strict=True)]
            new = self.keys.add([each.token for each in met if each.new])
            ready = people.seal(
                meeting.changes, keys=seen.keys | new, indexes=seen.indexes, before=seen.versions
            )
            with self.rows.writing() as session:
                standing = people.Standing(session, seen.tokens)
                if self._still(session, seen, standing):
                    standing.check(meeting.changes.keys() - new.keys())
                    people.add(session, new, microseconds(at))
                    people.write(session, ready)
                    return met
            self.keys.destroy(
                list(new)
            )  # another process admitted or changed one of them meanwhile

    def _seen(self, written: Sequence[Given]) -> "_Seen":
        """What is known of some people, with the values, and the keys, of those they may be."""
        for _ in range(TRIES):
            indexes = self.keys.indexes()
            sought = recognition.sought(written, self.rules, indexes)
            with self.rows.reading() as session:
                having = recognition.having(session, sought)
                if having is None:
                    continue
                tokens = recognition.candidates(sought, having, self.rules)
                rows = people.sealed(session, tokens)
            keys = self.keys.of(tokens) if tokens else {}
            return _Seen(indexes, sought, having, tokens, people.by_place(rows), keys)
        raise UnableToLookUp(", ".join(sorted({name for each in written for name in each.values})))

    def _still(self, session: Session, seen: "_Seen", standing: people.Standing) -> bool:
        """Whether what was seen is so, now that nobody else writes; a rotation of indexes cannot end now."""
        return (
            recognition.having(session, seen.sought) == seen.having
            and standing.versions() == seen.versions
            and self.keys.indexes() == seen.indexes
        )

    def seal(self, token: str, given: Given) -> None:
        """Seal, or change, values of a known person.

        Raises:
            UnableToUseInput: a value does not fit its field; nothing is sealed.
            UnableToFindPerson: there is no such token.
            UnableToSeal: he is erased, or under a hold.
        """
        (written,) = self._written((given,), None)
        keys = self.keys.of((token,))
        with self.rows.writing() as session:
            indexes = self.keys.indexes()
            people.put(session, {token: written.values}, keys=keys, indexes=indexes)

    def _known(self, written: Sequence[Given], by: str | None) -> list[str]:
        for _ in range(TRIES):
            indexes = self.keys.indexes(by) if by else {}
            with self.rows.reading() as session:
                known = _known_in(session, written, by, indexes)
            if known is not None:
                return known
        raise UnableToLookUp(str(by))

    def _written(self, given: Sequence[Given], by: str | None) -> list[Given]:
        """Everyone's values as they are sealed. Raises with the problems of all."""
        made: list[Given] = []
        wrong: list[Problem] = []
        for each in given:
            try:
                if by is not None and (by not in each.values or by not in self._found):
                    raise refusal(
                        problems.NOT_FOUND_BY,
                        replace(each.where, column=by),
                        known=", ".join(self._found),
                    )
                made.append(self.rules.written(each))
            except UnableToUseInput as error:
                wrong.extend(error.problems)
        if wrong:
            raise UnableToUseInput(tuple(wrong))
        return made

    def find(self, field: str, value: Plain, *, country: str) -> tuple[str, ...]:
        """The tokens of all who have a value; neither counted nor recorded.

        For machines whose own entry tells of whom they recognised. People use `look_up`.

        Raises:
            UnableToUseInput: the field is not one to find by, or the value does not fit it.
            UnableToLookUp: the index holds entries whose key is gone.
        """
        return self._having(field, self._sought(field, (value,), country))[0]

    def look_up(
        self,
        field: str,
        values: Sequence[Plain],
        *,
        country: str,
        ask: Ask,
        record: LookUpRecorder,
    ) -> list[tuple[str, ...]]:
        """For each value the tokens of all who have it; counted like an opening, and recorded.

        Whether a guessed value is somebody's is a disclosure: it needs a purpose that may open the
        field, and takes from the actor's limits.

        Args:
            field: one that people are found by.
            values: what is looked up.
            country: as for `Given`.
            ask: who, what for, when, and by whose approval.
            record: records the look-up; if it raises, nothing is told.

        Raises:
            UnableToOpen: the purpose does not allow it, or an approval is missing.
            UnableToOpenSoMuch: the actor's limit is reached.
            UnableToUseInput, UnableToLookUp: as `find`.
        """
        sought = self._sought(field, values, country)
        purpose = opening.purpose_of(self.rules, ask, [field] * len(values))
        with self.rows.writing() as session:
            opening.count(session, purpose, ask, len(values))
        found = self._having(field, sought)
        tokens = tuple(sorted({token for each in found for token in each}))
        record(LookUp(ask, field, len(values), tokens))
        return found

    def _sought(self, field: str, values: Sequence[Plain], country: str) -> list[Plain]:
        """Values to look up, as they are sealed."""
        of = self.rules.fields[field].of if field in self._found else "person"
        given = [Given({field: value}, country, of) for value in values]
        return [each.values[field] for each in self._written(given, field)]

    def _having(self, field: str, values: Sequence[Plain]) -> list[tuple[str, ...]]:
        """For each value the tokens of all who have it."""
        for _ in range(TRIES):
            keys = self.keys.indexes(field)[field]
            with self.rows.reading() as session:
                if people.complete(session, {field: keys}):
                    return [
                        tuple(each) for each in people.look_up(session, field, values, keys=keys)
                    ]
        raise UnableToLookUp(field)

    # Values out

    def open(
        self, token: str, fields: Sequence[str], *, ask: Ask, record: Recorder
    ) -> dict[str, Plain]:
        """Open some of a person's values; by field, without those he does not have.

        Raises: as `open_all`.
        """
        wanted = tuple((token, field) for field in fields)
        return {
            field: value
            for (_, field), value in self.open_all(wanted, ask=ask, record=record).items()
        }

    def open_all(
        self, wanted: Sequence[Wanted], *, ask: Ask, record: Recorder
    ) -> dict[Wanted, Plain]:
        """Open values, of several people too, in one go and under one record.

        The actor's limits are counted, the recorder records it, and only then is anything decrypted.

        Args:
            wanted: tokens and fields.
            ask: who, what for, when, and by whose approval.
            record: records the opening; if it raises, nothing is opened.

        Raises:
            UnableToFindPerson: there is no such token.
            UnableToOpen: the purpose does not allow it, an approval is missing, the person is erased, or
                a hold is not for this purpose.
            UnableToOpenSoMuch: the actor's limit is reached.
            UnableToAuthenticate: what is stored was changed or moved.
        """
        asked = tuple(dict.fromkeys(wanted))
        purpose = opening.purpose_of(self.rules, ask, [field for _, field in asked])
        tokens = [token for token, _ in asked]
        with self.rows.writing() as session:
            self._check_openable(session, tokens, ask)
            opening.count(session, purpose, ask, len(asked))
            held = people.by_place(people.sealed(session, tokens))
        there = tuple(each for each in asked if each in held)
        if not there:
            return {}
        keys = self.keys.of(tokens)
        if gone := [token for token, _ in there if token not in keys]:
            raise UnableToOpen(
                verbatim(gone[0]), Text(en="its key is destroyed", zh="其密钥已销毁")
            )
        record(Unsealing(ask, there, purpose.reveals))
        return {
            (token, field): self._shown(
                people.unseal(keys[token], token, field, held[token, field]), field, purpose
            )
            for token, field in there
        }

    def _shown(self, value: Plain, field: str, purpose: Purpose) -> Plain:
        if purpose.reveals == "whole":
            return value
        return Plain(self.rules.fields[field].mask.shown(value.reveal()))

    def _check_openable(self, session: Session, tokens: Sequence[str], ask: Ask) -> None:
        states, held = people.states(session, tokens), holds(session, tokens)
        for token in tokens:
            if token not in states:
                raise UnableToFindPerson(token)
            if states[token] != "active":
                raise UnableToOpen(verbatim(token), Text(en="erased", zh="已删除"))
            for hold in held.get(token, ()):
                if ask.purpose not in self.rules.holds[hold].purposes:
                    raise UnableToOpen(
                        verbatim(token),
                        Text(
                            en="held by {hold}, which is not for {purpose}",
                            zh="受 {hold} 保全，不可用于 {purpose}",
                        ).filled(hold=hold, purpose=ask.purpose),
                    )

    def export(self, token: str, *, ask: Ask, record: Recorder) -> Plain:
        """Everything held on one person, as JSON; for himself, or for another lender he names.

        Raises: as `open_all`.
        """
        fields = self.rules.of("device" if people.whose(token) == "device" else "person")
        opened = self.open(token, fields, ask=ask, record=record)
        with self.rows.reading() as session:
            held = holds(session, (token,)).get(token, ())
        return Plain(
            json.dumps(
                {
                    "token": token,
                    "at": ask.at.isoformat(),
                    "holds": held,
                    "values": {name: value.reveal() for name, value in opened.items()},
                },
                ensure_ascii=False,
                indent=1,
            )
        )

    # Holds and erasure

    def hold(self, token: str, kind: str, *, by: Order, record: Told) -> None:
        """Put a person under a hold of a declared kind; a second time changes nothing.

        Args:
            token: whom.
            kind: which hold.
            by: whose order.
            record: called where this changes something, before it is durable; if it raises, nothing
                is changed.

        Raises:
            UnableToFindPerson: there is no such token.
            UnableToHold: the pack declares no such hold.
        """
        if kind not in self.rules.holds:
            raise UnableToHold(token, kind)
        with self.rows.writing() as session:
            if people.states(session, (token,)).get(token) != "active":
                raise UnableToFindPerson(token)
            if kind not in holds(session, (token,)).get(token, ()):
                sql = "INSERT INTO vault_hold VALUES (?, ?, ?, ?, ?)"
                session.rows(sql, token, kind, by.actor, by.reason, microseconds(by.at))
                record()

    def release(self, token: str, kind: str, *, record: Told) -> None:
        """Lift a hold; none there changes nothing. `record` as for `hold`."""
        with self.rows.writing() as session:
            if kind in holds(session, (token,)).get(token, ()):
                session.rows("DELETE FROM vault_hold WHERE token = ? AND hold = ?", token, kind)
                record()

    def order_erasure(self, tokens: Sequence[str], *, by: Order) -> list[Erasure]:
        """Mark people as being erased; their certificates, in order. A second time gives the same ones.

        Everybody refuses them from here on; `finish_erasures` destroys their keys.

        Raises:
            UnableToFindPerson: there is no such token; nobody is erased.
            UnableToErase: somebody is under a hold; nobody is erased.
        """
        erasure.order(self.rows, self.keys, tokens, by=by)
        return erasure.certificates(self.rows, tokens)

    def order_again(self, certificates: Iterable[Erasure]) -> None:
        """After a restore: mark again whom certificates say to be erased."""
        erasure.replay(self.rows, certificates)

    def ordered_erasures(self) -> list[Erasure]:
        """The certificates of whoever waits for `finish_erasures`."""
        return erasure.ordered(self.rows)

    def finish_erasures(self, tokens: Sequence[str]) -> int:
        """Destroy the keys of some who are marked; how many were.

        Raises:
            UnableToScrub: keys are deleted, their bytes not yet overwritten; call again.
        """
        return erasure.finish(self.rows, self.keys, tokens)

    def erasures(self) -> list[Erasure]:
        """Every certificate, in the order of time: what a restore replays."""
        return erasure.erasures(self.rows)

    def status(self) -> Status:
        """Counts."""
        with self.rows.reading() as session:
            return Status(
                states=_counts(session, "SELECT state, COUNT(*) FROM vault_person GROUP BY state"),
                holds=_counts(session, "SELECT hold, COUNT(*) FROM vault_hold GROUP BY hold"),
                keys=self.keys.by_kek(),
                indexes=_counts(
                    session,
                    "SELECT field || ' ' || version, COUNT(*) FROM vault_blind GROUP BY field, version",
                ),
            )


def _known_in(
    session: Session, written: Sequence[Given], by: str | None, indexes: people.Indexes
) -> list[str] | None:
    """The token that each one has already, empty where none; None where keys are not `people.complete`."""
    if by is None:
        return [""] * len(written)
    keys = indexes[by]
    if not people.complete(session, {by: keys}):
        return None
    every = people.look_up(session, by, [each.values[by] for each in written], keys=keys)
    return [tokens[0] if tokens else "" for tokens in every]


def _tokens(written: Sequence[Given], known: Sequence[str], by: str | None) -> list[str]:
    """Known tokens, and new ones; the same person twice in one go gets one."""
    first: dict[str, str] = {}
    tokens = []
    for number, (given, token) in enumerate(zip(written, known, strict=True)):
        value = given.values[by].reveal() if by else str(number)
        tokens.append(token or first.setdefault(value, people.new_token(given.of)))
    return tokens


def _merged(tokens: Sequence[str], written: Sequence[Given]) -> dict[str, people.Values]:
    """Values by token; of the same person twice, the later ones count."""
    merged: dict[str, people.Values] = {}
    for token, given in zip(tokens, written, strict=True):
        merged[token] = {**merged.get(token, {}), **given.values}
    return merged


def _counts(session: Session, sql: str) -> dict[str, int]:
    return {str(name): int(number) for name, number in session.rows(sql)}
