"""Early against late bouts: goldens, scipy and least squares, and what an estimate must keep to."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats

from client.mechanics.bout_change import BoutChange, BoutState, at_equal_speed, holm, states, welch

Array = NDArray[np.float64]
GOOD = np.array([True])
BOUTS = arrays(np.float64, (1, 7), elements=st.floats(-90, 90).map(lambda value: round(value, 3)))


def one(found: BoutChange) -> list[float]:
    low, high = found.interval95()
    columns = (found.change, found.standard_error, found.df, low, high, found.lower_bound90())
    return [float(column[0]) for column in columns]


@pytest.mark.parametrize("which", ["", "2"])
def test_golden_changes(golden: dict[str, Any], which: str) -> None:
    numbers = golden["drift"]
    interval, state = ("ci95_2", "state2") if which else ("ci95", "state")
    bound, df = ("lb90_2", None) if which else ("lb90", "df")

    found = welch(np.array([numbers[f"E{which}"]]), np.array([numbers[f"L{which}"]]))

    change, error, freedom, low, high, lower = one(found)
    assert (change, error) == pytest.approx((numbers[f"d{which}"], numbers[f"se{which}"]), abs=1e-8)
    assert [low, high, lower] == pytest.approx([*numbers[interval], numbers[bound]], abs=1e-8)
    assert states(found, is_good=GOOD) == [BoutState(numbers[state])]
    if df is not None:
        assert freedom == pytest.approx(numbers[df], abs=1e-8)


def test_every_golden_number_of_both_sets_is_compared(golden: dict[str, Any]) -> None:
    first, second = {"E", "L", "d", "se", "df", "ci95", "lb90", "state"}, {"E2", "L2", "d2", "se2"}

    assert set(golden["drift"]) == first | second | {"ci95_2", "lb90_2", "state2"}


def test_the_comparison_is_that_of_scipy() -> None:
    rng = np.random.default_rng(5)
    early, late = rng.normal(41, 1.5, (50, 6)), rng.normal(42, 0.7, (50, 9))
    found = welch(early, late)

    theirs = stats.ttest_ind(late, early, axis=1, equal_var=False)

    assert found.change / found.standard_error == pytest.approx(theirs.statistic)
    assert found.df == pytest.approx(theirs.df)
    assert found.watch_chance() == pytest.approx(theirs.pvalue)
    assert np.stack(found.interval95()) == pytest.approx(np.stack(theirs.confidence_interval(0.95)))


def test_the_adjusted_comparison_is_least_squares() -> None:
    """Another way to the same estimate: bouts on a constant, a step and the speed."""
    rng = np.random.default_rng(6)
    speeds = [rng.normal(8.5, 0.3, (1, 7)), rng.normal(8.2, 0.3, (1, 8))]
    early, late = (40 + 4 * speed + rng.normal(0, 1, speed.shape) for speed in speeds)
    X = np.stack([np.ones(15), np.repeat([0.0, 1.0], [7, 8]), np.concatenate([s[0] for s in speeds])], axis=1)
    y = np.concatenate([early[0], late[0]])
    beta, rest, *_ = np.linalg.lstsq(X, y)

    found = at_equal_speed(early, late, *speeds)

    error = np.sqrt(rest[0] / 12 * np.linalg.inv(X.T @ X)[1, 1])
    assert one(found)[:3] == pytest.approx([beta[1], error, 12])
    assert found.plain_error[0] == pytest.approx(np.sqrt(rest[0] / 12 * (1 / 7 + 1 / 8)))


def test_at_one_speed_nothing_is_adjusted_and_at_two_nothing_is_known() -> None:
    early, late = np.array([[41.2, 40.6, 41.9, 40.9, 41.5, 41.1]]), np.array([[44.9, 44.1, 45.3, 43.6, 44.8, 45.0]])
    eight, nine = np.full((1, 6), 8.1), np.full((1, 6), 9.1)

    assert one(at_equal_speed(early, late, eight, eight)) == pytest.approx(one(welch(early, late)))
    apart = at_equal_speed(early, late, eight, nine)
    assert np.isnan(one(apart)).all()
    assert states(apart, is_good=GOOD) == [BoutState.UNDEFINED]


@given(BOUTS, BOUTS, st.floats(-180, 180))
def test_swapped_sides_change_the_sign_alone_and_a_shift_of_all_nothing(
    early: Array, late: Array, shift: float
) -> None:
    there, back, moved = welch(early, late), welch(late, early), welch(early + shift, late + shift)
    low, high = there.interval95()

    assert one(back)[:3] == pytest.approx([-there.change[0], there.standard_error[0], there.df[0]], nan_ok=True)
    assert back.interval95()[0] == pytest.approx(-high, nan_ok=True)
    assert back.interval95()[1] == pytest.approx(-low, nan_ok=True)
    assert back.lower_bound90() == pytest.approx(there.lower_bound90(), nan_ok=True)
    assert states(back, is_good=GOOD) == states(there, is_good=GOOD)
    assert one(moved)[:2] == pytest.approx(one(there)[:2], abs=1e-6, nan_ok=True)


def test_swapped_sides_change_the_sign_alone_at_equal_speed_too() -> None:
    rng = np.random.default_rng(7)
    early, late, v0, v1 = (rng.normal(size=(20, 8)) for _ in range(4))
    there, back = at_equal_speed(early, late, v0, v1), at_equal_speed(late, early, v1, v0)

    assert back.change == pytest.approx(-there.change)
    assert back.standard_error == pytest.approx(there.standard_error)
    assert at_equal_speed(early + 9, late + 9, v0 + 3, v1 + 3).change == pytest.approx(there.change)


def test_a_missing_bout_is_not_a_bout_at_zero() -> None:
    early, late = np.full((1, 6), 40.0) + np.arange(6) / 10, np.full((1, 6), 41.0) + np.arange(6) / 10
    early[0, 2] = np.nan

    assert np.isnan(one(welch(early, late))).all()
    assert np.isnan(one(at_equal_speed(early, late, early, late))).all()
    assert states(welch(early, late), is_good=GOOD) == [BoutState.UNDEFINED]


def test_bouts_equal_to_the_last_digit_prove_nothing() -> None:
    found = welch(np.full((1, 6), 40.1), np.full((1, 6), 44.3))

    assert found.change == pytest.approx(4.2)
    assert np.isnan(found.standard_error[0])
    assert states(found, is_good=GOOD) == [BoutState.UNDEFINED]


def of_chances(change: float, watch: float) -> BoutChange:
    """A change of this size whose two-sided p is `watch`."""
    error = abs(change) / stats.t.isf(watch / 2, 10)
    return BoutChange(*(np.array([value]) for value in (change, error, 10.0, error, 1.0)))


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (of_chances(0.9, 0.001), BoutState.NONE),
        (of_chances(1.1, 0.049), BoutState.WATCH),
        (of_chances(1.1, 0.051), BoutState.NONE),
        (of_chances(-1.1, 0.049), BoutState.WATCH),
        (of_chances(4.0, 0.0005), BoutState.ALERT),
        (of_chances(-4.0, 0.0005), BoutState.ALERT),
    ],
)
def test_states_change_where_the_rules_say(found: BoutChange, state: BoutState) -> None:
    assert states(found, is_good=GOOD) == [state]
    by_interval = not found.interval95()[0][0] <= 0.0 <= found.interval95()[1][0]
    assert (state is not BoutState.NONE) == (by_interval and abs(found.change[0]) >= 1.0)
    assert (state is BoutState.ALERT) == (found.lower_bound90()[0] > 1.5)


def test_low_quality_or_mixed_directions_hold_an_alert_back_to_a_watch() -> None:
    clear = welch(np.array([[41.2, 40.6, 41.9, 40.9, 41.5, 41.1]]), np.array([[44.9, 44.1, 45.3, 43.6, 44.8, 45.0]]))
    mixed = BoutChange(clear.change, clear.standard_error, clear.df, clear.plain_error, np.array([0.7]))

    assert clear.agreeing[0] == 1.0
    assert states(clear, is_good=~GOOD) == [BoutState.WATCH]
    assert states(mixed, is_good=GOOD) == [BoutState.WATCH]


def test_agreeing_pairs_are_those_of_the_rank_test() -> None:
    rng = np.random.default_rng(8)
    early, late = rng.normal(0, 1, (1, 6)), rng.normal(0.8, 1, (1, 9))

    found = welch(early, late)

    pairs = stats.mannwhitneyu(late[0], early[0]).statistic / 54
    assert found.agreeing[0] == pytest.approx(pairs if found.change[0] > 0 else 1 - pairs)


def test_holm_is_the_published_procedure() -> None:
    chances = np.array([0.01, 0.04, np.nan, 0.03, 0.005])

    assert holm(chances) == pytest.approx([0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True)
    assert holm(np.array([0.6, 0.9])) == pytest.approx([1.0, 1.0])
    order = np.random.default_rng(9).permutation(5)
    assert holm(chances[order]) == pytest.approx(holm(chances)[order], nan_ok=True)
    for one_chance in (0.02, 0.7):
        assert holm(np.array([one_chance])) == pytest.approx([one_chance]), "one metric is not adjusted"


def test_a_change_that_counts_alone_may_not_count_among_many() -> None:
    rng = np.random.default_rng(10)
    found = welch(rng.normal(40, 1.0, (8, 6)), rng.normal(40, 1.0, (8, 6)))
    border = of_chances(1.2, 0.03)
    many = BoutChange(*(np.append(getattr(found, name), getattr(border, name)) for name in BoutChange.__slots__))
    good = np.ones(9, dtype=bool)

    assert states(many, is_good=good, adjust=lambda chances: chances)[-1] is BoutState.WATCH
    assert states(many, is_good=good)[-1] is BoutState.NONE
