"""How close the simulated lender comes to the real tapes, figure by figure.

    python bench/calibration.py

Needs the public tapes (`SEAWALL_DATA`). Simulates a lender without planted troubles, computes each
figure by the same definition on both sides, prints the table and writes
`bench/results/calibration.md`. The settings were chosen on these tapes: this is a fit, not a
forecast. `docs/simulator.md` says what each figure is and what does not match.
"""

import os
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from seawall.core import pack
from seawall.core.engine import DuckEngine
from seawall.portfolio.settlement import settlement
from seawall.simulator.declaration import Lender
from seawall.simulator.lender import simulate
from seawall.simulator.truth import Plan

RESULTS = Path(__file__).parent / "results"
PACK = Path(__file__).parents[1] / "src" / "seawall" / "packs" / "simulator" / "lender.yaml"
PLAN = Plan(loans=400_000, months=60, seed=2)
OLD = "DATE '2022-09-30'"
"""Instalment loans made up to here were followed for 39 months, as those of the tape were."""
CLOSED = "DATE '2025-08-31'"
"""Micro-loans made up to here have been repaid or charged off by the end."""

# Relations of one shape on both sides.
#   micro: one row per loan whose first repayment is known: term_days, late (days, of the first
#     instalment), amount (in medians); ends_early, on loans of 60 days.
#   answered: one row per loan of a customer who had one before: bad, number (of the loan).
#   level: instalment loans of 36 months: rate, amount, lost, repaid, mob (months on book at the
#     last payment), unpaid (principal), recovered, cost.
REAL = """
CREATE TABLE earlier AS SELECT * FROM read_csv('{sl}/trainprevloans.csv.gz');
CREATE TABLE july AS SELECT * FROM read_csv('{sl}/trainperf.csv.gz');
CREATE TABLE micro AS SELECT termdays AS term_days, loanamount AS amount,
  DATE_DIFF('day', CAST(firstduedate AS DATE), CAST(firstrepaiddate AS DATE)) AS late,
  DATE_DIFF('day', CAST(approveddate AS DATE), CAST(closeddate AS DATE)) < termdays - 7
    AS ends_early
FROM earlier;
CREATE TABLE answered AS SELECT good_bad_flag = 'Bad' AS bad, loannumber AS number FROM july;
CREATE TABLE tape AS SELECT * FROM read_csv('{lc}/lc_dec2015_5000.csv.gz',
  sample_size = -1, ignore_errors = true, all_varchar = true) WHERE loan_amnt IS NOT NULL;
CREATE TABLE level AS SELECT
  CAST(REPLACE(int_rate, '%', '') AS DOUBLE) / 100 AS rate, CAST(loan_amnt AS DOUBLE) AS amount,
  loan_status = 'Charged Off' AS lost, loan_status = 'Fully Paid' AS repaid,
  COALESCE(DATE_DIFF('month', DATE '2015-12-01', CAST(COALESCE(
    TRY_STRPTIME(last_pymnt_d, '%b-%Y'), TRY_STRPTIME(last_pymnt_d, '%y-%b')) AS DATE)), 0) AS mob,
  CAST(loan_amnt AS DOUBLE) - CAST(total_rec_prncp AS DOUBLE) AS unpaid,
  CAST(recoveries AS DOUBLE) AS recovered, CAST(collection_recovery_fee AS DOUBLE) AS cost,
  CAST(annual_inc AS DOUBLE) AS income
FROM tape WHERE term LIKE '%36%';
"""
SIMULATED = """
CREATE TABLE whole AS SELECT loan_id, MAX(due_on) AS last_due, MAX(ended_on) AS ended_on,
  SUM(CASE WHEN settled_on IS NULL THEN principal ELSE 0 END) AS unpaid,
  BOOL_OR(settled_on IS NULL OR settled_on > due_on) AS ever_late
FROM settlement GROUP BY loan_id;
CREATE TABLE micro AS SELECT l.term_days, CAST(l.principal AS DOUBLE) AS amount,
  s.settled_on - s.due_on AS late, w.ended_on < l.disbursed_on + l.term_days - 7 AS ends_early
FROM loan l JOIN settlement s USING (loan_id) JOIN whole w USING (loan_id)
WHERE l.product LIKE 'micro%' AND l.disbursed_on <= {closed} AND w.ended_on IS NOT NULL
  AND s.number = 1 AND s.settled_on IS NOT NULL;
CREATE TABLE answered AS SELECT * EXCLUDE (disbursed_on) FROM (
  SELECT l.disbursed_on, w.ended_on IS NULL OR w.ever_late AND w.ended_on > w.last_due
      OR w.ever_late AND w.ended_on IS NULL AS bad,
    ROW_NUMBER() OVER (PARTITION BY l.customer_token ORDER BY l.disbursed_on) AS number
  FROM loan l JOIN whole w USING (loan_id) WHERE l.product LIKE 'micro%'
) WHERE number > 1 AND disbursed_on BETWEEN DATE '2024-08-01' AND DATE '2025-07-31';
CREATE TABLE level AS SELECT l.annual_rate AS rate, CAST(l.principal AS DOUBLE) AS amount,
  l.charged_off_on IS NOT NULL AS lost, w.ended_on IS NOT NULL AS repaid,
  COALESCE(DATE_DIFF('month', l.disbursed_on, p.last_on), 0) AS mob,
  CAST(w.unpaid AS DOUBLE) AS unpaid, COALESCE(p.recovered, 0) AS recovered,
  COALESCE(p.cost, 0) AS cost, CAST(a.income_annual AS DOUBLE) AS income
FROM loan l JOIN whole w USING (loan_id) JOIN application a USING (application_id)
LEFT JOIN (
  SELECT l.loan_id,
    MAX(CASE WHEN {before} THEN p.paid_on END) AS last_on,
    SUM(CASE WHEN {before} THEN 0 ELSE CAST(p.amount AS DOUBLE) END) AS recovered,
    SUM(CAST(p.collection_cost AS DOUBLE)) AS cost
  FROM payment p JOIN loan l USING (loan_id)
  WHERE p.paid_on <= l.disbursed_on + 1187 GROUP BY l.loan_id) AS p USING (loan_id)
WHERE l.term_days = 1095 AND l.disbursed_on <= {old};
"""
BEFORE = "(l.charged_off_on IS NULL OR p.paid_on <= l.charged_off_on)"


