"""The figures of load, answers, heart and sleep, each with its window and method (docs/indices.md §1.3)."""

from dataclasses import replace
from functools import partial

import numpy as np

from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.features import acwr as ratios
from client.features import baseline, fitness_fatigue, hrv_baseline, load, sleep
from client.features.day_derived import SLEEP_AGREEMENT
from client.features.days.figure_rules import until_yesterday
from client.features.morning_answers import MORNING_ANSWERS
from client.metrics import own_past
from client.metrics.columns import WELLNESS_SUM
from client.metrics.definition import AU, Codes, Compute, DailyMetric, FindCodes, Need, as_it_is, no_codes
from client.metrics.of_constants import of_constants
from client.metrics.recovery_time import REACH_D, SESSIONS_D, recovery_time_h, sessions_told
from client.metrics.tests_and_health import ENERGY, TESTS_AND_HEALTH
from models.arrays import Floats

LOAD = ("load_au",)


def _warming(series: Floats) -> Codes:
    return {"warming_up": ratios.is_warming_up(series)}


def _chart_warming(series: Floats) -> Codes:
    """Until two of its time constants have passed, 13.5 % or more of an average is its start of 0."""
    return {"warming_up": ratios.is_warming_up(series, until_d=int(2 * fitness_fatigue.SLOW_D))}


def _described(series: Floats) -> Codes:
    return {"descriptive": np.ones(len(series), dtype=bool)}


def _chart(part: str) -> Compute:
    return lambda series: getattr(fitness_fatigue.balance(series), part)


def _unbroken(name: str, days: int, part: str, method: str) -> DailyMetric:
    return DailyMetric(name, LOAD, AU, days, _chart(part), None, method, _chart_warming, fades=True, is_unbroken=True)


_LOAD = (
    DailyMetric("load_today", LOAD, AU, 1, as_it_is, 1, "srpe_load"),
    DailyMetric("load_7d_sum", LOAD, AU, 7, load.weekly_sum, 7, needs=(Need(7, 7),)),
    DailyMetric("load_week_change", LOAD, "1", 14, load.week_change, 14, needs=(Need(14, 14),)),
    DailyMetric(
        "load_28d_ewma",
        LOAD,
        AU,
        28,
        partial(ratios.known_ewma, span_d=ratios.CHRONIC_D),
        None,
        "ewma_seed_first_28",
        _warming,
        fades=True,
        needs=(Need(24, 28),),
    ),
    _unbroken("fitness_42d", 42, "ctl", "ctl_exp_42"),
    _unbroken("fatigue_7d", 7, "atl", "atl_exp_7"),
    DailyMetric(
        *("form", LOAD, AU, 42, _chart("tsb"), None, "tsb_of_yesterday_exp_42_7", _chart_warming),
        fades=True,
        more=until_yesterday,
    ),
    DailyMetric("monotony_7d", LOAD, "1", 7, load.monotony, 7, "foster_monotony_ddof1", needs=(Need(6, 7),)),
    DailyMetric("strain_7d", LOAD, AU, 7, load.strain, 7, "foster_strain_ddof1", needs=(Need(7, 7),)),
)


_CHRONIC = {
    ratios.AcwrMethod.UNCOUPLED_21: Need(18, 21, ago=7),
    ratios.AcwrMethod.UNCOUPLED_28: Need(24, 28, ago=7),
}
"""Days of the chronic window that must be known; else of the last 28 days."""


def _ratio(method: ratios.AcwrMethod) -> DailyMetric:
    return DailyMetric(
        name=f"acwr_{method.value}",
        columns=LOAD,
        unit="1",
        days=35 if method is ratios.AcwrMethod.UNCOUPLED_28 else 28,
        compute=partial(ratios.acwr, method=method),
        method=method.value,
        codes=(lambda series: {**_described(series), **_warming(series)}) if "ewma" in method.value else _described,
        fades="ewma" in method.value,
        needs=(Need(6, 7), _CHRONIC.get(method, Need(24, 28))),
        history_d=35 if method is ratios.AcwrMethod.UNCOUPLED_28 else 28,
    )


_AGAINST_28_DAYS = (Need(1, 1), Need(baseline.MIN_VALID, baseline.BASELINE_D, ago=1))
_OF_A_WEEK = (Need(3, 7),)
_OF_TWO_WEEKS = (Need(sleep.MIN_NIGHTS, 14),)


