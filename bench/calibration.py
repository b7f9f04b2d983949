"""How close the simulated lender comes to the real tapes, figure by figure.

    python bench/calibration.py

Needs the public tapes (`SEAWALL_DATA`). The settings of the simulated lender were chosen on these
same tapes, so this is a fit, not a forecast. Writes `bench/results/calibration.md`.
"""

import os
import sys
import tempfile
from pathlib import Path

from seawall import office
from seawall.acts.importing import bring_in
from seawall.acts.simulating import make_lender
from seawall.core.steps import Steps
from seawall.simulator.truth import Plan

RESULTS = Path(__file__).parent / "results"
LOANS = 60_000

LATE = """
SELECT SUM(CASE WHEN s.settled_on > s.due_on + {days} THEN 1.0 ELSE 0 END) / COUNT(*) AS v
FROM settlement s JOIN loan l ON l.loan_id = s.loan_id
WHERE s.number = 1 AND s.settled_on IS NOT NULL AND l.product LIKE 'micro%'"""

MICRO = {
    "first instalment late, of those repaid": LATE.format(days=0),
    "… more than 7 days": LATE.format(days=7),
    "… more than 30 days": LATE.format(days=30),
    "share of single-instalment loans with 15 days": """
SELECT SUM(CASE WHEN term_days = 15 THEN 1.0 ELSE 0 END) / COUNT(*) AS v
FROM loan WHERE term_days <= 30""",
    "upper quartile of amounts over the median": """
SELECT CAST(QUANTILE_DISC(principal, 0.75) AS DOUBLE) / CAST(MEDIAN(principal) AS DOUBLE) AS v
FROM loan WHERE product LIKE 'micro%'""",
}
TERM_36 = "l.term_days BETWEEN 1090 AND 1100"
INSTALMENT = {
    "36 months: charged off by month 24, of loans observed so long": f"""
SELECT SUM(CASE WHEN l.charged_off_on < l.disbursed_on + 730 THEN 1.0 ELSE 0 END) / COUNT(*) AS v
FROM loan l WHERE {TERM_36} AND l.disbursed_on + 730 <= l.observed_on""",
    "36 months: repaid in full by month 24": f"""
SELECT SUM(CASE WHEN e.ended_on < l.disbursed_on + 730 THEN 1.0 ELSE 0 END) / COUNT(*) AS v
FROM loan l JOIN (
  SELECT loan_id, MAX(ended_on) AS ended_on FROM settlement GROUP BY loan_id) e USING (loan_id)
WHERE {TERM_36} AND l.disbursed_on + 730 <= l.observed_on""",
    "recovered over charged off, 12 months and more after": """
SELECT SUM(r) / SUM(c) AS v FROM (
  SELECT loan_id, SUM(CAST(recovered AS DOUBLE)) AS r, SUM(CAST(charged_off AS DOUBLE)) AS c
  FROM month_end JOIN loan l USING (loan_id)
  WHERE l.charged_off_on + 365 <= l.observed_on AND l.product LIKE 'instalment%' GROUP BY loan_id)""",
    "upper quartile of amounts over the median": """
SELECT CAST(QUANTILE_DISC(principal, 0.75) AS DOUBLE) / CAST(MEDIAN(principal) AS DOUBLE) AS v
FROM loan WHERE product LIKE 'instalment%'""",
    "median annual rate": "SELECT MEDIAN(annual_rate) AS v FROM loan",
}


def main(data: Path) -> None:
    """Measure the tapes and a simulated lender; print and store the table."""
    with tempfile.TemporaryDirectory() as folder:
        simulated = office.home(Path(folder) / "simulated")
        plan, lender = Plan(loans=LOANS, months=60), office.lender()
        make_lender(simulated.desk(), plan, lender, progress=lambda *_: None)
        lines = [
            *_compare(Path(folder), "superlender", _files(data, "superlender*"), MICRO),
            *_compare(Path(folder), "lendingclub", _files(data, "lendingclub*"), INSTALMENT),
        ]
    text = "\n".join((
        "# The simulated lender beside the real tapes", "",
        f"{LOANS:,} simulated loans over 60 months. The settings were chosen on these tapes.", "",
        "| tape | figure | real | simulated | difference |", "|---|---|---:|---:|---:|", *lines, "",
    ))  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "calibration.md").write_text(text)
    print(text)


def _files(data: Path, folder: str) -> tuple[Path, ...]:
    return tuple(sorted(next(iter(data.glob(folder))).glob("*.csv.gz")))


def _compare(
    folder: Path, mapping: str, files: tuple[Path, ...], figures: dict[str, str]
) -> list[str]:
    real = office.home(folder / mapping)
    bring_in(real.desk(), office.mapping(mapping), files, progress=lambda *_: None)
    lines = []
    for name, sql in figures.items():
        there, here = (
            float(office.read(home).engine.table(Steps().then("v", sql)).to_pylist()[0]["v"])
            for home in (real, office.home(folder / "simulated"))
        )
        lines.append(f"| {mapping} | {name} | {there:.4f} | {here:.4f} | {here - there:+.4f} |")
    return lines


if __name__ == "__main__":
    tapes = Path(os.environ.get("SEAWALL_DATA", "../shared/data"))
    if not tapes.exists():
        sys.exit(f"no tapes at {tapes}; set SEAWALL_DATA")
    main(tapes)