def _share(condition: str, source: str) -> str:
    return f"SELECT AVG(CASE WHEN {condition} THEN 1.0 ELSE 0 END) FROM {source}"


def _over_median(quantile: float, source: str) -> str:
    return f"SELECT QUANTILE_CONT(amount, {quantile}) / MEDIAN(amount) FROM {source}"


MICRO = {
    "first instalment late, of loans repaid": _share("late > 0", "micro"),
    "… by more than 7 days": _share("late > 7", "micro"),
    "… by more than 30 days": _share("late > 30", "micro"),
    "… paid on the due date": _share("late = 0", "micro"),
    "… more than 7 days early": _share("late < -7", "micro"),
    "… more than 14 days early": _share("late < -14", "micro"),
    "… late, loans of 60 days": _share("late > 0", "micro WHERE term_days = 60"),
    "loans of 60 days repaid over a week before the end": _share(
        "ends_early", "micro WHERE term_days = 60"
    ),
    "bad (not repaid in time), returning customers": _share("bad", "answered"),
    "share of terms: 15 days": _share("term_days = 15", "micro"),
    "share of terms: 30 days": _share("term_days = 30", "micro"),
    "share of terms: 60 days": _share("term_days = 60", "micro"),
    "amount, 75 % quantile over median": _over_median(0.75, "micro"),
    "amount, 90 % quantile over median": _over_median(0.90, "micro"),
    "amount, standard deviation of logs": "SELECT STDDEV(LN(amount)) FROM micro",
    "amount, mean of 15 days over mean of 30": """SELECT AVG(amount) FILTER (term_days = 15)
      / AVG(amount) FILTER (term_days = 30) FROM micro""",
    "number of the loan, returning customers: mean": "SELECT AVG(number) FROM answered",
    "… median": "SELECT MEDIAN(number) FROM answered",
}
LEVEL = {
    **{
        f"charged off, last payment by month {month}": _share(f"lost AND mob <= {month}", "level")
        for month in (3, 6, 12, 18, 24, 30, 36)
    },
    **{
        f"repaid in full by month {month}": _share(f"repaid AND mob <= {month}", "level")
        for month in (3, 6, 12, 18, 24, 30, 35)
    },
    **{
        f"charged off, rates from {low:.1%} to {high:.1%}": _share(
            "lost", f"level WHERE rate >= {low} AND rate < {high}"
        )
        for low, high in ((0, 0.08), (0.08, 0.105), (0.105, 0.135), (0.135, 0.17), (0.17, 1))
    },
    "recovered over principal charged off": "SELECT SUM(recovered) / SUM(unpaid) FROM level WHERE lost",
    "charged-off loans with a recovery": _share("recovered > 0", "level WHERE lost"),
    "cost of collecting over recovered": "SELECT SUM(cost) / SUM(recovered) FROM level WHERE lost",
    "annual rate: mean": "SELECT AVG(rate) FROM level",
    "annual rate: standard deviation": "SELECT STDDEV(rate) FROM level",
    **{
        f"annual rate: {quantile:.0%} quantile": f"SELECT QUANTILE_CONT(rate, {quantile}) FROM level"
        for quantile in (0.05, 0.25, 0.5, 0.75, 0.95)
    },
    **{
        f"amount, {quantile:.0%} quantile over median": _over_median(quantile, "level")
        for quantile in (0.05, 0.25, 0.75, 0.95)
    },
    "amount, standard deviation of logs": "SELECT STDDEV(LN(amount)) FROM level",
    "correlation of log amount and log income": """SELECT CORR(LN(amount), LN(income))
      FROM level WHERE income > 0""",
}


