"""What exists, in literal tables: kinds of problem, measures, trends."""

from seawall.acts import case_problems as kept_case_problems
from seawall.acts import problems as act_problems
from seawall.acts import token_problems
from seawall.cases import evidence_problems, kind_problems, playbook_problems
from seawall.cases import problems as case_problems
from seawall.cases.process import problems as process_problems
from seawall.conduct import complaints, contacting
from seawall.core import problems as pack_problems
from seawall.core.expression import problems as expression_problems
from seawall.core.measure import Measure, Trend
from seawall.core.problem import Kind
from seawall.ledger import problems as ledger_problems
from seawall.market import rates
from seawall.office import addresses, packs
from seawall.office import problems as office_problems
from seawall.policy import check_problems, window_problems
from seawall.policy import problems as policy_problems
from seawall.portfolio import (
    collections,
    concentration,
    delinquency,
    early_default,
    earnings,
    growth,
    prepayment,
    recovery,
    summary,
    transition,
    vintage,
)
from seawall.portfolio import problems as tape_problems
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.trends import (
    applying,
    collecting,
    concentrating,
    crowding,
    deciding,
    drift,
    lending,
    maturing,
    owed,
)
from seawall.resilience import accesses, machines, notices
from seawall.vault import problems as vault_problems
from seawall.warning import problems as warning_problems

PROBLEM_KINDS: tuple[Kind, ...] = (
    *pack_problems.KINDS,
    *expression_problems.KINDS,
    *tape_problems.KINDS,
    *ledger_problems.KINDS,
    *policy_problems.KINDS,
    *check_problems.KINDS,
    *window_problems.KINDS,
    *vault_problems.KINDS,
    *warning_problems.KINDS,
    *process_problems.KINDS,
    *playbook_problems.KINDS,
    *act_problems.KINDS,
    *token_problems.KINDS,
    *kept_case_problems.KINDS,
    *case_problems.KINDS,
    *kind_problems.KINDS,
    *evidence_problems.KINDS,
    *office_problems.KINDS,
    *addresses.KINDS,
)


def measures(conventions: Conventions) -> tuple[Measure, ...]:
    """Every measure of the portfolio, in the order in which reports tell them."""
    return (
        summary.measure(conventions),
        delinquency.measure(conventions),
        growth.measure(conventions),
        vintage.measure(conventions),
        early_default.measure(conventions),
        transition.matrix(conventions),
        transition.roll(conventions),
        transition.cure(conventions),
        prepayment.measure(conventions),
        recovery.curves(conventions),
        recovery.lgd(conventions),
        concentration.measure(conventions),
        earnings.measure(conventions),
        collections.measure(conventions),
    )


def trends(conventions: Conventions) -> tuple[Trend, ...]:
    """Every trend of the house, by subject."""
    watching, conduct, resilience = packs.watching(), packs.conduct(), packs.resilience()
    return (
        *applying.trends(watching),
        *crowding.trends(watching),
        *drift.trends(watching),
        *deciding.trends(watching),
        *lending.trends(watching),
        *owed.trends(conventions),
        *maturing.trends(conventions, watching),
        *concentrating.trends(watching),
        *collecting.trends(),
        *complaints.trends(conduct),
        *contacting.trends(conduct),
        *rates.trends(),
        *machines.trends(),
        *accesses.trends(resilience),
        *notices.trends(resilience),
    )
