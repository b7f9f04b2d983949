"""The planted troubles: listed in the truth, and visible in the facts."""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from seawall.simulator.declaration import Kind, Lender
from seawall.simulator.truth import Plan, Trouble, planted
from tests.simulator.conftest import PLAN, Book, gathered

Troubles = dict[str, Trouble]
BIG = Plan(loans=20_000, seed=11, months=36)


@pytest.fixture(scope="module")
def big(lender: Lender) -> Book:
    return gathered(BIG, lender)


@pytest.fixture(scope="module")
def planned(lender: Lender) -> Troubles:
    return {trouble.kind: trouble for trouble in planted(BIG, lender)}


def test_the_truth_lists_every_kind_inside_the_simulated_months(troubles: Troubles) -> None:
    assert troubles.keys() == set(get_args(Kind))
    for trouble in troubles.values():
        assert date(2023, 1, 1) <= trouble.starts_on <= trouble.ends_on <= PLAN.until
        assert trouble.title.en
        assert trouble.title.zh
        assert trouble.changes
        assert trouble.size > 0


def test_a_trouble_after_the_last_known_day_is_not_listed(lender: Lender) -> None:
    short = Plan(loans=10, months=1, until=date(2025, 3, 5))
    assert "outage" not in {trouble.kind for trouble in planted(short, lender)}


def test_every_trouble_touches_facts(touched: dict[str, int], troubles: Troubles) -> None:
    assert all(touched[kind] > 0 for kind in troubles)


def test_a_trouble_moves_with_the_plan_and_not_with_the_seed(lender: Lender) -> None:
    assert planted(PLAN, lender) == planted(Plan(seed=8, months=30, until=PLAN.until), lender)
    assert planted(PLAN, lender) != planted(Plan(months=36, until=PLAN.until), lender)


def test_the_weakened_channel_is_worse_than_before_and_than_the_others(
    big: Book, planned: Troubles
) -> None:
    trouble = planned["weakening_channel"]
    late = _ever_late(big, product="instalment")
    shares: dict[tuple[bool, bool], list[bool]] = defaultdict(list)
    for loan in late:
        during = trouble.starts_on <= loan["disbursed_on"] <= trouble.ends_on
        before = loan["disbursed_on"] < trouble.starts_on
        if during or before:
            mine = loan["channel"] == trouble.segment["channel"]
            shares[mine, during].append(loan["late"])
    rate = {key: float(np.mean(found)) for key, found in shares.items()}
    assert rate[True, True] > 1.5 * rate[False, True]
    assert rate[True, True] > 1.3 * rate[True, False]
    assert rate[True, False] < 1.5 * rate[False, False]


def _ever_late(book: Book, *, product: str) -> list[dict[str, Any]]:
    """Loans old enough, with whether cash fell short of the first six dues 15 days after them."""
    due: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in (
        book["instalment"].filter(pc.less_equal(book["instalment"]["number"], 6)).to_pylist()
    ):
        cents = int(100 * (row["principal"] + row["interest"] + row["fee"]))
        due[row["loan_id"]].append((row["due_on"] + timedelta(days=15), cents))
    paid: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in book["payment"].select(["loan_id", "paid_on", "amount"]).to_pylist():
        paid[row["loan_id"]].append((row["paid_on"], int(100 * row["amount"])))
    found = []
    for loan in book["loan"].to_pylist():
        dues = due[loan["loan_id"]]
        if loan["product"] == product and dues[-1][0] <= BIG.until:
            owed, day = sum(cents for _, cents in dues), dues[-1][0]
            loan["late"] = sum(cents for on, cents in paid[loan["loan_id"]] if on <= day) < owed
            found.append(loan)
    return found


def test_the_struck_region_misses_more_than_the_others_and_than_before(
    big: Book, planned: Troubles
) -> None:
    trouble = planned["regional_shock"]
    first, last = trouble.starts_on, trouble.ends_on
    during = {mine: _short(big, trouble, mine, first, last) for mine in (True, False)}
    before = {
        mine: _short(big, trouble, mine, first - timedelta(days=150), first)
        for mine in (True, False)
    }
    assert during[True] > 1.4 * during[False]
    assert during[True] / during[False] > 1.3 * before[True] / before[False]


