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


# What the simulated lender hardly ever does, done to some of its rows: tokens in many hands, loans
# that break their decision, contacts at night and too many of them, notices and disputes that wait.
_RING = "CASE WHEN nr % 25 = 5 THEN 'ring' || CAST(nr // 400 AS VARCHAR) ELSE {0} END AS {0}"
_ROUGH = {
    "application": f"""
SELECT * EXCLUDE (nr) REPLACE (
  {_RING.format("device_token")}, {_RING.format("address_token")}, {_RING.format("contact_token")})
FROM (SELECT *, CAST(SUBSTR(application_id, 2) AS INTEGER) AS nr FROM application)""",
    "loan": """
SELECT * EXCLUDE (nr) REPLACE (
  CASE WHEN nr % 50 = 1 THEN CAST(principal * 4 AS DECIMAL(18,2)) ELSE principal END AS principal,
  CASE WHEN nr % 60 = 2 THEN annual_rate / 2 ELSE annual_rate END AS annual_rate)
FROM (SELECT *, CAST(SUBSTR(loan_id, 2) AS INTEGER) AS nr FROM loan)""",
    "contact": """
SELECT * EXCLUDE (nr) REPLACE (
  CASE WHEN nr % 20 = 3 THEN contacted_at + INTERVAL 13 HOUR ELSE contacted_at END AS contacted_at)
FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY contact_id) AS nr FROM contact)
UNION ALL
SELECT * EXCLUDE (nr, turn) REPLACE (contact_id || '-' || CAST(turn AS VARCHAR) AS contact_id,
  contacted_at + turn * INTERVAL 30 MINUTE AS contacted_at, 'ai_call' AS medium)
FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY contact_id) AS nr FROM contact)
CROSS JOIN (SELECT UNNEST(RANGE(1, 10)) AS turn) WHERE nr % 15 = 4""",
    "event": """
SELECT * EXCLUDE (nr) REPLACE (
  CASE WHEN kind IN ('regulatory_notice', 'dispute') AND nr % 2 = 0 THEN NULL ELSE closed_at END AS closed_at,
  CASE WHEN kind = 'outage' AND nr % 2 = 0 THEN NULL ELSE value END AS value)
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY event_id) AS nr FROM event)""",
}


def rough(facts: Facts) -> Facts:
    """The facts with what the simulated lender never does, so that trends of it are not all zero."""
    engine = DuckEngine(threads=1, memory="1GB")
    show(engine, facts)
    made = {name: engine.table(Steps().then("rough", sql)) for name, sql in _ROUGH.items()}
    engine.close()
    return facts | {
        name: rows.select(facts[name].column_names).cast(facts[name].schema)
        for name, rows in made.items()
    }
