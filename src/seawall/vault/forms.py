"""The forms of sealed fields: each checks a text and gives the one way in which it is written.

A form returns the normalised text or the kind of problem, and never raises, so that no traceback
keeps a frame in which the text stands in the clear. One way of writing makes equal values equal to the
blind index.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Literal

import phonenumbers

from seawall.core.problem import Kind
from seawall.vault import problems

Found = str | Kind
Form = Callable[[str, str], Found]
"""From a text and the country it belongs to (ISO 3166-1 alpha-2)."""
FormName = Literal["name", "national_id", "phone", "card", "address", "email", "device"]

_SEPARATORS = re.compile(r"[\s\-./·]+")


def _folded(text: str) -> str:
    """Compatibility forms folded (full-width digits too), white space single, ends bare."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def name(text: str, country: str) -> Found:
    """A person's name, as written; its letters are not folded.

    >>> name("Ａlice  Meyer", "DE")
    'Alice Meyer'
    """
    del country
    folded = _folded(text)
    spoilt = any(unicodedata.category(each) == "Cc" for each in folded)
    return problems.NAME_UNREADABLE if spoilt or not any(map(str.isalpha, folded)) else folded


def address(text: str, country: str) -> Found:
    """A postal address: line ends and runs of blanks become one blank."""
    del country
    return _folded(text) or problems.VALUE_NOT_TEXT


def national_id(text: str, country: str) -> Found:
    """A number that a state gives a person, behind the state's code.

    China's is checked by GB 11643-1999; one of 15 digits (issued until 1999) becomes one of 18. The
    United States' by the rules of the Social Security Administration for numbers never issued. Others by
    length only.

    >>> national_id("11010519491231002x", "CN")
    'CN:11010519491231002X'
    """
    bare = _SEPARATORS.sub("", _folded(text)).upper()
    found = _STATES.get(country, _other_id)(bare)
    return found if isinstance(found, Kind) else f"{country}:{found}"


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55)}
    | {*range(61, 66), 71, 81, 82, 83}
)
"""The first two digits of administrative divisions (GB/T 2260), 83 being residence permits."""


def check_character(first_17: str) -> str:
    """GB 11643's last character: ISO 7064 MOD 11-2 over the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def _resident_id(bare: str) -> Found:
    if re.fullmatch(r"[0-9]{15}", bare):
        long = f"{bare[:6]}19{bare[6:]}"
        bare = long + check_character(long)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", bare) or int(bare[:2]) not in _PROVINCES:
        return problems.ID_FORM
    if not _a_day(bare[6:14]):
        return problems.ID_DATE
    return bare if bare[17] == check_character(bare[:17]) else problems.ID_CHECKSUM


def _a_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) >= date(1800, 1, 1)
    except ValueError:
        return False


def _social_security(bare: str) -> Found:
    issued = re.fullmatch(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}", bare)
    return bare if issued else problems.ID_FORM


def _other_id(bare: str) -> Found:
    return bare if re.fullmatch(r"[0-9A-Z]{4,32}", bare) else problems.ID_FORM


_STATES: dict[str, Callable[[str], Found]] = {"CN": _resident_id, "US": _social_security}


def phone(text: str, country: str) -> Found:
    """A telephone number in E.164, which its numbering plan knows to be in use.

    >>> phone("(650) 253-0000", "US")
    '+16502530000'
    """
    try:
        number = phonenumbers.parse(_folded(text), country)
    except phonenumbers.NumberParseException:
        return problems.PHONE_UNREADABLE
    if number.extension or not phonenumbers.is_valid_number(number):
        return problems.PHONE_UNREADABLE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def card(text: str, country: str) -> Found:
    """A card's number, its last digit checked by ISO/IEC 7812-1, annex B (Luhn)."""
    del country
    bare = _SEPARATORS.sub("", _folded(text))
    if not re.fullmatch(r"[0-9]{12,19}", bare):
        return problems.CARD_FORM
    return bare if luhn(bare) else problems.CARD_CHECKSUM


def luhn(digits: str) -> bool:
    """Whether the last digit fits: every second from the right doubled, its digits summed.

    >>> luhn("79927398713")
    True
    """
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(sum(divmod(2 * n, 10)) for n in values[1::2])) % 10 == 0


_EMAIL = re.compile(
    r"[^\s@\"<>(),:;\[\]\\]{1,64}@(?=[^@]{4,253}$)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+"
)


def email(text: str, country: str) -> Found:
    """An e-mail address in small letters: no provider in use tells two people apart by capitals."""
    del country
    folded = _folded(text).lower()
    return folded if _EMAIL.fullmatch(folded) else problems.EMAIL_UNREADABLE


def device(text: str, country: str) -> Found:
    """A device's id, as its maker or SDK gives it; capitals tell two ids apart."""
    del country
    bare = text.strip()
    return bare if re.fullmatch(r"[!-~]{4,128}", bare) else problems.DEVICE_UNREADABLE


FORMS: dict[FormName, Form] = {
    "name": name,
    "national_id": national_id,
    "phone": phone,
    "card": card,
    "address": address,
    "email": email,
    "device": device,
}
SAID = {
    "CN": "18 digits, the last may be X, or 15 digits",
    "US": "9 digits that the SSA can have issued",
}
"""What `vault-id-form` says of a country's number; others have 4 to 32 digits and letters."""
