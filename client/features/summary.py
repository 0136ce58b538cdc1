"""All metrics of one athlete on one day, as records: what the command line, the pages and reports read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from client.features import acwr as ratios
from client.features import baseline, hrv_baseline, load, sleep
from client.features.daily import DailyTable
from client.features.days.instruments import NEW_SOURCE, instruments, of_one_instrument, together
from client.features.morning_answers import MORNING_ANSWERS, MORNING_ITEMS, morning_answers_sum
from client.features.record import MetricRecord, inputs_hash
from client.features.rest import ASSUMED_REST, assumed_in
from models.arrays import Floats

Compute = Callable[[Floats], float | None]

_AU = "{AU}"


@dataclass(frozen=True, slots=True)
class _Metric:
    """One metric over the last `days` entries of one daily column; `reach` entries are handed to `compute`."""

    name: str
    column: str
    unit: str
    days: int
    compute: Compute
    reach: int | None = None
    method_id: str = ""
    quality: Callable[[Floats], tuple[str, ...]] = lambda _: ()


def summarise(table: DailyTable) -> list[MetricRecord]:
    """Return the metrics on the table's last day (see `DailyTable.until`); empty for an empty table."""
    if not table.dates:
        return []
    metrics = (*_LOAD, *_ratio_metrics(), *_wellness_metrics(), *_HEART, *_SLEEP)
    return [_record(table, metric) for metric in metrics]


def column_of(table: DailyTable, name: str) -> Floats:
    """Return a column, or a sum of answers: `wellness_sum` of five items, `morning_answers` without sleep quality."""
    if name == MORNING_ANSWERS:
        return morning_answers_sum(table)
    if name == "wellness_sum":
        return baseline.wellness_sum({item: table.column(item) for item in baseline.WELLNESS_ITEMS})
    return table.column(name)


def _record(table: DailyTable, metric: _Metric) -> MetricRecord:
    series, is_new = _of_one_instrument(table, metric)
    window = load.last_days(series, metric.days)
    value = metric.compute(_reached(series, metric))
    n_valid = int(np.sum(~np.isnan(window)))
    codes = metric.quality(series) + ((NEW_SOURCE,) if is_new else ())
    if value is None:
        codes += ("not_recorded",) if n_valid == 0 else ("insufficient",)
    elif metric.column == "load_au" and assumed_in(_rested_on(table.column(ASSUMED_REST), metric)):
        codes += (ASSUMED_REST,)
    method_id = metric.method_id or metric.name
    return MetricRecord(
        name=metric.name,
        value=value,
        unit=metric.unit,
        first=table.dates[-1] - timedelta(days=metric.days - 1),
        last=table.dates[-1],
        n_valid=n_valid,
        n_expected=metric.days,
        quality=codes,
        method_id=method_id,
        method_version=1,
        inputs_hash=inputs_hash(method_id, 1, _reached(series, metric)),
    )


def _of_one_instrument(table: DailyTable, metric: _Metric) -> tuple[Floats, bool]:
    """The metric's series by the instrument of its last known day, and whether its window has days of another."""
    whole, numbers = column_of(table, metric.column), _instruments(table, metric.column)
    series = of_one_instrument(whole, numbers)
    left_out = ~np.isnan(load.last_days(whole, metric.days)) & np.isnan(load.last_days(series, metric.days))
    return series, bool(left_out.any())


def _instruments(table: DailyTable, name: str) -> Floats:
    if name == "wellness_sum":
        return together([instruments(table.column, item) for item in baseline.WELLNESS_ITEMS])
    if name == MORNING_ANSWERS:
        return together([instruments(table.column, item) for item in MORNING_ITEMS])
    return instruments(table.column, name)


def _reached(series: Floats, metric: _Metric) -> Floats:
    return series if metric.reach is None else series[-metric.reach :]


def _rested_on(series: Floats, metric: _Metric) -> Floats:
    """The days that carry weight in the metric: of an exponential mean the whole history, else its window."""
    return series if "ewma" in metric.method_id else load.last_days(series, metric.days)


def _today(series: Floats) -> float | None:
    return None if np.isnan(series[-1]) else float(series[-1])


def _mean_of_week(series: Floats) -> float | None:
    week = series[-7:]
    known = week[~np.isnan(week)]
    return float(known.mean()) if len(known) >= hrv_baseline.MIN_RECENT else None


def _chronic(series: Floats) -> float | None:
    mean = float(ratios.known_ewma(series, span_d=ratios.CHRONIC_D)[-1])
    return None if np.isnan(mean) else mean


