"""Trials: who gets which arm, and that it stays so."""

from datetime import date
from itertools import pairwise

import pytest
from pydantic import ValidationError

from seawall.core.text import Text
from seawall.office import packs
from seawall.policy.decider import Decider
from seawall.policy.trial import SLOTS, Arms, Challenger, Trial, slot

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
NAMES = ("micro_loan", "micro_loan_cn", "micro_loan_us", "micro_loan_eu")


@pytest.fixture(scope="module")
def deciders() -> tuple[Decider, ...]:
    return tuple(Decider(packs.policy(name)) for name in NAMES)


def arms(deciders: tuple[Decider, ...], *shares: float, id_: str = "spring") -> Arms:
    champion, *others = deciders
    trial = Trial(
        id=id_, title=Text(en="A trial", zh="试验"), since=FIRST, until=LAST,
        challengers=tuple(Challenger(policy=f"p{n}", share=each) for n, each in enumerate(shares)),
        shadows=("shadow",),
    )  # fmt: skip
    return Arms(trial, champion, tuple(others[: len(shares)]), (deciders[-1],))


def test_a_slot_is_the_published_hash() -> None:
    # printf 'spring\0c-1' | b2sum -l 128, and likewise; as an integer modulo 10,000.
    assert slot("spring", "c-1") == int("4c4e7ea4e7ace6be85f01a0fd7352290", 16) % SLOTS
    assert slot("spring", "客户") == int("6ed54377c7a3fbc14748c33827d489fe", 16) % SLOTS


def test_shares_are_kept(deciders: tuple[Decider, ...]) -> None:
    made = arms(deciders, 0.1, 0.25)
    n = 40_000
    held = [made.arm(f"customer-{number}", FIRST) for number in range(n)]
    for decider, share in zip(deciders[:3], (0.65, 0.1, 0.25), strict=True):
        # Five standard deviations of a binomial count.
        assert abs(held.count(decider) - n * share) < 5 * (n * share * (1 - share)) ** 0.5


def test_two_trials_deal_independently(deciders: tuple[Decider, ...]) -> None:
    one, two = arms(deciders, 0.5), arms(deciders, 0.5, id_="autumn")
    n = 40_000
    both = sum(
        one.arm(f"c{k}", FIRST) is deciders[1] and two.arm(f"c{k}", FIRST) is deciders[1]
        for k in range(n)
    )
    assert abs(both - n / 4) < 5 * (n * 0.25 * 0.75) ** 0.5


def test_growing_a_trial_moves_customers_only_to_the_challenger(
    deciders: tuple[Decider, ...],
) -> None:
    steps = [arms(deciders, share) for share in (0.01, 0.1, 0.5, 1.0)]
    for before, after in pairwise(steps):
        for number in range(5_000):
            was, now = (each.arm(f"c{number}", FIRST) for each in (before, after))
            assert was is now or (was is deciders[0] and now is deciders[1])


@pytest.mark.parametrize(
    ("token", "day"),
    [(None, FIRST), ("c", None), ("c", date(2025, 12, 31)), ("c", date(2026, 4, 1))],
)
def test_the_champion_decides_who_is_unknown_or_out_of_time(
    deciders: tuple[Decider, ...], token: str | None, day: date | None
) -> None:
    assert arms(deciders, 1.0).arm(token, day) is deciders[0]


def test_the_first_and_the_last_day_belong_to_the_trial(deciders: tuple[Decider, ...]) -> None:
    for day in (FIRST, LAST):
        roles = list(arms(deciders, 1.0).deciders("c", day))
        assert roles == [("challenger", deciders[1]), ("shadow", deciders[3])]


@pytest.mark.parametrize("shares", [(0.6, 0.5), (0.00001,), (0.0,), (1.5,)])
def test_shares_that_cannot_be(deciders: tuple[Decider, ...], shares: tuple[float, ...]) -> None:
    with pytest.raises(ValidationError):
        arms(deciders, *shares)
