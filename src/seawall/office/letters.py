"""Notices as letters: what people read when a case wants them to know something."""

from collections.abc import Mapping

from seawall.acts.alert_cases import LEVELS, fields_of
from seawall.acts.delivering import Letter, Notice
from seawall.acts.handling import Desk
from seawall.cases.built_in import BUILT_IN
from seawall.core.text import Text, verbatim
from seawall.office import warning
from seawall.records import case_register as register
from seawall.records.case_register import CaseRow
from seawall.warning import explaining, waiting
from seawall.warning.holding import AMBER
from seawall.warning.indicator import Indicator


class Letters:
    """Writes letters about the cases of a desk.

    Args:
        desk: whose cases.
        indicators: by id, for alerts.
    """

    def __init__(self, desk: Desk, indicators: Mapping[str, Indicator]) -> None:
        self._desk = desk
        self._indicators = indicators
        self._units = {name: each.unit for name, each in warning.trends().items()}

    def write(self, notice: Notice) -> Letter:
        """A notice as a letter: nothing in it that a case's free fields say."""
        rows = register.standing_all(notice.about or (notice.case,))
        if notice.kind == "alert":
            return self._alerts(notice, [rows[each] for each in notice.about if each in rows])
        kind = self._desk.kinds.opening(notice.kind)
        verb = kind.verbs[notice.verb].title if notice.verb in kind.verbs else _built(notice.verb)
        facts = {
            "kind": kind.title, "verb": verb, "case": notice.case, "state": kind.states[notice.state].title,
            "at": f"{notice.at:%Y-%m-%d %H:%M}",
        }  # fmt: skip
        clock = notice.fields.get("clock")
        about = kind.clocks[clock].title if clock in kind.clocks else Text(en="", zh="")
        return Letter(_TITLE.filled(**facts), _TEXT.filled(**facts, clock=about))

    def _alerts(self, notice: Notice, rows: list[CaseRow]) -> Letter:
        lines = [self._alert(row) for row in rows]
        worst = max((LEVELS.index(fields_of(row)["level"]) for row in rows), default=AMBER)
        waited = int(notice.fields.get("waited", 0))
        head = _ALERTS.filled(n=len(lines), level=waiting.LEVELS[worst])
        tail = [_WAITED.filled(n=waited)] if waited else []
        told = [*lines, *tail]
        return Letter(
            head, Text(en="\n".join(e.en for e in told), zh="\n".join(e.zh for e in told))
        )

    def _alert(self, row: CaseRow) -> Text:
        fields = fields_of(row)
        declared = self._indicators.get(fields["indicator"])
        name = (
            Text(en=fields["indicator"], zh=fields["indicator"])
            if declared is None
            else declared.title
        )
        unit = self._units[declared.measure] if declared else "index"
        shown = {each: explaining.said(fields[each], unit) if each in fields else _DASH
                 for each in ("value", "low", "high")}  # fmt: skip
        level = waiting.LEVELS[LEVELS.index(fields["level"])]
        return _ALERT.filled(
            level=level, title=name, segment=fields["segment"], as_of=fields["as_of"],
            since=fields["since"], case=row.case_id, **shown,
        )  # fmt: skip


def _built(verb: str) -> Text:
    return BUILT_IN[verb].title if verb in BUILT_IN else verbatim(verb)


_DASH = Text(en="–", zh="–")
_TITLE = Text(en="{kind}: {verb} ({case})", zh="{kind}：{verb}（{case}）")
_TEXT = Text(
    en="Since {at} UTC it is {state}. {clock}\nLook at it: seawall case show {case}",
    zh="自 {at}（UTC）起状态为“{state}”。{clock}\n查看：seawall case show {case}",
)
_ALERTS = Text(en="{n} alerts, the worst is {level}", zh="{n} 条预警，最高为{level}")
_ALERT = Text(
    en="{level}: {title}, {segment}: {value} at {as_of} (normal {low} to {high}), since {since}; {case}",
    zh="{level}：{title}，{segment}：{as_of} 为 {value}（正常范围 {low} 至 {high}），自 {since} 起；{case}",
)
_WAITED = Text(en="{n} of them waited, and nobody took them.", zh="其中 {n} 条已等待而无人处理。")
