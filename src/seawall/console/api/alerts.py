"""Alerts: what is open, and what each says of itself."""

from typing import Annotated

from django.http import Http404
from ninja import Path, Router, Schema

from seawall.acts.alert_cases import KIND, fields_of
from seawall.acts.alert_cases import read as cause_of
from seawall.console import place
from seawall.console.api.answers import At, Day, Limit, Words, answers, moment, words
from seawall.console.api.cases import CaseTold, seen
from seawall.console.api.cases import told as case_told
from seawall.console.api.listing import Cursor, Open, cursor, listed, show
from seawall.console.api.tokens import Asking, Token
from seawall.core.period import moment_at
from seawall.office import alert_lists
from seawall.office.queues import Asked
from seawall.records import case_register
from seawall.records.case_register import CaseRow
from seawall.warning.cause import Cause

router = Router(tags=["alerts"])
AlertId = Annotated[str, Path(pattern=r"^alert-[0-9a-f]{20}$")]


class Alert(Schema):
    """An alert: the indicator and segment, since when it stands at which level, its number and what is normal."""

    id: str
    indicator: str
    segment: dict[str, str | None]
    level: str
    state: str
    open: bool
    since: Day | None
    as_of: Day
    value: float | None
    low: float | None
    high: float | None
    raised_at: At
    changed_at: At


class Alerts(Schema):
    """A page of alerts, those changed last first; `next` is the `after` of the page that follows."""

    alerts: list[Alert]
    next: str | None


class AlertTold(Schema):
    """An alert, its explanation as the book says now, and its case.

    `explanation` is empty where the book no longer knows the segment or the indicator.
    """

    alert: Alert
    explanation: list[Words]
    case: CaseTold


@router.get("/alerts", auth=Token("alerts.read"), response=answers(Alerts), operation_id="list_alerts",
            summary="List alerts")  # fmt: skip
def list_alerts(
    request: Asking,
    is_open: Open = True,  # noqa: FBT002 - the query's own default
    after_: Cursor = None,
    limit: Limit = 50,
) -> Alerts:
    """Alerts that the token's unit may see."""
    page = listed(request.auth, Asked(kind=KIND, show=show(is_open)), after_, limit)
    rows = case_register.standing_all([each.line.case_id for each in page.cases])
    return Alerts(alerts=[told(rows[each.line.case_id]) for each in page.cases], next=cursor(page))


@router.get("/alerts/{alert_id}", auth=Token("alerts.read"), response=answers(AlertTold), operation_id="read_alert",
            summary="Read an alert, explained")  # fmt: skip
def read_alert(request: Asking, alert_id: AlertId) -> AlertTold:
    """An alert with what drives it, and its case."""
    case = seen(request, alert_id)
    row = case_register.standing(alert_id)
    if row is None:
        raise Http404
    return AlertTold(alert=told(row), explanation=_explained(alert_id), case=case_told(case))


def _explained(alert_id: str) -> list[Words]:
    """What the book says of it now; nothing where it no longer knows the indicator or the segment."""
    try:
        return [words(each) for each in alert_lists.account(place.watchman(), alert_id)]
    except LookupError:
        return []


def _cause(row: CaseRow) -> Cause | None:
    told_ = fields_of(row).get("cause")
    return cause_of(told_) if told_ else None


def told(row: CaseRow) -> Alert:
    """An alert as the API tells it."""
    fields, cause = fields_of(row), _cause(row)
    numbers = {name: fields.get(name) for name in ("value", "low", "high")}
    return Alert(
        id=row.case_id, indicator=fields["indicator"], segment=dict(cause.segment) if cause else {},
        level=fields["level"], state=row.state, open=bool(row.is_open), since=fields.get("since"),
        as_of=fields["as_of"], raised_at=moment(moment_at(row.opened_us)),
        changed_at=moment(moment_at(row.changed_us)), **numbers,
    )  # fmt: skip
