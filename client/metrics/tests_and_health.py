"""Figures of tests of strength and jumping, of health problems, and of energy (docs/indices.md §5.3 to §5.6)."""

import numpy as np

from client.features import change_beyond_error as tests
from client.features.days.figure_rules import FigureRule, at_least, of_window
from client.features.windows import known, ratio, sums, windows
from client.metrics.columns import EXPOSURE_H, JUMPS, OSTRC_SCORE, TWO_SIDED, asymmetry_of, best_of
from client.metrics.definition import DailyMetric, Need, as_it_is
from models.arrays import Floats

YEAR_D = 365
LEAST_EXPOSURE_D = 180  # ours: as many known days as the durability index needs
MASS_D = 90  # ours: an older fat-free mass is no present one
PER_HOURS = 1000.0
ENERGY = "energy_availability"


def _of_jumps(name: str, unit: str) -> tuple[DailyMetric, ...]:
    d, reach = tests.TEST_D, 2 * tests.TEST_D
    needs, codes = (Need(1, 1), Need(tests.MIN_TESTS, d, ago=1)), tests.is_beyond_error
    return (
        DailyMetric(f"{name}_change", (name,), unit, d + 1, tests.change, reach, "change_90d", codes, needs=needs),
        DailyMetric(
            *(f"{name}_typical_error", (name,), unit, d, tests.own_typical_error, reach, "typical_error_90d"),
            more=_repeats,
        ),
        DailyMetric(f"{name}_mdc95", (name,), unit, d, tests.own_mdc95, reach, "mdc95_90d", more=_repeats),
        DailyMetric(best_of(name), (best_of(name),), unit, 1, as_it_is, 1, "best_trial_of_day"),
    )


def _repeats(series: Floats) -> list[FigureRule]:
    return [
        at_least(tests.MIN_REPEATS, f"{tests.MIN_REPEATS} repeated tests in {tests.TEST_D} days", tests.repeats(series))
    ]


def _exposure(hours: Floats, events: Floats) -> list[FigureRule]:
    told = at_least(1, "a day of the year with a word of injuries", known(windows(events, YEAR_D)))
    return [of_window(hours, LEAST_EXPOSURE_D, YEAR_D), told]


def _energy(intake: Floats, exercise: Floats, mass: Floats) -> list[FigureRule]:
    masses = at_least(1, f"a fat-free mass of {MASS_D} days", known(windows(mass, MASS_D)))
    return [
        at_least(1, "the energy eaten that day", known(windows(intake, 1))),
        at_least(1, "the energy spent that day", known(windows(exercise, 1))),
        masses,
    ]


def per_exposure(hours: Floats, events: Floats) -> Floats:
    """Events of the 365 days up to each day per 1000 h of exposure, (days,).

    NaN unless exposure is known on 180 of the days and above 0, and something is known of the events at all.
    """
    if np.isnan(events).all():
        return np.full(len(hours), np.nan)
    year, exposed = windows(events, YEAR_D), windows(hours, YEAR_D)
    total = sums(exposed)
    told = (known(exposed) >= LEAST_EXPOSURE_D) & (known(year) > 0) & (total > 0)
    return ratio(PER_HOURS * sums(year), total, where=told)


def energy_availability(intake: Floats, exercise: Floats, mass: Floats) -> Floats:
    """(energy eaten - energy of exercise) / fat-free mass of each day, (days,), kcal/kg/d.

    mass: kg; the last one of 90 days counts. NaN where one of the three is not known.
    """
    rows = windows(mass, MASS_D)
    at = np.where(np.isnan(rows), -1, np.arange(MASS_D)).max(axis=1) if rows.size else np.zeros(0, dtype=int)
    last = np.where(at >= 0, rows[np.arange(len(rows)), np.maximum(at, 0)], np.nan)
    return ratio(intake - exercise, last, where=last > 0)


TESTS_AND_HEALTH: tuple[DailyMetric, ...] = (
    *(metric for name, unit in JUMPS.items() for metric in _of_jumps(name, unit)),
    *(
        DailyMetric(asymmetry_of(test), (asymmetry_of(test),), "%", 1, as_it_is, 1, "right_less_left_of_larger")
        for test in TWO_SIDED
    ),
    DailyMetric(OSTRC_SCORE, (OSTRC_SCORE,), "{score}", 1, as_it_is, 1, "ostrc_h2_sum"),
    DailyMetric(
        "injury_incidence_365d",
        (EXPOSURE_H, "injury_onset"),
        "1/1000 h",
        YEAR_D,
        per_exposure,
        YEAR_D,
        "onsets_per_1000_h",
        more=_exposure,
    ),
    DailyMetric(
        "injury_burden_365d",
        (EXPOSURE_H, "time_loss"),
        "d/1000 h",
        YEAR_D,
        per_exposure,
        YEAR_D,
        "days_lost_per_1000_h",
        more=_exposure,
    ),
    DailyMetric(
        ENERGY,
        ("energy_intake", "exercise_energy", "fat_free_mass"),
        "kcal/kg/d",
        1,
        energy_availability,
        MASS_D,
        more=_energy,
    ),
)