def _warming(series: Floats) -> tuple[str, ...]:
    return ("warming_up",) if ratios.is_warming_up(series) else ()


_LOAD = (
    _Metric("load_today", "load_au", _AU, 1, _today, 1, "srpe_load"),
    _Metric("load_7d_sum", "load_au", _AU, 7, load.weekly_sum, 7),
    _Metric("load_week_change", "load_au", "1", 14, load.week_change, 14),
    _Metric("load_28d_ewma", "load_au", _AU, 28, _chronic, None, "ewma_seed_first_28", _warming),
    _Metric("monotony_7d", "load_au", "1", 7, load.monotony, 7, "foster_monotony_ddof1"),
    _Metric("strain_7d", "load_au", _AU, 7, load.strain, 7, "foster_strain_ddof1"),
)


def _ratio_metrics() -> list[_Metric]:
    return [
        _Metric(
            name=f"acwr_{method.value}",
            column="load_au",
            unit="1",
            days=35 if method is ratios.AcwrMethod.UNCOUPLED_28 else 28,
            compute=_ratio(method),
            method_id=method.value,
            quality=_ewma_quality if "ewma" in method.value else lambda _: ("descriptive",),
        )
        for method in ratios.AcwrMethod
    ]


def _ratio(method: ratios.AcwrMethod) -> Compute:
    return lambda series: ratios.acwr(series, method)


def _ewma_quality(series: Floats) -> tuple[str, ...]:
    return ("descriptive", *_warming(series))


def _wellness_metrics() -> list[_Metric]:
    def z(name: str, typical_error: float, method_id: str = "robust_z_28") -> _Metric:
        def compute(series: Floats) -> float | None:
            return baseline.robust_z(series, typical_error=typical_error)

        return _Metric(f"{name}_z", name, "1", 29, compute, 29, method_id)

    items = [z(name, baseline.ITEM_TYPICAL_ERROR) for name in (*baseline.WELLNESS_ITEMS, "readiness")]
    error = 2 * baseline.ITEM_TYPICAL_ERROR
    five = z("wellness_sum", error, "robust_z_28_of_mclean_sum_of_5")
    return [*items, five, z(MORNING_ANSWERS, error, "robust_z_28_of_answers_without_sleep")]


def _recent_hrv(series: Floats) -> float | None:
    return hrv_baseline.hrv_baseline(series).recent_mean


def _hrv_z(series: Floats) -> float | None:
    return hrv_baseline.hrv_baseline(series).z


def _hrv_quality(series: Floats) -> tuple[str, ...]:
    found = hrv_baseline.hrv_baseline(series)
    return (f"swc_{found.status.value}", *(("suppressed",) if found.is_suppressed else ()))


def _resting_z(series: Floats) -> float | None:
    return baseline.robust_z(series, typical_error=1.0, sign=-1)


_HEART = (
    _Metric("lnrmssd_7d", "lnrmssd", "ln(ms)", 7, _recent_hrv, 37, "lnrmssd_mean7", _hrv_quality),
    _Metric("lnrmssd_z", "lnrmssd", "1", 37, _hrv_z, 37, "lnrmssd_ar_z_7_30", _hrv_quality),
    _Metric("lnrmssd_cv_7d", "lnrmssd", "%", 7, lambda s: hrv_baseline.hrv_baseline(s).cv, 7),
    _Metric("resting_heart_rate_7d", "resting_heart_rate", "/min", 7, _mean_of_week, 7, "mean7"),
    _Metric("resting_heart_rate_z", "resting_heart_rate", "1", 29, _resting_z, 29, "robust_z_28"),
)


def _midpoint(series: Floats) -> float | None:
    found = sleep.midpoint(series)
    return None if found is None else found[0]


def _midpoint_sd(series: Floats) -> float | None:
    found = sleep.midpoint(series)
    return None if found is None else found[1]


_SLEEP = (
    _Metric("sleep_7d_mean", "sleep_h", "h", 7, _mean_of_week, 7, "mean7"),
    _Metric("sleep_z", "sleep_h", "1", 29, lambda s: baseline.robust_z(s, typical_error=0.25), 29, "robust_z_28"),
    _Metric("sleep_midpoint_14d", "sleep_midpoint_h", "h", 14, _midpoint, 14, "circular_mean"),
    _Metric("sleep_midpoint_sd_14d", "sleep_midpoint_h", "min", 14, _midpoint_sd, 14, "circular_sd"),
)
