"""From daily club records to counts: the clock stops on days that must not count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.durability.availability import durability_inputs
from models.durability.index import durability
from models.errors import NotEnoughData
from models.synthetic.league import SyntheticLeague

DAYS = 800


def _daily(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    lost = np.zeros(DAYS)
    for start, length in ((100, 45), (300, 20), (500, 14), (620, 32), (760, 8)):
        lost[start : start + length] = 1.0
    load = np.where(rng.random(DAYS) < 0.4, 0.0, rng.integers(200, 800, DAYS)).astype(float)
    return {"time_loss": lost, "load_au": np.where(lost == 1.0, 0.0, load), "absence": np.full(DAYS, np.nan)}


def test_injuries_of_the_window_and_before_are_kept_apart() -> None:
    inputs = durability_inputs(_daily())

    assert inputs.injury_days == (14.0, 32.0, 8.0)
    assert inputs.older == ((45.0, 699.0), (20.0, 499.0))
    assert inputs.eligible_days == 365


def test_an_injury_across_the_edge_is_split_not_counted_twice() -> None:
    daily = _daily()
    daily["time_loss"][:] = 0.0
    daily["time_loss"][DAYS - 365 - 10 : DAYS - 365 + 5] = 1.0

    inputs = durability_inputs(daily)

    assert inputs.injury_days == (5.0,)
    assert [days for days, _ in inputs.older or ()] == [10.0]


def test_a_restricted_day_counts_half_within_a_spell_only() -> None:
    daily = _daily()
    daily["time_loss"][:] = 0.0
    daily["time_loss"][700:704] = 1.0
    daily["availability"] = np.full(DAYS, 1.0)
    daily["availability"][704:708] = 0.5
    daily["availability"][750:760] = 0.5  # restricted for something else

    assert durability_inputs(daily).injury_days == (6.0,)


@given(st.lists(st.integers(0, DAYS), min_size=1, max_size=30), st.sampled_from(["absence", "unknown"]))
@settings(max_examples=30, deadline=None)
def test_illness_pregnancy_rest_and_unknown_days_change_nothing(places: list[int], kind: str) -> None:
    daily = _daily()
    marks = {"time_loss": np.nan if kind == "unknown" else 0.0, "load_au": np.nan, "absence": 1.0}

    longer = {name: np.insert(values, sorted(places), marks[name]) for name, values in daily.items()}

    assert durability_inputs(longer) == durability_inputs(daily)


def test_attributes_that_are_nobodys_business_are_not_read() -> None:
    daily = _daily()
    more = daily | {"readiness": np.zeros(DAYS), "age": np.full(DAYS, 31.0), "resting_heart_rate": np.zeros(DAYS)}

    assert durability_inputs(more) == durability_inputs(daily)


def test_a_rookie_has_no_history_and_no_load_tolerance_yet() -> None:
    inputs = durability_inputs({name: values[-120:] for name, values in _daily().items()})

    assert inputs.older is None
    assert inputs.load_tolerance is None
    assert inputs.eligible_days == 120


def test_load_tolerance_needs_twenty_six_known_weeks() -> None:
    daily = _daily()
    daily["load_au"][: DAYS - 170] = np.nan
    assert durability_inputs(daily).load_tolerance is None
    assert durability_inputs(_daily()).load_tolerance is not None


def test_an_injury_after_a_heavy_week_fails_it() -> None:
    daily = _daily()
    daily["time_loss"][:] = 0.0
    daily["load_au"] = np.full(DAYS, 300.0)
    week_start = DAYS - 7 * 20
    daily["load_au"][week_start : week_start + 7] = 600.0
    safe = durability_inputs(daily).load_tolerance
    daily["time_loss"][week_start + 10 : week_start + 15] = 1.0
    hurt = durability_inputs(daily).load_tolerance

    assert safe is not None
    assert hurt is not None
    assert safe.ok == safe.of == hurt.of
    assert hurt.ok < safe.ok


def test_nothing_known_is_no_index() -> None:
    with pytest.raises(NotEnoughData):
        durability_inputs({"time_loss": np.full(50, np.nan)})
    with pytest.raises(NotEnoughData):
        durability_inputs({"time_loss": np.array([])})


def test_the_simulated_league_gives_plausible_indices(league: SyntheticLeague) -> None:
    medians = [durability(durability_inputs(one.daily)).median for one in league.athletes]

    assert 60 < np.median(medians) < 95
    assert min(medians) > 20
