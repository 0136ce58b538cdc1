"""The readiness composite and two years of loads, computed a second time with pandas (`make drill`: `recomputed`)."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from client.coaching.domains import STANDARD, Domain
from client.coaching.evidence import evidence_on
from client.coaching.histories import histories
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.features.past.as_of import TableAsOf
from client.metrics.athlete_metrics import metrics_between
from client.vault.store import Vault
from tests.client.conftest import NOW
from tests.client.recomputed import formulas, real_tables
from tests.client.recomputed.test_recomputed_figures import FILES, PEOPLE, agree, bring
from tests.scale import counts, sized

ITEMS = ["fatigue", "mood", "soreness", "stress"]
DOMAINS = {"pulse": Domain.RESTING_PULSE, "sleep": Domain.SLEEP, "answers": Domain.WELLNESS}


@pytest.mark.parametrize("person", sized(PEOPLE[:1], in_drill=[one for one in PEOPLE if one != "p12"]))
def test_readiness_of_real_people(real_data: Path, vault: Vault, person: str) -> None:
    folder = real_data / "pmdata" / person
    one = bring(vault, *(folder / name for name in (FILES[0], FILES[2], FILES[3])))
    table = athlete_days(vault, one, today=NOW.date())
    days = pd.DatetimeIndex(table.dates)
    told = real_tables.answers(folder / FILES[0]).reindex(days)
    worn, asked = real_tables.main_sleep(folder / FILES[2])["asleep"].reindex(days) / 60, told["sleep_duration_h"]
    values = pd.DataFrame(
        {
            "pulse": real_tables.resting_pulse(folder / FILES[3]).reindex(days),
            "sleep": worn if worn.count() >= asked.count() else asked,
            "answers": told[ITEMS].sum(axis=1, skipna=False),
        }
    )

    expected = formulas.readiness(
        values,
        signs={"pulse": -1, "sleep": 1, "answers": 1},
        errors={"pulse": 1.0, "sleep": 0.25, "answers": 1.0},
        weights={name: STANDARD[domain] for name, domain in DOMAINS.items()},
    )

    seen = histories(table)
    found = [evidence_on(at, seen).readiness.z for at in range(len(days))]
    ours = pd.Series([np.nan if z is None else z for z in found], days)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert expected.notna().sum() > 20
    counts["mornings"] += int(expected.notna().sum())


def test_loads_of_a_player_over_two_years(real_data: Path) -> None:
    told = pd.read_csv(real_data / "dorem" / "injury-data.csv", encoding="utf-8-sig")
    days = pd.date_range("2024-01-01", periods=len(told), freq="D")
    load = pd.Series(told["RPE.Load"].to_numpy(dtype=float), days)
    dates = tuple(days[0].date() + timedelta(days=n) for n in range(len(days)))
    held = [TableAsOf(DailyTable(dates, {"load_au": load.to_numpy()}), np.ones(len(dates), dtype=bool))]

    found = metrics_between(held, dates[0], dates[-1], key=b"")

    assert len(load) == 658
    assert agree(found, formulas.load_figures(load), days) > 6_000
