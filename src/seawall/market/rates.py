"""What money costs and how the economy is, from series, as last known at each period's end."""

from seawall.core.by_period import periods, told
from seawall.core.measure import Period, Span, Trend, Unit
from seawall.core.steps import Steps
from seawall.core.text import Text

EVERY_PERIOD: tuple[Period, ...] = ("day", "week", "month")


def trends() -> tuple[Trend, ...]:
    """The trends of markets and of the economy."""
    return (
        _level("policy_rate", "rate_annual", Text(en="Policy rate", zh="政策利率")),
        _change("policy_rate", "rate_annual", 3, Text(en="Policy rate", zh="政策利率")),
        _level("funding_cost", "rate_annual", Text(en="Funding cost", zh="融资成本")),
        _change("funding_cost", "rate_annual", 3, Text(en="Funding cost", zh="融资成本")),
        _spread(),
        _fx(),
        _level("unemployment_rate", "share", Text(en="Unemployment", zh="失业率")),
        _change("unemployment_rate", "share", 12, Text(en="Unemployment", zh="失业率")),
    )


def _trend(name: str, unit: Unit, texts: tuple[Text, Text], sql: str) -> Trend:
    """A level computed from series: `now('…')` and `before('…')` in the SQL stand for values."""
    title, meaning = texts
    return Trend(
        name=name, title=title, meaning=meaning, unit=unit, arithmetic="level",
        periods=EVERY_PERIOD, segments=(), reads=("series",),
        steps=lambda span: _read(span, sql),
        source="The series itself, as the book holds it",
    )  # fmt: skip


def _level(series: str, unit: Unit, title: Text) -> Trend:
    return _trend(
        series,
        unit,
        (
            title,
            Text(
                en=f"The last value of the series `{series}` on or before the period's end.",
                zh=f"期末或之前序列`{series}`的最近值。",
            ),
        ),
        _at(series),
    )


def _change(series: str, unit: Unit, months: int, title: Text) -> Trend:
    return _trend(
        f"{series}_change",
        unit,
        (
            Text(en=f"{title.en}, change over {months} months", zh=f"{title.zh}{months}个月变动"),
            Text(
                en=f"The last value of the series `{series}` less the last one known {months} months "
                "earlier; unknown while there was none.",
                zh=f"序列`{series}`的最近值减去{months}个月前的最近值；此前无值时为空。",
            ),
        ),
        f"{_at(series)} - {_at(series, months)}",
    )


def _spread() -> Trend:
    return _trend(
        "funding_spread",
        "rate_annual",
        (
            Text(en="Funding spread", zh="融资利差"),
            Text(
                en="The last funding cost less the last policy rate.",
                zh="最近融资成本减最近政策利率。",
            ),
        ),
        f"{_at('funding_cost')} - {_at('policy_rate')}",
    )


def _fx() -> Trend:
    return _trend(
        "fx_move",
        "share",
        (
            Text(en="Move of the exchange rate", zh="汇率变动"),
            Text(
                en="The last exchange rate (units of the lender's currency per US dollar, `fx_usd`) over "
                "that of a month earlier, less one; up is a weaker currency.",
                zh="最近汇率（每美元折合本币，`fx_usd`）÷ 一个月前汇率 − 1；上升为本币贬值。",
            ),
        ),
        f"{_at('fx_usd')} / NULLIF({_at('fx_usd', 1)}, 0) - 1",
    )


def _at(series: str, months: int = 0) -> str:
    """The last value of a series that many months before a period's end, as an aggregate."""
    known = f"s.observed_on <= CAST(p.ends_on - INTERVAL {months} MONTH AS DATE)"
    mine = f"s.series_id = '{series}' AND {known}"
    return f"MAX_BY(CASE WHEN {mine} THEN s.value END, CASE WHEN {mine} THEN s.observed_on END)"


def _read(span: Span, sql: str) -> Steps:
    steps = (
        Steps()
        .then("ends", periods(span))
        .then("read", f"""
SELECT p.ends_on, {sql} AS part, NULL AS whole
FROM ends p JOIN series s ON s.observed_on <= p.ends_on
GROUP BY p.ends_on""")
    )  # fmt: skip
    return told(steps, span, "level")