def z_of(column: str, typical_error: float, method: str = "robust_z_28", *, sign: int = 1) -> DailyMetric:
    """The robust z of a column as a figure of its own."""
    compute = partial(own_past.robust_z, typical_error=typical_error, sign=sign)
    return DailyMetric(f"{column}_z", (column,), "1", 29, compute, 29, method, needs=_AGAINST_28_DAYS)


_ITEM, _SUM = baseline.ITEM_TYPICAL_ERROR, 2 * baseline.ITEM_TYPICAL_ERROR
_ANSWERS = (
    *(z_of(name, _ITEM) for name in (*baseline.WELLNESS_ITEMS, "readiness")),
    z_of(WELLNESS_SUM, _SUM, "robust_z_28_of_mclean_sum_of_5"),
    z_of(MORNING_ANSWERS, _SUM, "robust_z_28_of_answers_without_sleep"),
)
_MONTH = (Need(hrv_baseline.MIN_BASELINE, hrv_baseline.BASELINE_D, ago=hrv_baseline.RECENT_D),)


def _of_hrv(
    name: str,
    unit: str,
    days: int,
    compute: Compute,
    reach: int,
    method: str = "",
    needs: tuple[Need, ...] = (),
    *,
    codes: FindCodes = no_codes,
) -> DailyMetric:
    return DailyMetric(name, ("lnrmssd",), unit, days, compute, reach, method, codes, needs=(*_OF_A_WEEK, *needs))


def _of_week(name: str, column: str, unit: str) -> DailyMetric:
    return DailyMetric(name, (column,), unit, 7, own_past.mean_of_week, 7, "mean7", needs=_OF_A_WEEK)


_HEART = (
    _of_hrv("lnrmssd_7d", "ln(ms)", 7, own_past.mean_of_week, 37, "lnrmssd_mean7", codes=own_past.band_codes),
    _of_hrv("lnrmssd_z", "1", 37, own_past.adjusted_z, 37, "lnrmssd_ar_z_7_30", _MONTH, codes=own_past.band_codes),
    _of_hrv("lnrmssd_cv_7d", "%", 7, own_past.variation_of_week, 7),
    _of_week("resting_heart_rate_7d", "resting_heart_rate", "/min"),
    z_of("resting_heart_rate", 1.0, sign=-1),
)
_MIDPOINT = ("sleep_midpoint_h",)
_SHARES = ("sleep_midpoint_h", SLEEP_AGREEMENT)
_SLEEP = (
    _of_week("sleep_7d_mean", "sleep_h", "h"),
    replace(z_of("sleep_h", 0.25, "robust_z_28"), name="sleep_z"),
    DailyMetric("sleep_midpoint_14d", _MIDPOINT, "h", 14, own_past.midpoint, 14, "circular_mean", needs=_OF_TWO_WEEKS),
    DailyMetric(
        "sleep_midpoint_sd_14d", _MIDPOINT, "min", 14, own_past.midpoint_sd, 14, "circular_sd", needs=_OF_TWO_WEEKS
    ),
    DailyMetric(
        "sleep_regularity_14d", _SHARES, "1", 14, sleep.regularity_index, sleep.REGULARITY_D, needs=_OF_TWO_WEEKS
    ),
)


def _recovery(column: str, typical_error: float) -> DailyMetric:
    compute = partial(recovery_time_h, typical_error=typical_error)
    columns, name = (column, *LOAD), f"recovery_time_{column}"
    more = partial(sessions_told, typical_error=typical_error)
    return DailyMetric(name, columns, "h", SESSIONS_D, compute, REACH_D, "turnbull_median_365", more=more)


_RECOVERY = (_recovery("lnrmssd", 0.02), _recovery(MORNING_ANSWERS, _SUM))
_ALWAYS = (*_LOAD, *map(_ratio, ratios.AcwrMethod), *_ANSWERS, *_HEART, *_SLEEP, *_RECOVERY, *TESTS_AND_HEALTH)


def catalogue(own: OwnSettings = NOTHING_SET, *, is_minor: bool = False) -> tuple[DailyMetric, ...]:
    """Return every figure, as it is computed with the athlete's constants; of a minor none of body composition."""
    metrics = (*_ALWAYS, *of_constants(own))
    return tuple(one for one in metrics if not (is_minor and one.name == ENERGY))
