"""The synthetic league against the figures it is calibrated with (docs/indices.md §12)."""

from datetime import date

import numpy as np
import pytest

from models import risk
from models.errors import BadShape
from models.synthetic import days
from models.synthetic.days import World
from models.synthetic.league import SyntheticLeague, synthetic_league


@pytest.fixture(scope="module")
def big() -> SyntheticLeague:
    """Large enough for moments."""
    return synthetic_league(1, [f"club-{number}" for number in range(8)], 25, 600)


def _columns(league: SyntheticLeague, name: str) -> list[np.ndarray]:
    return [one.daily[name] for one in league.athletes if np.isfinite(one.daily[name]).sum() > 60]


def _moments(league: SyntheticLeague, name: str) -> tuple[float, float, float]:
    columns = _columns(league, name)
    means = [np.nanmean(column) for column in columns]
    return float(np.mean(means)), float(np.std(means)), float(np.mean([np.nanstd(column) for column in columns]))


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 40 or first[both].std() == 0 or second[both].std() == 0:
        return float("nan")
    return float(np.corrcoef(first[both], second[both])[0, 1])


def _lag(league: SyntheticLeague, name: str, days: int) -> np.ndarray:
    return np.array([_correlation(column[:-days], column[days:]) for column in _columns(league, name)])


@pytest.mark.parametrize(
    ("name", "mean", "between", "within"),
    [
        ("readiness", 6.80, 0.78, 1.22),
        ("fatigue", 2.71, 0.22, 0.66),
        ("mood", 3.20, 0.32, 0.55),
        ("sleep_quality", 3.02, 0.24, 0.71),
        ("soreness", 2.83, 0.15, 0.59),
        ("stress", 2.91, 0.30, 0.65),
        ("sleep_duration_h", 6.72, 0.71, 1.11),
        ("resting_heart_rate", 59.0, 7.0, 2.4),
    ],
)
def test_means_and_spreads(big: SyntheticLeague, name: str, mean: float, between: float, within: float) -> None:
    found = _moments(big, name)

    assert found[0] == pytest.approx(mean, abs=0.25 * between + 0.03)
    assert found[1] == pytest.approx(between, rel=0.2)
    assert found[2] == pytest.approx(within, rel=0.1)


@pytest.mark.parametrize(
    ("name", "one_day", "a_week", "tolerance"),
    [
        ("readiness", 0.34, 0.20, 0.06),
        ("fatigue", 0.14, 0.0, 0.04),
        ("soreness", 0.21, 0.0, 0.06),
        ("stress", 0.29, None, 0.04),
        ("resting_heart_rate", 0.85, 0.35, 0.08),
        ("load_au", -0.1, 0.35, 0.10),
    ],
)
def test_memory_of_a_day_and_a_week(
    big: SyntheticLeague, name: str, one_day: float, a_week: float | None, tolerance: float
) -> None:
    assert np.nanmedian(_lag(big, name, 1)) == pytest.approx(one_day, abs=tolerance)
    if a_week is not None:
        assert np.nanmedian(_lag(big, name, 7)) == pytest.approx(a_week, abs=tolerance)


def test_players_differ_in_how_readiness_carries_over(big: SyntheticLeague) -> None:
    low, high = np.nanquantile(_lag(big, "readiness", 1), (0.25, 0.75))

    assert low == pytest.approx(0.16, abs=0.06)
    assert high == pytest.approx(0.54, abs=0.08)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("fatigue", "readiness", 0.50),
        ("mood", "stress", 0.41),
        ("fatigue", "sleep_quality", 0.39),
        ("sleep_duration_h", "sleep_quality", 0.35),
        ("resting_heart_rate", "readiness", -0.11),
    ],
)
def test_correlations_within_a_person(big: SyntheticLeague, first: str, second: str, expected: float) -> None:
    found = np.nanmean([_correlation(one.daily[first], one.daily[second]) for one in big.athletes])

    assert found == pytest.approx(expected, abs=0.10)


def test_yesterdays_load_makes_sore(big: SyntheticLeague) -> None:
    found = np.nanmean([_correlation(one.daily["load_au"][:-1], one.daily["soreness"][1:]) for one in big.athletes])

    assert found == pytest.approx(-0.27, abs=0.05)


def test_sessions_and_rest(big: SyntheticLeague) -> None:
    rpe, minutes, load = (
        np.concatenate(_columns(big, name)) for name in ("session_rpe", "session_duration_min", "session_load")
    )
    rest = [np.nanmean(column == 0) for column in _columns(big, "load_au")]

    assert (np.nanmean(rpe), np.nanstd(rpe)) == pytest.approx((5.7, 1.75), rel=0.12)
    assert (np.nanmean(minutes), np.nanstd(minutes)) == pytest.approx((61, 33), rel=0.12)
    assert np.nanmean(load) == pytest.approx(353, rel=0.1)
    assert np.nanmin([np.mean(column[np.isfinite(column)] == 0) for column in _columns(big, "load_au")]) > 0.2
    assert 0.35 < np.median(rest) < 0.6
    np.testing.assert_array_equal(load, rpe * minutes)


