"""Take applications in: what names a person goes into the vault, and a token stands in its place.

Who is who, and that nothing held is changed, is the vault's rule (`vault.recognition`); here it is told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from seawall.acts import problems
from seawall.acts.application_files import IDS
from seawall.core.problem import Kind, Place, Problem, UnableToUseInput
from seawall.vault.algorithms import UnableToAuthenticate
from seawall.vault.declaration import Given, Of, Rules, Written
from seawall.vault.plain import Plain
from seawall.vault.recognition import Recognised
from seawall.vault.refusals import UnableToSeal
from seawall.vault.store import Vault

TOKENS: dict[Of, str] = {"person": "customer_token", "device": "device_token"}
"""Whose token is called how, in policies as in the book's contract."""
Problems = tuple[Problem, ...]
ID_MOST = 160
"""Characters; acts and subjects of the ledger hold it with a word before it."""
_NAME_MOST = 80
_OTHERS_MOST = 5
"""Tokens of others that a problem tells; it counts the rest."""


class Values(dict[str, object]):
    """Values by name; its `repr`, and so a log or a traceback with local variables, shows none."""

    def __repr__(self) -> str:
        """The names only."""
        return f"Values({', '.join(map(ascii, self))})"


@dataclass(frozen=True)
class Application:
    """An application on its way to a decision. Its `repr` shows no value.

    Attributes:
        keys: values by name, without those of sealed fields.
        personal: values of sealed fields, by the field's name.
        where: what problems call the place it comes from.
    """

    id: str
    keys: Values
    personal: Mapping[str, Plain]
    where: Place

    def problem(self, kind: Kind, /, **facts: object) -> Problem:
        """A problem with it."""
        return Problem(kind, self.where, {"id": self.id, **facts})


def received(given: Mapping[str, object], where: Place, rules: Rules) -> Application | Problem:
    """An application as it comes in, its personal values set apart at once.

    Args:
        given: values by name; nothing is kept of it but what the result holds.
        where: the place it comes from.
        rules: which fields are sealed.

    Returns:
        the application; or what is wrong, where no entry could be known by its id.
    """
    told = next((given[name] for name in IDS if given.get(name) not in (None, "")), None)
    id_ = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not (0 < len(id_) <= ID_MOST and id_.isprintable()):
        return Problem(problems.ID_UNUSABLE, where, {"limit": ID_MOST})
    there = Values((n, v) for n, v in given.items() if n not in IDS and v not in (None, ""))
    personal = {name: _plain(value) for name, value in there.items() if name in rules.fields}
    keys = Values((name, value) for name, value in there.items() if name not in personal)
    return Application(id_, keys, personal, where)


def _plain(value: object) -> Plain:
    """A value as text; what is neither text nor a whole number is none, and then refused as such."""
    told = isinstance(value, str | int) and not isinstance(value, bool)
    return Plain(str(value) if told else "")


def unused(application: Application, used: Collection[str], policy: str) -> list[Problem]:
    """A problem for each key that nobody asks for: by its name only."""
    return [
        Problem(problems.KEY_UNUSED, application.where, {"name": ascii(name)[1:-1][:_NAME_MOST], "policy": policy})
        for name in application.keys if name not in used
    ]  # fmt: skip


@dataclass(frozen=True)
class Admitted:
    """An application whose people the vault has taken in.

    Attributes:
        tokens: by their names in policies.
        problems: warnings: values that are not sealed since others are held, values that others have too.
    """

    tokens: Mapping[str, str]
    problems: Problems


