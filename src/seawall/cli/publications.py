"""The commands that put a policy in force: propose, review, approve, publish, roll back."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from seawall.acts import publishing, verifying
from seawall.acts.signing import Signed, now
from seawall.cli.options import ActorOption, HomeOption, LangOption, PolicyArgument
from seawall.cli.screen import Screen, language
from seawall.core.period import moment_at
from seawall.core.text import Text
from seawall.office import homes
from seawall.office import publishing as office

NumberArgument = Annotated[int, typer.Argument(help="The proposal's number.")]


def propose(
    policy: PolicyArgument,
    actor: ActorOption,
    writer: Annotated[
        list[str] | None, typer.Option("--writer", help="Who wrote it, too; cannot approve it.")
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Propose a policy: its cases must pass; a home with a book adds a replay for the approver."""
    screen, at = Screen(language(lang)), homes.home(home)
    version = office.texts(policy)
    signed = _signed(actor, f"propose:{version.digest}:{actor}")
    number = office.propose(at, version, signed, writer or ())
    screen.say(_PROPOSED, number=number)
    _review(screen, at, number)


def review(number: NumberArgument, home: HomeOption = None, lang: LangOption = None) -> None:
    """Show a proposal as an approver must see it."""
    at = homes.home(home)
    office.opened(at)
    _review(Screen(language(lang)), at, number)


def _review(screen: Screen, at: homes.Home, number: int) -> None:
    seen = publishing.proposal(number)
    shown = json.loads(seen.evidence)
    lines = [
        _MAKERS.filled(makers=", ".join(sorted(seen.makers))),
        _CASES.filled(n=shown["cases"]["passed"]),
    ]
    if shown["replay"] is not None:
        lines += _replayed(at, shown["replay"])
    lines += [_BY.filled(name=name) for name in seen.approved_by]
    lines.append(_EVIDENCE.filled(digest=seen.evidence_digest))
    screen.result(f"{seen.version.policy} {seen.version.digest}")
    for line in lines:
        screen.result(f"  {line.in_(screen.language)}")
    if not seen.approved_by:
        screen.say(_HOW, number=number, digest=seen.evidence_digest)


def _replayed(at: homes.Home, replay: dict[str, Any]) -> Iterator[Text]:
    yield _REPLAYED.filled(over=Text(**replay["over"]))
    for name, told in _RATES.items():
        rate = replay["rates"][name]
        yield told.filled(rate="–" if rate is None else f"{rate:.1%}")
    yield _REPORT.filled(path=office.report(at, replay["report"]))


def approve(
    number: NumberArgument,
    evidence: Annotated[str, typer.Argument(help="The evidence's digest, as `review` shows it.")],
    actor: ActorOption,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Approve exactly what was shown; never one's own change."""
    signed = _signed(actor, f"approve:{number}:{actor}")
    publishing.approve(office.opened(homes.home(home)), number, evidence, signed)
    Screen(language(lang)).say(_APPROVED, number=number)


def publish(
    number: NumberArgument,
    actor: ActorOption,
    since: Annotated[
        datetime | None, typer.Option("--since", help="In force from then on, UTC.  [default: now]")
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Put an approved proposal in force."""
    signed = _signed(actor, f"publish:{number}")
    ledger = office.opened(homes.home(home))
    told = publishing.publish(ledger, number, signed, since)
    Screen(language(lang)).say(_IN_FORCE, policy=told.policy, digest=told.digest[:12])


def roll_back(
    policy: Annotated[str, typer.Argument(help="The policy's id.")],
    digest: Annotated[str, typer.Argument(help="Of a version that was in force; may be cut.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the ledger.")],
    actor: ActorOption,
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Bring an earlier version back at once."""
    at = now()
    signed = Signed(f"roll_back:{policy}:{at.isoformat()}", actor, at)
    ledger = office.opened(homes.home(home))
    told = publishing.roll_back(ledger, publishing.version(policy, digest), signed, reason)
    Screen(language(lang)).say(_IN_FORCE, policy=told.policy, digest=told.digest[:12])


def history(
    policy: Annotated[str, typer.Argument(help="The policy's id.")],
    home: HomeOption = None,
    lang: LangOption = None,
) -> None:
    """Say which version was in force since when."""
    screen = Screen(language(lang))
    office.opened(homes.home(home))
    if not publishing.publications(policy):
        screen.say(_NEVER, policy=policy)
    in_force = publishing.in_force(policy, now())
    for each in publishing.publications(policy):
        mark = "→" if in_force is not None and each == in_force[0] else " "
        how = (
            _BACK.filled(reason=each.reason)
            if each.proposal is None
            else _FROM.filled(number=each.proposal)
        )
        since = moment_at(each.effective_us).isoformat(" ", "seconds")
        screen.result(
            f"{mark} {since}  {each.digest[:12]}  {each.published_by}  {how.in_(screen.language)}"
        )


def verify(home: HomeOption = None, lang: LangOption = None) -> None:
    """Hold the register of policies against the ledger. Exits with 1 where a row is not as told."""
    screen, wrong = Screen(language(lang)), 0
    for problem in verifying.register_wrong(office.opened(homes.home(home))):
        screen.problem(problem)
        wrong += problem.kind.severity == "error"
    screen.say(_VERIFIED, wrong=wrong)
    if wrong:
        raise typer.Exit(1)


def _signed(actor: str, act: str) -> Signed:
    return Signed(act, actor, now())


_PROPOSED = Text(en="Proposal {number}:", zh="提案 {number}：")
_MAKERS = Text(en="makers, who cannot approve it: {makers}", zh="制定人（不得批准）：{makers}")
_CASES = Text(en="cases that pass: {n}", zh="通过的用例：{n}")
_REPLAYED = Text(en="replayed over {over}", zh="回放：{over}")
_RATES = {
    "approved_share": Text(en="approved: {rate}", zh="通过：{rate}"),
    "referred_share": Text(en="referred: {rate}", zh="转人工：{rate}"),
    "declined_share": Text(en="declined: {rate}", zh="拒绝：{rate}"),
    "bad_share": Text(
        en="bad, of those approved with known outcome: {rate}", zh="通过且表现已知者中坏账：{rate}"
    ),
}
_REPORT = Text(en="report: {path}", zh="报告：{path}")
_BY = Text(en="approved by {name}", zh="已由 {name} 批准")
_EVIDENCE = Text(
    en="evidence (the digest of all this): {digest}", zh="依据（以上全部的摘要）：{digest}"
)
_HOW = Text(
    en="Somebody else approves it with: seawall policy approve {number} {digest} --as NAME",
    zh="由他人批准：seawall policy approve {number} {digest} --as 姓名",
)
_APPROVED = Text(en="Proposal {number} is approved.", zh="提案 {number} 已批准。")
_IN_FORCE = Text(en="{policy} {digest} is published.", zh="{policy} {digest} 已发布。")
_VERIFIED = Text(
    en="The register was held against the ledger: {wrong:,} problems.",
    zh="已将登记簿与账本逐项核对：发现问题 {wrong:,} 处。",
)
_NEVER = Text(en="Nothing was ever published of {policy}.", zh="从未发布过 {policy}。")
_BACK = Text(en="rolled back: {reason}", zh="回退：{reason}")
_FROM = Text(en="proposal {number}", zh="提案 {number}")
