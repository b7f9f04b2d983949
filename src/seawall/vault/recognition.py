"""Who somebody is that comes again, and what may become of what he gives: for machines that take people in.

A field that *identifies* (an identity number; of a device, its id) says who somebody is. All others do not:
numbers are handed on, cards and mailboxes shared, and whoever knows a victim's telephone can give it.

1. Who gives an identifying value is whoever has it; nobody has it: he is new.
2. Who gives none is whoever has *exactly* the values he gives, all of them and no other; else he is new. So he who
   gave an identity number is never reached by his telephone, and the same application told again is the same token.
3. What is held stands. A value that differs is told, and not sealed; one that was lacking is sealed.
4. An equal value of somebody else's is a link to him, told by his token: a sign to look at, and no identity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawall.vault import people
from seawall.vault.database import Session
from seawall.vault.declaration import Given, Rules
from seawall.vault.people import Digests, Held, Indexes
from seawall.vault.plain import Plain

Trait = tuple[str, bytes]
"""A field that people are found by, and the digest of a value in its blind index."""
Traits = Mapping[str, bytes]


@dataclass(frozen=True)
class Recognised:
    """Whom the vault took somebody for. Holds no value.

    Attributes:
        token: his.
        new: whether nobody was known to be him.
        differing: fields whose held value is another than he gave, and stands.
        shared: tokens of others that have an equal value, by field; identifying fields are not among them.
    """

    token: str
    new: bool
    differing: tuple[str, ...]
    shared: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Sought:
    """What some people are looked up by.

    Attributes:
        traits: what each of them is found by, under the newest key of its index.
        places: by field, which of them have one.
        digests: by field, of those, in order.
        using: the keys of the blind indexes, by field.
    """

    traits: tuple[Traits, ...]
    places: Mapping[str, Sequence[int]]
    digests: Mapping[str, Digests]
    using: Indexes


def sought(given: Sequence[Given], rules: Rules, indexes: Indexes) -> Sought:
    """What to look some people up by."""
    fields = sorted({name for each in given for name in each.values if rules.fields[name].found})
    places = {name: [n for n, each in enumerate(given) if name in each.values] for name in fields}
    digests = {
        name: people.digests([given[n].values[name] for n in numbers], indexes[name])
        for name, numbers in places.items()
    }
    traits: list[dict[str, bytes]] = [{} for _ in given]
    for name, numbers in places.items():
        newest = digests[name][max(indexes[name])]
        for number, digest in zip(numbers, newest, strict=True):
            traits[number][name] = digest
    return Sought(tuple(traits), places, digests, {name: indexes[name] for name in fields})


Having = Mapping[Trait, tuple[str, ...]]
"""The tokens that have a trait."""


def having(session: Session, asked: Sought) -> Having | None:
    """Look some people up, a statement for each field; None where keys are not `people.complete`."""
    sent = {name: people.LookUp(session, name, digests) for name, digests in asked.digests.items()}
    if not people.complete(session, asked.using):
        return None
    found: dict[Trait, tuple[str, ...]] = {}
    for name, each in sent.items():
        for number, tokens in zip(asked.places[name], each.tokens(), strict=True):
            found[name, asked.traits[number][name]] = tuple(tokens)
    return found


def candidates(asked: Sought, there: Having, rules: Rules) -> list[str]:
    """The tokens of everyone who may be one of them, in order."""
    return sorted({token for each in asked.traits for token in _candidates(each, there, rules)})


def _candidates(
    traits: Traits, having: Mapping[Trait, Sequence[str]], rules: Rules
) -> Sequence[str]:
    """Who somebody may be: the owners of an identifying value, or of every value he gives; in order."""
    for field, digest in traits.items():
        if rules.fields[field].identifies:
            return having[field, digest]
    owners = [having[trait] for trait in traits.items()]
    return [token for token in owners[0] if all(token in each for each in owners)] if owners else []


class Meeting:
    """People met one after another: those held, and those who came before in the same batch.

    Attributes:
        changes: values to seal, by token; without any, of those who bring nothing new.

    Args:
        there: who has the traits that they are found by.
        held: the values of everyone who may be one of them, opened inside the vault.
    """

    def __init__(
        self, rules: Rules, there: Having, held: Mapping[str, Mapping[str, Plain]]
    ) -> None:
        self._rules = rules
        self._having = {trait: list(tokens) for trait, tokens in there.items()}
        self._held = {token: dict(values) for token, values in held.items()}
        self.changes: dict[str, dict[str, Plain]] = {}

    def meet(self, given: Given, traits: Traits) -> Recognised:
        """Take one in, by the four rules."""
        known = self._known(given, traits)
        token = known or people.new_token(given.of)
        held = self._held.setdefault(token, {})
        lacking = {name: value for name, value in given.values.items() if name not in held}
        differing = tuple(
            name for name, value in given.values.items() if held.get(name, value) != value
        )
        shared = self._shared(token, traits)
        held |= lacking
        self.changes[token] = {**self.changes.get(token, {}), **lacking}
        for field in traits.keys() & lacking.keys():
            self._having[field, traits[field]].append(token)
        return Recognised(token, known is None, differing, shared)

    def _known(self, given: Given, traits: Traits) -> str | None:
        candidates = _candidates(traits, self._having, self._rules)
        if any(self._rules.fields[name].identifies for name in traits):
            return next(iter(candidates), None)
        return next(
            (each for each in candidates if self._held.get(each) == dict(given.values)), None
        )

    def _shared(self, token: str, traits: Traits) -> dict[str, tuple[str, ...]]:
        others = {
            field: tuple(each for each in self._having[field, digest] if each != token)
            for field, digest in traits.items()
            if not self._rules.fields[field].identifies
        }
        return {field: tokens for field, tokens in others.items() if tokens}


def held(sealed: Held, keys: Mapping[str, bytes]) -> dict[str, dict[str, Plain]]:
    """Everything some people have, opened to be compared; without those whose key is gone.

    Raises:
        UnableToAuthenticate: what is stored was changed or moved.
    """
    found: dict[str, dict[str, Plain]] = {}
    for (token, field), each in sealed.items():
        if token in keys:
            found.setdefault(token, {})[field] = people.unseal(keys[token], token, field, each)
    return found
