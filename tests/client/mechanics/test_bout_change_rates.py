"""How often the rules speak: false alerts, power, and running slower late, on simulated bouts of ten strides.

Strides have a standard deviation of 3° and a correlation of .3 from one to the next; bouts differ by 1° or .5° besides.
Rates that docs/movement.md §4 states, each from 4,000 sessions: two standard errors of a rate are at most .016.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from client.mechanics.bout_change import BoutChange, BoutState, at_equal_speed, states, welch

SESSIONS, STRIDES, STRIDE_SD, PHI = 4_000, 10, 3.0, 0.3
Array = NDArray[np.float64]


def bouts(k: int, *, bout_sd: float, seed: int = 20261130) -> Array:
    """Means of 2k bouts around 0, (sessions, 2k)."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(STRIDES, SESSIONS, 2 * k))
    stride, total = steps[0], steps[0].copy()
    for step in steps[1:]:
        stride = PHI * stride + np.sqrt(1 - PHI**2) * step
        total += stride
    return STRIDE_SD * total / STRIDES + bout_sd * rng.normal(size=(SESSIONS, 2 * k))


def rate(found: BoutChange, state: BoutState = BoutState.ALERT) -> float:
    """Share of the sessions in which one metric alone has this state."""
    good = np.ones(found.change.size, dtype=bool)
    return float(np.mean([one is state for one in states(found, is_good=good, adjust=lambda chances: chances)]))


POWERS = [
    (6, 1.0, {0.0: 0.002, 1.5: 0.05, 3.0: 0.44, 4.0: 0.79, 5.0: 0.97}),
    (12, 1.0, {0.0: 0.0, 1.5: 0.05, 3.0: 0.71, 4.0: 0.98, 5.0: 1.0}),
    (12, 0.5, {3.0: 0.85}),
]


@pytest.mark.parametrize(("k", "bout_sd", "stated"), POWERS)
def test_alerts_are_as_frequent_as_stated(k: int, bout_sd: float, stated: dict[float, float]) -> None:
    found = bouts(k, bout_sd=bout_sd)

    rates = {shift: rate(welch(found[:, :k], found[:, k:] + shift)) for shift in stated}

    assert rates == pytest.approx(stated, abs=0.03)
    assert rates.get(0.0, 0.0) <= 0.01


def test_the_standard_errors_behind_the_stated_powers() -> None:
    """SE of .66 finds 3° in .71 of the sessions, .56 in .85; above .8 it is missed about as often as found."""
    errors = {(k, sd): float(welch(b[:, :k], b[:, k:]).standard_error.mean()) for k, sd, b in (
        (k, sd, bouts(k, bout_sd=sd)) for k, sd, _ in POWERS
    )}  # fmt: skip

    assert errors == pytest.approx({(6, 1.0): 0.90, (12, 1.0): 0.65, (12, 0.5): 0.55}, abs=0.02)


def test_a_watch_is_as_frequent_by_chance_as_its_interval_says() -> None:
    found = bouts(12, bout_sd=1.0)

    assert rate(welch(found[:, :12], found[:, 12:]), BoutState.WATCH) == pytest.approx(0.05, abs=0.012)


def test_running_slower_is_no_change_of_technique() -> None:
    """.8 m/s slower at 4° for each m/s: most sessions alert unadjusted, hardly any at equal speed."""
    k, found = 12, bouts(12, bout_sd=1.0)
    speed = 9.0 + 0.27 * np.random.default_rng(1).normal(size=found.shape)
    speed[:, k:] -= 0.8
    angle = found + 4.0 * speed

    plain = welch(angle[:, :k], angle[:, k:])
    adjusted = at_equal_speed(angle[:, :k], angle[:, k:], speed[:, :k], speed[:, k:])

    assert plain.change.mean() == pytest.approx(-3.2, abs=0.05)
    assert rate(plain) == pytest.approx(0.66, abs=0.03)
    assert adjusted.change.mean() == pytest.approx(0.0, abs=0.05)
    assert rate(adjusted) <= 0.02
    assert adjusted.standard_error.mean() == pytest.approx(1.22, abs=0.05), "above .8: speeds overlap too little"
    assert adjusted.plain_error.mean() < 0.8


def test_six_metrics_together_alert_by_chance_in_hardly_a_session() -> None:
    found = bouts(6, bout_sd=1.0)[: SESSIONS // 6 * 6]
    sessions = found.reshape(-1, 6, 12)[:600]
    good = np.ones(6, dtype=bool)

    said = [set(states(welch(one[:, :6], one[:, 6:]), is_good=good)) for one in sessions]

    assert np.mean([BoutState.ALERT in one for one in said]) <= 0.01
    assert np.mean([one != {BoutState.NONE} for one in said]) <= 0.07, "a watch too, thanks to Holm"
