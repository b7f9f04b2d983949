"""Pages of decisions: what they show is what the ledger says, and nobody sees another unit's."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from seawall.acts import staffing
from seawall.acts.deciding import Order
from seawall.acts.signing import Signed, now
from seawall.acts.staffing import Newcomer
from seawall.console import place
from seawall.core.text import Language
from seawall.ledger.entry import Erasing, Recorded
from seawall.office.homes import Home
from seawall.records.models import Person

As = Callable[[str], Client]
GIVEN = {
    "applied_at": "2026-11-26T08:00:00", "amount": 12000, "currency": "CNY", "term_days": 365, "birth_year": 1990,
    "income_annual": 120000, "debt_monthly": 1000, "bureau_score": 650, "inquiries_6m": 1, "open_lenders": 1,
    "purpose": "travel", "home": "rent", "phone": "13800138000", "name": "李雷", "device_id": "ab-12",
}  # fmt: skip
STATEMENTS_MOST = 12


@pytest.fixture(scope="module")
def carol(lender: Home) -> str:
    """A credit manager: decides by hand, opens data."""
    newcomer = Newcomer("carol", "Carol", ("credit_manager",), "house")
    staffing.add(lender.ledger, newcomer, Signed("add:carol", "root", now()), confirming=())
    return "carol"


@pytest.fixture(scope="module")
def decided(carol: str, lender: Home) -> dict[str, int]:
    """Three decisions, by the unit they were made for; the entries' numbers."""
    del carol, lender
    found = {}
    for unit in (None, "house/online", "house/partners"):
        order = Order("instalment_loan", "origination-9", now(), "CN", unit=unit)
        (one,) = place.decisions().decide(
            order, [{**GIVEN, "application_id": f"app-{unit or 'house'}"}], name="test"
        )
        found[unit or "house"] = one.entry  # type: ignore[union-attr]
    return found  # type: ignore[return-value]


@pytest.fixture
def carols(carol: str, as_: As) -> Client:
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - needs Django's set-up
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: PLC0415

    person = Person.objects.get(name=carol)
    if not Authenticator.objects.filter(user=person).exists():
        TOTP.activate(person, generate_totp_secret())
    return as_(carol)


@pytest.fixture(autouse=True)
def _english(lender: Home) -> Iterator[None]:
    del lender
    yield
    Person.objects.update(language="en")


def told() -> list[Recorded]:
    """Every decision, by a walk through the ledger."""
    return [each for each in place.home().ledger.entries() if each.told["kind"] == "decision"]


def speak(client: Client, language: str) -> None:
    client.post("/language", {"language": language})


def test_the_list_shows_the_latest_as_the_ledger_tells_them(
    as_: As, decided: dict[str, int]
) -> None:
    text = as_("dana").get("/decisions/").text
    latest = sorted(told(), key=lambda each: (each.told["at"], each.number))[-50:]
    for each in latest:
        assert f'/decisions/{each.number}/"' in text
    assert text.count("<tr>") == 51
    assert "Next page" in text
    assert decided["house"] in {each.number for each in latest}


def test_pages_follow_each_other_to_the_first_decision(as_: As, decided: dict[str, int]) -> None:
    del decided
    dana, found, url = as_("dana"), list[str](), "/decisions/"
    while url:
        text = dana.get(url).text
        found += [part.split("/")[0] for part in text.split('href="/decisions/')[1:]
                  if part.split("/")[0].isdecimal()]  # fmt: skip
        more = text.partition('rel="next" href="')[2].partition('"')[0]
        url = f"/decisions/{more}" if more else ""
    assert sorted(map(int, found)) == sorted(each.number for each in told())


@pytest.mark.parametrize(
    ("query", "test"),
    [
        ("outcome=decline", lambda each: each["outcome"] == "decline"),
        (
            "policy=micro_loan&outcome=approve",
            lambda each: (each["policy"]["id"], each["outcome"]) == ("micro_loan", "approve"),
        ),
        ("application=app-house", lambda each: each["reference"]["application_id"] == "app-house"),
        ("since=2030-01-01", lambda _: False),
        ("reason=purpose_excluded", lambda each: [r["code"] for r in each["reasons"]][:1] == ["purpose_excluded"]),
    ],
)  # fmt: skip
def test_a_search_shows_what_fits(
    as_: As, decided: dict[str, int], query: str, test: Callable[[Any], bool]
) -> None:
    del decided
    text = as_("dana").get(f"/decisions/?{query}").text
    fitting = [each for each in told() if test(each.content)]
    assert text.count("<tr>") == (min(50, len(fitting)) + 1 if fitting else 0)
    assert ("No decision fits" in text) is not bool(fitting)


