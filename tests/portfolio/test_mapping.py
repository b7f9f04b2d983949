"""Mapping packs: what is declared wrongly is refused in a sentence, and the shipped ones read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from seawall.core import pack
from seawall.core.problem import UnableToUseInput
from seawall.portfolio import formula, tape
from seawall.portfolio.mapping import Mapping, Reads, Rows, Schedule, Source, Totals
from tests.conftest import PACKS

Declared = dict[str, Any]
SHIPPED = sorted((PACKS / "mappings").glob("*.yaml"))
PAYMENT: Declared = {
    "payment_id": "id", "loan_id": "id", "paid_on": "paid",
    "amount": "cash", "late_fee": "0", "collection_cost": "0",
}  # fmt: skip
FLAT: Declared = {
    "kind": "flat", "loan_id": "id", "principal": "cash", "count": "1", "first_due_on": "paid",
    "fee": "0",
}  # fmt: skip
TOTALS: Declared = dict.fromkeys(Totals.model_fields, "cash")


def mapping(**changes: object) -> Declared:
    columns = {"id": {"type": "text"}, "cash": {"type": "money"},
               "paid": {"type": "date", "formats": ["%Y-%m-%d"]}}  # fmt: skip
    plain: Declared = {
        "id": "bank_a", "title": {"en": "A", "zh": "甲"}, "about": {"en": "A", "zh": "甲"},
        "since": "2024-01-31", "cite": "bank A's manual",
        "sources": {"flows": {"columns": columns}},
        "tables": {"payment": [{"source": "flows", "columns": PAYMENT}]},
    }  # fmt: skip
    return {**plain, **changes}


def rows(table: str, **part: object) -> Declared:
    return mapping(tables={table: [{"source": "flows", **part}]})


def refused(declared: Declared, model: type[Any] = Mapping) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(declared)
    return str(caught.value)


def test_a_mapping_reads_with_what_was_not_said_as_declared() -> None:
    made = Mapping.model_validate(mapping())
    source = made.sources["flows"]
    assert (source.delimiter, source.encoding, source.key, source.amount) == (
        ",",
        "utf-8",
        (),
        None,
    )
    assert source.columns["paid"].formats == ("%Y-%m-%d",)
    (part,) = made.tables["payment"]
    assert (part.where, part.lookup, part.columns) == (None, {}, PAYMENT)


@pytest.mark.parametrize("type_", ["date", "time"])
def test_dates_and_times_need_formats(type_: str) -> None:
    assert "dates and times need `formats`" in refused({"type": type_}, Reads)
    assert Reads.model_validate({"type": type_, "formats": ["%d/%m/%Y"]}).formats == ("%d/%m/%Y",)


@pytest.mark.parametrize("type_", ["text", "money", "rate", "count", "number", "flag"])
def test_nothing_else_has_formats(type_: str) -> None:
    assert "nothing else has them" in refused({"type": type_, "formats": ["%Y"]}, Reads)
    assert Reads.model_validate({"type": type_}).formats == ()


def test_the_types_of_the_contract_and_no_others_are_known() -> None:
    assert "type" in refused({"type": "decimal"}, Reads)


@pytest.mark.parametrize(("hours", "good"), [(-14, True), (14, True), (14.5, False), (-15, False)])
def test_hours_ahead_of_utc_are_hours_that_clocks_have(hours: float, good: bool) -> None:  # noqa: FBT001
    declared = {"type": "time", "formats": ["%H"], "offset_hours": hours}
    if good:
        assert Reads.model_validate(declared).offset_hours == hours
    else:
        assert "offset_hours" in refused(declared, Reads)


@pytest.mark.parametrize(
    ("changes", "named"), [({"key": ["id", "nr"]}, "nr"), ({"amount": "total"}, "total"),
                           ({"key": ["nr"], "amount": "total"}, "nr, total")],
)  # fmt: skip
def test_key_and_amount_are_declared_columns(changes: Declared, named: str) -> None:
    declared = {"columns": {"id": {"type": "text"}}, **changes}
    said = f"`key` and `amount` name columns that are not declared: {named}"
    assert said in refused(declared, Source)


def test_a_source_has_a_column_and_a_delimiter_of_one_character() -> None:
    assert "columns" in refused({"columns": {}}, Source)
    for delimiter in ("", "||"):
        declared = {"columns": {"id": {"type": "text"}}, "delimiter": delimiter}
        assert "delimiter" in refused(declared, Source)


def test_a_level_schedule_needs_a_rate_and_an_instalment() -> None:
    level = {**FLAT, "kind": "level"}
    assert "a level schedule needs: annual_rate, instalment" in refused(level, Schedule)
    assert "a level schedule needs: instalment" in refused({**level, "annual_rate": "r"}, Schedule)
    assert (
        Schedule.model_validate({**level, "annual_rate": "r", "instalment": "i"}).every == "month"
    )


def test_a_flat_schedule_needs_a_fee() -> None:
    assert "a flat schedule needs: fee" in refused({**FLAT, "fee": None}, Schedule)
    assert Schedule.model_validate(FLAT).fee == "0"


@pytest.mark.parametrize(
    "ways",
    [
        {},
        {"columns": PAYMENT, "schedule": FLAT},
        {"columns": PAYMENT, "totals": TOTALS},
        {"schedule": FLAT, "totals": TOTALS},
        {"columns": PAYMENT, "schedule": FLAT, "totals": TOTALS},
    ],
    ids=lambda ways: " and ".join(ways) or "none",
)
def test_rows_are_made_in_exactly_one_way(ways: Declared) -> None:
    said = "give exactly one of `columns`, `schedule`, `totals`"
    assert said in refused({"source": "flows", **ways}, Rows)


def test_only_rows_of_a_loan_can_be_complete() -> None:
    held = Mapping.model_validate(rows("payment", columns=PAYMENT, complete=True))
    assert held.tables["payment"][0].complete
    columns = {
        "series_id": "id",
        "observed_on": "day",
        "value": "1",
        "unit": "'%'",
        "source": "'x'",
    }
    said = refused(rows("series", columns=columns, complete=True))
    assert "series has no rows of a loan that could be `complete`" in said


def test_a_table_that_the_contract_does_not_have_is_refused_with_those_it_has() -> None:
    said = refused(rows("payments", columns=PAYMENT))
    assert "the contract has no table 'payments'; it has: " in said
    assert "payment" in said.split("it has: ")[1]


def test_a_source_that_is_not_declared_is_refused_also_as_a_lookup() -> None:
    assert "payment: no source 'flow'" in refused(rows("payment", source="flow", columns=PAYMENT))
    looked = rows("payment", columns=PAYMENT, lookup={"people": "id"})
    assert "payment: no source 'people'" in refused(looked)


def test_a_column_that_the_table_does_not_have_is_refused() -> None:
    said = refused(rows("payment", columns={**PAYMENT, "payed_on": "paid"}))
    assert "payment has no column 'payed_on'" in said


@pytest.mark.parametrize("name", sorted(PAYMENT))
def test_a_column_that_the_table_needs_is_asked_for(name: str) -> None:
    columns = {each: text for each, text in PAYMENT.items() if each != name}
    assert f"payment needs '{name}'" in refused(rows("payment", columns=columns))


def test_every_fault_of_a_mapping_is_told_at_once() -> None:
    columns = {**PAYMENT, "colour": "id"}
    del columns["late_fee"]
    declared = mapping(tables={"nope": [], "payment": [{"source": "flow", "columns": columns}]})
    said = refused(declared)
    for each in ("no table 'nope'", "no source 'flow'", "no column 'colour'", "needs 'late_fee'"):
        assert each in said


@pytest.mark.parametrize(
    ("table", "way", "declared"),
    [("payment", "schedule", FLAT), ("instalment", "totals", TOTALS), ("loan", "schedule", FLAT)],
)
def test_only_instalments_come_of_schedules_and_only_payments_of_totals(
    table: str, way: str, declared: Declared
) -> None:
    assert f"{table} cannot be derived this way" in refused(rows(table, **{way: declared}))


def test_instalments_of_a_schedule_and_payments_of_totals_are_taken() -> None:
    assert Mapping.model_validate(rows("instalment", schedule=FLAT)).tables["instalment"]
    assert Mapping.model_validate(rows("payment", totals=TOTALS)).tables["payment"]


@pytest.mark.parametrize("name", ["Bank", "bank-a", "1bank", "", "bank/../a"])
def test_an_id_is_a_plain_lower_case_name(name: str) -> None:
    assert "id" in refused(mapping(id=name))


@pytest.mark.parametrize("part", ["since", "cite", "title", "about", "sources", "tables"])
def test_a_mapping_says_when_whose_and_what(part: str) -> None:
    declared = mapping()
    del declared[part]
    assert f"{part}\n  Field required" in refused(declared)


def test_a_misspelt_field_is_refused_at_every_level() -> None:
    assert "Extra inputs" in refused(mapping(tittle="A"))
    assert "Extra inputs" in refused(rows("payment", columns=PAYMENT, were="true"))
    assert "Extra inputs" in refused({"type": "text", "require": True}, Reads)


def test_a_mapping_in_a_file_is_refused_with_its_line(tmp_path: Path) -> None:
    lines = [
        "id: bank_a", "title: {en: A, zh: 甲}", "about: {en: A, zh: 甲}", "since: 2024-01-31",
        "cite: manual", "sources:", "  flows:", "    columns:", "      paid: {type: date}",
        "tables: {}",
    ]  # fmt: skip
    file = tmp_path / "bank.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UnableToUseInput) as caught:
        pack.read(file, Mapping)
    said = {(each.where.line, each.facts["field"]) for each in caught.value.problems}
    assert said == {(9, "sources.flows.columns.paid"), (10, "tables")}


def formulas(part: Rows) -> Iterator[str]:
    """Every formula that rows are declared with."""
    if part.where is not None:
        yield part.where
    yield from (part.columns or {}).values()
    if part.totals is not None:
        yield from part.totals.model_dump().values()
    if part.schedule is not None:
        given = part.schedule.model_dump(exclude={"kind", "every"}, exclude_none=True)
        yield from given.values()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_mapping_reads_and_all_its_formulas_are_of_its_columns(file: Path) -> None:
    shipped = pack.read(file, Mapping)
    assert shipped.id == file.stem
    tables = {table.name for table in tape.TABLES}
    assert {"loan", "instalment", "payment"} <= shipped.tables.keys() <= tables
    for part in (part for parts in shipped.tables.values() for part in parts):
        used = [shipped.sources[name].columns for name in (part.source, *part.lookup)]
        columns = frozenset(name for each in used for name in each)
        assert all(formula.sql(text, columns) for text in formulas(part))
        assert all(key in each for key, each in zip(part.lookup.values(), used[1:], strict=True))


def test_mappings_are_shipped() -> None:
    assert {"lendingclub", "superlender"} <= {file.stem for file in SHIPPED}
