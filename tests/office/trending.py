"""A small simulated book, whole and as it was known on a day, for what tests ask of trends."""

from datetime import date

import pyarrow as pa

from seawall.core.engine import DuckEngine, Engine
from seawall.core.steps import Steps
from seawall.office import packs
from seawall.portfolio import tape
from seawall.portfolio.month_end import calendar, month_end
from seawall.portfolio.settlement import settlement
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan

Facts = dict[str, pa.Table]


def simulated(plan: Plan) -> Facts:
    """Every table of the contract, as the simulator gives it."""
    chunks: dict[str, list[pa.Table]] = {
        each.name: [each.schema.empty_table()] for each in tape.TABLES
    }
    for name, chunk in simulate(plan, packs.lender()):
        chunks[name].append(chunk)
    return {name: pa.concat_tables(every) for name, every in chunks.items()}


# What was not yet known at the end of a day: rows of later days are left out, and what a row says
# of later days is NULL.
_KNOWN = {
    "application": "SELECT * FROM application WHERE CAST(applied_at AS DATE) <= {day}",
    "decision": "SELECT * FROM decision WHERE CAST(decided_at AS DATE) <= {day}",
    "loan": """
SELECT * REPLACE (
  CASE WHEN charged_off_on <= {day} THEN charged_off_on END AS charged_off_on,
  CASE WHEN closed_on <= {day} THEN closed_on END AS closed_on,
  LEAST(observed_on, {day}) AS observed_on, CAST(NULL AS VARCHAR) AS outcome)
FROM loan WHERE disbursed_on <= {day}""",
    "instalment": "SELECT * FROM instalment "
    "WHERE loan_id IN (SELECT loan_id FROM loan WHERE disbursed_on <= {day})",
    "payment": "SELECT * FROM payment WHERE paid_on <= {day}",
    "contact": "SELECT * FROM contact WHERE CAST(contacted_at AS DATE) <= {day}",
    "event": """
SELECT * REPLACE (
  CASE WHEN CAST(closed_at AS DATE) <= {day} THEN closed_at END AS closed_at,
  CASE WHEN closed_at IS NULL OR CAST(closed_at AS DATE) <= {day} THEN value END AS value)
FROM event WHERE CAST(happened_at AS DATE) <= {day}""",
    "series": "SELECT * FROM series WHERE observed_on <= {day}",
}


def cut(facts: Facts, on: date) -> Facts:
    """The facts as they were known at the end of a day."""
    engine = DuckEngine(threads=1, memory="1GB")
    show(engine, facts)
    told = {
        name: engine.table(Steps().then("known", sql.format(day=f"DATE '{on}'")))
        for name, sql in _KNOWN.items()
    }
    engine.close()
    return {each.name: told[each.name].cast(each.schema) for each in tape.TABLES}


def show(engine: Engine, facts: Facts) -> None:
    """Make facts readable."""
    for name, rows in facts.items():
        engine.show(name, rows)


def opened(facts: Facts, engine: Engine) -> Engine:
    """An engine that reads facts and what is derived of them, and of nothing else."""
    show(engine, facts)
    last = max(facts["loan"]["observed_on"].to_pylist())
    first = min(facts["loan"]["disbursed_on"].to_pylist())
    engine.show("calendar", calendar(first, last))
    engine.show("settlement", engine.table(settlement(last)))
    engine.show("month_end", engine.table(month_end(last, packs.conventions())))
    return engine