def test_a_unit_sees_its_own_decisions_only(as_: As, decided: dict[str, int]) -> None:
    heidi, charlie, dana = as_("heidi"), as_("charlie"), as_("dana")
    text = heidi.get("/decisions/").text
    assert f"/decisions/{decided['house/online']}/" in text
    assert text.count("<tr>") == 2
    assert "Nothing has been decided yet" in charlie.get("/decisions/").text
    for unit, number in decided.items():
        assert dana.get(f"/decisions/{number}/").status_code == 200
        assert heidi.get(f"/decisions/{number}/").status_code == (
            200 if unit == "house/online" else 404
        )
        for path in ("", "again"):
            assert charlie.get(f"/decisions/{number}/{path}").status_code == 404
        assert charlie.get("/decisions/?application=app-" + unit).text.count("<tr>") == 0


@pytest.mark.parametrize("path", ["0/", "999999/", "0/again"])
def test_what_is_no_decision_is_not_there(as_: As, path: str) -> None:
    assert as_("dana").get(f"/decisions/{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_decision_shows_its_record(
    as_: As, decided: dict[str, int], language: Language
) -> None:
    dana = as_("dana")
    speak(dana, language)
    number = decided["house"]
    text = dana.get(f"/decisions/{number}/").text
    content = place.home().ledger.entry(number).content or {}
    program = place.decisions().program(content)
    for reason in content["reasons"]:
        assert reason["en"].replace("'", "&#x27;") in text
        assert reason["zh"] in text
    for id_ in content["checks"]:
        assert f">{id_}<" in text
    words = {True: ("true", "成立"), False: ("false", "不成立"), None: ("unknown", "无法判断")}
    truths = list(content["checks"].values())
    for truth, (en, zh) in words.items():
        sign = {True: "✓", False: "–", None: "?"}[truth]
        assert text.count(f"{sign} {en if language == 'en' else zh}</span>") == truths.count(truth)
    for name in (*content["input"], *content["values"]):
        title = program.titles.get(name)
        if title is not None and name in program.types:
            assert title.in_(language).replace("'", "&#x27;") in text
    assert content["input"]["customer_token"] in text
    assert "12,000" in text
    assert content["policy"]["digest"][:12] in text
    for secret in ("13800138000", "李雷"):
        assert secret not in text


def test_a_decision_is_decided_again_from_its_record(as_: As, decided: dict[str, int]) -> None:
    text = as_("dana").get(f"/decisions/{decided['house']}/again").text
    assert "every truth, value, reason and offer comes out the same" in text
    assert as_("heidi").get(f"/decisions/{decided['house/online']}/again").status_code == 403


def test_data_is_opened_once_for_a_purpose_and_told(
    carols: Client, decided: dict[str, int]
) -> None:
    path = f"/decisions/{decided['house']}/open"
    asked = {"of": "person", "field": ["phone", "name"], "purpose": "contact_customer",
             "reason": "asked to call back", "key": "k1"}  # fmt: skip
    text = carols.post(path, asked).text
    assert "13800138000" in text
    assert "李雷" in text
    entry = next(iter(reversed(list(place.home().ledger.entries()))))
    content = entry.content or {}
    assert (entry.told["kind"], entry.told["actor"]) == ("vault.open", "carol")
    assert (content["purpose"], content["reason"]) == ("contact_customer", "asked to call back")
    assert {name for _, name in content["values"]} == {"phone", "name"}
    assert "13800138000" not in json.dumps(content)
    again = carols.post(path, asked)
    assert (again.status_code, "13800138000" in again.text) == (409, False)
    assert "13800138000" not in carols.get(f"/decisions/{decided['house']}/").text


@pytest.mark.parametrize(
    ("change", "status"),
    [({"reason": " "}, 422), ({"purpose": "curiosity"}, 409), ({"field": ["bank_card"]}, 409)],
)
def test_nothing_is_opened_or_told_without_purpose_and_reason(
    carols: Client, decided: dict[str, int], change: dict[str, object], status: int
) -> None:
    asked = {"of": "person", "field": ["phone"], "purpose": "contact_customer", "reason": "x"}
    size = place.home().ledger.size
    answer = carols.post(f"/decisions/{decided['house']}/open", {**asked, **change})
    assert (answer.status_code, "13800138000" in answer.text) == (status, False)
    assert place.home().ledger.size == size


