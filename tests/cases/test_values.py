"""Values of fields: what is taken, and how it is held."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.cases import people, values
from seawall.cases.kind import Field
from seawall.core.canonical import canonical
from tests.cases.loan_review import both


def field(type_: str, **also: object) -> Field:
    return Field.model_validate({"type": type_, "title": both("it"), **also})


CHOICE = field("choice", among={"a": both("A")})
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("of", "given_", "held"),
    [
        (field("text"), "漢 字", "漢 字"),
        (field("integer"), 2**53 - 1, 2**53 - 1),
        (field("number"), 3, 3.0),
        (field("money"), 12, "12.00"),
        (field("money"), Decimal("-0.00"), "0.00"),
        (field("money"), "9999999999999999.99", "9999999999999999.99"),
        (field("money"), 0.1, "0.10"),
        (field("money", most=0.1), "0.10", "0.10"),
        (field("date"), date(2026, 3, 2), "2026-03-02"),
        (field("time"), AT, "2026-03-02T08:00:00Z"),
        (field("time"), "2026-03-02T16:00:00.5+08:00", "2026-03-02T08:00:00.500000Z"),
        (field("boolean"), False, False),
        (field("token"), "person_7QX2", "person_7QX2"),
        (CHOICE, "a", "a"),
        (CHOICE, None, None),
    ],
)
def test_what_fits_is_held(of: Field, given_: object, held: object) -> None:
    assert values.read(given_, of) == held
    assert type(values.read(given_, of)) is type(held)


@pytest.mark.parametrize(
    ("of", "given_"),
    [
        (field("text"), " "), (field("text", most=3), "four"), (field("text"), "\ud800"),
        (field("text"), 7), (field("integer"), True), (field("integer"), 1.0),
        (field("integer"), 2**53), (field("integer", least=1), 0), (field("number"), float("nan")),
        (field("number"), float("inf")), (field("number"), "1"), (field("money"), "1.005"),
        (field("money"), "1e20"), (field("money"), "NaN"), (field("money"), True),
        (field("money", least=0), "-0.01"), (field("money", most=0.1), "0.11"),
        (field("date"), AT), (field("date"), "2026-02-30"), (field("date"), "20260302"),
        (field("date"), "2026-03-02T00:00:00Z"), (field("time"), "2026-03-02T08:00:00"),
        (field("time"), date(2026, 3, 2)), (field("time"), "noon"), (field("boolean"), 1),
        (field("token"), "Wang Wei"), (field("token"), "person_"), (CHOICE, "b"), (CHOICE, []),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not(of: Field, given_: object) -> None:
    assert not values.fits(given_, of)


@given(
    given_=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(), st.dates(),
        st.datetimes(timezones=st.just(UTC)), st.datetimes(), st.lists(st.integers()), st.binary(),
    ),
    type_=st.sampled_from(["text", "integer", "number", "money", "date", "time", "boolean", "token"]),
)  # fmt: skip
def test_whatever_is_held_is_json_and_is_held_alike_when_it_is_given_again(
    given_: object, type_: str
) -> None:
    of = field(type_)
    try:
        held = values.read(given_, of)
    except values.UnableToRead:
        return
    canonical(held)
    assert values.read(held, of) == held
    values.seen(held, of)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Alice", " alice ", True), ("ＡＬＩＣＥ", "alice", True), ("Anna  Li", "anna li", True),
        ("Straße", "STRASSE", True), ("王伟", "王伟\u3000", True), ("王伟", "王玮", False),
        ("Alice", "Alíce", False), ("e\u0301va", "éva", True),
    ],
)  # fmt: skip
def test_names_are_one_where_only_width_case_or_blanks_differ(
    one: str, other: str, *, same: bool
) -> None:
    assert (people.one(one) == people.one(other)) is same


@pytest.mark.parametrize("name", ["", "  ", "Al\u200bice", "a\u202eb", "a\nb", "\x00", "\u2060"])
def test_names_with_what_nobody_sees_are_not_readable(name: str) -> None:
    assert not people.readable(name)
