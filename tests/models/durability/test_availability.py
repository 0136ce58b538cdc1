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


PLACES = st.lists(st.integers(0, DAYS - 1), min_size=1, max_size=60, unique=True)


@given(PLACES)
@settings(max_examples=30, deadline=None)
def test_it_makes_no_difference_why_a_day_does_not_count(places: list[int]) -> None:
    ill, unknown = _daily(), _daily()
    ill["absence"][places] = 1.0
    unknown["time_loss"][places] = np.nan

    assert durability_inputs(ill) == durability_inputs(unknown)


@given(PLACES)
@settings(max_examples=30, deadline=None)
def test_a_day_that_does_not_count_leaves_numerator_and_denominator(places: list[int]) -> None:
    daily, fewer = _daily(), _daily()
    fewer["absence"][places] = 1.0

    before, after = durability_inputs(daily), durability_inputs(fewer)

    gone = [day for day in places if day >= DAYS - 365]
    assert after.eligible_days == before.eligible_days - len(gone)
    assert sum(after.injury_days) == sum(before.injury_days) - daily["time_loss"][gone].sum()


@given(st.integers(0, 700), st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_an_older_injury_never_comes_back_into_the_last_twelve_months(first: int, away: int) -> None:
    daily = {name: np.zeros(DAYS) for name in ("time_loss", "absence", "load_au")}
    daily["time_loss"][first : first + 9] = 1.0
    last = min(first + 9 + away, DAYS - 1)
    daily["absence"][first + 9 : last] = 1.0

    inputs = durability_inputs(daily)

    in_window = daily["time_loss"][DAYS - 365 :].sum()
    assert sum(inputs.injury_days) == in_window
    assert sum(days for days, _ in inputs.older or ()) == daily["time_loss"].sum() - in_window
    assert all(age >= 365 for _, age in inputs.older or ())


def test_an_injury_of_five_hundred_days_ago_is_history_however_many_days_are_unknown_since() -> None:
    daily = {name: np.zeros(DAYS) for name in ("time_loss", "load_au")}
    daily["time_loss"][DAYS - 525 : DAYS - 515] = 1.0
    daily["time_loss"][DAYS - 400 : DAYS - 200] = np.nan

    inputs = durability_inputs(daily)

    assert inputs.injury_days == ()
    assert inputs.older == ((10.0, 524.0),)
    assert inputs.eligible_days == 200


def test_nothing_known_in_the_last_twelve_months_is_no_index() -> None:
    lost = np.full(DAYS, np.nan)
    lost[:400] = 0.0

    with pytest.raises(NotEnoughData):
        durability_inputs({"time_loss": lost})


def test_a_week_with_an_unknown_day_is_no_load_week() -> None:
    daily = {"time_loss": np.zeros(364), "load_au": np.full(364, 300.0)}
    full = durability_inputs(daily).load_tolerance
    assert full is not None

    daily["load_au"][3::7] = np.nan
    assert durability_inputs(daily).load_tolerance is None, "no week is fully known"

    daily["load_au"][3::7] = 0.0
    assert durability_inputs(daily).load_tolerance == full, "a known rest day is known"


def test_a_fortnight_that_is_not_fully_known_says_nothing_about_the_week_before() -> None:
    daily = {"time_loss": np.zeros(364), "load_au": np.full(364, 300.0), "absence": np.zeros(364)}
    hard = 364 - 7 * 20
    daily["load_au"][hard : hard + 7] = 900.0
    daily["load_au"][:7] = 900.0  # a second hard week keeps the upper quartile where only they lie
    before = durability_inputs(daily).load_tolerance
    daily["absence"][hard + 9] = 1.0
    after = durability_inputs(daily).load_tolerance

    assert before is not None
    assert after is not None
    assert after.of < before.of
    assert after.of - after.ok == before.of - before.ok


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

    assert 60 < np.median(medians) < 97  # few have 26 fully known weeks: availability and history carry the index
    assert min(medians) > 20