def main(data: Path) -> None:
    """Measure the tapes and a simulated lender; print and store the table."""
    real = duckdb.connect()
    lc = data / "lendingclub_sample_151col"
    real.execute(REAL.replace("{sl}", str(data / "superlender_nigeria")).replace("{lc}", str(lc)))
    simulated = _simulated()
    lines = [
        _line(tape, name, *(float(c.sql(sql).fetchall()[0][0]) for c in (real, simulated)))
        for tape, figures in (("SuperLender", MICRO), ("LendingClub", LEVEL))
        for name, sql in figures.items()
    ]
    text = "\n".join((
        "# The simulated lender beside the real tapes", "",
        f"{PLAN.loans:,} simulated loans over {PLAN.months} months, seed {PLAN.seed}, no troubles.",
        "The settings were chosen on these tapes.", "",
        "| tape | figure | real | simulated | difference |", "|---|---|---:|---:|---:|", *lines, "",
    ))  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "calibration.md").write_text(text, encoding="utf-8")
    print(text)


def _line(tape: str, name: str, real: float, simulated: float) -> str:
    return f"| {tape} | {name} | {real:.4f} | {simulated:.4f} | {simulated - real:+.4f} |"


def _simulated() -> duckdb.DuckDBPyConnection:
    lender = pack.read(PACK, Lender).model_copy(update={"troubles": ()})
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for name, rows in simulate(PLAN, lender):
        if name in {"application", "loan", "instalment", "payment"}:
            parts[name].append(rows)
    engine, made = DuckEngine(threads=1), duckdb.connect()
    for name, several in parts.items():
        whole = pa.concat_tables(several)
        made.register(name, whole)
        engine.show(name, whole)
    made.register("settlement", engine.table(settlement(date(2025, 12, 31))))
    made.execute(SIMULATED.format(closed=CLOSED, old=OLD, before=BEFORE))
    return made


if __name__ == "__main__":
    tapes = Path(os.environ.get("SEAWALL_DATA", "../shared/data"))
    if not tapes.exists():
        sys.exit(f"no tapes at {tapes}; set SEAWALL_DATA")
    main(tapes)