def _short(book: Book, trouble: Trouble, mine: bool, first: date, last: date) -> float:  # noqa: FBT001 - a key
    """Contacts per loan on the book: each missed instalment brings some."""
    regions = dict(zip(book["loan"]["loan_id"].to_pylist(), book["loan"]["region"].to_pylist(),
                       strict=True))  # fmt: skip
    west = {loan for loan, region in regions.items() if region == trouble.segment["region"]}
    on = pc.and_(
        pc.greater_equal(book["contact"]["contacted_at"], _start(first)),
        pc.less(book["contact"]["contacted_at"], _start(last)),
    )
    hits = [loan in west for loan in book["contact"].filter(on)["loan_id"].to_pylist()]
    size = len(west) if mine else len(regions) - len(west)
    return sum(hit == mine for hit in hits) / size


def _start(day: date) -> pa.Scalar:
    return pa.scalar(datetime.combine(day, time()), pa.timestamp("us"))


def test_the_fraud_ring_shares_devices_addresses_and_contacts_and_never_pays(
    big: Book, planned: Troubles
) -> None:
    prefix = planned["fraud_ring"].token_prefix
    ring = [row for row in big["application"].to_pylist()
            if row["device_token"].startswith("d" + prefix)]  # fmt: skip
    assert len(ring) >= 10
    assert max(Counter(row["device_token"] for row in ring).values()) == 8
    assert len({row["customer_token"] for row in ring}) == len(ring)
    assert all(row["device_token"][1:] == row["address_token"][1:] for row in ring)
    numbers = {row["application_id"] for row in ring}
    loans = {row["loan_id"]: row["charged_off_on"] or date.max
             for row in big["loan"].to_pylist() if row["application_id"] in numbers}  # fmt: skip
    assert len(loans) == len(ring)
    paid = [row for row in big["payment"].to_pylist() if row["loan_id"] in loans]
    assert all(row["paid_on"] > loans[row["loan_id"]] for row in paid)


def test_no_scheduled_payment_arrives_during_the_outage_and_api_errors_rise(
    big: Book, planned: Troubles
) -> None:
    trouble = planned["outage"]
    gone = set(
        pc.filter(big["loan"]["loan_id"], big["loan"]["charged_off_on"].is_valid()).to_pylist()
    )
    days = Counter(
        row["paid_on"] for row in big["payment"].to_pylist() if row["loan_id"] not in gone
    )
    down = [trouble.starts_on + timedelta(days=turn) for turn in range(int(trouble.size))]
    after = trouble.ends_on + timedelta(days=1)
    # What is left are parts of instalments, which are paid by hand.
    assert sum(days[day] for day in down) < 0.05 * days[after]
    failed = pc.equal(big["event"]["kind"], "payment_failed")
    assert pc.sum(failed).as_py() > 100
    errors = dict(_series(big, "api_errors"))
    assert min(errors[day] for day in down) > 5 * float(np.median(list(errors.values())))


def test_the_policy_rate_rises_in_steps_and_funding_cost_follows(
    big: Book, planned: Troubles
) -> None:
    trouble = planned["rate_rise"]
    policy, funding = (dict(_series(big, name)) for name in ("policy_rate", "funding_cost"))
    before = [policy[day] for day in policy if day < trouble.starts_on]
    assert max(before) == min(before)
    assert max(policy.values()) - before[0] == pytest.approx(trouble.size, abs=1e-4)
    days = sorted(policy)
    assert funding[days[-1]] - funding[days[0]] == pytest.approx(trouble.size, abs=0.004)


def _series(book: Book, name: str) -> list[tuple[date, float]]:
    rows = book["series"].filter(pc.equal(book["series"]["series_id"], name))
    return [(row["observed_on"], row["value"]) for row in rows.to_pylist()]


def test_complaints_surge_in_their_months_and_product(big: Book, planned: Troubles) -> None:
    trouble = planned["complaint_surge"]
    rows = [row for row in big["event"].to_pylist() if row["kind"] == "complaint"]
    assert any(row["closed_at"] is None for row in rows)
    mine = [row["happened_at"].date() for row in rows
            if row["product"] == trouble.segment["product"]]  # fmt: skip
    length = (trouble.ends_on - trouble.starts_on).days + 1
    during = sum(trouble.starts_on <= day <= trouble.ends_on for day in mine)
    earlier = trouble.starts_on - timedelta(days=length)
    before = sum(earlier <= day < trouble.starts_on for day in mine)
    assert during > 3 * before > 0
