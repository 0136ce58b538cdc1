"""The figures of docs/indices.md once more, as pandas expressions over a series of consecutive days."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

NAN = float("nan")


def load_figures(load: pd.Series) -> dict[str, pd.Series]:
    """Sums, change, monotony, strain, exponential means and the five ratios. load: NaN where it is not known."""
    week, month = load.rolling(7, min_periods=1), load.rolling(28, min_periods=1)
    total = load.rolling(7, min_periods=7).sum()
    spread = week.std()
    monotony = (week.mean() / spread).where((week.count() >= 6) & (spread >= 1e-9))
    before = total.shift(7)
    figures = {
        "load_today": load,
        "load_7d_sum": total,
        "load_week_change": (total / before - 1).where(before > 0),
        "monotony_7d": monotony,
        "strain_7d": total * monotony,
        "load_28d_ewma": _ewma(load, 28).where(month.count() >= 24),
    }
    return figures | _ratios(load)


def _ratios(load: pd.Series) -> dict[str, pd.Series]:
    first = load.first_valid_index()
    history = (
        pd.Series(np.arange(len(load)), load.index) - (load.index.get_loc(first) if first is not None else NAN) + 1
    )
    acute = load.rolling(7, min_periods=1)

    def ratio(number: pd.Series, by: pd.Series, counted: pd.Series, least: int, days: int) -> pd.Series:
        return (number / by).where((acute.count() >= 6) & (counted >= least) & (history >= days) & (by > 0))

    month, before = load.rolling(28, min_periods=1), load.shift(7)
    three, four = before.rolling(21, min_periods=1), before.rolling(28, min_periods=1)
    coupled = ratio(acute.mean(), month.mean(), month.count(), 24, 28)
    seeds = {"first": _ewma, "mean7": _ewma_from_first_week}
    means = {name: ratio(make(load, 7), make(load, 28), month.count(), 24, 28) for name, make in seeds.items()}
    return {
        "acwr_ra_coupled": coupled,
        "acwr_ra_uncoupled_21": ratio(acute.mean(), three.mean(), three.count(), 18, 28),
        "acwr_ra_uncoupled_28": ratio(acute.mean(), four.mean(), four.count(), 24, 35),
        **{f"acwr_ewma_seed_{name}": found for name, found in means.items()},
    }


def _ewma(load: pd.Series, span: int) -> pd.Series:
    return load.ewm(span=span, adjust=False, ignore_na=True).mean()


def _ewma_from_first_week(load: pd.Series, span: int) -> pd.Series:
    """As if the mean of the first seven days were one more day before them."""
    first = load.first_valid_index()
    if first is None:
        return load
    week = load[first:].iloc[:7]
    if week.count() < 6:
        return load * NAN
    seeded = pd.concat([pd.Series([week.mean()], [first - pd.Timedelta(days=1)]), load[first:]])
    return _ewma(seeded, span).iloc[1:].reindex(load.index)


def robust_z(series: pd.Series, typical_error: float, sign: int = 1) -> pd.Series:
    """Today against the 28 days before, by median and MAD."""
    rolling = series.shift(1).rolling(28, min_periods=14)
    mad = rolling.apply(lambda rows: np.nanmedian(np.abs(rows - np.nanmedian(rows))), raw=True)
    z = sign * (series - rolling.median()) / np.maximum(1.4826 * mad, typical_error)
    return z.clip(-3, 3)


def hrv_figures(lnrmssd: pd.Series) -> dict[str, pd.Series]:
    """Seven-day mean, its variation, and its z against the 30 days before."""
    week, month = lnrmssd.rolling(7, min_periods=3), lnrmssd.shift(7).rolling(30, min_periods=14)
    inflation = 1.3 / 0.7
    n7, n30 = week.count(), lnrmssd.shift(7).rolling(30, min_periods=1).count()
    error = month.std() * np.sqrt(inflation * (1 / n7 + 1 / n30))
    return {
        "lnrmssd_7d": week.mean(),
        "lnrmssd_cv_7d": 100 * week.std() / week.mean(),
        "lnrmssd_z": (week.mean() - month.mean()) / error,
    }


def sleep_figures(hours: pd.Series, middle: pd.Series) -> dict[str, pd.Series]:
    """Seven-day mean and z of hours; circular mean and SD of the middle of the night over 14 days."""
    turn = 2 * np.pi / 24
    east, north = (part.rolling(14, min_periods=5).mean() for part in (np.cos(middle * turn), np.sin(middle * turn)))
    length = np.hypot(east, north)
    return {
        "sleep_7d_mean": hours.rolling(7, min_periods=3).mean(),
        "sleep_z": robust_z(hours, 0.25),
        "sleep_midpoint_14d": np.arctan2(north, east) / turn % 24,
        "sleep_midpoint_sd_14d": np.sqrt(-2 * np.log(length)) / turn * 60,
    }


def answer_figures(told: pd.DataFrame) -> dict[str, pd.Series]:
    """z of each answer and of both sums; readiness too."""
    items = ["fatigue", "sleep_quality", "soreness", "stress", "mood"]
    four = [name for name in items if name != "sleep_quality" and told[name].notna().any()]
    return {
        **{f"{name}_z": robust_z(told[name], 0.5) for name in (*items, "readiness")},
        "wellness_sum_z": robust_z(told[items].sum(axis=1, skipna=False), 1.0),
        "morning_answers_z": robust_z(told[four].sum(axis=1, skipna=False), 1.0),
    }


def by_majority(
    worn: Mapping[str, pd.Series], asked: Mapping[str, pd.Series], is_worn: pd.Series
) -> dict[str, pd.Series]:
    """Each figure as of its day: of the instrument that had more nights until then."""
    return {name: worn[name].where(is_worn, asked[name]) for name in worn}


def readiness(
    values: pd.DataFrame, *, signs: Mapping[str, int], errors: Mapping[str, float], weights: Mapping[str, float]
) -> pd.Series:
    """The composite of each day from those domains of `values` that have a z that day.

    Pulse and variability are one source; two sources and half of the weight are needed. The correlation is the own one
    of the complete days of the 28 before, shrunk to 0.3 (0.6 between variability and pulse).
    """
    z = pd.DataFrame({name: robust_z(values[name], errors[name], signs[name]) for name in values})
    found = pd.Series(NAN, values.index)
    for at, day in enumerate(values.index):
        present = [name for name in values if pd.notna(z.loc[day, name])]
        sources = {"heart" if name in ("lnrmssd", "pulse") else name for name in present}
        weight = pd.Series({name: weights[name] for name in present}, dtype=float)
        if len(sources) >= 2 and weight.sum() >= 0.5 - 1e-12:
            before = values[present].iloc[max(0, at - 28) : at].dropna() * pd.Series(signs)[present]
            scale = np.sqrt(weight @ _correlation(before) @ weight)
            found[day] = (weight * z.loc[day, present]).sum() / scale
    return found


def _correlation(complete: pd.DataFrame) -> pd.DataFrame:
    names = list(complete)
    prior = pd.DataFrame(0.3, names, names)
    for one in names:
        prior.loc[one, one] = 1.0
        if {"lnrmssd", "pulse"} <= set(names) and one in ("lnrmssd", "pulse"):
            prior.loc[one, "pulse" if one == "lnrmssd" else "lnrmssd"] = 0.6
    if len(names) < 2 or len(complete) < 14 or (complete.std(ddof=0) < 1e-9).any():
        return prior
    own = 28 / (28 + len(complete))
    return own * prior + (1 - own) * complete.corr()
