"""Mapping packs: how a source's columns become the contract's tables, declared, never coded.

A mapping names its *sources* (kinds of file, known by their header), says how each column reads,
and gives for each table of the contract a formula per column. What a source does not hold can be
derived from what it does: a *schedule* from the terms of a loan, *cash flows* from totals.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from seawall.core.text import Text
from seawall.portfolio import tape

CONFIG = ConfigDict(frozen=True, extra="forbid")


class Reads(BaseModel):
    """How one column of a source reads.

    Attributes:
        type: what its text is turned into.
        formats: for dates and times, strptime formats, tried in order.
        offset_hours: for times, the source's hours ahead of UTC.
        percent: for rates, 12.5 means 12.5 %.
        pattern: a regular expression whose first group is the value.
        map: the source's spellings → the contract's; anything else is a bad row.
        required: an empty field is a bad row.
        optional: the column may be absent from the file; it then reads as empty.
    """

    model_config = CONFIG

    type: tape.Type
    formats: tuple[str, ...] = ()
    offset_hours: float = Field(default=0, ge=-14, le=14)
    percent: StrictBool = False
    pattern: str | None = None
    map: dict[str, str] | None = None
    required: StrictBool = False
    optional: StrictBool = False

    @model_validator(mode="after")
    def _dated(self) -> "Reads":
        if (self.type in ("date", "time")) != bool(self.formats):
            msg = "dates and times need `formats`, and nothing else has them"
            raise ValueError(msg)
        return self


class Source(BaseModel):
    """A kind of file: delimited text with a header.

    Attributes:
        columns: the columns that are used; a file that has them all is of this kind.
        key: columns no two rows may share.
        amount: the column whose sum is reconciled (principal).
    """

    model_config = CONFIG

    columns: dict[str, Reads] = Field(min_length=1)
    key: tuple[str, ...] = ()
    amount: str | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"

    @model_validator(mode="after")
    def _known(self) -> "Source":
        named = [*self.key, *([self.amount] if self.amount else [])]
        unknown = [name for name in named if name not in self.columns]
        if unknown:
            msg = f"`key` and `amount` name columns that are not declared: {', '.join(unknown)}"
            raise ValueError(msg)
        return self


class Schedule(BaseModel):
    """Instalments derived from a loan's terms; all but `kind` and `every` are formulas.

    `level`: equal instalments at an annual rate (annuity), the last one takes the rounding.
    `flat`: principal and a flat fee in equal parts, the last one takes the rounding.
    """

    model_config = CONFIG

    kind: Literal["level", "flat"]
    loan_id: str
    principal: str
    count: str
    first_due_on: str
    every: Literal["month", "30 days"] = "month"
    annual_rate: str | None = None
    instalment: str | None = None
    fee: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Schedule":
        wanted = {"level": ("annual_rate", "instalment"), "flat": ("fee",)}[self.kind]
        missing = [name for name in wanted if getattr(self, name) is None]
        if missing:
            msg = f"a {self.kind} schedule needs: {', '.join(missing)}"
            raise ValueError(msg)
        return self


class Totals(BaseModel):
    """Payments derived from what a tape knows only in total; every attribute is a formula.

    The last payment stands at its date with its amount; the rest of the cash is laid on the due
    dates before it, one regular instalment each from the first on (so that what was missed was
    missed last), and what exceeds that is a prepayment on the last of these dates. Interest,
    principal and late fees sum to the tape's totals to the cent. Recoveries are one payment.
    """

    model_config = CONFIG

    loan_id: str
    regular: str
    last_on: str
    last_amount: str
    principal: str
    interest: str
    late_fee: str
    recovered: str
    recovered_on: str
    collection_cost: str


class Rows(BaseModel):
    """Rows of one table from one source.

    Attributes:
        source: which source.
        where: a formula that must be true for a row to be taken.
        lookup: other sources, each joined by a column both have; no match leaves NULLs.
        columns: a formula per column of the contract.
        schedule, totals: instead of `columns`, for `instalment` and `payment`.
        complete: each tape tells every row of the loans it tells; what was told of a loan before
            and is missing from its later observation is gone (a payment taken back).
    """

    model_config = CONFIG

    source: str
    where: str | None = None
    lookup: dict[str, str] = {}
    columns: dict[str, str] | None = None
    schedule: Schedule | None = None
    totals: Totals | None = None
    complete: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> "Rows":
        ways = [way for way in (self.columns, self.schedule, self.totals) if way is not None]
        if len(ways) != 1:
            msg = "give exactly one of `columns`, `schedule`, `totals`"
            raise ValueError(msg)
        return self


class Mapping(BaseModel):
    """A mapping pack."""

    model_config = CONFIG

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    about: Text
    since: date
    cite: str
    sources: dict[str, Source] = Field(min_length=1)
    tables: dict[str, tuple[Rows, ...]] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_the_contract(self) -> "Mapping":
        wrong = [fault for name, rows in self.tables.items() for fault in self._faults(name, rows)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self, name: str, parts: tuple[Rows, ...]) -> list[str]:
        known = {table.name: table for table in tape.TABLES}
        if name not in known:
            return [f"the contract has no table {name!r}; it has: {', '.join(known)}"]
        columns = {column.name for column in known[name].columns}
        required = {column.name for column in known[name].columns if column.required}
        faults: list[str] = []
        for part in parts:
            used = (part.source, *part.lookup)
            faults += [f"{name}: no source {each!r}" for each in used if each not in self.sources]
            if part.columns is None:
                wanted = "instalment" if part.schedule else "payment"
                faults += [] if name == wanted else [f"{name} cannot be derived this way"]
                continue
            if part.complete and "loan_id" not in columns - {known[name].key[0]}:
                faults.append(f"{name} has no rows of a loan that could be `complete`")
            faults += [f"{name} has no column {each!r}" for each in part.columns.keys() - columns]
            faults += [f"{name} needs {each!r}" for each in required - part.columns.keys()]
        return faults