class Admission:
    """The vault's door for applications.

    Args:
        country: whose identity numbers and telephones, where a value does not say so itself.
        at: when, in UTC, without an offset.
    """

    def __init__(self, vault: Vault, country: str, at: datetime) -> None:
        self.vault = vault
        self._country = country
        self._at = at.replace(tzinfo=UTC)  # the vault wants the zone told
        rules = vault.rules
        self._own = {of: rules.of(of) for of in TOKENS}
        self._found_by = {
            of: sorted(
                (name for name in own if rules.fields[name].found),
                key=lambda name: not rules.fields[name].identifies,
            )
            for of, own in self._own.items()
        }

    def admit(self, applications: Sequence[Application]) -> dict[str, Admitted | Problems]:
        """Take everyone in; by the application's id the tokens, or why there are none.

        Told again, an application has the same tokens.
        """
        found: dict[str, Admitted | Problems] = {}
        whole = list[tuple[Application, list[Written]]]()
        for each in applications:
            written, found[each.id] = self._written(each)
            if not found[each.id]:
                whole.append((each, written))
        self._seal(whole, found)
        return found

    def recognised(self, application: Application, tokens: Mapping[str, object]) -> Problems:
        """Why an application that comes again is not the same people's; nothing where it is.

        What the vault cannot find people by, such as an address, is not compared.
        """
        _, wrong = self._written(application)
        if wrong:
            return wrong
        strange = []
        for of, token in TOKENS.items():
            by = self._known_by(application, of)
            if by is None:
                continue
            there = self.vault.find(by, application.personal[by], country=self._country)
            if tokens.get(token) not in there:
                strange.append(by)
        names = ", ".join(strange)
        return (application.problem(problems.CHANGED, names=names),) if strange else ()

    def _seal(
        self,
        group: Sequence[tuple[Application, list[Written]]],
        found: dict[str, Admitted | Problems],
    ) -> None:
        """Seal some in one transaction; where the vault refuses somebody, halve them until he is alone."""
        given = [(one, each) for one, written in group for each in written]
        try:
            met = (
                self.vault.recognise_all([each for _, each in given], at=self._at) if given else []
            )
        except (UnableToSeal, UnableToAuthenticate) as refused:
            half = len(group) // 2
            if half == 0:
                ((alone, _),) = group
                found[alone.id] = (alone.problem(problems.NOT_SEALED, why=refused.said),)
            for some in (group[:half], group[half:]) if half else ():
                self._seal(some, found)
            return
        theirs: dict[str, dict[Of, Recognised]] = {one.id: {} for one, _ in group}
        for (one, each), recognised in zip(given, met, strict=True):
            theirs[one.id][each.of] = recognised
        found |= {one.id: _admitted(one, theirs[one.id]) for one, _ in group}

    def _written(self, application: Application) -> tuple[list[Written], Problems]:
        """Its people's values as they are sealed, and what cannot be; before anything of it is."""
        written, wrong = list[Written](), list[Problem]()
        for of in TOKENS:
            given = self._given(application, of)
            if not given.values:
                continue
            if self._known_by(application, of) is None:
                known = ", ".join(self._found_by[of])
                facts = {"of": of, "of_zh": _OF_ZH[of], "known": known}
                wrong.append(application.problem(problems.NOT_FOUND_AGAIN, **facts))
            try:
                written.append(self.vault.rules.written(given))
            except UnableToUseInput as unable:
                wrong.extend(unable.problems)
        return written, tuple(wrong)

    def _given(self, application: Application, of: Of) -> Given:
        personal = application.personal
        values = {name: personal[name] for name in self._own[of] if name in personal}
        return Given(values, self._country, of, application.where)

    def _known_by(self, application: Application, of: Of) -> str | None:
        return next((name for name in self._found_by[of] if name in application.personal), None)


def _admitted(one: Application, met: Mapping[Of, Recognised]) -> Admitted | Problems:
    tokens = {TOKENS[of]: each.token for of, each in met.items()}
    wrong = [name for name, token in tokens.items() if one.keys.get(name, token) != token]
    if wrong:
        return tuple(one.problem(problems.TOKEN_CONFLICT, name=name) for name in wrong)
    return Admitted(tokens, tuple(told for each in met.values() for told in _told(one, each)))


def _told(one: Application, met: Recognised) -> Iterator[Problem]:
    """What whoever brought an application should look at; by names and tokens only."""
    if met.differing:
        names = ", ".join(met.differing)
        yield one.problem(problems.VALUE_DIFFERS, names=names, token=met.token)
    for name, others in met.shared.items():
        some = ", ".join(others[:_OTHERS_MOST]) + (", …" if others[_OTHERS_MOST:] else "")
        yield one.problem(problems.VALUE_SHARED, name=name, count=len(others), others=some)


_OF_ZH: dict[Of, str] = {"person": "个人", "device": "设备"}
