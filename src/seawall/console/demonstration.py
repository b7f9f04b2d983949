"""Accounts of a demonstration: one for each role, with passwords that are shown once.

Nothing is weaker for them than for anybody: privileged roles sign in with a second factor. All accounts share one
secret of it, which is shown, too, so that nobody needs to bring an authenticator along.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth

from seawall.acts import staffing
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.console import access, place
from seawall.core.text import Text
from seawall.ledger.log import Ledger
from seawall.office.homes import Home
from seawall.records import people_register as register
from seawall.records.models import Person

CAST: Final = {
    "alice": ("Alice", "chief_risk_officer", "house"),
    "bob": ("Bob", "risk_officer", "house"),
    "carol": ("Carol", "risk_analyst", "house"),
    "erin": ("Erin", "fraud_manager", "house"),
    "frank": ("Frank", "collections_manager", "house"),
    "grace": ("Grace", "chief_compliance_officer", "house"),
    "heidi": ("Heidi", "customer_care", "house/online"),
    "ivan": ("Ivan", "security_officer", "house"),
    "dana": ("Dana", "auditor", "house"),
    "judy": ("Judy", "assessor", "house"),
    "root": ("Root", "administrator", "house"),
}
"""Simulated people: by name, how they are shown, their role, their unit."""
LOOKS_AT: Final = {
    "alice": Text(en="all of it; approves what others ask for", zh="全貌；批准他人的申请"),
    "bob": Text(en="policies: approve and publish", zh="策略：批准与发布"),
    "carol": Text(
        en="alerts: take on, explain; policies: write", zh="预警：认领与解释；策略：编写"
    ),
    "erin": Text(en="fraud: cases, a customer's sealed data", zh="反欺诈：案件与客户密封数据"),
    "frank": Text(en="collections: cases, delinquency", zh="催收：案件与逾期"),
    "grace": Text(en="compliance: complaints, approvals, ledger", zh="合规：投诉、审批与账本"),
    "heidi": Text(en="complaints of one unit alone", zh="仅本机构单元的投诉"),
    "ivan": Text(en="incidents, drills, machines' tokens", zh="事件、演练与系统令牌"),
    "dana": Text(en="everything, and changes nothing", zh="可看一切，不能改动"),
    "judy": Text(en="figures and proofs; no customer, no case", zh="数字与证明；不见客户与案件"),
    "root": Text(en="people and settings; decides nothing", zh="人员与设置；不作任何决策"),
}
"""For what one would sign in as each."""
_ADDS: Final = "root"
_PASSWORD_BYTES: Final = 12
_STEP_S: Final = 30


@dataclass(frozen=True)
class Account:
    """Who may sign in, and how; the password is nowhere else."""

    name: str
    role: str
    password: str

    @property
    def looks_at(self) -> Text:
        """For what one would sign in as this person."""
        return LOOKS_AT[self.name]


def furnish(home: Home, secret: str) -> tuple[Account, ...]:
    """Make the accounts, or give those that are there other passwords; the home's tables are up to date.

    Args:
        home: of the demonstration.
        secret: of the second factor that all of them have, from `fresh_secret`.
    """
    place.choose(home)
    known = {row.name for row in register.people()}
    ledger = home.ledger
    for name, (shown, role, unit) in CAST.items():
        if name not in known:
            newcomer = Newcomer(name, shown, (role,), unit)
            signed = Signed(f"demo:person:{name}", _ADDS, now())
            staffing.add(ledger, newcomer, signed, confirming=access.confirming())
    accounts = tuple(_account(name, role, secret) for name, (_, role, _) in CAST.items())
    _confirm(ledger)
    ledger.store.close()
    return accounts


def _confirm(ledger: Ledger) -> None:
    """What waits for the cast is confirmed by another of it; what a visitor asked for others waits on for him."""
    for row in register.waiting():
        if row.asked is None or row.name not in CAST:
            continue
        if (second := _second(row.name, row.asked.by)) is not None:
            signed = Signed(f"demo:confirm:{row.name}:{row.asked.at_us}", second, now())
            staffing.confirm(ledger, row.name, signed, seen_us=row.asked.at_us)


def _second(*concerned: str) -> str | None:
    """Who of the cast reviews access as things stand, beside who is concerned; None where nobody does."""
    for row in register.people():
        reviews = row.is_active and not access.confirming().isdisjoint(row.roles)
        if reviews and row.name in CAST and row.name not in concerned:
            return row.name
    return None


def _account(name: str, role: str, secret: str) -> Account:
    person, password = Person.objects.get(name=name), secrets.token_urlsafe(_PASSWORD_BYTES)
    person.set_password(password)
    person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()
    auth.TOTP.activate(person, secret)
    return Account(name, role, password)


def fresh_secret() -> str:
    """A secret of a second factor, as authenticators take it (base32)."""
    return str(auth.generate_totp_secret())


def code(secret: str, at_s: float | None = None) -> tuple[str, int]:
    """The second factor's code at a time (seconds since 1970, now where None), and for how many seconds it holds."""
    at = time.time() if at_s is None else at_s
    value = auth.hotp_value(secret, int(at) // _STEP_S)
    return str(auth.format_hotp_value(value)), _STEP_S - int(at) % _STEP_S
