"""A small simulated lender that several tests look at, and how it is gathered."""

from collections import defaultdict
from datetime import date

import pyarrow as pa
import pytest

from seawall.core import pack
from seawall.simulator.declaration import Lender
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan, Trouble, affected, planted
from tests.conftest import PACKS

Book = dict[str, pa.Table]

PLAN = Plan(loans=6_000, seed=7, months=30, until=date(2025, 6, 20))


def gathered(plan: Plan, lender: Lender) -> Book:
    """All chunks of a simulation, by table."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for name, rows in simulate(plan, lender):
        parts[name].append(rows)
    return {name: pa.concat_tables(several) for name, several in parts.items()}


@pytest.fixture(scope="session")
def lender() -> Lender:
    return pack.read(PACKS / "simulator" / "lender.yaml", Lender)


@pytest.fixture(scope="session")
def book(lender: Lender) -> Book:
    return gathered(PLAN, lender)


@pytest.fixture(scope="session")
def troubles(lender: Lender) -> dict[str, Trouble]:
    return {trouble.kind: trouble for trouble in planted(PLAN, lender)}


@pytest.fixture(scope="session")
def touched(lender: Lender) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    truth = planted(PLAN, lender)
    for name, rows in simulate(PLAN, lender):
        for trouble in truth:
            counts[trouble.kind] += affected(trouble, name, rows)
    return counts
