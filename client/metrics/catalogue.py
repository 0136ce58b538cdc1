"""The figures of load, answers, heart and sleep, each with its window and method (docs/indices.md §1.3)."""

from functools import partial

import numpy as np

from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.features import acwr as ratios
from client.features import baseline, fitness_fatigue, load, sleep
from client.features.day_derived import SLEEP_AGREEMENT
from client.features.morning_answers import MORNING_ANSWERS
from client.metrics import own_past
from client.metrics.columns import WELLNESS_SUM
from client.metrics.definition import AU, Codes, Compute, DailyMetric, as_it_is
from client.metrics.of_constants import of_constants
from client.metrics.recovery_time import REACH_D, SESSIONS_D, recovery_time_h
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


_LOAD = (
    DailyMetric("load_today", LOAD, AU, 1, as_it_is, 1, "srpe_load"),
    DailyMetric("load_7d_sum", LOAD, AU, 7, load.weekly_sum, 7),
    DailyMetric("load_week_change", LOAD, "1", 14, load.week_change, 14),
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
    ),
    DailyMetric("fitness_42d", LOAD, AU, 42, _chart("ctl"), None, "ctl_exp_42", _chart_warming, fades=True),
    DailyMetric("fatigue_7d", LOAD, AU, 7, _chart("atl"), None, "atl_exp_7", _chart_warming, fades=True),
    DailyMetric("form", LOAD, AU, 42, _chart("tsb"), None, "tsb_of_yesterday_exp_42_7", _chart_warming, fades=True),
    DailyMetric("monotony_7d", LOAD, "1", 7, load.monotony, 7, "foster_monotony_ddof1"),
    DailyMetric("strain_7d", LOAD, AU, 7, load.strain, 7, "foster_strain_ddof1"),
)


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
    )


def z_of(column: str, typical_error: float, method: str = "robust_z_28", *, sign: int = 1) -> DailyMetric:
    """The robust z of a column as a figure of its own."""
    compute = partial(own_past.robust_z, typical_error=typical_error, sign=sign)
    return DailyMetric(f"{column}_z", (column,), "1", 29, compute, 29, method)


_ITEM, _SUM = baseline.ITEM_TYPICAL_ERROR, 2 * baseline.ITEM_TYPICAL_ERROR
_ANSWERS = (
    *(z_of(name, _ITEM) for name in (*baseline.WELLNESS_ITEMS, "readiness")),
    z_of(WELLNESS_SUM, _SUM, "robust_z_28_of_mclean_sum_of_5"),
    z_of(MORNING_ANSWERS, _SUM, "robust_z_28_of_answers_without_sleep"),
)
_HRV = ("lnrmssd",)
_HEART = (
    DailyMetric("lnrmssd_7d", _HRV, "ln(ms)", 7, own_past.mean_of_week, 37, "lnrmssd_mean7", own_past.band_codes),
    DailyMetric("lnrmssd_z", _HRV, "1", 37, own_past.adjusted_z, 37, "lnrmssd_ar_z_7_30", own_past.band_codes),
    DailyMetric("lnrmssd_cv_7d", _HRV, "%", 7, own_past.variation_of_week, 7),
    DailyMetric("resting_heart_rate_7d", ("resting_heart_rate",), "/min", 7, own_past.mean_of_week, 7, "mean7"),
    z_of("resting_heart_rate", 1.0, sign=-1),
)
_MIDPOINT = ("sleep_midpoint_h",)
_SHARES = ("sleep_midpoint_h", SLEEP_AGREEMENT)
_SLEEP = (
    DailyMetric("sleep_7d_mean", ("sleep_h",), "h", 7, own_past.mean_of_week, 7, "mean7"),
    DailyMetric("sleep_z", ("sleep_h",), "1", 29, partial(own_past.robust_z, typical_error=0.25), 29, "robust_z_28"),
    DailyMetric("sleep_midpoint_14d", _MIDPOINT, "h", 14, own_past.midpoint, 14, "circular_mean"),
    DailyMetric("sleep_midpoint_sd_14d", _MIDPOINT, "min", 14, own_past.midpoint_sd, 14, "circular_sd"),
    DailyMetric("sleep_regularity_14d", _SHARES, "1", sleep.REGULARITY_D, sleep.regularity_index, sleep.REGULARITY_D),
)


def _recovery(column: str, typical_error: float) -> DailyMetric:
    compute = partial(recovery_time_h, typical_error=typical_error)
    columns, name = (column, *LOAD), f"recovery_time_{column}"
    return DailyMetric(name, columns, "h", SESSIONS_D, compute, REACH_D, "turnbull_median_365")


_RECOVERY = (_recovery("lnrmssd", 0.02), _recovery(MORNING_ANSWERS, _SUM))
_ALWAYS = (*_LOAD, *map(_ratio, ratios.AcwrMethod), *_ANSWERS, *_HEART, *_SLEEP, *_RECOVERY, *TESTS_AND_HEALTH)


def catalogue(own: OwnSettings = NOTHING_SET, *, is_minor: bool = False) -> tuple[DailyMetric, ...]:
    """Return every figure, as it is computed with the athlete's constants; of a minor none of body composition."""
    metrics = (*_ALWAYS, *of_constants(own))
    return tuple(one for one in metrics if not (is_minor and one.name == ENERGY))
