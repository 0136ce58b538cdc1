"""Every figure of every day of the real files, computed a second time with pandas from the files themselves.

The gate takes a few people; `make drill` (`recomputed`) takes all of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from client.biometrics.own_settings import OwnSettings
from client.biometrics.rest_rule import RestBasis, RestRule
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.metrics.athlete_metrics import History, athlete_metrics
from client.vault.preferences.own_settings import set_own_settings
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId
from tests.client.conftest import NOW
from tests.client.recomputed import formulas, real_tables
from tests.scale import counts, sampled

PEOPLE = ("p01", "p02", "p03", "p05", "p06", "p07", "p09", "p10", "p11", "p12", "p16")
PLAYERS = 39
FILES = ("pmsys/wellness.csv", "pmsys/srpe.csv", "fitbit/sleep.json", "fitbit/resting_heart_rate.json")


def bring(vault: Vault, *paths: Path, players: Mapping[str, AthleteId] | None = None) -> AthleteId:
    """Import files of one new athlete, or of many, on a node in Oslo."""
    one = vault.add_athlete(new_athlete_id(), "A. B.", shirt_no=1).athlete
    attribution = Attribution(None, players=players) if players else Attribution(one)
    Importer(vault, LocalClock(ZoneInfo(real_tables.ZONE), NOW), attribution).take_all([*paths])
    return one


def agree(found: History, expected: Mapping[str, pd.Series], days: pd.DatetimeIndex) -> int:
    """Compare every day of every figure; return how many have a value."""
    known = 0
    for name, series in expected.items():
        ours = pd.Series([one.value for one in found[name]], pd.DatetimeIndex([one.day for one in found[name]]), float)
        theirs = series.reindex(days).astype(float)
        np.testing.assert_allclose(ours.reindex(days), theirs, rtol=1e-9, atol=1e-9, equal_nan=True, err_msg=name)
        known += int(theirs.notna().sum())
    counts["days of figures"] += known
    return known


@pytest.mark.parametrize("person", sampled(PEOPLE, 2))
def test_load_sleep_heart_and_answers_of_real_people(real_data: Path, vault: Vault, person: str) -> None:
    folder = real_data / "pmdata" / person
    paths = [folder / name for name in FILES if (folder / name).exists()]
    one = bring(vault, *paths)
    told = real_tables.answers(folder / FILES[0])
    load, slept = real_tables.session_load(folder / FILES[1]), real_tables.main_sleep(folder / FILES[2])
    pulse = real_tables.resting_pulse(folder / FILES[3]) if folder / FILES[3] in paths else pd.Series(dtype=float)
    days = real_tables.days_between(
        min(part.index.min() for part in (told, load, slept, pulse) if len(part)),
        max(part.index.max() for part in (told, load, slept, pulse) if len(part)),
    )
    last = days[-1].date()

    explicit = athlete_metrics(vault, one, first=days[0].date(), last=last, today=NOW.date())
    complete = athlete_metrics(
        vault, one, first=days[0].date(), last=last, today=NOW.date(), rest=RestRule(RestBasis.COMPLETE_UNTIL, last)
    )

    known = load.reindex(days)
    rested = known.where(known.notna() | (days < load.index.min() if len(load) else True), 0.0)
    agree(explicit, formulas.load_figures(known), days)
    expected = formulas.load_figures(rested) | _of_sleep(slept, told["sleep_duration_h"], days)
    expected |= formulas.answer_figures(told.reindex(days))
    expected["resting_heart_rate_z"] = formulas.robust_z(pulse.reindex(days), 1.0, sign=-1)
    expected["resting_heart_rate_7d"] = pulse.reindex(days).rolling(7, min_periods=3).mean()
    assert agree(complete, expected, days) > 800


def _of_sleep(slept: pd.DataFrame, asked: pd.Series, days: pd.DatetimeIndex) -> dict[str, pd.Series]:
    worn, told, middle = (slept["asleep"] / 60).reindex(days), asked.reindex(days), slept["hour"].reindex(days)
    is_worn = worn.notna().cumsum() >= told.notna().cumsum()
    return formulas.by_majority(formulas.sleep_figures(worn, middle), formulas.sleep_figures(told, middle), is_worn)


@pytest.mark.parametrize(
    ("name", "time", "value"),
    [
        ("2017_7_28_myMeasurements.csv", "timestamp_measurement", "rMSSD"),
        ("elitehrv_export.csv", "Datetime", "Rmssd"),
    ],
)
def test_variability_of_real_exports(real_data: Path, vault: Vault, name: str, time: str, value: str) -> None:
    path = real_data / "hrv" / name
    told = np.log(real_tables.rmssd(path, time=time, value=value))
    days = real_tables.days_between(told.index.min(), told.index.max())
    one = bring(vault, path)

    found = athlete_metrics(vault, one, first=days[0].date(), last=days[-1].date(), today=NOW.date())

    assert agree(found, formulas.hrv_figures(told.reindex(days)), days) > 15


def test_readiness_of_real_players(real_data: Path, vault: Vault, tmp_path: Path) -> None:
    path = real_data / "soccermon" / "readiness_daily.csv"
    observed = real_tables.observed_readiness(path)
    chosen: Sequence[int] = sampled(sorted(observed), 3)
    players = {str(n): vault.add_athlete(new_athlete_id(), f"P{n}", shirt_no=n).athlete for n in chosen}
    lines = path.read_text().splitlines(keepends=True)
    part = tmp_path / "readiness.csv"
    part.write_text("".join([lines[0], *(line for line in lines if line.partition(",")[0] in players)]))
    bring(vault, part, players=players)

    assert len(observed) == PLAYERS
    for number in chosen:
        told = observed[number]
        first, last = told.index.min(), told.index.max()
        found = athlete_metrics(vault, players[str(number)], first=first.date(), last=last.date(), today=NOW.date())
        days = real_tables.days_between(first, last)
        assert agree(found, {"readiness_z": formulas.robust_z(told.reindex(days), 0.5)}, days) >= 0


def test_the_order_of_sources_is_followed_by_the_second_computation_too(real_data: Path, vault: Vault) -> None:
    """Two apps on the same days: with an order of sources the figures are those of the first of them alone."""
    paths = [real_data / "hrv" / name for name in ("2017_7_28_myMeasurements.csv", "elitehrv_export.csv")]
    one = bring(vault, *paths)
    set_own_settings(vault, one, OwnSettings(source_priority=("hrv4training",)))
    told = np.log(real_tables.rmssd(paths[0], time="timestamp_measurement", value="rMSSD"))
    days = real_tables.days_between(told.index.min(), told.index.max())

    found = athlete_metrics(vault, one, first=days[0].date(), last=days[-1].date(), today=date(2018, 1, 1))

    assert agree(found, formulas.hrv_figures(told.reindex(days)), days) > 15
