"""The commands about people's data. Values come from standard input, never from arguments.

An argument would stand in the shell's history and in the list of processes.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from seawall.acts import erasing, opening
from seawall.acts.erasing import Hold
from seawall.acts.opening import Sought
from seawall.acts.signing import Signed, fresh, now
from seawall.cli.options import ActorOption, HomeOption, LangOption, QuietOption
from seawall.cli.screen import Screen, language
from seawall.core.problem import Place, refusal
from seawall.core.text import Text
from seawall.office import homes
from seawall.vault import erasure, problems
from seawall.vault.algorithms import Name
from seawall.vault.declaration import Given, Of
from seawall.vault.erasure import Order
from seawall.vault.opening import Ask
from seawall.vault.plain import Plain

app = typer.Typer(
    help="Seal, find, open and erase people's data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

BATCH = 1000
TokenArgument = Annotated[str, typer.Argument(help="A token, such as person_….")]
TokensArgument = Annotated[list[str], typer.Argument(help="Tokens, such as person_….")]
FieldArgument = Annotated[str, typer.Argument(help="A field; `fields` names them.")]
HoldArgument = Annotated[str, typer.Argument(help="A kind of hold; `fields` names them.")]
CountryOption = Annotated[
    str, typer.Option("--country", help="Whose identity numbers and telephones: CN, US, ….")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; name no person in it.")]
PurposeOption = Annotated[str, typer.Option("--purpose", help="What for; `fields` names purposes.")]
ApprovalOption = Annotated[
    str | None, typer.Option("--approval", help="What allows opening many at once.")
]


@app.command()
def init(
    suite: Annotated[Name, typer.Option("--suite", help="Algorithms.")] = "aes",
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Make the home's key ring; never twice."""
    at = homes.home(home)
    made = at.vault.make_ring(suite)
    Screen(language(lang)).say(_MADE, name=made.current, file=at.vault.ring_file)


@app.command()
def fields(lang: LangOption = None, home: HomeOption = None) -> None:
    """Name the sealed fields, the purposes of opening them, and the kinds of hold."""
    screen, rules = Screen(language(lang)), homes.home(home).vault.rules
    for title, declared in (
        (_FIELDS, rules.fields),
        (_PURPOSES, rules.purposes),
        (_HOLDS, rules.holds),
    ):
        screen.result(title.in_(screen.language))
        for name, each in declared.items():
            screen.result(f"  {name:20} {each.title.in_(screen.language)}")


