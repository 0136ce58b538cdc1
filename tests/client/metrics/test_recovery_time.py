"""Own recovery time: what a simulated athlete really takes is found again, and too little says nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from client.metrics.recovery_time import FOLLOWED_D, hard_days, median_h, recovery_time_h

Floats = NDArray[np.float64]
Told = dict[tuple[int, int], int]
NEVER = FOLLOWED_D + 1


def athlete(recovery_h: float, *, days: int = 300, missing: float = 0.0, every: int = 7) -> tuple[Floats, Floats]:
    """Variability and load: a hard session on the evening of every seventh day, and a fall that lasts so long."""
    rng = np.random.default_rng(7)
    load = np.zeros(days)
    load[every - 1 :: every] = 900.0
    marker = rng.normal(4.0, 0.02, days)
    for begun in range(every - 1, days, every):
        for number in range(1, every):
            if begun + number < days and 24 * number - 10 < recovery_h:
                marker[begun + number] -= 0.4
    return np.where(rng.random(days) < missing, np.nan, marker), load


@pytest.mark.parametrize("recovery_h", [24.0, 48.0, 72.0])
@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_a_simulated_recovery_is_found_within_half_a_day(recovery_h: float, missing: float) -> None:
    marker, load = athlete(recovery_h, missing=missing)

    found = recovery_time_h(marker, load, typical_error=0.02)[-1]

    assert found == pytest.approx(recovery_h, abs=12)


def test_fewer_than_eight_sessions_say_nothing_and_an_open_one_does_not_count() -> None:
    marker, load = athlete(48.0)
    series = recovery_time_h(marker, load, typical_error=0.02)

    first = int(np.flatnonzero(~np.isnan(series))[0])
    hard = np.flatnonzero(hard_days(load))
    assert first == hard[hard >= 14][7] + 3, "the eighth session is over on the third morning"
    assert np.isnan(recovery_time_h(marker, np.where(np.arange(300) % 2, load, np.nan), typical_error=0.02)).all()


def test_each_day_is_what_its_own_past_says() -> None:
    marker, load = athlete(48.0, missing=0.25)
    series = recovery_time_h(marker, load, typical_error=0.02)

    for day in range(60, 300, 23):
        alone = recovery_time_h(marker[: day + 1], load[: day + 1], typical_error=0.02)[-1]
        assert alone == pytest.approx(series[day], nan_ok=True)


@pytest.mark.parametrize(
    ("outcomes", "hours"),
    [
        ({(0, 1): 5, (1, 2): 3}, 7.0),
        ({(0, 1): 3, (1, 2): 5}, 26.0),
        ({(0, 1): 2, (2, NEVER): 6}, float("nan")),
        # Three saw it by the first morning, four cannot tell the first from the second, one only after the second:
        # all that is not told apart goes where something is known, so that the first cell has 7 of 8.
        ({(0, 1): 3, (0, 2): 4, (2, 3): 1}, 7.0),
        # Of those who stop early, the rest tell: 2 recovered by the first, 2 by the second, 4 left after the first.
        ({(0, 1): 2, (1, 2): 2, (1, NEVER): 4}, 26.0),
    ],
)
def test_the_median_of_intervals_is_that_of_turnbulls_estimator(
    outcomes: dict[tuple[int, int], int], hours: float
) -> None:
    assert median_h(tuple(sorted(outcomes.items()))) == pytest.approx(hours, nan_ok=True)
