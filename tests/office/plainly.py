"""Every trend a second time, in plain Python over the book's rows: by row, by loop, by definition.

Each method gets the book, the first and the last day of a period, and which rows are asked for, and
gives `part` and `whole`. What a trend means is read from its meaning, never from its SQL.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any

from seawall.core.engine import Engine
from seawall.core.period import month_end, month_index
from seawall.core.steps import Steps

Row = dict[str, Any]
Mine = Callable[[Row], bool]
Told = tuple[float | None, float | None]
Method = Callable[["Book", date, date, Mine], Told]
DAY = timedelta(days=1)
SHANGHAI = timedelta(hours=8)


@dataclass(frozen=True)
class Book:
    """The rows of a book; each with the segments of its loan or application."""

    engine: Engine

    def rows(self, table: str) -> list[Row]:
        found: list[Row] = self.engine.table(
            Steps().then("r", f"SELECT * FROM {table}")
        ).to_pylist()
        return found

    @cached_property
    def applications(self) -> list[Row]:
        return sorted(
            self.rows("application"), key=lambda a: (a["applied_at"], a["application_id"])
        )

    @cached_property
    def decisions(self) -> list[Row]:
        asked = {a["application_id"]: a for a in self.applications}
        return [asked[d["application_id"]] | d for d in self.rows("decision")]

    @cached_property
    def loans(self) -> dict[str, Row]:
        return {row["loan_id"]: row for row in self.rows("loan")}

    @cached_property
    def months(self) -> dict[date, list[Row]]:
        found: dict[date, list[Row]] = defaultdict(list)
        for row in self.rows("month_end"):
            found[row["month_end"]].append(self.loans[row["loan_id"]] | row)
        return found

    @cached_property
    def contacts(self) -> list[Row]:
        rows = [self.loans[c["loan_id"]] | c for c in self.rows("contact")]
        return sorted(rows, key=lambda c: (c["contacted_at"], c["contact_id"]))

    @cached_property
    def payments(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("payment"):
            found[row["loan_id"]].append(row)
        return found

    @cached_property
    def dues(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.rows("instalment"), key=lambda row: row["due_on"]):
            found[row["loan_id"]].append(row)
        return found

    @cached_property
    def events(self) -> list[Row]:
        return self.rows("event")

    @cached_property
    def series(self) -> dict[str, list[tuple[date, float]]]:
        found: dict[str, list[tuple[date, float]]] = defaultdict(list)
        for row in sorted(self.rows("series"), key=lambda row: row["observed_on"]):
            found[row["series_id"]].append((row["observed_on"], row["value"]))
        return found


def share(rows: Iterable[Row], met: Mine) -> Told:
    held = [met(row) for row in rows]
    return sum(held), len(held)


def back(day: date, months: int) -> date:
    """The same day so many months before, or the last of its month."""
    index = month_index(day) - months
    last = month_end(date(index // 12, index % 12 + 1, 1))
    return last.replace(day=min(day.day, last.day))


def during(rows: Iterable[Row], name: str, first: date, last: date) -> list[Row]:
    return [row for row in rows if first <= row[name].date() <= last]


# Applications and decisions


def _applied(book: Book, first: date, last: date, mine: Mine) -> list[Row]:
    return [row for row in during(book.applications, "applied_at", first, last) if mine(row)]


def _decided(book: Book, first: date, last: date, mine: Mine) -> list[Row]:
    return [row for row in during(book.decisions, "decided_at", first, last) if mine(row)]


def applications(book: Book, first: date, last: date, mine: Mine) -> Told:
    return len(_applied(book, first, last, mine)), None


def many_lenders(book: Book, first: date, last: date, mine: Mine) -> Told:
    asked = [row for row in _applied(book, first, last, mine) if row["open_lenders"] is not None]
    return share(asked, lambda row: row["open_lenders"] >= 4)


def rapid(token: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    times: dict[str, list[datetime]] = defaultdict(list)
    held = []
    for row in book.applications:
        before = times[row[token]]
        if first <= row["applied_at"].date() <= last and mine(row):
            held.append(bool(before) and row["applied_at"] - before[-1] <= timedelta(hours=24))
        before.append(row["applied_at"])
    return sum(held), len(held)


def busiest(token: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    asked = _applied(book, first, last, mine)
    times = Counter((row["applied_at"].date(), row[token]) for row in asked)
    return max(times.values(), default=0), None


def _others(token: str, book: Book, first: date, last: date, mine: Mine) -> list[int]:
    used: dict[str, list[Row]] = defaultdict(list)
    for row in book.applications:
        used[row[token]].append(row)
    return [
        len({
            other["customer_token"]
            for other in used[row[token]]
            if timedelta(0) <= row["applied_at"] - other["applied_at"] <= 90 * DAY
        } - {row["customer_token"]})
        for row in _applied(book, first, last, mine)
    ]  # fmt: skip


def crowded(token: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    others = _others(token, book, first, last, mine)
    return sum(each >= 3 for each in others), len(others)


def largest_crowd(token: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    most = max(_others(token, book, first, last, mine), default=0)
    return (most + 1 if most else 0), None


def _index(now: Counter[Any], before: Counter[Any]) -> float | None:
    if not now or not before:
        return None
    bins = now.keys() | before.keys()

    def part(counts: Counter[Any], key: object) -> float:
        return (counts[key] + 0.5) / (counts.total() + 0.5 * len(bins))

    shares = [(part(now, key), part(before, key)) for key in bins]
    return sum((p - q) * math.log(p / q) for p, q in shares)


def drift(bin_of: Callable[[Row], object], book: Book, first: date, last: date, mine: Mine) -> Told:
    now = Counter(map(bin_of, _applied(book, first, last, mine)))
    earlier = _applied(book, back(first, 12), first - DAY, mine)
    return _index(now, Counter(map(bin_of, earlier))), None


def reason_drift(book: Book, first: date, last: date, mine: Mine) -> Told:
    now = Counter((d["outcome"], d["reason"]) for d in _decided(book, first, last, mine))
    earlier = _decided(book, back(first, 12), first - DAY, mine)
    return _index(now, Counter((d["outcome"], d["reason"]) for d in earlier)), None


def _step(width: float, value: object) -> int | None:
    return None if not value else math.floor(math.log(float(str(value))) / math.log(width))


def answered(outcome: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    return share(_decided(book, first, last, mine), lambda row: row["outcome"] == outcome)


def mix(book: Book, first: date, last: date, mine: Mine) -> Told:
    every = _decided(book, first, last, lambda _: True)
    return sum(map(mine, every)), len(every)


def override(book: Book, first: date, last: date, mine: Mine) -> Told:
    by_application: dict[str, list[Row]] = defaultdict(list)
    for row in book.decisions:
        by_application[row["application_id"]].append(row)

    def outside(loan: Row) -> bool:
        return not any(
            d["outcome"] == "approve" and d["decided_at"].date() <= loan["disbursed_on"]
            and (d["limit_amount"] is None or loan["principal"] <= d["limit_amount"])
            and (None in (loan["annual_rate"], d["annual_rate"])
                 or loan["annual_rate"] >= d["annual_rate"])
            for d in by_application[loan["application_id"]]
        )  # fmt: skip

    return share(_made(book, first, last, mine), outside)


# Loans


def _made(book: Book, first: date, last: date, mine: Mine) -> list[Row]:
    return [x for x in book.loans.values() if first <= x["disbursed_on"] <= last and mine(x)]


def lent(book: Book, first: date, last: date, mine: Mine) -> Told:
    return float(sum(row["principal"] for row in _made(book, first, last, mine))), None


def amount_mean(book: Book, first: date, last: date, mine: Mine) -> Told:
    return lent(book, first, last, mine)[0], len(_made(book, first, last, mine))


def rate_mean(book: Book, first: date, last: date, mine: Mine) -> Told:
    made = _made(book, first, last, mine)
    rates = [row["annual_rate"] for row in made if row["annual_rate"] is not None]
    return sum(rates), len(rates)


def rate_highest(book: Book, first: date, last: date, mine: Mine) -> Told:
    rates = [row["annual_rate"] or 0 for row in _made(book, first, last, mine)]
    return max(rates, default=0) or None, None


def growth(book: Book, first: date, last: date, mine: Mine) -> Told:
    now, _ = lent(book, back(first, 2), last, mine)
    before, _ = lent(book, back(first, 5), back(first, 2) - DAY, mine)
    return (now / before - 1 if now is not None and before else None), None


def first_payment(days: int, book: Book, first: date, last: date, mine: Mine) -> Told:
    part = whole = 0
    for loan_id, (due, *_) in book.dues.items():
        loan, day = book.loans[loan_id], due["due_on"] + days * DAY
        if first <= day <= last and day <= loan["observed_on"] and mine(loan):
            whole += 1
            part += not _paid_by(book, loan, due, day)
    return part, whole


def _paid_by(book: Book, loan: Row, due: Row, day: date) -> bool:
    """Its cash covers the instalment, or all principal and what had been charged (a payoff)."""
    cash = 0
    for payment in sorted(book.payments[loan["loan_id"]], key=lambda row: row["paid_on"]):
        if payment["paid_on"] <= min(day, loan["charged_off_on"] or day):
            cash += payment["amount"] - payment["late_fee"]
    charges = sum(
        each["fee"] + each["interest"]
        for each in book.dues[loan["loan_id"]]
        if each["due_on"] <= day
    )
    enough = min(due["fee"] + due["interest"] + due["principal"], loan["principal"] + charges)
    return bool(cash >= enough)


def vintage(months: int, book: Book, first: date, last: date, mine: Mine) -> Told:
    made = _made(book, back(first, months), month_end(back(first, months)), mine)
    ever = {
        row["loan_id"]
        for end, rows in book.months.items()
        if end <= last
        for row in rows
        if row["days_past_due"] > 30 or row["status"] == "charged_off"
    }
    return share(made, lambda loan: loan["loan_id"] in ever)


# Month-ends


def _month(book: Book, last: date, mine: Mine) -> list[Row]:
    return [row for row in book.months[last] if mine(row)]


def _was_open(row: Row) -> bool:
    return row["opening_bucket"] not in (None, "repaid", "charged_off")


def _was_late(row: Row) -> bool:
    return _was_open(row) and row["opening_bucket"] != "current"


def _sum(rows: Iterable[Row], name: str) -> float:
    return float(sum(row[name] for row in rows))


def balance(book: Book, _: date, last: date, mine: Mine) -> Told:
    return _sum(_month(book, last, mine), "balance"), None


def past_due(days: int, book: Book, _: date, last: date, mine: Mine) -> Told:
    standing = [row for row in _month(book, last, mine) if row["status"] == "open"]
    return share(standing, lambda row: row["days_past_due"] > days)


def owed_past_due(days: int, book: Book, _: date, last: date, mine: Mine) -> Told:
    rows = _month(book, last, mine)
    late = (row for row in rows if row["days_past_due"] > days)
    return _sum(late, "balance"), _sum(rows, "balance")


def roll(state: str, worse: int, book: Book, _: date, last: date, mine: Mine) -> Told:
    opened = [row for row in _month(book, last, mine) if row["opening_bucket"] == state]
    return share(
        opened, lambda row: row["status"] == "charged_off" or row["days_past_due"] >= worse
    )


def cure(book: Book, _: date, last: date, mine: Mine) -> Told:
    late = [row for row in _month(book, last, mine) if _was_late(row)]
    return share(late, lambda row: row["bucket"] in ("current", "repaid") and row["waived"] == 0)


def prepaid(book: Book, _: date, last: date, mine: Mine) -> Told:
    rows = [row for row in _month(book, last, mine) if _was_open(row)]
    part, paid = _sum(rows, "prepaid"), _sum(rows, "principal_paid")
    return part, _sum(rows, "opening_balance") - paid + part


def charged_off(book: Book, _: date, last: date, mine: Mine) -> Told:
    rows = _month(book, last, mine)
    return _sum(rows, "charged_off"), _sum(rows, "opening_balance")


def collected(late: bool, book: Book, _: date, last: date, mine: Mine) -> Told:  # noqa: FBT001
    part = whole = 0
    for row in _month(book, last, mine):
        if row["opening_bucket"] in ("repaid", "charged_off") or (late and not _was_late(row)):
            continue
        asked = row["opening_arrears"] + row["scheduled"]
        met = min(row["cash"], asked)
        left = {"open": row["arrears"], "repaid": 0 if row["waived"] <= 0 else asked - met}
        part, whole = part + met, whole + met + left.get(row["status"], asked - met)
    return float(part), float(whole)


def recovered(book: Book, _: date, last: date, mine: Mine) -> Told:
    lost = sum(
        _sum(_month(book, month_end(back(last, n)), mine), "charged_off") for n in range(1, 13)
    )
    return _sum(_month(book, last, mine), "recovered"), lost


def _by(name: str, book: Book, last: date, mine: Mine) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for row in _month(book, last, mine):
        found[row[name]] += row["balance"]
    return found


def largest(name: str, book: Book, _: date, last: date, mine: Mine) -> Told:
    owed = _by(name, book, last, mine)
    most = max((owed[key] for key in owed if key is not None), default=0)
    return float(most), float(owed.total())


def hhi(name: str, book: Book, _: date, last: date, mine: Mine) -> Told:
    owed = {k: float(v) for k, v in _by(name, book, last, mine).items() if k is not None and v}
    whole = sum(owed.values())
    return (sum((each / whole) ** 2 for each in owed.values()) if whole else None), None


def partners(book: Book, _: date, last: date, mine: Mine) -> Told:
    owed = _by("partner", book, last, mine)
    return float(owed.total() - owed[None]), float(owed.total())


def many_loans(book: Book, _: date, last: date, mine: Mine) -> Told:
    standing = (row for row in _month(book, last, mine) if row["status"] == "open")
    times = Counter(row["customer_token"] for row in standing)
    return sum(each >= 2 for each in times.values()), len(times)


# Contacts


def _spoken(row: Row) -> bool:
    return row["outcome"] in ("reached", "promise", "refused")


def _touched(book: Book, first: date, last: date, mine: Mine) -> list[Row]:
    return [row for row in during(book.contacts, "contacted_at", first, last) if mine(row)]


def contacts(book: Book, first: date, last: date, mine: Mine) -> Told:
    return len(_touched(book, first, last, mine)), None


def reach(book: Book, first: date, last: date, mine: Mine) -> Told:
    return share(_touched(book, first, last, mine), _spoken)


def promised(book: Book, first: date, last: date, mine: Mine) -> Told:
    spoken = filter(_spoken, _touched(book, first, last, mine))
    return share(spoken, lambda row: row["outcome"] == "promise")


def kept(book: Book, first: date, last: date, mine: Mine) -> Told:
    def paid(row: Row) -> bool:
        cash = sum(
            p["amount"] for p in book.payments[row["loan_id"]]
            if row["contacted_at"].date() <= p["paid_on"] <= row["promised_on"]
        )  # fmt: skip
        return bool(cash > 0 and cash >= (row["promised_amount"] or 0))

    due = (c for c in book.contacts if c["outcome"] == "promise" and mine(c))
    return share((c for c in due if first <= c["promised_on"] <= last), paid)


def _local(row: Row) -> datetime:
    at: datetime = row["contacted_at"] + SHANGHAI
    return at


def night(book: Book, first: date, last: date, mine: Mine) -> Told:
    asked = [
        c for c in book.contacts
        if first <= _local(c).date() <= last and c["medium"] != "letter" and mine(c)
    ]  # fmt: skip
    return share(asked, lambda c: not time(8) <= _local(c).time() < time(22))


def _voiced(book: Book) -> list[Row]:
    return [c for c in book.contacts if c["medium"] in ("call", "ai_call")]


def many_talks(book: Book, first: date, last: date, mine: Mine) -> Told:
    turns: Counter[Any] = Counter()
    held = []
    for row in filter(_spoken, _voiced(book)):
        turns[key := (row["customer_token"], _local(row).date())] += 1
        if first <= _local(row).date() <= last and mine(row):
            held.append(turns[key] > 3)
    return sum(held), len(held)


def many_calls(book: Book, first: date, last: date, mine: Mine) -> Told:
    called: dict[str, list[date]] = defaultdict(list)
    held = []
    for row in _voiced(book):
        day = _local(row).date()
        called[row["loan_id"]].append(day)
        if first <= day <= last and mine(row):
            held.append(sum(day - each < 7 * DAY for each in called[row["loan_id"]]) > 7)
    return sum(held), len(held)


def after_talk(book: Book, first: date, last: date, mine: Mine) -> Told:
    talked: dict[str, date] = {}
    held = []
    for row in _voiced(book):
        day = _local(row).date()
        if first <= day <= last and mine(row):
            held.append(day - talked.get(row["loan_id"], date.min) < 7 * DAY)
        if _spoken(row):
            talked[row["loan_id"]] = day
    return sum(held), len(held)


# Events and series


def _happened(met: Mine, book: Book, first: date, last: date, mine: Mine) -> list[Row]:
    rows = during(book.events, "happened_at", first, last)
    return [row for row in rows if met(row) and mine(row)]


def events(met: Mine, book: Book, first: date, last: date, mine: Mine) -> Told:
    return len(_happened(met, book, first, last, mine)), None


def events_most(met: Mine, book: Book, first: date, last: date, mine: Mine) -> Told:
    asked = _happened(met, book, first, last, mine)
    times = Counter((row["happened_at"].date(), row["subject"]) for row in asked)
    return max(times.values(), default=0), None


def per_loan(kind: str, book: Book, first: date, last: date, mine: Mine) -> Told:
    standing = [row for row in _month(book, last, mine) if row["status"] == "open"]
    return events(_kind(kind), book, first, last, mine)[0], len(standing)


def still_open(which: tuple[str, int], book: Book, _: date, last: date, mine: Mine) -> Told:
    kind, days = which
    return sum(
        mine(row) and row["kind"] == kind and (last - row["happened_at"].date()).days >= days
        and (row["closed_at"] is None or row["closed_at"].date() > last)
        for row in book.events
    ), None  # fmt: skip


def late(which: tuple[str, int], book: Book, first: date, last: date, mine: Mine) -> Told:
    kind, days = which
    asked = _happened(_kind(kind), book, first - days * DAY, last - days * DAY, mine)

    def waits(row: Row) -> bool:
        limit = row["happened_at"].date() + days * DAY
        return row["closed_at"] is None or row["closed_at"].date() > limit

    return share(asked, waits)


def _kind(kind: str) -> Mine:
    return lambda row: row["kind"] == kind


def _sign_in(app: bool) -> Mine:  # noqa: FBT001 - customers' or staff's
    return lambda row: row["kind"] == "sign_in_failed" and (row["subject"] == "customer_app") == app


def down(book: Book, first: date, last: date, mine: Mine) -> Told:
    begins = datetime.combine(first, time())
    ends = datetime.combine(last + DAY, time())
    seconds = 0.0
    for row in book.events:
        if row["kind"] == "outage" and mine(row):
            over = min(row["closed_at"] or ends, ends) - max(row["happened_at"], begins)
            seconds += max(over.total_seconds(), 0)
    return seconds / 60, None


def _last(book: Book, series: str, day: date) -> float | None:
    known = book.series[series]
    place = bisect_right(known, (day, math.inf))
    return known[place - 1][1] if place else None


def level(series: str, book: Book, _: date, last: date, __: Mine) -> Told:
    return _last(book, series, last), None


def change(series: str, months: int, book: Book, _: date, last: date, __: Mine) -> Told:
    now, before = _last(book, series, last), _last(book, series, back(last, months))
    return (None if now is None or before is None else now - before), None


def spread(book: Book, _: date, last: date, __: Mine) -> Told:
    cost, policy = _last(book, "funding_cost", last), _last(book, "policy_rate", last)
    return (None if cost is None or policy is None else cost - policy), None


def fx(book: Book, _: date, last: date, __: Mine) -> Told:
    now, before = _last(book, "fx_usd", last), _last(book, "fx_usd", back(last, 1))
    return (None if now is None or before is None else now / before - 1), None


def _values(book: Book, series: str, first: date, last: date) -> list[float]:
    return [value for day, value in book.series[series] if first <= day <= last]


def api_errors(book: Book, first: date, last: date, _: Mine) -> Told:
    return sum(_values(book, "api_errors", first, last)), None


def latency(book: Book, first: date, last: date, _: Mine) -> Told:
    found = _values(book, "api_latency_ms", first, last)
    return sum(found), len(found)


def backup_age(book: Book, first: date, last: date, _: Mine) -> Told:
    return max(_values(book, "backup_age_hours", first, last)), None


METHODS: dict[str, Method] = {
    "applications": applications,
    "multi_lender_share": many_lenders,
    **{f"rapid_{each}_share": partial(rapid, f"{each}_token")
       for each in ("device", "address", "contact")},
    **{f"busiest_{each}": partial(busiest, f"{each}_token")
       for each in ("device", "address", "contact")},
    **{f"crowded_{each}_share": partial(crowded, f"{each}_token")
       for each in ("device", "address", "contact")},
    **{f"largest_{each}_crowd": partial(largest_crowd, f"{each}_token")
       for each in ("device", "address", "contact")},
    "bureau_score_drift": partial(drift, lambda row: _step(1.05, row["bureau_score"])),
    "income_drift": partial(drift, lambda row: _step(1.25, row["income_annual"])),
    "amount_drift": partial(drift, lambda row: _step(1.25, row["amount"])),
    "age_drift": partial(drift, lambda row: (row["applied_at"].year - row["birth_year"]) // 5),
    "approval_rate": partial(answered, "approve"),
    "referral_rate": partial(answered, "refer"),
    "decision_mix": mix,
    "reason_drift": reason_drift,
    "override_rate": override,
    "loans_made": lambda book, *asked: (len(_made(book, *asked)), None),
    "disbursed": lent,
    "amount_mean": amount_mean,
    "rate_mean": rate_mean,
    "rate_highest": rate_highest,
    "disbursed_growth": growth,
    "balance": balance,
    **{f"past_due_{days or 1}_plus": partial(past_due, days) for days in (0, 30, 60, 90)},
    **{f"balance_past_due_{days or 1}_plus": partial(owed_past_due, days)
       for days in (0, 30, 60, 90)},
    "roll_current_to_1_30": partial(roll, "current", 1),
    "roll_1_30_to_31_60": partial(roll, "1-30", 31),
    "roll_31_60_to_61_90": partial(roll, "31-60", 61),
    "cure_rate": cure,
    "prepayment_rate": prepaid,
    "charge_off_rate": charged_off,
    "collected_share": partial(collected, False),
    "collected_late_share": partial(collected, True),
    "first_payment_late_7": partial(first_payment, 7),
    "first_payment_default": partial(first_payment, 30),
    "vintage_30_plus_at_3": partial(vintage, 3),
    "vintage_30_plus_at_6": partial(vintage, 6),
    "recovery_rate": recovered,
    **{f"largest_{each}_share": partial(largest, each)
       for each in ("product", "channel", "partner", "region")},
    **{f"{each}_hhi": partial(hhi, each) for each in ("product", "channel", "partner", "region")},
    "partner_share": partners,
    "top_customer_share": partial(largest, "customer_token"),
    "multi_loan_share": many_loans,
    "contacts": contacts,
    "contact_reach": reach,
    "promise_rate": promised,
    "promises_kept": kept,
    **{f"{kind}s": partial(events, _kind(kind)) for kind in ("complaint", "dispute")},
    **{f"{kind}_rate": partial(per_loan, kind) for kind in ("complaint", "dispute")},
    **{f"{kind}s_open": partial(still_open, (kind, 0)) for kind in ("complaint", "dispute")},
    "complaints_late": partial(late, ("complaint", 15)),
    "disputes_late": partial(late, ("dispute", 20)),
    "contact_hours_breach": night,
    "contact_daily_breach": many_talks,
    "contact_weekly_breach": many_calls,
    "contact_after_talk": after_talk,
    "policy_rate": partial(level, "policy_rate"),
    "policy_rate_change": partial(change, "policy_rate", 3),
    "funding_cost": partial(level, "funding_cost"),
    "funding_cost_change": partial(change, "funding_cost", 3),
    "funding_spread": spread,
    "fx_move": fx,
    "unemployment_rate": partial(level, "unemployment_rate"),
    "unemployment_rate_change": partial(change, "unemployment_rate", 12),
    "api_errors": api_errors,
    "api_latency": latency,
    "backup_age": backup_age,
    "payments_failed": partial(events, _kind("payment_failed")),
    "outage_minutes": down,
    "sign_in_failed_customers": partial(events, _sign_in(app=True)),
    "sign_in_failed_staff": partial(events, _sign_in(app=False)),
    "permission_denied": partial(events, _kind("permission_denied")),
    "sign_in_failed_most": partial(events_most, _sign_in(app=False)),
    "permission_denied_most": partial(events_most, _kind("permission_denied")),
    "notice_unattended": partial(still_open, ("regulatory_notice", 11)),
}  # fmt: skip
