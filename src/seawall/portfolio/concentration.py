"""How much of what is owed hangs on a few: HHI, top shares and Gini over any segment."""

from seawall.core.measure import Column, Measure, Question
from seawall.core.steps import Steps
from seawall.core.text import Text
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.segments import VINTAGES, latest, ratio

DEFAULT = ("product", "channel", "partner", "region", "grade", "purpose", "customer_token")
"""The segments looked at where the question names none."""


def measure(conventions: Conventions) -> Measure:
    """The measure `concentration`: one row per segment column, not broken down further."""
    top = tuple(
        Column(f"top_{n}", "share", Text(en=f"top {n}", zh=f"前{n}大占比")) for n in conventions.top
    )
    return Measure(
        name="concentration",
        title=Text(en="Concentration", zh="集中度"),
        meaning=Text(
            en="Principal owed at the last month-end by each value of a segment. HHI is the sum of "
            "squared shares; normalised, 0 is even and 1 is all in one; Gini of the amounts.",
            zh="最近月末贷款余额按各维度取值的集中程度。HHI 为占比平方和；标准化后0为完全分散、1为集中于一个；"
            "基尼系数按金额计算。",
        ),
        columns=(
            Column("segment", "label", Text(en="segment", zh="维度")),
            Column("members", "count", Text(en="members", zh="取值数")),
            Column("balance", "money", Text(en="balance", zh="余额")),
            Column("hhi", "index", Text(en="HHI", zh="HHI")),
            Column("normalised_hhi", "index", Text(en="normalised HHI", zh="标准化HHI")),
            *top,
            Column("gini", "index", Text(en="Gini", zh="基尼系数")),
        ),
        steps=lambda question: _steps(question, conventions),
        source="Hirschman (1964), AER 54(5); Gini (1912); BCBS, Studies on credit risk "
        "concentration (2006)",
    )


def _steps(question: Question, conventions: Conventions) -> Steps:
    names = question.by or DEFAULT
    parts = "\nUNION ALL\n".join(_members(name) for name in names)
    order = "".join(f"WHEN '{name}' THEN {turn} " for turn, name in enumerate(names))
    top = ", ".join(
        f"SUM(CASE WHEN place <= {n} THEN share ELSE 0 END) AS top_{n}" for n in conventions.top
    )
    return (
        Steps()
        .then("owed", f"""
SELECT l.*, m.balance
FROM month_end m JOIN loan l ON l.loan_id = m.loan_id
WHERE m.balance > 0 AND m.month_end = {latest(question)}""")
        .then("members", parts)
        .then("shares", f"""
SELECT segment, balance,
  {ratio("balance", "SUM(balance) OVER (PARTITION BY segment)")} AS share,
  ROW_NUMBER() OVER (PARTITION BY segment ORDER BY balance DESC) AS place,
  COUNT(*) OVER (PARTITION BY segment) AS members
FROM members""")
        .then("indices", f"""
SELECT segment, MAX(members) AS members, SUM(balance) AS balance, SUM(share * share) AS hhi,
  {top},
  SUM(share * (2 * (members - place + 1) - members - 1)) / MAX(members) AS gini
FROM shares GROUP BY segment""")
        .then("concentration", f"""
SELECT segment, members, balance, hhi,
  (hhi - CAST(1 AS DOUBLE) / members) / NULLIF(1 - CAST(1 AS DOUBLE) / members, 0)
    AS normalised_hhi,
  {", ".join(f"top_{n}" for n in conventions.top)}, gini
FROM indices ORDER BY CASE segment {order}END""")
    )  # fmt: skip


def _members(name: str) -> str:
    value = VINTAGES.get(name, f"l.{name}")
    return f"""
SELECT '{name}' AS segment, SUM(l.balance) AS balance FROM owed l
WHERE {value} IS NOT NULL GROUP BY {value}"""