def test_injuries_are_two_a_year_and_clustered(big: SyntheticLeague) -> None:
    known = [one.daily["time_loss"] for one in big.athletes]
    number = np.array([risk.onsets(column).sum() for column in known])
    years = np.array([np.isfinite(column).sum() / 365 for column in known])

    assert number.sum() / years.sum() == pytest.approx(2.1, abs=0.4)
    assert number.var() / number.mean() > 2
    assert np.mean(number == 0) > 0.1
    lost = np.concatenate(known)
    assert np.nansum(lost) / number.sum() == pytest.approx(18, abs=5)


def test_questionnaires_go_missing_whole_and_in_runs(big: SyntheticLeague) -> None:
    for one in big.athletes:
        missing = np.isnan(one.daily["readiness"])
        assert (missing == np.isnan(one.daily["stress"])).all()
    share = [np.isnan(one.daily["readiness"]).mean() for one in big.athletes]
    assert np.median(share) == pytest.approx(0.27, abs=0.08)
    assert min(share) < 0.05
    assert max(share) > 0.7
    assert (
        np.nanmedian([_correlation(np.isnan(c[:-1]) * 1.0, np.isnan(c[1:]) * 1.0) for c in _columns(big, "mood")]) > 0.4
    )


def test_scores_are_whole_numbers_in_range(big: SyntheticLeague) -> None:
    for name, low, high in (("readiness", 0, 10), ("fatigue", 1, 5), ("session_rpe", 1, 10)):
        values = np.concatenate(_columns(big, name))
        values = values[np.isfinite(values)]
        assert (values == np.rint(values)).all()
        assert low <= values.min() <= values.max() <= high


def test_no_signal_means_no_signal_and_a_planted_ratio_is_found() -> None:
    clubs, alike = [str(number) for number in range(4)], {"signal_sd": 0.0, "recurrence": 1.0, "frailty_shape": 1e4}
    plain = synthetic_league(3, clubs, 25, 400, world=World(**alike))
    planted = synthetic_league(3, clubs, 25, 400, world=World(**alike, ratio_effect=4.0))

    assert abs(_ratio_gap(plain)) < 0.06
    assert _ratio_gap(planted) > 0.12


def _ratio_gap(league: SyntheticLeague) -> float:
    """Acute load ratio on the eve of injuries less that on other available days."""
    eve, other = [], []
    for one in league.athletes:
        series = risk.design(one.daily)
        ratio = series.X[:, 0] * 0.5 + 1.0
        onset = np.append(risk.onsets(one.daily["time_loss"])[1:], False)
        eve.append(ratio[series.mask & onset])
        other.append(ratio[series.mask & ~onset])
    return float(np.concatenate(eve).mean() - np.concatenate(other).mean())


def test_the_same_seed_gives_the_same_league_and_clubs_do_not_depend_on_each_other() -> None:
    alone = synthetic_league(9, ["club-a"], 5, 60)
    beside = synthetic_league(9, ["club-a", "club-b"], 5, 60)

    for one, two in zip(alone.athletes, beside.squad("club-a"), strict=True):
        assert (one.name, one.shirt_no) == (two.name, two.shirt_no)
        for name, column in one.daily.items():
            np.testing.assert_array_equal(column, two.daily[name])
    other = synthetic_league(10, ["club-a"], 5, 60)
    assert [one.name for one in other.athletes] != [one.name for one in alone.athletes]


def test_calendar_and_squads() -> None:
    league = synthetic_league(2, ["club-a", "club-b"], 12, 40, last_day=date(2026, 11, 20))

    assert league.first_day == date(2026, 10, 12)
    assert league.weekday[:3].tolist() == [0, 1, 2]
    for club in ("club-a", "club-b"):
        squad = league.squad(club)
        assert len({one.shirt_no for one in squad}) == len({one.name for one in squad}) == 12
        assert sum(one.is_minor for one in squad) == 1
    with pytest.raises(BadShape):
        synthetic_league(1, [], 5, 60)
    with pytest.raises(BadShape):
        synthetic_league(1, ["club-a"], 5, 20)


@pytest.mark.parametrize("together", [1, 30, 10_000])
def test_a_squad_has_the_same_bits_whichever_are_played_beside_it(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(signal_sd=0.8, ratio_effect=0.4, injury_rate=0.02)
    alone = synthetic_league(4, ["a"], 10, 90, world=world)

    monkeypatch.setattr(days, "TOGETHER", together)
    found = synthetic_league(4, ["a", "b", "c", "d", "e"], 10, 90, world=world)

    for one, other in zip(alone.athletes, found.squad("a"), strict=True):
        assert (one.name, one.shirt_no) == (other.name, other.shirt_no)
        assert all(one.daily[name].tobytes() == other.daily[name].tobytes() for name in one.daily)
    assert np.nansum(alone.athletes[0].daily["load_au"]) != np.nansum(found.squad("b")[0].daily["load_au"])
