"""From daily club records to the counts of the durability index.

The clock stops on days that must not count: illness, rest, selection, suspension, personal absence, and days
nobody recorded are taken out before anything is counted, so that adding any of them changes nothing
(docs/indices.md §8.2).
"""

from collections.abc import Mapping

import numpy as np

from models.arrays import Floats
from models.durability.index import WINDOW_DAYS, DurabilityInputs, Share
from models.errors import NotEnoughData

RESTRICTED_SHARE = 0.5  # kappa, ours; docs/indices.md §8.2
LONGEST_LOOK_BACK_DAYS = 3 * 365  # ours: history up to three years; docs/indices.md §8.2
LEAST_LOAD_WEEKS = 26  # ours; docs/indices.md §8.3
LEAST_LOAD_DAYS_A_WEEK = 4  # ours: a week with fewer known days is no load week
HIGH_WEEK_QUANTILE = 0.75  # ours: own top quartile; docs/indices.md §8.3
WATCH_DAYS = 14  # ours; docs/indices.md §8.3
LARGEST_CUT = 0.3  # ours; docs/indices.md §8.3
INPUTS = ("time_loss", "availability", "absence", "load_au")
"""Daily columns that `durability_inputs` reads, named as in the node's daily table; only `time_loss` is required."""


def durability_inputs(daily: Mapping[str, Floats]) -> DurabilityInputs:
    """Counts of one athlete from daily columns of equal length on consecutive days, the last day being today.

    time_loss: 1 on a day lost to injury, 0 on a day known not to be. availability: 0.5 on a restricted day.
    absence: 1 on a day away for anything but injury. Unknown is NaN. Raises NotEnoughData if no day is known.
    """
    days = len(daily["time_loss"])
    column = {name: np.asarray(daily.get(name, np.full(days, np.nan)), dtype=np.float64) for name in INPUTS}
    counts = ~np.isnan(column["time_loss"]) & (column["absence"] != 1.0)
    known = {name: values[counts][-LONGEST_LOOK_BACK_DAYS:] for name, values in column.items()}
    lost = _days_lost(known)
    if not lost.size:
        raise NotEnoughData("expected at least one day with a known availability")
    window = int(min(lost.size, WINDOW_DAYS))
    return DurabilityInputs(
        eligible_days=window,
        injury_days=tuple(float(days.sum()) for days in _spells(lost[-window:])),
        load_tolerance=_load_tolerance(known["load_au"][-window:], lost[-window:]),
        older=_older(lost[:-window]) if lost.size > WINDOW_DAYS else None,
    )


def _days_lost(known: Mapping[str, Floats]) -> Floats:
    """1 on a day lost to injury, kappa on a restricted one of the same spell, else 0."""
    out, restricted = known["time_loss"] == 1.0, known["availability"] == 0.5
    lost = np.where(out & restricted, RESTRICTED_SHARE, out.astype(np.float64))
    for day in range(1, lost.size):
        if restricted[day] and lost[day] == 0.0 and lost[day - 1] > 0.0:
            lost[day] = RESTRICTED_SHARE
    return lost


def _spells(lost: Floats) -> list[Floats]:
    """Runs of consecutive days lost, oldest first."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lost > 0.0, [0]])))
    return [lost[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _older(before: Floats) -> tuple[tuple[float, float], ...]:
    """Days lost and age at onset of the spells before the window; a spell across its edge is split there."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], before > 0.0, [0]])))
    return tuple(
        (float(before[first:last].sum()), float(before.size - 1 - first + WINDOW_DAYS))
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    )


def _load_tolerance(load: Floats, lost: Floats) -> Share | None:
    """High weeks survived: no injury and no injury-caused cut of 30 % in the fortnight after; None below 26 weeks."""
    weeks = load.size // 7
    if weeks == 0:
        return None
    by_week = load[-7 * weeks :].reshape(weeks, 7)
    observed = (~np.isnan(by_week)).sum(axis=1)
    total = np.where(observed >= LEAST_LOAD_DAYS_A_WEEK, np.nansum(by_week, axis=1), np.nan)
    if np.count_nonzero(~np.isnan(total)) < LEAST_LOAD_WEEKS:
        return None
    high = np.flatnonzero(total >= np.nanquantile(total, HIGH_WEEK_QUANTILE))
    watched = high[high < weeks - WATCH_DAYS // 7]  # the fortnight after must have happened
    first_day = load.size - 7 * weeks
    ends = first_day + 7 * (watched + 1)
    failed = [
        _fails(total[week], total[week + 1 : week + 3], lost[end - 1 : end + WATCH_DAYS])
        for week, end in zip(watched, ends, strict=True)
    ]
    return Share(len(failed) - sum(failed), len(failed))


def _fails(load: float, later_weeks: Floats, lost: Floats) -> bool:
    """True if an injury began in the fortnight, or days lost in it cut the load by 30 %.

    lost: the week's last day and the fortnight after it.
    """
    out = lost > 0.0
    if not out[1:].any():
        return False
    began = bool((out[1:] & ~out[:-1]).any())
    seen = later_weeks[~np.isnan(later_weeks)]
    return began or (seen.size > 0 and float(seen.mean()) < (1.0 - LARGEST_CUT) * load)
