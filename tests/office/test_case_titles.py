"""A case is called by its heading; an alert by its indicator's title, in both languages."""

from seawall.office import case_titles, kinds, packs


def test_an_alert_is_called_by_its_indicator() -> None:
    (known,) = [each.declared for each in packs.indicators() if each.declared.id == "past_due_30"]
    assert case_titles.called(kinds.kind("alert"), "past_due_30") == known.title
    assert case_titles.called(kinds.kind("alert"), "gone_since").en == "gone_since"


def test_any_other_is_called_as_it_calls_itself() -> None:
    complaint = kinds.kind("complaint")
    assert case_titles.called(complaint, "past_due_30").en == "past_due_30"
    assert case_titles.called(complaint, "") == complaint.title