@app.command()
def seal(
    token: Annotated[
        str | None, typer.Option("--token", help="Change this one's values.  [default: new tokens]")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who has this field's value already keeps his token.")
    ] = None,
    of: Annotated[Of, typer.Option("--of", help="Whose values.")] = "person",
    country: CountryOption = "CN",
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Seal values read from standard input, one JSON object a line; prints a token for each."""
    screen, vault = Screen(language(lang)), homes.home(home).vault.open()
    at = datetime.now(UTC)
    for batch in _batches(_given(country, of)):
        if token is not None:
            for given in batch:
                vault.seal(token, given)
            tokens = [token] * len(batch)
        else:
            tokens = vault.admit_all(batch, at=at, by=by)
        for each in tokens:
            screen.result(each)


def _given(country: str, of: Of) -> Iterator[Given]:
    for row, line in enumerate(sys.stdin, start=1):
        if line.strip():
            where = Place("stdin", row=row)
            yield Given(_values(line, where), country, of, where)


def _values(line: str, where: Place) -> dict[str, Plain]:
    try:
        held = json.loads(line)
    except json.JSONDecodeError:
        held = None
    if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
        raise refusal(problems.INPUT_UNREADABLE, where)
    return {name: Plain(text) for name, text in held.items()}


def _batches(given: Iterable[Given]) -> Iterator[list[Given]]:
    batch: list[Given] = []
    for each in given:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@app.command()
def find(
    field: FieldArgument,
    purpose: PurposeOption,
    actor: ActorOption,
    approval: ApprovalOption = None,
    country: CountryOption = "CN",
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Find the tokens of whoever has a value, read from standard input, one a line.

    The ledger tells of it first, without the values.
    """
    screen, at = Screen(language(lang)), homes.home(home)
    values = [Plain(line.strip()) for line in sys.stdin if line.strip()]
    found = opening.find(
        at.ledger, at.vault.open(), Sought(field, values, country),
        ask=_ask(purpose, actor, approval), act=fresh(opening.FIND),
    )  # fmt: skip
    for token in (token for each in found for token in each):
        screen.result(token)


def _ask(purpose: str, actor: str, approval: str | None) -> Ask:
    return Ask(purpose, actor, datetime.now(UTC), approval)


@app.command("open")
def open_(
    tokens: TokensArgument,
    names: Annotated[list[str], typer.Option("--field", help="A field; may be given again.")],
    purpose: PurposeOption,
    actor: ActorOption,
    approval: ApprovalOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Open values for a purpose; prints a JSON object for each, once the ledger tells of it."""
    screen, at = Screen(language(lang)), homes.home(home)
    wanted = [(token, name) for token in tokens for name in names]
    opened = opening.open_all(
        at.ledger,
        at.vault.open(),
        wanted,
        ask=_ask(purpose, actor, approval),
        act=fresh(opening.KIND),
    )
    for (token, name), value in opened.items():
        told = {"token": token, "field": name, "value": value.reveal()}
        screen.result(json.dumps(told, ensure_ascii=False))


@app.command()
def export(
    token: TokenArgument,
    purpose: PurposeOption,
    actor: ActorOption,
    approval: ApprovalOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Print everything held on one person as JSON, once the ledger tells of it."""
    screen, at = Screen(language(lang)), homes.home(home)
    made = opening.export(
        at.ledger,
        at.vault.open(),
        token,
        ask=_ask(purpose, actor, approval),
        act=fresh(opening.KIND),
    )
    screen.result(made.reveal())


@app.command()
def hold(
    token: TokenArgument,
    kind: HoldArgument,
    actor: ActorOption,
    reason: ReasonOption,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Put somebody under a statutory hold: no erasure, opening for the hold's purposes only."""
    at, signed = homes.home(home), _signed("vault.hold", actor)
    erasing.hold(at.ledger, at.vault.open(), Hold(token, kind), signed=signed, reason=reason)
    Screen(language(lang)).say(_HELD, token=token, kind=kind)


@app.command()
def release(
    token: TokenArgument,
    kind: HoldArgument,
    actor: ActorOption,
    reason: ReasonOption,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Lift a hold."""
    at, signed = homes.home(home), _signed("vault.release", actor)
    erasing.release(at.ledger, at.vault.open(), Hold(token, kind), signed=signed, reason=reason)
    Screen(language(lang)).say(_RELEASED, token=token, kind=kind)


def _signed(verb: str, actor: str) -> Signed:
    return Signed(fresh(verb), actor, now())


@app.command()
def erase(
    tokens: TokensArgument,
    actor: ActorOption,
    reason: ReasonOption,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Destroy people's keys, and so their data; prints a certificate for each."""
    screen, at = Screen(language(lang)), homes.home(home)
    by = Order(actor, reason, datetime.now(UTC))
    for certificate in erasing.erase(at.ledger, at.vault.open(), tokens, by=by):
        screen.result(certificate.text())


@app.command()
def erasures(home: HomeOption = None, lang: LangOption = None) -> None:
    """Print every certificate of erasure, one JSON object a line: what `replay` takes."""
    screen = Screen(language(lang))
    for certificate in homes.home(home).vault.open().erasures():
        screen.result(certificate.text())


@app.command()
def replay(home: HomeOption = None, lang: LangOption = None) -> None:
    """After a restore: erase again everybody in the certificates read from standard input.

    The ledger must tell of each.
    """
    certificates = [erasure.parse(line) for line in sys.stdin if line.strip()]
    at = homes.home(home)
    done = erasing.replay_told(at.ledger, at.vault.open(), certificates)
    Screen(language(lang)).say(_ERASED, count=done)


@app.command()
def rotate(
    suite: Annotated[
        Name | None, typer.Option("--suite", help="Algorithms from now on.  [default: as they are]")
    ] = None,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Wrap all keys under a new key-encryption key, or finish that where it was stopped."""
    screen, vault = Screen(language(lang), quiet=quiet), homes.home(home).vault
    screen.say(_WRAPPED, count=_last(vault.rotate(suite)))
    for name in vault.spent:
        screen.say(_SPENT, name=name)


def _last(counts: Iterator[int]) -> int:
    """What was reached, where a count is told after each transaction."""
    return max(counts, default=0)


@app.command()
def retire(
    name: Annotated[str, typer.Argument(help="A key's name, such as kek-….")],
    home: HomeOption = None,
) -> None:
    """Destroy a key-encryption key that wraps nothing any more; old copies of keys die with it."""
    homes.home(home).vault.retire(name)


@app.command()
def reindex(
    field: FieldArgument,
    home: HomeOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Give a field's blind index a new key, or finish that where it was stopped."""
    screen = Screen(language(lang), quiet=quiet)
    screen.say(_INDEXED, count=_last(homes.home(home).vault.reindex(field)))


@app.command()
def scrub(home: HomeOption = None, lang: LangOption = None) -> None:
    """Finish erasures that were stopped, and overwrite deleted bytes in the files."""
    at = homes.home(home)
    vault = at.vault.open()
    done = erasing.finish(at.ledger, vault)
    vault.keys.database.scrub()
    vault.rows.scrub()
    Screen(language(lang)).say(_ERASED, count=done)


@app.command()
def status(home: HomeOption = None, lang: LangOption = None) -> None:
    """Count tokens by state, holds, keys by what wraps them, and blind indexes by version.

    Names the current key of the ring, and those that wrap nothing any more.
    """
    screen, vault = Screen(language(lang)), homes.home(home).vault
    told = vars(vault.open().status()) | {"current": vault.ring.current, "spent": vault.spent}
    screen.result(json.dumps(told, indent=1))


_MADE = Text(
    en="Made {name} in {file}. Keep a copy of this file apart from every backup: without it nothing opens.",
    zh="已在 {file} 生成 {name}。请将该文件另行保管，勿与备份存放一处：没有它，任何数据都无法打开。",
)
_FIELDS = Text(en="Fields", zh="字段")
_PURPOSES = Text(en="Purposes", zh="用途")
_HOLDS = Text(en="Holds", zh="保留")
_HELD = Text(en="{token} is held: {kind}.", zh="{token} 已保留：{kind}。")
_RELEASED = Text(en="{token} is no longer held: {kind}.", zh="{token} 已解除保留：{kind}。")
_ERASED = Text(en="{count:,} erased.", zh="已删除 {count:,} 人的数据。")
_WRAPPED = Text(en="{count:,} keys wrapped again.", zh="已重新封装 {count:,} 个密钥。")
_SPENT = Text(
    en="{name} wraps nothing any more. When no backup needs it: seawall vault retire {name}",
    zh="{name} 已不再封装任何密钥。当没有备份需要它时：seawall vault retire {name}",
)
_INDEXED = Text(en="{count:,} index entries moved.", zh="已迁移 {count:,} 条索引。")