def test_who_may_not_open_sees_no_form_and_is_refused(as_: As, decided: dict[str, int]) -> None:
    dana = as_("dana")
    assert "Open sealed data" not in dana.get(f"/decisions/{decided['house']}/").text
    assert dana.post(f"/decisions/{decided['house']}/open", {}).status_code == 403
    # May open people's data, and sees no decisions: not by this way.
    assert as_("frank").post(f"/decisions/{decided['house']}/open", {}).status_code == 404


def test_an_application_is_decided_by_hand_once(carols: Client, decided: dict[str, int]) -> None:
    del decided
    text = carols.get("/decisions/new?policy=instalment_loan").text
    assert 'name="in.bureau_score"' in text
    assert 'name="in.customer_token"' not in text
    form = {"policy": "instalment_loan", "country": "CN", "in.application_id": "by-hand-1",
            **{f"in.{name}": value for name, value in GIVEN.items()}}  # fmt: skip
    first = carols.post("/decisions/make", form)
    assert first.status_code == 303
    entry = place.home().ledger.find("decide:by-hand-1")
    assert entry is not None
    assert first.headers["Location"] == f"/decisions/{entry.number}/"
    assert (entry.told["actor"], entry.told["on_behalf_of"]) == ("carol", None)
    assert (entry.content or {})["input"]["amount"] == 12000
    size = place.home().ledger.size
    assert carols.post("/decisions/make", form).headers["Location"] == first.headers["Location"]
    assert place.home().ledger.size == size
    other = carols.post("/decisions/make", {**form, "in.amount": "13000"})
    assert other.status_code == 422
    assert "application-changed" in other.text
    assert 'value="13000"' in other.text


def test_an_erased_decision_says_so(as_: As, lender: Home) -> None:
    order = Order("instalment_loan", "origination-9", now(), "CN")
    (one,) = place.decisions().decide(order, [{**GIVEN, "application_id": "gone"}], name="t")
    number: int = one.entry  # type: ignore[union-attr, assignment]
    lender.ledger.erase(number, Erasing("dana", datetime(2026, 11, 26), "erase:gone", "asked"))  # noqa: DTZ001
    dana = as_("dana")
    text = dana.get(f"/decisions/{number}/").text
    assert "The content of this decision was erased" in text
    found = dana.get("/decisions/?outcome=erased").text
    assert f"/decisions/{number}/" in found
    assert found.count("<tr>") == 2
    assert f"/decisions/{number}/" not in dana.get("/decisions/?policy=instalment_loan").text


@pytest.mark.parametrize(
    "path", ["/decisions/", "/decisions/?policy=micro_loan&outcome=refer", "one", "again", "form"]
)
def test_pages_ask_the_database_no_more_than_agreed(
    carols: Client, decided: dict[str, int], path: str
) -> None:
    number = decided["house"]
    paths = {"one": f"/decisions/{number}/", "again": f"/decisions/{number}/again",
             "form": "/decisions/new?policy=instalment_loan"}  # fmt: skip
    carols.get(paths.get(path, path))
    with CaptureQueriesContext(connection) as asked:
        assert carols.get(paths.get(path, path)).status_code == 200
    assert len(asked) <= STATEMENTS_MOST, "\n".join(each["sql"][:90] for each in asked)


@pytest.mark.parametrize("path", ["/decisions/", "/decisions/new", "/decisions/?application=nobody"])  # fmt: skip
def test_pages_speak_chinese(carols: Client, path: str) -> None:
    speak(carols, "zh")
    text = carols.get(path).text
    assert 'lang="zh-Hans"' in text
    assert "决策" in text


def test_a_search_is_taken_away_whole_as_a_file(as_: As, decided: dict[str, int]) -> None:
    answer = as_("dana").get("/decisions/?outcome=approve&as=csv")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    approved = [each for each in told() if (each.content or {}).get("outcome") == "approve"]
    assert {int(row["entry"]) for row in rows} == {each.number for each in approved}
    assert len(rows) == len(approved) > 50
    assert {row["outcome"] for row in rows} == {"approve"}
    Person.objects.filter(name="olivia").update(unit="house/online")
    try:
        answer = as_("olivia").get("/decisions/?as=csv")
        online = answer.content
    finally:
        Person.objects.filter(name="olivia").update(unit="house")
    assert len(online.splitlines()) == 2
    assert str(decided["house/online"]).encode() in online
