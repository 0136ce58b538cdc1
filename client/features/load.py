"""Training load: session rating times minutes, weekly sums, Foster monotony and strain, TRIMP.

Series are (days,) arrays of daily load [AU]: 0 on a known rest day, NaN where nothing is known, the last
entry being today. Nothing here fills a missing day. Source: docs/indices.md §2.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from client.errors import BadObservation
from client.features.windows import known, means, ratio, spreads, sums, windows
from models.arrays import Floats

WEEK_D = 7
MIN_WEEK_DAYS = 6  # ours: fewer known days give no mean, monotony or ratio; docs/indices.md §2.4, §2.5
LOAD_WINDOW_D = 28
HARD_SHARE = 0.75  # ours: a hard day is at or above the own 75th percentile; docs/indices.md §7.5
LEAST_TRAINING_DAYS = 2  # ours: a single session is not hard by itself
LEAST_SD = 1e-9  # below it the week has no spread and monotony is undefined, not infinite


def exposure_h(told_min: Floats, measured_min: Floats, load_au: Floats) -> Floats:
    """Hours of training and match, (days,): as reported, else as measured, and none on a day of rest."""
    minutes = np.where(np.isnan(told_min), measured_min, told_min)
    return np.where(np.isnan(minutes) & (load_au == 0), 0.0, minutes) / 60


def session_load(rpe: float, minutes: float) -> float:
    """Session load [AU]: CR10 rating (0 to 10) times minutes (Foster et al. 2001); raises BadObservation otherwise."""
    if not 0 <= rpe <= 10 or not 0 <= minutes < math.inf:
        raise BadObservation("session load: expected a rating from 0 to 10 and minutes of 0 or more")
    return rpe * minutes


def last_days(load: Floats, days: int) -> Floats:
    """The last `days` entries, NaN before the series begins."""
    if len(load) >= days:
        return load[len(load) - days :]
    return np.concatenate([np.full(days - len(load), np.nan), load])


def observed(load: Floats) -> int:
    """Number of days that are known."""
    return int(np.sum(~np.isnan(load)))


def is_count_enough(known: NDArray[np.int64], *, of: int) -> NDArray[np.bool_]:
    """True where so many known days are 6 of 7, or the same share of a longer window: 24 of 28, 18 of 21."""
    return np.asarray(known * WEEK_D >= MIN_WEEK_DAYS * of, dtype=bool)


def is_known_enough(window: Floats) -> bool:
    """True if enough days of `window` are known (`is_count_enough`)."""
    return bool(is_count_enough(np.array(observed(window)), of=len(window)))


def weekly_sum(load: Floats) -> Floats:
    """Sum of the seven days up to each day, (days,); NaN unless all seven are known: a partial sum is no easy week."""
    weeks = windows(load, WEEK_D)
    return np.where(known(weeks) == WEEK_D, sums(weeks), np.nan)


def week_change(load: Floats) -> Floats:
    """Relative change of the weekly sum against the seven days before, (days,); NaN unless both known, those > 0."""
    this = weekly_sum(load)
    before = windows(this, 1, ago=WEEK_D)[:, 0]
    return ratio(this, before, where=before > 0) - 1.0


def monotony(load: Floats, *, ddof: int = 1) -> Floats:
    """Monotony (Foster 1998): mean over SD of the seven days up to each day, (days,), true rest days included.

    NaN with fewer than six known days, or without spread. ddof: 1 by default, 0 in some papers.
    """
    weeks = windows(load, WEEK_D)
    spread = spreads(weeks, ddof=ddof)
    defined = (known(weeks) >= MIN_WEEK_DAYS) & (spread >= LEAST_SD)
    return ratio(means(weeks), spread, where=defined)


def strain(load: Floats, *, ddof: int = 1) -> Floats:
    """Strain (Foster 1998): weekly sum times monotony, (days,); NaN where either is undefined."""
    return weekly_sum(load) * monotony(load, ddof=ddof)


def trimp_banister(
    minutes: float, heart_rate: float, *, rest: float, maximum: float, factor: float, exponent: float
) -> float:
    """Banister's TRIMP: minutes · x · factor · exp(exponent · x), x the share of heart-rate reserve in [0, 1.05].

    factor and exponent are the athlete's own setting (0.64 and 1.92, or 0.86 and 1.67), never chosen from sex.
    Raises BadObservation unless maximum > rest + 40. Source: Morton, Fitz-Clarke and Banister 1990.
    """
    if maximum <= rest + 40:
        raise BadObservation("TRIMP: expected a maximal heart rate more than 40 above the resting one")
    share = min(max((heart_rate - rest) / (maximum - rest), 0.0), 1.05)
    return minutes * share * factor * math.exp(exponent * share)


def trimp_zones(minutes_in_zone: Sequence[float]) -> float:
    """Zone-weighted minutes: zone number times minutes (five zones: Edwards 1993, three: Lucia et al. 2003)."""
    return float(sum(zone * minutes for zone, minutes in enumerate(minutes_in_zone, start=1)))
