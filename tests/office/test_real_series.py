from pathlib import Path

import pytest

from seawall.office import backtesting, packs, real_series, warning
from seawall.warning.settings import SeriesTrial


@pytest.mark.real
def test_card_delinquencies_are_tested_after_the_years_they_were_chosen_on(real_data: Path) -> None:
    trial, told = real_series.card_delinquencies(real_data)
    assert [each.of for each in told] == ["surges", "recessions"]
    for each in told:
        assert each.chosen in trial.settings
        assert all(
            alarm.on > trial.chosen_until for alarm in (*each.second.counting, *each.second.false)
        )
        assert all(caught.truth.starts_on > trial.chosen_until for caught in each.second.caught)
    surges = told[0].second
    assert len(surges.caught) + len(surges.missed) == 2  # before 2008, and from 2021 on


@pytest.mark.real
def test_the_series_is_read_as_shares_at_the_ends_of_quarters(real_data: Path) -> None:
    trial = packs.backtest("card_delinquencies", SeriesTrial)
    series = real_series.read(real_data / trial.file, trial)
    assert series.ends_on[0].isoformat() == "1991-03-31"
    assert series.values[0, 0] == pytest.approx(0.0526)


def test_a_folder_without_the_series_is_told(tmp_path: Path) -> None:
    with pytest.raises(real_series.UnableToFindSeries):
        real_series.card_delinquencies(tmp_path)


@pytest.mark.real
def test_superlenders_troubles_are_surges_of_monthly_shares(
    real_data: Path, tmp_path: Path
) -> None:
    at = real_series.superlender(real_data, tmp_path / "home")
    declared = [each.declared for each in warning.sheets()]
    found, _ = backtesting.run(at, declared, None)
    assert found.known.truths
    for truth in found.known.truths:
        name = truth.id.split("-surge-")[0]
        assert warning.trends()[name].arithmetic == "share"
        assert {
            each.indicator.period for each in found.judged if each.indicator.id in truth.seen_by
        } == {"month"}
