"""Figures that need the athlete's own constants: what is not set is not computed, and says `constant_not_set`."""

from collections.abc import Callable
from functools import partial

import numpy as np

from client.biometrics.own_settings import OwnSettings
from client.features import fitness_fatigue, load, sleep
from client.features.days.figure_rules import FigureRule, every_day
from client.features.days.heart_load import HEART_LOADS, TRIMP, TRIMP_ZONES, UNRATED, ZONES
from client.metrics.definition import AU, Codes, DailyMetric, Need, as_it_is
from client.metrics.why.unknown_reasons import NOT_SET
from models.arrays import Floats


def of_constants(own: OwnSettings) -> tuple[DailyMetric, ...]:
    """Return the figures as they are computed with these constants."""
    banister = _codes(own.heart_rate_max, own.heart_rate_rest, own.trimp_factor, own.trimp_exponent)
    zones = _codes(own.heart_rate_max)
    return (
        _day(TRIMP, AU, "banister_trimp_of_mean_heart_rate", banister),
        _week(TRIMP, "banister_trimp_of_mean_heart_rate_7d", banister),
        _day(UNRATED, AU, "banister_trimp_of_days_without_rating", banister),
        _day(TRIMP_ZONES, AU, "edwards_trimp", zones),
        _week(TRIMP_ZONES, "edwards_trimp_7d", zones),
        *(_day(name, "min", "share_of_own_maximum", zones) for name in HEART_LOADS[-ZONES:]),
        _response(own),
        _debt(own),
    )


def _codes(*constants: float | None) -> Callable[..., Codes]:
    is_missing = any(one is None for one in constants)
    return lambda *series: {NOT_SET: np.full(len(series[0]), is_missing)}


def _day(name: str, unit: str, method: str, codes: Callable[..., Codes]) -> DailyMetric:
    return DailyMetric(name, (name,), unit, 1, as_it_is, 1, method, codes)


def _week(name: str, method: str, codes: Callable[..., Codes]) -> DailyMetric:
    return DailyMetric(f"{name}_7d_sum", (name,), AU, 7, load.weekly_sum, 7, method, codes, needs=(Need(7, 7),))


def _unknown(series: Floats) -> Floats:
    return np.full(len(series), np.nan)


def _response(own: OwnSettings) -> DailyMetric:
    p0, k1, k2 = own.response_p0, own.response_k1, own.response_k2
    compute = _unknown
    if p0 is not None and k1 is not None and k2 is not None:
        compute = partial(fitness_fatigue.impulse_response, p0=p0, k1=k1, k2=k2)
    codes, method = _codes(p0, k1, k2), "banister_response_42_7"
    return DailyMetric(
        *("performance_response", ("load_au",), "1", 42, compute, None, method, codes, 1, (p0, k1, k2)),
        fades=True,
        more=_after_the_first,
    )


def _after_the_first(load: Floats) -> list[FigureRule]:
    """Each day before is needed, and none on the first."""
    rule = every_day(load, ago=1)
    is_first = ~np.isnan(load) & (rule.known == 0)
    return [rule._replace(least=np.where(is_first & (rule.least == 1), 0, rule.least))]


def _debt(own: OwnSettings) -> DailyMetric:
    need, d = own.sleep_need_h, sleep.DEBT_D
    compute = _unknown if need is None else partial(sleep.debt_h, need_h=need)
    needs = () if need is None else (Need(d, d),)
    return DailyMetric("sleep_debt_14d", ("sleep_h",), "h", d, compute, d, "", _codes(need), 1, (need,), needs=needs)
