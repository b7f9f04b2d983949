"""What can be done with many cases at once: verbs of one kind, from one of their states, by one of somebody's roles."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from seawall.cases.case import Command
from seawall.cases.choices import Choice
from seawall.cases.kind import Kind
from seawall.core.text import Text

COMMENT = Choice("comment", Text(en="Comment", zh="备注"), {}, reason=True)


def one(chosen: Sequence[Kind], verb: str) -> Choice | None:
    """A verb of the one kind that some cases are of; None where there is none."""
    kinds = {kind.digest: kind for kind in chosen}
    kind = next(iter(kinds.values())) if len(kinds) == 1 else None
    if kind is None or verb == COMMENT.verb:
        return COMMENT if kind else None
    return _choice(kind, verb) if verb in kind.verbs and not kind.verbs[verb].opens else None


def offered(chosen: Sequence[tuple[Kind, str]], roles: frozenset[str]) -> tuple[Choice, ...]:
    """Verbs that may be tried with all of some cases; each case's own machine still decides.

    Args:
        chosen: the kind's version and the state of each.
        roles: of whoever acts.
    """
    kinds = {kind.digest: kind for kind, _ in chosen}
    if len(kinds) != 1:
        return ()
    kind = next(iter(kinds.values()))
    leading = [
        name
        for name, verb in kind.verbs.items()
        if roles.intersection(verb.roles) and any(kind.leads(verb, state) for _, state in chosen)
    ]
    own = tuple(_choice(kind, name) for name in leading)
    return (*own, COMMENT) if roles & kind.roles else own


def _choice(kind: Kind, name: str) -> Choice:
    verb = kind.verbs[name]
    settable = kind.settable(verb)
    fields = {each: field for each, field in kind.fields.items() if each in settable}
    return Choice(name, verb.title, fields, kind.needed(verb), verb.reason, approval=verb.approval)


def apart(command: Command, case_id: str) -> Command:
    """The same command for one of many cases: its key says which, so that each is done once."""
    return replace(command, key=sha256(f"{command.key}:{case_id}".encode()).hexdigest())
